"""What time does to labels: they are reminded of their end, their suspensions end, they expire. Nightly jobs.

Each takes some labels at a time, in a transaction of its own that the caller opens, and those that someone else holds
are left for the next time. Run again, nothing happens twice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.utils.timezone import localdate

from accelerator.community.models import Role
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.labels import search
from accelerator.labels.models import Category, Label, Reminder
from accelerator.labels.queries.holders import holders_of
from accelerator.labels.queries.renewals import begin_url_of, ending, over, reminders_due, renewals_asked
from accelerator.labels.states import EXPIRE
from accelerator.notices.operations import tell_each
from accelerator.notices.recipients import Letter, Recipient
from accelerator.workflow import operation
from accelerator.workflow.dates import said
from accelerator.workflow.transitions import move


@operation
def expire(*, labels: Collection[int], by: Actor, at: datetime) -> int:
    """End the labels, among these numbers, whose last day is past; return how many. The holder is told."""
    due = over(localdate(at)).filter(pk__in=labels)
    locked = due.select_for_update(of=("self",), skip_locked=True).select_related("category", "organisation")
    held = list(locked.order_by("pk"))
    if not held:
        return 0
    asked = renewals_asked(held)
    for label in held:
        changes = {"suspended_on": None, "changed_at": at}
        move(label, EXPIRE, by=by, at=at, changes=changes, day=said(label.last_day) if label.last_day else "")
    search.refresh_ids([label.pk for label in held])
    to = _recipients(held)
    letters = (
        Letter(one, {"label": label, "renewal": label.candidacy_id in asked, "renewed": False})
        for label in held
        if not hasattr(label, "renewed_by")
        for one in to[label.pk]
    )
    tell_each("labels/expired", letters, at=at)
    return len(held)


@operation
def remind(*, category: Category, labels: Collection[int], by: Actor, at: datetime) -> int:
    """Remind the holders of those, among these numbers, whose day has come, each reminder once; return how many.

    When several are due (a label entered late), one mail leaves and all are written down. Whoever asked for the renewal
    already is not written to.
    """
    today = localdate(at)
    due = ending(category, today).filter(pk__in=labels)
    held = list(
        due.select_for_update(of=("self",), skip_locked=True)
        .select_related("organisation", "candidacy", "category__call")
        .order_by("pk")
    )
    sent: dict[int, set[int]] = defaultdict(set)
    for pk, months in Reminder.objects.filter(label__in=held).values_list("label", "months"):
        sent[pk].add(months)
    asked = renewals_asked(held)
    told: list[Label] = []
    rows: list[Reminder] = []
    for label in held:
        come = reminders_due(category, label.period.upper, today)
        if not come or come[0] in sent[label.pk]:
            continue
        rows += [Reminder(label=label, months=one, sent_at=at) for one in come if one not in sent[label.pk]]
        if label.candidacy_id not in asked:
            told.append(label)
            record("labels.reminded", label, by=by, at=at, day=said(label.last_day) if label.last_day else "")
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)
    to = _recipients(told)
    letters = (
        Letter(one, {"label": label, "category": category, "begin_url": begin_url_of(label, at)})
        for label in told
        for one in to[label.pk]
    )
    tell_each("labels/reminder", letters, at=at)
    return len(told)


def _recipients(labels: Sequence[Label]) -> dict[int, list[Recipient]]:
    """Who is told of each, in one query for nearly all; whoever has nobody there is asked one by one."""
    steering: dict[int, dict[int, Recipient]] = defaultdict(dict)
    organisations = {one.organisation_id for one in labels}
    roles = Role.objects.current().steering().filter(organisation__in=organisations).select_related("person")
    for role in roles.order_by("pk"):
        steering[role.organisation_id or 0][role.person_id] = Recipient.of(role.person)
    found: dict[int, list[Recipient]] = {}
    for label in labels:
        people: Iterable[Recipient] = steering.get(label.organisation_id or 0, {}).values()
        found[label.pk] = list(people) or holders_of(label)
    return found
