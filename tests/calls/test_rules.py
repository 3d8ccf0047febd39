"""Each rule is documented, and answers as its table says."""

import re
from pathlib import Path

import pytest

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Call
from accelerator.calls.queries.standing import call_standing_of, file_standing_of
from accelerator.calls.rules import registry
from accelerator.calls.states import ApplicationState, CallRoleName, CallState
from accelerator.community.models import Organisation
from accelerator.community.states import RoleName
from tests import factories

PAGE = Path(__file__).parents[2] / "docs" / "rules" / "qui-peut-quoi-appels.md"
ROW = re.compile(r"^\| `(calls\.\w+)` \| (.+) \|$", re.MULTILINE)
DOCUMENTED = {name: cells.split(" | ")[1:] for name, cells in ROW.findall(PAGE.read_text())}
OF_CALL = sorted(name for name, cells in DOCUMENTED.items() if len(cells) == 6)
OF_FILE = sorted(name for name, cells in DOCUMENTED.items() if len(cells) == 7)


def test_every_rule_has_its_line() -> None:
    assert sorted(DOCUMENTED) == registry.names()


@pytest.mark.parametrize("name", OF_CALL)
def test_a_rule_about_a_call_answers_as_its_line_says(name: str) -> None:
    call = factories.call(state=CallState.DRAFT)
    roles = (CallRoleName.AUTHOR, CallRoleName.OFFICER, CallRoleName.SIGNATORY, CallRoleName.CHAIR)
    people = [factories.call_role(call, name=role).person for role in roles]
    people += [factories.role(None, name=RoleName.ADMINISTRATOR).person, factories.person()]
    for person, said in zip(people, DOCUMENTED[name], strict=True):
        reason = registry.reason_within(name, call_standing_of(person, call))
        assert (reason is None) == said.startswith("oui"), f"{said} / {reason}"


def _people(call: Call, organisation: Organisation) -> list[Person]:
    members = [
        factories.role(organisation, name=role).person
        for role in (RoleName.MEMBER, RoleName.MANAGER, RoleName.REPRESENTATIVE)
    ]
    helper = factories.mandate(organisation, granted_by=members[1]).helper
    elsewhere = ["departement-2A"]
    return [
        *members,
        helper,
        factories.call_role(call).person,
        factories.call_role(call, perimeter=elsewhere, perimeter_cover=elsewhere).person,
        factories.call_role(call, name=CallRoleName.AUTHOR).person,
    ]


@pytest.mark.parametrize("name", OF_FILE)
def test_a_rule_about_a_file_answers_as_its_line_says(name: str) -> None:
    call, organisation = factories.call(), factories.organisation()
    people = _people(call, organisation)
    file: Application = factories.call_application(
        factories.call_version(call), organisation=organisation, state=ApplicationState.SUBMITTED
    )
    for person, said in zip(people, DOCUMENTED[name], strict=True):
        reason = registry.reason_within(name, file_standing_of(person, file))
        assert (reason is None) == said.startswith("oui"), f"{said} / {reason}"


def test_a_draft_is_not_the_services() -> None:
    call = factories.call()
    officer = factories.call_role(call).person
    draft = factories.call_application(factories.call_version(call))
    reason = registry.reason_within("calls.read_file", file_standing_of(officer, draft))
    assert reason is not None
