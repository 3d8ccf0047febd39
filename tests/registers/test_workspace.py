"""Reading by name, the lines of the rejects, the check digits reckoned by sets."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from stdnum.fr import siren, siret

from accelerator.registers.reading import Unreadable, tables_of
from accelerator.registers.workspace import LEFT, Workspace, blocks, workspace
from tests.registers.files import siren_of, siret_of


@pytest.fixture(scope="module")
def space() -> Iterator[Workspace]:
    with workspace(lambda step, done, total: None) as made:
        yield made


_DIGITS = st.text("0123456789", min_size=8, max_size=15)
_NEAR = st.integers(0, 99_999).map(lambda n: siret_of(siren_of(n), n % 9999)) | st.integers(0, 10**5 - 1).map(
    lambda n: f"356000000{n:05}"
)


@example_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(_DIGITS | _NEAR | _NEAR.map(lambda t: t[:9]) | st.text(max_size=16), min_size=1, max_size=60))
def test_the_check_digits_are_those_of_stdnum(space: Workspace, texts: list[str]) -> None:
    texts = [text.replace("\x00", "") for text in texts]
    asked = "SELECT t, is_siren(t), is_siret(t) FROM (SELECT unnest(?::VARCHAR[]) AS t)"
    found = space.engine.execute(asked, [texts]).fetchall()
    assert sorted(text for text, *_ in found) == sorted(texts)
    for text, as_siren, as_siret in found:
        plain = text.isascii() and text.isdigit()
        assert as_siren is (plain and len(text) == 9 and int(text) > 0 and siren.is_valid(text)), text
        expected = plain and len(text) == 14 and int(text[:9]) > 0 and siret.is_valid(text)
        assert as_siret is expected, text


def test_most_numbers_tried_are_not_all_wrong(space: Workspace) -> None:
    numbers = [siret_of(siren_of(rank), 1) for rank in range(500)] + ["35600000000048", "35600000049837"]
    listed = ", ".join(f"('{number}')" for number in numbers)
    assert space.number(f"SELECT count(*) FROM (VALUES {listed}) AS v(t) WHERE is_siret(t)") == len(numbers)


def test_the_lines_are_those_of_the_records_broken_ones_included(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text('a,b\n1,ok\n2\n3,"deux\nlignes"\n4,x,y\n5,faux\n6,"jamais referm')
    with workspace(lambda step, done, total: None) as made:
        (table,) = tables_of(path, made.folder)
        made.read(table, "rows", {"a": "A", "b": "b", "c": "absente"}, "SELECT rank, a, b, c FROM given", "Lecture")
        assert list(made.rows("SELECT a, b, c FROM rows")) == [
            ("1", "ok", None),
            ("3", "deux\nlignes", None),
            ("5", "faux", None),
        ]
        made.run(f"INSERT INTO faults SELECT rank, 'b', '=1+1', 'Faux.', '{LEFT}' FROM rows WHERE a = '5'")
        assert [(fault[1], fault[2]) for fault in made.rejects()] == [(3, ""), (5, ""), (6, "b"), (7, "")]
        rejects = tmp_path / "rejets.csv"
        assert made.write_rejects(rejects) == 4
    with rejects.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    assert [row["Ligne"] for row in rows] == ["3", "5", "6", "7"]
    assert rows[2]["Valeur"] == "'=1+1"
    assert "coupée" in rows[0]["Motif"]
    assert "jamais refermé" in rows[3]["Motif"]


def test_the_rank_of_a_row_is_that_of_the_file_however_long_it_is(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    with path.open("w") as file:
        file.write("n,text\n")
        file.writelines(f"{n},{'x' * 100}\n" for n in range(1, 300_001))
    with workspace(lambda step, done, total: None) as made:
        (table,) = tables_of(path, made.folder)
        made.read(table, "rows", {"n": "n"}, "SELECT rank, n FROM given", "Lecture")
        assert made.number("SELECT count(*) FROM rows WHERE CAST(n AS BIGINT) <> rank % 1000000000000") == 0


def test_a_table_whose_lines_are_mostly_broken_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("a,b\n" + "1\n" * 20 + "2,b\n")
    with workspace(lambda step, done, total: None) as made:
        (table,) = tables_of(path, made.folder)
        with pytest.raises(Unreadable, match="la plupart de ses lignes"):
            made.read(table, "rows", {"a": "a"}, "SELECT rank, a FROM given", "Lecture")


def test_nothing_is_left_on_the_disk(tmp_path: Path) -> None:
    folders = []

    def fail() -> None:
        with workspace(lambda step, done, total: None) as made:
            folders.append(made.folder)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not folders[0].exists()


def test_blocks_hold_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "ours.csv"
    path.write_text("".join(f"{n}\n" for n in range(7)))
    assert [(rows, block.count(b"\n")) for rows, block in blocks(path, 3)] == [(3, 3), (3, 3), (1, 1)]


def test_a_parquet_spoilt_anywhere_says_so_in_one_sentence(
    tmp_path: Path, space: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "liste.parquet"
    space.run(f"COPY (SELECT range::VARCHAR AS a, md5(range::VARCHAR) AS b FROM range(2000)) TO '{path}'")
    whole, told = path.read_bytes(), list[str]()
    for begin in range(100, len(whole), len(whole) // 30):
        content = bytearray(whole)
        content[begin : begin + 64] = bytes(byte ^ 255 for byte in content[begin : begin + 64])
        path.write_bytes(content)
        with suppress(Unreadable):
            (table,) = tables_of(path, tmp_path)
            try:
                space.read(table, "spoilt", {"a": "a", "b": "b"}, "SELECT rank, a, b FROM given", "Lecture")
            except Unreadable as unreadable:
                told.append(str(unreadable))
    assert len(told) > 20
    assert set(told) == {"liste.parquet est abîmé : sa lecture s’est arrêtée. Téléchargez-le à nouveau."}
    assert len([record for record in caplog.records if record.exc_info]) == len(told)


def test_a_file_cut_while_it_is_read_names_nothing_of_the_machine(
    tmp_path: Path, space: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "liste.parquet"
    space.run(f"COPY (SELECT range::VARCHAR AS a FROM range(2000)) TO '{path}'")
    (table,) = tables_of(path, tmp_path)
    path.unlink()
    with pytest.raises(Unreadable) as refused:
        space.read(table, "cut", {"a": "a"}, "SELECT rank, a FROM given", "Lecture")
    assert "un fichier est coupé, ou le disque est plein" in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
    assert str(tmp_path) in caplog.text


def test_a_statement_of_ours_that_is_wrong_blames_no_file(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("a,b\n1,2\n")
    with workspace(lambda step, done, total: None) as made:
        (table,) = tables_of(path, made.folder)
        with pytest.raises(duckdb.ParserException):
            made.read(table, "rows", {"no name": "a"}, "SELECT rank FROM given", "Lecture")


_CODES = {"state": ("A", "C"), "seat": ("true", "false")}


def _coded(folder: Path, made: Workspace, *rows: str) -> list[tuple[Any, ...]]:
    path = folder / "liste.csv"
    path.write_text("n,state,seat\n" + "".join(f"{row}\n" for row in rows))
    (table,) = tables_of(path, made.folder)
    names = {name: name for name in ("n", "state", "seat")}
    made.read(table, "rows", names, "SELECT rank, n, state, seat FROM given", "Lecture", coded=_CODES)
    return list(made.rows("SELECT rank % 1000000000000, n, state, seat FROM rows ORDER BY rank"))


def test_codes_padded_or_in_small_letters_are_put_right_for_whoever_reads_them(tmp_path: Path) -> None:
    with workspace(lambda step, done, total: None) as made:
        assert _coded(tmp_path, made, "x,A  ,True", "y,c  ,False", "z,  ,False") == [
            (1, "x", "A", "TRUE"),
            (2, "y", "C", "FALSE"),
            (3, "z", "", "FALSE"),
        ]


@pytest.mark.parametrize(
    ("rows", "column"),
    [(("1,1,true", "2,0,false"), "state"), (("1,A,1.0", "2,C,0.0"), "seat"), (("1,A,", "2,C,"), "seat")],
)
def test_a_column_of_other_codes_is_refused(rows: tuple[str, ...], column: str, tmp_path: Path) -> None:
    with (
        workspace(lambda step, done, total: None) as made,
        pytest.raises(Unreadable, match=f"aucune ligne de la colonne {column} ne porte un des codes attendus"),
    ):
        _coded(tmp_path, made, *rows)


_LONG_TEXT = (
    "CREATE TABLE long AS SELECT string_agg(range::VARCHAR, ',') AS t FROM range({}); CREATE TABLE short AS SELECT 1"
)


def test_what_the_memory_cannot_hold_is_tried_again_with_more(tmp_path: Path, settings: Any) -> None:
    settings.REGISTER_FILES_MEMORY = "30MB"
    space = Workspace(tmp_path, lambda step, done, total: None)
    space.run(_LONG_TEXT.format(1_000_000), "Essai")
    assert space.number("SELECT length(t) FROM long") == 6_888_889
    assert space.number("SELECT count(*) FROM short") == 1
    with pytest.raises(Unreadable, match="REGISTER_FILES_MEMORY"):
        space.run(_LONG_TEXT.replace("long", "longer").format(8_000_000), "Essai")
    assert space.number("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'longer'") == 0
    space.engine.close()
