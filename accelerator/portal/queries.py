"""What the doors show: figures counted in the database, territories, latest arrivals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.urls import reverse

from accelerator.community.models import Distinction, Organisation
from accelerator.community.queries.organisation import kinds_of
from accelerator.community.states import TERRITORY_DISTINCTION, Kind
from accelerator.geography.models import Place, PlaceKind
from accelerator.geography.perimeters import perimeter_of, touching
from accelerator.portal.models import KeptFigures

# Note [Counting without counting everything]
# A page that counts all the rows slows as the directory grows. Counts stop here: below, the figure is exact; beyond,
# the page says "plus de".
BOUND: Final = 5_000
FIRST: Final = 20

_COUNTED: Final = """
WITH here AS MATERIALIZED (
    SELECT organisation.id, organisation.seat_id, organisation.territories, organisation.territories_cover
    FROM {organisation} AS organisation
    WHERE organisation.publishable AND organisation.state <> 'merged' LIMIT %(limit)s
), reached AS (
    SELECT here.id, key FROM here, unnest(territories_cover) AS key WHERE key LIKE 'departement-%%'
    UNION SELECT here.id, seat.departement_id FROM here JOIN {place} AS seat ON seat.key = here.seat_id
          WHERE seat.departement_id IS NOT NULL
    UNION SELECT here.id, inside.key FROM here, unnest(territories) AS chosen
          JOIN {place} AS inside ON inside.region_id = chosen AND inside.kind = 'departement' AND inside.is_current
)
SELECT '', count(*) FROM here
UNION ALL SELECT split_part(key, '-', 2), count(*) FROM reached GROUP BY key
"""

_HERE: Final = """
WITH here AS MATERIALIZED (
    SELECT organisation.kinds
    FROM {organisation} AS organisation JOIN {place} AS seat ON seat.key = organisation.seat_id
    WHERE seat.cover @> ARRAY[%(key)s]::varchar[] AND organisation.publishable AND organisation.state <> 'merged'
    LIMIT %(limit)s
)
SELECT '', count(*) FROM here
UNION ALL SELECT kind, count(*) FROM here, unnest(kinds) AS kind GROUP BY kind
"""


@dataclass(frozen=True)
class Count:
    """A number that was counted up to a bound."""

    number: int

    @property
    def is_exact(self) -> bool:
        return self.number <= BOUND

    def __str__(self) -> str:
        shown = f"{min(self.number, BOUND):,}".replace(",", "\u202f")
        return shown if self.is_exact else f"plus de {shown}"


@dataclass(frozen=True)
class Figures:
    """The true figures of the home page, and when they were counted (None: at this very moment)."""

    organisations: int
    by_departement: dict[str, int]
    territories: int
    counted_at: datetime | None

    @property
    def departements(self) -> int:
        """How many départements an organisation sits or acts in."""
        return len(self.by_departement)


@dataclass(frozen=True)
class Shown:
    """An organisation in a few words, for a card."""

    name: str
    url: str
    summary: str
    place: str
    kinds: list[str]


@dataclass(frozen=True)
class Here:
    """The organisations of a place: how many have their seat in it, of what kinds, and the first of them."""

    seated: Count
    kinds: list[tuple[Kind, int]]
    first: list[Shown]
    acting: Count
    acting_first: list[Shown]
    labelled: list[Shown]


def shown(organisations: Iterable[Organisation]) -> list[Shown]:
    """Each organisation in a few words. No query: `seat__departement` was loaded with them."""
    return [
        Shown(
            name=one.name,
            url=reverse("community:organisation", args=[one.key]),
            summary=one.summary,
            place=_place_of(one),
            kinds=kinds_of(one)[:3],
        )
        for one in organisations
    ]


def _place_of(organisation: Organisation) -> str:
    seat = organisation.seat
    if seat is None:
        return ""
    return f"{seat.name} ({seat.departement.name})" if seat.departement else seat.name


def _tables(statement: str) -> str:
    return statement.format(organisation=Organisation._meta.db_table, place=Place._meta.db_table)


def count(limit: int | None = None) -> tuple[int, dict[str, int]]:
    """How many organisations are listed, and in each département (by code) how many sit or act. One query.

    An organisation that acts in the whole country counts in no département.
    """
    with connection.cursor() as cursor:
        cursor.execute(_tables(_COUNTED), {"limit": limit})
        counts = dict(cursor.fetchall())
    return counts.pop(""), counts


def figures() -> Figures:
    """Counted at this moment while the directory is small; otherwise those that were kept, with their date.

    Two or three queries.
    """
    labelled = Distinction.objects.filter(name=TERRITORY_DISTINCTION).count()
    kept = KeptFigures.objects.filter(organisations__gt=BOUND).first()
    if kept is not None:
        return Figures(kept.organisations, kept.by_departement, labelled, kept.counted_at)
    organisations, by_departement = count(BOUND + 1)
    if organisations > BOUND:
        organisations, by_departement = count()
    return Figures(organisations, by_departement, labelled, None)


def latest_arrivals(limit: int = 6) -> list[Shown]:
    """The organisations entered last."""
    return shown(Organisation.objects.listed().select_related("seat__departement").order_by("-pk")[:limit])


def labelled_territories() -> list[Distinction]:
    """The territories labelled in 2019, by name, each with its organisation."""
    return list(
        Distinction.objects.filter(name=TERRITORY_DISTINCTION, organisation__publishable=True)
        .select_related("organisation")
        .order_by("organisation__name", "pk")
    )


def regions() -> list[tuple[Place, list[Place]]]:
    """The régions, each with its départements, by name."""
    places = Place.objects.current().of_kind(PlaceKind.REGION, PlaceKind.DEPARTEMENT).named()
    found = list(places.only("key", "kind", "code", "name", "sort_name", "region_id"))
    return [
        (region, [place for place in found if place.kind == PlaceKind.DEPARTEMENT and place.region_id == region.key])
        for region in found
        if region.kind == PlaceKind.REGION
    ]


def place_with_key(key: str) -> Place | None:
    """The place of this key, with those that contain it."""
    return Place.objects.select_related("epci", "ept", "departement", "region").filter(pk=key).first()


_INSIDE: Final = {
    PlaceKind.REGION: PlaceKind.DEPARTEMENT,
    PlaceKind.DEPARTEMENT: PlaceKind.EPCI,
    PlaceKind.EPCI: PlaceKind.COMMUNE,
    PlaceKind.EPT: PlaceKind.COMMUNE,
    PlaceKind.PAYS: PlaceKind.REGION,
}


def smaller_places(place: Place) -> list[Place]:
    """The places of the kind just below that lie in this one, or overlap it."""
    below = _INSIDE.get(PlaceKind(place.kind))
    if below is None:
        return []
    inside: Any = Place.objects.current().inside(place.key).of_kind(below).named()
    return list(inside.only("key", "kind", "code", "name", "sort_name"))


def organisations_here(place: Place) -> Here:
    """What the page of a place shows of the organisations. Seven queries, whatever their number."""
    with connection.cursor() as cursor:
        cursor.execute(_tables(_HERE), {"key": place.key, "limit": BOUND + 1})
        counts = dict(cursor.fetchall())
    listed = Organisation.objects.listed().select_related("seat__departement")
    acts_here = listed.filter(touching("territories", perimeter_of([place.key])))
    acting = acts_here.exclude(seat__cover__contains=[place.key])
    seated = listed.filter(seat__cover__contains=[place.key])
    return Here(
        seated=Count(counts.pop("", 0)),
        kinds=sorted(
            ((Kind(kind), number) for kind, number in counts.items() if kind in Kind.values),
            key=lambda pair: (-pair[1], pair[0].label),
        ),
        first=shown(seated.order_by("-pk")[:FIRST]),
        acting=Count(acting[: BOUND + 1].count()),
        acting_first=shown(acting.order_by("-pk")[:FIRST]),
        labelled=shown(acts_here.filter(distinctions__name=TERRITORY_DISTINCTION).order_by("name", "pk")),
    )
