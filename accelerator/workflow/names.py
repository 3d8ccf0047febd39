"""A name in a sentence: registers write theirs in capitals, which read as shouts and hide acronyms. A leaf."""

import re
from typing import Final

_SMALL: Final = {
    *("à", "au", "aux", "avec", "chez", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les", "par"),
    *("pour", "sous", "sur", "un", "une"),
}
# Legal forms and the like, which nobody writes otherwise.
_ACRONYMS: Final = {
    *("ADIL", "AMAP", "CCAS", "CIAS", "CIVAM", "CPIE", "CUMA", "EHPAD", "EPCI", "ESAT", "ESS", "EURL", "GEIQ", "GIE"),
    *("GIP", "IAE", "MJC", "OGEC", "PTCE", "SA", "SARL", "SAS", "SASU", "SCI", "SCIC", "SCOP", "SEM", "SIAE", "UDAF"),
}
_VOWELS: Final = re.compile(r"[AEIOUYÀÂÄÉÈÊËÎÏÔÖÙÛÜ]")
_WORD: Final = re.compile(r"[^\W\d_]+", re.UNICODE)
# Alone, a name so short is an acronym.
_SHORT: Final = 6


def in_sentence(name: str) -> str:
    """A name as it is read in a sentence: "LES JARDINS DU LOT" becomes "Les Jardins du Lot".

    One that someone wrote with small letters is left as it is; acronyms too, as far as they are recognised: legal
    forms, words without a vowel or with a digit, a short name alone. Pages that prove something keep the name as it is
    registered.
    """
    words = _WORD.findall(name)
    if not words or name != name.upper() or (len(words) == 1 and len(words[0]) <= _SHORT):
        return name
    return _WORD.sub(_said, name)


def _said(found: re.Match[str]) -> str:
    word, name = found[0], found.string
    beside = name[found.start() - 1 : found.start()] + name[found.end() : found.end() + 1]
    if word in _ACRONYMS or any(letter.isdigit() or letter == "." for letter in beside):
        return word
    small = word.lower()
    if small in _SMALL and found.start():
        return small
    return small.capitalize() if len(word) > 1 and _VOWELS.search(word) else word
