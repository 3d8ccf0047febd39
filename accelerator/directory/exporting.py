"""The files of exports: written aside, then put in their place whole.

Note [Half a file is never offered]
A file is written under another name, and takes its own in one step before the row says that it is ready. A worker that
dies leaves a part that nothing names: the work is taken up from its beginning (a minute for a million organisations),
and the part is swept at night.
Nothing long is done in a transaction: the numbers of what is found are read in a short one, then these, a few
thousands at a time. Each is there as it is when it is written.
"""

import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from accelerator.design.exports import write_csv, write_xlsx
from accelerator.directory.models import Export
from accelerator.directory.operations import exports as operations
from accelerator.directory.queries.searched import SEARCHED_ORGANISATIONS, Searched, searched_as
from accelerator.directory.states import ExportKind
from accelerator.journal import System
from accelerator.workflow import read_only, transaction

WRITER: Final = System("exports")
WHOLE: Final = "annuaire.csv.gz"
_TOLD_EVERY: Final = 2.0
_ROWS_BETWEEN: Final = 1000
# A part that nobody has touched for so long belongs to nobody.
_ABANDONED: Final = timedelta(hours=6)


def folder() -> Path:
    """Where the files are; made when it is missing."""
    path = Path(settings.MEDIA_ROOT) / "exports"
    path.mkdir(mode=0o750, parents=True, exist_ok=True)
    return path


def write(number: int) -> bool:
    """Write the file of an export; False when it is no longer wanted."""
    with transaction():
        export = operations.begin_export(export=number, by=WRITER, at=timezone.now())
    if export is None:
        return False
    try:
        searched = searched_as(export.things)
        numbers = _numbers(searched, export.query)
        target = folder() / Path(export.file_name).name
        written = _write(searched, target, export.kind, numbers, tell=lambda done: _tell(export, len(numbers), done))
    except Exception:
        with transaction():
            operations.fail_export(export=export.pk, by=WRITER, at=timezone.now())
        raise
    with transaction():
        size = target.stat().st_size
        operations.finish_export(export=export.pk, number=written, size=size, by=WRITER, at=timezone.now())
    return True


def write_whole() -> int:
    """Write the whole directory, which anyone may fetch by its one address; return how many organisations it has."""
    searched = SEARCHED_ORGANISATIONS
    return _write(searched, folder() / WHOLE, ExportKind.CSV, _numbers(searched, ""))


def sweep(at: datetime) -> int:
    """Remove the files that no export names; return how many. What is being written has its time."""
    named = {Path(export.file_name).name for export in Export.objects.filter(ready_at__isnull=False)} | {WHOLE}
    removed = 0
    for path in folder().iterdir():
        with suppress(FileNotFoundError):  # another worker swept it
            age = at.timestamp() - path.stat().st_mtime
            if path.name not in named and age > _ABANDONED.total_seconds():
                path.unlink()
                removed += 1
    return removed


def _numbers(searched: Searched, query: str) -> "array[int]":
    with read_only():
        return searched.directory.every_number(searched.read(query))


def _write(
    searched: Searched, target: Path, kind: str, numbers: Sequence[int], tell: Callable[[int], None] | None = None
) -> int:
    part = target.with_name(f"{target.name}.{uuid4().hex}.part")
    rows = _Counted(searched.rows(numbers), tell)
    try:
        with part.open("xb") as file:
            if kind == ExportKind.CSV:
                write_csv(file, searched.columns, rows)
            else:
                write_xlsx(file, searched.file_name, searched.columns, rows)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return rows.number


class _Counted:
    """Rows on their way, counted; every two seconds `tell` is told how many."""

    def __init__(self, rows: Iterable[Sequence[Any]], tell: Callable[[int], None] | None) -> None:
        self.rows, self.tell, self.number = rows, tell, 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        told = time.monotonic()
        for row in self.rows:
            self.number += 1
            if self.tell and not self.number % _ROWS_BETWEEN and time.monotonic() - told > _TOLD_EVERY:
                self.tell(self.number)
                told = time.monotonic()
            yield row


def _tell(export: Export, number: int, written: int) -> None:
    with transaction():
        operations.count_written(export=export.pk, number=number, written=written, by=WRITER, at=timezone.now())
