"""Who may do what to a label: held to the table of docs/rules/vie-d-un-label.md."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accelerator.community.models import Organisation
from accelerator.community.states import OrganisationState, RoleName
from accelerator.labels.rules.labels import OF_A_LABEL, allowed, label_standing_of
from tests import factories
from tests.labels.following import Labelled

PAGE = Path(settings.ROOT) / "docs" / "rules" / "vie-d-un-label.md"
COLUMNS = ("holder", "delegate", "helper", "member", "officer", "signatory")


def table() -> dict[str, dict[str, str]]:
    """The rows of the page: rule -> column -> what it says."""
    rows = {}
    for line in PAGE.read_text().splitlines():
        if line.startswith("| `labels."):
            first, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            rows[first.split("`")[1]] = dict(zip(COLUMNS, cells, strict=True))
    return rows


@pytest.mark.parametrize("ceased", [False, True])
def test_the_page_says_what_the_rules_do(ceased: bool) -> None:
    world = Labelled.make()
    helper = factories.mandate(world.lead, granted_by=world.representative).helper
    delegate = factories.role(world.lead, name=RoleName.MEMBER).person
    factories.delegation(world.lead, giver=world.representative, delegate=delegate)
    if ceased:
        Organisation.objects.filter(pk=world.lead.pk).update(state=OrganisationState.CEASED)
    people = {
        "holder": world.representative,
        "delegate": delegate,
        "helper": helper,
        "member": world.manager_of_partner,
        "officer": world.officer,
        "signatory": world.signatory,
    }
    written = table()
    assert set(written) == set(OF_A_LABEL)
    for column, person in people.items():
        may = allowed(label_standing_of(person, world.fresh()))
        for rule, cells in written.items():
            said = cells[column]
            expected = said == "oui" or (said == "si le chef de file a cessé" and ceased)
            assert may[rule.partition(".")[2]] is expected, (rule, column, ceased)


def test_strangers_may_nothing() -> None:
    world = Labelled.make()
    for person in (factories.person(), AnonymousUser()):
        assert not any(allowed(label_standing_of(person, world.label)).values())


def test_on_a_historic_label_nobody_may_act() -> None:
    world = Labelled.make()
    historic = factories.historic_label(category=world.category, organisation=world.lead)
    for person in (world.representative, world.officer, world.signatory):
        may = allowed(label_standing_of(person, historic))
        assert not any(may[rule] for rule in ("conduct", "pronounce", "follow"))
