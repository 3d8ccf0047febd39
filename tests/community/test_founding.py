"""The founding facts."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from accelerator.community.facts import FACTS
from accelerator.community.models import Organisation
from accelerator.community.operations.founding import founding_id, load_founding_facts
from accelerator.community.states import Identity, LegalFamily
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.workflow import Refused

BY = System("founding-facts")


@pytest.fixture
def loaded(places: None, perform: Callable[..., Any], at: datetime) -> int:
    return int(perform(load_founding_facts, by=BY, at=at))


def test_27_territories_and_18_pioneers_each_with_its_source(loaded: int) -> None:
    assert loaded == 45
    organisations = Organisation.objects.prefetch_related("distinctions")
    assert {one.identity for one in organisations} == {Identity.UNKNOWN}
    names = [one.distinctions.get().name for one in organisations]
    assert names.count("Territoire French IMPACT") == 27
    assert names.count("Pionnier French IMPACT") == 18
    assert all(one.source_url and one.distinctions.get().source_url for one in organisations)


def test_what_is_unknown_stays_empty_and_says_so(loaded: int) -> None:
    valley = Organisation.objects.get(name="Vallée de la Marne")
    assert valley.territories == []
    assert "n’est pas connu" in valley.provenance["territories"]["note"]
    phenix = Organisation.objects.get(name="Phenix")
    assert (phenix.siren, phenix.is_ess, phenix.legal_family, phenix.seat) == (None, None, "", None)


def test_a_probable_perimeter_is_said_probable(loaded: int) -> None:
    figeac = Organisation.objects.get(name="Figeac")
    assert figeac.territories == ["epci-200067361"]
    assert "departement-46" in figeac.territories_cover
    assert "probable" in figeac.provenance["territories"]["note"]
    nantes = Organisation.objects.get(name="Nantes Métropole")
    assert "territories" not in nantes.provenance


def test_the_source_names_the_legal_family_of_three_pioneers(loaded: int) -> None:
    cooperatives = Organisation.objects.filter(legal_family=LegalFamily.COOPERATIVE)
    assert {one.name for one in cooperatives} == {"Grap", "Plateau Urbain", "Trait d’Union"}


def test_one_event_and_none_when_run_again(loaded: int, perform: Callable[..., Any], at: datetime) -> None:
    assert Event.objects.filter(code="community.founding_facts_loaded").count() == 1
    assert perform(load_founding_facts, by=BY, at=at) == 0
    assert Event.objects.filter(code="community.founding_facts_loaded").count() == 1


def test_what_a_person_confirmed_is_never_overwritten(loaded: int, perform: Callable[..., Any], at: datetime) -> None:
    phenix = Organisation.objects.get(public_id=founding_id("pionnier", "Phenix"))
    phenix.name, phenix.summary, phenix.themes = "PHENIX", "Autre phrase.", ["EAU"]
    phenix.provenance["name"] = {"source": "Déclaration", "confirmed_by": "person:1"}
    phenix.provenance["summary"] = {"source": "Faits fondateurs (presse)", "confirmed_by": "person:1"}
    phenix.save()
    assert perform(load_founding_facts, by=BY, at=at) == 1
    phenix.refresh_from_db()
    assert (phenix.name, phenix.summary) == ("PHENIX", "Autre phrase.")
    assert phenix.themes == ["GAS"]  # nobody had confirmed them


def test_a_missing_place_is_refused_and_named(
    places: None, perform: Callable[..., Any], at: datetime, tmp_path: Path
) -> None:
    for name in ("territories.csv", "pioneers.csv", "pioneer_themes.csv"):
        text = (FACTS / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("200067361", "999999999"), encoding="utf-8")
    with pytest.raises(Refused, match="epci-999999999"):
        perform(load_founding_facts, by=BY, at=at, folder=tmp_path)
    assert not Organisation.objects.exists()
