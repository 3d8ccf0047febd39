"""Back up, destroy, restore, compare: on databases of their own, with the server's own programs."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from config import embedded
from config.archive import ArchiveError, check
from tests.databases import clone, server_of_databases, template_name, url_of


@pytest.fixture
def names(worker_id: str) -> Iterator[tuple[str, str]]:
    """A database with the reference data, and an empty one."""
    names = (f"backup_{worker_id}_{os.getpid()}", f"restore_{worker_id}_{os.getpid()}")
    with server_of_databases() as server:
        clone(server, template_name(), names[0])
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(names[1])))
        yield names
        for name in names:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    (folder / "logos").mkdir(parents=True)
    (folder / "logos" / "ruche-é.png").write_bytes(b"\x89PNG" + os.urandom(1000))
    (folder / "note.txt").write_text("déposée")
    return folder


def _manage(database: str, media: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DATABASE_URL": url_of(database),
        "MEDIA_ROOT": str(media),
    }
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=embedded.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _content(database: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with psycopg.connect(url_of(database).replace("%2F", "%2f")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = {}
        for (table,) in tables:
            query = sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1").format(sql.Identifier(table))
            rows[table] = [row for (row,) in connection.execute(query)]
        return rows


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_exports_which_are_made_again_are_left_aside(names: tuple[str, str], media: Path, tmp_path: Path) -> None:
    (media / "exports").mkdir()
    (media / "exports" / "annuaire.csv.gz").write_bytes(b"much")
    assert _manage(names[0], media, "backup", tmp_path / "archive.tar").returncode == 0
    with tarfile.open(tmp_path / "archive.tar") as archive:
        assert sorted(name for name in archive.getnames() if name.startswith("media")) == [
            "media/logos/ruche-é.png",
            "media/note.txt",
        ]


def test_what_was_backed_up_comes_back_whole(names: tuple[str, str], media: Path, tmp_path: Path) -> None:
    origin, empty = names
    archive = tmp_path / "sauvegarde.tar"
    done = _manage(origin, media, "backup", archive)
    assert done.returncode == 0, done.stderr
    assert archive.stat().st_mode & 0o077 == 0
    before, files = _content(origin), _files(media)
    assert sum(map(len, before.values())) > 30_000

    # Elsewhere, on a new machine.
    elsewhere = tmp_path / "elsewhere"
    done = _manage(empty, elsewhere, "restore", archive)
    assert done.returncode == 0, done.stderr
    assert _content(empty) == before
    assert _files(elsewhere) == files

    # In place, after a disaster; a table and a file that the archive does not know go away.
    with psycopg.connect(url_of(origin)) as connection:
        connection.execute("DROP TABLE geography_place CASCADE")
        connection.execute("CREATE TABLE intruder (id int)")
    (media / "note.txt").write_text("abîmée")
    (media / "intruder.txt").write_text("?")
    refused = _manage(origin, media, "restore", archive)
    assert refused.returncode == 1
    assert "n’est pas vide" in refused.stderr
    assert "intruder" in _content(origin)
    done = _manage(origin, media, "restore", archive, "--yes")
    assert done.returncode == 0, done.stderr
    assert _content(origin) == before
    assert _files(media) == files

    # The journal is still append-only there.
    with psycopg.connect(url_of(origin)) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("TRUNCATE journal_event")


def test_a_damaged_archive_touches_nothing(names: tuple[str, str], media: Path, tmp_path: Path) -> None:
    origin, _ = names
    archive = tmp_path / "sauvegarde.tar"
    assert _manage(origin, media, "backup", archive).returncode == 0
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)
    before, files = _content(origin), _files(media)
    done = _manage(origin, media, "restore", archive, "--yes")
    assert done.returncode == 1
    assert "abîmée" in done.stderr
    assert _content(origin) == before
    assert _files(media) == files


def test_a_dump_that_the_server_refuses_leaves_the_database_as_it_was(
    names: tuple[str, str], media: Path, tmp_path: Path
) -> None:
    """The checksums are right, the dump is not a dump: only the single transaction protects."""
    origin, _ = names
    archive, dump, manifest = tmp_path / "forged.tar", tmp_path / "dump", tmp_path / "manifest"
    dump.write_bytes(b"PGDMP not really")
    checksums = {"database.dump": hashlib.sha256(dump.read_bytes()).hexdigest()}
    manifest.write_text(json.dumps({"version": "0", "made_at": "?", "server": 18, "checksums": checksums, "format": 1}))
    with tarfile.open(archive, "w") as made:
        made.add(manifest, "manifest.json")
        made.add(dump, "database.dump")
    before, files = _content(origin), _files(media)
    done = _manage(origin, media, "restore", archive, "--yes")
    assert done.returncode == 1
    assert "est restée comme elle était" in done.stderr
    assert _content(origin) == before
    assert _files(media) == files


def test_a_backup_never_replaces_another(names: tuple[str, str], media: Path, tmp_path: Path) -> None:
    archive = tmp_path / "sauvegarde.tar"
    archive.write_text("la précédente")
    done = _manage(names[0], media, "backup", archive)
    assert done.returncode == 1
    assert "existe déjà" in done.stderr
    assert archive.read_text() == "la précédente"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".backup")] == []


@pytest.mark.parametrize("content", [b"", b"pas une archive"])
def test_what_is_not_an_archive_is_said(names: tuple[str, str], media: Path, tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "sauvegarde.tar"
    archive.write_bytes(content)
    done = _manage(names[1], media, "restore", archive)
    assert done.returncode == 1
    assert "pas une sauvegarde lisible" in done.stderr
    assert "Traceback" not in done.stderr


def _plain(name: str) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = 6
    return info, b"hostile"[:6]


def _linked(name: str, kind: bytes, target: str) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


@pytest.mark.parametrize(
    ("member", "content"),
    [
        _plain("../dehors"),
        _plain("media/../../dehors"),
        _plain("/etc/dehors"),
        _plain("media//double"),
        _plain("media"),
        _plain("autre.txt"),
        _linked("media/lien", tarfile.SYMTYPE, "/etc/passwd"),
        _linked("media/lien", tarfile.SYMTYPE, "../database.dump"),
        _linked("media/lien", tarfile.LNKTYPE, "database.dump"),
        _linked("media/tuyau", tarfile.FIFOTYPE, ""),
        _linked("media/disque", tarfile.BLKTYPE, ""),
    ],
    ids=lambda value: value.name if isinstance(value, tarfile.TarInfo) else "",
)
def test_an_archive_that_no_backup_makes_is_refused_before_anything(
    member: tarfile.TarInfo, content: bytes, tmp_path: Path
) -> None:
    """Its checksums are right: what it holds is what betrays it."""
    made = {"database.dump": b"PGDMP", member.name: content}
    checksums = {name: hashlib.sha256(held).hexdigest() for name, held in made.items()}
    manifest = json.dumps({"version": "0", "made_at": "?", "server": 18, "checksums": checksums, "format": 1}).encode()
    source = tmp_path / "hostile.tar"
    with tarfile.open(source, "w") as archive:
        for name, held in (("manifest.json", manifest), ("database.dump", made["database.dump"])):
            info = tarfile.TarInfo(name)
            info.size = len(held)
            archive.addfile(info, io.BytesIO(held))
        archive.addfile(member, io.BytesIO(content))
    with pytest.raises(ArchiveError, match=r"qu’aucune sauvegarde ne contient"):
        check(source)
