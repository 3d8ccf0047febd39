"""Searches that people keep, and exports: what their pages and the nightly work read."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community.models import Export, Finding, Organisation, SavedSearch
from accelerator.community.queries.directory import Directory, asked_of
from accelerator.community.queries.question import Question, read_question
from accelerator.community.search import DIRECTORY
from accelerator.community.states import AlertRhythm
from accelerator.search.types import Question as Asked
from accelerator.search.watching import Watch
from accelerator.workflow.numbers import grouped

MOST_SEARCHES: Final = 50
# When the worker looks at what is new and writes the mails: half past five in winter in Paris, half past six in summer.
ALERTS_AT: Final = time(4, 30, tzinfo=UTC)
# In one mail, for one search; the page has the others.
MOST_NAMED: Final = 10
_STOP: Final = Signer(salt="community.alerts")


def question_of(query: str) -> Question:
    """The question that an address, or a saved search, holds."""
    return read_question(parse_qs(query.removeprefix("?")))


def kept_query(question: Question) -> str:
    """A question as it is kept: without its page nor its order, always written alike."""
    return Question(question.text, question.filters, question.near, question.territory).query()


def is_settled(question: Question) -> bool:
    """Whether the question says one thing: a commune near which to search is known by its key."""
    return not question.near or question.near.startswith("commune-")


def proposed_name(found: Directory) -> str:
    """What a search may be called: its words and its filters."""
    said = ", ".join(chip.label.strip("«» ") for chip in found.chips)
    name = said[:1].upper() + said[1:] if said else "Tout l’annuaire"
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
    organisations: Sequence[Organisation]
    others: int

    @property
    def number(self) -> int:
        return len(self.organisations) + self.others


def watch() -> Watch:
    """Every question that someone wants to hear of, once each."""
    watched = SavedSearch.objects.exclude(rhythm=AlertRhythm.NEVER).filter(person__is_active=True)
    queries = watched.order_by("query").values_list("query", flat=True).distinct()
    questions = {query: question_of(query) for query in queries}
    # A place is read once, however many follow it.
    places = {
        (near, territory): asked_of(Question(near=near, territory=territory)).places
        for near, territory in {_where(one) for one in questions.values()}
    }
    return Watch(
        DIRECTORY, {query: Asked(one.text, one.filters, places[_where(one)]) for query, one in questions.items()}
    )


def _where(question: Question) -> tuple[str, str]:
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
    """What these searches have to tell of what is still listed, in two queries."""
    findings = Finding.objects.filter(search__in=searches, told_at__isnull=True).order_by("-found_at", "-pk")
    by_search: dict[int, list[int]] = {}
    for number, organisation in findings.values_list("search_id", "organisation_id"):
        by_search.setdefault(number, []).append(organisation)
    ids = {one for named in by_search.values() for one in named}
    listed = Organisation.objects.listed().select_related("seat").only("name", "public_id", "seat__name").in_bulk(ids)
    made = []
    for search in searches:
        named = [listed[one] for one in by_search.get(search.pk, ()) if one in listed]
        if named:
            others = len(named[MOST_NAMED:]) + search.unnamed
            made.append(Digest(search, named[:MOST_NAMED], others))
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
