"""What an identity provider says of a person: kept, believed for a day, given back, erased."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError

from accelerator.accounts.models import ExternalIdentity
from accelerator.accounts.operations import delete_account
from accelerator.accounts.personal_data import export
from accelerator.accounts.queries import attested_siret
from tests import factories

Perform = Callable[..., Any]
SIRET = "00000001800010"


def test_the_siret_of_the_last_entry_is_believed_for_a_day(at: datetime) -> None:
    person = factories.person()
    assert attested_siret(person, at) is None
    factories.external_identity(person, attested_at=at)
    said = attested_siret(person, at)
    assert said
    assert (said.siret, said.siren, said.attested_at) == (SIRET, "000000018", at)
    assert attested_siret(person, at + timedelta(hours=23, minutes=59)) == said
    assert attested_siret(person, at + timedelta(hours=24)) is None
    assert attested_siret(factories.person(), at) is None


def test_of_two_employers_the_last_one_counts(at: datetime) -> None:
    person = factories.person()
    factories.external_identity(person, attested_at=at - timedelta(hours=2))
    factories.external_identity(person, attested_at=at - timedelta(hours=1), siret="00000002600013")
    said = attested_siret(person, at)
    assert said
    assert said.siret == "00000002600013"
    factories.external_identity(person, attested_at=at, siret="")
    assert attested_siret(person, at) is None


def test_an_identity_is_of_one_person() -> None:
    identity = factories.external_identity(factories.person())
    with pytest.raises(IntegrityError, match="external_identity_of_one_person"):
        factories.external_identity(factories.person(), issuer=identity.issuer, sub=identity.sub)


@pytest.mark.parametrize("siret", ["1234", "0000000180001X", "000000018000100"])
def test_a_siret_has_fourteen_digits(siret: str) -> None:
    with pytest.raises(DatabaseError):
        factories.external_identity(factories.person(), siret=siret)


def test_an_identity_is_given_back_and_erased(at: datetime, perform: Perform) -> None:
    person, other = factories.person(), factories.person()
    identity, kept = factories.external_identity(person), factories.external_identity(other)
    (given,) = export(person)["identités ProConnect"]
    assert (given["identifiant"], given["adresse"], given["SIRET"]) == (identity.sub, identity.email, SIRET)
    perform(delete_account, person=person, by=person, at=at)
    assert list(ExternalIdentity.objects.all()) == [kept]
