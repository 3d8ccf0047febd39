"""The names of places, as people type them and as lists sort them."""

import re
import unicodedata
from typing import Final

_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae"})
ARTICLES: Final = frozenset({"l", "le", "la", "les", "d", "de", "du", "des"})
_SHORTENED: Final = {"saint": "st", "sainte": "ste", "saints": "sts", "saintes": "stes"}
_ORDINAL: Final = re.compile(r"(\d{1,2})(?:er|e|eme|ieme|nd|nde)")
_SLASH: Final = re.compile(r"\b(s(?:/|\.\s?/))")


def plain(text: str) -> str:
    """The text in lower case without accents or punctuation: "Évry-Courcouronnes" gives "evry courcouronnes"."""
    text = unicodedata.normalize("NFKD", text).casefold().translate(_LIGATURES)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = _SLASH.sub(" sur ", text)
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text).split())


def words(text: str) -> list[str]:
    """The words that count in a name: no articles, "saint" shortened, "3e" read as "3".

    A name made of articles only keeps them.
    """
    every = [_SHORTENED.get(word, word) for word in plain(text).split()]
    every = [found[1] if (found := _ORDINAL.fullmatch(word)) else word for word in every]
    return [word for word in every if word not in ARTICLES] or every


def fold(text: str) -> str:
    """What is compared: "Sainte-Marie-de-l’Île" and "ste marie ile" give the same."""
    return " ".join(words(text))
