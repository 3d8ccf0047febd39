"""What is published of an organisation for machines: one list of fields, for the JSON twin, exports and their page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple

from django.db import connection
from django.db.models import TextChoices
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.community.models import Organisation, Theme
from accelerator.community.queries import organisation as reading
from accelerator.community.queries.checks import exactness_of
from accelerator.community.search import codes_as_text
from accelerator.community.states import Identity, Kind, LegalFamily, OrganisationState
from accelerator.design.exports import cell
from accelerator.geography.models import Place

LICENCE: Final = "Licence Ouverte 2.0"
LICENCE_URL: Final = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
_CHUNK: Final = 2000
_ISO: Final = 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'


class Above(NamedTuple):
    """A place above another: its name, its code."""

    name: str
    code: str


class Seat(NamedTuple):
    """The place of a seat, as an export reads it."""

    name: str
    code: str
    departement: Above | None
    region: Above | None


class Nature(NamedTuple):
    """What an organisation is, as an export reads it."""

    identity: str
    state: str
    legal_family: str
    is_ess: bool | None
    is_esus: bool | None


class Listed(NamedTuple):
    """What an export reads of an organisation alone, with the names of its model."""

    public_id: str
    name: str
    acronym: str
    siren: str | None
    rna: str | None
    amalia: str | None
    summary: str
    website: str
    territories: list[str]
    source: str
    source_url: str
    changed_at: str


@dataclass(frozen=True)
class Field:
    """A published field: its name, what it means, what it is read from.

    of  what gives its value: the organisation itself, its nature, its roles, its themes (each with its label) or its
        seat, which may be unknown. All but the first are those of many.
    """

    name: str
    meaning: str
    value: Callable[[Any], Any]
    of: Literal["itself", "nature", "kinds", "themes", "seat"] = "itself"


def _above(seat: Place | Seat | None, place: str, part: str) -> str:
    found = getattr(seat, place) if seat else None
    return str(getattr(found, part)) if found else ""


def _moment(value: datetime | str) -> str:
    """A moment as machines read it. An export has it as a text already: to turn a million of them takes ten seconds."""
    return value if isinstance(value, str) else value.isoformat(timespec="seconds")


@cache
def _label(choices: type[TextChoices], code: str) -> str:
    return str(choices(code).label) if code else ""


# Where it begins in what an export reads, after the number and the organisation alone.
_NATURE_AT: Final = 1 + len(Listed._fields)

# In the order of the columns of exports; those of one nature, of the roles, of the themes, of a seat stand together.
FIELDS: Final = (
    Field("identifiant", "Identifiant sur la plateforme, qui ne change jamais", lambda one: one.public_id),
    Field("nom", "Nom", lambda one: one.name),
    Field("sigle", "Sigle, vide s’il n’est pas connu", lambda one: one.acronym),
    Field("siren", "Numéro SIREN (INSEE), vide s’il n’est pas connu", lambda one: one.siren or ""),
    Field("rna", "Numéro au répertoire national des associations", lambda one: one.rna or ""),
    Field("amalia", "Numéro au registre des associations d’Alsace-Moselle", lambda one: one.amalia or ""),
    Field("identite", "verified : lue dans un registre public ; declared : déclarée ; unknown : non connue",
          lambda nature: nature.identity, "nature"),
    Field("identite_libelle", "L’identité, en clair", lambda nature: _label(Identity, nature.identity), "nature"),
    Field("etat", "active : en activité ; ceased : a cessé", lambda nature: nature.state, "nature"),
    Field("etat_libelle", "L’état, en clair", lambda nature: _label(OrganisationState, nature.state), "nature"),
    Field("famille_juridique", "Code de la famille juridique, vide si elle n’est pas connue",
          lambda nature: nature.legal_family, "nature"),
    Field("famille_juridique_libelle", "La famille juridique, en clair",
          lambda nature: _label(LegalFamily, nature.legal_family), "nature"),
    Field("ess", "Appartient à l’économie sociale et solidaire : vrai, faux, ou vide si ce n’est pas connu",
          lambda nature: nature.is_ess, "nature"),
    Field("esus", "Agréée entreprise solidaire d’utilité sociale : vrai, faux, ou vide",
          lambda nature: nature.is_esus, "nature"),
    Field("types", "Rôles dans l’innovation sociale (codes)", list, "kinds"),
    Field("types_libelles", "Les rôles, en clair, dans le même ordre",
          lambda kinds: [_label(Kind, kind) for kind in kinds], "kinds"),
    Field("themes", "Codes des thèmes de la nomenclature de la plateforme",
          lambda themes: [code for code, _ in themes], "themes"),
    Field("themes_libelles", "Les thèmes, en clair, dans le même ordre",
          lambda themes: [label for _, label in themes], "themes"),
    Field("resume", "Ce que fait l’organisation, en une phrase", lambda one: one.summary),
    Field("site", "Adresse du site", lambda one: one.website),
    Field("commune", "Nom de la commune du siège", lambda seat: seat.name if seat else "", "seat"),
    Field("code_commune", "Code officiel géographique de la commune du siège",
          lambda seat: seat.code if seat else "", "seat"),
    Field("departement", "Nom du département du siège", lambda seat: _above(seat, "departement", "name"), "seat"),
    Field("code_departement", "Code du département du siège",
          lambda seat: _above(seat, "departement", "code"), "seat"),
    Field("region", "Nom de la région du siège", lambda seat: _above(seat, "region", "name"), "seat"),
    Field("code_region", "Code de la région du siège", lambda seat: _above(seat, "region", "code"), "seat"),
    Field("territoires", "Territoires d’action (nature et code : epci-200067361, region-53…)",
          lambda one: list(one.territories)),
    Field("source", "D’où vient la fiche", lambda one: one.source),
    Field("adresse_source", "Adresse de la source", lambda one: one.source_url),
    Field("modifie_le", "Dernière modification de la fiche", lambda one: _moment(one.changed_at)),
)  # fmt: skip


def record_of(organisation: Organisation, themes: Mapping[str, str]) -> dict[str, Any]:
    """Every field of an organisation; `themes` gives the label of each code."""
    read = {
        "itself": organisation,
        "nature": organisation,
        "kinds": organisation.kinds,
        "themes": [(code, themes.get(code, code)) for code in organisation.themes],
        "seat": organisation.seat,
    }
    return {field.name: field.value(read[field.of]) for field in FIELDS}


def rows_of(ids: Sequence[int]) -> Iterator[list[Any]]:
    """The rows of an export: these organisations in their order, some thousands at a time.

    Each chunk is read by itself: what is hidden or merged while a long export is written is not in it. What comes
    again (natures, roles, themes, seats) is told once, as cells that are ready; what does not is left to who writes.
    """
    labels = dict(Theme.objects.values_list("code", "label"))
    parts = [(of, [field.value for field in fields]) for of, fields in groupby(FIELDS, key=lambda field: field.of)]
    told: dict[str, dict[Any, list[Any]]] = {of: {} for of, _ in parts}

    def tell(of: str, key: Any, read: Any) -> list[Any]:
        told[of][key] = cells = [cell(field.value(read)) for field in FIELDS if field.of == of]
        return cells

    moment = RawSQL("to_char(community_organisation.changed_at AT TIME ZONE 'UTC', %s)", [_ISO])
    alone = (moment if name == "changed_at" else name for name in Listed._fields)
    codes = map(codes_as_text, ("kinds", "themes"))
    listed = Organisation.objects.listed().values_list("pk", *alone, *Nature._fields, *codes, "seat_id")
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        # One array rather than two thousand parameters: a third of the time.
        among = RawSQL("SELECT unnest(%s::bigint[])", [list(chunk)])
        found = {values[0]: values for values in listed.filter(pk__in=among)}
        for key, seat in _seats({values[-1] for values in found.values()} - told["seat"].keys()).items():
            tell("seat", key, seat)
        for pk in chunk:
            if not (values := found.get(pk)):
                continue
            one = Listed._make(values[1:_NATURE_AT])
            nature, (kinds, themes, seat) = values[_NATURE_AT:-3], values[-3:]
            again = {
                "nature": told["nature"].get(nature) or tell("nature", nature, Nature._make(nature)),
                "kinds": told["kinds"].get(kinds) or tell("kinds", kinds, kinds.split()),
                "themes": told["themes"].get(themes)
                or tell("themes", themes, [(code, labels.get(code, code)) for code in themes.split()]),
                "seat": told["seat"][seat],
            }
            row: list[Any] = []
            for of, read in parts:
                row += [value(one) for value in read] if of == "itself" else again[of]
            yield row


def _seats(keys: set[str | None]) -> dict[str | None, Seat | None]:
    """The places of these keys; nothing is the place of no key."""
    seats: dict[str | None, Seat | None] = {None: None} if None in keys else {}
    above = [f"{place}__{value}" for place in ("departement", "region") for value in ("name", "code")]
    if some := keys - {None}:
        for key, name, code, *up in Place.objects.filter(pk__in=some).values_list("pk", "name", "code", *above):
            seats[key] = Seat(name, code, Above(*up[:2]) if up[0] else None, Above(*up[2:]) if up[2] else None)
    return seats


def _day(moment: datetime | None) -> str | None:
    return localdate(moment).isoformat() if moment else None


def published(organisation: Organisation, base_url: str) -> dict[str, Any]:
    """The twin of the page: every field, then where the values come from, the distinctions, the licence."""
    themes, territories = reading.themes_of(organisation), reading.territories_of(organisation)
    labels = {theme.code: theme.label for theme in themes}
    record = record_of(organisation, labels)
    record["presentation"] = organisation.presentation
    record["provenance"] = [
        {
            "champ": value.name,
            "source": value.origin.source,
            "adresse": value.origin.url,
            "le": value.origin.on.isoformat() if value.origin.on else None,
            "remarque": value.origin.note,
            "confirme_par_une_personne": value.origin.confirmed,
        }
        for value in reading.values_of(organisation, themes, territories)
        if value.origin
    ]
    record["distinctions"] = [
        {"nom": one.name, "le": one.granted_on or None, "precision": one.detail, "source": one.source_url}
        for one in reading.distinctions_of(organisation)
    ]
    exactness = exactness_of(organisation)
    record["verifiee_par_l_organisation_le"] = _day(exactness.verified_at)
    record["non_confirmee_depuis_le"] = _day(exactness.unconfirmed_since)
    record["autres_numeros"] = [
        {"registre": scheme, "numero": number.replace(" ", "")}
        for scheme, number in reading.other_numbers_of(organisation)
    ]
    record["page"] = f"{base_url}{reverse('community:organisation', args=[organisation.key])}"
    record["schema"] = f"{base_url}{reverse('directory:reuse')}"
    record["licence"] = {"nom": LICENCE, "adresse": LICENCE_URL}
    return record


_NUMBERED = """
    SELECT n FROM generate_series(1, (SELECT (coalesce(max(id), 1) - 1) / %(size)s + 1 FROM {table})) AS n
    WHERE n = 1 OR EXISTS (
        SELECT FROM {table} WHERE id > (n - 1) * %(size)s AND id <= n * %(size)s AND publishable AND state <> %(merged)s
    ) ORDER BY n
"""


def numbered_by(size: int) -> list[int]:
    """The tens (or thousands: `size`) of numbers that hold a listed organisation, from 1, and the first in any case.

    Each is looked for in the index: nothing is counted, whatever the size of the directory.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _NUMBERED.format(table=Organisation._meta.db_table), {"size": size, "merged": OrganisationState.MERGED}
        )
        return [number for (number,) in cursor.fetchall()]
