"""Categories as configuration: what the files say, another one without code, criteria in versions."""

import json
from collections.abc import Callable
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accelerator.journal.models import Event
from accelerator.labels.composition import Composition
from accelerator.labels.criteria import criteria_of, faults_of
from accelerator.labels.management.commands.load_label import LABELS
from accelerator.labels.models import Category, CriteriaSet
from accelerator.labels.operations.configuring import attach_call, load_category
from accelerator.labels.states import Belonging
from accelerator.workflow import Refused
from tests import factories
from tests.client import HostileClient
from tests.labels.conftest import BY, opened

CODES = sorted(path.stem for path in LABELS.glob("*.json"))


def test_the_six_categories_are_written() -> None:
    assert CODES == ["evaluateur", "financeur", "incubateur", "ptce", "ruche", "territoire"]


@pytest.mark.parametrize("code", CODES)
def test_a_category_is_whole_and_says_what_is_a_default(code: str) -> None:
    written = json.loads((LABELS / f"{code}.json").read_text())
    criteria = criteria_of(written["criteria_set"]["criteria"])
    assert faults_of(criteria) == []
    assert all(one.proofs for one in criteria)
    assert written["defaults"]
    assert written["sources"]


def test_the_territory_has_the_five_published_criteria_and_three_challenges() -> None:
    written = json.loads((LABELS / "territoire.json").read_text())
    criteria = criteria_of(written["criteria_set"]["criteria"])
    assert [one.code for one in criteria] == ["zone", "ecosysteme", "strategie", "gouvernance", "communaute"]
    assert all(one.source and not one.is_default for one in criteria)
    assert written["challenges_wanted"] == 3


def test_the_categories_are_loaded_once() -> None:
    call_command("load_label", stdout=StringIO())
    events = Event.objects.count()
    call_command("load_label", stdout=StringIO())
    assert Event.objects.count() == events
    assert Category.objects.count() == len(CODES)
    assert CriteriaSet.objects.count() == len(CODES)


OWN: dict[str, Any] = {
    "code": "tiers-lieu",
    "title": "Tiers-lieu",
    "plural": "Tiers-lieux",
    "holder": "organisation",
    "summary": "Une catégorie ajoutée sans code.",
    "criteria_set": {
        "since": "2026-01-01",
        "why": "Premiers critères.",
        "criteria": [
            {
                "code": "ouverture",
                "title": "L’ouverture",
                "text": "Chacun peut entrer.",
                "levels": [{"value": 0, "label": "Fermé"}, {"value": 1, "label": "Ouvert"}],
                "expected": 1,
                "is_default": True,
            }
        ],
    },
}


def test_another_category_is_added_without_code(tmp_path: Path, client: HostileClient, at: datetime) -> None:
    call = factories.call(purpose="labels.award", closes_at=None, title="Label tiers-lieu")
    factories.call_version(call, form={"sections": []})
    file = tmp_path / "tiers-lieu.json"
    file.write_text(json.dumps(OWN))
    call_command("load_label", str(file), "--call", call.key, stdout=StringIO())
    page = client.get(reverse("labels:category", args=["tiers-lieu"]))
    assert page.status_code == 200
    assert "L’ouverture" in page.text
    client.force_login(factories.role(factories.organisation()).person)
    assert "Se porter candidat au label Tiers-lieu" in client.get(reverse("labels:start", args=["tiers-lieu"])).text


def test_a_file_that_is_wrong_is_told_and_enters_nothing(tmp_path: Path) -> None:
    file = tmp_path / "faux.json"
    file.write_text("{")
    with pytest.raises(CommandError, match="ne se lit pas"):
        call_command("load_label", str(file))
    file.write_text(json.dumps({**OWN, "holder": "personne"}))
    with pytest.raises(CommandError, match="holder est collective, organisation"):
        call_command("load_label", str(file))
    assert not Category.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": ""}, "Il manque : code"),
        ({"code": "suivi"}, "l’adresse d’autre chose"),
        ({"code": "label-0123456789ab"}, "l’adresse d’autre chose"),
        ({"composition": {"least": 3}}, "n’a pas la forme attendue"),
        ({"opinions": [{"who": "Une direction fictive"}]}, "n’a pas la forme attendue"),
        ({"opinions": [{"who": "Une direction fictive", "days": 0}]}, "un délai en jours"),
        (
            {"criteria_set": {"since": "2026-01-01", "why": "", "criteria": OWN["criteria_set"]["criteria"]}},
            "ce qu’elle",
        ),
        ({"criteria_set": {"since": "2026-01-01", "why": "P", "criteria": []}}, "au moins un critère"),
    ],
)
def test_what_is_to_be_mended_is_said(
    change: dict[str, Any], said: str, perform: Callable[..., Any], at: datetime
) -> None:
    with pytest.raises(Refused, match=said):
        perform(load_category, written={**OWN, **change}, by=BY, at=at)


def test_an_issuer_writes_its_own_delays_and_rules(perform: Callable[..., Any], at: datetime) -> None:
    own = {"retrait_months": None, "retrait_law": "règlement fictif, article 4", "fraud_law": "", "member_days": 10}
    category = perform(load_category, written={**OWN, **own}, by=BY, at=at)
    assert {name: getattr(category, name) for name in own} == own


def test_other_criteria_are_a_new_version_and_the_old_one_ends(perform: Callable[..., Any], at: datetime) -> None:
    category = perform(load_category, written=OWN, by=BY, at=at)
    changed = json.loads(json.dumps(OWN))
    changed["criteria_set"] |= {"since": "2027-01-01", "why": "Plus clair."}
    changed["criteria_set"]["criteria"][0]["text"] = "Chacun peut entrer, sans rendez-vous."
    perform(load_category, written=changed, by=BY, at=at)
    first, second = category.criteria_sets.order_by("number")
    assert (first.until, second.since, second.number) == (date(2027, 1, 1), date(2027, 1, 1), 2)
    changed["criteria_set"]["criteria"][0]["text"] = "Encore autre chose."
    with pytest.raises(Refused, match="après celle en vigueur"):
        perform(load_category, written=changed, by=BY, at=at)
    assert category.criteria_sets.count() == 2


def test_the_call_of_a_label_is_permanent_and_its_own(perform: Callable[..., Any], at: datetime) -> None:
    category = opened("territoire", perform, at)
    perform(attach_call, category=category, call=category.call, by=BY, at=at)
    other = perform(load_category, written=OWN, by=BY, at=at)
    with pytest.raises(Refused, match="autre catégorie"):
        perform(attach_call, category=other, call=category.call, by=BY, at=at)
    with pytest.raises(Refused, match="pas pour objet"):
        perform(attach_call, category=other, call=factories.call(closes_at=None), by=BY, at=at)
    with pytest.raises(Refused, match="celui-ci se clôt"):
        perform(attach_call, category=other, call=factories.call(purpose="labels.award"), by=BY, at=at)


PTCE = Composition.from_json(json.loads((LABELS / "ptce.json").read_text())["composition"])
ESS, COMPANY, OTHER = (str(one) for one in (Belonging.ESS, Belonging.COMPANY, Belonging.OTHER))


@pytest.mark.parametrize(
    ("natures", "holds"),
    [
        ([ESS, COMPANY, OTHER], True),
        ([ESS, ESS, COMPANY, OTHER, OTHER], True),
        ([ESS, COMPANY], False),
        ([ESS, ESS, COMPANY], False),
        ([ESS, ESS, ESS], False),
        ([COMPANY, COMPANY, OTHER], False),
        ([ESS, COMPANY, ""], None),
        ([ESS, "", ""], None),
        ([], False),
    ],
)
def test_the_composition_of_a_ptce(natures: list[str], holds: bool | None) -> None:
    assert PTCE is not None
    assert PTCE.holds(natures) is holds


def test_the_composition_names_what_is_missing() -> None:
    assert PTCE is not None
    lines = {line.label: line.why for line in PTCE.examine([ESS, ESS])}
    assert lines["Au moins 3 personnes morales"] == "2 comptés, il en faut 3."
    assert "0 compté, il en faut 1." in lines.values()
