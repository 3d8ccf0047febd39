"""Two people act on one organisation at the same moment: real threads, real locks, really committed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from accelerator.accounts.models import Person
from accelerator.accounts.operations import delete_account
from accelerator.community.models import Invitation, JoinRequest, Organisation, Role
from accelerator.community.operations import invitations, joining, people, platform
from accelerator.community.states import RoleName
from accelerator.workflow import Refused, transaction
from tests import factories

pytestmark = pytest.mark.server
Together = Callable[..., list[Any]]


def acting(operation: Callable[..., Any], **arguments: Any) -> Callable[[], Any]:
    """The operation, in a transaction of its own."""

    def act() -> Any:
        with transaction():
            return operation(**arguments)

    return act


def refusals(results: list[Any]) -> list[str]:
    return [result.message for result in results if isinstance(result, Refused)]


def pair(*names: str) -> tuple[Organisation, list[Role]]:
    organisation = factories.organisation()
    return organisation, [factories.role(organisation, name=name) for name in names]


def steering(organisation: Organisation) -> int:
    return Role.objects.current().steering().filter(organisation=organisation).count()


def test_one_demotes_themself_while_the_other_leaves(together: Together, at: datetime) -> None:
    [(organisation, roles)] = together(lambda: pair(RoleName.MANAGER, RoleName.MANAGER, RoleName.MEMBER))
    first, second, _ = roles
    results = together(
        acting(people.change_role, role=first, name=RoleName.MEMBER, by=first.person, at=at),
        acting(people.leave, organisation=organisation, by=second.person, at=at),
    )
    assert len(refusals(results)) == 1
    assert together(lambda: steering(organisation)) == [1]


def test_two_managers_leave_together(together: Together, at: datetime) -> None:
    [(organisation, roles)] = together(lambda: pair(RoleName.MANAGER, RoleName.MANAGER, RoleName.MEMBER))
    results = together(
        *(acting(people.leave, organisation=organisation, by=role.person, at=at) for role in roles[:2]),
    )
    assert len(refusals(results)) == 1
    assert together(lambda: steering(organisation)) == [1]


def test_one_deletes_their_account_while_the_other_leaves(together: Together, at: datetime) -> None:
    [(organisation, roles)] = together(lambda: pair(RoleName.MANAGER, RoleName.MANAGER, RoleName.MEMBER))
    first, second, _ = roles
    results = together(
        acting(delete_account, person=first.person, by=first.person, at=at),
        acting(people.leave, organisation=organisation, by=second.person, at=at),
    )
    assert len(refusals(results)) == 1
    assert together(lambda: steering(organisation)) == [1]


def test_an_invitation_is_accepted_by_two_tabs(together: Together, at: datetime) -> None:
    def prepare() -> tuple[Invitation, Person]:
        manager = factories.role(factories.organisation())
        person = factories.person()
        return factories.invitation(manager.organisation, invited_by=manager.person, email=person.email), person

    [(invitation, person)] = together(prepare)
    accept = acting(invitations.accept_invitation, invitation=invitation, by=person, at=at)
    results = together(accept, accept, accept)
    assert refusals(results) == ["Vous avez déjà accepté cette invitation."] * 2
    assert together(lambda: Role.objects.filter(person=person).count()) == [1]


def test_a_person_is_erased_while_accepting(together: Together, at: datetime) -> None:
    def prepare() -> tuple[Invitation, Person]:
        manager = factories.role(factories.organisation())
        person = factories.person()
        return factories.invitation(manager.organisation, invited_by=manager.person, email=person.email), person

    [(invitation, person)] = together(prepare)
    together(
        acting(invitations.accept_invitation, invitation=invitation, by=person, at=at),
        acting(delete_account, person=person, by=person, at=at),
    )
    assert together(lambda: Person.objects.get(pk=person.pk).erased_at is not None) == [True]
    assert together(lambda: Role.objects.current().filter(person=person).count()) == [0]


def test_a_manager_is_erased_while_inviting(together: Together, at: datetime) -> None:
    [(organisation, roles)] = together(lambda: pair(RoleName.MANAGER, RoleName.MANAGER))
    inviter = roles[0].person
    together(
        acting(
            invitations.invite,
            organisation=organisation,
            email="dominique@invites.example",
            role=RoleName.MEMBER,
            by=inviter,
            at=at,
        ),
        acting(delete_account, person=inviter, by=inviter, at=at),
    )
    waiting = together(lambda: Invitation.objects.waiting().filter(invited_by=inviter).count())
    assert waiting == [0]


def test_a_request_is_accepted_and_refused_together(together: Together, at: datetime) -> None:
    def prepare() -> tuple[JoinRequest, list[Role]]:
        organisation, roles = pair(RoleName.MANAGER, RoleName.MANAGER)
        return factories.join_request(organisation), roles

    [(request, roles)] = together(prepare)
    results = together(
        acting(joining.accept_join, request=request, role=RoleName.MEMBER, by=roles[0].person, at=at),
        acting(joining.reject_join, request=request, answer="Inconnue de nos services.", by=roles[1].person, at=at),
    )
    assert len(refusals(results)) == 1
    [(state, members)] = together(
        lambda: (
            JoinRequest.objects.get(pk=request.pk).state,
            Role.objects.current().filter(person=request.person).count(),
        )
    )
    assert (state == "accepted") == (members == 1)


def test_two_administrators_dismiss_each_other(together: Together, at: datetime) -> None:
    def prepare() -> list[Role]:
        return [factories.role(None, name=RoleName.ADMINISTRATOR) for _ in range(2)]

    [[first, second]] = together(prepare)
    results = together(
        acting(platform.dismiss, role=first, reason="Fin de mission.", by=second.person, at=at),
        acting(platform.dismiss, role=second, reason="Fin de mission.", by=first.person, at=at),
    )
    assert len(refusals(results)) >= 1
    assert together(lambda: Role.objects.current().filter(name=RoleName.ADMINISTRATOR).count()) == [1]
