"""`make serve`: what a server runs. A web server of several processes and several workers, watched over.

Start as many of these as there are machines, all on one PostgreSQL: nothing is kept in a process. A child that dies is
started again (after a delay that grows while it keeps dying). SIGTERM or Ctrl-C ends all of them gently: requests and
jobs are finished, then nothing is left. If this process itself is killed, its children end (Linux).

With `DATABASE_URL`, nothing is prepared: `manage.py migrate` is the operator's (docs/operating.md). Without it, on a
laptop, the embedded database is started and brought up to date, as by `make run`.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from config import embedded, processes
from config.processes import CannotRunError, say

LAPTOP = "config.settings.dev"
PATIENCE_AT_START = 60.0
LONGEST_DELAY = 30.0
# A child that lived this long died of something else than its start.
LONG_LIFE = 60.0
PACE = 0.2


@dataclass
class Kept:
    """A child that is started again when it dies."""

    name: str
    command: list[str]
    settings: Mapping[str, str]
    child: processes.Child = field(init=False)
    started_at: float = field(init=False)
    delay: float = 0.0
    start_again_at: float | None = None

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start it, and say so."""
        self.child = processes.start(self.command, settings=self.settings)
        self.started_at, self.start_again_at = time.monotonic(), None
        say(f"{self.name} : processus {self.child.pid}")

    def look(self) -> None:
        """Start it again if it died and its time has come."""
        code = self.child.poll()
        if code is None:
            return
        now = time.monotonic()
        if self.start_again_at is None:
            with suppress(ProcessLookupError, PermissionError):  # what it leaves behind must not keep the port
                os.killpg(self.child.pid, signal.SIGKILL)
            self.delay = 0.0 if now - self.started_at > LONG_LIFE else min(LONGEST_DELAY, self.delay * 2 + 0.5)
            self.start_again_at = now + self.delay
            say(f"{self.name} : s’est arrêté (code {code}), redémarre", to=sys.stderr)
        if now >= self.start_again_at:
            self.start()


def main() -> int:
    """Read the command line and serve; the number returned is the process's exit code."""
    reader = argparse.ArgumentParser(prog="config.serve", description="Sert la plateforme, et la garde en marche.")
    reader.add_argument("--web", type=_positive, default=2, help="processus du serveur web (2)")
    reader.add_argument("--workers", type=_positive, default=2, help="ouvriers des tâches de fond (2)")
    reader.add_argument("--threads", type=_positive, default=4, help="fils de chaque processus web (4)")
    reader.add_argument("--host", default="127.0.0.1")
    reader.add_argument("--port", type=int, default=8000)
    asked = reader.parse_args()
    try:
        return serve(asked)
    except (CannotRunError, embedded.EmbeddedDatabaseError) as error:
        say(str(error), *getattr(error, "__notes__", ()), to=sys.stderr)
        return 1


def _positive(given: str) -> int:
    number = int(given)
    if number < 1:
        raise argparse.ArgumentTypeError("il en faut au moins un")
    return number


def serve(asked: argparse.Namespace) -> int:
    """Start everything and stay until asked to stop."""
    processes.obey_signals()
    with socket.socket() as trial:
        trial.settimeout(2)
        if trial.connect_ex((_reached(asked.host), asked.port)) == 0:  # the web server would share it
            raise CannotRunError(f"Le port {asked.port} est occupé par un autre programme.")
    try:
        with _database(asked.port), _children(asked) as kept:
            _wait_until_open(asked.host, asked.port, kept)
            say(f"La plateforme sert sur {asked.host}:{asked.port}. Arrêter : Ctrl-C, ou SIGTERM.")
            while True:
                for one in kept:
                    one.look()
                time.sleep(PACE)
    except processes.Asked:
        return 0


@contextmanager
def _database(port: int) -> Iterator[None]:
    """The database that the settings name; on a laptop without `DATABASE_URL`, ours, open for the time of this."""
    if os.environ.get("DATABASE_URL") or "prod" in os.environ.setdefault("DJANGO_SETTINGS_MODULE", LAPTOP):
        yield
        return
    from config import run  # noqa: PLC0415  it brings the demonstration, which no server has

    os.environ.setdefault("BASE_URL", f"http://localhost:{port}")
    with ExitStack() as stack:
        stack.enter_context(run.only_one())
        started = run.open_database()
        try:
            run.prepare()
            stack.enter_context(run.company_register())
            yield
        finally:
            processes.ignore_signals()
            if started:
                embedded.stop("main")


@contextmanager
def _children(asked: argparse.Namespace) -> Iterator[list[Kept]]:
    web = processes.web_command(host=asked.host, port=asked.port, processes=asked.web, threads=asked.threads)
    # The web processes may have an SQL role of their own (docs/operating.md).
    own = {"DATABASE_URL": os.environ["WEB_DATABASE_URL"]} if os.environ.get("WEB_DATABASE_URL") else {}
    kept: list[Kept] = []
    try:
        kept.append(Kept(f"serveur web ({asked.web} processus)", web, own))
        kept.extend(Kept(f"ouvrier {n}", processes.worker_command(), {}) for n in range(1, asked.workers + 1))
        yield kept
    finally:
        processes.ignore_signals()
        say("Arrêt en cours…")
        for name in processes.end({one.name: one.child for one in kept}):
            say(f"{name} : n’a pas fini à temps, interrompu ; son travail sera repris.", to=sys.stderr)


def _wait_until_open(host: str, port: int, kept: list[Kept]) -> None:
    """Wait until pages can be served; raises `CannotRunError` when they cannot."""
    limit, said = time.monotonic() + PATIENCE_AT_START, "le serveur web ne répond pas"
    while time.monotonic() < limit:
        if dead := [one.name for one in kept if one.child.poll() is not None]:
            raise CannotRunError(f"{dead[0]} : s’est arrêté dès le départ ; ses derniers mots sont ci-dessus.")
        with suppress(OSError, http.client.HTTPException):
            status, state = _ready(host, port)
            if status == http.client.OK:
                return
            said = f"les pages ne peuvent pas être servies ({state})"
            if state.get("base", {}).get("etat") == "ok" and state.get("migrations", {}).get("etat") != "ok":
                raise CannotRunError("La base n’est pas à jour : « manage.py migrate » d’abord (docs/operating.md).")
        time.sleep(PACE)
    raise CannotRunError(f"Au bout de {PATIENCE_AT_START:.0f} s, {said}.")


def _ready(host: str, port: int) -> tuple[int, dict]:
    """What `/sante/pages` answers."""
    name = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    connection = http.client.HTTPConnection(_reached(host), port, timeout=10)
    try:
        connection.request("GET", "/sante/pages", headers={"Host": name})
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if answer.getheader("Content-Type") == "application/json" else {}
    finally:
        connection.close()


def _reached(host: str) -> str:
    """Where this machine reaches what listens on an address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  read, not bound


if __name__ == "__main__":
    sys.exit(main())
