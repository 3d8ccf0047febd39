"""What is asked of the directory, read from an address and written back to one: the address can be shared and kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.db import models

from accelerator.community.states import Family, Identity, Kind, LegalFamily

LONGEST_TEXT: Final = 300
LAST_PAGE: Final = 250


class Sort(models.TextChoices):
    """The orders of the directory."""

    RELEVANCE = "pertinence", "Pertinence"
    NAME = "nom", "Nom"
    RECENT = "recentes", "Plus récentes"
    DISTANCE = "distance", "Distance"


class Standing(models.TextChoices):
    """What an organisation may be in the eyes of the law, besides its form."""

    ESS = "ess", "Appartient à l’ESS"
    ESUS = "esus", "Agréée ESUS"
    MISSION = "mission", "Société à mission"


# The facets: the name in the address, what the filter is called, and its closed values where it has some. The others
# (themes, places, distinctions) are read from the tables.
FACETS: Final[dict[str, tuple[str, type[models.TextChoices] | None]]] = {
    "type": ("Rôle dans l’innovation sociale", Kind),
    "famille": ("Famille de défis", Family),
    "theme": ("Thème", None),
    "region": ("Région", None),
    "departement": ("Département", None),
    "forme": ("Famille juridique", LegalFamily),
    "ess": ("ESS et agréments", Standing),
    "identite": ("Identité", Identity),
    "distinction": ("Distinction", None),
}
# One value: a place by its key, of any kind, on which the organisation acts or sits.
TERRITORY: Final = "territoire"
NEAR: Final = "pres_de"


@dataclass(frozen=True)
class Question:
    """A search of the directory. `filters` holds, for each facet, the values asked (any of them)."""

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

    def without(self, name: str, value: str = "") -> "Question":
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

    def having(self, name: str, *values: str) -> "Question":
        """The question with the values of a facet replaced; from its first page."""
        return replace(self, filters={**self.filters, name: tuple(values)}, page=1)

    def query(self, **more: str) -> str:
        """The query string, always in the same order; empty when nothing is asked."""
        pairs: list[tuple[str, str]] = [("q", self.text)] if self.text else []
        for name in FACETS:
            pairs += [(name, value) for value in self.filters.get(name, ())]
        for name, value in ((NEAR, self.near), (TERRITORY, self.territory), ("tri", self.sort)):
            if value:
                pairs.append((name, value))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        pairs += more.items()
        return f"?{urlencode(pairs)}" if pairs else ""


def read_question(parameters: Mapping[str, Sequence[str]]) -> Question:
    """Understand the parameters of an address; what cannot be understood is ignored, and named in `ignored`."""
    filters: dict[str, tuple[str, ...]] = {}
    ignored: list[str] = []
    for name, (_, choices) in FACETS.items():
        given = _distinct(parameters.get(name, ()))
        unknown = [value for value in given if choices and value not in choices.values]
        ignored += unknown
        if kept := tuple(value for value in given if value not in unknown):
            filters[name] = kept
    sort = _one(parameters, "tri")
    if sort and sort not in Sort.values:
        ignored.append(sort)
        sort = ""
    number = _one(parameters, "page")
    return Question(
        text=" ".join(_one(parameters, "q").replace("\x00", " ").split())[:LONGEST_TEXT],
        filters=filters,
        near=_near(parameters)[:120],
        territory=_one(parameters, TERRITORY)[:24],
        sort=sort,
        page=min(max(int(number), 1), LAST_PAGE) if number.isascii() and number.isdigit() and len(number) < 9 else 1,
        ignored=tuple(value[:40] for value in ignored),
    )


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
