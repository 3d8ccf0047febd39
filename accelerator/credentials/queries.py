"""Reading credentials: what is published, what is signed, what a file that someone shows is worth."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accelerator.credentials import bitstrings, documents, keys, papers, proofs
from accelerator.credentials.models import Credential, SigningKey, StatusList
from accelerator.credentials.states import Finding, Purpose
from accelerator.journal import ref

# How long a published list is believed: past that, a copy that someone kept proves nothing.
LIST_HOLDS: Final = timedelta(days=1)
# How long one may be kept without asking again, in milliseconds.
LIST_TTL: Final = 60_000
_URN: Final = "urn:uuid:"


def issuer() -> str:
    """The name of the platform as an issuer (did:web): its domain, and its port where there is one."""
    return "did:web:" + urlsplit(settings.BASE_URL).netloc.replace(":", "%3A")


def signing_key() -> SigningKey:
    """The key that signs now. Raises `keys.KeyMissing` when none was made."""
    key = SigningKey.objects.filter(until__isnull=True).first()
    if key is None:
        raise keys.KeyMissing("Aucune clé de signature n’a été faite : manage.py make_signing_key.")
    return key


def credential_of(about: Any) -> Credential | None:
    """The living credential of a thing, or else its last one."""
    return (
        Credential.objects.filter(about=ref(about)).select_related("status_list").order_by("-revoked_at", "-pk").first()
    )


def credential_numbered(number: UUID) -> Credential | None:
    """The credential that bears a number."""
    return Credential.objects.filter(public_id=number).select_related("status_list").first()


# ------------------------------------------------------------------------------------------------ what is published


def did_document() -> dict[str, Any]:
    """Who we are, and the keys by which we are recognised (W3C DID, did:web).

    A key that signs no more stays, so that what it signed is still verified. One that is not safe is not there at all:
    elsewhere, nobody can tell what was signed before from what was dated before, and some verifiers read neither
    `revoked` nor `assertionMethod`. Here the register tells (`judge`).
    """
    name = issuer()
    methods = [
        {"id": f"{name}#{key.name}", "type": "Multikey", "controller": name, "publicKeyMultibase": key.name}
        for key in SigningKey.objects.filter(compromised_at__isnull=True).order_by("since", "pk")
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": name,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def list_address(number: int, purpose: str) -> str:
    """Where a status list is published."""
    return settings.BASE_URL + reverse("credentials:status_list", args=[number, purpose])


def status_list(found: StatusList, purpose: Purpose, *, at: datetime) -> dict[str, Any]:
    """A status list, signed: the same bytes for an hour, unless a status changes.

    Raises `keys.KeyMissing`.
    """
    address = list_address(found.number, purpose)
    raised = Q(revoked_at__isnull=False) if purpose == Purpose.REVOCATION else Q(suspended_at__isnull=False)
    since = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    key = signing_key()
    claims = {
        "@context": [documents.CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer(),
        "validFrom": proofs.written(since),
        "validUntil": proofs.written(since + LIST_HOLDS),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": str(purpose),
            "ttl": LIST_TTL,
            "encodedList": bitstrings.encoded(found.credentials.filter(raised).values_list("index", flat=True)),
        },
    }
    return _signed(claims, key, max(since, key.since))


def signed(credential: Credential) -> dict[str, Any]:
    """The credential with its signature, by the key that signs now. Raises `keys.KeyMissing`.

    Made each time it is asked: the signature is the same while the key is, and a new key signs what an old one did.
    """
    key = signing_key()
    return _signed(credential.claims, key, max(credential.issued_at, key.since))


def _signed(claims: dict[str, Any], key: SigningKey, created: datetime) -> dict[str, Any]:
    named = claims["issuer"]
    method = f"{named['id'] if isinstance(named, dict) else named}#{key.name}"
    return proofs.sign(claims, key=keys.private(key.name), method=method, created=created)


# ------------------------------------------------------------------------------------------------ what a file is worth


@dataclass(frozen=True)
class Verdict:
    """What is answered to whoever shows a file.

    finding     one of the closed list.
    why         the reason, in French, when the finding does not say it all.
    since       since when it is so.
    credential  what our register holds under the number that the file bears, whatever the file says.
    altered     the parts of the file that are not those of the register.
    """

    finding: Finding
    why: str = ""
    since: datetime | None = None
    credential: Credential | None = None
    altered: list[str] = field(default_factory=list)


def judge(content: bytes, *, at: datetime | None = None) -> Verdict:
    """What a file that someone shows is worth: an attestation, or a PDF that carries one.

    Reaches no network; raises nothing, whatever the file.

    Note [What is compared, and what is verified]
    What is signed is a graph. The same graph is written in many ways, some of which hide from who reads the JSON what
    the signature holds: an end spelled by its full address is no longer an end. So nothing of a file is believed
    because of its signature. Its claims must be, value for value, those that our register holds under its number; its
    signature must then be that of a key of ours, in its time. It follows that no document that a stranger wrote is ever
    made canonical, which is where a small file can cost much.
    """
    at = at or timezone.now()
    if content[:1024].lstrip().startswith(b"%PDF-"):
        carried = papers.attached(content)
        if carried is None:
            return Verdict(Finding.UNREADABLE, "Ce PDF ne porte pas d’attestation jointe.")
        content = carried
    try:
        document = documents.read(content)
    except documents.Unfit as unfit:
        return Verdict(Finding.UNREADABLE, str(unfit))
    proof = document.pop("proof", None)
    if not isinstance(proof, dict) or "credentialSubject" not in document:
        return Verdict(Finding.UNREADABLE, "Ce fichier n’est pas une attestation signée.")
    named = document.get("issuer")
    name = named.get("id") if isinstance(named, dict) else named
    credential = _bearing(document.get("id"))
    if credential is not None and name == credential.claims["issuer"]["id"]:
        return _compared(document, proof, credential, at)
    if name != issuer():
        why = "" if credential is None else "Elle reprend le numéro d’une attestation qui est la nôtre."
        return Verdict(Finding.FOREIGN, why)
    return Verdict(Finding.UNKNOWN)


def standing(credential: Credential, *, at: datetime) -> Verdict:
    """What a credential of the register is worth at a moment, whoever shows it."""
    if credential.revoked_at is not None:
        return Verdict(Finding.WITHDRAWN, since=credential.revoked_at, credential=credential)
    if credential.valid_until is not None and credential.valid_until <= at:
        return Verdict(Finding.EXPIRED, since=credential.valid_until, credential=credential)
    if credential.suspended_at is not None:
        return Verdict(Finding.SUSPENDED, since=credential.suspended_at, credential=credential)
    if credential.valid_from > at:
        return Verdict(Finding.EARLY, since=credential.valid_from, credential=credential)
    return Verdict(Finding.VALID, since=credential.valid_from, credential=credential)


def _bearing(number: Any) -> Credential | None:
    if not isinstance(number, str) or not number.startswith(_URN):
        return None
    try:
        return credential_numbered(UUID(number.removeprefix(_URN)))
    except ValueError:
        return None


def _compared(claims: dict[str, Any], proof: dict[str, Any], credential: Credential, at: datetime) -> Verdict:
    kept = credential.claims
    altered = sorted(name for name in {*claims, *kept} if not _same(claims.get(name), kept.get(name)))
    if altered:
        return Verdict(Finding.ALTERED, credential=credential, altered=altered)
    fault = _fault_of(claims, proof, credential)
    return fault or standing(credential, at=at)


def _same(one: Any, other: Any) -> bool:
    """Whether two values of JSON are the same, to their kind: for Python, `True` is `1`."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _fault_of(claims: dict[str, Any], proof: dict[str, Any], credential: Credential) -> Verdict | None:
    """What is wrong with the signature of claims that are those of the register."""
    altered = Verdict(Finding.ALTERED, "Sa signature n’est pas la nôtre.", credential=credential, altered=["proof"])
    if proof.keys() != proofs.PARTS or not all(isinstance(value, str) for value in proof.values()):
        return altered
    method, _, name = proof["verificationMethod"].partition("#")
    key = SigningKey.objects.filter(name=name[:60]).first()
    created = _moment(proof["created"])
    if method != claims["issuer"]["id"] or key is None or created is None:
        return altered
    if created < key.since.replace(microsecond=0) or (key.until is not None and created > key.until):
        return Verdict(
            Finding.ALTERED,
            "Elle est datée d’un jour où cette clé ne signait pas.",
            credential=credential,
            altered=["proof"],
        )
    if not proofs.verifies(claims, proof, keys.public(key.name)):
        return altered
    if key.compromised_at is not None and max(created, credential.issued_at) >= key.compromised_at:
        return Verdict(Finding.UNSAFE, since=key.compromised_at, credential=credential)
    return None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
