"""After a deletion, the address and the name are nowhere in the whole database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.accounts.operations import delete_account
from accelerator.community.models import ContactMessage, JoinRequest, Role
from accelerator.community.operations import checks, claims, domains, handovers, merging
from accelerator.community.operations.invitations import accept_invitation, invite
from accelerator.community.operations.joining import ask_to_join, reject_join
from accelerator.community.operations.messages import reply, write_to
from accelerator.community.operations.people import end_role
from accelerator.community.operations.reports import report_error
from accelerator.community.states import ReportTopic, RoleName
from accelerator.journal.models import Event
from tests import factories
from tests.client import HostileClient

ADDRESS = "theodora.exemplaire@personnes.example"
NAME = "Théodora Exemplaire"
Deliver = Callable[[], list[Any]]
Perform = Callable[..., Any]


def everywhere(*words: str) -> list[str]:
    """The rows of every table that hold one of the words, whatever its capitals."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table == "demonstration_mail":  # the mail box of the demonstration, absent from production
                continue
            for word in words:
                quoted = connection.ops.quote_name(table)
                cursor.execute(f"SELECT t::text FROM {quoted} AS t WHERE t::text ILIKE %s", [f"%{word}%"])
                found += [f"{table}: {row[0][:300]}" for row in cursor.fetchall()]
    return found


@pytest.fixture
def theodora() -> Person:
    return factories.person(given_name="Théodora", family_name="Exemplaire", email=ADDRESS)


def test_a_whole_life_leaves_no_name(
    client: HostileClient, theodora: Person, perform: Perform, at: datetime, deliver: Deliver
) -> None:
    organisation, other = factories.organisation(contact_email=ADDRESS), factories.organisation()
    manager = factories.role(organisation).person
    elsewhere = factories.role(other).person
    invitation = perform(invite, organisation=organisation, email=ADDRESS, role=RoleName.MANAGER, by=manager, at=at)
    perform(accept_invitation, invitation=invitation, by=theodora, at=at)
    perform(invite, organisation=organisation, email="tierce@personnes.example", role="member", by=theodora, at=at)
    asked = perform(ask_to_join, organisation=other, message=f"{NAME}, bonjour", by=theodora, at=at)
    perform(reject_join, request=asked, answer=f"Non, {NAME} n’est pas des nôtres.", by=elsewhere, at=at)
    third = factories.organisation()
    boss = factories.role(third).person
    held = factories.role(third, holder=theodora, name=RoleName.MEMBER)
    perform(end_role, role=held, reason=f"{NAME} est partie, écrire à {ADDRESS}", by=boss, at=at)
    first = perform(write_to, organisation=other, subject="Bonjour", body=f"Je suis {NAME}", by=theodora, at=at)
    perform(reply, message=first, body=f"Chère {NAME}", by=elsewhere, at=at)
    perform(report_error, organisation=other, topic=ReportTopic.OTHER, message=f"Signé {NAME}", by=theodora, at=at)
    _claims_and_merges(theodora, perform, at)
    client.post("/compte/connexion", {"email": ADDRESS})
    client.force_login(theodora)
    client.get("/compte/")
    client.post("/compte/nom", {"given_name": "Théodora", "family_name": "Exemplaire"})
    client.post(f"/organisations/{organisation.key}/invitations/nouvelle", {"email": ADDRESS, "role": "member"})
    deliver()
    assert everywhere(ADDRESS)
    perform(delete_account, person=theodora, by=theodora, at=timezone.now())
    deliver()
    assert everywhere(ADDRESS, NAME, "Théodora") == []
    assert Event.objects.filter(code="community.role_ended").get().reason == "[effacé]"


def _claims_and_merges(theodora: Person, perform: Perform, at: datetime) -> None:
    """What she claimed, contested, united, took over and was offered; what others wrote of it."""
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    claimed = factories.claim(factories.organisation(contact_email=ADDRESS), claimant=theodora)
    perform(claims.reverse_claim, claim=claimed, back=[], reason=f"{NAME} n’est pas de chez nous.", by=moderator, at=at)
    where = factories.organisation(contact_email=ADDRESS)
    factories.role(where, name=RoleName.MEMBER, holder=theodora, started_at=at - timedelta(days=2))
    contested = factories.claim(where)
    perform(claims.contest, claim=contested, words=f"{NAME} le conteste : {ADDRESS}", by=theodora, at=at)
    twice, kept = factories.organisation(contact_email=ADDRESS), factories.organisation()
    why = f"{NAME} a inscrit deux fois la même."
    perform(
        merging.merge,
        organisation=twice,
        into=kept,
        taken=["contact_email"],
        keeps_roles=True,
        reason=why,
        by=moderator,
        at=at,
    )
    for answer in (handovers.accept_handover, handovers.decline_handover, None):
        place = factories.organisation()
        giver = factories.role(place).person
        offered = perform(handovers.offer_handover, organisation=place, email=ADDRESS, by=giver, at=at)
        if answer:
            perform(answer, handover=offered, by=theodora, at=at)
    mine = factories.organisation()
    factories.role(mine, holder=theodora)
    domain = perform(domains.add_domain, organisation=mine, domain="personnes.example", by=theodora, at=at)
    perform(domains.confirm_domain, domain=domain, by=theodora, at=at)
    perform(checks.confirm_record, organisation=mine, by=theodora, at=at)
    perform(handovers.offer_handover, organisation=mine, email="suite@personnes.example", by=theodora, at=at)


def test_others_words_stay(theodora: Person, perform: Perform, at: datetime) -> None:
    """What does not name the person is not touched: a reason given to someone else, a mail about someone else."""
    organisation = factories.organisation()
    boss = factories.role(organisation).person
    other = factories.role(organisation, name=RoleName.MEMBER)
    perform(end_role, role=other, reason="A quitté l’association", by=boss, at=at)
    perform(delete_account, person=theodora, by=theodora, at=at + timedelta(minutes=1))
    assert Event.objects.get(code="community.role_ended").reason == "A quitté l’association"
    assert Role.objects.filter(person=other.person).exists()
    assert not JoinRequest.objects.exists()
    assert not ContactMessage.objects.exists()


def test_a_common_first_name_alone_is_not_hunted(perform: Perform, at: datetime) -> None:
    person = factories.person(given_name="Rose", family_name="")
    organisation = factories.organisation()
    boss = factories.role(organisation).person
    sender = factories.person(given_name="Noé", family_name="Exemplaire")
    perform(write_to, organisation=organisation, subject="Une rose", body="Rose des vents", by=sender, at=at)
    perform(delete_account, person=person, by=person, at=at)
    assert everywhere("Rose des vents")
    assert boss.email
