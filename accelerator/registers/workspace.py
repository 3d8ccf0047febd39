"""Where files are read and compared before anything is written: a DuckDB of its own, in a folder thrown away after.

Every value is read as text (a SIREN is not a number, "0" is not false). The line of a row is that of its record, the
header being the first: what a spreadsheet shows.
"""

import csv
import logging
import shutil
import tempfile
import threading
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import duckdb
from django.conf import settings

from accelerator.design.exports import csv_lines
from accelerator.design.forms import UNSEEN
from accelerator.registers.reading import Table, Unreadable

logger = logging.getLogger(__name__)

Told = Callable[[str, int, int], None]

# Of a table whose lines are mostly broken, nothing is taken: it is not what it is said to be.
_MOST_BROKEN: Final = 0.5
_BROKEN: Final = {
    "MISSING COLUMNS": "Il manque des colonnes à cette ligne : elle est coupée.",
    "TOO MANY COLUMNS": "Cette ligne a trop de colonnes : un séparateur en trop, ou des guillemets absents.",
    "UNQUOTED VALUE": "Un guillemet est ouvert et jamais refermé.",
    "INVALID ENCODING": "Cette ligne contient un caractère illisible.",
    "LINE SIZE OVER MAXIMUM": "Cette ligne est trop longue.",
}
# A row is known by the number of its table, times this, plus its rank in it.
_RANKS: Final = 10**12
REJECT_COLUMNS: Final = ("Fichier", "Ligne", "Colonne", "Valeur", "Motif", "Effet")
LEFT: Final = "ligne écartée"
BLANKED: Final = "valeur laissée de côté"
# What the engine finds wrong in a statement before it reads anything: no file is to blame.
_OUR_OWN: Final = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)


def _digit(number: str, rank: int) -> str:
    """SQL: one digit of an integer, counted from the right, 1 the last."""
    return f"({number} // {10 ** (rank - 1)}) % 10"


def _luhn(number: str, length: int, *, without: int = 0) -> str:
    """SQL: 1 when the check digit of an integer, without so many of its last digits, is right, else 0 (Luhn, as
    python-stdnum reckons).
    """
    terms = []
    for rank in range(1, length + 1):
        digit = _digit(number, rank + without)
        # Twice the digit, its own digits added: 2d - 9 when it passes 9.
        terms.append(f"(2 * ({digit}) - 9 * CAST(({digit}) > 4 AS TINYINT))" if rank % 2 == 0 else f"({digit})")
    return f"CAST(({' + '.join(terms)}) % 10 = 0 AS TINYINT)"


def _sum_of_digits(number: str, length: int) -> str:
    return f"({' + '.join(f'({_digit(number, rank)})' for rank in range(1, length + 1))})"


def _both(*conditions: str) -> str:
    """SQL: 1 when they all hold."""
    return " * ".join(f"CAST(({condition}) AS TINYINT)" for condition in conditions)


_NINE, _FOURTEEN = "TRY_CAST(t AS INTEGER)", "TRY_CAST(t AS BIGINT)"
# La Poste numbers its establishments in its own way: their digits add up to a multiple of five.
_POSTE: Final = _both("starts_with(t, '356000000')", "t <> '35600000000048'")
_FIVES: Final = _both(f"{_sum_of_digits(_FOURTEEN, 14)} % 5 = 0")


def _ranges(codes: Iterable[int]) -> str:
    """A class of characters for the engine's expressions."""
    ordered = sorted(codes)
    begins = [code for code in ordered if code - 1 not in ordered]
    ends = [code for code in ordered if code + 1 not in ordered]
    return "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in zip(begins, ends, strict=True))


# What nobody sees and what turns the reading round, beyond ASCII, whose controls `blocks` takes out of every value.
_UNSEEN: Final = _ranges(code for code in UNSEEN if code > 127)
# A macro is written out wherever it stands, and again what it is given wherever it names it. The engine reckons alike
# parts once in what it selects, never inside of AND, OR and CASE: long ones multiply, and are asked of a column.
_MACROS: Final = f"""
    CREATE MACRO is_siren(t) AS coalesce(
        {_both("regexp_full_match(t, '[0-9]{9}')", "t <> '000000000'")} * {_luhn(_NINE, 9)} = 1, false);
    CREATE MACRO is_siret(t) AS coalesce(
        {_both("regexp_full_match(t, '[0-9]{14}')", "NOT starts_with(t, '000000000')")}
        * {_luhn(_FOURTEEN, 9, without=5)}
        * ({_POSTE} * {_FIVES} + (1 - {_POSTE}) * {_luhn(_FOURTEEN, 14)}) = 1, false);
    CREATE MACRO is_rna(t) AS regexp_full_match(t, 'W[0-9][0-9A-Z][0-9]{{7}}');
    CREATE MACRO said(t) AS coalesce(trim(t), '');
    CREATE MACRO compact(t) AS replace(replace(said(t), ' ', ''), '.', '');
    CREATE MACRO plain_name(t) AS trim(replace(replace(regexp_replace(replace(replace(upper(strip_accents(said(t))),
        '-', ' '), chr(39), ' '), ' (CEDEX|[0-9]).*$', ''), 'SAINTE ', 'STE '), 'SAINT ', 'ST '));
    CREATE MACRO seen(t) AS
        CASE WHEN length(t) = strlen(t) THEN t ELSE regexp_replace(t, '[{_UNSEEN}]', '', 'g') END;
    CREATE MACRO plain_line(t, longest) AS
        left(trim(replace(replace(coalesce(seen(t), ''), chr(10), ' '), chr(13), ' ')), longest);
    CREATE MACRO line_of(t, longest) AS
        CASE WHEN plain_line(t, longest) = '[ND]' THEN '' ELSE plain_line(t, longest) END;
    CREATE MACRO digits_of(t, count) AS
        CASE WHEN length(t) = count AND TRY_CAST(t AS UINTEGER) IS NOT NULL THEN t ELSE '' END;
    CREATE MACRO activity_of(t) AS CASE WHEN length(t) BETWEEN 5 AND 6 AND substr(t, 3, 1) = '.' THEN t ELSE '' END;
    CREATE MACRO day_of(t) AS CASE WHEN TRY_CAST(left(t, 10) AS DATE) BETWEEN DATE '1600-01-01' AND DATE '2199-12-31'
        AND left(t, 10) <> '1900-01-01' THEN TRY_CAST(left(t, 10) AS DATE) END;
    CREATE MACRO print_of(t) AS CAST(md5_number_lower(t) & 9223372036854775807 AS BIGINT);
"""


@dataclass(frozen=True)
class _Read:
    """A file that was read: which records of it were broken, and how many rows stand above the names of its columns."""

    name: str
    broken: Sequence[tuple[int, str]]
    above: int = 0

    def line(self, record: int) -> int:
        """The line of a row from its rank among the rows that were well read (1 is the first)."""
        line = record + 1
        lines = [broken for broken, _ in self.broken]
        while True:
            moved = record + 1 + bisect_left(lines, line + 1)
            if moved == line:
                return line + self.above
            line = moved


class Workspace:
    """The engine, its folder, and the faults found so far."""

    def __init__(self, folder: Path, told: Told) -> None:
        self.folder = folder
        self.told = told
        self._reads: dict[int, _Read] = {}
        self.engine = duckdb.connect(
            # In memory, what overflows in the folder, compressed: to compress all, as a file does, took longer.
            ":memory:",
            config={
                "memory_limit": settings.REGISTER_FILES_MEMORY,
                "threads": "2",
                "temp_directory": str(folder / "spill"),
                "preserve_insertion_order": "true",
                # A join reads its left side in order, on every core, and keeps its right side in memory: as it is
                # written here. Turned round, it lost the order of the file and a core.
                "disabled_optimizers": "build_side_probe_side",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )
        # As the engine understood it: "400MB", "2GiB"…
        self._memory = self.number("SELECT parse_formatted_bytes(current_setting('memory_limit'))")
        self.engine.execute(_MACROS)
        self.engine.execute(
            "CREATE TABLE faults (rank BIGINT, line_column VARCHAR, value VARCHAR, reason VARCHAR, effect VARCHAR)"
        )

    def read(
        self,
        table: Table,
        into: str,
        columns: Mapping[str, str],
        select: str,
        step: str,
        *,
        coded: Mapping[str, Collection[str]] | None = None,
    ) -> int:
        """Read a table: `select` gives the columns of `into` from a relation called `given`; return its number.

        columns  name in `given` -> name in the file; what the file lacks is NULL.
        coded    the codes of some columns: one that holds none of its own is another, of which everything would be
                 misunderstood alike (a Parquet of other types closed or hid whoever it named). One whose codes are
                 all padded, or in the other letters, is handed over trimmed and in capitals.
        Every row of the file makes one row of `into`, with its rank (`rank`, which `select` hands on): see `fault`.
        Raises `Unreadable` when most lines are broken, when the file is spoilt further on, for a column of other codes.
        """
        source = len(self._reads) + 1
        found = {name: table.column(wanted) for name, wanted in columns.items()}
        given = ", ".join(
            f"CAST({_quoted(column)} AS VARCHAR) AS {name}" if column else f"CAST(NULL AS VARCHAR) AS {name}"
            for name, column in found.items()
        )
        verb = f"INSERT INTO {into}" if self._has(into) else f"CREATE TABLE {into} AS"
        # Numbered before anything is joined: a join keeps no order. A table keeps that of its file, and numbers its
        # rows from 0; to have them numbered while they are read, the engine reads them on one core.
        try:
            self._follow(f"CREATE TABLE raw AS SELECT {given} FROM {_scan(table)}", f"{step} : {table.name}")  # noqa: S608  our own SQL; names of columns are quoted
        except _OUR_OWN:
            raise
        except duckdb.Error as error:  # the engine raises whatever it meets in a spoilt Parquet
            logger.exception("%s: the reading stopped", table.name)
            raise Unreadable(f"{table.name} est abîmé : sa lecture s’est arrêtée. Téléchargez-le à nouveau.") from error
        self._check_codes(table, columns, coded or {})
        numbered = f"SELECT {source * _RANKS + 1} + rowid AS rank, * FROM raw"  # noqa: S608  a number of ours
        self._follow(f"{verb} SELECT * FROM (WITH given AS ({numbered}) {select})", f"{step} : {table.name}")  # noqa: S608  our own SQL
        self.engine.execute("DROP TABLE raw")
        broken: list[tuple[int, str]] = []
        if table.kind == "csv":
            self.engine.execute("SELECT line, min(error_type) FROM reject_errors GROUP BY line ORDER BY line")
            broken = [(int(line), str(kind)) for line, kind in self.engine.fetchall()]
            self.engine.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
        self._reads[source] = _Read(table.name, broken, table.above)
        rows = self.number(f"SELECT count(*) FROM {into} WHERE rank // {_RANKS} = {source}")  # noqa: S608  our own names
        if len(broken) > 5 and len(broken) > _MOST_BROKEN * (rows + len(broken)):
            raise Unreadable(f"{table.name} ne se lit pas : la plupart de ses lignes n’ont pas les colonnes annoncées.")
        return source

    def _check_codes(self, table: Table, columns: Mapping[str, str], coded: Mapping[str, Collection[str]]) -> None:
        for name, codes in coded.items():
            if self._bears(name, codes):
                continue
            # Padded to a width, or in small letters: put right for whoever reads them, who then understands the same.
            self.engine.execute(f"UPDATE raw SET {name} = upper(trim({name}))")  # noqa: S608  our own names
            if not self._bears(name, [code.upper() for code in codes]) and self.number("SELECT count(*) FROM raw"):
                raise Unreadable(
                    f"{table.name} : aucune ligne de la colonne {columns[name]} ne porte un des codes attendus"
                    f" ({', '.join(filter(None, codes))}). Rien n’a été changé."
                )

    def _bears(self, name: str, codes: Iterable[str]) -> bool:
        known = ", ".join(map(_literal, codes))
        return bool(self.number(f"SELECT 1 FROM raw WHERE coalesce({name}, '') IN ({known}) LIMIT 1"))  # noqa: S608  our own names

    def _has(self, table: str) -> bool:
        return bool(self.number(f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{table}'"))  # noqa: S608  our own names

    def run(self, statement: str, step: str = "") -> None:
        """Run some SQL, said as a step when it is long."""
        if step:
            self._follow(statement, step)
        else:
            self.engine.execute(statement)

    def _follow(self, statement: str, step: str) -> None:
        """Run a statement and tell how far it is, as the engine reckons it.

        What the memory given cannot hold, whatever is put on disk, is tried again with twice as much, then four times.
        """
        for more in (1, 2, 4):
            try:
                self.engine.execute(f"SET memory_limit = '{more * self._memory}B'")
                self._followed(statement, step)
                return
            except duckdb.OutOfMemoryException as error:
                if more == 4:
                    raise Unreadable(
                        "La mémoire donnée à la lecture des fichiers n’a pas suffi, même quadruplée : augmentez"
                        " REGISTER_FILES_MEMORY, ou faites de la place sur le disque temporaire."
                    ) from error
                logger.warning("%s: memory exceeded, tried again with more", step)

    def _followed(self, statement: str, step: str) -> None:
        failures: list[BaseException] = []

        def work() -> None:
            self.engine.execute("BEGIN")
            try:
                self.engine.execute(statement)
                self.engine.execute("COMMIT")
            except BaseException as error:
                failures.append(error)
                with suppress(duckdb.Error):
                    self.engine.execute("ROLLBACK")

        worker = threading.Thread(target=work)
        self.told(step, 0, 100)
        worker.start()
        try:
            while worker.is_alive():
                worker.join(0.3)
                self.told(step, max(0, min(100, int(self.engine.query_progress()))), 100)
        except BaseException:
            self.engine.interrupt()
            worker.join()
            raise
        for error in failures:
            if isinstance(error, duckdb.IOException):
                # What the engine says of it names files of this machine.
                logger.error("%s: the reading stopped", step, exc_info=error)
                raise Unreadable(
                    "La lecture s’est arrêtée : un fichier est coupé, ou le disque est plein. Les journaux du service"
                    " en disent la cause."
                ) from error
            raise error
        self.told(step, 100, 100)

    def number(self, query: str) -> int:
        """The one number that a query gives."""
        row = self.engine.execute(query).fetchone()
        return int(row[0] or 0) if row else 0

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """What a query gives, a block at a time."""
        self.engine.execute(query)
        while block := self.engine.fetchmany(5000):
            yield from block

    def take(self, name: str, columns: Sequence[str], path: Path, *, types: Mapping[str, str] | None = None) -> None:
        """A table from a CSV of ours, without header."""
        named = ", ".join(f"'{column}': '{(types or {}).get(column, 'VARCHAR')}'" for column in columns)
        self.engine.execute(
            f"CREATE TABLE {name} AS SELECT * FROM read_csv(?, header=false, auto_detect=false, delim=',',"  # noqa: S608  our own names
            f" quote='\"', escape='\"', columns={{{named}}})",
            [str(path)],
        )

    def broken(self) -> int:
        """How many lines could not be cut into columns."""
        return sum(len(read.broken) for read in self._reads.values())

    def rejects(self) -> Iterator[tuple[Any, ...]]:
        """Every fault, in the order of the files: file, line, column, value, reason, effect."""
        for source, read in self._reads.items():
            faults = [
                (read.line(int(record)), column, value, reason, effect)
                for record, column, value, reason, effect in self.rows(
                    f"SELECT rank % {_RANKS}, line_column, value, reason, effect FROM faults"  # noqa: S608  our own names
                    f" WHERE rank // {_RANKS} = {source}"
                )
            ]
            faults += [
                (read.above + line, "", "", _BROKEN.get(kind, "Cette ligne ne se lit pas."), LEFT)
                for line, kind in read.broken
            ]
            for fault in sorted(faults, key=lambda one: (one[0], one[1])):
                yield (read.name, *fault)

    def blame(self, faults: Sequence[tuple[int, str, str, str, str]]) -> None:
        """Add faults found outside of the engine: rank of the row, column, value, reason, effect."""
        if faults:
            self.engine.executemany("INSERT INTO faults VALUES (?, ?, ?, ?, ?)", faults)

    def rejected(self) -> int:
        """How many faults there are."""
        return self.broken() + self.number("SELECT count(*) FROM faults")

    def write_rejects(self, path: Path, more: Iterable[tuple[Any, ...]] = ()) -> int:
        """Write the faults, then `more` of the same columns, as a CSV without executable formula; return how many."""
        count = 0

        def counted() -> Iterator[tuple[Any, ...]]:
            nonlocal count
            for fault in chain(self.rejects(), more):
                count += 1
                yield fault

        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_lines(REJECT_COLUMNS, counted()))
        return count

    def export(self, query: str, name: str) -> Path:
        """Write what a query gives as a CSV that PostgreSQL copies as it is (NULL is \\N)."""
        path = self.folder / name
        self._follow(
            f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER false, NULLSTR '\\N', QUOTE '\"', ESCAPE '\"')", "Tri"
        )
        return path


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _scan(table: Table) -> str:
    if table.kind == "parquet":
        return f"read_parquet({_literal(str(table.path))})"
    columns = ", ".join(f"{_literal(column)}: 'VARCHAR'" for column in table.columns)
    return (
        f"read_csv({_literal(str(table.path))}, auto_detect=false, header=true, delim={_literal(table.separator)},"
        f" quote='\"', escape='\"', columns={{{columns}}}, store_rejects=true, rejects_limit=0, null_padding=false)"
    )


@contextmanager
def workspace(told: Told) -> Iterator[Workspace]:
    """A workspace, its folder removed in the end."""
    folder = Path(tempfile.mkdtemp(prefix="french-impact-import-"))
    try:
        space = Workspace(folder, told)
        try:
            yield space
        finally:
            space.engine.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# What no text of ours holds: control characters, which PostgreSQL refuses (NUL) or a page would show as boxes.
_CONTROLS: Final = bytes.maketrans(bytes([*range(10), *range(11, 32), 127]), b" " * 32)


def blocks(path: Path, rows: int, *, first: int | None = None) -> Iterator[tuple[int, bytes]]:
    """A CSV of ours, some rows at a time (`first` at first): how many, and their bytes.

    No value of ours holds a line break.
    """
    with path.open("rb") as file:
        count = first or rows
        while lines := list(islice(file, count)):
            yield len(lines), b"".join(lines).translate(_CONTROLS)
            count = rows


def written(rows: Iterable[Sequence[Any]], path: Path) -> Path:
    """Some rows as a CSV of ours."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path
