"""The renewal of a label: when it may be asked, and from which day it runs (docs/rules/vie-d-un-label.md)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.clock import months_after
from accelerator.calls.models import Application
from accelerator.calls.states import PENDING, ApplicationState
from accelerator.journal import ref
from accelerator.labels.models import Candidacy, Category, Label
from accelerator.labels.states import CandidacyState, LabelNature, LabelState, ProceedingKind

_WAITING: Final = (*PENDING, ApplicationState.APPEALED)


def subject_of(candidacy: int) -> str:
    """How the calls know a candidacy."""
    return ref(Candidacy(pk=candidacy))


def latest_of(candidacy: Candidacy) -> Label | None:
    """Its label that ends last, but for those that a retrait erased."""
    standing = Label.objects.filter(candidacy=candidacy).exclude(withdrawn_as=ProceedingKind.RETRAIT)
    related = ("category__call", "organisation__merged_into", "candidacy")
    return standing.select_related(*related).order_by("-period", "-pk").first()


def waiting_of(candidacy: Candidacy) -> Application | None:
    """Its application that was submitted and is not decided for good, if any."""
    return Application.objects.filter(subject=subject_of(candidacy.pk), state__in=_WAITING).order_by("-pk").first()


def renewals_asked(labels: Iterable[Label]) -> Collection[int]:
    """The candidacies, among those of some labels, of which an application waits for its decision."""
    subjects = {subject_of(one.candidacy_id): one.candidacy_id for one in labels if one.candidacy_id}
    waiting = Application.objects.filter(subject__in=subjects, state__in=_WAITING)
    return {subjects[subject] for subject in waiting.values_list("subject", flat=True)}


@dataclass(frozen=True)
class Renewal:
    """Where the renewal of a label stands.

    opens_on  from which day it is asked; the first reminder leaves that day.
    last_day  until which day asking leaves no gap.
    asked     an application of the same candidacy, submitted or being filled in: known to the parties alone until it
              is decided.
    begin_url where it is asked, with the same candidacy; empty when its file or the call of its category is closed.
    is_open   whether it may be asked now as a renewal.
    is_over   whether the label ended without one: what is asked now is a new label, from the day of its decision.
    """

    opens_on: date | None
    last_day: date | None
    asked: Application | None
    renewed_by: Label | None
    begin_url: str
    is_open: bool
    is_over: bool


def begin_url_of(label: Label, at: datetime) -> str:
    """Where one applies again with the candidacy of a label, chosen already; empty when one cannot."""
    call, candidacy = label.category.call, label.candidacy
    if candidacy is None or candidacy.state != CandidacyState.PREPARING or call is None or not call.is_open(at):
        return ""
    return f"{reverse('calls:begin', args=[call.key])}?{urlencode({'sujet': subject_of(candidacy.pk)})}"


def renewal_of(label: Label, at: datetime, *, for_party: bool) -> Renewal | None:
    """Where the renewal of a label stands; None for one that is not renewed: historic, without an end, withdrawn.

    for_party  whether who reads is the holder's side or the service: nobody else learns that it is asked for.
    """
    if label.nature == LabelNature.HISTORIC or label.state == LabelState.WITHDRAWN or label.candidacy_id is None:
        return None
    last_day, on = label.last_day, localdate(at)
    if last_day is None:
        return None
    months = max(label.category.reminders, default=0)
    opens_on = months_after(label.period.upper, -months) if months else label.period.lower
    renewed_by = Label.objects.filter(renews=label).select_related("organisation").first()
    made = Application.objects.filter(
        subject=subject_of(label.candidacy_id), state__in=(ApplicationState.DRAFT, *_WAITING)
    )
    asked = made.order_by("-pk").first() if for_party else None
    return Renewal(
        opens_on=opens_on,
        last_day=last_day,
        asked=asked,
        renewed_by=renewed_by,
        begin_url=begin_url_of(label, at),
        is_open=renewed_by is None and opens_on <= on <= last_day,
        is_over=renewed_by is None and on > last_day,
    )


def follows(previous: Label | None, received_on: date) -> bool:
    """Whether what was asked on a day renews a label.

    Asked while it ran, it goes on without a gap, however late it is decided. Asked before the label was awarded, it
    asked for something else; asked after its end, it asks for a new label.
    """
    if previous is None or previous.state == LabelState.WITHDRAWN or previous.period.upper is None:
        return False
    awarded = previous.awarded_on or previous.period.lower
    return bool(awarded < received_on < previous.period.upper)


def over(on: date) -> QuerySet[Label]:
    """The labels in force or suspended whose last day is past, but for the historic ones."""
    running = Q(state__in=(LabelState.ACTIVE, LabelState.SUSPENDED))
    return Label.objects.filter(running, period__endswith__lte=on).exclude(nature=LabelNature.HISTORIC)


def ending(category: Category, on: date) -> QuerySet[Label]:
    """The labels of a category that end soon enough for a reminder, not renewed yet."""
    if not category.reminders:
        return Label.objects.none()
    horizon = months_after(on, max(category.reminders))
    running = Label.objects.filter(category=category, state__in=(LabelState.ACTIVE, LabelState.SUSPENDED))
    return running.filter(period__endswith__gt=on, period__endswith__lte=horizon, renewed_by__isnull=True).exclude(
        nature=LabelNature.HISTORIC
    )


def reminders_due(category: Category, end: date, on: date) -> list[int]:
    """The reminders whose day has come, in months before the end, the nearest to the end first."""
    return sorted(months for months in set(category.reminders) if on >= months_after(end, -months))
