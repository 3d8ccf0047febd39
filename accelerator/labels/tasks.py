"""What the worker does each night for the labels: suspensions end, labels end, their holders are reminded before."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.journal import System
from accelerator.labels.models import Category, Label
from accelerator.labels.operations.life import expire, remind
from accelerator.labels.operations.proceedings import end_suspension
from accelerator.labels.operations.unsaved import forget_old_unsaved
from accelerator.labels.queries.proceedings import suspensions_over
from accelerator.labels.queries.renewals import ending, over
from accelerator.labels.search import rebuild_labels
from accelerator.workflow import transaction

CLOCK: Final = System("labels-clock")
_CHUNK: Final = 200


@app.periodic(cron="20 1 * * *")
@app.task(name="labels.let_time_pass", queueing_lock="labels.let_time_pass")
def let_time_pass(timestamp: int) -> int:
    """Do what the day makes due; return how many labels changed or were told of."""
    now = timezone.now()
    today = timezone.localdate(now)
    faults: list[Exception] = []
    done = 0
    for pk in list(suspensions_over(today).order_by("pk").values_list("pk", flat=True)):
        done += _each([pk], partial(_end_suspensions, at=now), faults)
    for some in _chunks(list(over(today).order_by("pk").values_list("pk", flat=True))):
        done += _each(some, partial(_expire, at=now), faults)
    for category in Category.objects.exclude(reminders=[]).order_by("pk"):
        for some in _chunks(list(ending(category, today).order_by("pk").values_list("pk", flat=True))):
            done += _each(some, partial(_remind, category, at=now), faults)
    if faults:
        raise ExceptionGroup(f"{done} labels were seen to, and {len(faults)} could not be", faults)
    return done


def _end_suspensions(ids: Sequence[int], at: datetime) -> int:
    return sum(end_suspension(label=Label(pk=pk), by=CLOCK, at=at) is not None for pk in ids)


def _expire(ids: Sequence[int], at: datetime) -> int:
    return expire(labels=ids, by=CLOCK, at=at)


def _remind(category: Category, ids: Sequence[int], at: datetime) -> int:
    return remind(category=category, labels=ids, by=CLOCK, at=at)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def _each(ids: Sequence[int], act: Callable[[Sequence[int]], int], faults: list[Exception]) -> int:
    """Act on labels in one transaction; when it fails, on each alone: one fault keeps none of the others waiting."""
    try:
        with transaction():
            return act(ids)
    except Exception as fault:
        if len(ids) == 1:
            fault.add_note(f"labels.label:{ids[0]}")
            faults.append(fault)
            return 0
    return sum(_each([pk], act, faults) for pk in ids)


@app.periodic(cron="15 4 * * *")
@app.task(name="labels.rebuild_search", queueing_lock="labels.rebuild_search")
def rebuild_search(timestamp: int) -> int:
    """Write the index of the register again: the words and counts afresh."""
    return rebuild_labels()


@app.periodic(cron="40 4 * * *")
@app.task(name="labels.forget_unsaved", queueing_lock="labels.forget_unsaved")
def forget_unsaved(timestamp: int) -> int:
    """Forget the texts of candidacies that nobody came back to."""
    with transaction():
        return forget_old_unsaved(by=System("labels"), at=timezone.now())
