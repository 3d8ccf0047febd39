"""Working days in France: how far a promised answer is. A leaf."""

from datetime import date, timedelta
from functools import lru_cache

# The eleven public holidays (Code du travail, L3133-1): eight fixed, three that follow Easter.
_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)


def working_days_after(start: date, number: int) -> date:
    """The day that comes this many working days after another (Saturdays, Sundays and public holidays left out)."""
    day = start
    while number > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays(day.year):
            number -= 1
    return day


@lru_cache(maxsize=8)
def holidays(year: int) -> frozenset[date]:
    """The public holidays of a year in metropolitan France."""
    easter = _easter(year)
    return frozenset(
        [date(year, month, day) for month, day in _FIXED] + [easter + timedelta(days=days) for days in _AFTER_EASTER]
    )


def _easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Gauss's rule as corrected by Meeus and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
