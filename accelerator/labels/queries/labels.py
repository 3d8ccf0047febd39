"""One label as its page shows it: who, what, where, since, until, under which criteria, what it promised, what became
of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Prefetch

from accelerator.accounts.queries import Line
from accelerator.community.queries.organisation import canonical, hidden_among
from accelerator.geography.models import Place
from accelerator.journal.queries import public_history_of
from accelerator.labels.letters import effect_of
from accelerator.labels.models import (
    Action,
    ActionNote,
    Candidacy,
    Challenge,
    Label,
    LabelCondition,
    Member,
    SteeringMinutes,
)
from accelerator.labels.queries.holders import members_of
from accelerator.labels.queries.proceedings import suspension_of
from accelerator.labels.states import ActionState, ConditionState, LabelNature, LabelState
from accelerator.workflow.kept import Given, Kept

_LINES: Final = 40
# What the pages of a label ask of it, whoever reads them.
_ASKED: Final = (
    *("category__call", "criteria_set", "candidacy", "seat__departement", "organisation__merged_into"),
    *("organisation__seat", "renews", "application__call"),
)
_LATE: Final = (ActionState.PLANNED, ActionState.UNDER_WAY)


def label_identified(public_id: str) -> Label | None:
    """The label of this identifier, with what its pages ask of it. One query."""
    return next(iter(_IDENTIFIED(public_id)), None)


_IDENTIFIED: Final = Kept(lambda: Label.objects.select_related(*_ASKED).filter(public_id=Given(0)))


@dataclass(frozen=True)
class ShownAction:
    """An action of the road map, with how far it is.

    percent   how far its indicator went from its baseline to its target, from 0 to 100; None when it cannot be known.
    is_late   its day is past, and it is neither done nor dropped.
    """

    action: Action
    pilot: str
    pilot_key: str
    notes: Sequence[ActionNote]
    percent: int | None
    is_late: bool

    @property
    def last(self) -> ActionNote | None:
        """The latest note."""
        return self.notes[0] if self.notes else None

    @property
    def value(self) -> Decimal | None:
        """The latest value of the indicator."""
        return next((note.value for note in self.notes if note.value is not None), None)

    @property
    def state(self) -> str:
        """Where it is, in French; late is said late."""
        return "En retard" if self.is_late else str(self.action.get_state_display())

    @property
    def level(self) -> str:
        """How a badge shows it."""
        if self.is_late:
            return "error"
        levels = {ActionState.DONE: "success", ActionState.DROPPED: "warning", ActionState.UNDER_WAY: "info"}
        return levels.get(ActionState(self.action.state), "")


@dataclass(frozen=True)
class ShownChallenge:
    """A défi and what is done about it."""

    challenge: Challenge
    actions: Sequence[ShownAction]

    @property
    def done(self) -> int:
        """How many of its actions are done, of those that were not dropped."""
        return sum(one.action.state == ActionState.DONE for one in self.actions)

    @property
    def kept(self) -> int:
        """How many were not dropped."""
        return sum(one.action.state != ActionState.DROPPED for one in self.actions)


@dataclass(frozen=True)
class Roadmap:
    """The défis of a label, in their order."""

    challenges: Sequence[ShownChallenge]

    @property
    def actions(self) -> list[ShownAction]:
        return [action for one in self.challenges for action in one.actions]

    @property
    def late(self) -> int:
        """How many actions are late."""
        return sum(one.is_late for one in self.actions)

    @property
    def done(self) -> int:
        return sum(one.done for one in self.challenges)

    @property
    def kept(self) -> int:
        return sum(one.kept for one in self.challenges)


def roadmap_of(candidacy: Candidacy | None, on: date) -> Roadmap:
    """The road map of a candidacy on a day, in three queries; empty for a label without a candidacy."""
    if candidacy is None:
        return Roadmap(())
    notes = Prefetch("notes", ActionNote.objects.order_by("-on", "-pk"), to_attr="latest")
    actions = Action.objects.select_related("pilot__organisation").prefetch_related(notes).order_by("due_on", "pk")
    read = Prefetch("actions", actions, to_attr="shown")
    challenges = Challenge.objects.filter(candidacy=candidacy).prefetch_related(read).order_by("position")
    return Roadmap([ShownChallenge(one, [_shown(action, on) for action in one.shown]) for one in challenges])


def _shown(action: Any, on: date) -> ShownAction:
    pilot = action.pilot.organisation
    value = next((note.value for note in action.latest if note.value is not None), None)
    return ShownAction(
        action=action,
        pilot=pilot.name if pilot.publishable else "Une organisation du collectif",
        pilot_key=pilot.key if pilot.publishable else "",
        notes=action.latest,
        percent=percent_of(action, value),
        is_late=action.due_on < on and action.state in _LATE,
    )


def percent_of(action: Action, value: Decimal | None) -> int | None:
    """How far an indicator went, in hundredths of what is aimed at, within 0 and 100; whichever way it is to go."""
    if action.state == ActionState.DONE and (value is None or action.target is None):
        return 100
    if value is None or action.target is None:
        return None
    baseline = action.baseline if action.baseline is not None else Decimal(0)
    if action.target == baseline:
        return 100 if value == action.target else 0
    return max(0, min(100, int(100 * (value - baseline) / (action.target - baseline))))


@dataclass(frozen=True)
class Sheet:
    """What the page of a label shows."""

    members: Sequence[Member]
    territories: Sequence[Place]
    conditions: Sequence[LabelCondition]
    roadmap: Roadmap
    minutes: Sequence[SteeringMinutes]
    versions: Sequence[Label]
    measure: str
    history: Sequence[Line]

    def late_conditions(self, on: date) -> list[LabelCondition]:
        """Those whose day is past without anything said."""
        return [one for one in self.conditions if one.state == ConditionState.OPEN and one.due_on < on]


def sheet_of(label: Label, on: date) -> Sheet:
    """Read what surrounds a label, in nine queries at most."""
    keys = label.perimeter
    members = [one for one in members_of(label) if one.organisation.publishable] if label.candidacy_id else []
    return Sheet(
        members=members,
        territories=list(Place.objects.filter(pk__in=keys).order_by("sort_name", "key")) if keys else [],
        conditions=list(label.conditions.order_by("due_on", "pk")),
        roadmap=roadmap_of(label.candidacy, on),
        minutes=_public_minutes(label),
        versions=_versions_of(label),
        measure=_measure_on(label),
        history=public_history(label),
    )


def _public_minutes(label: Label) -> list[SteeringMinutes]:
    if label.candidacy_id is None:
        return []
    told = SteeringMinutes.objects.filter(candidacy=label.candidacy_id, is_public=True)
    return list(told.select_related("file").order_by("-held_on", "-pk"))


def _versions_of(label: Label) -> list[Label]:
    """The labels of the same candidacy, this one included, the latest first; none when it is alone."""
    if label.candidacy_id is None:
        return []
    same = Label.objects.filter(candidacy=label.candidacy_id).select_related("organisation")
    found = list(same.order_by("-period", "-pk"))
    return found if len(found) > 1 else []


def _measure_on(label: Label) -> str:
    """What is in force against a label, in a sentence, with its public reason."""
    if label.state == LabelState.SUSPENDED:
        proceeding = suspension_of(label)
    elif label.state == LabelState.WITHDRAWN:
        pronounced = label.proceedings.filter(kind=label.withdrawn_as, decided_at__isnull=False)
        proceeding = pronounced.order_by("-decided_at").first()
    else:
        return ""
    return f"{effect_of(proceeding)} Motif : {proceeding.reason}" if proceeding else ""


def public_history(label: Label) -> list[Line]:
    """What anyone may read of what became of a label: persons are never named, the service and the platform are."""
    service = label.category.call.service if label.category.call else "Le service"
    events = list(public_history_of(label)[:_LINES])
    hidden = hidden_among(event for event in events if event.code == _LEAD_CHANGED)
    return [
        Line(
            at=event.at,
            who=_who(event.code, event.actor, service),
            sentence=event.type.sentence.format(organisation=UNNAMED) if event.pk in hidden else event.sentence,
            reason="",
        )
        for event in events
    ]


_LEAD_CHANGED: Final = "labels.label_lead_changed"
# Who is not shown to the public, in a public sentence.
UNNAMED: Final = "une autre organisation"
_OF_THE_HOLDER: Final = ("labels.action_", "labels.minutes_", "labels.appeal_filed")


def _who(code: str, actor: str, service: str) -> str:
    if code.startswith(_OF_THE_HOLDER):
        return "Le titulaire"
    if actor.startswith("system:"):
        return "La plateforme"
    return service or "Le service"


def is_shown_as_history(label: Label) -> bool:
    """Whether it is told as a fact of the past, which produces no effect here."""
    return label.nature == LabelNature.HISTORIC


def holder_key(label: Label) -> str:
    """The address of the record of its holder, when it may be shown."""
    if label.organisation is None or not label.holder_is_shown:
        return ""
    return canonical(label.organisation).key
