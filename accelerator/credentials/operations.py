"""Attesting, suspending, lifting, withdrawing; and the keys."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection, models

from accelerator.credentials import bitstrings, documents, keys, proofs
from accelerator.credentials.models import Credential, SigningKey, StatusList
from accelerator.credentials.queries import issuer, list_address
from accelerator.credentials.states import Purpose
from accelerator.journal import Actor, ref
from accelerator.journal.operations import record
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said

# A bit drawn at random is free three times out of four, at worst.
FULL: Final = bitstrings.LENGTH * 3 // 4


@operation
def issue(
    *,
    about: models.Model,
    name: str,
    subject: Mapping[str, Any],
    valid_from: datetime,
    valid_until: datetime | None,
    by: Actor,
    at: datetime,
) -> Credential:
    """Attest something of a thing: in Open Badges' words, `subject` is what `credentialSubject` holds.

    A thing has one living credential: issued again with the same words, it is the same; with others, the former is
    withdrawn and a new one takes its place. No private key is needed: it signs what is shown, when it is shown.
    Raises `documents.Unfit` when a word of `subject` has no meaning in the pinned contexts.
    """
    key = ref(about)
    _take_turn(key)
    told = {"name": name, "credentialSubject": dict(subject), **_validity(valid_from, valid_until)}
    former = Credential.objects.filter(about=key, revoked_at__isnull=True).first()
    if former is not None:
        if told == {part: former.claims[part] for part in told if part in former.claims}:
            return former
        revoke(credential=former, by=by, at=at, reason="Remplacée par une nouvelle attestation.")
    number = uuid.uuid4()
    held, index = _bit()
    claims = {
        "@context": [documents.CREDENTIALS, documents.OPEN_BADGES, documents.EXTENSIONS],
        "id": f"urn:uuid:{number}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer(), "type": ["Profile"], "name": settings.SITE_NAME, "url": settings.BASE_URL},
        **told,
        "credentialStatus": [
            {
                "id": f"{list_address(held.number, purpose)}#{index}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": str(purpose),
                "statusListIndex": str(index),
                "statusListCredential": list_address(held.number, purpose),
            }
            for purpose in Purpose
        ],
    }
    documents.canonical(claims)  # said now rather than to whoever asks for the file
    credential = Credential.objects.create(
        public_id=number,
        about=key,
        claims=claims,
        issued_at=at,
        valid_from=valid_from,
        valid_until=valid_until,
        status_list=held,
        index=index,
    )
    record("credentials.issued", about, credential, by=by, at=at, number=str(number))
    return credential


@operation
def suspend(*, credential: Credential, by: Actor, at: datetime, reason: str) -> Credential:
    """Suspend a credential, until it is lifted. Once suspended, it is so since the first time."""
    credential = _locked(credential)
    if credential.revoked_at is not None:
        raise Refused("Cette attestation est retirée : elle ne se suspend plus.")
    if credential.suspended_at is None:
        _mark(credential, suspended_at=at)
        record("credentials.suspended", credential, by=by, at=at, reason=reason, number=str(credential.public_id))
    return credential


@operation
def lift(*, credential: Credential, by: Actor, at: datetime, reason: str) -> Credential:
    """End the suspension of a credential."""
    credential = _locked(credential)
    if credential.suspended_at is not None:
        _mark(credential, suspended_at=None)
        record("credentials.lifted", credential, by=by, at=at, reason=reason, number=str(credential.public_id))
    return credential


@operation
def revoke(*, credential: Credential, by: Actor, at: datetime, reason: str) -> Credential:
    """Withdraw a credential, for ever."""
    credential = _locked(credential)
    if credential.revoked_at is None:
        _mark(credential, revoked_at=at)
        record("credentials.revoked", credential, by=by, at=at, reason=reason, number=str(credential.public_id))
    return credential


def _validity(valid_from: datetime, valid_until: datetime | None) -> dict[str, str]:
    until = {} if valid_until is None else {"validUntil": proofs.written(valid_until)}
    return {"validFrom": proofs.written(valid_from), **until}


def _take_turn(key: str) -> None:
    """One at a time for one thing, until the end of the transaction: two at once would attest it twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"credentials:{key}"])


def _bit() -> tuple[StatusList, int]:
    """A bit that nobody has, drawn at random so that it tells nobody's turn; its list is locked until the end."""
    held = StatusList.objects.select_for_update().filter(taken__lt=FULL).order_by("number").first()
    if held is None:
        _take_turn("lists")
        held = StatusList.objects.select_for_update().filter(taken__lt=FULL).order_by("number").first()
    if held is None:
        held = StatusList.objects.create(number=StatusList.objects.count() + 1)
    index = secrets.randbelow(bitstrings.LENGTH)
    while held.credentials.filter(index=index).exists():
        index = secrets.randbelow(bitstrings.LENGTH)
    held.taken += 1
    held.save(update_fields=["taken"])
    return held, index


def _locked(credential: Credential) -> Credential:
    return Credential.objects.select_for_update().get(pk=credential.pk)


def _mark(credential: Credential, **values: datetime | None) -> None:
    for name, value in values.items():
        setattr(credential, name, value)
    credential.save(update_fields=[*values])


# --------------------------------------------------------------------------------------------------------------- keys


@operation
def make_key(*, by: Actor, at: datetime) -> SigningKey:
    """Make the first key, unless one signs already; raises `Refused` when its private half is not on this machine."""
    _take_turn("keys")
    key = SigningKey.objects.filter(until__isnull=True).first()
    if key is None:
        return _new_key(by, at)
    try:
        keys.private(key.name)
    except keys.KeyMissing as missing:
        raise Refused(
            f"{missing} Remettez le fichier à sa place, ou faites une autre clé : rotate_signing_key."
        ) from None
    return key


@operation
def rotate_key(*, by: Actor, at: datetime) -> SigningKey:
    """Replace the key that signs by a new one. What the former signed is still verified."""
    _take_turn("keys")
    former = SigningKey.objects.select_for_update().filter(until__isnull=True).first()
    if former is not None:
        _retire(former, at, by)
    return _new_key(by, at)


@operation
def compromise_key(*, name: str, since: datetime, by: Actor, at: datetime, reason: str) -> SigningKey:
    """Declare that someone else may have been signing with a key since a moment; return the key that signs now.

    What it signed since then is refused; what it signed before stays, here, where the register tells what that was.
    Elsewhere it is recognised no more: the holders take a copy signed by the new key. Declared again, the earliest
    moment counts.
    Raises `Refused` for a key that is not ours, or a moment to come.
    """
    _take_turn("keys")
    key = SigningKey.objects.select_for_update().filter(name=name).first()
    if key is None:
        raise Refused("Aucune clé de ce nom n’a jamais signé.")
    if since > at:
        raise Refused("Dites depuis quand la clé n’est plus sûre : un moment passé.")
    if key.until is None:
        _retire(key, at, by)
    if key.compromised_at is None or since < key.compromised_at:
        key.compromised_at = since
        key.save(update_fields=["compromised_at"])
        told = said(since, "j F Y à H:i")
        record("credentials.key_compromised", key, by=by, at=at, reason=reason, key=key.name, since=told)
    return SigningKey.objects.filter(until__isnull=True).first() or _new_key(by, at)


def _retire(key: SigningKey, at: datetime, by: Actor) -> None:
    key.until = at
    key.save(update_fields=["until"])
    record("credentials.key_retired", key, by=by, at=at, key=key.name)


def _new_key(by: Actor, at: datetime) -> SigningKey:
    try:
        name = keys.make()
    except keys.KeyMissing as missing:
        raise Refused(str(missing)) from None
    key = SigningKey.objects.create(name=name, since=at)
    record("credentials.key_made", key, by=by, at=at, key=name)
    return key
