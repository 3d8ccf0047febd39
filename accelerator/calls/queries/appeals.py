"""Appeals: which one awaits an answer, which silence rejected, what is left to whoever filed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.timezone import localdate

from accelerator.calls.models import Appeal, Application, Decision
from accelerator.calls.remedies import Remedy, administrative, left
from accelerator.calls.states import AppealKind, AppealOutcome, DecisionKind
from accelerator.workflow.dates import said_months


def appeal_to_answer(application: Application) -> Appeal | None:
    """The last appeal against the decision that stands, when nobody answered it: in time, or after silence did."""
    last = (
        Appeal.objects.filter(application=application, decision__replaced_by__isnull=True)
        .select_related("decision")
        .order_by("-pk")
        .first()
    )
    return last if last is not None and last.answered_at is None else None


def unanswered(appeals: Sequence[Appeal], decisions: Sequence[Decision]) -> Decision | None:
    """The decision that stands, when its last appeal is the one to answer: `appeal_to_answer`, of what was read."""
    standing = {one.pk: one for one in decisions if one.notified_at and not one.replaced_by_id}
    last = next((one for one in reversed(appeals) if one.decision_id in standing), None)
    return standing[last.decision_id] if last is not None and last.answered_at is None else None


def silent_appeals(on: date) -> QuerySet[Appeal]:
    """The appeals that silence has rejected by a day, and of which nothing is written yet.

    Silence rejects by law (CRPA L231-4): where the code does not apply, the service answers, late or not.
    """
    return Appeal.objects.in_progress().filter(due_on__lt=on, application__call__crpa=True).order_by("pk")


def remedy_of(appeal: Appeal) -> Remedy:
    """The remedy that was taken, as it was on the day on which it was."""
    return administrative(appeal.application.call.remedies, AppealKind(appeal.kind), localdate(appeal.filed_at))


@dataclass(frozen=True)
class ShownAppeal:
    """An appeal as both sides read it.

    silence  what silence does of it, or did.
    left     what remains to whoever filed it, and until when.
    """

    appeal: Appeal
    silence: str
    left: tuple[str, ...]


def shown_appeals(application: Application) -> list[ShownAppeal]:
    """The appeals of a file. One query."""
    shown = []
    for appeal in application.appeals.order_by("pk"):
        appeal.application = application
        shown.append(ShownAppeal(appeal, _silence(appeal), _left(appeal)))
    return shown


def _silence(appeal: Appeal) -> str:
    if not appeal.application.call.crpa or appeal.answered_at:
        return ""
    remedy = remedy_of(appeal)
    kept = f"le silence gardé {said_months(remedy.silent_after or 0)} sur un recours le rejette ({remedy.source})"
    if appeal.silent_at:
        return f"Aucune réponse n’est venue : {kept}. Une réponse écrite peut encore la remplacer."
    return f"Sans réponse ce jour-là, il est rejeté : {kept}."


def _left(appeal: Appeal) -> tuple[str, ...]:
    remedies = appeal.application.call.remedies
    if appeal.outcome == AppealOutcome.UPHELD and appeal.answered_at:
        return left(remedies, localdate(appeal.answered_at))
    return left(remedies, appeal.due_on) if appeal.silent_at and not appeal.outcome else ()


def contested_from(decision: Decision) -> date | None:
    """The day from which the delays to contest a decision run: notified, or made by silence; None before."""
    if decision.notified_at is None:
        return None
    if decision.kind == DecisionKind.IMPLICIT and decision.application.silence_on:
        return decision.application.silence_on
    return localdate(decision.notified_at)
