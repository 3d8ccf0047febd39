"""What another service answers is read within a size and a time: it may be broken, or not be who it says. A leaf."""

import time
from collections.abc import Iterable


class Endless(Exception):
    """It was too long, or too slow. The message says which, for the log."""


def read_within(chunks: Iterable[bytes], *, most: int, until: float) -> bytes:
    """All that comes: at most so many bytes, before that moment of `time.monotonic()`. Raises `Endless`."""
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > most:
            raise Endless("answer too long")
        if time.monotonic() > until:
            raise Endless("answer too slow")
    return bytes(content)
