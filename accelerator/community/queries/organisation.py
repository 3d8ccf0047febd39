"""What is publicly known of one organisation, and where each value comes from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accelerator.community.models import Distinction, Organisation, Theme
from accelerator.community.record import DECLARED
from accelerator.community.states import Kind, LegalFamily, OrganisationState
from accelerator.geography.models import Place, PlaceKind, beyond_its_name
from accelerator.journal.models import Event
from accelerator.journal.queries import public_history
from accelerator.journal.types import ref
from accelerator.workflow.dates import said
from accelerator.workflow.kept import Given, Kept

UNKNOWN = "Non connu à ce jour"
# Those whose street address may be shown: never an association (decision 8), nor a form that is not known.
_ADDRESS_SHOWN = frozenset(
    {LegalFamily.COOPERATIVE, LegalFamily.MUTUELLE, LegalFamily.FONDATION, LegalFamily.SOCIETE_ESS}
    | {LegalFamily.SOCIETE, LegalFamily.PUBLIC, LegalFamily.AUTRE}
)
_MERGES_FOLLOWED = 10
_EVENTS_SHOWN: Final = 20
_KINDS = dict(Kind.choices)


@dataclass(frozen=True)
class Origin:
    """Where a value comes from."""

    source: str
    url: str
    on: date | None
    note: str
    # Whether a person who answers for the organisation confirmed it; the date is that of the confirmation.
    confirmed: bool
    confirmed_on: date | None
    # Whether it was said by a person, rather than read somewhere: confirming it would add nothing.
    declared: bool


@dataclass(frozen=True)
class Value:
    """One value of a record, ready to be read: `text` says that it is unknown when it is."""

    name: str
    label: str
    text: str
    known: bool
    origin: Origin | None


@dataclass(frozen=True)
class ShownDistinction:
    """A fact of the past, with its date as precise as the source."""

    name: str
    when: str
    granted_on: str
    detail: str
    source_url: str
    source_name: str


@dataclass(frozen=True)
class Happening:
    """One line of the public history: persons are never named in it."""

    at: Any
    who: str
    sentence: str
    reason: str = ""


def of_record(organisation: Organisation | Given, field: str = "organisation") -> Q:
    """The condition of belonging to a record or to one that was united to it (no foreign key moves: decision 7)."""
    return Q(**{field: organisation}) | Q(**{f"{field}__merged_into": organisation})


def whole(records: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Some records with all that their page says of them."""
    around = ("seat__departement", "seat__region")
    read = records.select_related("seat", *around, "check_up").defer("seat__found_by", *beyond_its_name(*around))
    return read.with_managed().with_united_numbers()  # type: ignore[attr-defined]  # an OrganisationQuerySet


def public_record(public_id: str) -> Organisation | None:
    """The record of this identifier, whole, if everyone may see it."""
    return next(iter(_PUBLIC(public_id)), None)


_PUBLIC: Final = Kept(lambda: whole(Organisation.objects.visible_to(AnonymousUser()).filter(public_id=Given(0))))


def absorbed_by(organisation: Organisation) -> list[Organisation]:
    """The records that were united to this one, oldest first; a merged record always leads to one that lives."""
    return list(Organisation.objects.filter(merged_into=organisation).order_by("pk"))


def other_numbers_of(organisation: Organisation) -> list[tuple[str, str]]:
    """The numbers that it does not bear itself but by which it is known (read by `with_united_numbers`)."""
    united: list[dict[str, str | None]] = organisation.united  # type: ignore[attr-defined]  # an annotation
    return [
        (scheme.upper(), spaced(number) if scheme == "siren" else number)
        for numbers in united
        for scheme, number in numbers.items()
        if number
    ]


def canonical(organisation: Organisation) -> Organisation:
    """The record that lives on: itself, or the one it was merged into, however many times."""
    seen = 0
    while organisation.state == OrganisationState.MERGED and organisation.merged_into and seen < _MERGES_FOLLOWED:
        organisation, seen = organisation.merged_into, seen + 1
    return organisation


def living(organisation: Organisation) -> Organisation:
    """The record that lives on as it is now: for operations, whose caller may have read it before a merge."""
    return canonical(Organisation.objects.select_related("merged_into", "seat").get(pk=organisation.pk))


def living_of(organisations: Iterable[int | None]) -> dict[int | None, int]:
    """Record -> the one that it was united to, however many times; those that live on are absent."""
    into: dict[int | None, int] = {}
    asked = {one for one in organisations if one}
    for _ in range(_MERGES_FOLLOWED):
        merged = Organisation.objects.filter(pk__in=asked, state=OrganisationState.MERGED)
        step: dict[int | None, int] = {record: last for record, last in merged.values_list("pk", "merged_into") if last}
        if not step:
            break
        into = {record: step.get(last, last) for record, last in into.items()}
        into.update(step)
        asked = set(step.values())
    return into


def themes_of(organisation: Organisation) -> list[Theme]:
    """Its themes, in the order of the nomenclature."""
    return _THEMES(list(organisation.themes)) if organisation.themes else []


_THEMES: Final = Kept(
    lambda: Theme.objects.filter(pk__in=RawSQL("SELECT unnest(%s::text[])", [Given(0)])).order_by("position")
)


def territories_of(organisation: Organisation) -> list[Place]:
    """The places where it acts, by name."""
    return _TERRITORIES(list(organisation.territories)) if organisation.territories else []


_TERRITORIES: Final = Kept(
    lambda: Place.objects.filter(pk__in=RawSQL("SELECT unnest(%s::text[])", [Given(0)])).order_by("sort_name", "key")
)


def departements_of(territories: list[Place]) -> list[str]:
    """The codes of the départements that these territories touch; none for the whole country."""
    held = [place.key for place in territories if place.kind in (PlaceKind.REGION, PlaceKind.DEPARTEMENT)]
    codes = {key.partition("-")[2] for place in territories for key in place.cover if key.startswith("departement-")}
    if any(place.kind == PlaceKind.REGION for place in territories):
        inside = Place.objects.current().filter(kind=PlaceKind.DEPARTEMENT, cover__overlap=held)
        codes |= set(inside.values_list("code", flat=True))
    return sorted(codes)


def kinds_of(organisation: Organisation) -> list[str]:
    """What it is to social innovation, in French."""
    return [_KINDS[kind] for kind in organisation.kinds if kind in _KINDS]


def address_of(organisation: Organisation) -> str:
    """The street address when it may be shown, otherwise nothing (an association is placed by its commune)."""
    if organisation.publishable and organisation.legal_family in _ADDRESS_SHOWN:
        return organisation.address
    return ""


def distinctions_of(organisation: Organisation) -> list[ShownDistinction]:
    """Its distinctions and those of the records united to it, latest first, each once."""
    found = _DISTINCTIONS(organisation.pk)
    once = {(one.name, one.granted_on): one for one in reversed(found)}
    return [
        ShownDistinction(
            name=distinction.name,
            when=said_as_precisely(distinction.granted_on),
            granted_on=distinction.granted_on,
            detail=distinction.detail,
            source_url=distinction.source_url,
            source_name=host_of(distinction.source_url),
        )
        for distinction in found
        if once[distinction.name, distinction.granted_on] == distinction
    ]


_DISTINCTIONS: Final = Kept(
    lambda: Distinction.objects.filter(of_record(Given(0))).order_by("-granted_on", "name", "pk")
)


def history_of(organisation: Organisation) -> list[Happening]:
    """What anyone may read of its history, latest first. A record that may not be published is not named in it."""
    events = _HISTORY([ref(organisation)])
    hidden = hidden_among(event for event in events if event.code in _NAMES_ANOTHER)
    return [
        Happening(
            at=localtime(event.at),
            who="La plateforme" if event.actor.startswith("system:") else "Une personne",
            sentence=_NAMES_ANOTHER[event.code] if event.pk in hidden else event.sentence,
        )
        for event in events
    ]


_HISTORY: Final = Kept(lambda: public_history(Given(0))[:_EVENTS_SHOWN])


def hidden_among(events: Iterable[Event]) -> set[int]:
    """Those of these events that are about a record that may not be published; no question when there is none."""
    about = {event.pk: set(event.about) for event in events}
    if not about:
        return set()
    mark = f"{Organisation._meta.label_lower}:"
    numbers = [int(key.removeprefix(mark)) for keys in about.values() for key in keys if key.startswith(mark)]
    hidden = {ref(one) for one in Organisation.objects.filter(pk__in=numbers, publishable=False)}
    return {pk for pk, keys in about.items() if keys & hidden}


# The public events that name another record -> what they say when it may not be published.
_NAMES_ANOTHER: Final = {
    "community.merged": "a réuni deux fiches, dont l’une n’est pas publiée",
    "community.merge_undone": "a défait la réunion de deux fiches, dont l’une n’est pas publiée",
}


def said_as_precisely(day: str) -> str:
    """A date no more precise than its source: "2018", "décembre 2019", "25 février 2019"."""
    parts = [int(part) for part in day.split("-") if part]
    if not parts:
        return ""
    if len(parts) == 1:
        return str(parts[0])
    if len(parts) == 2:
        return date_format(date(parts[0], parts[1], 1), "F Y")
    return said(date(*parts))


def host_of(url: str) -> str:
    """The site behind an address, to name a source: "banquedesterritoires.fr"."""
    return urlsplit(url).netloc.removeprefix("www.")


def origin_of(organisation: Organisation, name: str) -> Origin:
    """Where one value comes from: its own exception, or the source of the whole record."""
    said = organisation.provenance.get(name, {})
    confirmed_at = str(said.get("confirmed_at", ""))
    return Origin(
        source=said.get("source", organisation.source),
        url=said.get("url", "") if "source" in said else organisation.source_url,
        on=_day(said.get("on", "")) if "source" in said else organisation.source_on,
        note=said.get("note", ""),
        confirmed=bool(said.get("confirmed_by")),
        confirmed_on=_day(confirmed_at[:10]),
        declared=said.get("source", organisation.source) == DECLARED,
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None


def values_of(organisation: Organisation, themes: list[Theme], territories: list[Place]) -> list[Value]:
    """Every value of the record that is shown, known or not, each with its origin."""
    texts = {
        "name": ("Nom", organisation.name),
        "acronym": ("Sigle", organisation.acronym),
        "siren": ("Numéro SIREN", spaced(organisation.siren)),
        "rna": ("Numéro RNA", organisation.rna or ""),
        "amalia": ("Numéro AMALIA", organisation.amalia or ""),
        "legal_family": ("Famille juridique", organisation.get_legal_family_display()),
        "is_ess": ("Économie sociale et solidaire", _yes_no(organisation.is_ess)),
        "is_esus": ("Agrément ESUS", _yes_no(organisation.is_esus)),
        "is_mission_driven": ("Société à mission", _yes_no(organisation.is_mission_driven)),
        "created_on": ("Création", said(organisation.created_on) if organisation.created_on else ""),
        "kinds": ("Rôle dans l’innovation sociale", ", ".join(kinds_of(organisation))),
        "themes": ("Thèmes", ", ".join(theme.label for theme in themes)),
        "summary": ("En une phrase", organisation.summary),
        "presentation": ("Présentation", _shortened(organisation.presentation)),
        "website": ("Site", organisation.website),
        "seat": ("Siège", organisation.seat.name if organisation.seat else ""),
        "territories": ("Territoires d’action", ", ".join(place.name for place in territories)),
    }
    return list(_valued(organisation, texts))


def _valued(organisation: Organisation, texts: dict[str, tuple[str, str]]) -> Iterator[Value]:
    for name, (label, text) in texts.items():
        noted = name in organisation.provenance
        origin = origin_of(organisation, name) if text or noted else None
        yield Value(name=name, label=label, text=text or UNKNOWN, known=bool(text), origin=origin)


def _yes_no(fact: bool | None) -> str:
    return {True: "Oui", False: "Non", None: ""}[fact]


def _shortened(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119].rstrip()}…"


def spaced(siren: str | None) -> str:
    """A SIREN as it is read aloud: "732 829 320"."""
    return f"{siren[:3]} {siren[3:6]} {siren[6:]}" if siren else ""
