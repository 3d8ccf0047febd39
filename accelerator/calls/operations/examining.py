"""The service's side: completeness, admissibility, messages, paper, what silence decides."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.models import (
    Application,
    CallRole,
    Decision,
    Exchange,
    PiecesRequest,
)
from accelerator.calls.operations.applications import keep_piece
from accelerator.calls.operations.aside import TAKEN_UP
from accelerator.calls.operations.files import end_requests, lock_file, set_clock
from accelerator.calls.purposes import purpose_of
from accelerator.calls.queries.recipients import examining, told_of
from accelerator.calls.rules.registry import require
from accelerator.calls.states import (
    ADMIT,
    ASK_PIECES,
    BEGIN_REVIEW,
    GIVE_PIECES,
    PENDING,
    ApplicationState,
    CallRoleName,
    DecisionKind,
    DecisionOutcome,
    Side,
    Silence,
)
from accelerator.design.uploads import Document
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said, said_months
from accelerator.workflow.transitions import move

LONGEST_DELAY = timedelta(days=365)
# Why silence decides, as it is written in the decision that nobody signs.
BY_SILENCE = {
    Silence.REJECTION: (
        DecisionOutcome.REJECTED,
        "Aucune réponse n’a été notifiée avant le {day} inclus : le silence gardé {months} vaut rejet ({law}).",
    ),
    Silence.ACCEPTANCE: (
        DecisionOutcome.RETAINED,
        "Aucune réponse n’a été notifiée avant le {day} inclus : le silence gardé {months} vaut acceptation ({law}).",
    ),
}


@operation
def name_officer(*, application: Application, officer: Person, by: Person, at: datetime) -> Application:
    """Give a file to an officer of the call, or take it oneself."""
    held, standing = lock_file(application, by)
    require("calls.examine", standing)
    if not CallRole.objects.current().filter(call=held.call, person=officer, name=CallRoleName.OFFICER).exists():
        raise Refused(f"{officer.name} n’est pas instructeur de cet appel.", field="officer")
    if held.officer == officer:
        return held
    held.officer = officer
    held.save(update_fields=["officer"])
    record("calls.officer_named", held, officer, by=by, at=at, person=officer.name)
    return held


@operation
def ask_pieces(
    *, application: Application, pieces: Sequence[Mapping[str, str]], due_on: date, by: Person, at: datetime
) -> PiecesRequest:
    """Ask for what is missing: each piece with its basis, and by when. The clock stops for the delay granted.

    pieces  [{"name": …, "basis": …}].
    """
    held, standing = lock_file(application, by)
    require("calls.examine", standing)
    if not pieces or any(not piece["name"].strip() or not piece["basis"].strip() for piece in pieces):
        raise Refused("Nommez chaque pièce, et dites sur quel fondement elle est demandée.")
    if due_on <= localdate(at):
        raise Refused("Donnez un jour à venir.", field="due_on")
    if due_on > localdate(at) + LONGEST_DELAY:
        # The clock stands still meanwhile: nobody is kept waiting for ever.
        raise Refused("Un an au plus : ce délai suspend celui au bout duquel le silence décide.", field="due_on")
    listed = ", ".join(piece["name"] for piece in pieces)
    moved = move(held, ASK_PIECES, by=by, at=at, changes={"complete_on": None}, due=said(due_on), pieces=listed)
    request = PiecesRequest.objects.create(
        application=moved, asked_at=at, asked_by=by, pieces=[dict(piece) for piece in pieces], due_on=due_on
    )
    set_clock(moved)
    _tell("calls/pieces_asked", moved, at, request=request)
    return request


@operation
def give_pieces(*, application: Application, by: Person, at: datetime) -> Application:
    """Say that the pieces asked are given; the service looks at the file again, and the clock runs again."""
    held, standing = lock_file(application, by)
    require("calls.fill_in", standing)
    request = held.requests.select_for_update().filter(ended_at__isnull=True).first()
    if request is None:
        raise Refused(GIVE_PIECES.refusal)
    if not held.pieces.filter(question="", removed_at__isnull=True, at__gte=request.asked_at).exists():
        raise Refused("Joignez au moins un fichier avant de dire que les pièces sont données.")
    if held.decided_from == ApplicationState.INCOMPLETE:
        # A decision is signed and not told: what was asked is received all the same, or the refusal would tell it.
        held.decided_from, held.complete_on = ApplicationState.SUBMITTED, localdate(at)
        held.save(update_fields=["decided_from", "complete_on"])
        record(GIVE_PIECES.event, held, by=by, at=at)
        moved = held
    else:
        moved = move(held, GIVE_PIECES, by=by, at=at, changes={"complete_on": localdate(at)})
    request.answered_at = request.ended_at = at
    request.save(update_fields=["answered_at", "ended_at"])
    set_clock(moved)
    tell("calls/pieces_given", to=examining(moved), at=at, data={"application": moved, "call": moved.call})
    return moved


@operation
def admit(*, application: Application, by: Person, at: datetime) -> Application:
    """Declare a file admissible, its pieces still missing or not; the applicant is told."""
    held, standing = lock_file(application, by)
    require("calls.examine", standing)
    complete_on = held.complete_on or localdate(at)
    moved = move(held, ADMIT, by=by, at=at, changes={"complete_on": complete_on})
    end_requests(moved, at)
    _tell("calls/admitted", moved, at)
    return moved


@operation
def begin_review(*, application: Application, by: Person, at: datetime) -> Application:
    """Open the examination of an admissible file."""
    held, standing = lock_file(application, by)
    require("calls.examine", standing)
    return move(held, BEGIN_REVIEW, by=by, at=at)


@operation
def write_message(
    *, application: Application, text: str, document: Document | None, by: Person, at: datetime
) -> Exchange:
    """Write in the file, from one's own side, with a file or not; the other side is told by mail."""
    held, standing = lock_file(application, by)
    require("calls.write_in_file", standing)
    if not text.strip():
        raise Refused("Écrivez votre message.", field="text")
    side = Side.APPLICANT if standing.is_applicant else Side.SERVICE
    piece = keep_piece(application=held, question="", document=document, by=by, at=at) if document else None
    exchange = Exchange.objects.create(
        application=held, side=side, person=by, text=text.strip(), sent_at=at, piece=piece
    )
    record("calls.message_written", held, by=by, at=at)
    if side == Side.SERVICE:
        _tell("calls/message_written", held, at, exchange=exchange)
    else:
        data = {"application": held, "call": held.call, "exchange": exchange, "to_service": True}
        tell("calls/message_written", to=examining(held), at=at, data=data)
    return exchange


@operation
def decide_by_silence(*, application: Application, by: Actor, at: datetime) -> Decision | None:
    """Write down what silence decided, once; None when it decides nothing (any more). Both sides are told.

    Raises `Refused` when the subject cannot follow: the night leaves the file aside (`calls.tasks`).

    The file keeps its state: an express decision may still come, and replaces this one as it is told.
    """
    held = (
        Application.objects.select_for_update(of=("self",))
        .select_related("call", "person", "officer", "organisation")
        .get(pk=application.pk)
    )
    already = held.decisions.filter(notified_at__isnull=False).exists()
    if held.state not in PENDING or already or held.silence_on is None or localdate(at) <= held.silence_on:
        return None
    outcome, reasons = BY_SILENCE[Silence(held.call.silence)]
    decision = Decision.objects.create(
        application=held,
        kind=DecisionKind.IMPLICIT,
        outcome=outcome,
        reasons=reasons.format(
            day=said(held.silence_on),
            months=said_months(held.call.silence_months or 0),
            law=held.call.silence_source.get("law", "règlement de l’appel"),
        ),
        drafted_at=at,
        notified_at=at,
    )
    record("calls.silence_decided", held, by=by, at=at, outcome=decision.get_outcome_display())
    _tell("calls/silence_decided", held, at, decision=decision)
    data = {"application": held, "call": held.call, "decision": decision, "to_service": True}
    tell("calls/silence_decided", to=examining(held), at=at, data=data)
    purpose_of(held.call.purpose).on_decided(application=held, decision=decision, by=by, at=at)
    if held.aside_at is not None:
        Application.objects.filter(pk=held.pk).update(**TAKEN_UP)
    return decision


def _tell(template: str, application: Application, at: datetime, **data: Any) -> None:
    """Tell the applicant's side."""
    shown = {"application": application, "call": application.call, **data}
    tell(template, to=told_of(application), at=at, data=shown)
