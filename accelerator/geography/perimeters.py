"""Perimeters: sets of places, and whether they touch.

Two perimeters touch when one commune at least lies in both. No list of communes is needed to know it. Kinds are
ordered (commune, EPT, EPCI, département, région, country) and two places of one kind never share a commune; so when
two places touch, the larger stands in the cover of the smaller, or they are the same. Hence two overlaps:

    keys of one && cover of the other   or   keys of the other && cover of the one

A model that has a perimeter keeps two arrays, `xxx` (keys) and `xxx_cover`, each with a GIN index, both written from
one `Perimeter`; `touching("xxx", perimeter)` is the condition of its queries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from accelerator.geography.models import OtherName, Place, PlaceKind

COUNTRY: Final = "pays-FR"
_LARGEST_FIRST: Final = tuple(reversed(PlaceKind.values))
_NAMED_AT_MOST: Final = 4
_COUNTED: Final = {
    PlaceKind.COMMUNE: ("commune", "communes"),
    PlaceKind.EPT: ("établissement public territorial", "établissements publics territoriaux"),
    PlaceKind.EPCI: ("intercommunalité", "intercommunalités"),
    PlaceKind.DEPARTEMENT: ("département", "départements"),
    PlaceKind.REGION: ("région", "régions"),
}


class UnknownPlace(LookupError):
    """Keys that name no place, present or past."""


@dataclass(frozen=True)
class Perimeter:
    """A set of places. Made by `perimeter_of` only. Empty, it touches nothing."""

    keys: tuple[str, ...] = ()
    cover: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys)

    def touches(self, other: "Perimeter") -> bool:
        """Whether one commune at least lies in both."""
        return not (set(self.keys).isdisjoint(other.cover) and set(other.keys).isdisjoint(self.cover))

    def reaches(self, place: Place) -> bool:
        """Whether the place, or a part of it, lies in this perimeter."""
        return not set(self.keys).isdisjoint(place.cover) or place.key in self.cover


def touching(field: str, perimeter: Perimeter) -> Q:
    """The condition "this row's perimeter touches that one", for arrays `field` and `field + "_cover"`."""
    return Q(**{f"{field}__overlap": list(perimeter.cover)}) | Q(**{f"{field}_cover__overlap": list(perimeter.keys)})


def perimeter_of(keys: Iterable[str]) -> Perimeter:
    """The perimeter made of these places, normalised: present communes, nothing inside places of larger kinds.

    A département inside a chosen EPCI stays (the métropole du Grand Paris holds four): it does no harm. Two queries.
    Raises `UnknownPlace` with the keys that name nothing.
    """
    places = places_of(keys)
    chosen = {place.key: place for place in places.values()}
    kept = sorted(key for key, place in chosen.items() if not _inside(place, chosen.keys() - {key}))
    cover = sorted({covering for key in kept for covering in chosen[key].cover})
    return Perimeter(tuple(kept), tuple(cover))


def cover_of(keys: Iterable[str]) -> list[str]:
    """The keys of these places and of every larger place that they touch."""
    return list(perimeter_of(keys).cover)


def places_of(keys: Iterable[str]) -> dict[str, Place]:
    """The present place of each key; a commune that joined another leads to that one.

    Raises `UnknownPlace`.
    """
    wanted = set(keys)
    found = Place.objects.in_bulk(wanted)
    past = {key for key in wanted if key not in found or not found[key].is_current}
    codes = {key.removeprefix("commune-"): key for key in past if key.startswith("commune-")}
    if codes:
        for other in OtherName.objects.filter(code__in=codes).select_related("place").order_by("key"):
            found[codes[other.code]] = other.place
    if missing := wanted - found.keys():
        raise UnknownPlace(f"Lieux inconnus : {', '.join(sorted(missing))}.")
    return found


def _inside(place: Place, others: Iterable[str]) -> bool:
    """Whether the places `others` together contain the place, as far as one kind tells.

    The cover holds every larger place that the place touches: if all those of one kind are chosen, nothing sticks out.
    """
    others = set(others)
    around: dict[str, set[str]] = {}
    for key in place.cover:
        if key != place.key:
            around.setdefault(key.partition("-")[0], set()).add(key)
    return any(keys <= others for keys in around.values())


def sentence_of(keys: Sequence[str]) -> str:
    """A perimeter in French: "Lot, Aveyron et 3 communes". Empty for an empty one."""
    return sentences_of([keys])[0]


def sentences_of(perimeters: Sequence[Sequence[str]]) -> list[str]:
    """The sentence of each perimeter of a list, in one query."""
    names = Place.objects.in_bulk({key for keys in perimeters for key in keys})
    return [_sentence([names[key] for key in keys if key in names]) for keys in perimeters]


def _sentence(places: Sequence[Place]) -> str:
    by_kind: Mapping[str, list[Place]] = {
        kind: sorted((p for p in places if p.kind == kind), key=lambda p: (-(p.population or 0), p.sort_name))
        for kind in _LARGEST_FIRST
    }
    parts: list[str] = []
    for kind, members in by_kind.items():
        if not members:
            continue
        room = _NAMED_AT_MOST - len(parts)
        if len(members) <= room:
            parts += [place.name for place in members]
        elif not parts:
            parts = [place.name for place in members[: _NAMED_AT_MOST - 1]]
            rest = len(members) - len(parts)
            parts.append(_count(PlaceKind(kind), rest, other=True))
        else:
            parts.append(_count(PlaceKind(kind), len(members)))
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} et {parts[-1]}"


def _count(kind: PlaceKind, number: int, *, other: bool = False) -> str:
    one, many = _COUNTED[kind]
    if number == 1:
        return f"1 autre {one}" if other else f"1 {one}"
    return f"{number} autres {many}" if other else f"{number} {many}"
