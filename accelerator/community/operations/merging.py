"""Uniting two records of one organisation, and undoing it (docs/rules/doublons.md; see Note [Lock order] in locks.py).

No foreign key moves (decision 7): the merged record keeps its row, its number, its establishments, its messages; what
reads them resolves the record that lives on. Roles and powers end there and begin here, and what ended is known, so
that undoing opens it again.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community import rules, search
from accelerator.community.models import Delegation, Duplicate, Invitation, Mandate, Merge, Organisation, Role
from accelerator.community.operations.locks import lock_organisation, lock_person
from accelerator.community.queries.merging import (
    binding_claim,
    choices_between,
    put_back_by,
    reason_against_merging,
    reason_against_undoing,
)
from accelerator.community.queries.people import moderating_people, standing_of
from accelerator.community.record import LABELS, plain, set_plain
from accelerator.community.states import (
    MERGE,
    ORGANISATION_ROLES,
    STEERING_ROLES,
    TELL_APART,
    UNDO_MERGE,
    DuplicateState,
    Likeness,
    OrganisationState,
    RoleName,
)
from accelerator.geography.perimeters import cover_of
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.registers.models import Unit
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said
from accelerator.workflow.transitions import move

CHANGED = "Les membres de ces fiches viennent de changer : relisez la page, puis recommencez."


@operation
def merge(
    *,
    organisation: Organisation,
    into: Organisation,
    taken: Collection[str],
    keeps_roles: bool,
    reason: str,
    by: Person,
    at: datetime,
) -> Merge:
    """Unite a record to another, which lives on.

    taken        the values (`queries.merging.choices_between`) for which the merged record is right.
    keeps_roles  its people keep their role; otherwise they become members, and its pending invitations are revoked.
    Raises `Refused` when one was merged meanwhile (also the other way round), when it may not be published and would
    be shown by the other (as the same legal unit, or by a value taken), when its people just changed, when a claim that
    may still be reversed would be carried over, when a manager would so touch a legal representative, or when nobody
    would manage a record that has members.
    """
    people = _members(organisation, into)
    for person in people:
        lock_person(person)
    first, second = sorted((organisation, into), key=lambda one: one.pk)
    held = {one.pk: lock_organisation(one) for one in (first, second)}
    organisation, into = held[organisation.pk], held[into.pk]
    if reason_against := reason_against_merging(by, organisation, into):
        raise Refused(reason_against)
    if into.publishable and _opposes(organisation):
        if not into.siren:
            raise Refused(
                "La fiche qui serait réunie ne se montre pas dans l’annuaire : c’est une personne physique, ou"
                " l’organisation s’oppose à la diffusion de ce qui la concerne. Réunie à une fiche qui se montre, elle"
                " s’y montrerait. Gardez-la plutôt, et réunissez-lui l’autre, qui ne se montrera plus."
            )
        if taken:
            raise Refused(
                "La fiche qui serait réunie ne se montre pas dans l’annuaire : aucune de ses valeurs ne passe à une"
                " fiche qui s’y montre. Gardez celles de la fiche gardée."
            )
    if [one.pk for one in _members(organisation, into)] != [one.pk for one in people]:
        raise Refused(CHANGED)
    if keeps_roles and (claim := binding_claim(organisation)):
        raise Refused(
            f"Une revendication de « {organisation.name} » peut encore être annulée jusqu’au"
            f" {said(claim.reversible_until)}. D’ici là, les personnes ne gardent pas leur rôle : choisissez « Elles"
            " deviennent membres ».",
            field="keeps_roles",
        )
    if reason_against := _reason_against_moving(organisation, into, keeps_roles, by):
        raise Refused(reason_against, field="keeps_roles")
    made = Merge(
        organisation=organisation,
        into=into,
        former_state=organisation.state,
        taken=_take(organisation, into, taken, at),
        moved={
            "roles": _move_roles(organisation, into, keeps_roles, at),
            "mandates": _move_mandates(organisation, into, at),
            "delegations": _move_delegations(organisation, into, keeps_roles, at),
        },
        merged_at=at,
        merged_by=by,
        reason=reason,
    )
    if not keeps_roles:
        Invitation.objects.waiting().filter(organisation=organisation).update(revoked_at=at)
    # A merged record always leads to one that lives: those that led to this one follow.
    led = Organisation.objects.filter(merged_into=organisation)
    made.redirected = list(led.order_by("pk").values_list("pk", flat=True))
    led.update(merged_into=into)
    made.save()
    organisation = move(
        organisation,
        MERGE,
        by=by,
        at=at,
        reason=reason,
        changes={"merged_into": into, "changed_at": at},
        about=[into, made],
        name=organisation.name,
        into=into.name,
    )
    _decide(organisation, into, DuplicateState.MERGED, reason, by, at)
    search.refresh([organisation, into])
    data = {"organisation": organisation, "into": into, "merge": made, "reason": reason}
    told = [*people, *moderating_people(into)]
    tell("community/merged", to=[Recipient.of(one) for one in told if one != by], at=at, data=data)
    return made


@operation
def undo_merge(*, merge: Merge, reason: str, by: Person, at: datetime) -> Merge:
    """Make two records of one again, as they were: states, addresses, people, powers.

    A value that the merge brought is put back if nobody changed it since. Someone who left since, or whose role was
    changed, is not brought back. The pair is never proposed again.
    Raises `Refused` when the record that lives on was itself merged since: the last merge is undone first.
    """
    made = Merge.objects.select_related("into", "organisation").get(pk=merge.pk)
    people = _concerned(made)
    for person in people:
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    locked = Organisation.objects.select_for_update(no_key=True, of=("self",))
    held = {one.pk: one for one in locked.filter(pk__in=[made.into_id, made.organisation_id]).order_by("pk")}
    into, organisation = held[made.into_id], held[made.organisation_id]
    if into.state == OrganisationState.MERGED:
        raise Refused("La fiche gardée a été réunie depuis à une autre : défaites d’abord cette dernière réunion.")
    if reason_against := reason_against_undoing(by, made):
        raise Refused(reason_against)
    moved = move(
        made,
        UNDO_MERGE,
        by=by,
        at=at,
        reason=reason,
        changes={"undone_at": at, "undone_by": by, "undo_reason": reason},
        about=[organisation, into],
        name=organisation.name,
        into=into.name,
    )
    organisation.state, organisation.merged_into, organisation.changed_at = moved.former_state, None, at
    organisation.save(update_fields=["state", "merged_into", "changed_at"])
    theirs = Organisation.objects.filter(pk__in=moved.redirected, merged_into=into)
    theirs.update(merged_into=organisation)
    restored = _put_back(moved, into, at)
    _move_back(moved, organisation, into, at)
    _decide(organisation, into, DuplicateState.DIFFERENT, reason, by, at)
    search.refresh([organisation, into])
    data = {"organisation": organisation, "into": into, "reason": reason, "restored": restored}
    told = [*_members(organisation, into), *moderating_people(into)]
    tell("community/merge_undone", to=[Recipient.of(one) for one in told if one != by], at=at, data=data)
    return moved


@operation
def tell_apart(*, duplicate: Duplicate, reason: str, by: Person, at: datetime) -> Duplicate:
    """« Ce ne sont pas les mêmes » : the pair is never proposed again."""
    first, second = duplicate.first, duplicate.second
    for one in (first, second):
        rules.require("community.moderate", by, one)
    changes = {"decided_at": at, "decided_by": by, "reason": reason}
    about = [first, second]
    return move(
        duplicate,
        TELL_APART,
        by=by,
        at=at,
        reason=reason,
        changes=changes,
        about=about,
        first=first.name,
        second=second.name,
    )


@operation
def bring_together(*, organisation: Organisation, other: Organisation, by: Person, at: datetime) -> Duplicate:
    """Say that two records may be the same: the moderation will look. Said already, nothing changes."""
    if organisation == other:
        raise Refused("C’est la même fiche.", field="other")
    first, second = sorted((organisation, other), key=lambda one: one.pk)
    given = {"reasons": [Likeness.PERSON], "likeness": 100, "found_at": at}
    pair, is_new = Duplicate.objects.get_or_create(first=first, second=second, defaults=given)
    if is_new:
        names = {"first": first.name, "second": second.name}
        record("community.duplicate_proposed", first, second, pair, by=by, at=at, **names)
    if pair.state == DuplicateState.DIFFERENT:
        raise Refused(
            f"La modération a déjà examiné ces deux fiches, le {said(pair.decided_at or at)} : ce ne sont pas les"
            f" mêmes. Motif : {pair.reason}",
            field="other",
        )
    return pair


def _opposes(organisation: Organisation) -> bool:
    """Whether it may not be published; of one that only waits for what the register will say, nobody knows yet."""
    if organisation.publishable:
        return False
    is_waiting = bool(organisation.provenance.get("publishable", {}).get("note"))
    return not is_waiting or Unit.objects.filter(pk=organisation.siren, is_withdrawn=True).exists()


def _members(*organisations: Organisation) -> list[Person]:
    """Who acts in or for these records, in the order in which persons are locked."""
    roles = Role.objects.current().filter(organisation__in=organisations).select_related("person")
    mandates = Mandate.objects.current().filter(organisation__in=organisations).select_related("helper")
    every = {*(role.person for role in roles), *(mandate.helper for mandate in mandates)}
    return sorted(every, key=lambda person: person.pk)


def _reason_against_moving(organisation: Organisation, into: Organisation, keeps_roles: bool, by: Person) -> str | None:
    """Why a manager of both does not unite them: what they may not do to a role, they do not do by a merge.

    A record of one's own would otherwise be where a legal representative becomes a member; and where one whom the
    platform confirmed for another organisation becomes confirmed for this one. The moderation examines, and may.
    """
    if not standing_of(by, organisation).is_steering:
        return None
    theirs = Role.objects.current().filter(organisation=organisation).select_related("person", "organisation")
    confirmed = set(_confirmed(into).values_list("person", flat=True))
    if theirs.filter(pk__in=_confirmed(organisation)).exclude(person__in=confirmed).exists():
        return (
            f"« {organisation.name} » a un représentant légal que la plateforme a confirmé pour cette fiche : gardez"
            " plutôt celle-là, ou demandez à la modération de les réunir."
        )
    if keeps_roles:
        return None
    return next((reason for role in theirs if (reason := rules.reason_against_touching(by, role))), None)


def _confirmed(organisation: Organisation) -> QuerySet[Role]:
    return Role.objects.current().filter(organisation=organisation, confirmed_at__isnull=False)


def _concerned(merge: Merge) -> list[Person]:
    numbers = [*merge.moved["roles"]["ended"], *(new for new, _ in merge.moved["roles"]["begun"])]
    moved = [role.person for role in Role.objects.filter(pk__in=numbers).select_related("person")]
    return sorted({*moved, *_members(merge.into)}, key=lambda person: person.pk)


def _take(organisation: Organisation, into: Organisation, names: Collection[str], at: datetime) -> dict[str, Any]:
    """Give the record that lives on the chosen values of the other, with where they come from; what it said before."""
    taken = {}
    for choice in choices_between(into, organisation):
        if choice.name not in names:
            continue
        name, value = choice.name, plain(getattr(organisation, choice.name))
        origin = organisation.provenance.get(name) or {
            "source": organisation.source,
            "url": organisation.source_url,
            "on": organisation.source_on.isoformat() if organisation.source_on else "",
        }
        taken[name] = {
            "before": plain(getattr(into, name)),
            "before_origin": into.provenance.get(name),
            "after": value,
            "after_origin": origin,
        }
        set_plain(into, name, value)
        into.provenance[name] = origin
    _save(into, list(taken), at)
    return taken


def _put_back(merge: Merge, into: Organisation, at: datetime) -> list[str]:
    names = [line.name for line in put_back_by(merge, into) if line.back]
    for name in names:
        set_plain(into, name, merge.taken[name]["before"])
        into.provenance.pop(name, None)
        if origin := merge.taken[name]["before_origin"]:
            into.provenance[name] = origin
    _save(into, names, at)
    return [LABELS[name] for name in names]


def _save(into: Organisation, names: list[str], at: datetime) -> None:
    into.changed_at = at
    into.territories_cover = cover_of(into.territories)
    into.save(update_fields=[*names, "territories_cover", "provenance", "changed_at"])


def _move_roles(organisation: Organisation, into: Organisation, keeps_roles: bool, at: datetime) -> dict[str, Any]:
    """End the roles of the merged record, and begin those that its people have in the other; the stronger of two."""
    here = {role.person_id: role for role in Role.objects.current().filter(organisation=into)}
    theirs = list(Role.objects.current().filter(organisation=organisation).order_by("pk"))
    if theirs and not keeps_roles and not any(role.is_steering for role in here.values()):
        raise Refused(
            "Personne ne gère la fiche gardée : les personnes de l’autre y gardent leur rôle, sinon nul ne pourrait la"
            " gérer.",
            field="keeps_roles",
        )
    ended: list[int] = []
    begun: list[list[int]] = []
    for role in theirs:
        name, held = role.name if keeps_roles else RoleName.MEMBER, here.get(role.person_id)
        _end(role, at)
        ended.append(role.pk)
        if held and ORGANISATION_ROLES.index(RoleName(held.name)) <= ORGANISATION_ROLES.index(RoleName(name)):
            continue
        if held:
            _end(held, at)
            ended.append(held.pk)
        confirmed = keeps_roles and role.confirmed_at is not None
        new = Role.objects.create(
            person_id=role.person_id,
            name=name,
            organisation=into,
            started_at=at,
            confirmed_at=role.confirmed_at if confirmed else None,
            confirmed_by=role.confirmed_by if confirmed else "",
            shown=held.shown if held else False,
        )
        begun.append([new.pk, role.pk])
    return {"ended": ended, "begun": begun}


def _move_mandates(organisation: Organisation, into: Organisation, at: datetime) -> dict[str, Any]:
    ended, begun = [], []
    members = set(Role.objects.current().filter(organisation=into).values_list("person", flat=True))
    helped = set(Mandate.objects.filter(organisation=into, revoked_at__isnull=True).values_list("helper", flat=True))
    for mandate in Mandate.objects.current().filter(organisation=organisation).order_by("pk"):
        mandate.revoked_at = at
        mandate.save(update_fields=["revoked_at"])
        ended.append(mandate.pk)
        if mandate.helper_id in members | helped:
            continue
        new = Mandate.objects.create(
            organisation=into,
            helper_id=mandate.helper_id,
            granted_by_id=mandate.granted_by_id,
            granted_at=mandate.granted_at,
            ends_on=mandate.ends_on,
        )
        begun.append([new.pk, mandate.pk])
    return {"ended": ended, "begun": begun}


def _move_delegations(
    organisation: Organisation, into: Organisation, keeps_roles: bool, at: datetime
) -> dict[str, Any]:
    """Those given by someone who represents the record that lives on, to one of its people; the others end."""
    ended, begun = [], []
    roles = {role.person_id: role for role in Role.objects.current().filter(organisation=into)}
    running = Delegation.objects.filter(revoked_at__isnull=True, ends_on__gte=localdate(at))
    for delegation in running.filter(organisation=organisation).order_by("pk"):
        delegation.revoked_at = at
        delegation.save(update_fields=["revoked_at"])
        ended.append(delegation.pk)
        giver = roles.get(delegation.giver_id)
        same = running.filter(organisation=into, delegate=delegation.delegate_id, scope=delegation.scope)
        represents = giver is not None and giver.name == RoleName.REPRESENTATIVE
        if not (keeps_roles and represents and delegation.delegate_id in roles) or same.exists():
            continue
        new = Delegation.objects.create(
            organisation=into,
            giver_id=delegation.giver_id,
            delegate_id=delegation.delegate_id,
            scope=delegation.scope,
            starts_on=delegation.starts_on,
            ends_on=delegation.ends_on,
            given_at=delegation.given_at,
        )
        begun.append([new.pk, delegation.pk])
    return {"ended": ended, "begun": begun}


def _end(role: Role, at: datetime) -> None:
    role.ended_at = at
    role.save(update_fields=["ended_at"])


def _move_back(merge: Merge, organisation: Organisation, into: Organisation, at: datetime) -> None:
    """End what the merge began and open again what it ended, except for whoever left or changed since."""
    _roles_back(merge, organisation, into, at)
    members = set(Role.objects.current().filter(organisation=organisation).values_list("person", flat=True))
    for mandate in _reopened(Mandate, merge.moved["mandates"], at):
        if mandate.helper.erased_at is None and mandate.helper_id not in members:
            mandate.revoked_at = None
            mandate.save(update_fields=["revoked_at"])
    for delegation in _reopened(Delegation, merge.moved["delegations"], at):
        if {delegation.giver_id, delegation.delegate_id} <= members:
            delegation.revoked_at = None
            delegation.save(update_fields=["revoked_at"])


def _reopened(model: Any, moved: dict[str, Any], at: datetime) -> list[Any]:
    """Revoke what a merge began and that still runs; what may run again is what nobody revoked meanwhile."""
    standing_for = {old: new for new, old in moved["begun"]}
    running = set(
        model.objects.filter(pk__in=standing_for.values(), revoked_at__isnull=True).values_list("pk", flat=True)
    )
    model.objects.filter(pk__in=running).update(revoked_at=at)
    ended = model.objects.filter(pk__in=moved["ended"]).order_by("pk")
    return [one for one in ended if one.pk not in standing_for or standing_for[one.pk] in running]


def _roles_back(merge: Merge, organisation: Organisation, into: Organisation, at: datetime) -> None:
    moved = merge.moved["roles"]
    ended = list(Role.objects.filter(pk__in=moved["ended"]).select_related("person").order_by("pk"))
    current = {role.person_id: role for role in Role.objects.current().filter(organisation=into)}
    begun = {new for new, _ in moved["begun"]}
    standing_for = {old: new for new, old in moved["begun"]}
    back = []
    for role in ended:
        here = current.get(role.person_id)
        # They left, or their account was deleted.
        if here is None or role.person.erased_at:
            continue
        # What they were given here was changed since: the present role is someone's decision.
        if standing_for.get(role.pk, here.pk) != here.pk:
            continue
        back.append(role)
    theirs = [role for role in back if role.organisation_id == organisation.pk]
    # Members without anyone to manage would be left: they stay where they are managed.
    if theirs and not any(role.is_steering for role in theirs):
        back = [role for role in back if role not in theirs]
    returning = {role.person_id for role in back}
    leaving = [role for role in current.values() if role.pk in begun and role.person_id in returning]
    upgraded = {role.person_id for role in back if role.organisation_id == into.pk}
    staying = [role for role in current.values() if role not in leaving]
    steered = any(role.is_steering for role in staying) or any(
        role.is_steering for role in back if role.organisation_id == into.pk
    )
    if (staying or upgraded) and not steered:
        leaving = [role for role in leaving if role.name not in STEERING_ROLES]
    for role in leaving:
        _end(role, at)
    kept = {role.person_id for role in current.values()} - {role.person_id for role in leaving}
    for role in back:
        if role.organisation_id == into.pk and role.person_id in kept:
            continue
        role.ended_at = None
        role.save(update_fields=["ended_at"])


def _decide(organisation: Organisation, into: Organisation, state: str, reason: str, by: Person, at: datetime) -> None:
    """Close the pair with what was decided; a pair that nobody had found is written, never to be proposed."""
    first, second = sorted((organisation, into), key=lambda one: one.pk)
    decided = {"state": state, "decided_at": at, "decided_by": by, "reason": reason}
    Duplicate.objects.update_or_create(
        first=first,
        second=second,
        defaults=decided,
        create_defaults={**decided, "reasons": [Likeness.PERSON], "likeness": 100, "found_at": at},
    )
    waiting = Duplicate.objects.filter(Q(first=organisation) | Q(second=organisation), state=DuplicateState.OPEN)
    if state == DuplicateState.MERGED:
        waiting.delete()
