"""Who reads which file: a solver without the database, that gives its reasons.

`assign` is given the files (what each asks for, who reads it already), the reviewers (what they know, where they look,
how many files they take) and the pairs that may not be. It returns one pairing per place, each with its reasons, and
for each file that lacks readers why, and what would help. The same input gives the same output, in whatever order it
comes.

Note [A flow, then a repair]
What a file gains from a reviewer is a sum over pairs, and a balanced load a convex cost per reviewer: together they are
a minimum-cost flow, which OR-Tools solves to the optimum (5,000 files read 7 times by 600 reviewers in seconds). That
every theme of a file be known by one of its readers is not a sum over pairs: it is repaired afterwards, by moves that
never uncover anything elsewhere (docs/decisions/0048-judging.md).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from typing import Any, Final

import numpy as np

# What a pairing gains, in points. Two themes known are enough: beyond, the same people would read everything.
_THEME: Final = 100
_MOST_THEMES: Final = 2
_TERRITORY: Final = 40
_BEST: Final = _THEME * _MOST_THEMES + _TERRITORY
# What the next file of a reviewer costs, when the load is the common level, and for each tenth of it beyond.
_LEVEL: Final = 40
_BEYOND: Final = 100
# What a place without a reader costs: more than anything that fills it. The second one missing costs twice, so that
# shortage is shared.
_MISSING: Final = 20_000

Bits = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class File:
    """What is to be read.

    key     who it is, for the caller.
    wanted  how many reviewers are to read it, those who do already included.
    themes  what its reviewers should know between them.
    places  the keys of its territory, larger ones included; empty: unknown, nothing is asked.
    held    the reviewers who read it already: they stay.
    """

    key: int
    wanted: int
    themes: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    held: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Reader:
    """Who reads.

    themes  what they know.
    places  where they look; empty: everywhere.
    most    how many files they take, those that they read already included.
    away    first and last days of their absences.
    """

    key: int
    most: int
    themes: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    away: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True)
class Pairing:
    """A reviewer for a file, and why this one.

    themes  what the reviewer knows of what the file asks.
    place   where both look; "" when the reviewer looks everywhere, or elsewhere (see `local`).
    local   True: a place in common. None: the reviewer looks everywhere. False: elsewhere.
    load    how many files the reviewer has once everything is given; `most`, how many at most.
    """

    file: int
    reader: int
    themes: tuple[str, ...]
    place: str
    local: bool | None
    load: int
    most: int

    def to_json(self) -> dict[str, Any]:
        """What is kept beside the assignment."""
        return {
            "themes": list(self.themes),
            "place": self.place,
            "local": self.local,
            "load": self.load,
            "most": self.most,
        }


def reasons(why: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Why a reviewer was given a file, in French; `names` says themes and places."""
    themes = [names.get(code, code) for code in why.get("themes", ())]
    parts = [f"expertise {', '.join(themes)}" if themes else "aucune des expertises demandées"]
    if why.get("local"):
        parts.append(f"territoire {names.get(why['place'], why['place'])}")
    elif why.get("local") is None:
        parts.append("regarde toute la France")
    parts.append(f"charge {why['load']} sur {why['most']}")
    return f"parce que : {', '.join(parts)}"


@dataclass(frozen=True)
class Lack:
    """A file that has fewer readers than wanted.

    missing   how many.
    possible  how many reviewers could read it: neither in conflict nor reading it already, nor wholly absent.
    """

    file: int
    missing: int
    possible: int

    @property
    def why(self) -> str:
        """In French."""
        lacking = "1 relecture manque" if self.missing == 1 else f"{self.missing} relectures manquent"
        if self.possible == 0:
            return f"{lacking} : aucun autre expert n’est libre de tout conflit d’intérêts et présent."
        if self.possible < self.missing:
            return f"{lacking} : {_experts(self.possible)} seulement, sans conflit d’intérêts et présents."
        return f"{lacking} : les {_experts(self.possible)} possibles ont déjà tous les dossiers qu’ils acceptent."


@dataclass(frozen=True)
class Plan:
    """What is proposed.

    uncovered  file -> the themes that none of its readers knows ("" for its territory).
    loads      reviewer -> how many files once everything is given.
    """

    pairings: tuple[Pairing, ...]
    lacks: tuple[Lack, ...]
    uncovered: Mapping[int, tuple[str, ...]]
    loads: Mapping[int, int]
    advice: str = ""
    capacities: Mapping[int, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """What is kept of it until someone applies it."""
        return {
            "pairings": [{"file": one.file, "reader": one.reader, **one.to_json()} for one in self.pairings],
            "lacks": [[one.file, one.missing, one.possible] for one in self.lacks],
            "uncovered": [[file, list(themes)] for file, themes in self.uncovered.items()],
            "loads": list(self.loads.items()),
            "advice": self.advice,
            "capacities": list(self.capacities.items()),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Plan":
        """The plan that was kept."""
        return cls(
            pairings=tuple(Pairing(**{**one, "themes": tuple(one["themes"])}) for one in kept["pairings"]),
            lacks=tuple(Lack(*one) for one in kept["lacks"]),
            uncovered={file: tuple(themes) for file, themes in kept["uncovered"]},
            loads=dict(kept["loads"]),
            advice=kept["advice"],
            capacities=dict(kept["capacities"]),
        )


def presence(reader: Reader, first: date, last: date) -> int:
    """How many of the files that a reviewer takes they can read between two days: in proportion to their presence."""
    days = (last - first).days + 1
    if days <= 0:
        return 0
    absent = {
        start + timedelta(days=number)
        for start, end in ((max(a, first), min(b, last)) for a, b in reader.away)
        for number in range(max(0, (end - start).days + 1))
    }
    return reader.most * (days - len(absent)) // days


def assign(
    files: Iterable[File],
    readers: Iterable[Reader],
    *,
    apart: Collection[tuple[int, int]] = (),
    first: date,
    last: date,
) -> Plan:
    """Give each file the readers that it lacks.

    apart  the pairs (file, reviewer) that may not be: conflicts of interest, files given back.
    first, last  the days between which one reads: absences are counted there.
    """
    table = _Table(sorted(files, key=_by_key), sorted(readers, key=_by_key), apart, first, last)
    given = table.solved()
    table.repair(given)
    return table.plan(given)


def _by_key(one: File | Reader) -> int:
    return one.key


def _experts(count: int) -> str:
    return "1 expert" if count == 1 else f"{count} experts"


class _Table:
    """The question in matrices: a row per file, a column per reviewer."""

    def __init__(
        self,
        files: Sequence[File],
        readers: Sequence[Reader],
        apart: Collection[tuple[int, int]],
        first: date,
        last: date,
    ) -> None:
        self.files, self.readers = files, readers
        self.rows = {one.key: number for number, one in enumerate(files)}
        self.columns = {one.key: number for number, one in enumerate(readers)}
        self.themes = sorted({theme for one in files for theme in one.themes})
        self.asked = _bits([one.themes for one in files], self.themes)
        self.known = _bits([one.themes for one in readers], self.themes)
        places = sorted({place for one in readers for place in one.places})
        self.everywhere = np.array([not one.places for one in readers], bool)
        # A float product goes through BLAS; whole numbers do not.
        inside = _bits([one.places for one in files], places).astype(np.float32)
        looked = _bits([one.places for one in readers], places).astype(np.float32)
        self.local: Bits = inside @ looked.T > 0 if places else np.zeros((len(files), len(readers)), bool)
        self.placed = np.array([bool(one.places) for one in files], bool)
        self.held = np.zeros((len(files), len(readers)), bool)
        for row, one in enumerate(files):
            self.held[row, [self.columns[key] for key in one.held if key in self.columns]] = True
        self.most = np.array([presence(one, first, last) for one in readers], int)
        self.before = self.held.sum(0)
        self.room = np.maximum(self.most - self.before, 0)
        self.free: Bits = ~self.held
        for file, reader in apart:
            if file in self.rows and reader in self.columns:
                self.free[self.rows[file], self.columns[reader]] = False
        self.free[:, self.most == 0] = False
        self.lacking = np.array([max(0, one.wanted - len(one.held)) for one in files], int)
        self.level = self._level()

    def _level(self) -> float:
        """The load that all would have if it were shared as evenly as rooms allow."""
        total = int(self.lacking.sum() + self.before.sum())
        low, high = 0, int(max(self.most.max(initial=1), self.before.max(initial=1), 1))
        while low < high:
            middle = (low + high) // 2
            if int(np.maximum(self.before, np.minimum(self.most, middle)).sum()) >= total:
                high = middle
            else:
                low = middle + 1
        return max(1.0, float(low))

    def _slots(self, column: int) -> list[int]:
        """What each file more costs to this reviewer: convex, so that the load is shared."""
        taken = int(self.before[column])
        loads = range(taken + 1, taken + 1 + int(self.room[column]))
        tenth = max(1.0, self.level / 10)
        return [
            round(_LEVEL * min(1.0, load / self.level) ** 2 + _BEYOND * max(0.0, load - self.level) / tenth)
            for load in loads
        ]

    def solved(self) -> Bits:
        """The pairs that the flow chooses, whatever can be filled being filled."""
        given: Bits = np.zeros((len(self.files), len(self.readers)), bool)
        total = int(self.lacking.sum())
        if not total:
            return given
        # Only the worker solves: the processes that serve pages, which know what a plan is, do without its 18 MB.
        from ortools.graph.python import min_cost_flow  # noqa: PLC0415

        flow = min_cost_flow.SimpleMinCostFlow()
        count, people = self.free.shape
        source, sink = count + people, count + people + 1
        rows = np.flatnonzero(self.lacking)
        flow.add_arcs_with_capacity_and_unit_cost(
            np.full(len(rows), source), rows, self.lacking[rows], np.zeros(len(rows), int)
        )
        slots = [(column, cost) for column in range(people) for cost in self._slots(column)]
        if slots:
            columns, costs = (np.array(part) for part in zip(*slots, strict=True))
            flow.add_arcs_with_capacity_and_unit_cost(
                count + columns, np.full(len(slots), sink), np.ones(len(slots), int), costs
            )
        for rank in range(1, int(self.lacking.max()) + 1):
            short = np.flatnonzero(self.lacking >= rank)
            flow.add_arcs_with_capacity_and_unit_cost(
                short, np.full(len(short), sink), np.ones(len(short), int), np.full(len(short), _MISSING * rank)
            )
        pairs = self.free & (self.lacking > 0)[:, None] & (self.room > 0)[None, :]
        ways, columns = np.nonzero(pairs)
        if len(ways):
            arcs = flow.add_arcs_with_capacity_and_unit_cost(
                ways, count + columns, np.ones(len(ways), int), self._costs(ways, columns)
            )
        flow.set_node_supply(source, total)
        flow.set_node_supply(sink, -total)
        if flow.solve() != flow.OPTIMAL:
            raise RuntimeError("L’affectation n’a pas de solution : un arc manque au réseau.")
        if len(ways):
            chosen = flow.flows(arcs).astype(bool)
            given[ways[chosen], columns[chosen]] = True
        return given

    def _costs(self, rows: Any, columns: Any) -> Any:
        common = self.asked.astype(np.float32) @ self.known.astype(np.float32).T
        gain = np.minimum(common, _MOST_THEMES).astype(np.int64) * _THEME
        gain[self.local] += _TERRITORY
        return _BEST - gain[rows, columns]

    # What follows covers the themes and the territory of each file.

    def _needs(self) -> Bits:
        """What each file asks: a column per theme, then one for its territory."""
        return np.column_stack([self.asked, self.placed])

    def _brings(self, row: int, column: int) -> Bits:
        """What a reviewer brings to a file: the themes known, and its territory."""
        return np.append(self.asked[row] & self.known[column], self.placed[row] & self._looks(row, column))

    def _looks(self, row: int, column: int) -> bool:
        return bool(self.local[row, column] or self.everywhere[column])

    def _brought(self, row: int, columns: Collection[int]) -> Any:
        """How many of these reviewers bring each thing that the file asks."""
        counts = np.zeros(len(self.themes) + 1, int)
        for column in columns:
            counts += self._brings(row, column)
        return counts

    def _readers_of(self, given: Bits, row: int) -> list[int]:
        readers: list[int] = np.flatnonzero(given[row] | self.held[row]).tolist()
        return readers

    def repair(self, given: Bits) -> None:
        """Cover what is not, by moves that uncover nothing: another reviewer who has room, or two who change places."""
        loads = self.before + given.sum(0)
        asked = self._needs()
        for row in range(len(self.files)):
            for need in np.flatnonzero(asked[row]):
                if self._brought(row, self._readers_of(given, row))[need]:
                    continue
                self._cover(given, loads, row, int(need))

    def _can_bring(self, row: int, need: int) -> Any:
        if need < len(self.themes):
            return self.free[row] & self.known[:, need]
        return self.free[row] & (self.local[row] | self.everywhere)

    def _cover(self, given: Bits, loads: Any, row: int, need: int) -> None:
        leaving = self._spare(given, row)
        if not leaving:
            return
        found: list[int] = np.flatnonzero(self._can_bring(row, need) & ~given[row]).tolist()
        able = sorted(found, key=lambda column: (loads[column], self.readers[column].key))
        highest = self.level + max(1.0, self.level / 10)
        for column in able:
            if loads[column] < min(self.most[column], highest):
                self._replace(given, loads, row, leaving[0], column)
                return
        for column in able:
            for other in np.flatnonzero(given[:, column]).tolist():
                for gone in leaving:
                    if self._may_swap(given, other, column, gone):
                        given[row, gone] = given[other, column] = False
                        given[row, column] = given[other, gone] = True
                        return

    def _spare(self, given: Bits, row: int) -> list[int]:
        """The newly given readers of a file whose leaving uncovers nothing, the most loaded with expertise last."""
        counts = self._brought(row, self._readers_of(given, row))
        spare = []
        for column in np.flatnonzero(given[row]).tolist():
            brings = self._brings(row, column)
            if not np.any(brings & (counts == 1)):
                spare.append((int(brings.sum()), self.readers[column].key, column))
        return [column for *_, column in sorted(spare)]

    def _replace(self, given: Bits, loads: Any, row: int, gone: int, column: int) -> None:
        given[row, gone], given[row, column] = False, True
        loads[gone] -= 1
        loads[column] += 1

    def _may_swap(self, given: Bits, row: int, gone: int, come: int) -> bool:
        """Whether, in another file, one reader may take the place of another and nothing be uncovered."""
        if given[row, come] or not self.free[row, come]:
            return False
        readers = self._readers_of(given, row)
        counts = self._brought(row, readers)
        after = counts - self._brings(row, gone) + self._brings(row, come)
        return not np.any((counts > 0) & (after == 0))

    # What follows says it.

    def plan(self, given: Bits) -> Plan:
        loads = self.before + given.sum(0)
        pairings = tuple(self._pairing(row, column, loads) for row, column in zip(*np.nonzero(given), strict=True))
        lacks, uncovered = [], {}
        asked = self._needs()
        filled = given.sum(1)
        possible = (self.free & ~given).sum(1)
        for row, file in enumerate(self.files):
            if missing := int(self.lacking[row] - filled[row]):
                lacks.append(Lack(file.key, missing, int(possible[row])))
            counts = self._brought(row, self._readers_of(given, row))
            if bare := tuple([*self.themes, ""][need] for need in np.flatnonzero(asked[row] & (counts == 0))):
                uncovered[file.key] = bare
        keys = [one.key for one in self.readers]
        return Plan(
            pairings=pairings,
            lacks=tuple(lacks),
            uncovered=uncovered,
            loads=dict(zip(keys, map(int, loads), strict=True)),
            advice=self._advice(lacks),
            capacities=dict(zip(keys, map(int, self.most), strict=True)),
        )

    def _pairing(self, row: int, column: int, loads: Any) -> Pairing:
        file, reader = self.files[row], self.readers[column]
        common = sorted(file.places & reader.places, key=lambda place: (_FINEST.index(_kind(place)), place))
        return Pairing(
            file=file.key,
            reader=reader.key,
            themes=tuple(sorted(file.themes & reader.themes)),
            place=common[0] if common else "",
            local=True if common else (None if not reader.places else False),
            load=int(loads[column]),
            most=int(self.most[column]),
        )

    def _advice(self, lacks: Sequence[Lack]) -> str:
        """What would fill the places that stay empty."""
        missing = sum(one.missing for one in lacks)
        if not missing:
            return ""
        usual = int(np.median(self.most[self.most > 0])) if (self.most > 0).any() else 0
        short = sum(min(one.missing, max(0, one.missing - one.possible)) for one in lacks)
        places = "1 relecture manque" if missing == 1 else f"{missing} relectures manquent"
        if not usual:
            return f"{places} : aucun expert n’est présent sur la période. Ajoutez des experts, ou changez les dates."
        if short == missing:
            need = max(one.missing - one.possible for one in lacks)
            return (
                f"{places} : trop de conflits d’intérêts. Ajoutez au moins {_experts(need)} sans lien avec ces "
                "candidats, ou demandez moins de relectures pour ces dossiers."
            )
        more = max(ceil(missing / usual), *(one.missing - one.possible for one in lacks))
        return (
            f"{places}. Ajoutez {_experts(more)} (à {usual} dossiers chacun), relevez le nombre de dossiers de ceux "
            "qui l’acceptent, ou demandez moins de relectures par dossier."
        )


_FINEST: Final = ("commune", "ept", "epci", "departement", "region", "pays", "")


def _kind(place: str) -> str:
    kind = place.partition("-")[0]
    return kind if kind in _FINEST else ""


def _bits(sets: Sequence[Collection[str]], names: Sequence[str]) -> Bits:
    numbers = {name: number for number, name in enumerate(names)}
    bits = np.zeros((len(sets), len(names)), bool)
    for row, held in enumerate(sets):
        bits[row, [numbers[name] for name in held if name in numbers]] = True
    return bits
