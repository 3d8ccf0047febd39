"""How far a long work is, on a terminal and where nothing can move."""

import io
from typing import Any

import pytest
from django.core.management.base import OutputWrapper

from accelerator.design import bar
from accelerator.design.bar import Bar, duration


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    made = _Clock()
    monkeypatch.setattr(bar, "time", made)
    return made


def test_where_nothing_moves_one_line_is_said_every_ten_percent() -> None:
    out = io.StringIO()
    shown = Bar(OutputWrapper(out))
    for done in range(101):
        shown("Lecture", done, 100)
    shown("Tri", 0, 0)
    shown.close()
    assert out.getvalue().splitlines() == [f"Lecture : {tenth} %" for tenth in range(0, 101, 10)] + ["Tri : 0 %"]


def test_on_a_terminal_one_line_moves_and_says_what_is_left(clock: _Clock) -> None:
    out: Any = _Terminal()
    shown = Bar(OutputWrapper(out))
    shown("Lecture", 0, 100)
    clock.now += 60
    shown("Lecture", 20, 100)
    clock.now += 0.1
    shown("Lecture", 21, 100)  # too soon to be seen
    shown("Lecture", 100, 100)
    shown("Tri", 1, 2)
    shown.close()
    first, second, _ = out.getvalue().split("\n")
    drawn = first.split("\r\033[K")
    assert drawn[2] == f"Lecture {'█' * 6}{'░' * 24}  20%, encore 4 min 00 s"
    assert drawn[3:] == [f"Lecture {'█' * 30} 100%"]
    assert second == f"\r\033[KTri {'█' * 15}{'░' * 15}  50%"


@pytest.mark.parametrize(("seconds", "said"), [(12.4, "12 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s")])
def test_a_duration_is_said_in_french(seconds: float, said: str) -> None:
    assert duration(seconds) == said
