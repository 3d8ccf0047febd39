"""How a number is said in French: by thousands, with its noun in the singular below two. A leaf."""

from typing import Any, Final

# A narrow space that no line break separates, as the Imprimerie nationale sets it.
_SPACE: Final = "\u202f"


def grouped(number: int) -> str:
    """A whole number as it is read: "1 500 000"."""
    return f"{number:,}".replace(",", _SPACE)


def read(value: Any) -> Any:
    """A value as it is read: a whole number by thousands, what is no whole number as it is."""
    return grouped(value) if isinstance(value, int) and not isinstance(value, bool) else value


def counted(number: int, one: str, many: str) -> str:
    """So many things: "0 fiche", "1 fiche", "1 500 fiches". French has the plural from two on."""
    return f"{grouped(number)} {one if abs(number) < 2 else many}"
