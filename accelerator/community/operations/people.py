"""The roles of people in an organisation.

Note [Lock order]
Persons first (by number), then organisations (by number): whoever gives or ends a role takes its locks in that order,
and so does the erasure of a person. The row of the organisation is what makes two changes to its people wait for each
other: the rule "someone can always manage" is asked under that lock.
"""

from datetime import datetime

from accelerator.accounts.models import Person
from accelerator.community.models import Organisation, Role
from accelerator.community.states import ORGANISATION_ROLES, OrganisationState, RoleName
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.workflow import Refused, operation


def lock_person(person: Person) -> Person:
    """Hold a person still; raises `Refused` when the account was erased meanwhile."""
    held = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if held.erased_at or not held.is_active:
        raise Refused("Ce compte n’existe plus.")
    return held


def lock_organisation(organisation: Organisation) -> Organisation:
    """Hold the people of an organisation still; raises `Refused` when the record was merged meanwhile."""
    held = Organisation.objects.select_for_update(no_key=True, of=("self",)).get(pk=organisation.pk)
    if held.state == OrganisationState.MERGED:
        raise Refused(
            "Cette fiche vient d’être réunie à une autre : rouvrez-la, vous serez conduit à celle qui la remplace."
        )
    return held


@operation
def grant_role(
    *,
    person: Person,
    name: str,
    organisation: Organisation,
    by: Actor,
    at: datetime,
    declared: bool = True,
) -> Role:
    """Give a person a role in an organisation. The caller asked the rule that allows it.

    A representative may do what a manager may, a manager what a member may: a person holds one role per organisation.
    declared  (representative) said by someone; False when a proof was examined, and the role is then confirmed.
    Raises `Refused` when the person already has a role there, when the account was erased, the record merged.
    """
    if name not in ORGANISATION_ROLES:
        raise Refused("Ce rôle ne s’exerce pas dans une organisation.", field="role")
    person = lock_person(person)
    organisation = lock_organisation(organisation)
    held = Role.objects.current().filter(person=person, organisation=organisation).first()
    if held is not None:
        raise Refused(f"{person.name} a déjà un rôle dans cette organisation : {held.get_name_display()}.")
    confirmed = name == RoleName.REPRESENTATIVE and not declared
    role = Role.objects.create(
        person=person,
        name=name,
        organisation=organisation,
        started_at=at,
        confirmed_at=at if confirmed else None,
        confirmed_by=by.actor_key if confirmed else "",
    )
    if by.actor_key == person.actor_key:
        record("community.role_taken", organisation, person, by=by, at=at, role=role.get_name_display())
    else:
        record(
            "community.role_granted",
            organisation,
            person,
            by=by,
            at=at,
            role=role.get_name_display(),
            person=person.name,
        )
    return role
