"""HOW IT IS PROVED: attestations that anyone verifies, without asking us whether we are telling the truth.

Vocabulary
----------
credential   an attestation: what the platform says of a thing, in a form that the world verifies (W3C Verifiable
             Credentials 2.0, Open Badges 3.0). In French, "attestation".
claims       what it says, without its signature; kept, and never changed.
proof        its signature (Data Integrity, `eddsa-rdfc-2022`), made when it is shown: the same bytes for a same key.
signing key  a pair: the public half is a row, published in the DID document; the private half is a file, never a row.
status list  131,072 bits that say which attestations are suspended, or withdrawn (W3C Bitstring Status List).
verdict      what is answered to whoever shows a file: one of a closed list, with its reason in French.

Invariants
----------
* A private key is a file that its owner alone reads, in `settings.CREDENTIAL_KEYS`: not in the database, not in its
  backups (docs/operating.md).
* A signature covers an RDF graph, while people read JSON: two files may have the same graph and not read the same. So
  a file is believed when its claims are, to the letter, those of our register, and its signature is then verified
  (Note [What is compared, and what is verified]).
* Nothing is fetched, ever: the contexts are in this package, and another context is refused.
* A status and the thing that it tells of change in one transaction. Withdrawal is final; suspension is lifted.
* This kernel knows nothing of what is attested: a subject says `about` what, and gives the claims.

The outside uses: `operations.issue`, `suspend`, `lift`, `revoke`; `queries.credential_of`, `signed`, `judge`;
`states.Finding`.
"""
