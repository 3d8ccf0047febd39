"""Exports for spreadsheets: CSV and XLSX, streamed, harmless when opened.

Both go through `cell`, which neutralises what a spreadsheet would run as a formula.
"""

import csv
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from accelerator.workflow import read_only

# What a spreadsheet takes for the start of a formula, full-width forms included
# (OWASP, "CSV Injection"); blanks before it do not disarm it everywhere.
_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠|%]")
# What neither XML 1.0 nor a spreadsheet accepts.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
LONGEST_CELL: Final = 32_000

Rows = Callable[[], Iterable[Sequence[Any]]]


def cell(value: Any) -> str | int | float | Decimal | date:
    """What is written in the cell.

    Numbers and dates stay what they are. Text is stripped of control characters; if it starts as a formula, an
    apostrophe is put before it, so that it is read as text. Unknown is an empty cell, never a zero.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if isinstance(value, int | float | Decimal | date):
        return value
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, list | tuple | set | frozenset):
        value = " ; ".join(str(part) for part in value)
    text = _CONTROL.sub("", str(value))[:LONGEST_CELL]
    return f"'{text}" if _FORMULA.match(text) else text


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV that French spreadsheets open by a double click: UTF-8 with its mark, semicolons."""
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff"
    yield writer.writerow([cell(label) for label in header])
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def csv_response(name: str, header: Sequence[str], rows: Rows) -> StreamingHttpResponse:
    """A CSV sent line by line. `rows` is called, and read, in a transaction that cannot write."""

    def lines() -> Iterator[str]:
        with read_only():
            yield from csv_lines(header, rows())

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(name)}.csv"'
    return response


def xlsx_response(name: str, header: Sequence[str], rows: Rows) -> HttpResponseBase:
    """A workbook written row by row to a temporary file, then sent."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", name)[:31] or "Export")
    sheet.freeze_panes = "A2"
    headings = [WriteOnlyCell(sheet, value=cell(label)) for label in header]
    for heading in headings:
        heading.font = Font(bold=True)
    sheet.append(headings)
    with read_only():
        for row in rows():
            sheet.append([cell(value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115  FileResponse closes it once sent
    book.save(file)
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{_file_name(name)}.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "export"
