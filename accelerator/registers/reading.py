"""The files as they are published (CSV, zip, gzip, Parquet, workbook), made readable by DuckDB: unpacked, in UTF-8.

Note [Nothing is believed of a file]
What an archive says of its own sizes is checked before it is opened and again while it is unpacked: a bomb stops
at the limit, not when the disk is full. A file is UTF-8 or windows-1252 as its first accented letter says.
Columns are read by name, whatever their order, their capitals and what stands beside them.
"""

import codecs
import csv
import gzip
import hashlib
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final, Literal

import duckdb
from django.conf import settings
from openpyxl import load_workbook

_BLOCK: Final = 1 << 20
# A published file shrinks five to ten times; a bomb, a thousand times. Below this size any ratio is harmless.
MOST_RATIO: Final = 100
_HARMLESS: Final = 10 << 20
MOST_MEMBERS: Final = 500
MOST_SHEET_ROWS: Final = 200_000
_LONGEST_HEADER: Final = 64 * 1024
# A title, a date, an address, a blank: what people write above a table.
_MOST_ABOVE: Final = 20
_SEPARATORS: Final = ",;\t|"

Told = Callable[[int, int], None]


class Unreadable(ValueError):
    """A file that cannot be taken; the message is the French sentence to show."""


@dataclass(frozen=True)
class Table:
    """One table, ready for DuckDB.

    name     what it is called where rejects are said: the file's own name, or its member's.
    columns  in their order, as the file spells them.
    above    how many rows stand above the names of the columns: a title, a date.
    """

    name: str
    path: Path
    kind: Literal["csv", "parquet"]
    columns: tuple[str, ...]
    separator: str = ","
    above: int = 0

    def missing(self, wanted: Iterable[str]) -> list[str]:
        """The columns wanted that it has not."""
        known = {plain(column) for column in self.columns}
        return [column for column in wanted if plain(column) not in known]

    def column(self, wanted: str) -> str | None:
        """How it spells the column, if it has it."""
        return next((column for column in self.columns if plain(column) == plain(wanted)), None)


def plain(column: str) -> str:
    """A column's name as it is compared."""
    return column.strip().strip('"').casefold()


def digest_of(paths: Sequence[Path]) -> tuple[str, int]:
    """What identifies some files, whatever their names and dates, and how many bytes they are together."""
    with ThreadPoolExecutor(2) as pool:
        digests = list(pool.map(_digest, paths))
    return hashlib.sha256(b"".join(digests)).hexdigest(), sum(path.stat().st_size for path in paths)


def _digest(path: Path) -> bytes:
    with _found(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def tables_of(path: Path, folder: Path, told: Told = lambda done, total: None) -> list[Table]:
    """The tables of a file, unpacked and decoded into `folder` where needed.

    told  is called with the bytes read so far, and those there are.
    Raises `Unreadable`: absent, empty, cut short, too large once unpacked, of a kind that is not read.
    """
    _found(path)
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Unreadable(f"Le fichier {path.name} est vide.")
    if head.startswith(b"PAR1"):
        return [_parquet(path, path.name)]
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return [_sheet(path, folder)]
    if head.startswith(b"PK"):
        return list(_members(path, folder, told))
    if head.startswith(b"\x1f\x8b"):
        unpacked = folder / path.name.removesuffix(".gz")
        try:
            with gzip.open(path, "rb") as packed:
                _pour(packed, unpacked, packed_size=path.stat().st_size, told=told, total=0)
        except (EOFError, OSError, zlib.error) as error:
            raise Unreadable(_cut(path)) from error
        return [_text(unpacked, unpacked.name, folder, told)]
    if head.startswith((b"%PDF", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"BZh")):
        raise Unreadable(f"{path.name} n’est pas d’une sorte lue ici : CSV, zip, gzip, Parquet ou classeur .xlsx.")
    return [_text(path, path.name, folder, told)]


def _found(path: Path) -> Path:
    if not path.is_file():
        raise Unreadable(f"Le fichier {path} n’existe pas.")
    return path


def _cut(path: Path) -> str:
    return f"{path.name} est abîmé ou incomplet : son téléchargement s’est sans doute interrompu. Recommencez-le."


def _members(path: Path, folder: Path, told: Told) -> Iterator[Table]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise Unreadable(_cut(path)) from error
    with archive:
        members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX")]
        members = [one for one in members if one.filename.lower().endswith((".csv", ".txt", ".parquet"))]
        if not members:
            raise Unreadable(f"L’archive {path.name} ne contient ni CSV ni Parquet.")
        if len(members) > MOST_MEMBERS:
            raise Unreadable(f"L’archive {path.name} contient {len(members)} fichiers : {MOST_MEMBERS} au plus.")
        if any(one.flag_bits & 1 for one in members):
            raise Unreadable(f"L’archive {path.name} est protégée par un mot de passe.")
        total = sum(one.file_size for one in members)
        _bearable(path.name, total, path.stat().st_size)
        if total > shutil.disk_usage(folder).free:
            raise Unreadable(f"Il manque de la place pour déplier {path.name} : il faut {total / 1e9:.1f} Go libres.")
        before = 0
        for rank, one in enumerate(sorted(members, key=lambda one: one.filename)):
            # Never the member's own path: an archive does not choose where it is written.
            unpacked = folder / f"{rank:03}-{Path(one.filename).name}"
            try:
                with archive.open(one) as packed:
                    _pour(packed, unpacked, packed_size=path.stat().st_size, told=told, total=total, before=before)
            except (zipfile.BadZipFile, EOFError, zlib.error, OSError, NotImplementedError) as error:
                raise Unreadable(_cut(path)) from error
            before += one.file_size
            name = Path(one.filename).name
            yield _parquet(unpacked, name) if name.lower().endswith(".parquet") else _text(unpacked, name, folder, told)


def _bearable(name: str, unpacked: int, packed: int) -> None:
    """Raise `Unreadable` for what is too large, or shrank too well to be data."""
    if unpacked > settings.REGISTER_FILES_LIMIT:
        limit = settings.REGISTER_FILES_LIMIT / 1e9
        raise Unreadable(f"{name} dépasse {limit:.1f} Go une fois déplié : ce n’est pas un fichier attendu.")
    if unpacked > max(_HARMLESS, MOST_RATIO * packed):
        raise Unreadable(f"{name} grossit plus de {MOST_RATIO} fois une fois déplié : il est refusé.")


def _pour(
    packed: IO[bytes] | gzip.GzipFile, to: Path, *, packed_size: int, told: Told, total: int, before: int = 0
) -> None:
    written = 0
    with to.open("wb") as unpacked:
        while block := packed.read(_BLOCK):
            unpacked.write(block)
            written += len(block)
            _bearable(to.name, before + written, packed_size)
            told(before + written, total)


def _text(path: Path, name: str, folder: Path, told: Told) -> Table:
    """A CSV in UTF-8, written again when it is in another encoding."""
    encoding = _encoding_of(path, told)
    if encoding != "utf-8":
        decoded = folder / f"{path.stem}.utf-8.csv"
        with (
            path.open(encoding=encoding, errors="replace", newline="") as before,
            decoded.open("w", encoding="utf-8", newline="") as after,
        ):
            shutil.copyfileobj(before, after, _BLOCK)
        path = decoded
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        header = lines.readline(_LONGEST_HEADER).rstrip("\r\n")
    separator = max(_SEPARATORS, key=re.sub('"[^"]*"', "", header).count)
    columns = tuple(column.strip() for column in next(csv.reader([header], delimiter=separator), []))
    if len(columns) < 2 or len(header) >= _LONGEST_HEADER - 2:
        raise Unreadable(
            f"{name} n’est pas un tableau : sa première ligne doit nommer les colonnes. Ôtez ce qui est au-dessus."
        )
    doubles = {column for column in columns if [plain(other) for other in columns].count(plain(column)) > 1}
    if doubles:
        raise Unreadable(f"{name} a deux colonnes du même nom : {', '.join(sorted(doubles))}.")
    return Table(name, path, "csv", columns, separator)


def _encoding_of(path: Path, told: Told) -> str:
    """UTF-8 unless its first accented letter is not; one broken letter later on is a broken line, not an encoding."""
    total, read, accented = path.stat().st_size, 0, False
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if not read and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError as error:
                return "utf-8" if accented or not error.object[: error.start].isascii() else "windows-1252"
            accented = accented or not text.isascii()
            read += len(block)
            told(read, total)
    return "utf-8"


def _parquet(path: Path, name: str) -> Table:
    try:
        with duckdb.connect() as engine:
            described = engine.execute("SELECT name FROM parquet_schema(?) WHERE type IS NOT NULL", [str(path)])
            columns = tuple(str(column) for (column,) in described.fetchall())
    except duckdb.Error as error:
        raise Unreadable(_cut(path)) from error
    return Table(name, path, "parquet", columns)


def _sheet(path: Path, folder: Path) -> Table:
    """The first sheet of a workbook, as a CSV, from the row that names the columns: the first that has two cells."""
    try:
        with zipfile.ZipFile(path) as archive:
            _bearable(path.name, sum(one.file_size for one in archive.infolist()), path.stat().st_size)
        book = load_workbook(path, read_only=True, data_only=True)
    except Unreadable:
        raise
    except Exception as error:  # the library raises whatever it meets in a broken workbook
        raise Unreadable(_cut(path)) from error
    written, packed = folder / f"{path.stem}.csv", path.stat().st_size
    try:
        sheet: Any = book.worksheets[0]
        # How wide a sheet says that it is may be anything: a file of a thousand bytes would fill the disk with blanks.
        sheet.reset_dimensions()
        with written.open("w", encoding="utf-8", newline="") as file:
            writer, width, above = csv.writer(file), 0, 0
            for rank, row in enumerate(sheet.iter_rows(values_only=True)):
                if rank > MOST_SHEET_ROWS:
                    raise Unreadable(f"{path.name} compte plus de {MOST_SHEET_ROWS} lignes : donnez-le en CSV.")
                cells = ["" if value is None else str(value) for value in row]
                while len(cells) > width and not cells[-1]:
                    cells.pop()
                if not width and len([cell for cell in cells if cell.strip()]) < 2 and above < _MOST_ABOVE:
                    above += 1
                    continue
                width = width or len(cells)
                writer.writerow(cells + [""] * (width - len(cells)))
                if rank % 100 == 0:
                    _bearable(path.name, file.tell(), packed)
    except Unreadable:
        raise
    except Exception as error:  # the library reads as it goes, and raises whatever it meets
        raise Unreadable(_cut(path)) from error
    finally:
        book.close()
    return replace(_text(written, path.name, folder, lambda done, total: None), above=above)


# Each register: the columns by which its files are known, and the command that reads them.
_KNOWN_BY: Final = (
    ("Sirene", ("siren", "etatAdministratifUniteLegale"), "make import-sirene"),
    ("Sirene", ("siret", "etatAdministratifEtablissement"), "make import-sirene"),
    ("du RNA", ("id", "titre", "objet"), "make import-rna"),
)


def strange(table: Table, wanted: Iterable[str], register: str) -> Unreadable:
    """Why a table is not one of a register: it is of another, whose command is named, or it lacks columns.

    register  "Sirene" or "du RNA".
    """
    for other, columns, command in _KNOWN_BY:
        if other != register and not table.missing(columns):
            of = other if other.startswith("du ") else f"de {other}"
            return Unreadable(f"{table.name} n’est pas un fichier {register} : ce fichier est celui {of} : {command}.")
    missing = ", ".join(table.missing(wanted))
    return Unreadable(f"{table.name} n’est pas un fichier {register} connu : il manque les colonnes {missing}.")


def only(tables: Sequence[Table], wanted: Collection[str]) -> list[Table]:
    """The tables that have all of these columns."""
    return [table for table in tables if not table.missing(wanted)]
