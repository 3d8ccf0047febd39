"""« Toujours exact ? » : asked once a year of those who manage a record, reminded once, answered in one click."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from accelerator.accounts.models import Person
from accelerator.community import rules
from accelerator.community.models import Organisation, YearlyCheck
from accelerator.community.operations.locks import lock_organisation
from accelerator.community.queries.checks import LINK_LASTS, due, link_for, managed_without_check, to_lapse, to_remind
from accelerator.community.queries.people import steering_people
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import operation

BATCH = 200


@operation
def confirm_record(*, organisation: Organisation, by: Person, at: datetime) -> YearlyCheck:
    """« Oui, tout est exact » : dated, shown to all; asked again in a year. Said twice the same day, said once."""
    held = lock_organisation(organisation)
    rules.require("community.confirm_record", by, held)
    YearlyCheck.objects.bulk_create([YearlyCheck(organisation=held, since=at)], ignore_conflicts=True)
    check = YearlyCheck.objects.select_for_update().get(organisation=held)
    if check.confirmed_at and at - check.confirmed_at < timedelta(days=1):
        return check
    check.since = check.confirmed_at = at
    check.confirmed_by = by
    check.asked_at = check.reminded_at = check.lapsed_at = None
    check.save()
    record("community.record_confirmed", held, by=by, at=at)
    return check


@operation
def count_years(*, by: Actor, at: datetime) -> int:
    """Begin to count the year of the managed records that have none yet, a batch; return how many."""
    records = managed_without_check()[:BATCH]
    rows = [YearlyCheck(organisation=one, since=one.managed_since) for one in records]  # type: ignore[attr-defined]
    YearlyCheck.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@operation
def ask(*, by: Actor, at: datetime) -> int:
    """Ask those whose year is over, a batch; return how many. A row that another worker holds is left to it."""
    return _tell(due(at), "asked_at", "community/check_asked", at)


@operation
def remind(*, by: Actor, at: datetime) -> int:
    """Remind, once, those who did not answer, a batch; return how many."""
    return _tell(to_remind(at), "reminded_at", "community/check_reminded", at)


@operation
def lapse(*, by: Actor, at: datetime) -> int:
    """From now on the public page says that these records are not confirmed, a batch; return how many."""
    held = list(to_lapse(at).select_for_update(of=("self",), skip_locked=True)[:BATCH])
    return YearlyCheck.objects.filter(pk__in=[check.pk for check in held]).update(lapsed_at=at)


def _tell(checks: "QuerySet[YearlyCheck]", moment: str, notice: str, at: datetime) -> int:
    held = list(checks.select_for_update(of=("self",), skip_locked=True).select_related("organisation")[:BATCH])
    for check in held:
        setattr(check, moment, at)
        check.save(update_fields=[moment])
        for person in steering_people(check.organisation):
            link = settings.BASE_URL + reverse("community:check_by_link", args=[link_for(check.organisation, person)])
            data = {"organisation": check.organisation, "check": check, "link": link, "person": person}
            data["next_at"], data["link_until"] = at + timedelta(days=settings.CHECK_REMINDER_DAYS), at + LINK_LASTS
            tell(notice, to=Recipient.of(person), at=at, data=data, secret=True, expires_at=at + LINK_LASTS)
    return len(held)
