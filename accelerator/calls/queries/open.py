"""Calls as anyone reads them: the list, and the nearest open one."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Prefetch, Q, QuerySet, When

from accelerator.calls.eligibility import Result
from accelerator.calls.models import Call, CallRole, CallVersion
from accelerator.calls.queries.facts import examine
from accelerator.calls.states import CallState
from accelerator.search.lexicon import SHORTEST_CORRECTED, Lexicon
from accelerator.search.stemming import stemmed
from accelerator.search.text import LONGEST_QUESTION, Word, words_of

# How many open calls are looked at to find the nearest.
_LOOKED_AT = 50


def readable_calls(person: Any) -> QuerySet[Call]:
    """The calls that a person may read: those that were published, and those in which they have a role."""
    told = Call.objects.filter(versions__published_at__isnull=False)
    if getattr(person, "is_authenticated", False):
        own = CallRole.objects.current().filter(person=person).values("call")
        told = told | Call.objects.filter(pk__in=own)
    return told.distinct()


def published_calls() -> QuerySet[Call]:
    """The calls of the public list."""
    return Call.objects.filter(state__in=(CallState.PUBLISHED, CallState.CANCELLED), opens_at__isnull=False)


def open_first(at: datetime) -> Case:
    """To order calls by: those that receive applications at that moment, then those to come, then the others."""
    lasting = Q(closes_at__isnull=True) | Q(closes_at__gt=at)
    published = Q(state=CallState.PUBLISHED)
    return Case(
        When(published & lasting & Q(opens_at__lte=at), then=0), When(published & Q(opens_at__gt=at), then=1), default=2
    )


@dataclass(frozen=True)
class Said:
    """The calls that answer some words.

    calls      their numbers.
    corrected  the words that were looked for instead of those typed, or "".
    """

    calls: frozenset[int]
    corrected: str = ""


def saying(text: str) -> Said:
    """The published calls whose title, summary, issuer or service says all of some words, whatever accents and plurals.

    A word that no call says is taken for the nearest one that some call says, as the directories do, with the same
    words, stems and forgiven slips (`accelerator.search`); calls are too few for an index (decision 51). Two queries at
    most, one once the words are known.
    """
    asked = [word for word in words_of(text[:LONGEST_QUESTION]) if not word.joined and word.forms]
    rows = published_calls().order_by("pk").values_list("pk", "title", "summary", "issuer_name", "service")
    written = {pk: words_of(" ".join(texts)) for pk, *texts in rows}
    every = {word.raw: word for words in written.values() for word in words}
    stems = stemmed([*every.values(), *asked])
    known = {pk: {stem for word in words for stem in stems[word.raw]} for pk, words in written.items()}
    told = set().union(*known.values())
    lexicon = Lexicon()
    lexicon.learn((word.shown for word in every.values()), generation=None, latest=0)
    by_folded = {word.folded: word for word in every.values()}
    read = [_nearest(word, stems, told, lexicon, by_folded) for word in asked]
    sought = [word for word in read if stems.get(word.raw)]
    if not sought:
        return Said(frozenset())
    found = frozenset(pk for pk, has in known.items() if all(not has.isdisjoint(stems[word.raw]) for word in sought))
    changed = [word.raw for word in read] != [word.raw for word in asked]
    return Said(found, " ".join(word.shown for word in read) if changed else "")


def _nearest(
    word: Word,
    stems: Mapping[str, tuple[str, ...]],
    told: AbstractSet[str],
    lexicon: Lexicon,
    by_folded: Mapping[str, Word],
) -> Word:
    """The word itself when some call says it; else the nearest one that some call says."""
    if not stems[word.raw] or not told.isdisjoint(stems[word.raw]) or len(word.folded) < SHORTEST_CORRECTED:
        return word
    near = (by_folded[one] for one in lexicon.near(word.folded) if one in by_folded)
    return next((one for one in near if stems[one.raw]), word)


def nearest_call(refused: Call, facts: Mapping[str, Any], at: datetime) -> Call | None:
    """The open call, other than one, of which the fewest rules fail for these facts. Two queries, one for each call."""
    published = CallVersion.objects.filter(published_at__isnull=False).order_by("-number")
    calls = (
        Call.objects.open(at)
        .exclude(pk=refused.pk)
        .prefetch_related(Prefetch("versions", queryset=published, to_attr="published"))
        .order_by("closes_at", "pk")[:_LOOKED_AT]
    )
    best: tuple[int, int, Call] | None = None
    for call in calls:
        if not call.published:
            continue
        found = examine(call.published[0], call, facts, at.date())
        failing = sum(1 for finding in found if finding.result == Result.FAILS)
        rank = (failing, len(found) - sum(1 for finding in found if finding.result == Result.HOLDS), call)
        if best is None or rank[:2] < best[:2]:
            best = rank
    return best[2] if best else None
