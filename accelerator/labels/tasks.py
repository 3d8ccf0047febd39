"""What the worker does each night for the labels: suspensions end, labels end, their holders are reminded before; so
are the members that have not answered.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.journal import System
from accelerator.labels.models import Category, Label, Member
from accelerator.labels.operations.life import expire, remind
from accelerator.labels.operations.members import remind_members
from accelerator.labels.operations.proceedings import end_suspension
from accelerator.labels.operations.unsaved import forget_old_unsaved
from accelerator.labels.queries.candidacies import members_to_remind
from accelerator.labels.queries.proceedings import suspensions_over
from accelerator.labels.queries.renewals import ending, over
from accelerator.labels.search import rebuild_labels
from accelerator.workflow import transaction
from accelerator.workflow.apart import Apart

CLOCK: Final = System("labels-clock")
_CHUNK: Final = 200


@app.periodic(cron="20 1 * * *")
@app.task(name="labels.let_time_pass", queueing_lock="labels.let_time_pass")
def let_time_pass(timestamp: int) -> int:
    """Do what the day makes due; return how many labels changed or were told of, and members were reminded."""
    now = timezone.now()
    today = timezone.localdate(now)
    work = Apart("labels and members")
    work.each(_found(suspensions_over(today)), partial(_end_suspensions, at=now))
    work.each(_found(over(today)), partial(_expire, at=now), together=_CHUNK)
    for category in Category.objects.exclude(reminders=[]).order_by("pk"):
        work.each(_found(ending(category, today)), partial(_remind, category, at=now), together=_CHUNK)
    for category in Category.objects.order_by("pk"):
        waiting = members_to_remind(category, today).order_by("pk").values_list("pk", flat=True)
        named = [Member(pk=pk) for pk in waiting]
        work.each(named, partial(_remind_members, category, at=now), together=_CHUNK)
    return work.finished()


def _found(labels: QuerySet[Label]) -> list[Label]:
    """Their numbers alone, all read before any changes; each is read again as it is held."""
    return [Label(pk=pk) for pk in labels.order_by("pk").values_list("pk", flat=True)]


def _end_suspensions(labels: Sequence[Label], at: datetime) -> int:
    return sum(end_suspension(label=label, by=CLOCK, at=at) is not None for label in labels)


def _expire(labels: Sequence[Label], at: datetime) -> int:
    return expire(labels=[label.pk for label in labels], by=CLOCK, at=at)


def _remind(category: Category, labels: Sequence[Label], at: datetime) -> int:
    return remind(category=category, labels=[label.pk for label in labels], by=CLOCK, at=at)


def _remind_members(category: Category, members: Sequence[Member], at: datetime) -> int:
    return remind_members(category=category, members=[member.pk for member in members], by=CLOCK, at=at)


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
