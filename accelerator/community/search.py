"""What the directory's search knows of an organisation: its words, its facets, its places, its prominence.

Words, by weight (docs/rules/annuaire.md): its names (A); what it does in one sentence, its themes and its roles (B);
its presentation and the words that lead to its themes (C); where it is and acts, its form, its distinctions (D).

Places: every place that holds its seat or that its territories touch finds it. Besides, "agit-<key>" for each
territory of action: a commune finds those who act on a larger place around it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any, Final, NamedTuple

from django.db.models import (
    BooleanField,
    Case,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Cast, Coalesce
from django.utils.text import slugify

from accelerator.community.attached import tell_written
from accelerator.community.models import Distinction, Organisation, OrganisationDocument, Theme
from accelerator.community.states import Family, Identity, Kind, LegalFamily, OrganisationState
from accelerator.geography.models import Place, PlaceKind
from accelerator.search.facets import Facet
from accelerator.search.index import Index
from accelerator.search.prominence import most_prominent_first, sum_of
from accelerator.search.rebuild import rebuild
from accelerator.search.types import Entry, Shared
from accelerator.search.upkeep import tend


def bearing(numbers: Collection[str]) -> set[int]:
    """The records that bear one of these numbers, SIREN, RNA or AMALIA; for a united one, that which took its place.

    What may not be published of a record is not found by the record that took its place either.
    """
    some = list(numbers)
    borne = Organisation.objects.filter(Q(siren__in=some) | Q(rna__in=some) | Q(amalia__in=some))
    read = borne.values_list("pk", "merged_into", "publishable")
    return {into or pk for pk, into, publishable in read if publishable or not into}


DIRECTORY: Final = Index(
    "organisations",
    OrganisationDocument,
    facets=(
        Facet("type", values=13, multiple=True),
        Facet("theme", values=50, multiple=True),
        Facet("famille", values=5, multiple=True),
        Facet("region", values=24, multiple=True),
        Facet("departement", values=127),
        Facet("forme", values=15),
        Facet("ess", values=3, multiple=True),
        Facet("identite", values=3),
        Facet("distinction", values=8, multiple=True),
    ),
    watched=True,
    bearing=bearing,
)
# Of what comes again, so many are kept; there are 35,000 communes.
_MOST_KEPT: Final = 50_000

# From 0 to 1, in hundredths: how sure and how complete a record is, and whether it was distinguished. Never paid, never
# chosen. The rule and its examples: docs/rules/annuaire.md.
_PROMINENCE: Final[tuple[tuple[int, Q | Combinable], ...]] = (
    (30, Q(identity=Identity.VERIFIED)),
    (10, Q(identity=Identity.DECLARED)),
    # A set, read once, of the few who have some; as a subquery of each record, the server read these on one core.
    (20, Q(pk__in=Distinction.objects.values("organisation"))),
    (15, ~Q(summary="")),
    (10, ~Q(presentation="")),
    (10, ~Q(themes=[])),
    (5, ~Q(website="")),
    (
        10,
        Func(
            "provenance",
            Value('$.*.confirmed_by ? (@ != null && @ != "")'),
            template="jsonb_path_exists(%(expressions)s::jsonpath)",
            output_field=BooleanField(),
        ),
    ),
)


def refresh(organisations: Iterable[Organisation]) -> None:
    """Write again what search knows of these organisations; called by every operation that changes one.

    Runs inside the operation's transaction, after it has saved them: whoever saved a record finds it at once. An
    organisation that is no longer listed (merged, not publishable) leaves the index.
    """
    refresh_ids([one.pk for one in organisations])


def refresh_ids(ids: Collection[int]) -> None:
    """The same for organisations given by their identifiers, however many: read a chunk at a time.

    An identifier that is no longer anybody's leaves the index too. What higher subjects find by their names follows
    (`attached`).
    """
    DIRECTORY.write_again(ids, Entries())
    tell_written(Organisation.objects.filter(pk__in=ids))


def rebuild_directory(*, told: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Write the whole index again, while it is searched and written; return how many organisations it has.

    told  is called with how many are read so far and how many there are; this connection is then busy.
    Opens its own transactions: raises `RuntimeError` when one is open (see `accelerator.search.rebuild`).
    """
    return rebuild(DIRECTORY, the_most_prominent_first, Entries, told=told)


def tend_directory(*, turn: int) -> int:
    """Put the index in order, in much less time; return how many organisations were written.

    turn  which seventh of them is read again (see `accelerator.search.upkeep`).
    """
    return tend(DIRECTORY, the_most_prominent_first, Entries, turn=turn)


def the_most_prominent_first() -> Sequence[int]:
    """Every listed organisation."""
    return most_prominent_first(_rated(Organisation.objects.listed()))


def _rated(organisations: QuerySet[Organisation]) -> QuerySet[Any]:
    """With their prominence, in hundredths; it is halved when the activity ceased."""
    points = sum_of(_PROMINENCE)
    ceased = When(state=OrganisationState.CEASED, then=(points + Value(1)) / Value(2))
    return organisations.annotate(points=Case(ceased, default=points, output_field=IntegerField()))


class _Read(NamedTuple):
    """What is read of an organisation; the moment is written.

    where   what says where it is and acts: its seat, its territories, what these cover; what: what says what it is.
            Each is one text, which thousands of records have alike: only the first is cut into what it says.
    """

    pk: int
    name: str
    acronym: str
    summary: str
    presentation: str
    points: int
    recorded_read: str
    where: str
    what: str


class _United(NamedTuple):
    """What is read of a record united to another."""

    merged_into: int
    name: str
    acronym: str


class _Place(NamedTuple):
    """What is read of a place."""

    key: str
    kind: str
    code: str
    name: str
    departement_id: str | None
    cover: list[str]


class Entries:
    """Reads the entries of organisations, in a few queries whatever their number; keeps what comes again.

    What is kept (themes, places) is not read again: one for each use.
    """

    def __init__(self) -> None:
        # Made once: annotated again for each block, it took a twenty-fifth of a reader's time.
        read = _rated(Organisation.objects.listed()).annotate(
            recorded_read=Cast("recorded_at", TextField()),
            where=_together("seat_id", codes_as_text("territories"), codes_as_text("territories_cover")),
            what=_together(codes_as_text("themes"), codes_as_text("kinds"), "legal_family", *_SAID, "identity"),
        )
        self._read = read.values_list(*_Read._fields)
        self._themes = Theme.objects.in_bulk()
        self._places: dict[str, _Place] = {}
        self._where: dict[str, Shared] = {}
        self._what: dict[str, Shared] = {}

    def __call__(self, ids: Sequence[int]) -> list[Entry]:
        """The entries of the listed ones among these, in this order."""
        # As text: a list is written item by item, for each of the queries.
        wanted = RawSQL("SELECT unnest(%s::bigint[])", [f"{{{','.join(map(str, ids))}}}"])
        found = {values[0]: _Read._make(values) for values in self._read.filter(pk__in=wanted)}
        self._learn_places(found.values())
        united = self._united(wanted)
        distinctions: dict[int, set[str]] = {}
        of = (
            Q(organisation__in=wanted) | Q(organisation__merged_into__in=wanted)
            if united
            else Q(organisation__in=wanted)
        )
        named = Distinction.objects.filter(of).values_list("organisation", "organisation__merged_into", "name")
        for pk, into, name in named:
            distinctions.setdefault(into or pk, set()).add(name)
        return [
            self._entry(found[pk], sorted(distinctions.get(pk, ())), united.get(pk, ())) for pk in ids if pk in found
        ]

    def _united(self, wanted: RawSQL) -> dict[int, list["_United"]]:
        """The records united to each: found by their names, their distinctions are the survivor's.

        What may not be published of a record is not found by the record that took its place either.
        """
        united: dict[int, list[_United]] = {}
        rows = Organisation.objects.filter(merged_into__in=wanted, publishable=True).order_by("pk")
        for values in rows.values_list(*_United._fields):
            united.setdefault(values[0], []).append(_United(*values))
        return united

    def _entry(self, one: _Read, distinctions: list[str], united: Sequence["_United"]) -> Entry:
        return Entry(
            id=one.pk,
            name=one.name,
            titles=_other_names(one, united) if united else (one.acronym,) if one.acronym else (),
            summary=(one.summary,) if one.summary else (),
            body=(one.presentation,) if one.presentation else (),
            context=distinctions,
            facets={"distinction": sorted({slugify(name) for name in distinctions})} if distinctions else {},
            prominence=one.points / 100,
            dated_at=_moment(one.recorded_read),
            shared=(self._where[one.where], self._what.get(one.what) or self._learn_what(one)),
        )

    def _learn_what(self, one: _Read) -> Shared:
        """What its themes, its roles and its form give."""
        themes, roles, legal_family, *known, identity = one.what.split(_BETWEEN)
        own = [self._themes[code] for code in themes.split() if code in self._themes]
        families = sorted({theme.family for theme in own})
        kinds = [kind for kind in roles.split() if kind in _KINDS]
        form = [legal_family] if legal_family else []
        self._what[one.what] = what = Shared(
            summary=[" ".join(theme.label for theme in own), *(_KINDS[kind] for kind in kinds)],
            body=[" ".join(word for theme in own for word in theme.words)],
            context=[*(_FORMS[code] for code in form), *(str(Family(family).label) for family in families)],
            facets={
                "type": kinds,
                "theme": [theme.code for theme in own],
                "famille": families,
                "forme": form,
                "ess": [code for code, is_so in zip(_SAID.values(), known, strict=True) if is_so == "true"],
                "identite": [identity],
            },
        )
        return what

    def _learn_places(self, found: Iterable[_Read]) -> None:
        """What the seats and territories met for the first time give."""
        for kept in (self._where, self._what):
            if len(kept) > _MOST_KEPT:
                kept.clear()
        lacking = {one.where for one in found} - self._where.keys()
        if not lacking:
            return
        told = {where: where.split(_BETWEEN) for where in lacking}
        self._read_places({seat for seat, _, _ in told.values() if seat})
        keys = {key for _, territories, cover in told.values() for key in (*territories.split(), *cover.split())}
        self._read_places(keys | {key for seat, _, _ in told.values() if seat for key in self._places[seat].cover})
        main = self._main_departements({key for seat, acts, _ in told.values() if not seat for key in acts.split()})
        for where, (seat_key, acts, cover) in told.items():
            seat, territories = self._places[seat_key] if seat_key else None, acts.split()
            # A key stands in the cover of thousands of places: it is kept once.
            covering = sorted(map(intern, {*cover.split(), *(seat.cover if seat else ())}))
            around = [self._places[key] for key in covering if key in self._places]
            self._where[where] = Shared(
                context=[" ".join(place.name for place in around if place.kind != PlaceKind.PAYS)],
                facets={
                    "region": sorted(place.code for place in around if place.kind == PlaceKind.REGION),
                    "departement": self._departement(seat, territories, main),
                },
                places=[*covering, *(f"agit-{key}" for key in territories)],
            )
        # A commune comes once; what surrounds it comes again.
        self._places = {key: place for key, place in self._places.items() if place.kind != PlaceKind.COMMUNE}

    def _read_places(self, keys: set[str]) -> None:
        if lacking := keys - self._places.keys():
            read = Place.objects.filter(pk__in=lacking).values_list(*_Place._fields)
            self._places |= {values[0]: _Place._make(values) for values in read}

    def _departement(self, seat: _Place | None, territories: list[str], main: dict[str, str]) -> list[str]:
        """The one where it is counted on the map: its seat's; without a known seat, that of its first territory."""
        if seat:
            return [seat.departement_id.partition("-")[2]] if seat.departement_id else []
        for key in territories:
            place = self._places.get(key)
            if place is None:
                continue
            if place.kind == PlaceKind.DEPARTEMENT:
                return [place.code]
            if place.departement_id:
                return [place.departement_id.partition("-")[2]]
            if key in main:
                return [main[key]]
        return []

    def _main_departements(self, keys: Iterable[str]) -> dict[str, str]:
        """For the EPCI among these that straddle départements: the one that holds most of its communes."""
        places = (self._places[key] for key in keys if key in self._places)
        straddling = {place.key for place in places if place.kind == PlaceKind.EPCI and not place.departement_id}
        if not straddling:
            return {}
        communes = Place.objects.filter(kind=PlaceKind.COMMUNE, epci__in=straddling).values_list(
            "epci", "departement__code"
        )
        counts = Counter(communes)
        main: dict[str, str] = {}
        for (epci, code), _ in sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))):
            if epci and code:
                main.setdefault(epci, code)
        return main


@lru_cache(maxsize=1000)
def _moment(read: str) -> datetime:
    """Thousands of records are of one moment, that of their import."""
    return datetime.fromisoformat(read)


def _other_names(one: _Read, united: Sequence[_United]) -> list[str]:
    names = [one.acronym, *(name for each in united for name in (each.name, each.acronym))]
    return [name for name in dict.fromkeys(names) if name and name != one.name]


_KINDS: Final[dict[str, str]] = {kind.value: str(kind.label) for kind in Kind}
_FORMS: Final[dict[str, str]] = {form.value: str(form.label) for form in LegalFamily}


# What the facet "ess" says of each of what may be known to be so.
_SAID: Final[dict[str, str]] = {"is_ess": "ess", "is_esus": "esus", "is_mission_driven": "mission"}
_BETWEEN: Final = "|"  # in no key and no code


def _together(*parts: Any) -> Any:
    """Several values as one text; nothing where one is not known."""
    said = [Coalesce(Cast(part, TextField()), Value("")) for part in parts]
    return Func(Value(_BETWEEN), *said, function="concat_ws", output_field=TextField())


def codes_as_text(name: str) -> Any:
    """A list of codes as one text: read many times faster than a list."""
    return Func(F(name), Value(" "), function="array_to_string", output_field=TextField())
