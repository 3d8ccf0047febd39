"""A passkey made of software: what a phone or a security key does, and what a cheat would do."""

import hashlib
import json
import os
from html import unescape
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

ORIGIN = "http://localhost:8000"
Flag = AuthenticatorData.FLAG


def asked_in(page: str) -> dict[str, Any]:
    """What the page asks of the browser."""
    found = page.partition('data-options="')[2].partition('"')[0]
    return json.loads(unescape(found))


class Passkey:
    """One pair of keys, for one site. The attributes are what a test makes false."""

    def __init__(self, *, counts: bool = False) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.identifier = os.urandom(32)
        self.origin = ORIGIN
        self.site = "localhost"
        self.flags = Flag.USER_PRESENT | Flag.USER_VERIFIED
        self.counts = counts
        self.count = 0

    def create(self, asked: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create`."""
        public = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(Aaguid(b"\0" * 16), self.identifier, public)
        data = AuthenticatorData.create(self._site_hash(), self.flags | Flag.ATTESTED, self._next(), credential)
        attestation = AttestationObject.create("none", data, {})
        client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, asked["challenge"], self.origin)
        return self._written({"clientDataJSON": bytes(client), "attestationObject": bytes(attestation)})

    def get(self, asked: dict[str, Any]) -> str:
        """Answer `navigator.credentials.get`."""
        data = AuthenticatorData.create(self._site_hash(), self.flags, self._next())
        client = CollectedClientData.create(CollectedClientData.TYPE.GET, asked["challenge"], self.origin)
        signature = self.private.sign(bytes(data) + hashlib.sha256(bytes(client)).digest(), ec.ECDSA(SHA256()))
        return self._written(
            {"clientDataJSON": bytes(client), "authenticatorData": bytes(data), "signature": signature}
        )

    def _site_hash(self) -> bytes:
        return hashlib.sha256(self.site.encode()).digest()

    def _next(self) -> int:
        self.count += self.counts
        return self.count

    def _written(self, response: dict[str, bytes]) -> str:
        identifier = websafe_encode(self.identifier)
        return json.dumps(
            {
                "id": identifier,
                "rawId": identifier,
                "type": "public-key",
                "response": {name: websafe_encode(value) for name, value in response.items()},
                "clientExtensionResults": {},
            }
        )


def altered(answer: str, part: str) -> str:
    """The same answer, one bit of one part turned."""
    whole = json.loads(answer)
    changed = bytearray(websafe_decode(whole["response"][part]))
    changed[-1] ^= 1
    whole["response"][part] = websafe_encode(bytes(changed))
    return json.dumps(whole)
