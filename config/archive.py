"""Backup and restoration: the database and the uploaded files, in one archive that can be checked.

The archive is a tar: `manifest.json` (format, version, date, server, checksums), `database.dump` (pg_dump's own
format, compressed), `media/…`. It holds personal data: it is written readable by its owner alone. To restore one is to
trust it as one trusts code: a dump says to the database whatever its author wanted.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import connection

from config import embedded

FORMAT = 1
MANIFEST, DUMP, MEDIA = "manifest.json", "database.dump", "media"
# Large, and made again in a minute: exports of the directory.
LEFT_ASIDE = {"exports"}
_VARIABLES = {
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
}

# Everything that is ours in the schema; what extensions brought stays.
_EMPTY = """
DO $$ DECLARE thing record; BEGIN
    FOR thing IN
        SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
               ELSE 'TABLE' END AS kind, format('public.%I', relname) AS name
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
          AND NOT EXISTS (
              SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid
              AND (deptype = 'e' OR (relkind = 'S' AND deptype IN ('a', 'i')))  -- a column's own goes with it
          )
        UNION ALL
        SELECT CASE prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'ROUTINE' END,
               format('public.%I(%s)', proname, pg_get_function_identity_arguments(oid))
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
        UNION ALL
        SELECT 'TYPE', format('public.%I', typname) FROM pg_type LEFT JOIN pg_class ON pg_class.oid = typrelid
        WHERE typnamespace = 'public'::regnamespace AND (typtype IN ('e', 'd') OR (typtype = 'c' AND relkind = 'c'))
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_type.oid AND deptype = 'e')
        UNION ALL
        SELECT 'TEXT SEARCH CONFIGURATION', format('public.%I', cfgname) FROM pg_ts_config
        WHERE cfgnamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'TEXT SEARCH DICTIONARY', format('public.%I', dictname) FROM pg_ts_dict
        WHERE dictnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', thing.kind, thing.name);
    END LOOP;
END $$;
"""


class ArchiveError(Exception):
    """The archive cannot be made, read or restored; the message says why, and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself."""

    version: str
    made_at: str
    server: int
    checksums: dict[str, str]
    format: int = FORMAT


def back_up(target: Path) -> Manifest:
    """Write the archive of the database and of the uploaded files; it appears only once it is whole.

    Files are copied after the database: one that was added meanwhile is simply there too.
    """
    if target.exists():
        raise ArchiveError(f"{target} existe déjà : une sauvegarde n’en écrase pas une autre.")
    if not target.parent.is_dir():
        raise ArchiveError(f"Le dossier {target.parent} n’existe pas.")
    media = Path(settings.MEDIA_ROOT)
    plain = (path for path in media.rglob("*") if path.is_file() and not path.is_symlink())
    files = sorted(path for path in plain if path.relative_to(media).parts[0] not in LEFT_ASIDE)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump = Path(folder) / DUMP
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(dump))
        checksums = {DUMP: _checksum(dump)}
        checksums |= {f"{MEDIA}/{path.relative_to(media)}": _checksum(path) for path in files}
        manifest = Manifest(
            version=tomllib.loads((embedded.ROOT / "pyproject.toml").read_text())["project"]["version"],
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            server=_server_version(),
            checksums=checksums,
        )
        described = Path(folder) / MANIFEST
        described.write_text(json.dumps(vars(manifest), ensure_ascii=False, indent=1))
        whole = Path(folder) / "whole.tar"
        with tarfile.open(whole, "w") as archive:
            archive.add(described, MANIFEST)
            archive.add(dump, DUMP)
            for path in files:
                archive.add(path, f"{MEDIA}/{path.relative_to(media)}", recursive=False)
        whole.chmod(0o600)
        whole.rename(target)
    return manifest


def check(source: Path) -> Manifest:
    """Read an archive whole and compare each checksum; raises `ArchiveError` at the first fault."""
    try:
        with tarfile.open(source) as archive:
            manifest = _manifest(archive)
            seen = {}
            for member in archive:
                if not _is_ours(member):
                    raise ValueError(f"elle contient « {member.name[:80]} », qu’aucune sauvegarde ne contient")
                if member.name != MANIFEST and (content := archive.extractfile(member)) is not None:
                    seen[member.name] = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]  # it can
    except FileNotFoundError:
        raise ArchiveError(f"{source} n’existe pas.") from None
    except (tarfile.TarError, OSError, ValueError, TypeError, KeyError) as error:
        raise ArchiveError(f"{source} n’est pas une sauvegarde lisible ({error}).") from error
    if seen != manifest.checksums:
        wrong = sorted(
            name for name in seen.keys() | manifest.checksums.keys() if seen.get(name) != manifest.checksums.get(name)
        )
        raise ArchiveError(f"{source} est abîmée : {', '.join(wrong[:5])}. Rien n’a été touché.")
    return manifest


def holds_data() -> bool:
    """Whether the database already has tables."""
    return bool(connection.introspection.table_names())


def restore(source: Path, manifest: Manifest) -> None:
    """Replace the database and the uploaded files by those of a checked archive.

    The database changes in one transaction: if anything fails, it stays as it was. The files are put in place once
    the database is.
    """
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=media, prefix=".restoring-") as folder,
        tarfile.open(source) as archive,
    ):
        for member in archive:
            # Its bytes and nothing else of it: neither owner, nor mode, nor link. (Before 3.11.4, no filter says so.)
            if member.name in manifest.checksums and (content := archive.extractfile(member)) is not None:
                path = Path(folder) / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as written:
                    shutil.copyfileobj(content, written)
        _replace_database(Path(folder) / DUMP)
        for path in media.iterdir():
            if path != Path(folder):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        restored = Path(folder) / MEDIA
        for path in restored.iterdir() if restored.is_dir() else ():
            path.rename(media / path.name)


def _replace_database(dump: Path) -> None:
    """Empty the schema and fill it again, in one transaction."""
    emptying, filling = dump.with_name("emptying.sql"), dump.with_name("filling.sql")
    emptying.write_text(_EMPTY)
    try:
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={filling}", str(dump))
        _run(
            *("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"),
            *(f"--file={emptying}", f"--file={filling}"),
        )
    except ArchiveError as error:
        raise ArchiveError(f"La restauration a échoué, la base est restée comme elle était. {error}") from None


def _is_ours(member: tarfile.TarInfo) -> bool:
    """Whether a member is one that we write: a plain file, in its place. No link, no device, no way out."""
    path = PurePosixPath(member.name)
    in_place = member.name in (MANIFEST, DUMP) or (path.parts[0] == MEDIA and len(path.parts) > 1)
    return member.isreg() and in_place and str(path) == member.name and ".." not in path.parts


def _manifest(archive: tarfile.TarFile) -> Manifest:
    first = archive.next()
    content = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
    if content is None:
        raise ValueError("elle ne commence pas par son manifeste")
    manifest = Manifest(**json.load(content))
    if manifest.format != FORMAT:
        raise ValueError(f"format {manifest.format}, cette version lit le format {FORMAT}")
    return manifest


def _checksum(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _server_version() -> int:
    connection.ensure_connection()
    return int(connection.pg_version) // 10_000  # type: ignore[attr-defined]  # PostgreSQL only


def _environment() -> dict[str, str]:
    """How PostgreSQL's own programs reach the database of the settings; no secret on a command line."""
    parameters = connection.get_connection_params()
    given = {_VARIABLES[name]: str(value) for name, value in parameters.items() if name in _VARIABLES and value}
    return {**os.environ, **given, "PGOPTIONS": "-c client_min_messages=warning"}


def _program(name: str) -> str:
    """PostgreSQL's own program, of the same major version as the server."""
    major = _server_version()
    places = [Path(f"/usr/lib/postgresql/{major}/bin")]
    if major == embedded.MAJOR_VERSION:
        places.insert(0, embedded.binaries())
    if found := shutil.which(name):
        places.append(Path(found).parent)
    for place in places:
        program = place / name
        if program.exists():
            said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  our own
            if f" {major}." in said:
                return str(program)
    raise ArchiveError(
        f"Il faut {name} {major}, comme le serveur (par exemple : apt install postgresql-client-{major})."
    )


def _run(name: str, *arguments: str) -> None:
    program, environment = _program(name), _environment()
    connection.close()  # an idle connection of ours must not hold what is about to be dropped
    done = subprocess.run(  # noqa: S603  our own programs and arguments
        [program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ArchiveError(f"{name} a échoué : {done.stderr.strip()[-1500:]}")
