"""French typography: a sign is never parted from its word at the end of a line.

French sets a space before : ; ! ?, before a unit such as % or €, and inside quotation marks (*Lexique des règles
typographiques en usage à l’Imprimerie nationale*). Browsers break a line there: it then begins, or ends, with a sign
alone. So texts are written with plain spaces, and pages are sent with spaces that do not break.
"""

import re
from typing import Final

_KEPT: Final = "\u00a0"
_SIGNS: Final = (" :", " ;", " !", " ?", " »", " %", " €", "« ")
_PARTED: Final = [(sign.encode(), sign.replace(" ", _KEPT).encode()) for sign in _SIGNS]
_VALUE: Final = re.compile(rb'(value="[^"]*")')
_AS_TYPED: Final = re.compile(rb"(<(?:textarea|pre|code)\b.*?</(?:textarea|pre|code)>)", re.DOTALL)


def unparted(page: bytes) -> bytes:
    """A page of HTML whose signs stay with their words; what somebody typed in a form, and code, stay as they are."""
    return b"".join(
        piece if n % 2 or m % 2 else _unparted(piece)
        for n, some in enumerate(_AS_TYPED.split(page))
        for m, piece in enumerate([some] if n % 2 else _VALUE.split(some))
    )


def _unparted(words: bytes) -> bytes:
    for parted, kept in _PARTED:
        words = words.replace(parted, kept)
    return words
