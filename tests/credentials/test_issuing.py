"""Attesting: once for a thing, with a bit of one's own, whatever comes at the same moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.utils import InternalError

from accelerator.credentials import bitstrings, operations, queries
from accelerator.credentials.documents import Unfit
from accelerator.credentials.models import Credential, SigningKey, StatusList
from accelerator.journal.models import Event
from accelerator.workflow import transaction
from tests import factories
from tests.credentials.conftest import SUBJECT, TEAM, YEAR

Attest = Callable[..., Credential]


def test_attested_twice_with_the_same_words_it_is_the_same(attest: Attest) -> None:
    thing = factories.organisation()
    first = attest(about=thing)
    assert attest(about=thing) == first
    second = attest(about=thing, name="Label renouvelé")
    first.refresh_from_db()
    assert first.revoked_at is not None
    assert queries.credential_of(thing) == second
    assert sorted(Event.objects.filter(code__startswith="credentials.").values_list("code", flat=True)) == [
        *["credentials.issued"] * 2,
        "credentials.key_made",
        "credentials.revoked",
    ]


def test_a_word_that_would_not_be_signed_is_refused_when_it_is_attested(attest: Attest) -> None:
    with pytest.raises(Unfit, match="unheardOf"):
        attest(subject={**SUBJECT, "unheardOf": "x"})
    assert not Credential.objects.exists()


def test_attesting_needs_no_private_key(attest: Attest, settings: Any) -> None:
    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS / "elsewhere"
    assert attest().pk


@pytest.mark.server
def test_the_database_keeps_what_was_attested(attest: Attest, perform: Callable[..., Any], at: datetime) -> None:
    credential = attest()
    perform(operations.revoke, credential=credential, by=TEAM, at=at, reason="Essai.")
    for change in ({"claims": {}}, {"index": 3}, {"about": "x"}, {"revoked_at": None}, {"issued_at": at}):
        with pytest.raises((InternalError, IntegrityError)), transaction():
            Credential.objects.filter(pk=credential.pk).update(**change)
    with pytest.raises((InternalError, IntegrityError)), transaction():
        Credential.objects.all().delete()


@pytest.mark.server
def test_many_at_once_take_bits_of_their_own(together: Callable[..., list[Any]], at: datetime) -> None:
    def one() -> tuple[int, int]:
        with transaction():
            made = operations.issue(
                about=factories.organisation(),
                name="Label d’essai",
                subject=SUBJECT,
                valid_from=at,
                valid_until=at + YEAR,
                by=TEAM,
                at=at,
            )
        return made.status_list_id, made.index

    bits = together(*[one] * 8)
    assert len(set(bits)) == 8
    assert {number for number, _ in bits} == {1}
    [taken] = together(lambda: StatusList.objects.get().taken)
    assert taken == 8


@pytest.mark.server
def test_one_thing_attested_by_two_at_once_has_one_credential(together: Callable[..., list[Any]], at: datetime) -> None:
    [thing] = together(factories.organisation)

    def one() -> int:
        with transaction():
            return operations.issue(
                about=thing, name="Label", subject=SUBJECT, valid_from=at, valid_until=None, by=TEAM, at=at
            ).pk

    assert len(set(together(one, one, one))) == 1


def test_a_list_that_is_full_is_followed_by_another(attest: Attest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "FULL", 2)
    assert [attest().status_list_id for _ in range(5)] == [1, 1, 2, 2, 3]


def test_a_bit_that_is_taken_is_drawn_again(attest: Attest, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([7, 7, 7, 8])
    monkeypatch.setattr("accelerator.credentials.operations.secrets.randbelow", lambda most: next(drawn))
    assert [attest().index, attest().index] == [7, 8]


def test_a_bit_that_was_given_by_the_base_is_in_the_list(attest: Attest) -> None:
    credential = attest()
    with pytest.raises(IntegrityError), transaction(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO credentials_credential"
            " (public_id, about, claims, issued_at, valid_from, status_list_id, index)"
            " VALUES (gen_random_uuid(), 'x', '{}', now(), now(), %s, %s)",
            [credential.status_list_id, bitstrings.LENGTH],
        )


@pytest.mark.server
def test_two_keys_never_sign_at_once(
    together: Callable[..., list[Any]], settings: Any, tmp_path: Any, at: datetime
) -> None:
    settings.CREDENTIAL_KEYS = tmp_path / "keys"

    def made() -> str:
        with transaction():
            return operations.make_key(by=TEAM, at=at).name

    def rotated() -> str:
        with transaction():
            return operations.rotate_key(by=TEAM, at=at + timedelta(seconds=1)).name

    assert len(set(together(made, made, made))) == 1
    together(rotated, rotated)
    [(signing, all_keys)] = together(
        lambda: (SigningKey.objects.filter(until__isnull=True).count(), SigningKey.objects.count())
    )
    assert (signing, all_keys) == (1, 3)


def test_a_key_whose_file_is_lost_is_not_replaced_by_itself(
    key: SigningKey, settings: Any, perform: Callable[..., Any], at: datetime
) -> None:
    assert perform(operations.make_key, by=TEAM, at=at) == key
    (settings.CREDENTIAL_KEYS / f"{key.name}.pem").unlink()
    with pytest.raises(operations.Refused, match="rotate_signing_key"):
        perform(operations.make_key, by=TEAM, at=at)
