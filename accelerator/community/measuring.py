"""How good suggestions of themes are, on texts that people labelled: precision, recall, F1, first and first three.

Any CSV with a column of texts and a column of themes (codes or labels, several between semicolons, none if none fits).
Each way of suggesting is measured on the same lines, beside two that need no thought: the most frequent theme, and the
words of the nomenclature as they stand.
"""

import csv
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from accelerator.community.models import Theme
from accelerator.community.suggestions import MOST, Nomenclature
from accelerator.search.stemming import stemmed
from accelerator.search.text import folded, sort_key, words_of

Labelled = tuple[str, frozenset[str]]
Suggest = Callable[[str], Sequence[str]]
_TEXT: Final = ("text", "texte", "description", "objet")
_THEME: Final = ("theme", "themes", "thème", "thèmes")
_NEARLY: Final = 3  # as likely as the first, or a third as likely


class UnreadableError(Exception):
    """The file cannot be read as labelled texts; the message says why, in French."""


@dataclass(frozen=True)
class File:
    """Labelled texts, and the lines that were left out: (number in the file, reason)."""

    lines: Sequence[Labelled]
    rejects: Sequence[tuple[int, str]]


def read(path: Path, themes: Iterable[Theme]) -> File:
    """Read a labelled file: UTF-8, or else windows-1252; comma, semicolon or tab. Raises `UnreadableError`."""
    named = {sort_key(name): theme.code for theme in themes for name in (theme.code, theme.label)}
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise UnreadableError(f"Le fichier {path} ne se lit pas : {fault.strerror}.") from fault
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = raw.decode("cp1252", errors="replace")
    header = content.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    rows = csv.reader(content.splitlines(keepends=True), delimiter=delimiter)
    names = [name.strip().lower() for name in next(rows, [])]
    text_at, theme_at = (next((names.index(one) for one in known if one in names), None) for known in (_TEXT, _THEME))
    if text_at is None or theme_at is None:
        raise UnreadableError(
            f"Il faut une colonne « {_TEXT[0]} » et une colonne « {_THEME[0]} » ; le fichier a : {', '.join(names)}."
        )
    lines: list[Labelled] = []
    rejects: list[tuple[int, str]] = []
    for row in rows:
        number = rows.line_num
        if len(row) <= max(text_at, theme_at):
            rejects.append((number, "il manque une colonne"))
            continue
        given = [one.strip() for one in row[theme_at].replace("|", ";").split(";") if one.strip()]
        unknown = [one for one in given if sort_key(one) not in named]
        if unknown:
            rejects.append((number, f"thème inconnu : {', '.join(unknown)[:80]}"))
        elif not row[text_at].strip():
            rejects.append((number, "texte vide"))
        else:
            lines.append((row[text_at], frozenset(named[sort_key(one)] for one in given)))
    return File(lines, rejects)


@dataclass(frozen=True)
class Score:
    """Of what was proposed, how much was right; of what was right, how much was proposed."""

    right: int
    proposed: int
    expected: int

    @property
    def precision(self) -> float:
        return self.right / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class Report:
    """What one way of suggesting is worth.

    themes     by code; macro is the mean of their F1, over the themes that are expected at least once.
    first      the share of the lines with a theme whose first proposal is right; `first_three`: one of the first three.
    silent     the share of the lines without theme for which nothing is proposed; None if there is no such line.
    confused   (expected, proposed first instead): how often, the most frequent first.
    """

    name: str
    micro: Score
    themes: Mapping[str, Score]
    first: float
    first_three: float
    silent: float | None
    confused: Sequence[tuple[tuple[str, str], int]]

    @property
    def macro(self) -> float:
        expected = [score.f1 for score in self.themes.values() if score.expected]
        return sum(expected) / len(expected) if expected else 0.0


def measure(name: str, suggest: Suggest, lines: Sequence[Labelled]) -> Report:
    """Measure one way of suggesting: it gives codes, the surest first."""
    right, proposed, expected, confused = Counter[str](), Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    first = first_three = with_theme = silent = 0
    for text, codes in lines:
        given = list(suggest(text))
        expected.update(codes)
        proposed.update(given)
        right.update(codes & set(given))
        if not codes:
            silent += not given
            continue
        with_theme += 1
        first += bool(codes & set(given[:1]))
        first_three += bool(codes & set(given[:3]))
        if not codes & set(given[:1]):
            confused.update((code, given[0] if given else "") for code in codes)
    themes = {code: Score(right[code], proposed[code], expected[code]) for code in sorted(expected | proposed)}
    without = len(lines) - with_theme
    return Report(
        name=name,
        micro=Score(right.total(), proposed.total(), expected.total()),
        themes=themes,
        first=first / with_theme if with_theme else 0.0,
        first_three=first_three / with_theme if with_theme else 0.0,
        silent=silent / without if without else None,
        confused=confused.most_common(),
    )


def ruled(nomenclature: Nomenclature, *, probable_only: bool = False) -> Suggest:
    """The rules, as the pages propose them; or only what they say is probable."""
    return lambda text: [
        one.theme.code for one in nomenclature.suggest({"presentation": text}) if one.is_probable or not probable_only
    ]


def most_frequent(lines: Sequence[Labelled]) -> Suggest:
    """Always the same: the most frequent theme of the lines it was shown."""
    counted = Counter(code for _, codes in lines for code in sorted(codes))
    always = [code for code, _ in counted.most_common(1)]
    return lambda text: always


def plain_words(themes: Iterable[Theme]) -> Suggest:
    """The words of the nomenclature found as they stand, without accents: neither stems nor longest expression."""
    known = [(theme.code, [folded(word) for word in theme.words]) for theme in themes]

    def suggest(text: str) -> list[str]:
        plain = f" {' '.join(word.folded for word in words_of(text) if not word.joined)} "
        found = [(sum(f" {word} " in plain for word in words), code) for code, words in known]
        return [code for count, code in sorted(found, key=lambda one: (-one[0], one[1])) if count][:MOST]

    return suggest


def learnt(lines: Sequence[Labelled]) -> Suggest:
    """Naive Bayes (multinomial, Laplace) on stems; it proposes its first, and those nearly as likely."""
    words: dict[str, Counter[str]] = {}
    texts: Counter[str] = Counter()
    for text, codes in lines:
        for code in codes:
            texts[code] += 1
            words.setdefault(code, Counter()).update(_stems(text))
    vocabulary = {word for counted in words.values() for word in counted}
    totals = {code: counted.total() + len(vocabulary) for code, counted in words.items()}

    def suggest(text: str) -> list[str]:
        known = [stem for stem in _stems(text) if stem in vocabulary]
        if not known:
            return []
        likely = {
            code: math.log(texts[code] / texts.total())
            + sum(math.log((counted[stem] + 1) / totals[code]) for stem in known)
            for code, counted in words.items()
        }
        least = max(likely.values()) - math.log(_NEARLY)
        near = [code for code, value in likely.items() if value > least]
        return sorted(near, key=lambda code: (-likely[code], code))[:MOST]

    return suggest


def _stems(text: str) -> list[str]:
    words = [word for word in words_of(text) if not word.joined]
    stems = stemmed(words)
    return [stems[word.raw][0] for word in words if stems[word.raw]]
