"""Facets: what a document is, packed in two integers, so that five thousand of them are counted in a millisecond."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

# One bit of each integer is its sign, and is left alone.
_BITS = 63


@dataclass(frozen=True)
class Facet:
    """One way to filter and to count.

    values      how many different values there may be, at most; their positions are given as they are met.
    multiple    a document may have several values (one bit each) instead of one (a number).
    """

    name: str
    values: int
    multiple: bool = False

    @property
    def bits(self) -> int:
        """How many bits it takes; zero is "no value"."""
        return self.values if self.multiple else self.values.bit_length()


class TooManyValuesError(Exception):
    """A facet received more different values than it declares."""


Positions = Mapping[str, Mapping[str, int]]
# The two integers of some documents, each as the database sends them, one after the other.
Packed = tuple[bytes | None, bytes | None]


class Packing:
    """Where each facet stands in the two integers.

    A facet added, taken away or enlarged moves others: the documents written before are misread until the index is
    written again (`rebuild`), which the deployment does (docs/operating.md).
    """

    def __init__(self, facets: Iterable[Facet]) -> None:
        self.facets = {facet.name: facet for facet in facets}
        self._place: dict[str, tuple[int, int]] = {}
        used = [0, 0]
        for facet in sorted(self.facets.values(), key=lambda one: -one.bits):
            column = next((column for column in (0, 1) if used[column] + facet.bits <= _BITS), None)
            if column is None:
                raise ValueError(f"La facette {facet.name} ne tient pas : {2 * _BITS} bits en tout, {_BITS} chacun.")
            self._place[facet.name] = (column, used[column])
            used[column] += facet.bits

    def pack(self, values: Mapping[str, Iterable[str]], positions: Positions) -> tuple[int, int]:
        """The two integers of a document."""
        packed = [0, 0]
        for name, given in values.items():
            facet, (column, shift) = self.facets[name], self._place[name]
            for value in given:
                position = positions[name][value]
                packed[column] |= (1 << position if facet.multiple else position + 1) << shift
        return packed[0], packed[1]

    def bits_of(self, name: str) -> tuple[int, int]:
        """The bits of a facet in the two integers: a document that has none of them has no value."""
        column, shift = self._place[name]
        bits = ((1 << self.facets[name].bits) - 1) << shift
        return (0, bits) if column else (bits, 0)

    def count(self, asked: Mapping[str, Packed], positions: Positions, limit: int) -> dict[str, dict[str, int]]:
        """How many documents have each value of the facets asked; the values that none has are left out.

        asked   for each facet, the integers of its documents; what several facets share is read once.
        limit   how many documents are counted.
        """
        bits: dict[tuple[int, int], list[int]] = {}
        counted = {}
        for name, packed in asked.items():
            facet, (column, shift) = self.facets[name], self._place[name]
            given = (packed[column] or b"")[: 8 * limit]
            if facet.multiple:
                shared = id(packed[column]), column
                if shared not in bits:
                    bits[shared] = _bits(given)
                counts = bits[shared][shift : shift + facet.bits]
            else:
                numbers = (np.frombuffer(given, dtype=">i8").astype(np.int64) >> shift) & ((1 << facet.bits) - 1)
                counts = np.bincount(numbers, minlength=1 << facet.bits).tolist()[1:]
            counted[name] = {
                value: counts[position]
                for value, position in positions.get(name, {}).items()
                if position < len(counts) and counts[position]
            }
        return counted

    def take(self, name: str, value: str, positions: dict[str, dict[str, int]]) -> None:
        """Give a value the next position of its facet. Raises `TooManyValuesError`."""
        known = positions.setdefault(name, {})
        if value in known:
            return
        if len(known) >= self.facets[name].values:
            raise TooManyValuesError(f"La facette {name} n’a de place que pour {self.facets[name].values} valeurs.")
        known[value] = len(known)


def _bits(integers: bytes) -> list[int]:
    """How many of these integers have each bit, from the lowest."""
    bits = np.unpackbits(np.frombuffer(integers, dtype=np.uint8)).view(np.uint64).reshape(-1, 8)
    # Eight counters of a byte in each number: 255 integers at a time are added without any of them overflowing.
    added = np.add.reduceat(bits, np.arange(0, len(bits), 255), axis=0) if len(bits) else bits
    counts: list[int] = added.view(np.uint8).reshape(-1, 64).sum(axis=0, dtype=np.int64)[::-1].tolist()
    return counts
