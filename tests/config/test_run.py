"""`make run`, for real: in processes of its own, with data of its own."""

import json
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from config import embedded
from tests.ports import free_port

ENTRY = [sys.executable, "-m", "config.run"]


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder of data that every user may cross, with a short path (the server's socket is in it)."""
    folder = Path(tempfile.mkdtemp(prefix="fi-"))
    folder.chmod(0o755)
    yield folder
    subprocess.run([*ENTRY, "--stop"], cwd=embedded.ROOT, env=_environment(folder), check=True, capture_output=True)
    shutil.rmtree(folder)


def _environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    return {**kept, "FRENCH_IMPACT_DATA": str(home), **more}


def _tried(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(ENTRY, cwd=embedded.ROOT, env=environment, capture_output=True, text=True, check=False)


def _lives(process: int) -> bool:
    """Whether a process still works (one that ended and that nobody buried does not)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _start(home: Path, port: int, *, as_it_prepares: list[str] | None = None) -> tuple[subprocess.Popen[str], str]:
    """Start and read until the line that says where to click.

    as_it_prepares  a command to start when the database begins to be prepared, and to see end well.
    """
    beside: subprocess.Popen[str] | None = None
    process = subprocess.Popen(
        [*ENTRY, "--port", str(port)],
        cwd=embedded.ROOT,
        env=_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if as_it_prepares and "Structure de la base" in line:
            beside = subprocess.Popen(as_it_prepares, cwd=embedded.ROOT, env=_environment(home), stdout=-1, text=True)
        if "Arrêter :" in line:
            break
    if beside is not None:
        assert "Structure de la base" not in beside.communicate(timeout=60)[0], (
            "what was being prepared was prepared again"
        )
        assert beside.returncode == 0
    return process, said


def test_it_opens_says_where_and_leaves_nothing_behind(home: Path) -> None:
    port = free_port()
    process, said = _start(home, port, as_it_prepares=[*ENTRY, "--prepare"])
    assert f"La plateforme est ouverte : http://localhost:{port}" in said, said
    with urllib.request.urlopen(f"http://localhost:{port}/") as home_page:
        assert home_page.status == 200

    # A second one is refused, and says where the first is.
    second = subprocess.run(
        ENTRY, cwd=embedded.ROOT, env=_environment(home), capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert f"tourne déjà : http://localhost:{port}" in second.stderr

    # Ctrl-C stops the children and the database.
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0, rest
    assert "La base de données est arrêtée" in rest
    assert not (home / "main" / "postmaster.pid").exists()

    # Nothing changed: the second start prepares nothing. The port is taken: the next one is.
    with socket.create_server(("127.0.0.1", port)):
        process, said = _start(home, port)
    assert f"Le port {port} est occupé" in said
    assert "Structure de la base" not in said

    # A worker that dies is said, and ends everything.
    children = json.loads((home / "running").read_text())["processes"][1:]
    os.kill(children[1], signal.SIGKILL)
    rest = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "« tâches de fond » s’est arrêté (code -9)" in rest
    assert not [child for child in children if _lives(child)]

    # Killed without a word, its children end too; the database is left, which « make stop » stops.
    process, _ = _start(home, free_port())
    children = json.loads((home / "running").read_text())["processes"][1:]
    process.kill()
    process.communicate()
    limit = time.monotonic() + 20
    while [child for child in children if _lives(child)] and time.monotonic() < limit:
        time.sleep(0.1)
    assert not [child for child in children if _lives(child)]
    stopped = subprocess.run(
        [*ENTRY, "--stop"], cwd=embedded.ROOT, env=_environment(home), capture_output=True, text=True, check=True
    )
    assert "la base « main »" in stopped.stdout


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DATABASE_URL", "postgres://personne@127.0.0.1:9/rien", "DATABASE_URL ne répond pas"),
        ("DJANGO_SETTINGS_MODULE", "config.settings.prod", "en production, voir docs/operating.md"),
        ("FRENCH_IMPACT_DATA", "/tmp/" + "x" * 100, "trop long"),
    ],
)
def test_what_prevents_it_is_said_in_a_sentence(home: Path, variable: str, value: str, sentence: str) -> None:
    done = subprocess.run(
        ENTRY,
        cwd=embedded.ROOT,
        env=_environment(home, **{variable: value}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    shutil.rmtree("/tmp/" + "x" * 100, ignore_errors=True)


def _message(kind: bytes, content: bytes) -> bytes:
    return kind + (len(content) + 4).to_bytes(4, "big") + content


@contextmanager
def _old_server() -> Iterator[str]:
    """A server that opens as PostgreSQL 14 does, as far as its version."""
    opening = (
        _message(b"R", (0).to_bytes(4, "big"))
        + _message(b"S", b"server_version\x0014.9\x00")
        + _message(b"S", b"client_encoding\x00UTF8\x00")
        + _message(b"Z", b"I")
    )

    class Conversation(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while length := int.from_bytes(self.request.recv(4), "big"):
                if length == 8:  # it asks for encryption, of one kind or the other
                    self.request.recv(4)
                    self.request.sendall(b"N")
                else:
                    self.request.recv(length - 4)
                    self.request.sendall(opening)
                    self.request.recv(1)
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"postgres://nom@127.0.0.1:{server.server_address[1]}/base"
        server.shutdown()


def test_a_server_too_old_is_refused_with_a_sentence(home: Path) -> None:
    with _old_server() as address:
        done = _tried(_environment(home, DATABASE_URL=address))
    assert done.returncode == 1
    assert "est un PostgreSQL 14 : il en faut un 15 ou plus récent" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("interpreter", "sentence"),
    [("", "Il faut Python 3.11, 3.12 ou 3.13"), ("without-venv", "Il manque le module venv de Python")],
)
def test_what_the_machine_lacks_is_said_in_a_sentence(interpreter: str, sentence: str, tmp_path: Path) -> None:
    """`make run` in a folder of its own, with no Python, or one without its module venv."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(embedded.ROOT / name, tmp_path)
    without = tmp_path / "without-venv"
    without.write_text("#!/bin/sh\nexit 1\n")
    without.chmod(0o755)
    done = subprocess.run(
        ["make", "run", f"PYTHON={without if interpreter else ''}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert sentence in done.stdout
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("door", ["import-sirene", "import-rna", "import-list"])
def test_an_import_without_a_file_says_what_is_missing(door: str, tmp_path: Path) -> None:
    """Before anything is installed."""
    shutil.copy(embedded.ROOT / "Makefile", tmp_path)
    done = subprocess.run(["make", door], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"make {door} FILE=" in done.stdout
    assert not (tmp_path / ".venv").exists()


def test_a_list_without_a_source_says_what_is_missing(tmp_path: Path) -> None:
    shutil.copy(embedded.ROOT / "Makefile", tmp_path)
    asked = ["make", "import-list", "FILE=a.csv"]
    done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "make import-list FILE=a.csv SOURCE=" in done.stdout


@pytest.mark.parametrize("door", ["import-sirene", "import-rna", "import-list"])
def test_after_an_import_the_public_figures_are_counted(door: str, tmp_path: Path) -> None:
    """What make would run, the import itself being tried elsewhere."""
    shutil.copy(embedded.ROOT / "Makefile", tmp_path)
    for name in ("requirements.txt", "requirements-dev.txt"):
        shutil.copy(embedded.ROOT / name, tmp_path)
    # Inside `make test`, make would also say where it enters.
    asked = ["make", "--no-print-directory", "-n", door, "FILE=a.csv", "SOURCE=a"]
    said = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert f"manage.py {door.replace('-', '_')} a.csv" in said.stdout
    assert said.stdout.strip().endswith("&& .venv/bin/python manage.py count_figures")
