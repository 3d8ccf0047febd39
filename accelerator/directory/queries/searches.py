"""Searches that people keep, and exports: what their pages and the nightly work read."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.directory.models import Export, Finding, SavedSearch
from accelerator.directory.queries.searched import Named, Searched, searched_as
from accelerator.directory.states import AlertRhythm
from accelerator.search.directory import Shown
from accelerator.search.questions import PublicQuestion
from accelerator.search.types import Question as Asked
from accelerator.search.watching import Watch
from accelerator.workflow.numbers import counted, grouped

MOST_SEARCHES: Final = 50
# When the worker looks at what is new and writes the mails: half past five in winter in Paris, half past six in summer.
ALERTS_AT: Final = time(4, 30, tzinfo=UTC)
# In one mail, for one search; the page has the others.
MOST_NAMED: Final = 10
_STOP: Final = Signer(salt="community.alerts")


def is_settled(question: PublicQuestion) -> bool:
    """Whether the question says one thing: a commune near which to search is known by its key."""
    return not question.near or question.near.startswith("commune-")


def proposed_name(searched: Searched, found: Shown[Any, Any]) -> str:
    """What a search may be called: its words and its filters."""
    said = " – ".join(chip.label.strip("«» ") for chip in found.chips) or searched.whole
    name = said[:1].upper() + said[1:]
    return name if len(name) <= 100 else f"{name[:99].rstrip()}…"


def searches_of(person: Person) -> QuerySet[SavedSearch]:
    """The searches that a person keeps."""
    return SavedSearch.objects.filter(person=person)


def exports_of(person: Person) -> QuerySet[Export]:
    """The exports that a person asked for; their rows go with their file."""
    return Export.objects.filter(person=person)


# Alerts


@dataclass(frozen=True)
class Digest:
    """What there is to tell of one saved search: the latest first, and how many are not named."""

    search: SavedSearch
    searched: Searched
    named: Sequence[Named]
    others: int

    @property
    def number(self) -> int:
        return len(self.named) + self.others


def said_new(digests: Sequence[Digest]) -> str:
    """How many came, by what is searched: "3 nouvelles organisations et 1 nouveau projet"."""
    numbers: dict[str, int] = {}
    for digest in digests:
        numbers[digest.searched.code] = numbers.get(digest.searched.code, 0) + digest.number
    return " et ".join(
        counted(number, *searched_as(code).directory.things.new) for code, number in sorted(numbers.items())
    )


def watch(searched: Searched) -> Watch:
    """Every question of it that someone wants to hear of, once each."""
    watched = SavedSearch.objects.exclude(rhythm=AlertRhythm.NEVER).filter(person__is_active=True)
    queries = watched.filter(things=searched.code).order_by("query").values_list("query", flat=True).distinct()
    questions = {query: searched.read(query) for query in queries}
    # A place is read once, however many follow it.
    places = {
        (near, territory): searched.directory.asked_of(searched.question(near=near, territory=territory)).places
        for near, territory in {_where(one) for one in questions.values()}
    }
    asked = {query: Asked(one.text, one.filters, places[_where(one)]) for query, one in questions.items()}
    return Watch(searched.directory.index, asked)


def _where(question: PublicQuestion) -> tuple[str, str]:
    return question.near, question.territory


def due(day: date) -> Q:
    """The saved searches of which it is time to tell: each day, or once a week, from its Monday on."""
    monday = day - timedelta(days=day.weekday())
    return Q(rhythm=AlertRhythm.DAILY, digested_on__lt=day) | Q(rhythm=AlertRhythm.WEEKLY, digested_on__lt=monday)


def next_morning(rhythm: str, digested_on: date, at: datetime) -> datetime | None:
    """When a search looked at on that day is next told of, if there is something new; None when it has no alert."""
    if rhythm == AlertRhythm.NEVER:
        return None
    days = 1 if rhythm == AlertRhythm.DAILY else 7 - digested_on.weekday()
    today = datetime.combine(localdate(at), ALERTS_AT)
    # What is late is told the next time that the worker looks.
    soonest = today if today > at else today + timedelta(days=1)
    return max(soonest, datetime.combine(digested_on + timedelta(days=days), ALERTS_AT))


def people_to_tell(day: date) -> list[int]:
    """Those who have something to be told today."""
    wanted = SavedSearch.objects.filter(due(day), person__is_active=True)
    untold = Finding.objects.filter(told_at__isnull=True, search__in=wanted)
    return list(untold.order_by("search__person").values_list("search__person", flat=True).distinct())


def digests(searches: Sequence[SavedSearch]) -> list[Digest]:
    """What these searches have to tell of what is still listed: one query, and one for each thing that is searched."""
    findings = Finding.objects.filter(search__in=searches, told_at__isnull=True).order_by("-found_at", "-pk")
    by_search: dict[int, list[int]] = {}
    for number, thing in findings.values_list("search_id", "thing"):
        by_search.setdefault(number, []).append(thing)
    found: dict[str, set[int]] = {}
    for search in searches:
        found.setdefault(search.things, set()).update(by_search.get(search.pk, ()))
    listed = {code: searched_as(code).named(ids) for code, ids in found.items() if ids}
    made = []
    for search in searches:
        names = listed.get(search.things, {})
        if named := [names[one] for one in by_search.get(search.pk, ()) if one in names]:
            others = len(named[MOST_NAMED:]) + search.unnamed
            made.append(Digest(search, searched_as(search.things), named[:MOST_NAMED], others))
    return made


def stop_token(person: Person, search: SavedSearch | None = None) -> str:
    """What ends the alerts of a person, or one of them, without a session; nobody else can write it."""
    return _STOP.sign(f"{person.public_id}.{search.pk if search else 0}")


@dataclass(frozen=True)
class Stop:
    """Which alerts a link ends: those of a person who may be gone, or of one search that may be gone too."""

    searches: QuerySet[SavedSearch]
    search: SavedSearch | None
    whole: bool

    @property
    def running(self) -> bool:
        """Whether there is anything left to stop."""
        return self.searches.exclude(rhythm=AlertRhythm.NEVER).exists()


def read_stop(token: str) -> Stop | None:
    """What a link ends; None when we did not write it."""
    try:
        public_id, _, number = _STOP.unsign(token).partition(".")
    except BadSignature:
        return None
    searches = SavedSearch.objects.filter(person__public_id=public_id)
    if number == "0":
        return Stop(searches, None, whole=True)
    one = searches.filter(pk=int(number))
    return Stop(one, one.first(), whole=False)


# Exports


def progress_of(export: Export, at: datetime) -> Mapping[str, Any]:
    """How far an export is, for its page and for the script that follows it.

    share      in hundredths.
    remaining  how many minutes are left at this pace, rounded up; None while that is not known.
    """
    share = min(100, 100 * export.written // export.number) if export.number else 0
    remaining = None
    if export.started_at and export.written and not export.ready_at:
        each = (at - export.started_at) / export.written
        remaining = max(1, math.ceil(each * (export.number - export.written) / timedelta(minutes=1)))
    said = f"{grouped(export.written)} sur {grouped(export.number)}"
    return {"share": share, "said": said, "remaining": remaining}
