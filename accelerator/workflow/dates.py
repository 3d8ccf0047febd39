"""How a date is said in French, on pages, in mails and in refusals: the first of a month is « 1er »."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final

from django.utils.formats import date_format
from django.utils.timezone import is_aware, localtime

DAY: Final = "j F Y"
MOMENT: Final = "j F Y à H:i"
_WORDS: Final = dict(enumerate(["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"], 1))


def said(value: date, form: str = DAY) -> str:
    """The date, or the moment in local time, in one of Django's forms: "1er mars 2019", "2 mars 2019"."""
    if isinstance(value, datetime) and is_aware(value):
        value = localtime(value)
    return _said(value, form)


# A list says the same days on every page, and Django takes a tenth of a millisecond for each.
@lru_cache(maxsize=4096)
def _said(value: date, form: str) -> str:
    return date_format(value, form.replace("j", r"j\e\r", 1) if value.day == 1 else form)


def said_months(months: int) -> str:
    """How long, as it is said: "deux mois", "18 mois", "un an", "trois ans"."""
    years, left = divmod(months, 12)
    if left:
        return f"{_WORDS.get(months, months)} mois"
    return f"{_WORDS.get(years, years)} an{'s' if years > 1 else ''}"
