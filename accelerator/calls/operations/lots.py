"""The same for several files at once: a few together, many one after the other by the worker (decision 58)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Call, Decision, Lot, LotFile, Opinion
from accelerator.calls.operations import decisions, examining, opinions
from accelerator.calls.queries.letters import prints_of
from accelerator.calls.queries.lots import print_of_file
from accelerator.calls.queries.opinions import Asking, already_asked, opinions_asked_in
from accelerator.calls.queries.ranking import prints_to_draft
from accelerator.calls.rules import judging as rules
from accelerator.calls.rules.lots import FILE_CHANGED, UNREAD, require_as_read, require_letters_as_read
from accelerator.calls.rules.opinions import reason_against_asking_again, reason_against_day
from accelerator.calls.states import DecisionOutcome, LetterAct, LotAct, LotState
from accelerator.community.operations.locks import lock_person
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.workflow import Refused, operation
from accelerator.workflow.jobs import defer
from accelerator.workflow.prints import print_of

CARRY: Final = "calls.carry_lot"
# Done at once, in one transaction, all of them or none. A file takes a tenth of a second: more would keep someone
# waiting, and hold what it locks.
MOST_AT_ONCE: Final = 20
# As many as someone reads before confirming.
MOST_IN_A_LOT: Final = 200
GONE: Final = "Ce courrier n’existe plus : la candidature a été retirée avant qu’il soit notifié."


def _ask_opinion(*, application: Application, by: Person, at: datetime, **asking: Any) -> Opinion:
    """Ask one service about one file of many: not again what it was asked, nor what it answered, in another lot.

    It is told once of all of them (`opinions.tell_asked`).
    """
    known = already_asked([application], asking["email"]).get(application.pk)
    if known is not None:
        raise Refused(reason_against_asking_again(known))
    return opinions.ask_opinion(application=application, by=by, at=at, tells=False, **asking)


_ACTS: Final[dict[LotAct, Callable[..., Any]]] = {
    LotAct.TAKE: lambda *, application, by, at: examining.name_officer(
        application=application, officer=by, by=by, at=at
    ),
    LotAct.ADMIT: examining.admit,
    LotAct.BEGIN_REVIEW: examining.begin_review,
    LotAct.ASK_OPINION: _ask_opinion,
}
_LETTERS: Final[dict[LetterAct, Callable[..., list[Decision] | decisions.Notified]]] = {
    LetterAct.SIGN: decisions.sign_decisions,
    LetterAct.NOTIFY: decisions.notify_each,
}
_NONE: Final = {
    False: "Aucun de ces dossiers ne le permet : revenez à la liste.",
    True: "Choisissez au moins un courrier.",
}


@operation
def do_to_all(
    *, act: LotAct, applications: Sequence[Application], asking: Asking | None = None, by: Person, at: datetime
) -> int:
    """Do the same to several files, all of them or none; return how many.

    asking  what a service is asked about each, when the act is to ask one.
    Each is locked, ruled and journalled as it would be alone, in one order: two lots never wait for each other.
    Raises `Refused`, naming the first file that does not allow it: it changed since the list was read.
    """
    if not applications:
        raise Refused(_NONE[False])
    done = []
    for application in sorted(applications, key=lambda one: one.pk):
        try:
            done.append(_ACTS[act](application=application, by=by, at=at, **_words(asking)))
        except Refused as refusal:
            raise Refused(f"Dossier {application.number} : {refusal.message} Rien n’a été fait.") from refusal
    if act == LotAct.ASK_OPINION:
        opinions.tell_asked(opinions=done, by=by, at=at)
    return len(applications)


def _words(asking: Asking | None) -> dict[str, Any]:
    return vars(asking) if asking else {}


@operation
def ask_lot(
    *, act: LotAct, applications: Sequence[Application], asking: Asking | None = None, by: Person, at: datetime
) -> Lot:
    """Ask the worker to do the same to many files; asked again while it is being done, that lot is the answer.

    Whether each file allows it is asked when it is done: one that no longer does is left aside, and named.
    """
    ordered = sorted(applications, key=lambda one: one.pk or 0)
    asked = [LotFile(application=one, seen=print_of_file(one)) for one in ordered]
    if asking and (reason := reason_against_day(asking.due_on, localdate(at))):
        raise Refused(reason, field="due_on")
    return _asked(Lot(act=act, said=asking.to_json() if asking else {}), asked, by=by, at=at)


@operation
def ask_letters(
    *,
    act: LetterAct,
    call: Call,
    letters: Sequence[Decision],
    seen: Mapping[int, str] = UNREAD,
    by: Person,
    at: datetime,
) -> Lot:
    """The same for letters of a call, in the order in which they are read.

    seen  letter -> its print when it was read (`prints_of`). Raises `Refused` when one changed since.
    """
    require_letters_as_read(letters, seen)
    seen = seen or prints_of(letters)
    asked = [LotFile(application=one.application, decision=one, seen=seen[one.pk]) for one in letters]
    return _asked(Lot(act=act, call=call), asked, by=by, at=at)


@operation
def ask_drafts(
    *,
    call: Call,
    applications: Sequence[Application],
    outcome: DecisionOutcome,
    reasons: str,
    advice: str,
    cents: int | None = None,
    seen: Mapping[int, str] = UNREAD,
    by: Person,
    at: datetime,
) -> Lot:
    """Ask the worker to prepare the same decision for many files of a call, as `draft_decisions` does for a few.

    seen  file -> its print when it was read (`prints_to_draft`). Raises `Refused` when one changed since.
    What is refused whatever the file is refused at once; an amount too, when no file may be granted it.
    """
    require_as_read(applications, seen)
    rules.require_draft(call=call, applications=applications, outcome=outcome, reasons=reasons, cents=cents, by=by)
    if why := rules.reason_against_granting(call=call, applications=applications, cents=cents, on=localdate(at)):
        raise Refused(why, field="amount")
    seen = seen or prints_to_draft(applications)
    asked = [LotFile(application=one, seen=seen[one.pk]) for one in sorted(applications, key=lambda one: one.pk or 0)]
    said = {"outcome": str(outcome), "reasons": reasons.strip(), "advice": advice.strip(), "cents": cents}
    return _asked(Lot(act=LetterAct.DRAFT, call=call, said=said), asked, by=by, at=at)


def _asked(lot: Lot, files: Sequence[LotFile], *, by: Person, at: datetime) -> Lot:
    if not files:
        raise Refused(_NONE[lot.call is not None])
    lock_person(by)
    lot.digest = print_of([lot.act, lot.said, *([one.application_id, one.decision_id, one.seen] for one in files)])
    same = Lot.objects.filter(asked_by=by, digest=lot.digest, ended_at__isnull=True).counted().first()
    if same is not None:
        return _again(same) if same.state(at) == LotState.LOST else same
    lot.asked_by, lot.asked_at = by, at
    lot.save()
    for one in files:
        one.lot = lot
    LotFile.objects.bulk_create(files)
    record("calls.lot_asked", lot, by=by, at=at, act=lot.get_act_display(), count=len(files))
    return _again(lot)


@operation
def take_up_lot(*, lot: Lot, by: Person, at: datetime) -> Lot:
    """Ask again for what waits in a lot whose worker died for good. Nothing that is done is done again."""
    held = Lot.objects.filter(pk=lot.pk, asked_by=by).counted().get()
    if held.state(at) != LotState.LOST:
        raise Refused("Ce lot n’est pas interrompu.")
    return _again(held)


def _again(lot: Lot) -> Lot:
    defer(CARRY, {"lot": lot.pk})
    return lot


@operation
def begin_lot(*, lot: int, by: Actor, at: datetime) -> Lot | None:
    """Begin it, or take it up again after a worker died; None when it is over."""
    held = Lot.objects.select_for_update(of=("self",)).select_related("asked_by", "call")
    found = held.filter(pk=lot, ended_at__isnull=True).first()
    if found is not None and found.started_at is None:
        found.started_at = at
        found.save(update_fields=["started_at"])
    return found


@operation
def settle(*, lot: Lot, file: int, by: Person, at: datetime) -> None:
    """Do one file of a lot, in the name of whoever asked; what is done is said in the same transaction, once.

    Raises `Refused` when the file does not allow it, or is no longer what it was when the lot was asked.
    """
    held = _waiting(file)
    if held is None:
        return
    if lot.act == LetterAct.DRAFT:
        drafting: dict[str, Any] = {"call": lot.call, "applications": [held.application], **lot.said}
        decisions.draft_decisions(**drafting, seen={held.application.pk: held.seen}, by=by, at=at)
    elif lot.act in LetterAct.values:
        if held.decision is None:
            raise Refused(GONE)
        read: dict[str, Any] = {"decisions": [held.decision], "seen": {held.decision.pk: held.seen}}
        done = _LETTERS[LetterAct(lot.act)](call=lot.call, **read, by=by, at=at)
        if isinstance(done, decisions.Notified) and done.aside:
            # Its file says so too, and waits to be taken up.
            held.why = done.aside[0][1]
    else:
        if print_of_file(held.application) != held.seen:
            raise Refused(FILE_CHANGED)
        asking = Asking.from_json(lot.said) if lot.said else None
        _ACTS[LotAct(lot.act)](application=held.application, by=by, at=at, **_words(asking))
    held.settled_at = at
    held.save(update_fields=["settled_at", "why"])


@operation
def leave_aside(*, file: int, why: str, by: Actor, at: datetime) -> None:
    """Say that one file of a lot was left as it was, and why."""
    held = _waiting(file)
    if held is None:
        return
    told = why.removeprefix(f"Dossier {held.application.number} : ")
    held.settled_at, held.why = at, told[:1].upper() + told[1:]
    held.save(update_fields=["settled_at", "why"])


@operation
def end_lot(*, lot: Lot, by: Actor, at: datetime) -> None:
    """Say that nothing of it waits any more; said twice, the first one counts.

    A service that was asked for opinions is told of all of them at once, now that it is known which they are.
    """
    held = Lot.objects.select_for_update().get(pk=lot.pk)
    if held.ended_at is not None or held.files.filter(settled_at__isnull=True).exists():
        return
    if held.act == LotAct.ASK_OPINION:
        opinions.tell_asked(opinions=opinions_asked_in(held), by=by, at=at)
    held.ended_at = at
    # Each opinion holds it from now on, and is the only one to be asked for it.
    held.said.pop("email", None)
    held.save(update_fields=["ended_at", "said"])
    aside = held.files.exclude(why="").count()
    record("calls.lot_ended", held, by=by, at=at, done=held.files.count() - aside, aside=aside)


def _waiting(file: int) -> LotFile | None:
    """A file of a lot, held; None when it is settled: by this worker before it died, or by the one that took it up."""
    # The file first, as whoever acts on it: what another was writing of it, its letter included, is then read as it is.
    files = Application.objects.select_for_update(of=("self",)).select_related("call")
    application = files.filter(pk__in=LotFile.objects.filter(pk=file).values("application")).first()
    rows = LotFile.objects.select_for_update(of=("self",)).select_related("decision")
    found = rows.filter(pk=file, settled_at__isnull=True).first()
    if found is None or application is None:
        return None
    found.application = application
    if found.decision is not None:
        found.decision.application = application
    return found
