"""Prints: what someone read is what is done with it, or they are told that it changed meanwhile. A leaf."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def print_of(value: object) -> str:
    """A short print of a value, an object being its number; the same whatever the process that looks."""
    plain = json.dumps(getattr(value, "pk", value), default=str, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def changed_meanwhile(thing: Any, values: Mapping[str, Any], seen: Mapping[str, str]) -> list[str]:
    """The names of the values that are no longer what was read, nor what is being saved: someone else changed them.

    seen  by name, the print of each value as it was when the page was opened.
    """
    moved = [name for name in values if seen.get(name) != print_of(getattr(thing, name))]
    return [name for name in moved if values[name] != getattr(thing, name)]


def changed(seen: Mapping[int, str], now: Mapping[int, str]) -> set[int]:
    """Of what is now, what is not as it was read, or was not read."""
    return {key for key, print_ in now.items() if seen.get(key) != print_}
