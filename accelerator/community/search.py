"""What the directory's search knows of an organisation: its words, its facets, its places, its prominence.

Words, by weight (docs/rules/annuaire.md): its names (A); what it does in one sentence, its themes and its roles (B);
its presentation and the words that lead to its themes (C); where it is and acts, its form, its distinctions (D).

Places: every place that holds its seat or that its territories touch finds it. Besides, "agit-<key>" for each
territory of action: a commune finds those who act on a larger place around it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from django.db.models import prefetch_related_objects
from django.utils.text import slugify

from accelerator.community.models import Organisation, OrganisationDocument, Theme
from accelerator.community.states import Family, Identity, Kind, LegalFamily, OrganisationState
from accelerator.geography.models import Place, PlaceKind
from accelerator.search.facets import Facet
from accelerator.search.index import Index
from accelerator.search.rebuild import rebuild
from accelerator.search.types import Entry

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
)
_CHUNK: Final = 1000


def refresh(organisations: Iterable[Organisation]) -> None:
    """Write again what search knows of these organisations; called by every operation that changes one.

    Runs inside the operation's transaction: whoever saved a record finds it at once. An organisation that is no
    longer listed (merged, not publishable) leaves the index.
    """
    given = list(organisations)
    listed = [one for one in given if is_listed(one)]
    DIRECTORY.remove([one.pk for one in given if not is_listed(one)])
    DIRECTORY.put(entries_of(listed))


def refresh_ids(ids: Collection[int]) -> None:
    """The same as `refresh` for organisations given by their identifiers, however many: read a chunk at a time.

    An identifier that is no longer anybody's leaves the index too.
    """
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        found = Organisation.objects.in_bulk(chunk)
        DIRECTORY.remove([pk for pk in chunk if pk not in found])
        refresh(found.values())


def rebuild_directory() -> int:
    """Write the whole index again, while it is searched and written; return how many organisations it has.

    Opens its own transactions: raises `RuntimeError` when one is open (see `accelerator.search.rebuild`).
    """
    return rebuild(DIRECTORY, every_entry())


def is_listed(organisation: Organisation) -> bool:
    """Whether the directory shows it (the same as `Organisation.objects.listed()`)."""
    return organisation.publishable and organisation.state != OrganisationState.MERGED


def every_entry() -> Iterator[Entry]:
    """The entries of the whole directory, a chunk at a time: what a rebuild reads, and puts in order of prominence."""
    listed = Organisation.objects.listed().select_related("seat").order_by("pk").iterator(chunk_size=_CHUNK)
    while chunk := list(islice(listed, _CHUNK)):
        yield from entries_of(chunk)


def entries_of(organisations: Sequence[Organisation]) -> list[Entry]:
    """The entries of some organisations, in five queries whatever their number (two more the first time)."""
    if not organisations:
        return []
    prefetch_related_objects(organisations, "seat", "distinctions")
    themes = Theme.objects.in_bulk()
    keys = {key for one in organisations for key in [*one.territories, *one.territories_cover]}
    keys |= {key for one in organisations if one.seat for key in one.seat.cover}
    places = Place.objects.in_bulk(keys)
    main = _main_departements([one for one in organisations if not one.seat], places)
    absorbed = _absorbed(organisations)
    return [_entry(one, absorbed.get(one.pk, []), themes, places, main) for one in organisations]


def _absorbed(organisations: Sequence[Organisation]) -> dict[int, list[Organisation]]:
    """The records united to each: found by their names and numbers, their distinctions counted with the survivor's."""
    united: dict[int, list[Organisation]] = {}
    rows = Organisation.objects.filter(merged_into__in=organisations).prefetch_related("distinctions").order_by("pk")
    for row in rows:
        united.setdefault(row.merged_into_id or 0, []).append(row)
    return united


def _entry(
    organisation: Organisation,
    absorbed: Sequence[Organisation],
    themes: Mapping[str, Theme],
    places: Mapping[str, Place],
    main: Mapping[str, str],
) -> Entry:
    own = [themes[code] for code in organisation.themes if code in themes]
    every = [organisation, *absorbed]
    distinctions = sorted({distinction.name for one in every for distinction in one.distinctions.all()})
    seat = organisation.seat
    cover = {*organisation.territories_cover, *(seat.cover if seat else ())}
    around = [places[key].name for key in sorted(cover) if key in places and places[key].kind != PlaceKind.PAYS]
    kinds = [Kind(kind).label for kind in organisation.kinds if kind in Kind.values]
    form = [LegalFamily(organisation.legal_family).label] if organisation.legal_family else []
    return Entry(
        id=organisation.pk,
        name=organisation.name,
        titles=[name for name in _other_names(organisation, absorbed) if name],
        summary=[organisation.summary, *(theme.label for theme in own), *kinds],
        body=[organisation.presentation, *(word for theme in own for word in theme.words)],
        context=[*around, *form, *distinctions, *(Family(theme.family).label for theme in own)],
        facets={
            "type": [kind for kind in organisation.kinds if kind in Kind.values],
            "theme": [theme.code for theme in own],
            "famille": sorted({theme.family for theme in own}),
            "region": sorted(
                places[key].code for key in cover if key in places and places[key].kind == PlaceKind.REGION
            ),
            "departement": _departement(organisation, places, main),
            "forme": [organisation.legal_family] if organisation.legal_family else [],
            "ess": [code for code, is_so in _standings(organisation) if is_so],
            "identite": [organisation.identity],
            "distinction": sorted({slugify(name) for name in distinctions}),
        },
        places=[*sorted(cover), *(f"agit-{key}" for key in organisation.territories)],
        identifiers=[number for one in every for number in _identifiers(one)],
        prominence=prominence_of(organisation),
        dated_at=organisation.recorded_at,
    )


def _standings(organisation: Organisation) -> list[tuple[str, bool | None]]:
    return [
        ("ess", organisation.is_ess),
        ("esus", organisation.is_esus),
        ("mission", organisation.is_mission_driven),
    ]


def _other_names(organisation: Organisation, absorbed: Sequence[Organisation]) -> list[str]:
    names = [organisation.acronym, *(name for one in absorbed for name in (one.name, one.acronym))]
    return [name for name in dict.fromkeys(names) if name != organisation.name]


def _identifiers(organisation: Organisation) -> list[str]:
    return [number for number in (organisation.siren, organisation.rna, organisation.amalia) if number]


def _departement(organisation: Organisation, places: Mapping[str, Place], main: Mapping[str, str]) -> list[str]:
    """The one where it is counted on the map: its seat's; without a known seat, that of its first territory."""
    if seat := organisation.seat:
        return [seat.departement_id.partition("-")[2]] if seat.departement_id else []
    for key in organisation.territories:
        place = places.get(key)
        if place is None:
            continue
        if place.kind == PlaceKind.DEPARTEMENT:
            return [place.code]
        if place.departement_id:
            return [place.departement_id.partition("-")[2]]
        if key in main:
            return [main[key]]
    return []


def _main_departements(organisations: Iterable[Organisation], places: Mapping[str, Place]) -> dict[str, str]:
    """For the EPCI of these territories that straddle départements: the one that holds most of its communes."""
    straddling = {
        key
        for one in organisations
        for key in one.territories
        if key in places and places[key].kind == PlaceKind.EPCI and not places[key].departement_id
    }
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


def prominence_of(organisation: Organisation) -> float:
    """From 0 to 1: how sure and how complete a record is, and whether it was distinguished. Never paid, never chosen.

    The rule and its examples: docs/rules/annuaire.md.
    """
    parts = (
        (0.30, organisation.identity == Identity.VERIFIED),
        (0.10, organisation.identity == Identity.DECLARED),
        (0.20, bool(organisation.distinctions.all())),
        (0.15, bool(organisation.summary)),
        (0.10, bool(organisation.presentation)),
        (0.10, bool(organisation.themes)),
        (0.05, bool(organisation.website)),
        (0.10, any(said.get("confirmed_by") for said in organisation.provenance.values())),
    )
    whole = sum(weight for weight, holds in parts if holds)
    return round(whole / 2 if organisation.state == OrganisationState.CEASED else whole, 2)
