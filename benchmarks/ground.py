"""The ground on which measures stand: a server, a database each, production's settings, and what is said meanwhile."""

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from benchmarks.report import Line
from config import embedded

HERE = Path(__file__).resolve().parent
SIZE = int(os.environ.get("BENCH_SIZE", "100000"))
WORLD = f"world_{SIZE}"  # one database a size


@contextmanager
def running() -> Iterator[None]:
    """The server of the measures runs meanwhile; one that ran already goes on."""
    started = embedded.start("bench")
    try:
        yield
    finally:
        if started:
            embedded.stop("bench")


def server(database: str = "postgres") -> psycopg.Connection[Any]:
    """A connection to the server of the measures, each statement a transaction of its own."""
    folder = embedded.data_folder("bench")
    return psycopg.connect(host=str(folder), user="postgres", dbname=database, autocommit=True)


def make_afresh(database: str) -> None:
    """An empty database of this name, whatever there was."""
    with server() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {database}")


@contextmanager
def thrown_away(database: str) -> Iterator[None]:
    """An empty database of this name, taken away at the end."""
    make_afresh(database)
    try:
        yield
    finally:
        with server() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def address(database: str) -> str:
    """The address of a database of the measures, as the settings read it."""
    return f"postgres://postgres@{quote(str(embedded.data_folder('bench')), safe='')}/{database}"


def settle(database: str = WORLD) -> None:
    """Production's settings, on this machine and this database; before Django is set up."""
    scratch = Path(tempfile.mkdtemp(prefix="french-impact-bench-"))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": address(database),
        "SECRET_KEY": hashlib.sha256(os.urandom(32)).hexdigest(),
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "BASE_URL": "https://127.0.0.1",
        "DEFAULT_FROM_EMAIL": "ne-pas-repondre@french-impact.example",
        "EMAIL_HOST": "127.0.0.1",
        "MEDIA_ROOT": str(scratch / "media"),
        "CREDENTIAL_KEYS": str(scratch / "keys"),
        "STATIC_ROOT": str(scratch / "static"),
        "CONTACT_EMAIL": "contact@french-impact.example",
        "SECURE_SSL_REDIRECT": "0",
        "LOG_LEVEL": "ERROR",
    }


def world(*, keep: bool = True) -> tuple[bool, list[Line]]:
    """The database of the world, made if there is none of this size; Django is set up on it.

    keep    leave the index as it is when the world was there.
    Returns whether the world is new, and what writing its index measured (nothing when it was left).
    """
    fresh = _must_be_made()
    if fresh:
        make_afresh(WORLD)
    settle()
    import django

    django.setup()
    from django.db import connection

    from benchmarks import prepare

    log("préparation des données")
    prepared = prepare.prepare(SIZE, fresh=fresh, keep=keep)
    connection.close()
    with server() as known:
        known.execute(f"COMMENT ON DATABASE {WORLD} IS '{_fingerprint()}'")
    return fresh, prepared


def _must_be_made() -> bool:
    """There is none, it holds another world, or it went through migrations of another branch, that are not here."""
    asked = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with server() as connection:
        row = connection.execute(asked, [WORLD]).fetchone()
    if not row or row[0] != _fingerprint():
        return True
    with server(WORLD) as database:
        applied = database.execute("SELECT app, name FROM django_migrations").fetchall()
    house = HERE.parent / "accelerator"
    ours = {app: house / app / "migrations" for app, _ in applied if (house / app).is_dir()}
    return any(app in ours and not (ours[app] / f"{name}.py").exists() for app, name in applied)


def _fingerprint() -> str:
    """What the world is drawn from; the schema is brought to date by migrations, as elsewhere."""
    digest = hashlib.sha256(str(SIZE).encode())
    for source in (HERE / "world.py", HERE / "vocabulary.py"):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def shown(lines: list[Line]) -> list[Line]:
    """Say the figures as they come: a long measure may be stopped."""
    for line in lines:
        log(f"{line.what} : {line.value} {line.note}")
    return lines


def log(said: str) -> None:
    """Where we are, on the error output."""
    sys.stderr.write(f"[{time.strftime('%H:%M:%S')}] {said}\n")
