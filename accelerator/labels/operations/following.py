"""Following a road map in public: how each action goes, what is done, what is dropped and why."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.journal.operations import record
from accelerator.labels.models import Action, ActionNote, Label
from accelerator.labels.rules import labels as rules
from accelerator.labels.states import ActionState
from accelerator.workflow import Refused, operation

OLDEST_NOTE_DAYS = 3 * 366
_CUT = 200


def _hold_action(action: Action, label: Label, by: Person) -> Action:
    """The action, locked, when it is of the label and the person may follow it."""
    rules.require("labels.follow", by, label)
    held = Action.objects.select_for_update(of=("self",)).select_related("challenge").get(pk=action.pk)
    if held.challenge.candidacy_id != label.candidacy_id:
        raise Refused("Cette action n’est pas de la feuille de route de ce label.")
    return held


@operation
def note_action(
    *, action: Action, label: Label, on: date, value: Decimal | None, text: str, done: bool, by: Person, at: datetime
) -> ActionNote:
    """Say how an action goes, for all to read; saying so of one that was only planned begins it, `done` ends it.

    Raises `Refused` when nothing is said, for a day to come, and for an action that was dropped.
    """
    held = _hold_action(action, label, by)
    today = localdate(at)
    if on > today:
        raise Refused("On fait le point aujourd’hui ou pour un jour passé.", field="on")
    if (today - on).days > OLDEST_NOTE_DAYS:
        raise Refused("Ce jour est trop ancien pour un point de la feuille de route.", field="on")
    if held.state == ActionState.DROPPED:
        raise Refused("Cette action est abandonnée : reprenez-la d’abord.")
    if value is None and not text.strip():
        raise Refused("Donnez une valeur de l’indicateur, ou dites où en est l’action.", field="text")
    if value is not None and not held.indicator:
        raise Refused("Cette action n’a pas d’indicateur : dites où elle en est, en quelques mots.", field="value")
    note = ActionNote.objects.create(action=held, on=on, value=value, text=text.strip(), by=by, told_at=at)
    measured = "" if value is None else f"{held.indicator} : {_figure(value)} {held.unit}".strip()
    state = ActionState.DONE if done else ActionState.UNDER_WAY
    if done or held.state == ActionState.PLANNED:
        held.state = state
        held.save(update_fields=["state"])
    code = "labels.action_done" if done else "labels.action_noted"
    words = ". ".join(filter(None, (measured, note.text)))
    record(code, label, by=by, at=at, action=held.title, words=_cut(words))
    return note


@operation
def drop_action(*, action: Action, label: Label, reason: str, by: Person, at: datetime) -> Action:
    """Give up an action, in public, and say why."""
    held = _hold_action(action, label, by)
    if held.state in (ActionState.DONE, ActionState.DROPPED):
        raise Refused("Cette action est déjà faite ou abandonnée.")
    if not reason.strip():
        raise Refused("Dites pourquoi cette action est abandonnée : tout le monde le lira.", field="reason")
    held.state, held.reason = ActionState.DROPPED, reason.strip()
    held.save(update_fields=["state", "reason"])
    record("labels.action_dropped", label, by=by, at=at, action=held.title, why=_cut(held.reason))
    return held


@operation
def resume_action(*, action: Action, label: Label, by: Person, at: datetime) -> Action:
    """Take up again an action that was dropped, or said done too soon."""
    held = _hold_action(action, label, by)
    if held.state not in (ActionState.DONE, ActionState.DROPPED):
        raise Refused("Cette action est en cours.")
    held.state, held.reason = ActionState.UNDER_WAY, ""
    held.save(update_fields=["state", "reason"])
    record("labels.action_resumed", label, by=by, at=at, action=held.title)
    return held


def _figure(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")


def _cut(words: str) -> str:
    return words if len(words) <= _CUT else f"{words[:_CUT].rstrip()}…"
