"""The road map that a collective promises: défis, actions, minutes of its steering committee."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.design.uploads import Document
from accelerator.journal.operations import record
from accelerator.labels.events import (
    ACTION_PLANNED,
    ACTION_REMOVED,
    CHALLENGE_REMOVED,
    CHALLENGE_SAID,
    MINUTES_KEPT,
)
from accelerator.labels.models import Action, Candidacy, Challenge, Label, Member, SteeringMinutes
from accelerator.labels.operations.files import keep_file
from accelerator.labels.operations.locks import lock_candidacy
from accelerator.labels.queries.renewals import latest_of
from accelerator.labels.record import MOST_ACTIONS
from accelerator.labels.rules import candidacies as rules
from accelerator.labels.rules.labels import reason_against_minutes
from accelerator.labels.states import ChallengeKind, MemberState
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said

AWARDED = (
    "Ce label est délivré : sa feuille de route est publique. Une action s’y abandonne avec son motif, elle ne se "
    "retire pas."
)


@operation
def say_challenge(
    *, candidacy: Candidacy, position: int, kind: ChallengeKind, title: str, text: str, by: Person, at: datetime
) -> Challenge:
    """Say the priority défi of a rank; said the same again, nothing changes."""
    held = lock_candidacy(candidacy)
    rules.require("labels.edit", by, held)
    if not 1 <= position <= held.category.challenges_wanted:
        raise Refused(f"Ce label attend {held.category.challenges_wanted} défis prioritaires.")
    known = held.challenges.filter(position=position).first()
    challenge = known or Challenge(candidacy=held, position=position)
    if known and (known.kind, known.title, known.text) == (kind, title, text):
        return known
    challenge.kind, challenge.title, challenge.text = kind, title, text
    challenge.save()
    record(CHALLENGE_SAID.code, held, by=by, at=at, position=position, title=title)
    return challenge


@operation
def remove_challenge(*, challenge: Challenge, by: Person, at: datetime) -> None:
    """Take a défi out of a road map that is not public yet, with its actions. One that is gone is gone."""
    held = lock_candidacy(challenge.candidacy)
    rules.require("labels.edit", by, held)
    there = held.challenges.filter(pk=challenge.pk).first()
    if there is None:
        return
    _demand_not_awarded(held)
    title = there.title
    Action.objects.filter(challenge=there).delete()
    there.delete()
    record(CHALLENGE_REMOVED.code, held, by=by, at=at, title=title)


@operation
def plan_action(
    *,
    challenge: Challenge,
    action: Action | None,
    title: str,
    pilot: Member,
    due_on: date,
    indicator: str,
    unit: str,
    baseline: Decimal | None,
    target: Decimal | None,
    by: Person,
    at: datetime,
) -> Action:
    """Plan an action of a défi, or change one: who pilots it, for which day, how it is seen.

    Raises `Refused` when the pilot is not a member that stays, and once the road map is public.
    """
    held = lock_candidacy(challenge.candidacy)
    rules.require("labels.edit", by, held)
    if action is not None:
        _demand_not_awarded(held)
    staying = held.members.filter(pk=pilot.pk, state__in=(MemberState.ASKED, MemberState.CONFIRMED))
    if not staying.exists():
        raise Refused("Le pilote d’une action est un membre du collectif.", field="pilot")
    if action is None and Action.objects.filter(challenge__candidacy=held).count() >= MOST_ACTIONS:
        raise Refused(f"Une feuille de route a {MOST_ACTIONS} actions au plus.")
    same = {
        "title": title,
        "pilot": pilot,
        "due_on": due_on,
        "indicator": indicator,
        "unit": unit,
        "baseline": baseline,
        "target": target,
    }
    if action is None and (known := challenge.actions.filter(**same).first()):
        return known
    planned = action or Action(challenge=challenge)
    for name, value in same.items():
        setattr(planned, name, value)
    planned.save()
    record(ACTION_PLANNED.code, held, by=by, at=at, title=title, due=said(due_on))
    return planned


@operation
def remove_action(*, action: Action, by: Person, at: datetime) -> None:
    """Take an action out of a road map that is not public yet. One that is gone is gone."""
    held = lock_candidacy(action.challenge.candidacy)
    rules.require("labels.edit", by, held)
    there = Action.objects.filter(pk=action.pk, challenge__candidacy=held).first()
    if there is None:
        return
    _demand_not_awarded(held)
    title = there.title
    there.delete()
    record(ACTION_REMOVED.code, held, by=by, at=at, title=title)


@operation
def keep_minutes(
    *,
    candidacy: Candidacy,
    held_on: date,
    summary: str,
    document: Document | None,
    is_public: bool,
    by: Person,
    at: datetime,
) -> SteeringMinutes:
    """Keep what the steering committee decided on a day, before the award as after; the minutes of a day are kept once.

    What is public is read on the page of the label, whose history then says that it was told.
    """
    held = lock_candidacy(candidacy)
    if reason := reason_against_minutes(by, held):
        raise Refused(reason)
    if held_on > localdate(at):
        raise Refused("Cette date est à venir : un compte rendu dit ce qui a eu lieu.", field="held_on")
    if held.minutes.filter(held_on=held_on).exists():
        raise Refused("Le compte rendu de ce jour est déjà dans le dossier.", field="held_on")
    file = keep_file(candidacy=held, document=document, by=by, at=at) if document else None
    minutes = SteeringMinutes.objects.create(
        candidacy=held, held_on=held_on, summary=summary, file=file, is_public=is_public, told_at=at
    )
    label = latest_of(held)
    if label is not None and is_public:
        record("labels.minutes_told", label, held, by=by, at=at, day=said(held_on))
    else:
        record(MINUTES_KEPT.code, held, by=by, at=at, held=said(held_on))
    return minutes


def _demand_not_awarded(held: Candidacy) -> None:
    if Label.objects.filter(candidacy=held).exists():
        raise Refused(AWARDED)
