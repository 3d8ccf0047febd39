"""The synthetic organisations: drawn from a seed, with real places and the real nomenclatures.

They are drawn by blocks, each from a seed of its own, so that several processes draw them and the first hundred
thousand of a large world are those of a small one.
"""

import datetime as dt
import os
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from multiprocessing import get_context
from typing import Any

import django
import numpy as np
from django.db import connection
from psycopg.types.json import Jsonb

from benchmarks.vocabulary import vocabulary, zipf

SEED = 42
BLOCK = 10_000
PROCESSES = 2
_TITLES = (
    "Association {a} {b}", "Les {a} de {place}", "{a} et {b}", "Coopérative {a}", "La {a} {b}", "{a} solidaire {place}",
    "Collectif {a} {b} {place}", "Atelier {a}", "Réseau {a} {b}", "{a} {b} {c}", "Maison {a} de {place}", "{a}",
)  # fmt: skip
_FIRST_DAY = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Seat:
    """What is needed of a commune."""

    key: str
    name: str
    population: int
    epci: str | None
    departement: str | None
    region: str | None
    cover: list[str]


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
    seat: Seat
    at: dt.datetime


class _World:
    """What everything is drawn from: communes by population, words, roles and themes by Zipf's law."""

    def __init__(self) -> None:
        from accelerator.community.models import Theme
        from accelerator.community.states import Kind, LegalFamily
        from accelerator.geography.models import Place, PlaceKind

        communes = Place.objects.filter(kind=PlaceKind.COMMUNE, population__gt=0).order_by("key")
        columns = ("key", "name", "population", "epci_id", "departement_id", "region_id", "cover")
        self.communes = [Seat(*values) for values in communes.values_list(*columns)]
        self.themes = list(Theme.objects.order_by("position").values_list("code", flat=True))
        self.kinds, self.families = [kind.value for kind in Kind], [family.value for family in LegalFamily]
        self.words = vocabulary()
        self.by_population = _shares(list(accumulate(place.population for place in self.communes)))
        self.by_rank = _shares(zipf(len(self.words)))
        self.theme_ranks, self.kind_ranks = zipf(len(self.themes)), zipf(len(self.kinds))

    def block(self, first: int, last: int) -> Iterator[Drawn]:
        """Those of one block, at most `last`: what is many is drawn by NumPy, the rest one by one."""
        numbers, chance = np.random.default_rng((SEED, first)), random.Random(SEED * 1_000_003 + first)
        communes = np.searchsorted(self.by_population, numbers.random(BLOCK), side="right").tolist()
        lengths = np.stack([
            np.full(BLOCK, 3),
            np.where(numbers.random(BLOCK) < 0.7, numbers.integers(8, 17, BLOCK), 0),
            np.where(numbers.random(BLOCK) < 0.5, numbers.integers(20, 71, BLOCK), 0),
        ])  # fmt: skip
        ranks = np.searchsorted(self.by_rank, numbers.random(int(lengths.sum())), side="right").tolist()
        words, at = [self.words[rank] for rank in ranks], 0
        for offset, (_, summary, presentation) in enumerate(lengths.T.tolist()):
            number = first + offset
            if number > last:
                return
            a, b, c = words[at : at + 3]
            at, middle, end = at + 3, at + 3 + summary, at + 3 + summary + presentation
            seat = self.communes[communes[offset]]
            yield Drawn(
                number=number,
                name=chance.choice(_TITLES).format(a=a.capitalize(), b=b, c=c, place=seat.name)[:200],
                siren=_siren(number) if chance.random() < 0.8 else None,
                summary=" ".join(words[at:middle]),
                presentation=" ".join(words[middle:end]),
                kinds=sorted(set(chance.choices(self.kinds, cum_weights=self.kind_ranks, k=chance.choice(_KINDS)))),
                themes=sorted(set(chance.choices(self.themes, cum_weights=self.theme_ranks, k=chance.choice(_THEMES)))),
                family=chance.choice(self.families),
                seat=seat,
                at=_FIRST_DAY + dt.timedelta(minutes=chance.randrange(4_000_000)),
            )
            at = end


_KINDS = (1, 1, 1, 2, 3)  # how many roles
_THEMES = (0, 1, 1, 2, 3)  # how many themes


def _shares(weights: Sequence[float]) -> Any:
    return np.asarray(weights, dtype=float) / weights[-1]


def _siren(number: int) -> str:
    """A number whose check digit is false: it can be nobody's."""
    body = f"{300_000_00 + number:08}"
    total = sum(sum(divmod(int(digit) * (1 + rank % 2), 10)) for rank, digit in enumerate(body))
    return body + str((-total + 5) % 10)


def load(size: int) -> None:
    """Write them as organisations, by COPY, in several processes; the references are checked once, at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('ALTER TABLE community_organisation DROP CONSTRAINT %I', conname),"
            " format('ALTER TABLE community_organisation ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))"
            " FROM pg_constraint WHERE conrelid = 'community_organisation'::regclass AND contype = 'f'"
        )
        references = cursor.fetchall()
        for dropped, _ in references:
            cursor.execute(dropped)
    blocks = [(first, size) for first in range(1, size + 1, BLOCK)]
    connection.close()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"), initializer=_begin) as pool:
        for _ in pool.map(_load_block, blocks):
            pass
    with connection.cursor() as cursor:
        for _, made in references:
            cursor.execute(made)


_world: _World


def _begin() -> None:
    """A process of the loading: the settings are those of the measure, given by the environment."""
    global _world  # noqa: PLW0603  one for the process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    django.setup()
    _world = _World()


def _load_block(block: tuple[int, int]) -> None:
    from accelerator.community.models import Organisation
    from accelerator.community.states import Identity

    model = Organisation()
    own = ("id", "recorded_at", "changed_at")
    fields = [field for field in Organisation._meta.concrete_fields if field.name not in own]
    defaults: dict[str, Any] = {str(field.column): getattr(model, field.attname) for field in fields}
    defaults |= {name: Jsonb(value) for name, value in defaults.items() if isinstance(value, dict)}
    defaults |= {str(field.column): Jsonb([]) for field in fields if field.get_internal_type() == "JSONField"}
    defaults |= {"provenance": Jsonb({}), "source": "Données de mesure", "logo": None}
    columns = ["id", *defaults, "recorded_at", "changed_at"]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY community_organisation ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for one in _world.block(*block):
            values = defaults | {
                "id": one.number,
                "public_id": f"b{one.number:011x}",
                "name": one.name,
                "siren": one.siren,
                "identity": Identity.VERIFIED.value if one.siren else Identity.DECLARED.value,
                "legal_family": one.family,
                "summary": one.summary[:300],
                "presentation": one.presentation,
                "kinds": one.kinds,
                "themes": one.themes,
                "seat_id": one.seat.key,
                "territories": [one.seat.epci or one.seat.key],
                "territories_cover": one.seat.cover[1:] if one.seat.epci else one.seat.cover,
                "recorded_at": one.at,
                "changed_at": one.at,
            }
            copy.write_row([values[column] for column in columns])
