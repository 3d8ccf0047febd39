"""The registry of rules: each is a question asked of what a person is to a call or to a file.

The same rule is asked by the page to show and by the operation to act. The table for jurists is
docs/rules/qui-peut-quoi-appels.md: a test holds the two together.
"""

from collections.abc import Callable
from typing import Any

from accelerator.journal import System
from accelerator.workflow import Refused

_rules: dict[str, Callable[[Any], str | None]] = {}


def rule(name: str) -> Callable[[Callable[[Any], str | None]], Callable[[Any], str | None]]:
    """Put a rule in the registry; a name given twice raises `ValueError`."""

    def keep(function: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
        if name in _rules:
            raise ValueError(f"La règle {name} est déclarée deux fois.")
        _rules[name] = function
        return function

    return keep


def names() -> list[str]:
    """Every rule of the calls, by name."""
    return sorted(_rules)


def reason_within(name: str, standing: Any) -> str | None:
    """Why not, or None when they may. A system actor may. Raises `LookupError` for an unknown rule."""
    if name not in _rules:
        raise LookupError(f"Règle inconnue : {name}. Règles connues : {', '.join(names())}.")
    return None if isinstance(standing.person, System) else _rules[name](standing)


def require(name: str, standing: Any) -> None:
    """Raise `Refused` with the reason when this person may not."""
    if reason := reason_within(name, standing):
        raise Refused(reason)
