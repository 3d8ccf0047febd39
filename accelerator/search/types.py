"""What is written, what is asked, what is answered, and the keys that stand in the index beside the words."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

Sort = Literal["relevance", "name", "date"]

CAP = 3000  # how many answers are read, at most: beyond, facets speak of the most prominent ones
# The most prominent are indexed apart, on shelves that follow each other: how many documents they hold, all of those
# before included. What many documents answer is read there, shelf after shelf.
SHELVES = (6_000, 16_000, 40_000, 100_000, 300_000)
EVERYTHING = "="
_NONE: Final[Mapping[str, Collection[str]]] = MappingProxyType({})


@dataclass(frozen=True, eq=False, slots=True)
class Shared:
    """What many entries have in common (a place, a form), the same object in each: it is read once.

    Its values are those of `Entry`, and are added to those of each entry that has it.
    """

    summary: Sequence[str] = ()
    body: Sequence[str] = ()
    context: Sequence[str] = ()
    facets: Mapping[str, Collection[str]] = field(default_factory=dict)
    places: Collection[str] = ()


class Entry(NamedTuple):
    """What is written of one thing. A million are made for one index.

    name          shown in lists; exact matches of it come first.
    titles        other names: acronym, place… (weight A, as the name)
    summary       what it does, its themes (weight B)
    body          its presentation (weight C)
    context       what surrounds it: its département, its family… (weight D)
    facets        {facet: values}
    places        keys of `geography`: every place that should find it
    prominence    from 0 to 1
    shared        what other entries say too, after its own words
    """

    id: int
    name: str
    titles: Sequence[str] = ()
    summary: Sequence[str] = ()
    body: Sequence[str] = ()
    context: Sequence[str] = ()
    facets: Mapping[str, Collection[str]] = _NONE
    places: Collection[str] = ()
    prominence: float = 0.0
    dated_at: datetime | None = None
    shared: Sequence[Shared] = ()


@dataclass(frozen=True)
class Question:
    """What is asked. Filters: any of the values of a facet, for every facet; any of the places.

    counted  the facets whose values are counted; None: all of them.
    """

    text: str = ""
    filters: Mapping[str, Collection[str]] = field(default_factory=dict)
    places: Collection[str] = ()
    sort: Sort = "relevance"
    page: int = 1
    size: int = 20
    counted: Collection[str] | None = None


@dataclass(frozen=True)
class Answer:
    """What is found.

    ids         the page, in order.
    total       how many answer; when `capped` it is None unless it is known at no cost.
    capped      there are more than `CAP`: facets count the `CAP` most prominent ones, unless nothing is asked.
    reachable   how many can be reached by turning pages.
    facets      {facet: {value: how many}}; a facet that filters is counted as if it did not.
    corrected   the text that was searched instead of what was typed, or None ("Voici les résultats pour…").
    required    the words that every answer has, as shown; `optional`: those that bring an answer up;
    unknown     those that stand nowhere.
    stems       for `text.highlighted`.
    """

    ids: list[int]
    total: int | None
    capped: bool
    reachable: int
    facets: dict[str, dict[str, int]]
    corrected: str | None = None
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()

    @property
    def relaxed(self) -> bool:
        """Some of the words were not required."""
        return bool(self.optional or self.unknown)

    @property
    def at_least(self) -> int:
        """How many answer: the total, or `CAP` when there are more and nobody counted them."""
        return CAP if self.total is None else self.total

    def pages(self, size: int) -> int:
        """How many pages can be turned."""
        return max(1, -(-self.reachable // size))


def shelf_of(rank: int) -> int:
    """The shelf of a document before which so many come, from 1; beyond the last one: none, one more."""
    return bisect_right(SHELVES, rank) + 1


def quoted(lexeme: str) -> str:
    """A lexeme inside a tsquery or a tsvector."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def any_of(queries: Iterable[str]) -> str:
    """Any of these."""
    return "(" + " | ".join(queries) + ")"


def facet_key(facet: str, value: str) -> str:
    """The key of a facet's value in the index."""
    return f"={facet}:{value}"


def place_key(key: str) -> str:
    """The key of a place in the index."""
    return f"@{key}"
