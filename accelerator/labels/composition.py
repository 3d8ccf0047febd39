"""Who has to be together: rules on the members of a collective, as data, and what they find. A leaf.

    {"label": …, "least": 3, "each": [{"belonging": "ess", "least": 1}, …], "source": {…}, "advice": …}

`least` counts the members; each line of `each` those of one nature. A member counts once: three are needed for "one,
one and one". A line without a nature asks for any other one. It advises, and bars nobody (a person alone declares a
file inadmissible).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accelerator.labels.states import Belonging

_ASKED = {
    Belonging.ESS: ("de l’économie sociale et solidaire", "ESS"),
    Belonging.COMPANY: ("entreprise hors de l’économie sociale et solidaire", "hors ESS"),
    Belonging.OTHER: ("autre personne morale (collectivité, recherche, formation…)", "autre"),
}


@dataclass(frozen=True)
class Wanted:
    """So many members of one nature."""

    belonging: Belonging
    least: int = 1

    @property
    def sentence(self) -> str:
        return f"Au moins {self.least} membre {_ASKED[self.belonging][0]}"


@dataclass(frozen=True)
class Line:
    """What one part of the rule finds. holds: None when the nature of some members is not said."""

    label: str
    holds: bool | None
    why: str


@dataclass(frozen=True)
class Composition:
    """The whole rule."""

    label: str
    least: int
    each: tuple[Wanted, ...] = ()
    source: Mapping[str, str] | None = None
    advice: str = ""

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Composition | None":
        """None when nothing is asked. Raises `KeyError` or `ValueError` for what is not the JSON of a rule."""
        if not written:
            return None
        each = tuple(Wanted(Belonging(one["belonging"]), one.get("least", 1)) for one in written.get("each", ()))
        return cls(written["label"], written["least"], each, written.get("source"), written.get("advice", ""))

    def examine(self, natures: Sequence[str]) -> list[Line]:
        """What is found of the members, given by what each is; an empty text: it is not said."""
        untold = natures.count("")
        lines = [_line(f"Au moins {self.least} personnes morales", len(natures), self.least, 0)]
        return [
            *lines,
            *(_line(wanted.sentence, natures.count(wanted.belonging), wanted.least, untold) for wanted in self.each),
        ]

    def holds(self, natures: Sequence[str]) -> bool | None:
        """Whether it holds as a whole; None when it depends on what is not said."""
        found = [line.holds for line in self.examine(natures)]
        if False in found:
            return False
        return None if None in found else True


def _line(label: str, count: int, least: int, untold: int) -> Line:
    counted = f"{count} compté{'s' if count > 1 else ''}"
    if count >= least:
        return Line(label, True, f"{counted}.")
    if count + untold >= least:
        return Line(label, None, f"{counted} ; la nature de {untold} membre{'s' if untold > 1 else ''} n’est pas dite.")
    return Line(label, False, f"{counted}, il en faut {least}.")
