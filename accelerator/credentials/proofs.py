"""Signatures: Data Integrity, cryptosuite `eddsa-rdfc-2022` (W3C vc-di-eddsa, section 3.2).

What is signed is the digest of the options of the signature, then the digest of the document, each in canonical form.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from accelerator.credentials import documents, keys

SUITE: Final = "eddsa-rdfc-2022"
# What a proof of ours says, all of it texts: nothing else is read in one.
PARTS: Final = {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}


def sign(claims: dict[str, Any], *, key: Ed25519PrivateKey, method: str, created: datetime) -> dict[str, Any]:
    """The claims and their proof.

    method   the address of the key in the DID document of the issuer.
    Raises `documents.Unfit` for claims of which a word would not be signed.
    """
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": written(created),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    value = keys.encoded(key.sign(digest(claims, options)))
    # The contexts first, as everyone writes them: the database keeps no order.
    return {"@context": claims["@context"], **claims, "proof": {**options, "proofValue": value}}


def verifies(claims: dict[str, Any], proof: dict[str, Any], key: Ed25519PublicKey) -> bool:
    """Whether the proof is the signature of these claims by this key.

    Raises `documents.Unfit` for what cannot be made canonical.
    """
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        key.verify(keys.decoded(proof["proofValue"]), digest(claims, options))
    except (InvalidSignature, ValueError):
        return False
    return True


def digest(claims: dict[str, Any], options: dict[str, Any]) -> bytes:
    """What is signed: 32 bytes of the options, 32 bytes of the claims."""
    told = documents.canonical({"@context": claims["@context"], **options})
    said = documents.canonical(claims)
    return hashlib.sha256(told.encode()).digest() + hashlib.sha256(said.encode()).digest()


def written(moment: datetime) -> str:
    """A moment as the standards write it, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
