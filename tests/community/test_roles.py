"""Roles: given, changed, confirmed, ended; someone can always manage a record that has members."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accelerator.community import rules
from accelerator.community.models import Delegation, Invitation, Mandate, Role
from accelerator.community.operations import people, powers
from accelerator.community.states import DelegationScope, RoleName
from accelerator.journal.models import Event
from accelerator.journal.queries import history_of
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from tests import factories

Perform = Callable[..., Any]


def test_a_role_is_given_once(perform: Perform, at: datetime) -> None:
    person, organisation = factories.person(), factories.organisation()
    role = perform(people.grant_role, person=person, name=RoleName.MANAGER, organisation=organisation, by=person, at=at)
    assert role.started_at == at
    with pytest.raises(Refused, match="a déjà un rôle dans cette organisation : Gestionnaire"):
        perform(people.grant_role, person=person, name=RoleName.MEMBER, organisation=organisation, by=person, at=at)
    assert Role.objects.current().filter(person=person).count() == 1


def test_the_database_refuses_two_roles_in_one_organisation() -> None:
    manager = factories.role(factories.organisation())
    with pytest.raises(IntegrityError, match="one_role_per_organisation"), transaction.atomic():
        factories.role(manager.organisation, name=RoleName.MEMBER, holder=manager.person)


def test_the_first_person_manages(perform: Perform, at: datetime) -> None:
    person, organisation = factories.person(), factories.organisation()
    with pytest.raises(Refused, match="Personne ne gère encore cette fiche"):
        perform(people.grant_role, person=person, name=RoleName.MEMBER, organisation=organisation, by=person, at=at)


def test_a_change_of_role_keeps_the_former_one_in_history(perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    manager = factories.role(organisation).person
    member = factories.role(organisation, name=RoleName.MEMBER)
    changed = perform(people.change_role, role=member, name=RoleName.MANAGER, by=manager, at=at)
    member.refresh_from_db()
    assert (member.ended_at, changed.started_at, changed.name) == (at, at, RoleName.MANAGER)
    assert Notice.objects.get().recipient == member.person.actor_key
    sentence = history_of(organisation).first().sentence
    assert sentence == f"a changé le rôle de {member.person.name} : « Membre », puis « Gestionnaire de la fiche »"
    with pytest.raises(Refused, match="a pris fin entre-temps"):
        perform(people.change_role, role=member, name=RoleName.MANAGER, by=manager, at=at)


def test_the_only_manager_does_not_demote_themself(perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    manager = factories.role(organisation)
    factories.role(organisation, name=RoleName.MEMBER)
    with pytest.raises(Refused, match="seule personne à pouvoir gérer"):
        perform(people.change_role, role=manager, name=RoleName.MEMBER, by=manager.person, at=at)


def test_a_manager_does_not_touch_a_representative(perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    manager = factories.role(organisation).person
    representative = factories.role(organisation, name=RoleName.REPRESENTATIVE)
    for name in (RoleName.MEMBER, RoleName.MANAGER):
        with pytest.raises(Refused, match="n’est changé que par lui-même"):
            perform(people.change_role, role=representative, name=name, by=manager, at=at)
    with pytest.raises(Refused, match="n’est changé que par lui-même"):
        perform(people.end_role, role=representative, reason="Nous ne nous entendons plus.", by=manager, at=at)
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    perform(people.end_role, role=representative, reason="Faux représentant, preuve reçue.", by=moderator, at=at)
    assert not Role.objects.current().filter(pk=representative.pk).exists()


def test_a_representative_is_declared_then_confirmed_on_evidence(perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    manager = factories.role(organisation)
    declared = perform(people.change_role, role=manager, name=RoleName.REPRESENTATIVE, by=manager.person, at=at)
    assert declared.confirmed_at is None
    person, today = manager.person, at.date()
    assert rules.may_act_for(person, organisation, DelegationScope.SUBMIT, today) is None
    assert "pas encore confirmée" in (rules.may_act_for(person, organisation, DelegationScope.SIGN, today) or "")
    with pytest.raises(Refused, match="modération"):
        perform(people.confirm_representative, role=declared, evidence="Je le dis.", by=person, at=at)
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    evidence = "Procès-verbal de l’assemblée du 12 mars 2026"
    confirmed = perform(people.confirm_representative, role=declared, evidence=evidence, by=moderator, at=at)
    assert confirmed.confirmed_by == moderator.actor_key
    assert rules.may_act_for(person, organisation, DelegationScope.SIGN, today) is None
    assert history_of(organisation).first().reason == evidence
    with pytest.raises(Refused, match="déjà confirmée"):
        perform(people.confirm_representative, role=declared, evidence=evidence, by=moderator, at=at)


def test_a_moderator_does_not_confirm_their_own_organisation(perform: Perform, at: datetime) -> None:
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    role = factories.role(factories.organisation(), name=RoleName.REPRESENTATIVE, holder=moderator)
    with pytest.raises(Refused, match="un autre modérateur"):
        perform(people.confirm_representative, role=role, evidence="Extrait du registre", by=moderator, at=at)


def test_someone_removed_loses_what_they_held(perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    representative = factories.role(organisation, name=RoleName.REPRESENTATIVE)
    manager = factories.role(organisation)
    day = at.date()
    delegation = perform(
        powers.give_delegation,
        organisation=organisation,
        delegate=manager.person,
        scope=DelegationScope.SUBMIT,
        starts_on=day,
        ends_on=day + timedelta(days=30),
        by=representative.person,
        at=at,
    )
    invitation = factories.invitation(organisation, invited_by=manager.person)
    perform(people.end_role, role=manager, reason="A quitté l’association.", by=representative.person, at=at)
    delegation.refresh_from_db()
    invitation.refresh_from_db()
    assert delegation.revoked_at == at
    assert invitation.revoked_at == at
    told = Notice.objects.get(template="community/role_ended")
    assert "A quitté l’association." in told.body


def test_one_does_not_remove_oneself(perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    manager = factories.role(organisation)
    factories.role(organisation)
    with pytest.raises(Refused, match="Quitter l’organisation"):
        perform(people.end_role, role=manager, reason="Je m’en vais.", by=manager.person, at=at)


def test_leaving_needs_someone_to_take_over(perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    manager = factories.role(organisation).person
    member = factories.role(organisation, name=RoleName.MEMBER)
    with pytest.raises(Refused, match="Donnez d’abord le rôle de gestionnaire"):
        perform(people.leave, organisation=organisation, by=manager, at=at, closing=True)
    perform(people.change_role, role=member, name=RoleName.MANAGER, by=manager, at=at)
    perform(people.leave, organisation=organisation, by=manager, at=at)
    assert [role.person for role in Role.objects.current().filter(organisation=organisation)] == [member.person]
    with pytest.raises(Refused, match="pas membre"):
        perform(people.leave, organisation=organisation, by=manager, at=at)


def test_the_last_person_confirms_and_the_record_stays(perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    manager = factories.role(organisation).person
    invitation = factories.invitation(organisation, invited_by=manager)
    mandate = factories.mandate(organisation, granted_by=manager)
    with pytest.raises(Refused, match="cochez la case") as refusal:
        perform(people.leave, organisation=organisation, by=manager, at=at)
    assert refusal.value.field == "closing"
    perform(people.leave, organisation=organisation, by=manager, at=at, closing=True)
    organisation.refresh_from_db()
    assert organisation.publishable
    assert not Role.objects.current().filter(organisation=organisation).exists()
    assert not Invitation.objects.waiting().filter(pk=invitation.pk).exists()
    assert not Mandate.objects.current().filter(pk=mandate.pk).exists()
    assert Event.objects.filter(code="community.record_left_alone").count() == 1


def test_a_name_is_public_only_when_its_owner_says_so(perform: Perform, at: datetime) -> None:
    role = factories.role(factories.organisation())
    assert not role.shown
    perform(people.show_name, organisation=role.organisation, shown=True, by=role.person, at=at)
    perform(people.show_name, organisation=role.organisation, shown=True, by=role.person, at=at)
    assert Event.objects.filter(code="community.name_shown").count() == 1
    perform(people.show_name, organisation=role.organisation, shown=False, by=role.person, at=at)
    role.refresh_from_db()
    assert not role.shown


def test_nothing_changes_on_a_merged_record(perform: Perform, at: datetime) -> None:
    living = factories.organisation()
    role = factories.role(factories.organisation())
    other = factories.role(role.organisation, name=RoleName.MEMBER)
    factories.merge(role.organisation, living)
    with pytest.raises(Refused, match="réunie à une autre"):
        perform(people.change_role, role=other, name=RoleName.MANAGER, by=role.person, at=at)
    assert Delegation.objects.count() == 0


def test_a_manager_does_not_oust_a_representative_by_declaring_themself_one(perform: Perform, at: datetime) -> None:
    organisation = factories.organisation()
    chair = factories.role(organisation, name=RoleName.REPRESENTATIVE, confirmed_at=at, confirmed_by="person:1")
    intruder = factories.role(organisation, name=RoleName.MANAGER)
    declared = perform(people.change_role, role=intruder, name=RoleName.REPRESENTATIVE, by=intruder.person, at=at)
    with pytest.raises(Refused, match="que la plateforme a confirmé"):
        perform(people.end_role, role=chair, reason="Adieu", by=intruder.person, at=at)
    with pytest.raises(Refused, match="que la plateforme a confirmé"):
        perform(people.change_role, role=chair, name=RoleName.MEMBER, by=intruder.person, at=at)
    # The confirmed one may put things right.
    assert perform(people.end_role, role=declared, reason="Non", by=chair.person, at=at).ended_at == at
