"""Exports for spreadsheets: CSV and XLSX, streamed, harmless when opened.

Both go through `cell`, which neutralises what a spreadsheet would run as a formula.
"""

import csv
import gzip
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, Final
from xml.sax.saxutils import escape

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from accelerator.workflow import read_only

# What a spreadsheet takes for the start of a formula, full-width forms included
# (OWASP, "CSV Injection"); blanks before it, and what nobody sees, do not disarm it everywhere.
_FORMULA: Final = re.compile(
    r"[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*[=+\-@＝＋－＠﹢﹣﹦﹫|%]"
)
# What neither XML 1.0 nor a spreadsheet accepts.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
LONGEST_CELL: Final = 32_000
# What a sheet can hold, its heading included (ECMA-376).
MOST_ROWS: Final = 1_048_576
CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Of zlib: beyond, the time doubles for a tenth of the size.
_COMPRESSION: Final = 3

_SEVERAL: Final = frozenset({list, tuple, set, frozenset})

Rows = Callable[[], Iterable[Sequence[Any]]]


def cell(value: Any) -> str | int | float | Decimal | date:
    """What is written in the cell.

    Numbers and dates stay what they are, moments to the second. Text is stripped of control characters; if it starts
    as a formula, an apostrophe is put before it, so that it is read as text. Unknown is an empty cell, never a zero.
    """
    if value is None:
        return ""
    if type(value) in _SEVERAL:
        value = " ; ".join(map(str, value))
    # Nearly all that is exported is a plain text: it is seen at once, and left as it is.
    if type(value) is str and value.isprintable() and len(value) <= LONGEST_CELL and (not value or value[0].isalnum()):
        return value
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        local = timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
        return local.replace(microsecond=0)
    if isinstance(value, int | float | Decimal | date):
        return value
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
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

    response = StreamingHttpResponse(lines(), content_type=CONTENT_TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="{_file_name(name)}.csv"'
    return response


def xlsx_response(name: str, header: Sequence[str], rows: Rows) -> HttpResponseBase:
    """A workbook written row by row to a temporary file, then sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  FileResponse closes it once sent
    with read_only():
        write_xlsx(file, name, header, rows())
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{_file_name(name)}.xlsx",
        content_type=CONTENT_TYPES["xlsx"],
    )


def write_csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """The same CSV in a file, gzipped (a sixth of the size): browsers are sent it so, and undo it themselves."""
    with (
        gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_COMPRESSION, mtime=0) as packed,
        io.TextIOWrapper(io.BufferedWriter(packed, 1 << 18), encoding="utf-8", newline="") as text,
    ):
        text.write("\ufeff")
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow([cell(label) for label in header])
        for row in rows:
            writer.writerow([cell(value) for value in row])


def write_xlsx(file: IO[bytes], name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A workbook of one sheet, row by row: nothing is kept in memory nor set aside on the disk.

    Raises `ValueError` beyond `MOST_ROWS`, which is what a sheet can hold.

    Note [Why the workbook is written here]
    openpyxl's write-only mode sets the whole sheet aside, uncompressed, in a temporary file (1.5 GB for a million
    organisations, left there by a worker that is killed), and takes four minutes for it; XlsxWriter does alike
    (docs/decisions/0039-what-is-new-and-whole-exports.md). These are the six parts that ECMA-376 asks for, with the
    text in its cells; openpyxl reads them back in the tests.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as book:
        title = re.sub(r"[\\/*?:\[\]]", " ", name)[:31] or "Export"
        for part, content in _WORKBOOK.items():
            book.writestr(part, _XML + content.replace("{title}", escape(title, {'"': "&quot;"})))
        with (
            book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as packed,
            io.TextIOWrapper(io.BufferedWriter(packed, 1 << 18), encoding="utf-8") as sheet,
        ):
            sheet.write(_XML + _SHEET_BEFORE)
            sheet.write(f"<row>{''.join(_xlsx_cell(label, _BOLD) for label in header)}</row>")
            for number, row in enumerate(rows, 2):
                if number > MOST_ROWS:
                    raise ValueError(f"Une feuille de calcul compte au plus {MOST_ROWS} lignes.")
                sheet.write(f"<row>{''.join(map(_xlsx_cell, row))}</row>")
            sheet.write(_SHEET_AFTER)


_PLAIN: Final = 0
_BOLD: Final = 1
_DAY: Final = 2
_MOMENT: Final = 3
# A spreadsheet counts the days from there (ECMA-376, part 1, 18.17.4).
_DAY_ZERO: Final = date(1899, 12, 30)
_SECONDS_A_DAY: Final = 86_400
# What a spreadsheet takes for an escaped character (ECMA-376, part 1, 22.4.2.4).
_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def _xlsx_cell(value: Any, style: int = _PLAIN) -> str:
    said = cell(value)
    if said == "":
        return "<c/>"
    if isinstance(said, str):
        text = escape(_ESCAPED.sub("_x005F_", said))
        return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    if isinstance(said, datetime):
        since = said - datetime.combine(_DAY_ZERO, time())
        return f'<c s="{_MOMENT}"><v>{since.days + since.seconds / _SECONDS_A_DAY}</v></c>'
    if isinstance(said, date):
        return f'<c s="{_DAY}"><v>{(said - _DAY_ZERO).days}</v></c>'
    return f'<c s="{style}"><v>{said}</v></c>'


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_WORKBOOK: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="{title}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>'
        '<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm:ss"/></numFmts>'
        "<fonts><font/><font><b/></font></fonts>"
        '<fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
        '<cellXfs><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>'
        '<xf numFmtId="165" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
_SHEET_BEFORE: Final = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_SHEET_AFTER: Final = "</sheetData></worksheet>"


def _file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "export"
