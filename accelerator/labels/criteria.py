"""The criteria of a label: what is asked, the levels that one may say one has, and the gap to what is expected. A leaf.

A set of criteria is written as JSON (`data/labels`): for each, a code that never changes, a title, what it means, its
source, whether it is a default of the platform, the levels from the lowest to the highest, the level expected, and the
proofs that are wanted.

Note [A gap, not a score]
Levels are never added up: each gap says what is missing to one criterion, and what would show it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# In units of the drawing: its width, a box, a line of a title and its characters, what is under a title.
_WIDTH: Final = 380
_BOX: Final = 26
_STEP: Final = 19
_LINE: Final = 44
_ROW: Final = 34


@dataclass(frozen=True)
class Level:
    """One level of a criterion: its rank from 0, its name, what it means."""

    value: int
    label: str
    text: str = ""


@dataclass(frozen=True)
class Criterion:
    """One criterion.

    expected  the level at which it is met.
    proofs    what would show it, in a few words each.
    """

    code: str
    title: str
    text: str
    levels: tuple[Level, ...]
    expected: int
    proofs: tuple[str, ...] = ()
    source: Mapping[str, str] | None = None
    is_default: bool = False

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Criterion":
        """Raises `KeyError` for what is not the JSON of a criterion."""
        levels = tuple(Level(one["value"], one["label"], one.get("text", "")) for one in written["levels"])
        return cls(
            code=written["code"],
            title=written["title"],
            text=written["text"],
            levels=levels,
            expected=written.get("expected", levels[-1].value),
            proofs=tuple(written.get("proofs", ())),
            source=written.get("source"),
            is_default=bool(written.get("is_default", False)),
        )

    def level(self, value: int | None) -> Level | None:
        """The level of a value, if it has it."""
        return next((one for one in self.levels if one.value == value), None)


def criteria_of(written: Sequence[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    """The criteria of a set."""
    return tuple(Criterion.from_json(one) for one in written)


def faults_of(criteria: Sequence[Criterion]) -> list[str]:
    """What their author must mend, in French."""
    faults = [] if criteria else ["Il faut au moins un critère."]
    codes = [one.code for one in criteria]
    if len(codes) != len(set(codes)):
        faults.append("Deux critères ont le même code.")
    for one in criteria:
        values = [level.value for level in one.levels]
        if len(values) < 2 or values != list(range(len(values))):
            faults.append(f"« {one.title} » : deux niveaux au moins, numérotés à partir de 0.")
        elif one.expected not in values or one.expected == 0:
            faults.append(f"« {one.title} » : le niveau attendu est l’un des siens, au-dessus du premier.")
        if not one.source and not one.is_default:
            faults.append(f"« {one.title} » : donnez sa source, ou dites que c’est une valeur par défaut.")
    return faults


@dataclass(frozen=True)
class Gap:
    """What a candidacy says of itself on a criterion.

    said    the level it says it has; None: not told.
    proofs  how many proofs are joined.
    """

    criterion: Criterion
    said: Level | None
    text: str = ""
    proofs: int = 0

    @property
    def missing(self) -> int | None:
        """How many levels to what is expected; None: not told."""
        return None if self.said is None else max(0, self.criterion.expected - self.said.value)

    @property
    def expected(self) -> Level:
        return self.criterion.levels[self.criterion.expected]

    @property
    def sentence(self) -> str:
        """The gap in French."""
        if self.said is None:
            return "Pas encore dit."
        if not self.missing:
            return "Atteint." if self.proofs else "Atteint, sans preuve jointe."
        many = f"{self.missing} niveaux" if self.missing > 1 else "un niveau"
        return f"Il manque {many} : attendu, « {self.expected.label} »."


def gaps_of(
    criteria: Sequence[Criterion], assessment: Mapping[str, Mapping[str, Any]], proofs: Mapping[str, int]
) -> list[Gap]:
    """The gap to each criterion; `proofs` counts those of each."""
    gaps = []
    for one in criteria:
        told = assessment.get(one.code, {})
        gaps.append(Gap(one, one.level(told.get("level")), told.get("text", ""), proofs.get(one.code, 0)))
    return gaps


def is_complete(criteria: Sequence[Criterion], assessment: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether each criterion was told."""
    return all(gap.said is not None for gap in gaps_of(criteria, assessment, {}))


@dataclass(frozen=True)
class Picture:
    """The gaps, drawn: a row a criterion, a box a level; full up to what is said, edged where it is expected."""

    drawing: SafeString
    height: int
    width: int = _WIDTH


def drawn(gaps: Sequence[Gap]) -> Picture:
    """The picture of gaps, as wide as a telephone; a table or a list always says the same beside it."""
    rows, top = [], 4
    for gap in gaps:
        lines = wrap(gap.criterion.title, _LINE)
        rows.append(_row(top, lines, gap))
        top += len(lines) * _STEP + _ROW
    return Picture(format_html_join("", "{}", ((row,) for row in rows)), top)


def _row(top: int, lines: Sequence[str], gap: Gap) -> SafeString:
    said = gap.said.value if gap.said else -1
    title = format_html_join(
        "",
        '<text class="gaps__name" x="2" y="{}">{}</text>',
        ((top + 14 + place * _STEP, line) for place, line in enumerate(lines)),
    )
    below = top + len(lines) * _STEP + 4
    boxes = format_html_join(
        "",
        '<rect class="gaps__box{}{}" x="{}" y="{}" width="{}" height="14" rx="3"/>',
        (
            (
                " gaps__box--said" if level.value <= said else "",
                " gaps__box--expected" if level.value == gap.criterion.expected else "",
                (level.value - 1) * (_BOX + 6) + 2,
                below,
                _BOX,
            )
            for level in gap.criterion.levels
            if level.value > 0
        ),
    )
    words = (len(gap.criterion.levels) - 1) * (_BOX + 6) + 12
    told = gap.said.label if gap.said else "pas encore dit"
    return format_html('{}{}<text class="gaps__said" x="{}" y="{}">{}</text>', title, boxes, words, below + 12, told)
