"""How far a long work is, on the terminal: a bar that moves, or one line every ten percent where nothing can move."""

import time
from typing import Any, Final

_WIDTH: Final = 30
_EVERY: Final = 0.2


class Bar:
    """Called with a step, what is done of it and what there is (0: not known)."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._moves = bool(getattr(out, "isatty", lambda: False)())
        self._step = ""
        self._began = self._shown = time.monotonic()
        self._tenth = -1

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step != self._step:
            self._end_line()
            self._step, self._began, self._tenth, self._shown = step, now, -1, 0.0
        share = min(1.0, done / total) if total else 0.0
        if self._moves:
            if now - self._shown >= _EVERY or share == 1.0:
                self._shown = now
                filled = round(share * _WIDTH)
                bar = "█" * filled + "░" * (_WIDTH - filled)
                self._out.write(f"\r\033[K{step} {bar} {share:4.0%}{self._left(now, share)}", ending="")
                self._out.flush()
        elif (tenth := int(share * 10)) > self._tenth:
            self._tenth = tenth
            self._out.write(f"{step} : {tenth * 10} %")

    def _left(self, now: float, share: float) -> str:
        spent = now - self._began
        if not 0.02 < share < 1 or spent < 2:
            return ""
        return f", encore {duration(spent * (1 - share) / share)}"

    def _end_line(self) -> None:
        if self._moves and self._step:
            self._out.write("")

    def close(self) -> None:
        """Leave the line."""
        self._end_line()
        self._step = ""


def duration(seconds: float) -> str:
    """In French: "12 s", "3 min 20 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
