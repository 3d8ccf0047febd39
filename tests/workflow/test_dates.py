from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template

from accelerator.workflow.dates import said, said_months


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2019, 3, 1), "1er mars 2019"), (date(2019, 3, 2), "2 mars 2019"), (date(2019, 3, 11), "11 mars 2019")],
)
def test_the_first_of_a_month_is_said_in_french(day: date, expected: str) -> None:
    assert said(day) == expected
    assert Template("{{ day|day }}").render(Context({"day": day})) == expected


def test_a_moment_is_said_in_local_time() -> None:
    late = datetime(2019, 2, 28, 23, 30, tzinfo=UTC)
    assert said(late, "l j F Y") == "vendredi 1er mars 2019"
    assert Template("{{ at|moment }}").render(Context({"at": late})) == "1er mars 2019 à 00:30"


def test_an_unknown_day_says_nothing() -> None:
    assert Template("{{ day|day }}{{ day|moment }}").render(Context({"day": None})) == ""


@pytest.mark.parametrize(
    ("months", "expected"),
    [(1, "un mois"), (2, "deux mois"), (12, "un an"), (18, "18 mois"), (36, "trois ans"), (132, "11 ans")],
)
def test_a_duration_in_months_is_said_in_years_when_it_is_some(months: int, expected: str) -> None:
    assert said_months(months) == expected
    assert Template("{{ value|months }}").render(Context({"value": months})) == expected
