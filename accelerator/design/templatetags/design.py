"""The components, as template tags, and dates and numbers as filters (loaded everywhere: see settings)."""

from collections.abc import Sized
from datetime import date, datetime

from django import template

from accelerator.design.components import COMPONENTS
from accelerator.design.components import register as declare
from accelerator.workflow import numbers
from accelerator.workflow.dates import DAY, MOMENT, said, said_months
from accelerator.workflow.names import in_sentence

register = template.Library()
for _component in COMPONENTS:
    declare(register, _component)


@register.filter(expects_localtime=True)
def day(value: date | None, form: str = DAY) -> str:
    """A date as it is said: "1er mars 2019"; nothing when it is not known."""
    return said(value, form) if value else ""


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """A day and an hour as they are said: "1er mars 2019 à 14:30"; nothing when it is not known."""
    return said(value, MOMENT) if value else ""


@register.filter
def months(value: int) -> str:
    """How long, given in months: "deux mois", "trois ans"."""
    return said_months(value)


@register.filter
def said_name(value: str) -> str:
    """A name in a sentence, not in the capitals of a register."""
    return in_sentence(value)


@register.filter
def grouped(value: int | str | None) -> str:
    """A whole number by thousands: "1 500 000"; what is no whole number as it is, nothing when it is not known."""
    return "" if value is None else str(numbers.read(value))


@register.filter
def counted(value: int, nouns: str) -> str:
    """So many things, their noun given as "fiche,fiches": "0 fiche", "1 500 fiches"."""
    one, many = nouns.split(",")
    return numbers.counted(value, one, many)


@register.filter
def pluralize(value: int | float | Sized, suffix: str = "s") -> str:
    """Django's own, as French agrees: the plural from two on (« 0 projet », « 1 projet », « 2 projets »)."""
    several = (abs(value) if isinstance(value, int | float) else len(value)) >= 2
    one, many = suffix.split(",") if "," in suffix else ("", suffix)
    return many if several else one
