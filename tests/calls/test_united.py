"""An application whose organisation was united to another since: its people keep their file, and judge none of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.models import Application
from accelerator.calls.operations import applications, examining, opinions
from accelerator.calls.queries.conflicts import bars_of
from accelerator.calls.queries.opinions import is_of_applicant
from accelerator.calls.queries.recipients import told_of
from accelerator.calls.queries.standing import examined, file_standing_of, judged, own_side
from accelerator.calls.states import ApplicationState
from accelerator.community.models import Organisation
from accelerator.community.operations.merging import merge
from accelerator.community.states import RoleName
from accelerator.workflow import Refused
from tests import factories
from tests.calls.judging import Campaign
from tests.client import HostileClient

Perform = Callable[..., Any]


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


@pytest.fixture
def representative() -> Person:
    return factories.person()


@pytest.fixture
def kept() -> Organisation:
    """The record that lives on; the one that applied is united to it by `united`."""
    return factories.organisation(name="Les Paniers fictifs")


@pytest.fixture
def united(
    campaign: Campaign, representative: Person, kept: Organisation, perform: Perform, at: datetime
) -> Application:
    """A file of an organisation whose record was united to another while it is examined."""
    applied = factories.organisation(name="Paniers fictifs")
    factories.role(applied, name=RoleName.REPRESENTATIVE, holder=representative)
    file = campaign.file(ApplicationState.SUBMITTED, organisation=applied, person=representative)
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    given: dict[str, Any] = {"taken": [], "keeps_roles": True, "reason": "La même association.", "by": moderator}
    perform(merge, organisation=applied, into=kept, at=at, **given)
    return Application.objects.get(pk=file.pk)


def test_its_people_still_find_it_are_told_and_withdraw_it(
    united: Application, representative: Person, perform: Perform, at: datetime, client: HostileClient
) -> None:
    assert [one.email for one in told_of(united)] == [representative.email]
    client.force_login(representative)
    page = reverse("calls:application", args=[united.public_id])
    assert page in client.get(reverse("calls:my_applications")).text
    assert client.get(page).status_code == 200
    done = perform(applications.withdraw, application=united, reason="", by=representative, at=at)
    assert done.state == ApplicationState.WITHDRAWN


def test_a_manager_of_the_record_that_lives_on_has_the_file(
    united: Application, kept: Organisation, client: HostileClient
) -> None:
    manager = factories.role(kept, name=RoleName.MANAGER).person
    client.force_login(manager)
    page = reverse("calls:application", args=[united.public_id])
    assert page in client.get(reverse("calls:my_applications")).text
    assert client.get(page).status_code == 200


def test_nobody_of_the_record_that_lives_on_examines_it(
    united: Application, kept: Organisation, campaign: Campaign, perform: Perform, at: datetime, client: HostileClient
) -> None:
    assert judged(campaign.officer).filter(pk=united.pk).exists()
    factories.role(kept, name=RoleName.MEMBER, holder=campaign.officer)
    assert not judged(campaign.officer).filter(pk=united.pk).exists()
    assert not examined(campaign.officer).filter(pk=united.pk).exists()
    with pytest.raises(Refused, match="du côté de qui candidate"):
        perform(examining.admit, application=united, by=campaign.officer, at=at)
    client.force_login(campaign.officer)
    assert client.get(reverse("calls:file", args=[united.public_id])).status_code in (403, 404)


def test_the_applicants_side_is_the_same_for_all_that_is_done_with_a_file(campaign: Campaign) -> None:
    """Whoever began it, submitted it or is of the organisation: none examines, lists, judges or gives an opinion."""
    began, submitted, member, stranger = (factories.person() for _ in range(4))
    file = campaign.file(ApplicationState.SUBMITTED, person=began, submitted_by=submitted)
    factories.role(file.organisation, name=RoleName.MEMBER, holder=member)
    for person in (began, submitted, member, stranger):
        factories.call_role(campaign.call, holder=person)
        kept_away = {
            "acting": file_standing_of(person, file).is_of_applicant,
            "listing": not judged(person).filter(pk=file.pk).exists(),
            "examining": not examined(person).filter(pk=file.pk).exists(),
            "own side": file.pk in own_side(person),
            "opinion": is_of_applicant(file, person.email.upper()),
            "link": bool(bars_of(file, [person])),
        }
        assert set(kept_away.values()) == {person is not stranger}, kept_away


@pytest.mark.parametrize("kind", ["member", "domain", "record"])
def test_nobody_of_the_record_that_lives_on_says_what_a_service_thinks(
    kind: str, united: Application, kept: Organisation, campaign: Campaign, perform: Perform, at: datetime
) -> None:
    email = "inconnue@candidat-fictif.example"
    if kind == "member":
        email = factories.role(kept, name=RoleName.MEMBER).person.email or ""
    elif kind == "domain":
        factories.email_domain(kept, added_by=factories.person(), confirmed=True, domain="candidat-fictif.example")
    else:
        Organisation.objects.filter(pk=kept.pk).update(contact_email=email)
    asked = {"who": "Direction fictive", "email": email, "question": "Le besoin est-il connu ?"}
    due_on = timezone.localdate(at) + timedelta(days=30)
    with pytest.raises(Refused, match="du côté de qui candidate"):
        perform(opinions.ask_opinion, application=united, due_on=due_on, by=campaign.officer, at=at, **asked)
