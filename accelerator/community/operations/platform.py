"""The roles of the platform itself: who moderates, who administers, and where."""

from datetime import datetime

from accelerator.accounts.models import Person
from accelerator.accounts.operations import clear_factors, end_sessions
from accelerator.community import rules
from accelerator.community.models import Role
from accelerator.community.operations.locks import lock_person
from accelerator.community.states import PLATFORM_ROLES, RoleName
from accelerator.geography.perimeters import Perimeter, sentence_of
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation

NO_LIMIT = Perimeter()
EVERYWHERE = "France entière"


@operation
def appoint(*, person: Person, name: str, by: Actor, at: datetime, perimeter: Perimeter = NO_LIMIT) -> Role:
    """Give a role on the platform, on a perimeter (none: everywhere). Only administrators, and the command, do.

    The person's sessions end: they enter again as what they now are, with the second factor that it demands.
    """
    person = lock_person(person)
    if reason := rules.reason_against_appointing(by):
        raise Refused(reason)
    if name not in PLATFORM_ROLES:
        raise Refused("Ce rôle s’exerce dans une organisation, pas sur la plateforme.", field="name")
    if name == RoleName.ADMINISTRATOR and perimeter:
        raise Refused("Un administrateur l’est pour toute la plateforme : laissez le périmètre vide.", field="places")
    if Role.objects.current().platform().filter(person=person, name=name).exists():
        raise Refused(f"{person.name} a déjà ce rôle. Retirez-le d’abord pour changer son périmètre.")
    role = Role.objects.create(
        person=person,
        name=name,
        perimeter=list(perimeter.keys),
        perimeter_cover=list(perimeter.cover),
        started_at=at,
    )
    label, where = role.get_name_display(), sentence_of(perimeter.keys) or EVERYWHERE
    record(
        "community.platform_role_granted", role, person, by=by, at=at, role=label, person=person.name, perimeter=where
    )
    end_sessions(person=person, by=by, at=at)
    tell("community/appointed", to=Recipient.of(person), at=at, data={"role": label, "perimeter": where})
    return role


@operation
def dismiss(*, role: Role, reason: str, by: Actor, at: datetime) -> Role:
    """End a role on the platform. There is always an administrator left."""
    if reason_against := rules.reason_against_appointing(by):
        raise Refused(reason_against)
    administrators = Role.objects.current().platform().filter(name=RoleName.ADMINISTRATOR)
    # Two administrators who dismiss each other wait for each other here.
    kept = {held.pk for held in administrators.select_for_update().order_by("pk")} - {role.pk}
    held = Role.objects.current().platform().select_related("person").select_for_update(of=("self",))
    current = held.filter(pk=role.pk).first()
    if current is None:
        raise Refused("Ce rôle a déjà pris fin.")
    if current.name == RoleName.ADMINISTRATOR and not kept:
        raise Refused("C’est le dernier administrateur de la plateforme : nommez-en un autre d’abord.")
    current.ended_at = at
    current.save(update_fields=["ended_at"])
    label, person = current.get_name_display(), current.person
    record(
        "community.platform_role_ended", current, person, by=by, at=at, reason=reason, role=label, person=person.name
    )
    tell("community/dismissed", to=Recipient.of(person), at=at, data={"role": label, "reason": reason})
    return current


@operation
def clear_second_factors(*, person: Person, reason: str, by: Actor, at: datetime) -> int:
    """Take the second factors away from somebody who lost them; return how many. Only administrators, and the command.

    Nobody does it for themselves: a stolen session would otherwise get rid of them.
    """
    if against := rules.reason_against_appointing(by):
        raise Refused(against)
    if by == person:
        raise Refused("Un autre administrateur doit le faire pour vous ; ou bien retirez-les depuis « Mon compte ».")
    return clear_factors(person=person, reason=reason, by=by, at=at)


def end_platform_roles(person: Person, *, by: Actor, at: datetime) -> None:
    """End the roles on the platform of a person whose account is being deleted (asked for under their lock)."""
    for role in Role.objects.current().platform().filter(person=person).order_by("pk"):
        role.ended_at = at
        role.save(update_fields=["ended_at"])
        label = role.get_name_display()
        record("community.platform_role_ended", role, person, by=by, at=at, role=label, person=person.name)
