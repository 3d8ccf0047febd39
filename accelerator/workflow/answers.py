"""What another service answers is read within a size and a time: it may be broken, or not be who it says. A leaf.

Note [The authorities are read once]
A client made without a context reads the whole list of authorities again, some thirty milliseconds of processor each,
even to speak without TLS; a sign-in by ProConnect would read it four times. A process reads it at its first question.
"""

import ssl
import time
from collections.abc import Iterable
from functools import cache

import httpx


class Endless(Exception):
    """It was too long, or too slow. The message says which, for the log."""


@cache
def authorities() -> ssl.SSLContext:
    """Who may vouch for a service: every client of the platform asks it, see Note [The authorities are read once]."""
    return httpx.create_ssl_context()


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
