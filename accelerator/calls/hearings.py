"""How a day of hearings is dealt out between juries: no database here.

The best file that a jury may hear comes first. A member of a jury who is linked to an applicant sends the file to
another jury; the file that none may hear is left, with why.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Hearing:
    """A file heard by a jury, from a moment on. Files and juries are numbers."""

    file: int
    jury: int
    starts_at: datetime


@dataclass(frozen=True)
class Day:
    """When juries sit on one day: from, until, how long each hearing and the pause after it; a break in the middle."""

    starts_at: datetime
    ends_at: datetime
    minutes: int
    pause: int = 0
    break_from: datetime | None = None
    break_until: datetime | None = None

    def starts(self) -> list[datetime]:
        """When a hearing may begin; none overlaps the break or ends after the day."""
        found = []
        length, at = timedelta(minutes=self.minutes), self.starts_at
        while at + length <= self.ends_at:
            if self.break_from and self.break_until and at < self.break_until and at + length > self.break_from:
                at = self.break_until
                continue
            found.append(at)
            at += length + timedelta(minutes=self.pause)
        return found


@dataclass(frozen=True)
class Dealing:
    """What is dealt out; what no jury may hear (`barred`), and what the day is too short for (`left`), in order."""

    hearings: tuple[Hearing, ...]
    barred: tuple[int, ...]
    left: tuple[int, ...]


def dealt(
    files: Sequence[int],
    juries: Sequence[int],
    day: Day,
    *,
    kept_apart: Collection[tuple[int, int]],
    busy: Mapping[int, Sequence[tuple[datetime, datetime]]],
) -> Dealing:
    """Give each moment of each jury to the first file, in order, that it may hear.

    kept_apart  (file, jury): a member of the jury is linked to the applicant.
    busy        jury -> what it hears already (from, until).
    """
    waiting = [file for file in files if any((file, jury) not in kept_apart for jury in juries)]
    barred = tuple(file for file in files if file not in set(waiting))
    hearings: list[Hearing] = []
    length = timedelta(minutes=day.minutes)
    for starts_at in day.starts():
        for jury in juries:
            if any(first < starts_at + length and last > starts_at for first, last in busy.get(jury, ())):
                continue
            file = next((one for one in waiting if (one, jury) not in kept_apart), None)
            if file is not None:
                waiting.remove(file)
                hearings.append(Hearing(file, jury, starts_at))
    return Dealing(tuple(hearings), barred, tuple(waiting))
