"""`make run`: opens the platform on this machine, with nothing to install or set.

Starts the database (embedded, or the one of `DATABASE_URL`), brings its schema and its data up to date when the code
or the data changed since last time, then starts the web server and the worker, and watches over both. Ctrl-C, a
`make stop` from elsewhere or the end of one of them ends everything that this command started.

Production does not come this way: see docs/operating.md.
"""

import argparse
import fcntl
import hashlib
import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import django
import psycopg
from django.core.management import CommandError, call_command, get_commands
from psycopg import sql

from accelerator.workflow import Refused
from config import embedded, processes
from config.processes import PATIENCE_AT_STOP, Asked, CannotRunError, Children, say
from demonstration import proconnect, register

SETTINGS = "config.settings.dev"
OLDEST_SERVER = 15
# What brings a database up to date, in order; a command that no application offers is passed over.
PREPARATION = (
    ("migrate", "Structure de la base"),
    ("load_reference_data", "Données de référence (lieux, thèmes)"),
    ("load_founding_facts", "Faits fondateurs (territoires labellisés, pionniers)"),
    ("make_signing_key", "Clé qui signe les attestations"),
    ("load_calls", "Appels écrits d’avance"),
    ("load_label", "Catégories de labels"),
    ("load_historic_labels", "Les 27 territoires de 2019, au registre des labels"),
    ("seed_demonstration", "Personnes et organisations de démonstration"),
    ("rebuild_search", "Index de recherche"),
    ("count_figures", "Chiffres publics"),
)
# Files whose change cannot alter the data: everything else calls for a new preparation.
WITHOUT_DATA = {"views", "urls", "forms", "rules", "templatetags", "middleware", "components", "pages"}
WEB_PROCESSES = 2
WEB_THREADS = 8
PATIENCE_AT_START = 60.0
LARGEST_LOG = 10_000_000


def main() -> int:
    """Read the command line and do as told; the number returned is the process's exit code."""
    reader = argparse.ArgumentParser(prog="config.run", description="Ouvre la plateforme sur cette machine.")
    reader.add_argument("--port", type=int, default=8000)
    reader.add_argument("--stop", action="store_true", help="arrête ce qui tourne pour ce dossier")
    reader.add_argument("--prepare", action="store_true", help="ouvre et prépare la base, pour une commande qui suit")
    asked = reader.parse_args()
    try:
        if asked.prepare:
            return make_ready()
        return stop() if asked.stop else run(asked.port)
    except (CannotRunError, embedded.EmbeddedDatabaseError) as error:
        say(str(error), *getattr(error, "__notes__", ()), to=sys.stderr)
        return 1


def run(port: int) -> int:
    """Open the platform and stay until asked to stop."""
    began = time.monotonic()
    processes.obey_signals()
    if "prod" in os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS):
        raise CannotRunError("« make run » est fait pour un poste de travail ; en production, voir docs/operating.md.")
    with only_one() as record:
        port = free_port(port)
        url = os.environ.setdefault("BASE_URL", f"http://localhost:{port}")
        started_database = open_database()
        try:
            prepare()
            with company_register(), identity_provider(url), children(port, record, url) as running:
                if not wait_until_open(port, running):
                    return farewell(running, failed=True)
                welcome(url, time.monotonic() - began)
                return watch(running)
        except Asked:
            return 0
        finally:
            processes.ignore_signals()
            if started_database:
                embedded.stop("main")
                say("La base de données est arrêtée. À bientôt.")


@contextmanager
def company_register() -> Iterator[None]:
    """The demonstration's company register, before the real one, unless COMPANY_REGISTER_URL names another."""
    if "COMPANY_REGISTER_URL" in os.environ:
        yield
        return
    with register.running() as address:
        os.environ["COMPANY_REGISTER_URL"] = address
        yield


@contextmanager
def identity_provider(url: str) -> Iterator[None]:
    """The demonstration's identity provider, unless PROCONNECT_ISSUER names another."""
    if "PROCONNECT_ISSUER" in os.environ:
        yield
        return
    with proconnect.running(url) as settings:
        os.environ.update(settings)
        yield


def make_ready() -> int:
    """Open the database and bring it up to date, for a command that follows; a server has its operator for that."""
    if "prod" not in os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS):
        open_database()
        prepare()
    return 0


def stop() -> int:
    """Stop the platform and the embedded databases of this checkout, whoever started them."""
    stopped = []
    for process in running_processes():
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
            stopped = ["la plateforme"]
    limit = time.monotonic() + PATIENCE_AT_STOP
    while running_processes() and time.monotonic() < limit:
        time.sleep(0.1)
    stopped += [f"la base « {name} »" for name in ("main", "test") if embedded.stop(name)]
    say(f"Arrêté : {', '.join(stopped)}." if stopped else "Rien ne tournait.")
    return 0


# ---------------------------------------------------------------------------------------------------- one at a time


def _lock_file() -> Path:
    return embedded.home() / "running"


@contextmanager
def only_one() -> Iterator[IO[str]]:
    """Hold the lock of this checkout. The children inherit it, so that it tells the truth even if we are killed."""
    _lock_file().parent.mkdir(parents=True, exist_ok=True)
    with _lock_file().open("a+") as record:
        try:
            fcntl.flock(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = _read(record).get("url", "")
            raise CannotRunError(f"La plateforme tourne déjà : {where} (pour l’arrêter : make stop).") from None
        _write(record, processes=[os.getpid()], url="")
        yield record
        _write(record, processes=[], url="")


def running_processes() -> list[int]:
    """The processes of the platform of this checkout: the launcher, or its children if it was killed."""
    if not _lock_file().exists():
        return []
    with _lock_file().open("r+") as record:
        try:
            fcntl.flock(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            launcher, *others = _read(record).get("processes", []) or [0]
            try:
                os.kill(launcher, 0)
            except (ProcessLookupError, ValueError):
                return others
            return [launcher] if launcher else []
    return []


def _read(record: IO[str]) -> dict:
    record.seek(0)
    with suppress(json.JSONDecodeError):
        return json.load(record)
    return {}


def _write(record: IO[str], **content: object) -> None:
    record.seek(0)
    record.truncate()
    json.dump(content, record)
    record.flush()


# ------------------------------------------------------------------------------------------------------ the database


def open_database() -> bool:
    """Make sure that the database answers and is recent enough; True when this call started the embedded one."""
    if address := os.environ.get("DATABASE_URL"):
        try:
            with psycopg.connect(address, connect_timeout=5) as connection:
                version = connection.info.server_version // 10_000
        except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
            raise CannotRunError(f"La base indiquée dans DATABASE_URL ne répond pas : {str(error).strip()}") from error
        if version < OLDEST_SERVER:
            raise CannotRunError(
                f"La base indiquée dans DATABASE_URL est un PostgreSQL {version} : il en faut un {OLDEST_SERVER} "
                "ou plus récent. Sans DATABASE_URL, la plateforme apporte le sien."
            )
        return False
    say("Démarrage de la base de données…")
    return embedded.start("main")


def prepare() -> None:
    """Bring the schema and the data up to date, unless nothing changed since last time.

    Of two commands started together, the second waits, and then finds everything done: both would create the tables.
    """
    fingerprint = _fingerprint()
    with _database() as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('french-impact:prepare'))")
        if _prepared_with(connection) == fingerprint:
            return
        os.environ["LOG_LEVEL"] = "WARNING"
        django.setup()
        del os.environ["LOG_LEVEL"]
        offered = get_commands()
        refused = [
            command for command, meaning in PREPARATION if command in offered and not _prepared(command, meaning)
        ]
        connection.execute(
            sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(sql.Literal("" if refused else fingerprint))
        )


def _prepared(command: str, meaning: str) -> bool:
    """Run one command of the preparation; False when it was refused, which is said and tried again next time."""
    began = time.monotonic()
    say(f"{meaning}…")
    try:
        call_command(command, verbosity=0 if command == "migrate" else 1)
    except (Refused, CommandError) as refusal:
        say(f"  Impossible pour l’instant : {refusal}")
        return False
    say(f"  fait en {time.monotonic() - began:.1f} s".replace(".", ","))
    return True


def _database() -> psycopg.Connection:
    """A connection of our own: asking Django for one costs a second when there is nothing to do."""
    address = os.environ.get("DATABASE_URL")
    if address:
        return psycopg.connect(address, autocommit=True)
    at = embedded.settings("main")
    return psycopg.connect(host=at["HOST"], user=at["USER"], dbname=at["NAME"], autocommit=True)


def _prepared_with(connection: psycopg.Connection) -> str:
    """What the database was last prepared with. Kept in the database itself, so that it follows a restoration."""
    query = "SELECT obj_description(to_regclass('django_migrations'), 'pg_class')"
    found = connection.execute(query).fetchone()
    return (found and found[0]) or ""


def _fingerprint() -> str:
    """What the data depend on: the code that makes them, the files they come from, the dependencies."""
    digest = hashlib.sha256()
    sources = [embedded.ROOT / "requirements.txt", *(embedded.ROOT / "config" / "settings").glob("*.py")]
    for folder in ("accelerator", "demonstration"):
        sources += (embedded.ROOT / folder).rglob("*.py")
    sources += [path for path in (embedded.ROOT / "data").rglob("*") if path.is_file()]
    for source in sorted(sources):
        parts = {*source.relative_to(embedded.ROOT).with_suffix("").parts}
        if not parts & WITHOUT_DATA and "__pycache__" not in parts:
            digest.update(str(source.relative_to(embedded.ROOT)).encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


# ------------------------------------------------------------------------------------------ the server and the worker


@contextmanager
def children(port: int, record: IO[str], url: str) -> Iterator[Children]:
    """The web server and the worker, stopped gently on the way out."""
    commands = {
        "serveur web": processes.web_command(host="127.0.0.1", port=port, processes=WEB_PROCESSES, threads=WEB_THREADS),
        "tâches de fond": processes.worker_command(),
    }
    running: Children = {}
    try:
        for name, command in commands.items():
            with log_of(name).open("ab") as log:
                running[name] = processes.start(command, log=log, held=(record.fileno(),))
        _write(record, processes=[os.getpid(), *(child.pid for child in running.values())], url=url)
        yield running
    finally:
        processes.ignore_signals()
        say("", "Arrêt en cours…")
        for name in processes.end(running):
            say(f"Le processus « {name} » n’a pas fini à temps : il est interrompu, sa tâche sera reprise.")


def wait_until_open(port: int, running: Children) -> bool:
    """Wait for the first answer; False when a child died or time ran out."""
    limit = time.monotonic() + PATIENCE_AT_START
    while time.monotonic() < limit and not _dead(running):
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/sante/pages", headers={"Host": f"localhost:{port}"})
            if connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                return True
        time.sleep(0.05)
    return False


def watch(running: Children) -> int:
    """Stay until asked to stop, or until a child dies, which ends everything and is said."""
    while not _dead(running):
        time.sleep(0.5)
    return farewell(running, failed=True)


def _dead(running: Children) -> list[str]:
    return [name for name, child in running.items() if child.poll() is not None]


def farewell(running: Children, *, failed: bool) -> int:
    """Say why everything stops, with the last lines of what the child said."""
    for name in _dead(running) or list(running):
        child = running[name]
        why = f"s’est arrêté (code {child.poll()})" if child.poll() is not None else "ne répond pas"
        last = log_of(name).read_text(errors="replace").splitlines()[-15:]
        say(f"Le processus « {name} » {why}. Ses derniers mots, dans {log_of(name)} :", *last, to=sys.stderr)
    return int(failed)


def log_of(name: str) -> Path:
    """Where a child writes; the previous file is kept aside when it has grown."""
    folder = embedded.home() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / ("web.log" if name == "serveur web" else "worker.log")
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
    return log


def free_port(wanted: int) -> int:
    """The port wanted, or the next free one (said)."""
    for port in range(wanted, wanted + 20):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port != wanted:
            say(f"Le port {wanted} est occupé par un autre programme : la plateforme prend le {port}.")
        return port
    raise CannotRunError(f"Aucun port libre entre {wanted} et {wanted + 19}. Choisissez-en un : make run PORT=9000")


# ------------------------------------------------------------------------------------------------------- what is said


def welcome(url: str, seconds: float) -> None:
    """The one line that matters, and how to leave."""
    say(
        "",
        f"  La plateforme est ouverte : {url}",
        "",
        "  Devenir quelqu’un : le bandeau « Démonstration », en haut de chaque page, ouvre en un clic le compte",
        f"  d’une personne fictive. Les courriels se lisent sur {url}/demo/courriels",
        f"  Journaux : {embedded.home() / 'logs'}",
        f"  Arrêter : Ctrl-C ici, ou « make stop » ailleurs. (Ouverte en {seconds:.1f} s.)",
        "",
    )


if __name__ == "__main__":
    sys.exit(main())
