"""What is near a commune: by the distance between centres where both are known, else by intercommunalité, then
by département (the centres of about half of the communes are known)."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Model, Q

from accelerator.geography.models import Place, PlaceKind
from accelerator.geography.queries import read_place

RADIUS: Final = 30.0
_KILOMETRES_PER_DEGREE: Final = 111.2
_LARGEST: Final = frozenset({"pays-FR"})

_NEAREST_FIRST: Final = """
SELECT thing.id
FROM {table} AS thing
LEFT JOIN unnest(%(seats)s::text[], %(distances)s::float8[]) AS near (seat, distance) ON near.seat = seat_id
WHERE id = ANY(%(ids)s)
ORDER BY
    CASE
        WHEN seat_id IS NULL THEN CASE WHEN {acts_on} && %(here)s::varchar[] THEN 0 ELSE 3 END
        WHEN distance IS NOT NULL THEN 1
        WHEN seat_id = ANY(%(epci)s) THEN 2
        ELSE 3
    END, distance, id
OFFSET %(first)s LIMIT %(size)s
"""


@dataclass(frozen=True)
class Nearness:
    """What surrounds a commune.

    keys       what search looks for: its EPCI and those that have a commune within `RADIUS` km, its département, and
               those who act on a territory around it.
    distances  commune -> kilometres, where both centres are known.
    epci       communes of the same EPCI, whose distance may not be known.
    """

    commune: Place
    keys: tuple[str, ...]
    distances: dict[str, float]
    epci: frozenset[str]


def around(commune: Place) -> Nearness:
    """What is near this commune, in one query."""
    zone = Q(departement=commune.departement_id) if commune.departement_id else Q(key=commune.key)
    if commune.epci_id:
        zone |= Q(epci=commune.epci_id)
    if commune.latitude is not None and commune.longitude is not None:
        height = RADIUS / _KILOMETRES_PER_DEGREE
        width = height / max(0.1, math.cos(math.radians(commune.latitude)))
        zone |= Q(
            latitude__range=(commune.latitude - height, commune.latitude + height),
            longitude__range=(commune.longitude - width, commune.longitude + width),
        )
    communes = Place.objects.filter(zone, kind=PlaceKind.COMMUNE).values_list(
        "key", "epci_id", "departement_id", "latitude", "longitude"
    )
    distances: dict[str, float] = {}
    epci, beyond = set(), dict[str, str | None]()
    for key, its_epci, departement, latitude, longitude in communes:
        if its_epci and its_epci == commune.epci_id:
            epci.add(key)
        elif departement != commune.departement_id:
            beyond[key] = its_epci
        distance = kilometres((commune.latitude, commune.longitude), (latitude, longitude))
        if distance is not None:
            distances[key] = distance
    # Search slows with the number of keys, and there are hundreds of communes around Paris: whole EPCI are asked.
    keys = {its_epci or key for key, its_epci in beyond.items() if distances.get(key, math.inf) <= RADIUS}
    keys |= {key for key in (commune.key, commune.epci_id, commune.departement_id) if key}
    keys |= {f"agit-{key}" for key in commune.cover if key not in _LARGEST}
    return Nearness(commune, tuple(sorted(keys)), distances, frozenset(epci))


def kilometres(one: tuple[float | None, float | None], other: tuple[float | None, float | None]) -> float | None:
    """The distance between two points (latitude, longitude), as the crow flies; None when one is not known."""
    if one[0] is None or one[1] is None or other[0] is None or other[1] is None:
        return None
    north, south = math.radians(one[0]), math.radians(other[0])
    east = math.radians(other[1] - one[1])
    chord = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(min(1.0, chord)))


def nearest_first(
    model: type[Model], ids: Sequence[int], nearness: Nearness, *, first: int, size: int, acts_on: str = "territories"
) -> list[int]:
    """A page of things in order of nearness, in one query; their model has a `seat`, and keys of places in `acts_on`.

    First those who act here and whose seat is not known, then by distance, then the rest of the EPCI, then the others.
    """
    commune = nearness.commune
    with connection.cursor() as cursor:
        cursor.execute(
            _NEAREST_FIRST.format(table=model._meta.db_table, acts_on=connection.ops.quote_name(acts_on)),
            {
                "ids": list(ids),
                "first": first,
                "size": size,
                "seats": list(nearness.distances),
                "distances": list(nearness.distances.values()),
                "epci": list(nearness.epci),
                "here": [key for key in (commune.key, commune.epci_id, commune.ept_id) if key],
            },
        )
        return [pk for (pk,) in cursor.fetchall()]


_SAID_NEAR: Final = re.compile(
    r"[\s,]*\b(?:tout\s+)?(?:près|proches?|autour|à\s+côté|aux\s+alentours|non\s+loin)\s+(?:de\s+|d['’])"
    r"(?P<place>[^,;.?!]{2,60})[\s.?!]*$",
    re.IGNORECASE,
)


def said_near(text: str) -> tuple[str, Place] | None:
    """What a sentence asks, and the commune near which it asks it: "un repair café près de Figeac".

    None when the sentence says nothing of the kind, or when what it names may be several communes.
    """
    said = _SAID_NEAR.search(text)
    if said is None:
        return None
    place = read_place(said["place"], [PlaceKind.COMMUNE]).place
    return (text[: said.start()].strip(), place) if place else None
