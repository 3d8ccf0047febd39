from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.design.exports import cell, csv_lines


@pytest.mark.parametrize(
    "value", ["=1+1", "+33 1", "-2", "@SUM(A1)", "\t=1", "  =1", "\r=1", "\n=1", "＝1+1", "|calc", "%0A=1", "\x00=1"]
)
def test_what_a_spreadsheet_would_run_becomes_text(value: str) -> None:
    assert str(cell(value)).startswith("'")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-2, -2),
        (Decimal("-1.5"), Decimal("-1.5")),
        (date(2019, 2, 25), date(2019, 2, 25)),
        (None, ""),
        (True, "oui"),
        (False, "non"),
        (["a", "b"], "a ; b"),
        (["=a"], "'=a"),
        ("L’Échoppe\x0b", "L’Échoppe"),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), datetime.fromisoformat("2026-07-01T14:00")),
    ],
)
def test_the_rest_is_written_as_it_is(value: Any, written: Any) -> None:
    assert cell(value) == written


@given(st.text())
def test_no_text_ever_starts_as_a_formula(text: str) -> None:
    assert str(cell(text)).lstrip()[:1] not in set("=+-@＝＋－＠")


def test_a_csv_keeps_separators_quotes_and_line_ends_inside_their_cell() -> None:
    lines = list(csv_lines(["a", "b"], [['x;"y"', "l1\nl2"]]))
    assert lines == ["\ufeff", "a;b\r\n", '"x;""y""";"l1\nl2"\r\n']
