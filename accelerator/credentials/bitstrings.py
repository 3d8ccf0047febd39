"""The bits of a status list, as the standard writes them (W3C Bitstring Status List 1.0, section 3)."""

import base64
import gzip
from collections.abc import Iterable
from typing import Final

# The least that the standard allows: fewer would tell whom a question is about.
LENGTH: Final = 131_072


def encoded(raised: Iterable[int]) -> str:
    """The list in which these bits are raised, as multibase base64url; the first is the leftmost of the first byte."""
    bits = bytearray(LENGTH // 8)
    for index in raised:
        bits[index // 8] |= 0x80 >> index % 8
    # Without the moment of the compression, so that the same bits are the same bytes.
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), 9, mtime=0)).decode().rstrip("=")
