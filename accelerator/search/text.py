"""From a text to words: the same way for what is written and for what is asked.

Note [Two stems for a word]
Folding accents before stemming loses stop words ("été", "même") and splits families (associé, association); folding
after leaves out those who type without accents. So each word has the folded stem of its accented form, and the stem
of its folded form; a document holds both, a question accepts either. The stemmer also leaves as they are "lieux" and
"jeux", "vélos", "emplois" and "tissus": such plurals count without their last letter too, unless what is left is
another word.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

LONGEST_QUESTION = 300
LONGEST_WORD = 40
LONGEST_COMPOUND = 3
_MOST_CACHED = 20_000

_HYPHENS = re.compile("[\u00ad\u2010-\u2012\u2212]")
_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
# SIREN, SIRET, RNA: nine figures or more, alone, with or without spaces or points, perhaps after a letter; the RNA of
# Corsica and overseas has a second one.
_IDENTIFIER = re.compile(
    r"(?<!\w)(?:[A-Za-z]?\d(?:[ .\u00a0\u202f]?\d){8,13}|[Ww]\d[A-Za-z](?:[ .\u00a0\u202f]?\d){7})(?!\w)"
)

_PLURAL = re.compile(r"[eo]ux$|..(?:o|u|(?<!a)i)s$")
_NOT_PLURALS = frozenset({"paris", "denis", "fois"})

# Beside PostgreSQL's list: what it lacks, and its accented words as those who type without accents write them.
_STOPS = frozenset(
    {"ete", "etee", "etees", "etes", "etant", "etante", "etants", "etantes", "etais", "etait", "etions", "etiez"}
    | {"etaient", "fumes", "futes", "meme", "memes"}
    | {"les", "cet", "cette", "leurs", "dont", "donc", "ainsi", "si", "quel", "quelle", "quels", "quelles", "comment"}
    | {"a"}
)
# How a person speaks to a search; left out of a question that says something else.
POLITE = frozenset(
    {"bonjour", "merci", "cherche", "cherchons", "trouver", "voudrais", "voudrions", "veux", "voulons", "aimerais"}
    | {"aimerions", "souhaite", "souhaitons", "besoin", "existe"}
)


class _Folding(dict[int, str]):
    """What each letter becomes: accents, that stand alone once a text is decomposed, become nothing; learnt as met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = becomes = "" if unicodedata.combining(letter) else letter
        return becomes


_FOLDING = _Folding(str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"}))


@dataclass(frozen=True, slots=True)
class Word:
    """A word in lower case, with its accents, without them, and as it is shown.

    The parts of a hyphenated word are followed by the whole: "tiers", "lieu", then "tierslieu" (shown "tiers-lieu").
    """

    raw: str
    folded: str
    shown: str

    @property
    def joined(self) -> bool:
        """It is the whole of a hyphenated word."""
        return "-" in self.shown

    @property
    def forms(self) -> tuple[str, ...]:
        """What is given to the stemmer; a word whose first form is a stop word is dropped whole."""
        if self.folded in _STOPS:
            return ()
        forms = [self.raw, self.folded]
        if _PLURAL.search(self.folded) and self.folded not in _NOT_PLURALS:
            forms.append(self.folded[:-1])
        return tuple(dict.fromkeys(forms))


def folded(text: str) -> str:
    """Lower case, no accents, no ligatures. `search_fold` is its twin in the database (tested against it)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text.lower()).translate(_FOLDING)


def sort_key(name: str) -> str:
    """The folded name, words separated by one space: for sorting, and for "is this exactly its name?"."""
    return " ".join(_PLAIN_WORD.findall(folded(name)))


def _prepared(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\x00", " "))
    text = _HYPHENS.sub("-", text)
    return _INITIALS.sub(lambda found: found[0].replace(".", ""), text).lower()


@lru_cache(maxsize=_MOST_CACHED)
def _word(raw: str) -> Word:
    return Word(raw, folded(raw), raw)


def words_of(text: str) -> list[Word]:
    """The words of a text, in order; « E.S.S. » is one, an elided article is one of its own."""
    words: list[Word] = []
    for compound in _WORD.findall(_prepared(text)):
        parts = [part[:LONGEST_WORD] for part in compound.split("-")]
        words += map(_word, parts)
        if 1 < len(parts) <= LONGEST_COMPOUND and all(len(part) > 1 for part in parts):
            whole = "".join(parts)[:LONGEST_WORD]
            words.append(Word(whole, folded(whole), "-".join(parts)))
    return words


def stems_of(word: Word, stems: Mapping[str, str | None]) -> tuple[str, ...]:
    """The stems of a word, given those of its forms; none for a stop word."""
    forms = word.forms
    if not forms or stems.get(forms[0]) is None:
        return ()
    return tuple(dict.fromkeys(stem for form in forms if (stem := stems.get(form))))


def identifiers_of(text: str) -> list[str]:
    """The registration numbers written in a question, without spaces; a SIRET also gives its SIREN."""
    numbers: list[str] = []
    for found in _IDENTIFIER.findall(text):
        number = re.sub(r"\W", "", found).upper()
        numbers.append(number)
        if number.isdigit() and len(number) == 14:  # a SIRET: SIREN (9) and NIC (5)
            numbers.append(number[:9])
    return numbers


def without_identifiers(text: str) -> str:
    """The question without its registration numbers."""
    return _IDENTIFIER.sub(" ", text)


def highlighted(text: str, stems: Iterable[str]) -> list[tuple[str, bool]]:
    """Cut a text into pieces, each with "this answers the question": what a page shows in bold.

    A word answers when it begins with one of the stems of the question (`Answer.stems`) and is not much longer.
    """
    wanted = tuple(stems)
    pieces: list[tuple[str, bool]] = []
    last = 0
    for found in _PLAIN_WORD.finditer(text):
        word = folded(found[0])
        if not any(word.startswith(stem) and len(word) - len(stem) <= _ending(stem) for stem in wanted):
            continue
        if found.start() > last:
            pieces.append((text[last : found.start()], False))
        pieces.append((found[0], True))
        last = found.end()
    if last < len(text):
        pieces.append((text[last:], False))
    return pieces


def _ending(stem: str) -> int:
    return 2 if len(stem) < 4 else 7  # a short stem begins too many words
