"""Keeping searches, and telling what is new to them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.timezone import localtime

from accelerator.accounts.models import Person
from accelerator.community.operations.locks import lock_person
from accelerator.directory.events import ALERTS_STOPPED, SEARCH_CHANGED, SEARCH_REMOVED, SEARCH_SAVED
from accelerator.directory.models import Finding, SavedSearch
from accelerator.directory.queries.searched import Searched
from accelerator.directory.queries.searches import (
    MOST_SEARCHES,
    Digest,
    Stop,
    digests,
    due,
    is_settled,
    said_new,
    searches_of,
    stop_token,
)
from accelerator.directory.states import AlertRhythm
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices import Letter, Recipient
from accelerator.notices.operations import tell_each
from accelerator.search.questions import PublicQuestion
from accelerator.search.watching import Look, take_in_what_was_rebuilt
from accelerator.workflow import Refused, operation

FINDINGS_KEPT: Final = timedelta(days=120)


@operation
def save_search(
    *, searched: Searched, question: PublicQuestion, name: str, rhythm: str, by: Person, at: datetime
) -> SavedSearch:
    """Keep a question of a directory. Raises `Refused`: kept already, too many, a commune still to be chosen."""
    if not is_settled(question):
        raise Refused("Choisissez d’abord la commune près de laquelle chercher, puis enregistrez la recherche.")
    person, query = lock_person(by), searched.kept_query(question)
    own = searches_of(person)
    if same := own.filter(things=searched.code, query=query).first():
        raise Refused(f"Vous avez déjà enregistré cette recherche, sous le nom « {same.name} ».")
    if own.count() >= MOST_SEARCHES:
        raise Refused(
            f"Vous gardez déjà {MOST_SEARCHES} recherches, le plus qu’un compte peut tenir : supprimez-en une."
        )
    search = SavedSearch.objects.create(
        person=person,
        name=name,
        things=searched.code,
        query=query,
        rhythm=rhythm,
        saved_at=at,
        watched_since=None if rhythm == AlertRhythm.NEVER else at,
        digested_on=_day(at),
    )
    record(SEARCH_SAVED.code, search, by=by, at=at)
    return search


@operation
def change_search(*, search: SavedSearch, name: str, rhythm: str, by: Person, at: datetime) -> SavedSearch:
    """Rename a search, begin, end or slow its alert. An alert that begins again tells nothing of the time between."""
    held = _held(search, by)
    if (held.name, held.rhythm) == (name, rhythm):
        return held
    held.name = name
    _tune(held, rhythm, at)
    held.save()
    record(SEARCH_CHANGED.code, held, by=by, at=at)
    return held


@operation
def remove_search(*, search: SavedSearch, by: Person, at: datetime) -> None:
    """Forget a search and what its alert found."""
    held = _held(search, by)
    record(SEARCH_REMOVED.code, held, by=by, at=at)
    held.delete()


@operation
def stop_alerts(*, stop: Stop, by: Actor, at: datetime) -> int:
    """End the alerts that a link names; return how many ran. Done again, it changes nothing."""
    running = stop.searches.exclude(rhythm=AlertRhythm.NEVER).select_for_update(of=("self",), no_key=True)
    stopped = list(running.select_related("person").order_by("pk"))
    for search in stopped:
        _tune(search, AlertRhythm.NEVER, at)
        search.save()
    if stopped:
        # Whoever holds the link is the person, who alone received it.
        record(ALERTS_STOPPED.code, *stopped, by=stopped[0].person, at=at)
    return len(stopped)


def _held(search: SavedSearch, by: Person) -> SavedSearch:
    """The search, held still; raises `Refused` when it is gone."""
    held = searches_of(by).select_for_update().filter(pk=search.pk).first()
    if held is None:
        raise Refused("Cette recherche n’est plus enregistrée.")
    return held


def _tune(search: SavedSearch, rhythm: str, at: datetime) -> None:
    if rhythm == AlertRhythm.NEVER:
        search.watched_since, search.unnamed = None, 0
        search.findings.filter(told_at__isnull=True).delete()
    elif search.rhythm == AlertRhythm.NEVER:
        search.watched_since, search.digested_on = at, _day(at)
    search.rhythm = rhythm


def _day(at: datetime) -> date:
    """The day of a person: what is told in the morning is told once a day of theirs."""
    return localtime(at).date()


# What the worker does each morning


@operation
def notice_the_rebuilt(*, searched: Searched, by: Actor, at: datetime) -> int:
    """Count as changed what came by a rebuild of a directory; return how many."""
    return take_in_what_was_rebuilt(searched.directory.index)


@operation
def keep_findings(*, searched: Searched, look: Look, by: Actor, at: datetime) -> int:
    """Keep what is new to each saved search, and look at these changes no more; return how many findings.

    A search finds nothing that changed before its alert began, and nothing twice.
    """
    if not look.forget():
        return 0  # another worker made something of it first
    found = [(query, pk, moment) for query, new in look.new.items() for pk, moment in new.documents]
    unnamed = [(query, new.number - len(new.documents)) for query, new in look.new.items()]
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"at": at, "searched": searched.code}
        cursor.execute(_KEEP, given | _columns(found, "queries", "documents", "moments"))
        kept = cursor.rowcount
        cursor.execute(_COUNT, given | _columns(unnamed, "queries", "numbers"))
    return int(kept)


# A search that is gone since is joined to nothing; what is gone since it was found is not named (`queries.digests`).
_KEEP = """
    INSERT INTO community_finding (search_id, thing, found_at)
    SELECT search.id, f.id, %(at)s
    FROM unnest(%(queries)s::text[], %(documents)s::bigint[], %(moments)s::timestamptz[]) AS f(query, id, moment)
    JOIN community_savedsearch AS search
        ON search.query = f.query AND search.things = %(searched)s AND search.watched_since < f.moment
    ON CONFLICT DO NOTHING
"""
# The first night of an alert, some of these may have changed before it began: they are not counted.
_COUNT = """
    UPDATE community_savedsearch AS search SET unnamed = unnamed + f.number
    FROM unnest(%(queries)s::text[], %(numbers)s::int[]) AS f(query, number)
    WHERE f.number > 0 AND search.query = f.query AND search.things = %(searched)s
        AND search.watched_since < %(at)s - interval '1 day'
"""


def _columns(rows: Sequence[tuple[object, ...]], *names: str) -> dict[str, list[object]]:
    """The rows as one list a column."""
    return {name: [row[n] for row in rows] for n, name in enumerate(names)}


@operation
def tell_the_news(*, people: Collection[int], by: Actor, at: datetime) -> int:
    """Send each of these people one mail for all their searches of which it is time to tell; return how many mails.

    Two workers tell once: the searches are held until the mails are written, and are then no longer due.
    """
    day = _day(at)
    held = SavedSearch.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    searches = list(held.filter(due(day), person__in=people).order_by("pk"))
    told: dict[Person, list[Digest]] = {}
    for digest in digests(sorted(searches, key=lambda one: one.name.casefold())):
        told.setdefault(digest.search.person, []).append(digest)
    letters = [Letter(Recipient.of(person), _mail(person, some), _stop(person)) for person, some in told.items()]
    tell_each("directory/news_of_searches", letters, at=at)
    Finding.objects.filter(search__in=searches, told_at__isnull=True).update(told_at=at)
    SavedSearch.objects.filter(pk__in=[one.pk for one in searches]).update(digested_on=day, unnamed=0)
    return len(letters)


def _stop(person: Person) -> str:
    return settings.BASE_URL + reverse("directory:stop_at_once", args=[stop_token(person)])


@operation
def pass_over_the_silent(*, by: Actor, at: datetime) -> int:
    """Mark as looked at, for today, the searches of which there is nothing to tell; return how many."""
    day = _day(at)
    untold = Finding.objects.filter(told_at__isnull=True).values("search")
    return SavedSearch.objects.filter(due(day)).exclude(pk__in=untold).update(digested_on=day, unnamed=0)


@operation
def forget_findings(*, by: Actor, at: datetime) -> int:
    """Remove what was told long ago; return how many."""
    return Finding.objects.filter(found_at__lt=at - FINDINGS_KEPT).delete()[0]


def _mail(person: Person, told: list[Digest]) -> dict[str, object]:
    """What the mail says, with whole addresses."""

    def address(name: str, *parts: object) -> str:
        return settings.BASE_URL + reverse(f"directory:{name}", args=parts)

    return {
        "said": said_new(told),
        "parts": [
            {
                "name": digest.search.name,
                "said": said_new([digest]),
                "others": digest.others,
                "lines": [
                    {"name": one.name, "where": one.where, "url": settings.BASE_URL + one.url} for one in digest.named
                ],
                "recent": digest.searched.directory.things.recent.lower(),
                "url": settings.BASE_URL
                + digest.searched.address(f"{digest.search.query}{'&' if digest.search.query else '?'}tri=recentes"),
                "stop": address("stop_alerts", stop_token(person, digest.search)),
            }
            for digest in told
        ],
        "searches": address("saved_searches"),
        "stop_all": address("stop_alerts", stop_token(person)),
    }
