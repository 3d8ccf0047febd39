"""What the worker does for the calls: each night, and when a page asks for what takes long."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.calls import lots, solving
from accelerator.calls.models import Appeal, Application, Opinion
from accelerator.calls.operations.appeals import reject_by_silence
from accelerator.calls.operations.applications import forget_old_unsaved
from accelerator.calls.operations.aside import attempt
from accelerator.calls.operations.assigning import PROPOSE
from accelerator.calls.operations.examining import decide_by_silence
from accelerator.calls.operations.lots import CARRY
from accelerator.calls.operations.opinions import remind_opinion, say_opinion_late
from accelerator.calls.queries.appeals import silent_appeals
from accelerator.calls.queries.files import silent_files
from accelerator.calls.queries.opinions import to_remind, to_say_late
from accelerator.journal import System
from accelerator.workflow import transaction
from accelerator.workflow.apart import Apart

_CLOCK: Final = System("legal-clock")


@app.periodic(cron="10 1 * * *")
@app.task(name="calls.decide_by_silence", queueing_lock="calls.decide_by_silence")
def silence(timestamp: int) -> int:
    """Write down what silence has decided, a transaction for each file; return how many.

    A file of which it may not be is left aside, its officer sees why, and it is tried again the next night.
    """
    now = timezone.now()

    def decided(application: Application) -> bool:
        act = partial(decide_by_silence, application=application, by=_CLOCK, at=now)
        done, _ = attempt(act=act, application=application, by=_CLOCK, at=now)
        return done is not None

    def decide(files: Sequence[Application]) -> int:
        return sum(decided(one) for one in files)

    work = Apart("decided by silence")
    work.each(silent_files(timezone.localdate(now)).only("pk").iterator(chunk_size=500), decide)
    return work.finished()


@app.periodic(cron="12 1 * * *")
@app.task(name="calls.reject_appeals_by_silence", queueing_lock="calls.reject_appeals_by_silence")
def silent_on_appeals(timestamp: int) -> int:
    """Write down the appeals that silence has rejected, a transaction for each; return how many."""
    now = timezone.now()

    def reject(appeals: Sequence[Appeal]) -> int:
        return sum(reject_by_silence(appeal=one, by=_CLOCK, at=now) is not None for one in appeals)

    work = Apart("appeals rejected by silence")
    work.each(silent_appeals(timezone.localdate(now)).iterator(chunk_size=500), reject)
    return work.finished()


@app.periodic(cron="13 1 * * *")
@app.task(name="calls.follow_opinions", queueing_lock="calls.follow_opinions")
def follow_opinions(timestamp: int) -> int:
    """Remind services of what is awaited, then tell officers what is late, a transaction for each; return how many."""
    now, by = timezone.now(), System("calls")
    today = timezone.localdate(now)

    def remind(opinions: Sequence[Opinion]) -> int:
        return sum(remind_opinion(opinion=one, by=by, at=now) is not None for one in opinions)

    def say_late(opinions: Sequence[Opinion]) -> int:
        return sum(say_opinion_late(opinion=one, by=by, at=now) is not None for one in opinions)

    work = Apart("opinions reminded or late")
    work.each(to_remind(today).iterator(chunk_size=500), remind)
    work.each(to_say_late(today).iterator(chunk_size=500), say_late)
    return work.finished()


@app.periodic(cron="15 1 * * *")
@app.task(name="calls.forget_unsaved", queueing_lock="calls.forget_unsaved")
def forget_unsaved(timestamp: int) -> int:
    """Forget what was being typed and that nobody came back to."""
    with transaction():
        return forget_old_unsaved(by=System("calls"), at=timezone.now())


@app.task(name=PROPOSE)
def propose_assignment(proposal: int) -> bool:
    """Make the assignment that someone asked for."""
    return solving.solve(proposal)


@app.task(name=CARRY)
def carry_lot(lot: int) -> bool:
    """Do what someone asked to be done to many files."""
    return lots.carry(lot)
