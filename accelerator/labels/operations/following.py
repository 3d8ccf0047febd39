"""Following a road map in public: how each action goes, what is done, what is dropped and why, who leads."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community.operations.locks import lock_organisation
from accelerator.design.uploads import Document
from accelerator.journal.operations import record
from accelerator.labels.models import Action, ActionNote, Label, Member, SteeringMinutes
from accelerator.labels.operations.files import keep_file
from accelerator.labels.operations.proving import prove
from accelerator.labels.operations.register import lock_label, publish
from accelerator.labels.queries.holders import holders_of, lead_has_ceased
from accelerator.labels.rules import labels as rules
from accelerator.labels.states import ActionState, MemberRole, MemberState
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said

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
    words = note.text if value is None else f"{_figure(value)} {held.unit}. {note.text}".strip()
    state = ActionState.DONE if done else ActionState.UNDER_WAY
    if done or held.state == ActionState.PLANNED:
        held.state = state
        held.save(update_fields=["state"])
    code = "labels.action_done" if done else "labels.action_noted"
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


@operation
def tell_minutes(
    *, label: Label, held_on: date, summary: str, document: Document | None, public: bool, by: Person, at: datetime
) -> SteeringMinutes:
    """Keep the minutes of a meeting of the steering committee; for all to read, or for the collective alone."""
    held = lock_label(label)
    rules.require("labels.follow", by, held)
    if held.candidacy is None:
        raise Refused(rules.HISTORIC)
    if held_on > localdate(at):
        raise Refused("Le comité n’a pas encore siégé ce jour-là.", field="held_on")
    if not summary.strip():
        raise Refused("Dites ce qui a été décidé.", field="summary")
    if SteeringMinutes.objects.filter(candidacy=held.candidacy, held_on=held_on).exists():
        raise Refused("Le compte rendu de ce jour est déjà dans le dossier.", field="held_on")
    minutes = SteeringMinutes.objects.create(
        candidacy=held.candidacy,
        held_on=held_on,
        summary=summary.strip(),
        file=keep_file(candidacy=held.candidacy, document=document, by=by, at=at) if document else None,
        is_public=public,
        told_at=at,
    )
    if public:
        record("labels.minutes_told", held, by=by, at=at, day=said(held_on))
    else:
        record("labels.minutes_kept", held.candidacy, by=by, at=at, held=said(held_on))
    return minutes


@operation
def change_lead(*, label: Label, member: Member, by: Person, at: datetime) -> Label:
    """Make a confirmed member the chef de file of a collective, whose chef de file has ceased: the label goes on.

    By the service, or by whoever steers that member. The label, and its candidacy for the next renewal, are then its;
    so is the attestation: the one that named the former chef de file is withdrawn, another names this one.
    """
    held = lock_label(label)
    standing = rules.label_standing_of(by, held)
    if not lead_has_ceased(held) or member.organisation_id not in standing.steered:
        rules.require("labels.conduct", by, held)
    taken = Member.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=member.pk)
    if held.candidacy is None or taken.candidacy_id != held.candidacy_id or taken.state != MemberState.CONFIRMED:
        raise Refused("Seule une organisation du collectif qui l’a confirmé peut en devenir le chef de file.")
    if taken.organisation_id == held.organisation_id:
        raise Refused("Cette organisation est déjà le chef de file.")
    organisation = lock_organisation(taken.organisation)
    Member.objects.filter(candidacy=held.candidacy, role=MemberRole.LEAD).update(role=MemberRole.OTHER)
    taken.role = MemberRole.LEAD
    taken.save(update_fields=["role"])
    held.candidacy.organisation = organisation
    held.candidacy.save(update_fields=["organisation"])
    held.organisation, held.seat, held.changed_at = organisation, organisation.seat, at
    held.save(update_fields=["organisation", "seat", "changed_at"])
    record(
        "labels.label_lead_changed", held, held.candidacy, organisation, by=by, at=at, organisation=organisation.name
    )
    prove(label=held, by=by, at=at)
    publish(label=held, by=by, at=at)
    tell("labels/lead_changed", to=holders_of(held), at=at, data={"label": held, "organisation": organisation})
    return held


def _figure(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")


def _cut(words: str) -> str:
    return words if len(words) <= _CUT else f"{words[:_CUT].rstrip()}…"
