"""Files as they are published, and as they arrive broken."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import Workbook

from accelerator.registers.reading import Table, Unreadable, digest_of, tables_of

TEXT = "siren,Nom\n060000015,L’Étoile d’août\n"


def _rows(table: Table) -> list[tuple[Any, ...]]:
    with duckdb.connect() as engine:
        if table.kind == "parquet":
            return engine.execute("SELECT * FROM read_parquet(?)", [str(table.path)]).fetchall()
        return engine.execute(
            "SELECT * FROM read_csv(?, all_varchar=true, header=true, delim=?)", [str(table.path), table.separator]
        ).fetchall()


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    return folder


def _one(path: Path, folder: Path) -> Table:
    (table,) = tables_of(path, folder)
    return table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_accents_are_read_whatever_the_encoding(encoding: str, tmp_path: Path, unpacked: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes(TEXT.encode(encoding))
    table = _one(path, unpacked)
    assert table.columns == ("siren", "Nom")
    assert _rows(table) == [("060000015", "L’Étoile d’août")]


def test_one_broken_letter_does_not_make_the_whole_file_windows_1252(tmp_path: Path, unpacked: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes("siren,nom\n1,Étoile\n".encode() + b"2,Ast\xe9rie\n" + "3,Août\n".encode())
    assert _one(path, unpacked).path == path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_of_the_header(separator: str, tmp_path: Path, unpacked: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(f'"siren"{separator}"nom, tout au long"\n1{separator}"a, b; c"\n')
    table = _one(path, unpacked)
    assert (table.separator, table.columns) == (separator, ("siren", "nom, tout au long"))
    assert _rows(table) == [("1", "a, b; c")]


def test_columns_are_known_by_name_whatever_their_capitals(tmp_path: Path, unpacked: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(TEXT)
    table = _one(path, unpacked)
    assert table.missing(["SIREN", "nom", "adresse"]) == ["adresse"]
    assert table.column("nom") == "Nom"


def test_an_archive_gives_each_of_its_tables_and_nothing_else(tmp_path: Path, unpacked: Path) -> None:
    path = tmp_path / "rna.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dossier/rna_dpt_02.csv", TEXT)
        archive.writestr("../../rna_dpt_01.csv", TEXT.encode("windows-1252"))
        archive.writestr("__MACOSX/rna_dpt_01.csv", "x")
        archive.writestr("lisez-moi.pdf", "x")
    tables = tables_of(path, unpacked)
    assert [table.name for table in tables] == ["rna_dpt_01.csv", "rna_dpt_02.csv"]
    assert all(table.path.parent == unpacked for table in tables)
    assert _rows(tables[0]) == _rows(tables[1]) == [("060000015", "L’Étoile d’août")]


def test_gzip_parquet_and_workbooks_are_read(tmp_path: Path, unpacked: Path) -> None:
    packed = tmp_path / "liste.csv.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    assert _rows(_one(packed, unpacked)) == [("060000015", "L’Étoile d’août")]
    parquet = tmp_path / "liste.parquet"
    with duckdb.connect() as engine:
        engine.execute(f"COPY (SELECT '060000015' AS siren, 1 AS n) TO '{parquet}' (FORMAT parquet)")
    table = _one(parquet, unpacked)
    assert (table.columns, _rows(table)) == (("siren", "n"), [("060000015", 1)])
    book = Workbook()
    book.active.append(["siren", "nom"])
    book.active.append(["060000015", "L’Étoile d’août"])
    book.save(tmp_path / "liste.xlsx")
    assert _rows(_one(tmp_path / "liste.xlsx", unpacked)) == [("060000015", "L’Étoile d’août")]


def _refusal(path: Path, folder: Path) -> str:
    with pytest.raises(Unreadable) as refusal:
        tables_of(path, folder)
    return str(refusal.value)


def test_a_file_cut_short_says_so(tmp_path: Path, unpacked: Path) -> None:
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "\n".join(f"{n},{n * 7919}" for n in range(20_000)))
    for name, content in (
        ("cut.zip", whole.read_bytes()[:-400]),
        ("spoilt.zip", whole.read_bytes().replace(whole.read_bytes()[2000:2200], bytes(200))),
        ("cut.csv.gz", gzip.compress(b"a,b\n" * 5000)[:-20]),
        ("cut.parquet", b"PAR1" + bytes(200)),
        ("cut.xlsx", whole.read_bytes()[:500]),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert "téléchargement s’est sans doute interrompu" in _refusal(path, unpacked), name


def test_a_workbook_is_as_wide_as_its_cells_not_as_it_says(tmp_path: Path, unpacked: Path) -> None:
    """Of 3 KB, it says that it has 200,000 rows of 16,384 cells: 3 GB of separators."""
    book = Workbook()
    book.active.append(["siren", "nom"])
    book.active.cell(row=5000, column=1).value = "060000015"
    book.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(tmp_path / "liste.xlsx", "w") as wide:
        for part in plain.namelist():
            content = plain.read(part)
            wide.writestr(part, content.replace(b'ref="A1:B5000"', b'ref="A1:XFD200000"'))
    table = _one(tmp_path / "liste.xlsx", unpacked)
    assert table.path.stat().st_size < 100_000
    assert _rows(table)[-1] == ("060000015", None)


def test_a_workbook_whose_cells_grow_too_well_is_refused(tmp_path: Path, unpacked: Path) -> None:
    book = Workbook()
    book.active.append(["siren", "nom"])
    for _ in range(1500):
        book.active.append([])
        book.active.cell(row=book.active.max_row + 1, column=16_384).value = "x"
    book.save(tmp_path / "liste.xlsx")
    assert "grossit plus de 100 fois" in _refusal(tmp_path / "liste.xlsx", unpacked)


def test_a_workbook_spoilt_further_on_says_so(tmp_path: Path, unpacked: Path) -> None:
    book = Workbook()
    book.active.append(["siren", "nom"])
    book.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(tmp_path / "liste.xlsx", "w") as spoilt:
        for part in plain.namelist():
            content = plain.read(part)
            spoilt.writestr(part, content.replace(b"</sheetData>", b"<row r='2'><c") if "sheet1" in part else content)
    assert "téléchargement s’est sans doute interrompu" in _refusal(tmp_path / "liste.xlsx", unpacked)


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path, unpacked: Path, settings: Any) -> None:
    bomb = tmp_path / "bombe.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (60 << 20))
    assert "grossit plus de 100 fois" in _refusal(bomb, unpacked)
    assert list(unpacked.iterdir()) == []
    packed = tmp_path / "bombe.csv.gz"
    packed.write_bytes(gzip.compress(b"0" * (60 << 20)))
    assert "grossit plus de 100 fois" in _refusal(packed, unpacked)
    assert sum(path.stat().st_size for path in unpacked.iterdir()) < 20 << 20
    settings.REGISTER_FILES_LIMIT = 1000
    large = tmp_path / "grand.zip"
    with zipfile.ZipFile(large, "w") as archive:
        archive.writestr("a.csv", b"a,b\n" * 500)
    assert "une fois déplié" in _refusal(large, unpacked)


def test_an_archive_that_lies_about_its_sizes_is_refused(tmp_path: Path, unpacked: Path) -> None:
    path = tmp_path / "menteuse.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0,1\n" * (4 << 20))
    content = path.read_bytes()
    size = (16 << 20).to_bytes(4, "little")
    path.write_bytes(content.replace(size, (1000).to_bytes(4, "little")))
    assert "abîmé ou incomplet" in _refusal(path, unpacked)
    assert sum(one.stat().st_size for one in unpacked.iterdir()) <= 1000


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("vide.csv", b"", "est vide"),
        ("rapport.pdf", b"%PDF-1.7 et la suite", "n’est pas d’une sorte lue ici"),
        ("prose.csv", b"Bonjour, tout le monde\n"[:7], "n’est pas un tableau"),
        ("double.csv", b"siren,Siren\n1,2\n", "deux colonnes du même nom"),
        ("long.csv", b"a," * 40_000, "n’est pas un tableau"),
    ],
)
def test_what_is_not_a_table_says_why(name: str, content: bytes, said: str, tmp_path: Path, unpacked: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert said in _refusal(path, unpacked)


def test_an_absent_file_says_so(tmp_path: Path, unpacked: Path) -> None:
    assert "n’existe pas" in _refusal(tmp_path / "absent.csv", unpacked)
    with pytest.raises(Unreadable):
        digest_of([tmp_path / "absent.csv"])


def test_files_are_known_by_their_content(tmp_path: Path) -> None:
    one, other = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text(TEXT)
    other.write_text(TEXT)
    assert digest_of([one]) == digest_of([other])
    other.write_text(TEXT + "x")
    assert digest_of([one])[0] != digest_of([other])[0]
