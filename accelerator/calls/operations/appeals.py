"""Decisions contested: an appeal is filed, answered, rejected by silence, or ended by a decision that is told."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.models import Appeal, Application, Decision
from accelerator.calls.operations.files import end_requests, lock_file
from accelerator.calls.queries.appeals import appeal_to_answer, remedy_of
from accelerator.calls.queries.recipients import examining, told_of
from accelerator.calls.remedies import administrative, left
from accelerator.calls.rules.applications import ANSWERED_BY_A_DECISION, reason_against_appealing
from accelerator.calls.rules.registry import require
from accelerator.calls.states import (
    APPEAL,
    NO_APPEAL,
    RECONSIDER,
    REJECT_APPEAL,
    UPHOLD,
    AppealKind,
    AppealOutcome,
    DecisionKind,
)
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said, said_months
from accelerator.workflow.transitions import move


@operation
def file_appeal(*, application: Application, kind: AppealKind, grounds: str, by: Person, at: datetime) -> Appeal:
    """Contest a decision that was told, or what silence decided; an answer is due, or silence rejects the appeal.

    Against a decision, the file waits for the answer. Against silence it stays where it is: what is in preparation or
    signed goes on, and will answer the appeal as it is told. The service is told by its own address where nobody
    examines the file, as when it kept silent.
    """
    held, standing = lock_file(application, by)
    today = localdate(at)
    if refusal := reason_against_appealing(standing, today):
        raise Refused(refusal)
    if kind == AppealKind.CONTENTIEUX:
        raise Refused("Un recours contentieux se forme devant le juge, pas ici.", field="kind")
    if not grounds.strip():
        raise Refused("Dites ce que vous contestez, et pourquoi.", field="grounds")
    due_on = administrative(held.call.remedies, kind, today).answer_due_on(today)
    label = AppealKind(kind).label.lower()
    if held.state in APPEAL.sources:
        held = move(held, APPEAL, by=by, at=at, changes={"expected_on": due_on}, kind=label)
        end_requests(held, at)
    else:
        record(APPEAL.event, held, by=by, at=at, kind=label)
    appeal = Appeal.objects.create(
        application=held,
        decision=held.decisions.notified().get(),
        kind=kind,
        grounds=grounds.strip(),
        filed_at=at,
        filed_by=by,
        due_on=due_on,
    )
    _tell_service("calls/appealed", appeal, at)
    return appeal


@operation
def answer_appeal(*, application: Application, outcome: AppealOutcome, answer: str, by: Person, at: datetime) -> Appeal:
    """Answer an appeal against a decision: it stands, or the file is examined again. Reasons are given either way.

    Late, it takes the place of what silence made of the appeal. What silence decided of the file itself is answered
    by a decision (raises `Refused`): reasons, a signatory, remedies.
    """
    held, standing = lock_file(application, by)
    require("calls.examine", standing)
    if not answer.strip():
        raise Refused("Une réponse à un recours est motivée.", field="answer")
    appeal = appeal_to_answer(held)
    if appeal is None:
        raise Refused(NO_APPEAL)
    if appeal.decision.kind == DecisionKind.IMPLICIT:
        raise Refused(ANSWERED_BY_A_DECISION)
    if outcome not in (AppealOutcome.UPHELD, AppealOutcome.RECONSIDERED):
        raise Refused("Dites si la décision est maintenue, ou le dossier repris.", field="outcome")
    moved = move(held, UPHOLD if outcome == AppealOutcome.UPHELD else RECONSIDER, by=by, at=at, reason=answer.strip())
    _end(appeal, outcome, answer.strip(), by=by, at=at)
    remains = left(moved.call.remedies, localdate(at)) if outcome == AppealOutcome.UPHELD and told_of(moved) else ()
    _tell_applicant("calls/appeal_answered", appeal, at, left=remains)
    return appeal


@operation
def reject_by_silence(*, appeal: Appeal, by: Actor, at: datetime) -> Appeal | None:
    """Write down that silence rejected an appeal, once; None when it did not, or no more. Both sides are told.

    The applicant is told which remedy is left, and its last day. An express answer may still come, and replaces it.
    """
    held = (
        Application.objects.select_for_update(of=("self",))
        .select_related("call", "person", "submitted_by", "officer", "organisation")
        .get(pk=appeal.application_id)
    )
    waiting = held.appeals.in_progress().filter(pk=appeal.pk).select_related("decision").first()
    if waiting is None or not held.call.crpa or localdate(at) <= waiting.due_on:
        return None
    waiting.application = held
    named = _named(waiting)
    if held.state in REJECT_APPEAL.sources:
        waiting.application = move(held, REJECT_APPEAL, by=by, at=at, kind=named["kind"], filed=named["filed"])
    else:
        record(REJECT_APPEAL.event, held, by=by, at=at, **named)
    waiting.silent_at = at
    waiting.save(update_fields=["silent_at"])
    remedy = remedy_of(waiting)
    data: dict[str, Any] = {
        "months": said_months(remedy.silent_after or 0),
        "source": remedy.source,
        "left": left(held.call.remedies, waiting.due_on),
    }
    _tell_applicant("calls/appeal_silent", waiting, at, to_service=False, **data)
    _tell_service("calls/appeal_silent", waiting, at, to_service=True, **data)
    return waiting


@operation
def answer_by_decision(*, decision: Decision, by: Person, at: datetime) -> Appeal | None:
    """End what contested silence, as the decision that replaces it is told; the last of these appeals, or None."""
    ended = None
    for appeal in decision.application.appeals.unanswered().order_by("pk"):
        words = f"Une décision expresse est notifiée le {said(at)} : {decision.get_outcome_display().lower()}."
        record("calls.appeal_replaced", decision.application, by=by, at=at, **_named(appeal))
        ended = _end(appeal, AppealOutcome.REPLACED, words, by=by, at=at)
    return ended


@operation
def drop_appeals(*, application: Application, by: Person, at: datetime) -> None:
    """End the appeals of a file that its applicant withdraws: there is nothing left to contest."""
    for appeal in application.appeals.unanswered().order_by("pk"):
        record("calls.appeal_dropped", application, by=by, at=at, **_named(appeal))
        _end(appeal, AppealOutcome.WITHDRAWN, "La candidature est retirée.", by=by, at=at)


def _named(appeal: Appeal) -> dict[str, str]:
    return {"kind": appeal.get_kind_display().lower(), "filed": said(appeal.filed_at)}


def _end(appeal: Appeal, outcome: AppealOutcome, answer: str, *, by: Person, at: datetime) -> Appeal:
    appeal.outcome, appeal.answer, appeal.answered_at, appeal.answered_by = outcome, answer, at, by
    appeal.save(update_fields=["outcome", "answer", "answered_at", "answered_by"])
    return appeal


def _tell_applicant(template: str, appeal: Appeal, at: datetime, **data: Any) -> None:
    application = appeal.application
    shown = {"application": application, "call": application.call, "appeal": appeal, **data}
    tell(template, to=told_of(application), at=at, data=shown)


def _tell_service(template: str, appeal: Appeal, at: datetime, **data: Any) -> None:
    application = appeal.application
    shown = {"application": application, "call": application.call, "appeal": appeal, **data}
    tell(template, to=examining(application), at=at, data=shown)
