"""What is near a commune: by the distance between centres where both are known, else by intercommunalité, then
by département (the centres of about half of the communes are known)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from accelerator.community.models import Organisation
from accelerator.geography.models import Place, PlaceKind

RADIUS: Final = 30.0
_KILOMETRES_PER_DEGREE: Final = 111.2
_LARGEST: Final = frozenset({"pays-FR"})


@dataclass(frozen=True)
class Nearness:
    """What surrounds a commune.

    keys       what search looks for: communes within `RADIUS` km, its EPCI, its département, and those who act on a
               territory around it.
    distances  commune -> kilometres, where both centres are known.
    epci       communes of the same EPCI, whose distance may not be known.
    """

    commune: Place
    keys: tuple[str, ...]
    distances: dict[str, float]
    epci: frozenset[str]

    def rank(self, seat: str | None, territories: Iterable[str]) -> tuple[int, float]:
        """Where an organisation comes: those who act here without a known seat, then by distance, then the others."""
        if seat is None:
            local = {self.commune.key, self.commune.epci_id, self.commune.ept_id} - {None}
            return (0, 0.0) if local & set(territories) else (3, 0.0)
        if seat in self.distances:
            return (1, self.distances[seat])
        return (2, 0.0) if seat in self.epci else (3, 0.0)


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
    communes = Place.objects.filter(zone, kind=PlaceKind.COMMUNE).values_list("key", "epci_id", "latitude", "longitude")
    distances: dict[str, float] = {}
    epci = set()
    for key, its_epci, latitude, longitude in communes:
        if its_epci and its_epci == commune.epci_id:
            epci.add(key)
        distance = kilometres((commune.latitude, commune.longitude), (latitude, longitude))
        if distance is not None:
            distances[key] = distance
    keys = {key for key, distance in distances.items() if distance <= RADIUS}
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


def nearest_first(ids: Iterable[int], nearness: Nearness) -> list[int]:
    """The organisations in order of nearness, in one query."""
    rows = Organisation.objects.filter(pk__in=list(ids)).values_list("pk", "seat_id", "territories")
    ranked = sorted((*nearness.rank(seat, territories), pk) for pk, seat, territories in rows)
    return [pk for *_, pk in ranked]
