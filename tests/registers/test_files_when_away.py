"""The register away: what its files say, with their date."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accelerator.registers.clients import Answer, Unavailable, find_company
from accelerator.registers.identifiers import understand
from accelerator.registers.models import Association, Run, Unit
from tests.registers.files import siren_of, siret_of
from tests.registers.register_server import JARDINS, Register, says

SEAT, OTHER = siret_of(siren_of(1), 1), siret_of(siren_of(1), 2)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def away(register: Register) -> Register:
    register.always(says(503))
    return register


@pytest.fixture
def run(at: datetime) -> Run:
    return Run.objects.create(
        source="sirene",
        digest="x",
        state="done",
        by="system:import-sirene",
        file_on=date(2026, 11, 1),
        started_at=at,
        told_at=at,
        ended_at=at,
    )


def known(run: Run, **values: Any) -> Unit:
    given = {
        "siren": siren_of(1),
        "name": "LES JARDINS FICTIFS",
        "legal_category": "5710",
        "seat_nic": SEAT[9:],
        "commune": "46102",
        "address": "12 RUE DES LILAS",
        "others": [{"nic": OTHER[9:], "commune": "75119", "address": ""}],
        "digest": 1,
        "run": run,
        **values,
    }
    return Unit.objects.create(**given)


def test_the_file_answers_with_its_day(away: Register, run: Run, at: datetime) -> None:
    known(run)
    answer = find_company(understand(OTHER), at=at)
    assert (answer.is_from_file, answer.is_stale, answer.read_at.date()) == (True, True, date(2026, 11, 1))
    company = answer.company
    assert company is not None
    assert (company.name, company.publishable) == ("LES JARDINS FICTIFS", True)
    found = company.establishment(OTHER)
    assert found is not None
    assert found.commune == "75119"
    assert company.seat is not None
    assert (company.seat.siret, company.seat.address) == (SEAT, "12 RUE DES LILAS")
    assert Answer.from_json(answer.as_json()) == answer


def test_an_association_is_found_by_its_rna(away: Register, run: Run, at: datetime) -> None:
    known(run)
    Association.objects.create(number="W462000001", title="LES AMIS", siren=siren_of(1), digest=1, run=run)
    company = find_company(understand("W462000001"), at=at).company
    assert company is not None
    assert company.siren == siren_of(1)


def test_that_a_number_is_in_no_file_proves_nothing(away: Register, run: Run, at: datetime) -> None:
    known(run)
    for number in (siren_of(2), siret_of(siren_of(1), 3), "W462000009"):
        with pytest.raises(Unavailable):
            find_company(understand(number), at=at)


def test_who_opposed_publication_is_said_to_and_nothing_of_them(away: Register, run: Run, at: datetime) -> None:
    known(run, name="", seat_nic="", commune="", address="", others=[], is_withdrawn=True)
    company = find_company(understand(SEAT), at=at).company
    assert company is not None
    assert (company.publishable, company.name, company.seat) == (False, "", None)


def test_the_most_recent_of_what_is_known_is_given(register: Register, run: Run, at: datetime) -> None:
    """A kept answer of today beats the file of the first of November, which beats an answer of October."""
    find_company(understand(JARDINS), at=at)
    register.always(says(503))
    known(run, siren=JARDINS, name="SELON LE FICHIER", others=[])
    later = find_company(understand(JARDINS), at=at + timedelta(days=2))
    assert (later.is_from_file, later.is_stale) == (False, True)
    Run.objects.update(file_on=(at + timedelta(days=1)).date())
    newer = find_company(understand(JARDINS), at=at + timedelta(days=2, seconds=30))
    assert newer.is_from_file
    assert newer.company is not None
    assert newer.company.name == "SELON LE FICHIER"
