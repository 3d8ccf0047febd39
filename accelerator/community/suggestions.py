"""Themes that a text lets one think of, each with the words that made it so: proposed, never applied.

Ruled, not learnt: each theme has expressions, its label, its words and the clues of `data/reference/theme_clues.csv`.
The longest expression wins and uses up its words, so that « école de musique » speaks of culture and not of school. An
expression that leads to several themes is worth less to each. docs/rules/themes.md gives the rules with examples;
decision 41 tells what was measured against what.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

from accelerator.community.models import Organisation, Theme
from accelerator.search.stemming import stemmed
from accelerator.search.text import Word, folded, words_of

CLUES: Final = Path(settings.ROOT) / "data" / "reference" / "theme_clues.csv"
MOST: Final = 5
# What an expression is worth: of several words it says more than of one; in a name or a summary, more than in a page.
_SEVERAL_WORDS: Final = 1.5
_ZONES: Final = {"name": 1.5, "summary": 1.25, "presentation": 1.0}
_AGAIN: Final = 0.25  # what each repetition adds, twice at most
PROBABLE: Final = 1.4
POSSIBLE: Final = 0.6
# What is far behind the first is noise in a long text.
_BEHIND: Final = 0.55
# What stands between one of these and the next stop is what is not done.
_EXCEPT: Final = frozenset({"hors", "sauf", "excepte", "exception", "exclusion"})
# A stop word for search; here « sans abri » is not « abri ».
_WITHOUT: Final = "sans"
_ELIDED: Final = frozenset({"c", "d", "j", "l", "m", "n", "s", "t", "qu"})
_STOPS: Final = ".;:!?,()\n"

Token = frozenset[str]
# Words in order, and the themes that they lead to.
Expression = tuple[tuple[Token, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Suggestion:
    """A theme that a text lets one think of.

    words  the expressions that made it so, as they stand in the text, the weightiest first.
    score  what they are worth together; only its order and the two thresholds mean something.
    """

    theme: Theme
    words: tuple[str, ...]
    score: float

    @property
    def is_probable(self) -> bool:
        return self.score >= PROBABLE

    @property
    def how_sure(self) -> str:
        """The score, in plain words."""
        return "probable" if self.is_probable else "possible"

    @property
    def because(self) -> str:
        """The words, as they are said: « maraîchage », « insertion »."""
        return ", ".join(f"« {word} »" for word in self.words)


@dataclass(frozen=True)
class _Read:
    """A word of a text: its stems, as it is written, the zone it stands in, whether it is said not to be done.

    before  the stop words that precede it: « chantier d’insertion » is shown whole.
    """

    stems: Token
    before: str
    shown: str
    zone: str
    excluded: bool


@dataclass
class Nomenclature:
    """The themes with their expressions, ready to be looked for.

    expressions  {stem of the first word: [(words, themes)]}.
    looked_for   the stems of each expression that leads somewhere, by theme, for a question to the index.
    """

    themes: Mapping[str, Theme]
    expressions: Mapping[str, Sequence[Expression]]
    looked_for: Mapping[str, Sequence[tuple[Token, ...]]]

    def of(self, code: str) -> Sequence[tuple[Token, ...]]:
        """The stems of the expressions of a theme, exact or not."""
        return self.looked_for.get(code, ())

    def suggest(self, texts: Mapping[str, str]) -> list[Suggestion]:
        """The themes of one text, given by zone ("name", "summary", "presentation"); the weightiest first."""
        return self.suggest_all([texts])[0]

    def suggest_all(self, texts: Sequence[Mapping[str, str]]) -> list[list[Suggestion]]:
        """The same for several, in one query at most, whatever their number."""
        return [self._weighed(read) for read in _read(texts)]

    def _weighed(self, read: Sequence[_Read]) -> list[Suggestion]:
        worth: dict[str, dict[tuple[Token, ...], tuple[float, str]]] = {}
        times: Counter[tuple[Token, ...]] = Counter()
        for (tokens, codes), words in self._found(read):
            times[tokens] += 1
            value = (_SEVERAL_WORDS if len(tokens) > 1 else 1.0) * _ZONES[words[0].zone]
            shown = words[0].shown + "".join(f" {word.before}{word.shown}" for word in words[1:])
            for code in codes:
                known = worth.setdefault(code, {})
                known[tokens] = max(known.get(tokens, (0.0, "")), (value / len(codes), shown))
        suggestions = []
        for code, expressions in worth.items():
            valued = sorted(
                (-value * (1 + _AGAIN * min(times[tokens] - 1, 2)), shown)
                for tokens, (value, shown) in expressions.items()
            )
            words_shown = tuple(dict.fromkeys(shown for _, shown in valued))
            suggestions.append(Suggestion(self.themes[code], words_shown, -sum(value for value, _ in valued)))
        suggestions.sort(key=lambda one: (-one.score, one.theme.position))
        first = suggestions[0].score if suggestions else 0.0
        return [one for one in suggestions if one.score >= max(POSSIBLE, first * _BEHIND)][:MOST]

    def _found(self, read: Sequence[_Read]) -> Iterator[tuple[Expression, Sequence[_Read]]]:
        """The expressions of a text, the longest first, no word used twice; what is said not to be done is left out."""
        at = 0
        while at < len(read):
            found = self._longest(read, at)
            words = read[at : at + len(found[0])] if found else read[at : at + 1]
            at += len(words)
            if found and not any(word.excluded for word in words):
                yield found, words

    def _longest(self, read: Sequence[_Read], at: int) -> Expression | None:
        candidates = [one for stem in read[at].stems for one in self.expressions.get(stem, ())]
        for tokens, codes in sorted(candidates, key=lambda one: -len(one[0])):
            following = read[at : at + len(tokens)]
            if len(following) == len(tokens) and all(a.stems & b for a, b in zip(following, tokens, strict=True)):
                return tokens, codes
        return None


def nomenclature(themes: Iterable[Theme] | None = None) -> Nomenclature:
    """The themes in force with their expressions. One query, unless they are given; one more the first time."""
    read = Theme.objects.filter(until="").order_by("position") if themes is None else themes
    given = {theme.code: theme for theme in read}
    written = tuple(sorted((theme.code, theme.label, tuple(theme.words)) for theme in given.values()))
    return Nomenclature(given, *_expressions(written, CLUES))


@cache
def _expressions(
    written: tuple[tuple[str, str, tuple[str, ...]], ...], clues: Path
) -> tuple[dict[str, list[Expression]], dict[str, list[tuple[Token, ...]]]]:
    """Each expression once, with the themes that it leads to; none for one that only uses up its words."""
    codes = {code for code, _, _ in written}
    pairs = [(code, text) for code, label, words in written for text in (label, *words)]
    as_written: set[str] = set()
    with clues.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["how"]:
                as_written |= {folded(word) for word in row["words"].split(";")}
            elif not row["theme"] or row["theme"] in codes:
                pairs += [(row["theme"], text) for text in row["words"].split(";")]
    cut = [(code, [word for word in words_of(text) if not word.joined]) for code, text in pairs]
    stems = stemmed(word for _, words in cut for word in words)
    led: dict[tuple[Token, ...], list[str]] = {}
    looked_for: dict[str, list[tuple[Token, ...]]] = {}
    for code, words in cut:
        meaning = [word for word in words if stems[word.raw] or word.folded == _WITHOUT]
        alone = len(meaning) == 1 and meaning[0].folded in as_written
        tokens = tuple(
            _looked_for(word) if alone or not stems[word.raw] else frozenset(stems[word.raw]) for word in meaning
        )
        if tokens:
            if code:
                stemmed_only = tuple(frozenset(stems[word.raw]) for word in meaning if stems[word.raw])
                looked_for.setdefault(code, []).append(stemmed_only)
            kept = led.setdefault(tokens, [])
            kept += [code] if code and code not in kept else []
    found: dict[str, list[Expression]] = {}
    for tokens, leads in led.items():
        for stem in tokens[0]:
            found.setdefault(stem, []).append((tokens, tuple(leads)))
    return found, looked_for


def _written(word: Word) -> Token:
    """The word as it is written, in the singular: what a stem would confuse (« livre », « livré » and « livrer »)."""
    return frozenset({f"={word.raw.removesuffix('s')}"})


def _looked_for(word: Word) -> Token:
    """How such a word may be written: with its accents, or without any."""
    return _written(word) | {f"={word.folded.removesuffix('s')}"}


def _read(texts: Sequence[Mapping[str, str]]) -> list[list[_Read]]:
    """Each text as the words that mean something, in order."""
    cut: list[list[tuple[Word, str, bool]]] = []
    for zones in texts:
        words: list[tuple[Word, str, bool]] = []
        for zone, text in zones.items():
            for part in _parts(text):
                excluded = False
                for word in words_of(part):
                    excluded = excluded or word.folded in _EXCEPT
                    if not word.joined:
                        words.append((word, zone, excluded))
        cut.append(words)
    stems = stemmed(word for words in cut for word, _, _ in words)
    return [_meaning(words, stems) for words in cut]


def _meaning(words: Iterable[tuple[Word, str, bool]], stems: Mapping[str, tuple[str, ...]]) -> list[_Read]:
    read: list[_Read] = []
    before = ""
    for word, zone, excluded in words:
        if stems[word.raw] or word.folded == _WITHOUT:
            read.append(_Read(frozenset(stems[word.raw]) | _written(word), before, word.shown, zone, excluded))
            before = ""
        else:
            before += f"{word.shown}’" if word.folded in _ELIDED else f"{word.shown} "
    return read


def _parts(text: str) -> list[str]:
    """A text between its stops."""
    for stop in _STOPS[1:]:
        text = text.replace(stop, _STOPS[0])
    return text.split(_STOPS[0])


def texts_of(organisation: Organisation) -> dict[str, str]:
    """What is read of an organisation, by zone."""
    return {zone: getattr(organisation, zone) for zone in _ZONES}
