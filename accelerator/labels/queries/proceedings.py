"""The proceedings of a label, for those whom they concern and for the service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from accelerator.calls.models import CallRole
from accelerator.calls.states import CallRoleName
from accelerator.labels.letters import Remedy, letter_of, remedies_from
from accelerator.labels.models import Category, Label, LabelAppeal, LabelCondition, Proceeding, ProceedingFile
from accelerator.labels.states import ConditionState, LabelNature, LabelState, Outcome, ProceedingKind


def suspension_of(label: Label) -> Proceeding | None:
    """The measure that suspended a label last."""
    suspensions = label.proceedings.filter(kind=ProceedingKind.SUSPENSION, outcome=Outcome.PRONOUNCED)
    return suspensions.order_by("-decided_at").first()


def suspensions_over(on: date) -> QuerySet[Label]:
    """The suspended labels that had a suspension whose last day is past, whatever was pronounced since."""
    had = Proceeding.objects.filter(kind=ProceedingKind.SUSPENSION, outcome=Outcome.PRONOUNCED, until_on__lt=on)
    return Label.objects.filter(state=LabelState.SUSPENDED, pk__in=had.values("label"))


def remedies_against(proceeding: Proceeding) -> list[Remedy]:
    """The ways to contest a pronounced measure, each with its last day; none otherwise."""
    call = proceeding.label.category.call
    if proceeding.outcome != Outcome.PRONOUNCED or proceeding.decided_at is None or call is None:
        return []
    return remedies_from(call.remedies, localdate(proceeding.decided_at))


def is_late(appeal: LabelAppeal) -> bool:
    """Whether it came after the last day of its kind: said to both sides, and for whoever answers to judge."""
    last = next((one.last_day for one in remedies_against(appeal.proceeding) if one.kind == appeal.kind), None)
    return last is not None and appeal.filed_on > last


def shown_letter(proceeding: Proceeding) -> dict[str, Any]:
    """The letter as it was signed; before, the one that told the grounds."""
    return proceeding.letter or letter_of(proceeding, on=localdate(proceeding.decided_at or proceeding.notified_at))


@dataclass(frozen=True)
class Case:
    """A proceeding with its files and its appeals."""

    proceeding: Proceeding
    files: Sequence[ProceedingFile]
    appeals: Sequence[LabelAppeal]
    remedies: Sequence[Remedy]

    def days_left(self, on: date) -> int:
        """How many days are left to answer, the last included."""
        return max(0, (self.proceeding.answer_until - on).days + 1)


def case_of(proceeding: Proceeding) -> Case:
    """In two queries."""
    return Case(
        proceeding,
        list(proceeding.files.order_by("at", "pk")),
        list(proceeding.appeals.order_by("filed_on", "pk")),
        remedies_against(proceeding),
    )


def proceedings_of(label: Label) -> list[Proceeding]:
    """Every proceeding of a label, the latest first."""
    return list(label.proceedings.order_by("-notified_at", "-pk"))


def categories_followed(person: Any) -> QuerySet[Category]:
    """The categories that a person examines or signs for."""
    roles = CallRole.objects.current().filter(person=person, name__in=(CallRoleName.OFFICER, CallRoleName.SIGNATORY))
    return Category.objects.filter(call__in=roles.values("call"))


def desk_labels(person: Any) -> QuerySet[Label]:
    """The labels of the categories that a person follows, but for the historic ones."""
    return (
        Label.objects.filter(category__in=categories_followed(person))
        .exclude(nature=LabelNature.HISTORIC)
        .select_related("category__call", "organisation")
    )


def waiting_for_the_service(labels: QuerySet[Label], on: date) -> QuerySet[Label]:
    """Those on which something is to be done: an answer came or its delay has run, a hearing is to be set or told, an
    appeal waits, a day is past.
    """
    asked = Q(hearing_asked_at__isnull=False, hearing_closed_at__isnull=True)
    to_hear = asked & (Q(hearing_on__isnull=True) | Q(hearing_on__date__lte=on))
    ripe = Proceeding.objects.filter(outcome=Outcome.PENDING).filter(
        to_hear | (~asked & (Q(answered_at__isnull=False) | Q(answer_until__lt=on)))
    )
    appeals = LabelAppeal.objects.filter(answered_at__isnull=True)
    conditions = LabelCondition.objects.filter(state=ConditionState.OPEN, due_on__lt=on)
    return labels.filter(
        Q(pk__in=ripe.values("label"))
        | Q(pk__in=appeals.values("proceeding__label"))
        | Q(pk__in=conditions.values("label"), state__in=(LabelState.ACTIVE, LabelState.SUSPENDED))
    )
