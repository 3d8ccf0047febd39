"""What anyone asks of a directory, read from an address and written back to one: the address can be shared and kept.

A directory has its own filters: it gives them to a class of its own.

    class Question(PublicQuestion):
        FILTERS = {"type": Filter("Rôle", Kind), "theme": Filter("Thème")}
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, NamedTuple, Self
from urllib.parse import urlencode

from django.db import models

LONGEST_TEXT: Final = 300
LAST_PAGE: Final = 250
# One value: a place by its key, of any kind, on which what is sought acts or sits.
TERRITORY: Final = "territoire"
NEAR: Final = "pres_de"


class Sort(models.TextChoices):
    """The orders of a directory."""

    RELEVANCE = "pertinence", "Pertinence"
    NAME = "nom", "Nom"
    RECENT = "recentes", "Plus récentes"
    DISTANCE = "distance", "Distance"


class Filter(NamedTuple):
    """One filter: what it is called, and its closed values where it has some. The others are read from the tables."""

    label: str
    choices: type[models.TextChoices] | None = None


@dataclass(frozen=True)
class PublicQuestion:
    """A search of a directory. `filters` holds, for each facet, the values asked (any of them)."""

    # The name of each filter in the address, in the order of the page.
    FILTERS: ClassVar[Mapping[str, Filter]] = {}

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    near: str = ""
    territory: str = ""
    sort: str = ""
    page: int = 1
    # The address asked for values that a closed list does not have: ignored, and said on the page.
    ignored: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing is asked: the whole directory."""
        return not (self.text or self.filters or self.near or self.territory)

    def without(self, name: str, value: str = "") -> Self:
        """The question without one filter, or without one of its values; from its first page."""
        filters = dict(self.filters)
        if name in filters:
            kept = tuple(one for one in filters[name] if value and one != value)
            filters[name] = kept
            if not kept:
                del filters[name]
        changes: dict[str, Any] = {"filters": filters, "page": 1}
        if name == "q":
            changes["text"] = ""
        elif name == NEAR:
            changes["near"] = ""
        elif name == TERRITORY:
            changes["territory"] = ""
        return replace(self, **changes)

    def having(self, name: str, *values: str) -> Self:
        """The question with the values of a facet replaced; from its first page."""
        return replace(self, filters={**self.filters, name: tuple(values)}, page=1)

    def query(self, **more: str) -> str:
        """The query string, always in the same order; empty when nothing is asked."""
        pairs: list[tuple[str, str]] = [("q", self.text)] if self.text else []
        for name in self.FILTERS:
            pairs += [(name, value) for value in self.filters.get(name, ())]
        for name, value in ((NEAR, self.near), (TERRITORY, self.territory), ("tri", self.sort)):
            if value:
                pairs.append((name, value))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        pairs += more.items()
        return f"?{urlencode(pairs)}" if pairs else ""

    @classmethod
    def read(cls, parameters: Mapping[str, Sequence[str]]) -> Self:
        """Understand the parameters of an address; what cannot be understood is ignored, and named in `ignored`."""
        filters: dict[str, tuple[str, ...]] = {}
        ignored: list[str] = []
        for name, (_, choices) in cls.FILTERS.items():
            given = _distinct(parameters.get(name, ()))
            unknown = [value for value in given if choices and value not in choices.values]
            ignored += unknown
            if kept := tuple(value for value in given if value not in unknown):
                filters[name] = kept
        sort = _one(parameters, "tri")
        if sort and sort not in Sort.values:
            ignored.append(sort)
            sort = ""
        return cls(
            text=" ".join(_one(parameters, "q").replace("\x00", " ").split())[:LONGEST_TEXT],
            filters=filters,
            near=_near(parameters)[:120],
            territory=_one(parameters, TERRITORY)[:24],
            sort=sort,
            page=_page(_one(parameters, "page")),
            ignored=tuple(value[:40] for value in ignored),
        )


def _page(number: str) -> int:
    is_number = number.isascii() and number.isdigit() and len(number) < 9
    return min(max(int(number), 1), LAST_PAGE) if is_number else 1


def _near(parameters: Mapping[str, Sequence[str]]) -> str:
    """What was typed, or the commune chosen among the suggestions for that very text (`geography` fields)."""
    typed = _one(parameters, NEAR)
    chosen = _one(parameters, f"{NEAR}_key")
    return chosen if chosen and typed == _one(parameters, f"{NEAR}_key_of") else typed


def _one(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    given = parameters.get(name, ())
    return given[-1].replace("\x00", "").strip() if given else ""


def _distinct(values: Iterable[str]) -> list[str]:
    cleaned = (value.replace("\x00", "").strip()[:60] for value in values)
    return list(dict.fromkeys(value for value in cleaned if value))[:50]
