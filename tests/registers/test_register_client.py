import json
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accelerator.registers.clients import Unavailable, find_company
from accelerator.registers.identifiers import understand
from tests.registers import register_server as server
from tests.registers.register_server import JARDINS, Register

SIRET = f"{JARDINS}00074"


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def test_a_siret_finds_its_company(register: Register, at: datetime) -> None:
    answer = find_company(understand(SIRET), at=at)
    found = answer.company
    assert found is not None
    assert (found.siren, found.name, found.acronym) == (JARDINS, "LES JARDINS D'EXEMPLE", "LJE")
    assert (found.legal_category, found.activity_code, found.created_on) == ("9220", "81.30Z", "2009-04-01")
    assert (found.is_ess, found.is_mission_driven, found.rna) == (True, False, "W461001234")
    assert found.seat is not None
    assert (found.seat.commune, found.seat.siret) == ("46102", SIRET)
    assert found.publishable
    assert answer.read_at == at


def test_an_rna_finds_its_company_and_no_other(register: Register, at: datetime) -> None:
    found = find_company(understand("W461001234"), at=at).company
    assert found is not None
    assert found.siren == JARDINS
    register.next(server.results(server.company()))
    assert find_company(understand("W999000000"), at=at).company is None


def test_the_officers_are_not_asked_for_and_the_asker_says_who_it_is(register: Register, at: datetime) -> None:
    find_company(understand(SIRET), at=at)
    (question,) = register.questions
    assert question["include"] == ["siege,complements,matching_etablissements"]
    assert question["minimal"] == ["true"]
    assert register.agents[0].startswith("French IMPACT")


def test_an_answer_is_kept_a_day_and_an_absence_ten_minutes(register: Register, at: datetime) -> None:
    find_company(understand(SIRET), at=at)
    find_company(understand(SIRET), at=at + timedelta(hours=23))
    assert len(register.questions) == 1
    find_company(understand(SIRET), at=at + timedelta(hours=25))
    assert len(register.questions) == 2
    register.known.clear()
    assert find_company(understand("404833048"), at=at).company is None
    assert find_company(understand("404833048"), at=at + timedelta(minutes=9)).company is None
    assert len(register.questions) == 3
    find_company(understand("404833048"), at=at + timedelta(minutes=11))
    assert len(register.questions) == 4


def test_a_stale_answer_beats_none_and_says_its_date(register: Register, at: datetime) -> None:
    find_company(understand(SIRET), at=at)
    register.always(server.says(500))
    late = find_company(understand(SIRET), at=at + timedelta(days=3))
    assert late.is_stale
    assert late.read_at == at
    assert late.company is not None


@pytest.mark.parametrize(
    "behaviour",
    [
        server.says(500, b"{}"),
        server.says(302, b"", Location="http://127.0.0.1:1/"),
        server.says(400, b'{"erreur": "non"}'),
        server.says(200, b"<html>Maintenance</html>"),
        server.says(200, b"[]"),
        server.says(200, b"{}"),
        server.says(200, b"\xff\xfe"),
        server.says(200, b'{"results": "beaucoup"}'),
        server.says(200, b'{"results": ["un"]}'),
        server.says(200, b'{"results": [{"siren": 732829320}]}'),
        server.results(server.company(siren="../../etc")),
        server.results(server.company(siege="ailleurs")),
        server.results(server.company(complements=[1])),
        server.results(server.company(nom_raison_sociale=None, nom_complet=None)),
        server.results(server.company(nom_raison_sociale={"a": 1})),
        server.says(200, b'{"results": [' + b" " * 600_000 + b"]}"),
        server.says(429, b"", Retry_After="3600"),
        server.says(429, b"", Retry_After="bientôt".encode().decode("latin-1")),
        server.sleeps(1.2),
        server.hangs_up,
    ],
)
def test_trouble_is_unavailability_never_a_wrong_answer(
    register: Register, at: datetime, behaviour: Callable[[Any], None], settings: Any
) -> None:
    settings.COMPANY_REGISTER_TIMEOUT = 0.5
    register.always(behaviour)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        find_company(understand(SIRET), at=at)
    assert time.monotonic() - started < 60  # an hour is asked for below, and never waited


def test_an_absent_server_is_unavailability(settings: Any, at: datetime) -> None:
    settings.COMPANY_REGISTER_URL = "http://127.0.0.1:9"
    with pytest.raises(Unavailable):
        find_company(understand(SIRET), at=at)


def test_one_lost_connection_is_tried_again(register: Register, at: datetime) -> None:
    register.next(server.hangs_up)
    assert find_company(understand(SIRET), at=at).company is not None
    assert len(register.questions) == 2


def test_a_short_wait_asked_is_respected(register: Register, at: datetime) -> None:
    register.next(server.says(429, b"", Retry_After="1"))
    started = time.monotonic()
    assert find_company(understand(SIRET), at=at).company is not None
    assert time.monotonic() - started >= 1


def test_after_a_failure_the_next_does_not_wait(register: Register, at: datetime) -> None:
    register.next(server.says(500))
    for _ in range(2):
        with pytest.raises(Unavailable):
            find_company(understand(SIRET), at=at)
    assert len(register.questions) == 1


def test_a_natural_person_and_a_unit_that_opposes_are_never_publishable(register: Register, at: datetime) -> None:
    alone = server.company(nature_juridique="1000", nom_raison_sociale=None, nom_complet="CAMILLE EXEMPLE")
    register.next(server.results(alone))
    found = find_company(understand(SIRET), at=at).company
    assert found is not None
    assert found.is_natural_person
    assert not found.publishable
    assert found.name == ""
    hidden = server.company(siren="404833048", statut_diffusion="P", sigle="[NON-DIFFUSIBLE]")
    register.next(server.results(hidden))
    found = find_company(understand("404833048"), at=at).company
    assert found is not None
    assert not found.publishable
    assert found.acronym == ""
    silent = server.company(siren="005520135")
    del silent["statut_diffusion"]
    register.next(server.results(silent))
    found = find_company(understand("005520135"), at=at).company
    assert found is not None
    assert not found.publishable


def test_what_is_odd_does_not_get_in(register: Register, at: datetime) -> None:
    odd = server.company(
        nom_raison_sociale="A\x00B\n" + "C" * 500,
        nature_juridique="92",
        activite_principale="n'importe quoi",
        date_creation="2009-13-45",
        siege=server.establishment(SIRET, commune="Figeac", adresse="[NON-DIFFUSIBLE] 46100 FIGEAC"),
        complements={"identifiant_association": "178-236"},
    )
    register.next(server.results(odd))
    found = find_company(understand(SIRET), at=at).company
    assert found is not None
    assert found.name.startswith("A B CCC")
    assert len(found.name) == 200
    assert (found.legal_category, found.activity_code, found.created_on, found.rna) == ("", "", "", "")
    assert found.seat is not None
    assert (found.seat.commune, found.seat.address) == ("", "")
    assert found.is_ess is None


def test_an_answer_survives_being_kept(register: Register, at: datetime) -> None:
    answer = find_company(understand(SIRET), at=at)
    kept = json.loads(json.dumps(answer.as_json()))
    assert type(answer).from_json(kept) == answer
