"""What the worker does for the calls: each night, and when a page asks for what takes long."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.calls import solving
from accelerator.calls.operations.appeals import reject_by_silence
from accelerator.calls.operations.applications import forget_old_unsaved
from accelerator.calls.operations.assigning import PROPOSE
from accelerator.calls.operations.examining import decide_by_silence
from accelerator.calls.queries.appeals import silent_appeals
from accelerator.calls.queries.files import silent_files
from accelerator.journal import System, ref
from accelerator.workflow import transaction


@app.periodic(cron="10 1 * * *")
@app.task(name="calls.decide_by_silence", queueing_lock="calls.decide_by_silence")
def silence(timestamp: int) -> int:
    """Write down what silence has decided, a transaction for each file; return how many.

    A file that cannot be decided keeps none of the others waiting: all are tried, then the faults are raised together.
    """
    now = timezone.now()
    return _each(
        silent_files(timezone.localdate(now)).only("pk"),
        lambda application: decide_by_silence(application=application, by=System("legal-clock"), at=now),
    )


def _each(things: QuerySet[Any], decide: Callable[[Any], object]) -> int:
    """Decide each thing in a transaction of its own; return how many were. Faults are raised once all were tried."""
    decided = 0
    faults = []
    for thing in things.iterator(chunk_size=500):
        try:
            with transaction():
                decided += decide(thing) is not None
        except Exception as fault:
            fault.add_note(ref(thing))
            faults.append(fault)
    if faults:
        raise ExceptionGroup(f"silence decided {decided}, and could not decide {len(faults)}", faults)
    return decided


@app.periodic(cron="12 1 * * *")
@app.task(name="calls.reject_appeals_by_silence", queueing_lock="calls.reject_appeals_by_silence")
def silent_on_appeals(timestamp: int) -> int:
    """Write down the appeals that silence has rejected, a transaction for each; return how many."""
    now = timezone.now()
    return _each(
        silent_appeals(timezone.localdate(now)),
        lambda appeal: reject_by_silence(appeal=appeal, by=System("legal-clock"), at=now),
    )


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
