"""What others answer is read within a size and a time."""

import time
from collections.abc import Iterator

import pytest

from accelerator.workflow.answers import Endless, read_within


def endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 100


def test_what_is_short_is_read_whole() -> None:
    assert read_within([b"deux ", b"mots"], most=9, until=time.monotonic() + 10) == b"deux mots"
    assert read_within([], most=0, until=0) == b""


def test_what_does_not_end_is_left() -> None:
    with pytest.raises(Endless, match="too long"):
        read_within(endless(), most=1000, until=time.monotonic() + 10)
    with pytest.raises(Endless, match="too slow"):
        read_within(endless(), most=10**12, until=time.monotonic() - 1)
