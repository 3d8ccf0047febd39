"""The roles of people in an organisation: given, changed, confirmed, ended (see Note [Lock order] in locks.py)."""

from datetime import datetime

from accelerator.accounts.models import Person
from accelerator.community import rules
from accelerator.community.models import Invitation, Organisation, Role
from accelerator.community.operations.locks import lock_organisation, lock_person
from accelerator.community.operations.powers import end_powers_of, end_powers_of_all
from accelerator.community.states import ORGANISATION_ROLES, STEERING_ROLES, RoleName
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation

ENDED_MEANWHILE = "Ce rôle a pris fin entre-temps."


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
    Raises `Refused` when the person already has a role there, when nobody would manage the record, when the account
    was erased or the record merged.
    """
    if name not in ORGANISATION_ROLES:
        raise Refused("Ce rôle ne s’exerce pas dans une organisation.", field="role")
    person = lock_person(person)
    organisation = lock_organisation(organisation)
    held = Role.objects.current().filter(person=person, organisation=organisation).first()
    if held is not None:
        raise Refused(f"{person.name} a déjà un rôle dans cette organisation : {held.get_name_display()}.")
    if name not in STEERING_ROLES and not _steered_without(organisation, person):
        raise Refused(
            "Personne ne gère encore cette fiche : la première personne en est gestionnaire ou représentante légale.",
            field="role",
        )
    role = _begin(person, name, organisation, by=by, at=at, confirmed=not declared)
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


@operation
def change_role(*, role: Role, name: str, by: Actor, at: datetime) -> Role:
    """Give a member another role: the first one ends, the other begins, so that the history says since when.

    A manager may name a legal representative: declared, it waits for confirmation by the platform. Nobody but
    themself, another representative or the platform touches a representative's role.
    Raises `Refused` when nobody would manage the record any more.
    """
    organisation = lock_organisation(_organisation_of(role))
    role = _current(role)
    rules.require("community.change_roles", by, organisation)
    if reason := rules.reason_against_touching(by, role):
        raise Refused(reason)
    if name not in ORGANISATION_ROLES:
        raise Refused("Ce rôle ne s’exerce pas dans une organisation.", field="role")
    if role.name == name:
        raise Refused(f"{role.person.name} a déjà ce rôle.", field="role")
    if name not in STEERING_ROLES and not _steered_without(organisation, role.person):
        raise Refused(
            "C’est la seule personne à pouvoir gérer cette fiche. "
            "Donnez d’abord le rôle de gestionnaire à quelqu’un d’autre.",
            field="role",
        )
    _end(role, at=at)
    if role.name == RoleName.REPRESENTATIVE or name == RoleName.MEMBER:
        end_powers_of(role.person, organisation, by=by, at=at, received=False)
    changed = _begin(role.person, name, organisation, by=by, at=at, shown=role.shown)
    person = role.person.name
    if name == RoleName.REPRESENTATIVE:
        record("community.representative_declared", organisation, role.person, by=by, at=at, person=person)
    else:
        before, after = role.get_name_display(), changed.get_name_display()
        record(
            "community.role_changed",
            organisation,
            role.person,
            by=by,
            at=at,
            person=person,
            before=before,
            role=after,
        )
    if by.actor_key != role.person.actor_key:
        data = {"organisation": organisation, "before": role.get_name_display(), "after": changed.get_name_display()}
        tell("community/role_changed", to=Recipient.of(role.person), at=at, data=data)
    return changed


@operation
def confirm_representative(*, role: Role, evidence: str, by: Actor, at: datetime) -> Role:
    """The platform confirms, on evidence, that a declared representative is one: they may then sign.

    evidence  what was examined (an official journal, minutes, a register), kept as the reason of the event.
    """
    organisation = lock_organisation(_organisation_of(role))
    role = _current(role)
    rules.require("community.confirm_representative", by, organisation)
    if role.name != RoleName.REPRESENTATIVE:
        raise Refused(f"{role.person.name} n’est pas déclaré représentant légal.")
    if role.confirmed_at:
        raise Refused("Cette qualité est déjà confirmée.")
    role.confirmed_at, role.confirmed_by = at, by.actor_key
    role.save(update_fields=["confirmed_at", "confirmed_by"])
    person = role.person
    record(
        "community.representative_confirmed",
        organisation,
        person,
        by=by,
        at=at,
        reason=evidence,
        person=person.name,
    )
    tell("community/representative_confirmed", to=Recipient.of(person), at=at, data={"organisation": organisation})
    return role


@operation
def end_role(*, role: Role, reason: str, by: Actor, at: datetime) -> Role:
    """Remove someone from an organisation. They are told why; delegations and pending invitations of theirs end.

    Raises `Refused` for oneself (one leaves instead), for a representative (see `rules.reason_against_touching`) and
    when nobody would manage the record any more.
    """
    organisation = lock_organisation(_organisation_of(role))
    role = _current(role)
    rules.require("community.change_roles", by, organisation)
    if by.actor_key == role.person.actor_key:
        raise Refused("Pour partir vous-même, utilisez « Quitter l’organisation ».")
    if reason_against := rules.reason_against_touching(by, role):
        raise Refused(reason_against)
    if role.is_steering and not _steered_without(organisation, role.person):
        raise Refused(
            "C’est la seule personne à pouvoir gérer cette fiche. "
            "Donnez d’abord le rôle de gestionnaire à quelqu’un d’autre."
        )
    _end(role, at=at)
    end_powers_of(role.person, organisation, by=by, at=at)
    Invitation.objects.waiting().filter(organisation=organisation, invited_by=role.person).update(revoked_at=at)
    label = role.get_name_display()
    record(
        "community.role_ended",
        organisation,
        role.person,
        by=by,
        at=at,
        reason=reason,
        person=role.person.name,
        role=label,
    )
    data = {"organisation": organisation, "role": label, "reason": reason}
    tell("community/role_ended", to=Recipient.of(role.person), at=at, data=data)
    return role


@operation
def leave(*, organisation: Organisation, by: Person, at: datetime, closing: bool = False) -> Organisation:
    """Leave an organisation.

    The only person who can manage it hands over first. The very last person may leave if they say so (`closing`): the
    record stays, without manager; its invitations and mandates end, and requests to join go to the platform.
    """
    organisation = lock_organisation(organisation)
    role = Role.objects.current().filter(person=by, organisation=organisation).first()
    if role is None:
        raise Refused("Vous n’êtes pas membre de cette organisation.")
    others = Role.objects.current().filter(organisation=organisation).exclude(person=by)
    alone = not others.exists()
    if alone and not closing:
        raise Refused(
            "Vous êtes la dernière personne de cette organisation : cochez la case pour confirmer que sa fiche "
            "restera sans gestionnaire.",
            field="closing",
        )
    if not alone and role.is_steering and not _steered_without(organisation, by):
        raise Refused(
            "Vous êtes la seule personne à pouvoir gérer cette fiche. Donnez d’abord le rôle de gestionnaire à un "
            "autre membre (page « Membres »), puis quittez l’organisation."
        )
    _end(role, at=at)
    end_powers_of(by, organisation, by=by, at=at)
    if alone:
        Invitation.objects.waiting().filter(organisation=organisation).update(revoked_at=at)
        end_powers_of_all(organisation, by=by, at=at)
        record("community.record_left_alone", organisation, by, by=by, at=at)
    else:
        record("community.member_left", organisation, by, by=by, at=at, role=role.get_name_display())
    return organisation


@operation
def take_over(*, organisation: Organisation, giver: Person, by: Person, at: datetime) -> str:
    """Take the place of someone who manages an organisation: their role for the one, their leave for the other.

    The caller checked the offer (handovers), and holds both persons. A representative's successor is declared: the
    platform confirms on evidence. Someone who holds a stronger role keeps it. Returns the name of the role, in French.
    """
    organisation = lock_organisation(organisation)
    given = Role.objects.current().steering().filter(person=giver, organisation=organisation).first()
    if given is None:
        raise Refused(ENDED_MEANWHILE)
    held = Role.objects.current().filter(person=by, organisation=organisation).first()
    if held is None or ORGANISATION_ROLES.index(RoleName(held.name)) > ORGANISATION_ROLES.index(RoleName(given.name)):
        if held:
            _end(held, at=at)
        held = _begin(by, given.name, organisation, by=by, at=at, shown=bool(held and held.shown))
    _end(given, at=at)
    end_powers_of(giver, organisation, by=by, at=at)
    return str(held.get_name_display())


@operation
def show_name(*, organisation: Organisation, shown: bool, by: Person, at: datetime) -> Role:
    """Agree, or no longer, that the organisation's public page gives one's name and role."""
    role = Role.objects.current().select_for_update().filter(person=by, organisation=organisation).first()
    if role is None:
        raise Refused("Vous n’êtes pas membre de cette organisation.")
    if role.shown != shown:
        role.shown = shown
        role.save(update_fields=["shown"])
        record("community.name_shown" if shown else "community.name_hidden", organisation, by, by=by, at=at)
    return role


def _organisation_of(role: Role) -> Organisation:
    if role.organisation is None:
        raise Refused("Ce rôle s’exerce sur la plateforme, pas dans une organisation.")
    return role.organisation


def _current(role: Role) -> Role:
    """The role as it is under the lock."""
    held = Role.objects.current().select_related("person").filter(pk=role.pk).first()
    if held is None:
        raise Refused(ENDED_MEANWHILE)
    return held


def _steered_without(organisation: Organisation, person: Person) -> bool:
    return Role.objects.current().steering().filter(organisation=organisation).exclude(person=person).exists()


def _begin(
    person: Person,
    name: str,
    organisation: Organisation,
    *,
    by: Actor,
    at: datetime,
    confirmed: bool = False,
    shown: bool = False,
) -> Role:
    confirmed = confirmed and name == RoleName.REPRESENTATIVE
    return Role.objects.create(
        person=person,
        name=name,
        organisation=organisation,
        started_at=at,
        confirmed_at=at if confirmed else None,
        confirmed_by=by.actor_key if confirmed else "",
        shown=shown,
    )


def _end(role: Role, *, at: datetime) -> None:
    role.ended_at = at
    role.save(update_fields=["ended_at"])
