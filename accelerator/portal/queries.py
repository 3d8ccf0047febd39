"""What the doors show: figures counted in the database, territories, latest arrivals."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models.expressions import RawSQL

from accelerator.community.models import Distinction, Organisation
from accelerator.community.models.organisations import OrganisationQuerySet
from accelerator.community.queries.organisation import kinds_of
from accelerator.community.search import DIRECTORY
from accelerator.community.states import TERRITORY_DISTINCTION, Kind
from accelerator.design.boxes import Card
from accelerator.design.site import before_key
from accelerator.geography.models import Place, PlaceKind, beyond_its_name
from accelerator.labels.models import Label
from accelerator.labels.queries.register import labels_touching
from accelerator.search.together import ask_together
from accelerator.search.types import Answer, Question
from accelerator.workflow.kept import Given, Kept
from accelerator.workflow.numbers import grouped

FIRST: Final = 20
FIRST_AROUND: Final = 6
LATEST: Final = 6


@dataclass(frozen=True)
class Count:
    """A number that is exact up to a bound."""

    number: int
    is_exact: bool = True

    @classmethod
    def of(cls, answer: Answer) -> "Count":
        return cls(answer.at_least, is_exact=answer.total is not None)

    def __str__(self) -> str:
        shown = grouped(self.number)
        return shown if self.is_exact else f"plus de {shown}"


@dataclass(frozen=True)
class Figures:
    """The true figures of the home page, as the directory counts them at this moment."""

    organisations: int
    by_departement: dict[str, int]
    territories: int

    @property
    def departements(self) -> int:
        """How many départements an organisation is counted in."""
        return len(self.by_departement)


@dataclass(frozen=True)
class Here:
    """The organisations of a place.

    inside    how many have their seat in it, or act on it or on a part of it; `kinds` and `first` are of these.
    around    how many act on a larger territory that holds it; `around_first` are of these.
    labelled  the labels of territories that touch it: in force, suspended, or historic.
    """

    inside: Count
    kinds: list[tuple[Kind, int]]
    first: list[Card]
    around: Count
    around_first: list[Card]
    labelled: list[Label]


_KINDS: Final = {kind.value: kind for kind in Kind}
# What a card is made of: the rest of a record is three times as long to read.
_SHOWN: Final = ("public_id", "name", "summary", "kinds", "seat__name", "seat__departement__name")


def _shortly(organisations: OrganisationQuerySet) -> OrganisationQuerySet:
    """The listed ones, with what a card is made of."""
    return organisations.listed().select_related("seat__departement").only(*_SHOWN)


def shown(organisations: Iterable[Organisation]) -> list[Card]:
    """Each organisation in a few words. No query: they were read by `_shortly`."""
    before = before_key("community:organisation")
    return [
        Card(
            title=one.name,
            url=f"{before}{one.key}",
            text=one.summary,
            detail=_place_of(one),
            badges=kinds_of(one)[:3],
        )
        for one in organisations
    ]


def _place_of(organisation: Organisation) -> str:
    seat = organisation.seat
    if seat is None:
        return ""
    return f"{seat.name} ({seat.departement.name})" if seat.departement else seat.name


def figures() -> Figures:
    """What the directory and its map count: each organisation once, where its seat is, else its territory.

    The index keeps the totals of the whole directory: they are read, whatever its size.
    """
    counted = DIRECTORY.search(Question(size=1, sort="name", counted=("departement",)))
    return Figures(
        organisations=counted.at_least,
        by_departement=counted.facets.get("departement", {}),
        territories=Distinction.objects.filter(name=TERRITORY_DISTINCTION).count(),
    )


def latest_arrivals() -> list[Card]:
    """The organisations entered last."""
    return shown(_LATEST())


_LATEST: Final = Kept(lambda: _shortly(Organisation.objects.all()).order_by("-pk")[:LATEST])


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
    return next(iter(_PLACE(key)), None)


_AROUND: Final = ("epci", "ept", "departement", "region")
_PLACE: Final = Kept(
    lambda: (
        Place.objects.filter(pk=Given(0))
        .select_related(*_AROUND)
        .defer("folded", "found_by", *beyond_its_name(*_AROUND))
    )
)


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
    """What the page of a place shows of the organisations: two searches, bounded whatever their number."""
    larger = tuple(f"agit-{key}" for key in place.cover if key != place.key)
    asked = [Question(places=(place.key,), size=FIRST, counted=("type",))]
    if larger:
        asked.append(Question(places=larger, size=FIRST_AROUND, counted=()))
    inside, *others = ask_together(DIRECTORY.source, asked)
    around = others[0] if others else None
    found = {one.pk: one for one in _CARDS([*inside.ids, *(around.ids if around else ())])}
    counts = inside.facets.get("type", {})
    kinds = [(_KINDS[kind], number) for kind, number in counts.items() if kind in _KINDS and number]
    return Here(
        inside=Count.of(inside),
        kinds=sorted(kinds, key=lambda pair: (-pair[1], pair[0].label)),
        first=shown(found[pk] for pk in inside.ids if pk in found),
        around=Count.of(around) if around else Count(0),
        around_first=shown(found[pk] for pk in (around.ids if around else ()) if pk in found),
        labelled=labels_touching(place),
    )


_CARDS: Final = Kept(
    lambda: _shortly(Organisation.objects.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [Given(0)])))
)
