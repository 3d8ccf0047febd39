"""Each rule is documented, and answers as its table says."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from accelerator.community import rules
from accelerator.community.models import Organisation
from accelerator.community.queries.people import covered, covers
from accelerator.community.states import DelegationScope, RoleName
from accelerator.geography.models import Place
from accelerator.geography.perimeters import cover_of
from accelerator.workflow import Refused
from tests import factories

PAGE = Path(__file__).parents[2] / "docs" / "rules" / "qui-peut-quoi.md"
ROW = re.compile(r"^\| `(community\.\w+)` \| (.+) \|$", re.MULTILINE)
RELATIONS = ("member", "manager", "representative", "helper", "moderator")


def documented() -> dict[str, list[str]]:
    return {name: cells.split(" | ")[1:] for name, cells in ROW.findall(PAGE.read_text())}


def test_every_rule_has_its_line() -> None:
    assert sorted(documented()) == rules.names()


@pytest.mark.parametrize("name", sorted(documented()))
def test_a_rule_answers_as_its_line_says(name: str) -> None:
    organisation = factories.organisation()
    people = {
        role: factories.role(organisation, name=role).person
        for role in (RoleName.MEMBER, RoleName.MANAGER, RoleName.REPRESENTATIVE)
    }
    people["helper"] = factories.mandate(organisation, granted_by=people["manager"]).helper
    people["moderator"] = factories.role(None, name=RoleName.MODERATOR).person
    for relation, said in zip(RELATIONS, documented()[name], strict=True):
        reason = rules.reason_against(name, people[relation], organisation)
        assert (reason is None) == said.startswith("oui"), f"{relation} : {said} / {reason}"
    assert (rules.reason_against(name, factories.person(), organisation) is None) == (
        name in ("community.ask_to_join", "community.claim")
    )


def test_an_unknown_rule_is_an_error() -> None:
    with pytest.raises(LookupError, match="Règles connues"):
        rules.reason_against("community.fly", factories.person(), factories.organisation())


def test_a_refusal_carries_the_reason() -> None:
    with pytest.raises(Refused, match="gestionnaire"):
        rules.require("community.invite", factories.person(), factories.organisation())


@pytest.fixture
def figeac() -> Organisation:
    seat = Place.objects.filter(kind="commune", code="46102").first()
    if seat is None:
        pytest.skip("les lieux ne sont pas chargés")
    return factories.organisation(seat=seat)


@pytest.mark.parametrize(
    ("perimeter", "held"),
    [([], True), (["departement-46"], True), (["departement-12"], False), (["departement-12", "departement-46"], True)],
)
def test_a_moderator_moderates_in_their_perimeter(figeac: Organisation, perimeter: list[str], held: bool) -> None:
    role = factories.role(
        None, name=RoleName.MODERATOR, perimeter=perimeter, perimeter_cover=cover_of(perimeter) if perimeter else []
    )
    assert covers(role, figeac) is held
    assert (rules.reason_against("community.moderate", role.person, figeac) is None) is held


@pytest.mark.parametrize(
    ("acts_on", "perimeter", "held"),
    [
        ([], ["departement-46"], False),
        (["commune-46102"], ["departement-46"], True),
        (["region-76"], ["departement-46"], True),  # a part of where it acts
        (["region-76"], ["departement-59"], False),
        (["region-76"], [], True),
    ],
)
def test_without_a_seat_the_perimeter_touches_where_it_acts(
    acts_on: list[str], perimeter: list[str], held: bool
) -> None:
    organisation = factories.organisation(seat=None, territories=acts_on, territories_cover=cover_of(acts_on))
    role = factories.role(None, name=RoleName.MODERATOR, perimeter=perimeter, perimeter_cover=cover_of(perimeter))
    assert covers(role, organisation) is held
    assert Organisation.objects.filter(covered(role)).exists() is held


def test_a_delegation_lasts_from_its_first_day_to_its_last() -> None:
    organisation = factories.organisation()
    giver = factories.role(organisation, name=RoleName.REPRESENTATIVE).person
    delegate = factories.role(organisation, name=RoleName.MEMBER).person
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    factories.delegation(organisation, giver=giver, delegate=delegate, starts_on=first, ends_on=last)
    day = timedelta(days=1)
    for on, allowed in ((first - day, False), (first, True), (last, True), (last + day, False)):
        answer = rules.may_act_for(delegate, organisation, DelegationScope.SUBMIT, on)
        assert (answer is None) is allowed
    assert rules.may_act_for(delegate, organisation, DelegationScope.SIGN, first)
