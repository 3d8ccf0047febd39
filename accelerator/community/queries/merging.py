"""Two records side by side, who may unite them, and what undoing a merge would put back."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from accelerator.community.models import (
    Claim,
    Delegation,
    Distinction,
    Duplicate,
    Establishment,
    Invitation,
    JoinRequest,
    Mandate,
    Merge,
    Organisation,
    Role,
)
from accelerator.community.queries.claims import on_probation
from accelerator.community.queries.organisation import absorbed_by, kinds_of, of_record, spaced, themes_of
from accelerator.community.queries.people import covered, platform_roles_of, standing_of
from accelerator.community.queries.register import said
from accelerator.community.record import KEPT, LABELS, is_confirmed, plain
from accelerator.community.states import Identity, OrganisationState, RoleName
from accelerator.geography.models import Place
from accelerator.journal import System
from accelerator.workflow.dates import said as said_day

NOT_YOURS = (
    "Deux fiches sont réunies par la modération, ou par une personne qui gère les deux. Vous pouvez signaler que"
    " celle-ci existe en double."
)


@dataclass(frozen=True)
class Choice:
    """A value that the two records say differently.

    kept, other  what the record that lives on says, what the other says, in French.
    takes_other  what is proposed: the other's value when the first is not known, or when only the other is confirmed.
    """

    name: str
    label: str
    kept: str
    other: str
    takes_other: bool


@dataclass(frozen=True)
class Side:
    """A record as the two are compared."""

    organisation: Organisation
    facts: list[tuple[str, str]]
    people: list[Role]


def choices_between(into: Organisation, other: Organisation) -> list[Choice]:
    """The values that differ and that the other knows, in the order of the record."""
    found = []
    for name in KEPT:
        kept, theirs = plain(getattr(into, name)), plain(getattr(other, name))
        if kept == theirs or theirs in (None, "", []):
            continue
        confirmed = is_confirmed(other.provenance, name) and not is_confirmed(into.provenance, name)
        found.append(
            Choice(
                name=name,
                label=LABELS[name],
                kept=_said(into, name),
                other=_said(other, name),
                takes_other=kept in (None, "", []) or confirmed,
            )
        )
    return found


def _said(organisation: Organisation, name: str) -> str:
    if name == "kinds":
        return ", ".join(kinds_of(organisation)) or said(name, "")
    if name == "themes":
        return ", ".join(theme.label for theme in themes_of(organisation)) or said(name, "")
    if name == "territories":
        places = Place.objects.filter(pk__in=organisation.territories).order_by("sort_name")
        return ", ".join(place.name for place in places) or said(name, "")
    return said(name, getattr(organisation, name))


def side_of(organisation: Organisation) -> Side:
    """A record and what depends on it, ready to be compared."""
    mine = of_record(organisation)
    people = Role.objects.current().filter(organisation=organisation).select_related("person")
    united = absorbed_by(organisation)
    numbers = [
        *(f"SIREN {spaced(one.siren)}" for one in [organisation, *united] if one.siren),
        *(f"RNA {one.rna}" for one in [organisation, *united] if one.rna),
        *(f"AMALIA {one.amalia}" for one in [organisation, *united] if one.amalia),
    ]
    distinctions = Distinction.objects.filter(mine).order_by("name").values_list("name", flat=True).distinct()
    facts = [
        ("Numéros", ", ".join(numbers) or "aucun"),
        ("Identité", str(Identity(organisation.identity).label)),
        ("État", str(OrganisationState(organisation.state).label)),
        ("Siège", organisation.seat.name if organisation.seat else "non connu"),
        ("Inscrite", f"le {said_day(organisation.recorded_at)}, d’après : {organisation.source}"),
        ("Établissements", str(Establishment.objects.filter(mine).count())),
        ("Distinctions", ", ".join(distinctions) or "aucune"),
        ("Mandats en cours", str(Mandate.objects.current().filter(organisation=organisation).count())),
        ("Délégations en cours", str(_running(organisation).count())),
        ("Invitations en attente", str(Invitation.objects.waiting().filter(mine).count())),
        ("Demandes en attente", str(JoinRequest.objects.open().filter(mine).count())),
    ]
    return Side(organisation, facts, list(people.order_by("started_at", "pk")))


def _running(organisation: Organisation) -> QuerySet[Delegation]:
    return Delegation.objects.current(localdate()).filter(organisation=organisation)


def which_lives(first: Organisation, second: Organisation) -> tuple[Organisation, Organisation]:
    """The record proposed to live on, then the other: the one with a SIREN, verified, managed, then the older."""

    def rank(one: Organisation) -> tuple[Any, ...]:
        managed = Role.objects.current().steering().filter(organisation=one).exists()
        return (bool(one.siren), one.identity == Identity.VERIFIED, managed, -one.pk)

    return (first, second) if rank(first) >= rank(second) else (second, first)


def reason_against_merging(person: Any, first: Organisation, second: Organisation) -> str | None:
    """Why this person may not unite these records: the moderation of both does, or whoever manages both."""
    if first == second:
        return "On réunit deux fiches différentes."
    if isinstance(person, System):
        return None
    standings = [standing_of(person, one) for one in (first, second)]
    if all(one.is_steering for one in standings):
        if any(on_probation(person, one) for one in (first, second)):
            return (
                "Vous gérez l’une de ces fiches à la suite d’une revendication encore contestable : attendez son terme."
            )
        return None
    if not all(one.is_moderator for one in standings):
        return NOT_YOURS
    if any(one.is_member for one in standings):
        return "Vous êtes membre de l’une de ces organisations : un autre modérateur doit examiner."
    return None


def reason_against_undoing(person: Any, merge: Merge) -> str | None:
    """Why this person may not undo a merge: the moderation, or those who manage the record that lives on, may."""
    standing = standing_of(person, merge.into)
    if standing.is_moderator or (standing.is_steering and not on_probation(person, merge.into)):
        return None
    return "Une réunion est défaite par la modération, ou par une personne qui gère la fiche."


def binding_claim(organisation: Organisation) -> Claim | None:
    """The claim that may still be reversed for longest, if any: its role is not carried into another record."""
    return Claim.objects.reversible().filter(organisation=organisation).order_by("-reversible_until").first()


def duplicates_for(person: Any) -> QuerySet[Duplicate]:
    """The pairs that a moderator examines: those of which one record is in their perimeter."""
    roles = platform_roles_of(person)
    pairs = Duplicate.objects.select_related("first", "second", "first__seat", "second__seat", "decided_by")
    if any(role.name == RoleName.ADMINISTRATOR or not role.where for role in roles):
        return pairs
    moderated = reduce(or_, [covered(role) for role in roles], Q(pk__in=[]))
    within = Organisation.objects.filter(moderated).values("pk")
    return pairs.filter(Q(first__in=within) | Q(second__in=within))


@dataclass(frozen=True)
class PutBack:
    """A value taken by a merge: what it would become again, or why it stays."""

    name: str
    label: str
    before: str
    now: str
    back: bool


def put_back_by(merge: Merge, into: Organisation) -> list[PutBack]:
    """The values that undoing would put back; those that changed since the merge stay."""
    lines = []
    for name, taken in merge.taken.items():
        same = plain(getattr(into, name)) == taken["after"] and into.provenance.get(name) == taken["after_origin"]
        before = _said(_with(into, name, taken["before"]), name)
        lines.append(PutBack(name, LABELS[name], before, _said(into, name), same))
    return lines


def _with(organisation: Organisation, name: str, value: Any) -> Organisation:
    held = Organisation(kinds=[], themes=[], territories=[])
    if name == "seat":
        held.seat = Place.objects.filter(pk=value).first() if value else None
    else:
        setattr(held, name, value)
    return held
