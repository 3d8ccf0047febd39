"""The synthetic organisations: drawn from a seed, with real places and the real nomenclatures."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from accelerator.community.models import Organisation, Theme
from accelerator.community.states import Identity, Kind, LegalFamily
from accelerator.geography.models import Place, PlaceKind
from accelerator.search.types import Entry
from benchmarks.vocabulary import vocabulary, zipf

SEED = 42
_TITLES = (
    "Association {a} {b}", "Les {a} de {place}", "{a} et {b}", "Coopérative {a}", "La {a} {b}", "{a} solidaire {place}",
    "Collectif {a} {b} {place}", "Atelier {a}", "Réseau {a} {b}", "{a} {b} {c}", "Maison {a} de {place}", "{a}",
)  # fmt: skip
_FAMILIES = [family.value for family in LegalFamily]
_KINDS = [kind.value for kind in Kind]
_FIRST_DAY = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Drawn:
    """One synthetic organisation."""

    number: int
    name: str
    siren: str | None
    summary: str
    presentation: str
    kinds: list[str]
    themes: list[str]
    family: str
    seat: Place
    at: dt.datetime


def draw(size: int) -> Iterator[Drawn]:
    """Always the same for a size: communes by population, words, roles and themes by Zipf's law.

    The reference data are read at once, the organisations are drawn one by one.
    """
    communes = Place.objects.filter(kind=PlaceKind.COMMUNE, population__gt=0).order_by("key").defer("found_by")
    themes = Theme.objects.order_by("position").values_list("code", flat=True)
    return _drawn(size, list(communes), list(themes))


def _drawn(size: int, communes: list[Place], themes: list[str]) -> Iterator[Drawn]:
    chance = random.Random(SEED)
    words = vocabulary()
    weights, rank_theme, rank_kind = zipf(len(words)), zipf(len(themes)), zipf(len(_KINDS))
    by_population = list(accumulate(place.population or 0 for place in communes))

    def some(count: int) -> str:
        return " ".join(chance.choices(words, cum_weights=weights, k=count))

    for number in range(1, size + 1):
        seat = chance.choices(communes, cum_weights=by_population)[0]
        a, b, c = chance.choices(words, cum_weights=weights, k=3)
        yield Drawn(
            number=number,
            name=chance.choice(_TITLES).format(a=a.capitalize(), b=b, c=c, place=seat.name)[:200],
            siren=_siren(number) if chance.random() < 0.8 else None,
            summary=some(chance.randint(8, 16)) if chance.random() < 0.7 else "",
            presentation=some(chance.randint(20, 70)) if chance.random() < 0.5 else "",
            kinds=sorted(set(chance.choices(_KINDS, cum_weights=rank_kind, k=chance.choice((1, 1, 1, 2, 3))))),
            themes=sorted(set(chance.choices(themes, cum_weights=rank_theme, k=chance.choice((0, 1, 1, 2, 3))))),
            family=chance.choice(_FAMILIES),
            seat=seat,
            at=_FIRST_DAY + dt.timedelta(minutes=chance.randrange(4_000_000)),
        )


def _siren(number: int) -> str:
    """A number whose check digit is false: it can be nobody's."""
    body = f"{300_000_00 + number:08}"
    total = sum(sum(divmod(int(digit) * (1 + rank % 2), 10)) for rank, digit in enumerate(body))
    return body + str((-total + 5) % 10)


def load(size: int) -> None:
    """Write them as organisations, by COPY."""
    model = Organisation()
    fields = [
        field for field in Organisation._meta.concrete_fields if field.name not in ("id", "recorded_at", "changed_at")
    ]
    defaults: dict[str, Any] = {field.column: getattr(model, field.attname) for field in fields}
    defaults |= {name: Jsonb(value) for name, value in defaults.items() if isinstance(value, dict)}
    defaults |= {field.column: Jsonb([]) for field in fields if field.get_internal_type() == "JSONField"}
    defaults |= {"provenance": Jsonb({}), "source": "Données de mesure", "logo": None}
    columns = ["id", *defaults, "recorded_at", "changed_at"]
    drawn = draw(size)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY community_organisation ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for one in drawn:
            values = defaults | {
                "id": one.number,
                "public_id": f"b{one.number:011x}",
                "name": one.name,
                "siren": one.siren,
                "identity": Identity.VERIFIED if one.siren else Identity.DECLARED,
                "legal_family": one.family,
                "summary": one.summary[:300],
                "presentation": one.presentation,
                "kinds": one.kinds,
                "themes": one.themes,
                "seat_id": one.seat.key,
                "territories": [one.seat.epci_id or one.seat.key],
                "territories_cover": one.seat.cover[1:] if one.seat.epci_id else one.seat.cover,
                "recorded_at": one.at,
                "changed_at": one.at,
            }
            copy.write_row([values[column] for column in columns])


def entries(size: int) -> Iterator[Entry]:
    """The same organisations as entries, for the kernel alone (no other table)."""
    names = dict(Place.objects.values_list("key", "name"))
    for one in draw(size):
        yield Entry(
            id=one.number,
            name=one.name,
            summary=[one.summary],
            body=[one.presentation],
            context=[names[key] for key in one.seat.cover if key != "pays-FR"],
            facets={
                "type": one.kinds,
                "theme": one.themes,
                "region": [one.seat.region_id.partition("-")[2]] if one.seat.region_id else [],
                "departement": [one.seat.departement_id.partition("-")[2]] if one.seat.departement_id else [],
                "forme": [one.family],
                "identite": [Identity.VERIFIED if one.siren else Identity.DECLARED],
            },
            places=one.seat.cover,
            identifiers=[one.siren] if one.siren else [],
            prominence=(one.number * 2_654_435_761 % 1000) / 1000,
            dated_at=one.at,
        )
