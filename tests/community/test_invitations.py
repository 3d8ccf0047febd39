"""Invitations: used twice, expired, forwarded, revoked, and what they tell to whom."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accelerator.accounts.queries import masked
from accelerator.community.models import Invitation, Mandate, Role
from accelerator.community.operations import invitations, people
from accelerator.community.states import RoleName
from accelerator.journal.models import Event
from accelerator.notices.models import Notice
from accelerator.workflow import Refused, submissions
from tests import factories
from tests.client import HostileClient

Perform = Callable[..., Any]
LINK = re.compile(r"https?://[^/\s]+(/invitations/\S+)")


@pytest.fixture
def manager() -> Role:
    return factories.role(factories.organisation())


def sent_link(email: str) -> str:
    notice = Notice.objects.filter(email=email).latest("pk")
    found = LINK.search(notice.body)
    assert found, notice.body
    return found[1]


def test_the_link_is_in_the_mail_alone(perform: Perform, at: datetime, manager: Role) -> None:
    invitation = perform(
        invitations.invite,
        organisation=manager.organisation,
        email="Dominique@Invites.Example",
        role=RoleName.MEMBER,
        by=manager.person,
        at=at,
    )
    token = sent_link("dominique@invites.example").rpartition("/")[2]
    assert len(token) >= 40
    assert token not in invitation.token_digest
    assert Notice.objects.get().secret
    assert "dominique" not in str(Event.objects.values_list("data", flat=True))
    assert invitation.expires_at == at + timedelta(days=14)


def test_inviting_says_nothing_of_an_account(perform: Perform, at: datetime, manager: Role) -> None:
    known = factories.person(email="connue@personnes.example")
    answers = []
    for email in (known.email, "inconnue@personnes.example"):
        invitation = perform(
            invitations.invite,
            organisation=manager.organisation,
            email=email,
            role=RoleName.MEMBER,
            by=manager.person,
            at=at,
        )
        notice = Notice.objects.latest("pk")
        body = notice.body.replace(sent_link(email), "")
        answers.append((invitation.offer, invitation.expires_at, notice.recipient, notice.subject, body))
    assert answers[0] == answers[1]


def test_an_address_is_invited_once_at_a_time(perform: Perform, at: datetime, manager: Role) -> None:
    def invite(moment: datetime) -> Invitation:
        return perform(
            invitations.invite,
            organisation=manager.organisation,
            email="dominique@invites.example",
            role=RoleName.MEMBER,
            by=manager.person,
            at=moment,
        )

    first = invite(at)
    with pytest.raises(Refused, match="déjà en cours"):
        invite(at)
    second = invite(at + timedelta(days=15))
    first.refresh_from_db()
    assert first.revoked_at
    assert second.pk != first.pk


def test_a_member_is_not_invited(perform: Perform, at: datetime, manager: Role) -> None:
    with pytest.raises(Refused, match="déjà celle d’un membre"):
        perform(
            invitations.invite,
            organisation=manager.organisation,
            email=manager.person.email.upper(),
            role=RoleName.MEMBER,
            by=manager.person,
            at=at,
        )


def test_accepting_gives_the_role_once(perform: Perform, at: datetime, manager: Role) -> None:
    person = factories.person(email="dominique@invites.example")
    invitation = factories.invitation(manager.organisation, invited_by=manager.person, email=person.email)
    perform(invitations.accept_invitation, invitation=invitation, by=person, at=at)
    assert Role.objects.current().get(person=person).name == RoleName.MEMBER
    with pytest.raises(Refused, match="déjà accepté"):
        perform(invitations.accept_invitation, invitation=invitation, by=person, at=at)
    assert Notice.objects.get(template="community/invitation_accepted").recipient == manager.person.actor_key


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"revoked_at": True}, "annulée par l’organisation"),
        ({"declined_at": True}, "déclinée"),
        ({"expires_at": True}, "a expiré le"),
    ],
)
def test_a_closed_invitation_says_why(
    perform: Perform, at: datetime, manager: Role, changes: dict[str, bool], sentence: str
) -> None:
    person = factories.person(email="dominique@invites.example")
    values = {name: at - timedelta(hours=1) for name in changes}
    invitation = factories.invitation(manager.organisation, invited_by=manager.person, email=person.email, **values)
    for answer in (invitations.accept_invitation, invitations.decline_invitation):
        with pytest.raises(Refused, match=sentence):
            perform(answer, invitation=invitation, by=person, at=at)
    assert not Role.objects.filter(person=person).exists()


def test_a_forwarded_invitation_is_refused_without_telling_the_address(
    perform: Perform, at: datetime, manager: Role
) -> None:
    stranger = factories.person()
    email = "dominique.martin@cooperative.example"
    invitation = factories.invitation(manager.organisation, invited_by=manager.person, email=email)
    with pytest.raises(Refused, match="pour une autre adresse") as refusal:
        perform(invitations.accept_invitation, invitation=invitation, by=stranger, at=at)
    assert "dominique" not in refusal.value.message
    assert "cooperative" not in refusal.value.message
    assert masked(email) == "d•••@c•••.example"


def test_a_mandate_begins_when_the_helper_accepts(perform: Perform, at: datetime, manager: Role) -> None:
    helper = factories.person(email="aide@accompagnateurs.example")
    until = at.date() + timedelta(days=100)
    invitation = perform(
        invitations.offer_mandate,
        organisation=manager.organisation,
        email=helper.email,
        until=until,
        by=manager.person,
        at=at,
    )
    assert not Mandate.objects.exists()
    perform(invitations.accept_invitation, invitation=invitation, by=helper, at=at)
    assert Mandate.objects.current().get().ends_on == until
    assert not Role.objects.filter(person=helper).exists()
    with pytest.raises(Refused, match="déjà un mandat"):
        perform(
            invitations.offer_mandate,
            organisation=manager.organisation,
            email=helper.email,
            until=until,
            by=manager.person,
            at=at,
        )


def test_sending_again_changes_the_link(perform: Perform, at: datetime, manager: Role, client: HostileClient) -> None:
    invitation = perform(
        invitations.invite,
        organisation=manager.organisation,
        email="dominique@invites.example",
        role=RoleName.MEMBER,
        by=manager.person,
        at=at,
    )
    first = sent_link(invitation.email)
    perform(invitations.resend_invitation, invitation=invitation, by=manager.person, at=at + timedelta(days=1))
    second = sent_link(invitation.email)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


def test_someone_removed_meanwhile_has_no_say(perform: Perform, at: datetime, manager: Role) -> None:
    other = factories.role(manager.organisation)
    invitation = factories.invitation(manager.organisation, invited_by=manager.person)
    perform(people.leave, organisation=manager.organisation, by=manager.person, at=at)
    for operation in (invitations.resend_invitation, invitations.revoke_invitation):
        with pytest.raises(Refused, match="Seuls un représentant légal ou un gestionnaire"):
            perform(operation, invitation=invitation, by=manager.person, at=at)
    perform(invitations.revoke_invitation, invitation=invitation, by=other.person, at=at)


def test_the_organisation_was_merged_meanwhile(perform: Perform, at: datetime, manager: Role) -> None:
    person = factories.person()
    invitation = factories.invitation(manager.organisation, invited_by=manager.person, email=person.email)
    factories.merge(manager.organisation, factories.organisation())
    with pytest.raises(Refused, match="a été réunie à celle de"):
        perform(invitations.accept_invitation, invitation=invitation, by=person, at=at)


# The pages


def test_a_visitor_reads_what_is_proposed_and_keeps_the_thread(client: HostileClient, manager: Role) -> None:
    factories.invitation(manager.organisation, token="lien-secret", invited_by=manager.person)
    response = client.get("/invitations/lien-secret")
    page = response.content.decode()
    assert manager.organisation.name in page
    assert "next=%2Finvitations%2Flien-secret" in page
    assert "personnes.example" not in page
    assert (response["Referrer-Policy"], response["Cache-Control"]) == ("same-origin", "private, no-store")
    assert client.post("/invitations/lien-secret").status_code == 403


def test_accepting_by_two_tabs_gives_one_role(client: HostileClient, manager: Role) -> None:
    person = factories.person()
    factories.invitation(manager.organisation, token="lien-secret", invited_by=manager.person, email=person.email)
    client.force_login(person)
    assert "Accepter l’invitation" in client.get("/invitations/lien-secret").content.decode()
    assert Role.objects.filter(person=person).count() == 0
    tabs = [submissions.new_token(), submissions.new_token()]
    answers = [client.post("/invitations/lien-secret", {submissions.FIELD: token}) for token in tabs]
    assert [answer.status_code for answer in answers] == [302, 422]
    assert "déjà accepté" in answers[1].content.decode()
    again = client.post("/invitations/lien-secret", {submissions.FIELD: tabs[0]})
    assert (again.status_code, again["Location"]) == (302, answers[0]["Location"])
    assert Role.objects.filter(person=person).count() == 1


def test_the_page_of_a_forwarded_link_says_what_to_do(client: HostileClient, manager: Role) -> None:
    factories.invitation(manager.organisation, token="lien-secret", invited_by=manager.person)
    client.force_login(factories.person())
    page = client.get("/invitations/lien-secret").content.decode()
    assert "pour une autre adresse" in page
    assert "Accepter l’invitation" not in page
    assert client.post("/invitations/lien-secret").status_code == 422


def test_my_invitations_need_no_link(client: HostileClient, manager: Role) -> None:
    person = factories.person()
    invitation = factories.invitation(manager.organisation, invited_by=manager.person, email=person.email)
    client.force_login(person)
    assert manager.organisation.name in client.get("/mes-invitations").content.decode()
    assert client.get(f"/mes-invitations/{invitation.pk}").status_code == 200
    assert client.post(f"/mes-invitations/{invitation.pk}/refus").status_code == 302
    invitation.refresh_from_db()
    assert invitation.declined_at
    client.force_login(factories.person())
    assert client.get(f"/mes-invitations/{invitation.pk}").status_code == 404


def test_too_many_invitations_are_held_back(client: HostileClient, manager: Role, settings: Any) -> None:
    settings.INVITATIONS_PER_PERSON = 2
    client.force_login(manager.person)
    address = f"/organisations/{manager.organisation.key}/invitations/nouvelle"
    codes = []
    for number in range(3):
        form = {"email": f"invite{number}@exemples.example", "role": "member"}
        response = client.post(address, form)
        codes.append(response.status_code)
    assert codes == [302, 302, 422]
    page = response.content.decode()
    assert "Trop d’essais en peu de temps" in page
    assert "invite2@exemples.example" in page


def test_what_is_typed_wrong_is_said(client: HostileClient, manager: Role) -> None:
    client.force_login(manager.person)
    address = f"/organisations/{manager.organisation.key}/invitations/nouvelle"
    response = client.post(address, {"email": "pas une adresse", "role": "administrator"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Écrivez une adresse complète" in page
    assert "pas une adresse" in page
    assert not Invitation.objects.exists()
