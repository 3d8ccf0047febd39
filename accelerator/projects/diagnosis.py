"""The self-diagnosis of social innovation: its questions, by version, and the profile that answers draw. A leaf.

Never a score: the criteria are a bundle without hierarchy (CSESS, 2017), and there is no official label of social
innovation. Each version of the questions is a committed file (`data/diagnosis`), with its sources, and
whose words they are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.db import models
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_FILES: Final = Path(__file__).resolve().parent.parent.parent / "data" / "diagnosis"
CURRENT: Final = "2026-11"


class Said(models.TextChoices):
    """What one may answer to a criterion."""

    YES = "oui", "Oui"
    PARTLY = "en-partie", "En partie"
    NO = "non", "Non"
    UNKNOWN = "ne-sait-pas", "Je ne sais pas encore"


@dataclass(frozen=True)
class Source:
    """Where questions come from, and whose words they are."""

    label: str
    url: str
    wording: str


@dataclass(frozen=True)
class Criterion:
    """One question of the bundle."""

    code: str
    label: str
    question: str
    help: str


@dataclass(frozen=True)
class CriteriaFamily:
    """Criteria that go together; in no order of importance."""

    code: str
    title: str
    help: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Questions:
    """One version of the self-diagnosis."""

    version: str
    on: str
    notice: str
    sources: tuple[Source, ...]
    families: tuple[CriteriaFamily, ...]

    @property
    def criteria(self) -> list[Criterion]:
        return [criterion for family in self.families for criterion in family.criteria]


@cache
def questions(version: str = CURRENT) -> Questions:
    """The questions of a version; raises `LookupError` for a version that never was."""
    path = _FILES / f"{version}.json"
    if not version.replace("-", "").isdigit() or not path.exists():
        raise LookupError(f"Aucune version {version} de l’auto-diagnostic.")
    said = json.loads(path.read_text())
    return Questions(
        version=said["version"],
        on=said["on"],
        notice=said["notice"],
        sources=tuple(Source(**one) for one in said["sources"]),
        families=tuple(
            CriteriaFamily(one["code"], one["title"], one["help"], tuple(Criterion(**it) for it in one["criteria"]))
            for one in said["families"]
        ),
    )


@dataclass(frozen=True)
class Point:
    """One criterion of a profile."""

    criterion: Criterion
    said: Said
    evidence: str

    @property
    def is_proven(self) -> bool:
        return bool(self.evidence)


@dataclass(frozen=True)
class ProfileFamily:
    """One family of a profile, and what it says in a sentence."""

    title: str
    points: tuple[Point, ...]

    @property
    def sentence(self) -> str:
        """What is said of this family: the criteria by name, never added up."""
        parts = []
        for said, start in ((Said.YES, "oui pour"), (Said.PARTLY, "en partie pour"), (Said.NO, "non pour")):
            named = [point.criterion.label.lower() for point in self.points if point.said == said]
            if named:
                parts.append(f"{start} : {_listed(named)}")
        unknown = [point.criterion.label.lower() for point in self.points if point.said == Said.UNKNOWN]
        if unknown:
            parts.append(f"à éclaircir : {_listed(unknown)}")
        bare = [point.criterion.label.lower() for point in self.points if point.said == Said.YES and not point.evidence]
        if bare:
            parts.append(f"sans preuve écrite : {_listed(bare)}")
        return f"{'. '.join(part[0].upper() + part[1:] for part in parts)}." if parts else "Rien n’est encore dit."


@dataclass(frozen=True)
class Profile:
    """What a self-diagnosis says: drawn, in a table, in words."""

    questions: Questions
    families: tuple[ProfileFamily, ...]

    @property
    def drawing(self) -> SafeString:
        """The profile as SVG: a line a criterion, a mark under what was answered; full when evidence is written."""
        return _drawn(self)

    @property
    def height(self) -> int:
        return _TOP + sum(_HEAD + _ROW * len(family.points) for family in self.families)


def profile(version: str, answers: Mapping[str, Mapping[str, Any]]) -> Profile:
    """The profile of some answers; what was not answered is not known."""
    asked = questions(version)
    return Profile(
        asked,
        tuple(
            ProfileFamily(
                family.title,
                tuple(
                    Point(
                        criterion,
                        Said(answers.get(criterion.code, {}).get("answer", Said.UNKNOWN)),
                        str(answers.get(criterion.code, {}).get("evidence", "")),
                    )
                    for criterion in family.criteria
                ),
            )
            for family in asked.families
        ),
    )


_TOP: Final = 34
_HEAD: Final = 34
_ROW: Final = 50
_STEP: Final = 90
# From « non » to « oui », what is not known yet apart at the end.
_COLUMNS: Final = (Said.NO, Said.PARTLY, Said.YES, Said.UNKNOWN)
_SHORT: Final = {Said.NO: "Non", Said.PARTLY: "En partie", Said.YES: "Oui", Said.UNKNOWN: "À éclaircir"}
# As wide as a telephone: what it says is read there without turning it.
WIDTH: Final = _STEP * len(_COLUMNS)


def _drawn(drawn: Profile) -> SafeString:
    across = {said: _STEP * number + _STEP // 2 for number, said in enumerate(_COLUMNS)}
    parts = [
        format_html_join(
            "",
            '<text class="profile__head" x="{}" y="18" text-anchor="middle">{}</text>',
            ((x, _SHORT[said]) for said, x in across.items()),
        )
    ]
    y = _TOP
    for family in drawn.families:
        parts.append(format_html('<text class="profile__family" x="0" y="{}">{}</text>', y + 20, family.title))
        y += _HEAD
        for point in family.points:
            middle = y + 32
            parts.append(
                format_html(
                    '<text class="profile__label" x="0" y="{}">{}</text>'
                    '<line class="profile__rule" x1="{}" x2="{}" y1="{}" y2="{}"/>'
                    '<circle class="profile__mark profile__mark--{}" cx="{}" cy="{}" r="8"/>',
                    *(y + 13, point.criterion.label, 0, WIDTH, middle, middle),
                    *("full" if point.is_proven else "bare", across[point.said], middle),
                )
            )
            y += _ROW
    return SafeString("".join(parts))


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} et {names[-1]}"
