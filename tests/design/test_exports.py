from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from accelerator.design.exports import cell, csv_lines, write_xlsx


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+33 1", "-2", "@SUM(A1)", "\t=1", "  =1", "\r=1", "\n=1", "＝1+1", "﹦1", "|calc", "%0A=1", "\x00=1"],
)
@pytest.mark.parametrize("before", ["", "\ufeff", " \u200b", "\u202e\u2060"], ids=ascii)
def test_what_a_spreadsheet_would_run_becomes_text(before: str, value: str) -> None:
    assert str(cell(before + value)).startswith("'")


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


ROWS: list[list[Any]] = [
    [
        "Ferme « L’Échoppe » & <fils>",
        12,
        Decimal("1.50"),
        date(2019, 2, 25),
        datetime.fromisoformat("2026-07-01T14:30"),
    ],
    ["=SOMME(A1)", -2, 0.25, date(1999, 12, 31), None],
    ["_x000D_ reste du texte", True, None, None, None],
    ["", ["a", "b"], 10**12, None, None],
    ["  deux  espaces\net une ligne", "é\u0301 🐝", 0, None, None],
]


def test_a_workbook_is_read_by_two_readers_that_are_not_ours(tmp_path: Path) -> None:
    """openpyxl, and calamine (Rust): what one forgives, the other does not."""
    path = tmp_path / "fichier.xlsx"
    header = ["texte", "nombre", "décimal", "jour", "moment"]
    with path.open("wb") as file:
        write_xlsx(file, "Un : titre / interdit [et long, bien trop long]", header, ROWS)
    expected = [[_plain(cell(value)) for value in row] for row in ROWS]
    other = python_calamine.CalamineWorkbook.from_path(path)
    rows = other.get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert rows[0] == header
    assert [[_plain(value) for value in row] for row in rows[1:]] == expected
    book = openpyxl.load_workbook(path)
    assert other.sheet_names == book.sheetnames
    rows = [["" if value is None else value for value in row] for row in book.active.iter_rows(values_only=True)]
    assert rows[0] == header
    # openpyxl leaves what is escaped (ECMA-376, part 1, 22.4.2.4) as it is written.
    expected[2][0] = "_x005F_x000D_ reste du texte"
    assert [[_plain(value) for value in row] for row in rows[1:]] == expected


def _plain(value: Any) -> Any:
    """Days as moments, numbers as floats."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return float(value) if isinstance(value, int | float | Decimal) else value
