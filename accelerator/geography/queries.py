"""Finding a place by what a person types."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from rapidfuzz import fuzz, process

from accelerator.geography.models import Edition, Place, PlaceKind
from accelerator.geography.names import plain, words
from accelerator.geography.perimeters import UnknownPlace, places_of
from accelerator.workflow.numbers import counted

EVERY_KIND: Final = tuple(PlaceKind.values)
_LONGEST: Final = 120
# Out of 100: "Fijeac" is 83 from "Figeac"; lower, anything resembles anything.
_RESEMBLANCE: Final = 78
_FAR_MORE: Final = 10

# Among several places, first those whose whole name was typed, then those whose name begins so, then those
# that are called so themselves and not by one of their parts, then the most populated, then the smallest kind.
_FIND: Final = """
    SELECT key, via FROM (
        SELECT key, '' AS via, folded, population, kind, sort_name
        FROM geography_place
        WHERE found_by @@ to_tsquery('simple', %(query)s) AND is_current AND kind = ANY(%(kinds)s)
        UNION ALL
        SELECT p.key, n.name, n.folded, p.population, p.kind, p.sort_name
        FROM geography_othername AS n JOIN geography_place AS p ON p.key = n.place_id
        WHERE n.found_by @@ to_tsquery('simple', %(query)s) AND n.name <> '' AND 'commune' = ANY(%(kinds)s)
    ) AS found
    ORDER BY
        (string_to_array(folded, ' ') <@ %(words)s::text[]) DESC,
        starts_with(folded, %(start)s) DESC,
        (via = '') DESC,
        population DESC NULLS LAST,
        array_position(%(order)s::text[], kind::text),
        sort_name,
        key
    LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Suggestion:
    """A place that answers what was typed.

    via      the other name by which it was found: "Lyon 3e Arrondissement" leads to Lyon.
    guessed  nothing bears the name typed; this one resembles it.
    """

    place: Place
    via: str = ""
    guessed: bool = False

    @property
    def label(self) -> str:
        """What fills the field: "Figeac (46)"."""
        return self.place.label

    @property
    def detail(self) -> str:
        """What helps to choose, in French: "Commune · Lot · 46100 · 9 793 habitants"."""
        place, parts = self.place, []
        if self.via:
            parts.append(self.via)
        parts.append(place.described)
        around = place.departement or place.region
        if around is not None and around.name != place.name:
            parts.append(around.name)
        if place.kind == PlaceKind.COMMUNE and place.postal_codes:
            first, last = place.postal_codes[0], place.postal_codes[-1]
            parts.append(first if first == last else f"{first} à {last}")
        if place.population:
            parts.append(counted(place.population, "habitant", "habitants"))
        return " · ".join(parts)


@dataclass(frozen=True)
class Reading:
    """What a typed text was understood to be.

    place       the place, when there is no doubt.
    candidates  otherwise, those among which to choose; none when nothing resembles.
    """

    place: Place | None = None
    candidates: Sequence[Suggestion] = ()

    @property
    def guessed(self) -> bool:
        """Whether the candidates only resemble what was typed."""
        return bool(self.candidates) and self.candidates[0].guessed


def find_places(text: str, kinds: Collection[str] = EVERY_KIND, limit: int = 10) -> list[Suggestion]:
    """The places that a text may name, the likeliest first: "st cere", "Figeac 46", "46100 Figeac", "Lyon 3e".

    Forgives accents, hyphens, case, articles and "St"; a département or a région may follow the name. When nothing
    is found, the nearest names are given, marked as guessed.
    """
    typed = words(text[:_LONGEST])
    if not typed:
        return []
    if hits := _hits(_together(typed, "AB"), typed, kinds, limit):
        return _suggestions(hits, limit)
    if len(typed) > 1:
        # What surrounds a place may follow its name, not replace it.
        around = f"{_together(typed, 'ABC')} & ({_together(typed, 'AB', ' | ')})"
        if hits := _hits(around, typed, kinds, limit):
            return _suggestions(hits, limit)
    return [Suggestion(place, guessed=True) for place in _nearest(typed, kinds, limit=min(limit, 5))]


def read_place(text: str, kinds: Collection[str] = EVERY_KIND) -> Reading:
    """Understand a text as one place, without ever choosing between two that it may name, nor completing a name."""
    candidates = find_places(text, kinds)
    if not candidates or candidates[0].guessed:
        return Reading(candidates=candidates)
    typed = set(words(text))
    labelled = [found for found in candidates if plain(found.label) == plain(text)]
    named = [found for found in candidates if set(words(found.via or found.place.name)) <= typed]
    if len(labelled) == 1:
        return Reading(place=labelled[0].place)
    if len(named) == 1 and not any(_overshadows(other.place, named[0].place) for other in candidates):
        return Reading(place=named[0].place)
    if len(candidates) == 1 and not _completes(candidates[0], typed):
        return Reading(place=candidates[0].place)
    if len(named) > 1:
        return Reading(candidates=named)
    return Reading(candidates=candidates)


def _completes(found: Suggestion, typed: set[str]) -> bool:
    """Whether a place only begins as what was typed: "Lott" is Lot mistyped before it is Lottinghen."""
    named = words(f"{found.via} {found.place.name}")
    return any(word not in named and any(whole.startswith(word) for whole in named) for word in typed)


def _overshadows(other: Place, place: Place) -> bool:
    """Whether people who wrote the name of one probably meant the other: Évry is a village and a prefecture."""
    begins = other.folded.startswith(f"{place.folded} ")
    return begins and (other.population or 0) > _FAR_MORE * (place.population or 0)


def place_of(key: str, kinds: Collection[str] = EVERY_KIND) -> Place | None:
    """The present place of a key, if it is of one of these kinds."""
    try:
        place = places_of([key])[key]
    except UnknownPlace:
        return None
    return place if place.kind in kinds else None


def _hits(query: str, typed: Sequence[str], kinds: Collection[str], limit: int) -> list[tuple[str, str]]:
    name = " ".join(word for word in typed if not word.isdigit())
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "query": query,
            "kinds": list(kinds),
            "words": list(typed),
            "start": name or " ".join(typed),
            "order": list(EVERY_KIND),
            # Several names of one place count once.
            "limit": 3 * limit,
        }
        cursor.execute(_FIND, values)
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows


def _together(typed: Sequence[str], weights: str, how: str = " & ") -> str:
    return how.join(_lexeme(word, weights, alone=len(typed) == 1) for word in typed)


def _lexeme(word: str, weights: str, *, alone: bool) -> str:
    """How a word is looked for: as a beginning, except what is complete by itself (a code, "st", one letter)."""
    whole = len(word) == 1 or (word.isdigit() and len(word) in (2, 5)) or (word in ("st", "ste") and not alone)
    return f"'{word}':{'' if whole else '*'}{weights}"


def _suggestions(hits: list[tuple[str, str]], limit: int) -> list[Suggestion]:
    first: dict[str, str] = {}
    for key, via in hits:
        first.setdefault(key, via)
    kept = list(first)[:limit]
    places = Place.objects.select_related("departement", "region").in_bulk(kept)
    return [Suggestion(places[key], via=first[key]) for key in kept]


def _nearest(typed: Sequence[str], kinds: Collection[str], limit: int) -> list[Place]:
    """The places whose names resemble the words, numbers apart; the most alike first, then the most populated."""
    name = " ".join(word for word in typed if not word.isdigit())
    if len(name) < 3:
        return []
    digests = Edition.objects.filter(subject="places").values_list("digest", flat=True)
    names, keys = _names(next(iter(digests), ""))
    alike = process.extract(name, names, scorer=fuzz.ratio, score_cutoff=_RESEMBLANCE, limit=40)
    scores = {key: score for _, score, index in alike for key in keys[index]}
    found = Place.objects.current().of_kind(*kinds).select_related("departement", "region").in_bulk(scores)
    return sorted(found.values(), key=lambda p: (-scores[p.key], -(p.population or 0), p.key))[:limit]


@lru_cache(maxsize=1)
def _names(digest: str) -> tuple[list[str], list[list[str]]]:
    """Every folded name of this edition, and the keys of those who bear it; kept in memory (about 5 MB)."""
    keys: dict[str, list[str]] = {}
    for folded, key in Place.objects.current().order_by("key").values_list("folded", "key"):
        keys.setdefault(folded, []).append(key)
    return list(keys), list(keys.values())
