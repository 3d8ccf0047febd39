"""What is published of an organisation for machines: one list of fields, for the JSON twin, exports and their page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import TextChoices
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.community.models import Organisation, Theme
from accelerator.community.queries import organisation as reading
from accelerator.community.queries.checks import exactness_of
from accelerator.community.states import Identity, Kind, LegalFamily, OrganisationState
from accelerator.geography.models import Place

LICENCE: Final = "Licence Ouverte 2.0"
LICENCE_URL: Final = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
_CHUNK: Final = 2000
_ISO: Final = 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'


class Named(NamedTuple):
    """A place above another: its name, its code."""

    name: str
    code: str


class Seat(NamedTuple):
    """The place of a seat, as an export reads it."""

    name: str
    code: str
    departement: Named | None
    region: Named | None


class Listed(NamedTuple):
    """What an export reads of an organisation, with the names of its model: a million of them are read in a minute."""

    public_id: str
    name: str
    acronym: str
    siren: str | None
    rna: str | None
    amalia: str | None
    identity: str
    state: str
    legal_family: str
    is_ess: bool | None
    is_esus: bool | None
    kinds: list[str]
    themes: list[str]
    summary: str
    website: str
    territories: list[str]
    source: str
    source_url: str
    changed_at: str
    seat: Seat | None


@dataclass(frozen=True)
class Field:
    """A published field: its name, what it means, what it is read from."""

    name: str
    meaning: str
    value: Callable[[Organisation | Listed], Any]
    of_themes: bool = False

    def read(self, organisation: Organisation | Listed, themes: Mapping[str, str]) -> Any:
        """Its value; `themes` gives the label of each code to the field `of_themes`, whose value holds codes."""
        value = self.value(organisation)
        return [themes.get(code, code) for code in value] if self.of_themes else value


def _name(organisation: Organisation | Listed, place: str) -> str:
    found = getattr(organisation.seat, place) if organisation.seat else None
    return found.name if found else ""


def _code(organisation: Organisation | Listed, place: str) -> str:
    found = getattr(organisation.seat, place) if organisation.seat else None
    return found.code if found else ""


def _moment(value: datetime | str) -> str:
    """A moment as machines read it. An export has it as a text already: to turn a million of them takes ten seconds."""
    return value if isinstance(value, str) else value.isoformat(timespec="seconds")


@cache
def _label(choices: type[TextChoices], code: str) -> str:
    return str(choices(code).label) if code else ""


# In the order of the columns of exports.
FIELDS: Final = (
    Field("identifiant", "Identifiant sur la plateforme, qui ne change jamais", lambda one: one.public_id),
    Field("nom", "Nom", lambda one: one.name),
    Field("sigle", "Sigle, vide s’il n’est pas connu", lambda one: one.acronym),
    Field("siren", "Numéro SIREN (INSEE), vide s’il n’est pas connu", lambda one: one.siren or ""),
    Field("rna", "Numéro au répertoire national des associations", lambda one: one.rna or ""),
    Field("amalia", "Numéro au registre des associations d’Alsace-Moselle", lambda one: one.amalia or ""),
    Field("identite", "verified : lue dans un registre public ; declared : déclarée ; unknown : non connue",
          lambda one: one.identity),
    Field("identite_libelle", "L’identité, en clair", lambda one: _label(Identity, one.identity)),
    Field("etat", "active : en activité ; ceased : a cessé", lambda one: one.state),
    Field("etat_libelle", "L’état, en clair", lambda one: _label(OrganisationState, one.state)),
    Field("famille_juridique", "Code de la famille juridique, vide si elle n’est pas connue",
          lambda one: one.legal_family),
    Field("famille_juridique_libelle", "La famille juridique, en clair",
          lambda one: _label(LegalFamily, one.legal_family)),
    Field("ess", "Appartient à l’économie sociale et solidaire : vrai, faux, ou vide si ce n’est pas connu",
          lambda one: one.is_ess),
    Field("esus", "Agréée entreprise solidaire d’utilité sociale : vrai, faux, ou vide", lambda one: one.is_esus),
    Field("types", "Rôles dans l’innovation sociale (codes)", lambda one: list(one.kinds)),
    Field("types_libelles", "Les rôles, en clair, dans le même ordre",
          lambda one: [_label(Kind, kind) for kind in one.kinds]),
    Field("themes", "Codes des thèmes de la nomenclature de la plateforme", lambda one: list(one.themes)),
    Field("themes_libelles", "Les thèmes, en clair, dans le même ordre", lambda one: list(one.themes), of_themes=True),
    Field("resume", "Ce que fait l’organisation, en une phrase", lambda one: one.summary),
    Field("site", "Adresse du site", lambda one: one.website),
    Field("commune", "Nom de la commune du siège", lambda one: one.seat.name if one.seat else ""),
    Field("code_commune", "Code officiel géographique de la commune du siège",
          lambda one: one.seat.code if one.seat else ""),
    Field("departement", "Nom du département du siège", lambda one: _name(one, "departement")),
    Field("code_departement", "Code du département du siège", lambda one: _code(one, "departement")),
    Field("region", "Nom de la région du siège", lambda one: _name(one, "region")),
    Field("code_region", "Code de la région du siège", lambda one: _code(one, "region")),
    Field("territoires", "Territoires d’action (nature et code : epci-200067361, region-53…)",
          lambda one: list(one.territories)),
    Field("source", "D’où vient la fiche", lambda one: one.source),
    Field("adresse_source", "Adresse de la source", lambda one: one.source_url),
    Field("modifie_le", "Dernière modification de la fiche", lambda one: _moment(one.changed_at)),
)  # fmt: skip


def rows_of(ids: Sequence[int]) -> Iterator[list[Any]]:
    """The lines of an export: these organisations in their order, some thousands at a time.

    Each chunk is read by itself: what is hidden or merged while a long export is written is not in it.
    """
    themes = dict(Theme.objects.values_list("code", "label"))
    readers = [(field.value, field.of_themes) for field in FIELDS]
    seats: dict[str, Seat] = {}
    moment = RawSQL("to_char(community_organisation.changed_at AT TIME ZONE 'UTC', %s)", [_ISO])
    listed = Organisation.objects.listed().values_list("pk", *Listed._fields[:-2], moment, "seat_id")
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        # One array rather than two thousand parameters: a third of the time.
        among = RawSQL("SELECT unnest(%s::bigint[])", [list(chunk)])
        found = {pk: values for pk, *values in listed.filter(pk__in=among)}
        seats |= _seats({values[-1] for values in found.values()} - seats.keys() - {None})
        for pk in chunk:
            if values := found.get(pk):
                values[-1] = seats.get(values[-1])
                one = Listed._make(values)
                yield [
                    [themes.get(code, code) for code in value(one)] if of_themes else value(one)
                    for value, of_themes in readers
                ]


def _seats(keys: set[str]) -> dict[str, Seat]:
    above = [f"{place}__{value}" for place in ("departement", "region") for value in ("name", "code")]
    places = Place.objects.filter(pk__in=keys).values_list("pk", "name", "code", *above) if keys else []
    return {
        key: Seat(name, code, Named(*up[:2]) if up[0] else None, Named(*up[2:]) if up[2] else None)
        for key, name, code, *up in places
    }


def _day(moment: datetime | None) -> str | None:
    return localdate(moment).isoformat() if moment else None


def published(organisation: Organisation, base_url: str) -> dict[str, Any]:
    """The twin of the page: every field, then where the values come from, the distinctions, the licence."""
    themes, territories = reading.themes_of(organisation), reading.territories_of(organisation)
    labels = {theme.code: theme.label for theme in themes}
    record = {field.name: field.read(organisation, labels) for field in FIELDS}
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
