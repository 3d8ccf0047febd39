"""What reviewers judge on, and what their scores make together: no database here.

A grid is data of a version of the call: criteria with their weight, a scale anchored in words, and what is asked of
reviewers. The score of a review is the mean of its criteria by weight, out of 100; that of a file, the mean of its
reviews. What disagreement there is, and how severe each reviewer is beside the others, are shown and never applied: a
commission decides, not a correction.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any, Final

OUT_OF: Final = 100
# Two reviews of a file this far apart, out of 100, do not say the same thing.
DISAGREEMENT: Final = 25
# Fewer reviews than this tell nothing of how severe a reviewer is.
_ENOUGH: Final = 3
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST_CRITERIA: Final = 20
_MOST_WEIGHT: Final = 100


class GridFault(ValueError):
    """A grid that cannot serve; the message is for its author, in French."""


@dataclass(frozen=True)
class Anchor:
    """A score, and the words that say what it means."""

    score: int
    words: str


@dataclass(frozen=True)
class Criterion:
    """One thing that is judged.

    code              its identity in the scores that are kept.
    weight            a whole number: twice as heavy counts twice.
    scale             from the lowest score to the highest, each in words.
    comment_required  whether a score goes with a comment.
    """

    code: str
    label: str
    weight: int
    scale: tuple[Anchor, ...]
    help: str = ""
    comment_required: bool = False

    @property
    def lowest(self) -> int:
        return self.scale[0].score

    @property
    def highest(self) -> int:
        return self.scale[-1].score

    def words_of(self, score: int) -> str:
        """What a score means; "" for a score that the scale does not have."""
        return next((anchor.words for anchor in self.scale if anchor.score == score), "")


@dataclass(frozen=True)
class Grid:
    """The criteria of a version, and how they are used.

    threshold  the mean, out of 100, from which a file is proposed; None: the commission has none.
    readers    how many reviewers read each file.
    blind      whether reviewers are kept from knowing who applies.
    days       how many days a reviewer has.
    named      whether the minutes of a commission say how each member voted, and not only how many did.
    """

    criteria: tuple[Criterion, ...] = ()
    threshold: int | None = None
    readers: int = 2
    blind: bool = False
    days: int = 21
    named: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> "Grid":
        """Read what a version keeps. Raises `GridFault` with what is wrong, for the author."""
        data = data or {}
        criteria = tuple(_criterion(one) for one in data.get("criteria", ()))
        if len(criteria) > _MOST_CRITERIA:
            raise GridFault(f"Une grille compte au plus {_MOST_CRITERIA} critères.")
        codes = [one.code for one in criteria]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise GridFault(f"Deux critères portent le même code : {', '.join(twice)}.")
        threshold = data.get("threshold")
        if threshold is not None and not (_whole(threshold) and 0 <= threshold <= OUT_OF):
            raise GridFault("Le seuil est un nombre entier de 0 à 100, ou rien.")
        readers, days = data.get("readers", cls.readers), data.get("days", cls.days)
        if not (_whole(readers) and 1 <= readers <= 12):
            raise GridFault("Chaque dossier est lu par 1 à 12 experts.")
        if not (_whole(days) and 1 <= days <= 365):
            raise GridFault("Un expert a de 1 à 365 jours pour rendre son avis.")
        return cls(criteria, threshold, readers, bool(data.get("blind")), days, bool(data.get("named")))

    def to_json(self) -> dict[str, Any]:
        """What a version keeps; `from_json` reads it back."""
        return {
            "criteria": [
                {
                    "code": one.code,
                    "label": one.label,
                    "weight": one.weight,
                    "scale": [{"score": anchor.score, "words": anchor.words} for anchor in one.scale],
                    "help": one.help,
                    "comment_required": one.comment_required,
                }
                for one in self.criteria
            ],
            "threshold": self.threshold,
            "readers": self.readers,
            "blind": self.blind,
            "days": self.days,
            "named": self.named,
        }

    def faults(self, scores: Mapping[str, Any]) -> dict[str, str]:
        """Criterion -> what keeps a review from being given, in French; empty when it can be."""
        faults = {}
        for one in self.criteria:
            kept = scores.get(one.code) or {}
            score = kept.get("score")
            if score is None:
                faults[one.code] = f"Donnez une note à « {one.label} »."
            elif not one.words_of(score):
                faults[one.code] = f"La note de « {one.label} » va de {one.lowest} à {one.highest}."
            elif one.comment_required and not str(kept.get("comment", "")).strip():
                faults[one.code] = f"Commentez « {one.label} » : le candidat lira pourquoi."
        return faults

    def mean(self, scores: Mapping[str, Any]) -> float | None:
        """The score of a review out of 100: each criterion brought between 0 and 100, then the mean by weight.

        None while a criterion has no score. Criteria that are no longer in the grid do not count.
        """
        total = weights = 0.0
        for one in self.criteria:
            score = (scores.get(one.code) or {}).get("score")
            if score is None:
                return None
            total += one.weight * OUT_OF * (score - one.lowest) / (one.highest - one.lowest)
            weights += one.weight
        return total / weights if weights else None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _criterion(data: Mapping[str, Any]) -> Criterion:
    code, label = str(data.get("code", "")), str(data.get("label", "")).strip()
    if not _CODE.fullmatch(code):
        raise GridFault(f"Le code « {code} » : une lettre minuscule, puis des minuscules, des chiffres ou « _ ».")
    if not label:
        raise GridFault(f"Le critère « {code} » n’a pas de nom.")
    weight = data.get("weight")
    if not (_whole(weight) and 1 <= weight <= _MOST_WEIGHT):  # type: ignore[operator]  # a whole number
        raise GridFault(f"Le poids de « {label} » est un nombre entier de 1 à {_MOST_WEIGHT}.")
    scale = [Anchor(one.get("score"), str(one.get("words", "")).strip()) for one in data.get("scale", ())]
    if len(scale) < 2 or not all(_whole(anchor.score) for anchor in scale):
        raise GridFault(f"L’échelle de « {label} » compte au moins deux notes, entières.")
    if any(low.score >= high.score for low, high in pairwise(scale)):
        raise GridFault(f"Les notes de « {label} » vont de la plus basse à la plus haute.")
    if bare := [str(anchor.score) for anchor in scale if not anchor.words]:
        raise GridFault(f"Dites en mots ce que vaut la note {', '.join(bare)} de « {label} ».")
    return Criterion(
        code, label, int(weight or 0), tuple(scale), str(data.get("help", "")), bool(data.get("comment_required"))
    )


@dataclass(frozen=True)
class Standing:
    """Where a file stands among the others.

    mean      out of 100; None before its first review.
    spread    between its highest and its lowest review; None with fewer than two.
    reviews   how many were given.
    """

    mean: float | None
    spread: float | None
    reviews: int

    @property
    def disagrees(self) -> bool:
        """Whether its reviewers do not say the same thing."""
        return self.spread is not None and self.spread >= DISAGREEMENT


def standing(means: Sequence[float]) -> Standing:
    """Where the means of its reviews put a file."""
    if not means:
        return Standing(None, None, 0)
    spread = max(means) - min(means) if len(means) > 1 else None
    return Standing(fmean(means), spread, len(means))


@dataclass(frozen=True)
class Severity:
    """How a reviewer scores beside those who read the same files.

    offset   the mean of what they give less what the others give; None when too few files tell.
    deviation  how far their own scores spread: near 0, they tell nothing apart.
    """

    offset: float | None
    deviation: float | None
    files: int


def severities(given: Iterable[tuple[int, float, float, int]]) -> dict[int, Severity]:
    """Reviewer -> how severe. Shown to the commission, never applied.

    given  the reviews of these reviewers: who, their mean, that of the file, of how many reviews (theirs is one).
    """
    gaps: dict[int, list[float]] = {}
    own: dict[int, list[float]] = {}
    for reader, mean, together, reviews in given:
        own.setdefault(reader, []).append(mean)
        if reviews > 1:
            # What they give less what the others give: the mean of the file without theirs.
            gaps.setdefault(reader, []).append((mean - together) * reviews / (reviews - 1))
    return {
        reader: Severity(
            fmean(gaps[reader]) if len(gaps.get(reader, ())) >= _ENOUGH else None,
            pstdev(values) if len(values) >= _ENOUGH else None,
            len(values),
        )
        for reader, values in own.items()
    }


@dataclass(frozen=True)
class Cut:
    """What « the first so many » of a ranking are.

    kept   the files above the line, in order.
    tied   those who stand at the line with the same score, when taking them all would be too many: nobody chooses
           between them but the commission.
    """

    kept: tuple[int, ...]
    tied: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """Said to whoever draws the line; "" when there is no tie."""
        if not self.tied:
            return ""
        return (
            f"{len(self.tied)} dossiers ont la même note à la limite : aucun n’est pris d’office, "
            "la commission les départage."
        )


def first(ranked: Iterable[tuple[int, float | None]], count: int) -> Cut:
    """The first `count` of a ranking (file, mean), best first. A tie at the line is left to the commission."""
    rounded = [(round(mean, 6), key) for key, mean in ranked if mean is not None]
    scored = sorted(rounded, key=lambda one: (-one[0], one[1]))
    if count <= 0:
        return Cut((), ())
    if len(scored) <= count:
        return Cut(tuple(key for _, key in scored), ())
    line = scored[count - 1][0]
    if scored[count][0] != line:
        return Cut(tuple(key for _, key in scored[:count]), ())
    kept = tuple(key for mean, key in scored if mean > line)
    return Cut(kept, tuple(key for mean, key in scored if mean == line))


def least_at(threshold: int) -> float:
    """From which mean a file reaches a threshold: as it is shown, to one decimal."""
    return threshold - 0.05


def at_threshold(mean: float | None, threshold: int | None) -> bool:
    """Whether a mean, as it is shown (one decimal), is exactly the threshold."""
    return mean is not None and round(mean, 1) == threshold


def said_score(value: float | None) -> str:
    """A score as it is read: one decimal, a comma; a dash when there is none."""
    return "—" if value is None else f"{value:.1f}".replace(".", ",")
