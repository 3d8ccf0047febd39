"""The pages about the people of an organisation, with one thing and with three."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts.holdings import holdings
from accelerator.accounts.operations import delete_account
from accelerator.community import tasks
from accelerator.community.models import Invitation, JoinRequest, Mandate, Organisation, Role
from accelerator.community.operations.joining import ask_to_join
from accelerator.community.operations.messages import reply, write_to
from accelerator.community.operations.powers import expire_mandates
from accelerator.community.states import RoleName
from accelerator.journal import System
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from tests import factories
from tests.client import HostileClient


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation()


@pytest.fixture
def manager(organisation: Organisation) -> Any:
    return factories.role(organisation).person


def fill(organisation: Organisation, manager: Any, number: int) -> None:
    for _ in range(number):
        member = factories.role(organisation, name=RoleName.MEMBER).person
        factories.invitation(organisation, invited_by=manager)
        factories.join_request(organisation)
        factories.mandate(organisation, granted_by=manager)
        factories.delegation(organisation, giver=manager, delegate=member)


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("page", ["membres", "invitations", "demandes", "delegations", "mandats", "historique"])
def test_lists_ask_a_fixed_number_of_questions(
    client: HostileClient,
    organisation: Organisation,
    manager: Any,
    number: int,
    page: str,
    django_assert_num_queries: Any,
) -> None:
    fill(organisation, manager, number)
    client.force_login(manager)
    with django_assert_num_queries(11):
        assert client.get(f"/organisations/{organisation.key}/{page}").status_code == 200


def test_a_name_that_a_register_shouts_is_read_alike_in_ones_own_space_and_in_projects(client: HostileClient) -> None:
    shouted, read = "LES JARDINS FICTIFS DU LOT", "Les Jardins Fictifs du Lot"
    organisation = factories.organisation(name=shouted)
    person = factories.role(organisation).person
    project = factories.project(organisation=organisation)
    factories.join_request(organisation, asker=factories.person())
    client.force_login(person)
    for address in ("/mon-espace", "/mes-projets", reverse("projects:file", args=[project.key])):
        page = client.get(address).content.decode()
        assert read in page, address
        assert shouted not in page, address
    client.logout()
    page = client.get(reverse("projects:project", args=[project.key])).content.decode()
    assert read in page
    assert shouted not in page


@pytest.mark.parametrize("number", [1, 3])
def test_ones_own_space_asks_a_fixed_number_of_questions(
    client: HostileClient, number: int, django_assert_max_num_queries: Any
) -> None:
    person = factories.role(None, name=RoleName.MODERATOR).person
    for _ in range(number):
        organisation = factories.organisation()
        factories.role(organisation, holder=person)
        fill(organisation, person, 1)
        other = factories.organisation()
        factories.join_request(other, asker=person)
        factories.invitation(factories.organisation(), invited_by=factories.person(), email=person.email)
        factories.mandate(factories.organisation(), helper=person, granted_by=factories.person())
    client.force_login(person)
    # Five to open the page, two for the community, five for projects, labels, applications, what one judges and signs.
    with django_assert_max_num_queries(12):
        page = client.get("/mon-espace").content.decode()
    assert organisation.name in page
    assert "Par où commencer" not in page


def test_a_newcomer_is_told_where_to_start(client: HostileClient) -> None:
    client.force_login(factories.person())
    assert "Par où commencer" in client.get("/mon-espace").content.decode()


def test_no_address_but_to_those_who_manage(client: HostileClient, organisation: Organisation, manager: Any) -> None:
    member = factories.role(organisation, name=RoleName.MEMBER).person
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    invitation = factories.invitation(organisation, invited_by=manager)
    address = f"/organisations/{organisation.key}"
    for reader, reads in ((manager, True), (moderator, False), (member, False)):
        client.force_login(reader)
        assert (manager.email in client.get(f"{address}/membres/{manager.public_id}").content.decode()) is reads
        assert manager.email not in client.get(f"{address}/membres").content.decode() or reader == manager
        sent = client.get(f"{address}/invitations")
        assert (invitation.email in sent.content.decode()) is reads


def test_the_list_of_members_is_filtered_and_exported(
    client: HostileClient, organisation: Organisation, manager: Any
) -> None:
    factories.role(organisation, name=RoleName.MEMBER, holder=factories.person(family_name="Zébulon"))
    client.force_login(manager)
    address = f"/organisations/{organisation.key}/membres"
    page = client.get(f"{address}?q=zébulon").content.decode()
    assert "Zébulon" in page
    assert "<strong>1</strong>" in page
    export = b"".join(client.get(f"{address}?format=csv")).decode()
    assert "Zébulon" in export
    assert "@" not in export


def test_yesterdays_address_leads_to_todays(client: HostileClient, organisation: Organisation, manager: Any) -> None:
    client.force_login(manager)
    response = client.get(f"/organisations/ancien-nom-{organisation.public_id}/membres")
    assert (response.status_code, response["Location"]) == (301, f"/organisations/{organisation.key}/membres")


def test_leaving_by_the_page(client: HostileClient, organisation: Organisation, manager: Any) -> None:
    client.force_login(manager)
    address = f"/organisations/{organisation.key}/quitter"
    assert "Vous êtes la dernière personne" in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"closing": "on"}).status_code == 302
    assert not Role.objects.current().filter(organisation=organisation).exists()
    assert client.get(f"/organisations/{organisation.key}").status_code == 200


def test_joining_by_the_pages(client: HostileClient, organisation: Organisation, manager: Any) -> None:
    person = factories.person()
    client.force_login(person)
    address = f"/organisations/{organisation.key}/demandes"
    response = client.post(f"{address}/nouvelle", {"message": "Je suis trésorière."}, follow=True)
    assert "réponse attendue avant le" in response.content.decode()
    asked = JoinRequest.objects.get()
    client.force_login(manager)
    assert "Je suis trésorière." in client.get(f"{address}/{asked.pk}").content.decode()
    assert client.post(f"{address}/{asked.pk}/refus", {"answer": "Non"}).status_code == 422
    assert client.post(f"{address}/{asked.pk}", {"role": "member"}).status_code == 302
    assert Role.objects.current().get(person=person).name == RoleName.MEMBER
    assert client.post(f"{address}/{asked.pk}", {"role": "member"}).status_code == 422


def test_the_platform_waits_for_its_turn(client: HostileClient, organisation: Organisation, manager: Any) -> None:
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    asked = factories.join_request(organisation)
    client.force_login(moderator)
    address = f"/organisations/{organisation.key}/demandes"
    assert client.get(address).status_code == 403
    JoinRequest.objects.filter(pk=asked.pk).update(expected_on=timezone.localdate() - timedelta(days=1))
    assert client.get(address).status_code == 200
    orphan = factories.organisation()
    factories.join_request(orphan)
    assert client.get(f"/organisations/{orphan.key}/demandes").status_code == 200


def test_delegating_by_the_page(client: HostileClient, organisation: Organisation, manager: Any) -> None:
    representative = factories.role(organisation, name=RoleName.REPRESENTATIVE).person
    client.force_login(representative)
    address = f"/organisations/{organisation.key}/delegations/nouvelle"
    today = timezone.localdate()
    form = {"delegate": manager.public_id, "scope": "submit", "starts_on": today, "ends_on": today}
    assert client.post(address, form).status_code == 302
    again = client.post(address, form)
    assert "a déjà cette délégation" in again.content.decode()
    signing = client.post(address, {**form, "scope": "sign"})
    assert "pas encore confirmée" in signing.content.decode()
    backwards = client.post(address, {**form, "ends_on": today - timedelta(days=1)})
    assert "finit après avoir commencé" in backwards.content.decode()


def test_a_mandate_that_is_over_is_closed_and_told(perform: Any, at: Any, organisation: Organisation) -> None:
    manager = factories.role(organisation).person
    today = timezone.localdate(at)
    over = factories.mandate(organisation, granted_by=manager, ends_on=today - timedelta(days=1))
    last_day = factories.mandate(organisation, granted_by=manager, ends_on=today)
    assert list(Mandate.objects.current()) == [last_day]
    assert perform(expire_mandates, by=System("night"), at=at) == 1
    assert perform(expire_mandates, by=System("night"), at=at) == 0
    over.refresh_from_db()
    assert over.revoked_at == at


def test_the_night_closes_the_mandates_that_are_over(organisation: Organisation) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    factories.mandate(organisation, granted_by=factories.person(), ends_on=yesterday)
    assert tasks.expire_mandates(timestamp=0) == 1


def test_the_first_administrator_is_appointed_by_command() -> None:
    with pytest.raises(CommandError, match="Aucun compte"):
        call_command("appoint", "personne@nulle-part.example", "administrator")
    person = factories.person()
    call_command("appoint", person.email.upper(), "administrator")
    assert Role.objects.current().platform().get(person=person).name == RoleName.ADMINISTRATOR
    with pytest.raises(CommandError, match="a déjà ce rôle"):
        call_command("appoint", person.email, "administrator")


def test_platform_roles_are_given_and_ended_by_administrators(client: HostileClient) -> None:
    administrator = factories.role(None, name=RoleName.ADMINISTRATOR)
    person = factories.person()
    client.force_login(administrator.person)
    given = client.post("/moderation/roles/nouveau", {"email": person.email, "name": "moderator"})
    assert given.status_code == 302
    role = Role.objects.current().platform().get(person=person)
    assert "France entière" in client.get("/moderation/roles").content.decode()
    unknown = client.post("/moderation/roles/nouveau", {"email": "x@exemples.example", "name": "moderator"})
    assert "Aucun compte" in unknown.content.decode()
    assert client.post(f"/moderation/roles/{role.pk}/fin", {"reason": "Fin de sa mission."}).status_code == 302
    last = client.post(f"/moderation/roles/{administrator.pk}/fin", {"reason": "Fin de sa mission."})
    assert "dernier administrateur" in last.content.decode()


def test_what_is_held_about_someone_is_exported_then_erased(perform: Any, at: Any, organisation: Organisation) -> None:
    manager = factories.role(organisation).person
    member = factories.role(organisation, name=RoleName.MEMBER).person
    received = factories.invitation(factories.organisation(), invited_by=manager, email=member.email)
    factories.join_request(factories.organisation(), asker=member, message="Mon secret")
    community = next(holding for holding in holdings() if holding.subject == "community")
    exported = str(community.export(member))
    assert organisation.name in exported
    assert "Mon secret" in exported
    address = member.email
    perform(delete_account, person=member, by=member, at=at)
    assert not Role.objects.current().filter(person=member).exists()
    assert not Invitation.objects.filter(email=address).exists()
    received.refresh_from_db()
    assert received.revoked_at
    assert "Mon secret" not in str(JoinRequest.objects.values_list("message", flat=True))


def test_the_only_manager_hands_over_before_deleting_their_account(
    perform: Any, at: Any, organisation: Organisation
) -> None:
    manager = factories.role(organisation).person
    factories.role(organisation, name=RoleName.MEMBER)
    with pytest.raises(Refused, match="donnez d’abord le rôle de gestionnaire"):
        perform(delete_account, person=manager, by=manager, at=at)


def test_without_manager_the_moderators_of_the_place_are_told(perform: Any, at: Any) -> None:
    organisation = factories.organisation()
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    elsewhere = factories.role(None, name=RoleName.MODERATOR, perimeter=["departement-46"]).person
    administrator = factories.role(None, name=RoleName.ADMINISTRATOR).person
    perform(ask_to_join, organisation=organisation, message="J’en suis salariée.", by=factories.person(), at=at)
    notice = Notice.objects.get()
    assert notice.email == moderator.email
    assert notice.email not in {elsewhere.email, administrator.email}
    assert "la réponse revient à la modération" in notice.body


def test_with_a_manager_the_moderators_are_left_alone(
    perform: Any, at: Any, organisation: Organisation, manager: Any
) -> None:
    factories.role(None, name=RoleName.MODERATOR)
    perform(ask_to_join, organisation=organisation, message="", by=factories.person(), at=at)
    notice = Notice.objects.get()
    assert notice.email == manager.email
    assert "la modération" not in notice.body


def test_ones_own_space_shows_the_messages_that_await_an_answer(
    client: HostileClient, perform: Any, at: Any, organisation: Organisation, manager: Any
) -> None:
    sender = factories.person()
    line = "Répondre à"
    first = perform(write_to, organisation=organisation, subject="Visite", body="Bonjour.", by=sender, at=at)
    client.force_login(manager)
    assert line in client.get("/mon-espace").content.decode()
    perform(reply, message=first, body="Mardi ?", by=manager, at=at + timedelta(hours=1))
    assert line not in client.get("/mon-espace").content.decode()
    perform(reply, message=first, body="Mardi, oui.", by=sender, at=at + timedelta(hours=2))
    assert line in client.get("/mon-espace").content.decode()
    client.force_login(sender)
    assert line not in client.get("/mon-espace").content.decode()


def test_a_page_that_is_refused_leads_back_to_the_record(client: HostileClient) -> None:
    organisation = factories.organisation()
    client.force_login(factories.person())
    refused = client.get(f"/organisations/{organisation.key}/membres")
    assert refused.status_code == 403
    assert f'href="/organisations/{organisation.key}">Revenir à la fiche</a>' in refused.content.decode()
