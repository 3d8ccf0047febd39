"""Categories as anyone reads them: criteria, call, the next reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate

from accelerator.calls.models import Call, Wave
from accelerator.calls.queries.timing import wave_of
from accelerator.labels.models import Category, CriteriaSet
from accelerator.workflow.dates import said


def categories() -> QuerySet[Category]:
    """Every category, in the order in which they are shown."""
    return Category.objects.select_related("call").order_by("position", "title")


def criteria_in_force(category: Category) -> CriteriaSet | None:
    """The criteria that one is asked about today."""
    return category.criteria_sets.filter(since__isnull=False, until__isnull=True).first()


def criteria_sets(category: Category) -> list[CriteriaSet]:
    """Every version that was published, the latest first."""
    return list(category.criteria_sets.filter(since__isnull=False).order_by("-number"))


def category_of_call(call: Call) -> Category | None:
    """The category whose permanent call it is."""
    return Category.objects.filter(call=call).first()


@dataclass(frozen=True)
class Reading:
    """When a category is read next.

    is_open  whether one may apply now.
    wave     the reading that takes what is submitted today; None: its day is not set.
    """

    is_open: bool
    wave: Wave | None

    @property
    def sentence(self) -> str:
        """In French, always said: the day, or that it is not set."""
        if not self.is_open:
            return "On ne peut pas encore y candidater : l’appel n’est pas ouvert."
        if self.wave is None:
            return "La date de la prochaine lecture n’est pas encore fixée ; ce qui est déposé l’attend."
        return (
            f"La prochaine lecture prend ce qui est déposé jusqu’au {said(self.wave.reads_until)} ; décision attendue "
            f"le {said(self.wave.decision_expected_on)}."
        )


def reading_of(category: Category, at: datetime) -> Reading:
    """When the category is read next. One query."""
    call = category.call
    if call is None or not call.is_open(at):
        return Reading(is_open=False, wave=None)
    return Reading(is_open=True, wave=wave_of(call, localdate(at)))


def readings(shown: list[Category], at: datetime) -> Mapping[int, Reading]:
    """The same for several categories, in one query."""
    today = localdate(at)
    opened = [one.call for one in shown if one.call is not None and one.call.is_open(at)]
    waves: dict[int, Wave] = {}
    for wave in Wave.objects.filter(call__in=opened, reads_until__gte=today).order_by("-reads_until"):
        waves[wave.call_id] = wave
    open_calls = {call.pk for call in opened}
    return {one.pk: Reading(is_open=one.call_id in open_calls, wave=waves.get(one.call_id or 0)) for one in shown}


def published(category: Category, at: datetime) -> dict[str, Any]:
    """The category for a machine."""
    reading = reading_of(category, at)
    return {
        "code": category.code,
        "titre": category.title,
        "porteur": category.holder,
        "resume": category.summary,
        "apporte": category.brings,
        "decide": category.decides,
        "duree_mois": category.duration_months,
        "avis": category.opinions,
        "composition": category.composition or None,
        "valeurs_par_defaut": category.defaults,
        "sources": category.sources,
        "prochaine_lecture": _day(reading.wave.reads_until if reading.wave else None),
        "decision_attendue": _day(reading.wave.decision_expected_on if reading.wave else None),
        "criteres": [
            {
                "version": one.number,
                "depuis": _day(one.since),
                "jusque": _day(one.until),
                "pourquoi": one.why,
                "criteres": one.criteria,
                "documents": one.documents,
            }
            for one in criteria_sets(category)
        ],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
