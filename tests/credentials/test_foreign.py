"""What others make of what we sign: verifiers that we did not write, given what we publish and nothing else.

`@digitalbazaar/vc` (npm, with its status lists) and `openbadgeslib` (PyPI). The first wants Node and its packages, that
are installed once in `var/` under the checkout; where there is no Node these tests are skipped with one loud line, and
in continuous integration they fail.
"""

import copy
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import fasteners
import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, check_credential_status, verify_data_integrity_proof
from openbadgeslib.ob3.did import resolve_verification_method

from accelerator.credentials import operations, queries
from accelerator.credentials.models import Credential
from config.embedded import ROOT
from tests.client import HostileClient
from tests.credentials.conftest import TEAM, YEAR, shown
from tests.credentials.test_judging import signed_by_a_stranger

DAY = timedelta(days=1)
FOREIGN = Path(__file__).parent / "foreign"
REFUSED = {"altered", "expired", "revoked", "suspended", "forged", "foreign", "replayed", "unsafe"}
ACCEPTED = {"good", "lifted", "signed before the rotation"}


@pytest.fixture
def world(
    settings: Any, client: HostileClient, request: pytest.FixtureRequest, perform: Callable[..., Any], at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the platform publishes, as a verifier would fetch it, and what people hold."""
    settings.BASE_URL = "https://impact.example"
    attest: Callable[..., Credential] = request.getfixturevalue("attest")
    held: dict[str, Any] = {"signed before the rotation": queries.signed(attest())}
    perform(operations.rotate_key, by=TEAM, at=at - 2 * DAY)
    lost = queries.signing_key()
    held["unsafe"] = queries.signed(attest(at=at - DAY))
    perform(operations.compromise_key, name=lost.name, since=at - 2 * DAY, by=TEAM, at=at, reason="Essai.")

    good = attest()
    held["good"] = queries.signed(good)
    held["altered"] = copy.deepcopy(held["good"])
    held["altered"]["credentialSubject"]["achievement"]["name"] = "Label bien plus beau"
    held["expired"] = queries.signed(attest(valid_from=at - YEAR, valid_until=at - DAY))
    did = queries.issuer()
    held["forged"] = signed_by_a_stranger(good.claims, did)
    other = "did:web:ailleurs.example"
    held["foreign"] = signed_by_a_stranger({**good.claims, "issuer": {**good.claims["issuer"], "id": other}}, other)
    held["replayed"] = {**held["good"], "issuer": {**good.claims["issuer"], "id": other}}
    moved = {"by": TEAM, "at": at, "reason": "Essai."}
    for name in ("revoked", "suspended", "lifted"):
        credential = attest()
        held[name] = queries.signed(credential)
        perform(operations.revoke if name == "revoked" else operations.suspend, credential=credential, **moved)
        if name == "lifted":
            perform(operations.lift, credential=credential, **moved)
    published = {did: json.loads(client.get("/.well-known/did.json").content)}
    for purpose in ("revocation", "suspension"):
        address = queries.list_address(1, purpose)
        published[address] = json.loads(client.get(address.removeprefix(settings.BASE_URL)).content)
    assert set(held) == ACCEPTED | REFUSED
    return published, held


def _node() -> Path:
    """The folder where Node finds the foreign verifiers, made once for a given lock."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        if os.environ.get("CI"):
            pytest.fail("Il manque Node : en intégration continue, les vérificateurs étrangers ne se sautent pas.")
        pytest.skip("Node n’est pas là")
    lock = (FOREIGN / "package-lock.json").read_bytes()
    folder = ROOT / "var" / f"foreign-{hashlib.sha256(lock).hexdigest()[:10]}"
    folder.parent.mkdir(exist_ok=True)
    with fasteners.InterProcessLock(folder.with_suffix(".lock")):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(FOREIGN, folder)
            install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
            assert done.returncode == 0, done.stderr
            (folder / "complete").touch()
        shutil.copy(FOREIGN / "verify.mjs", folder)
    return folder


def test_a_verifier_in_javascript(world: tuple[dict[str, Any], dict[str, Any]]) -> None:
    published, held = world
    given = json.dumps({"documents": published, "credentials": held})
    done = subprocess.run(
        ["node", "verify.mjs"], cwd=_node(), input=given, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {name for name, one in found.items() if one["verified"] and not one["raised"]} == ACCEPTED, found
    # Each for its own reason.
    assert 'is after "validUntil"' in found["expired"]["error"]
    assert "Invalid signature" in found["altered"]["error"]
    for name, purpose in {"revoked": "revocation", "suspended": "suspension"}.items():
        assert found[name] == {"verified": True, "error": "", "raised": [purpose]}


def test_a_verifier_in_python(world: tuple[dict[str, Any], dict[str, Any]]) -> None:
    published, held = world
    fetched: list[str] = []

    def download(address: str, *args: object, **options: object) -> bytes:
        fetched.append(address)
        did = "did:web:" + address.removeprefix("https://").removesuffix("/.well-known/did.json")
        return shown(published[did] if did in published else published[address])

    def verdict(document: dict[str, Any]) -> str:
        try:
            credential = OB3LdpVerifier.for_issuer_did(queries.issuer()).verify(shown(document), download=download)
            check_credential_status(credential, download=download)
        except OB3VerificationError as error:
            return str(error)
        return ""

    reasons = {name: verdict(document) for name, document in held.items()}
    assert {name for name, reason in reasons.items() if not reason} == ACCEPTED, reasons
    assert "'revocation' is set" in reasons["revoked"]
    assert "'suspension' is set" in reasons["suspended"]
    assert "expired" in reasons["expired"]
    assert set(fetched) <= {"https://impact.example/.well-known/did.json", *published}
    # This library reads lists without their signature, unless they are JWT: theirs is verified apart.
    for address, document in published.items():
        if "proof" in document:
            method = resolve_verification_method(document["proof"]["verificationMethod"], download=download)
            verify_data_integrity_proof(document, method)
            raised = {**document, "credentialSubject": {**document["credentialSubject"], "ttl": 1}}
            with pytest.raises(OB3VerificationError):
                verify_data_integrity_proof(raised, method)
            assert address.startswith("https://impact.example/")
