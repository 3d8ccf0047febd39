"""Two web processes and two workers on one database, for real; and `kill -9` in the middle of their work.

Nothing acknowledged may be lost, nothing may be half-written, and a mail whose sending was recorded leaves once.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app

from accelerator.accounts.models import Person
from accelerator.community.search import DIRECTORY, refresh_ids
from accelerator.journal.models import Event
from accelerator.notices import Recipient, operations
from accelerator.notices.models import Notice
from accelerator.search.types import Question
from accelerator.workflow import transaction
from config import embedded
from tests import factories
from tests.databases import url_of_test_database
from tests.mail_server import MailServer, mail_server
from tests.ports import free_port

Elsewhere = Callable[[Callable[[], Any]], Any]
NOTICES = 40


@dataclass
class Platform:
    """What `make serve` started, and what it wrote."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """The structured lines of all the processes."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def said(self) -> str:
        return self.log.read_text()

    def web(self) -> list[int]:
        """The web processes (granian's own first child excepted: it watches over their resources)."""
        (server,) = re.findall(r"serveur web .*: processus (\d+)", self.said())[-1:]
        return _children(int(server))

    def workers(self) -> dict[str, int]:
        return {name: int(pid) for name, pid in re.findall(r"(ouvrier \d+) : processus (\d+)", self.said())}

    def kill_web(self) -> None:
        """`kill -9` every web process; they are made again."""
        killed = self.web()
        for process in killed:
            os.kill(process, signal.SIGKILL)
        _until(lambda: len(set(self.web()) - set(killed)) == 2, "les processus web sont refaits")

    def client(self) -> httpx.Client:
        """A browser that asks a new connection each time, hence any of the web processes."""
        limits = httpx.Limits(max_keepalive_connections=0)
        return httpx.Client(base_url=self.url, limits=limits, timeout=20, trust_env=False)

    def ask(self, client: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask, and again as a visitor would when a process died under the request."""

        def answer() -> httpx.Response | None:
            with suppress(httpx.TransportError):
                return client.request(method, path, **options)
            return None

        return _until(answer, f"{path} répond")


def _children(process: int) -> list[int]:
    with suppress(FileNotFoundError, ProcessLookupError):  # it has just died
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _family(process: int) -> list[int]:
    return [process, *(one for child in _children(process) for one in _family(child))]


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _until(holds: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"Pas au bout de {seconds} s : {what}")


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def platform(elsewhere: Elsewhere, mails: MailServer, tmp_path: Path) -> Iterator[Platform]:
    port = free_port()
    log = tmp_path / "log"
    environment = {
        **os.environ,
        "DATABASE_URL": url_of_test_database(),
        "WEB_DATABASE_URL": f"{url_of_test_database()}?application_name=pages",
        "MAIL_PORT": str(mails.port),
        "DJANGO_SETTINGS_MODULE": "tests.process_settings",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.serve", "--port", str(port), "--web", "2", "--workers", "2"],
            cwd=embedded.ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    running = Platform(process, f"http://127.0.0.1:{port}", log)
    try:
        _until(lambda: "La plateforme sert sur" in running.said() or process.poll() is not None, "ouverte", 90)
        assert process.poll() is None, running.said()
        yield running
    finally:
        family = _family(process.pid) if process.poll() is None else []
        process.terminate()
        process.wait(60)
        for left in family:
            with suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)


def _enter(platform: Platform, client: httpx.Client, mails: MailServer, email: str) -> None:
    """Sign in by the code received, as a person does."""
    asked = _send(platform, client, "/compte/connexion", email=email)
    code = re.search(
        r"^    (\d{6})\r?$", _until(lambda: mails.messages, "le code arrive")[0].get_payload(), re.MULTILINE
    )
    assert code
    entered = _send(platform, client, asked.headers["Location"], code=code[1])
    assert entered.headers["Location"] == "/mon-espace"


def _send(platform: Platform, client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """Fill the form of a page."""
    answer = platform.ask(client, "POST", path, data=_form(platform, client, path, **fields))
    assert answer.status_code == 302, answer.text
    return answer


def _form(platform: Platform, client: httpx.Client, path: str, **fields: str) -> dict[str, str]:
    page = platform.ask(client, "GET", path)
    hidden = dict(re.findall(r'<input type="hidden"\s+name="(csrfmiddlewaretoken|_once)"\s+value="([^"]+)"', page.text))
    return {**hidden, **fields}


@contextmanager
def _locked(table: str) -> Iterator[psycopg.Connection]:
    """Nobody writes in a table, for a time."""
    with psycopg.connect(url_of_test_database()) as holder:
        holder.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield holder


def _someone_waits() -> bool:
    """Whether a process of the platform waits for the lock, in the middle of its transaction."""
    with psycopg.connect(url_of_test_database()) as look:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(look.execute(waiting).fetchone()[0])  # type: ignore[index]  # a count always answers


def _connections_named(name: str) -> int:
    with psycopg.connect(url_of_test_database()) as look:
        named = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
        return int(look.execute(named, [name]).fetchone()[0])  # type: ignore[index]  # a count always answers


def test_sessions_and_writes_outlive_the_web_processes(
    platform: Platform, mails: MailServer, elsewhere: Elsewhere
) -> None:
    camille = elsewhere(lambda: factories.person(given_name="Camille", email="camille@personnes.example"))

    def name() -> str:
        return elsewhere(lambda: Person.objects.get(pk=camille.pk).given_name)

    def renamings() -> int:
        return elsewhere(lambda: Event.objects.filter(code="accounts.renamed").count())

    with platform.client() as browser:
        _enter(platform, browser, mails, "camille@personnes.example")
        assert len(mails.messages) == 1

        assert _connections_named("pages") >= 1  # the pages come by the address of their own

        # Opened on one web process, the session holds on both.
        def answered_by_both() -> bool:
            assert browser.get("/compte/").status_code == 200
            account = [line for line in platform.lines() if line.get("route") == "/compte/"]
            return len({line["process"] for line in account}) == 2

        _until(answered_by_both, "les deux processus web répondent")
        # One dies: the other answers; the dead one is made again. A request that it held may be lost, the session not.
        killed, other = platform.web()
        os.kill(killed, signal.SIGKILL)
        for _ in range(10):
            assert platform.ask(browser, "GET", "/compte/").status_code == 200
        _until(lambda: len(set(platform.web()) - {killed}) == 2, "le processus tué est refait")
        assert other in platform.web()

        # Killed in the middle of an operation, the answer not given: nothing is half-written.
        form = _form(platform, browser, "/compte/nom", given_name="Alix", family_name="Exemple")
        lost: list[Exception] = []

        def send() -> None:
            try:
                browser.post("/compte/nom", data=form)
            except httpx.TransportError as error:
                lost.append(error)

        with _locked("journal_event"):
            sending = Thread(target=send)
            sending.start()
            _until(_someone_waits, "l’opération est en cours")
            platform.kill_web()
            sending.join(60)
        assert lost
        _until(lambda: not _someone_waits(), "la transaction abandonnée est finie")
        assert (name(), renamings()) == ("Camille", 0)

        # The same form sent again acts, once. Answered, it is there, whatever dies next.
        assert platform.ask(browser, "POST", "/compte/nom", data=form).status_code == 302
        platform.kill_web()
        assert (name(), renamings()) == ("Alix", 1)
        assert platform.ask(browser, "POST", "/compte/nom", data=form).status_code == 302
        assert renamings() == 1
        assert "Alix" in platform.ask(browser, "GET", "/compte/").text

    # The one that watches is killed without a word: what it started ends.
    family = _family(platform.process.pid)
    assert len(family) >= 6  # itself, granian and its two processes, two workers
    platform.process.kill()
    platform.process.wait()
    _until(lambda: not [one for one in family if _lives(one)], "les enfants finissent")


# Two seconds without a word: each worker of the test says every second that it lives.
_SILENT = "SELECT id FROM procrastinate_workers WHERE last_heartbeat < now() - interval '2 seconds'"
_LEFT = "FROM procrastinate_jobs WHERE task_name = 'notices.send' AND status IN ('todo', 'doing')"


def _number(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def _jobs_left() -> int:
    return _number(f"SELECT count(*) {_LEFT}")


def _jobs_of_the_living() -> int:
    return _number(f"SELECT count(*) {_LEFT} AND (worker_id IS NULL OR worker_id NOT IN ({_SILENT}))")


def _lengthen_silence() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' WHERE id IN ({_SILENT})"
        )


def test_no_mail_is_lost_nor_doubled_once_recorded(
    platform: Platform, mails: MailServer, elsewhere: Elsewhere, at: datetime
) -> None:
    go_on, held = Signal(), Signal()
    at_once = settings.PROCRASTINATE_WORKER_DEFAULTS["concurrency"]

    def hold_some() -> None:
        if len(mails.messages) > NOTICES // 2 and not go_on.is_set():
            waiting.append(len(mails.messages))
            if len(waiting) == 2 * at_once:
                held.set()
            go_on.wait(60)

    waiting: list[int] = []
    mails.before_answer = hold_some

    def tell() -> None:
        with transaction():
            to = [Recipient(f"personne{n}@personnes.example", key=f"person:{n}") for n in range(NOTICES)]
            operations.tell("accounts/code", to=to, at=at, data={"code": "123456", "minutes": 15, "purpose": "sign_in"})

    elsewhere(tell)
    assert held.wait(60), "les deux ouvriers attendent la réponse du serveur de courriels"
    recorded = set(elsewhere(lambda: list(Notice.objects.filter(sent_at__isnull=False).values_list("pk", flat=True))))
    assert recorded
    assert len(recorded) < NOTICES
    workers = platform.workers()
    os.kill(workers["ouvrier 1"], signal.SIGKILL)
    go_on.set()
    _until(lambda: platform.workers()["ouvrier 1"] != workers["ouvrier 1"], "l’ouvrier tué est refait")

    # The other does the rest. What the dead one held is taken up once its silence is long enough: it is made longer.
    _until(lambda: elsewhere(_jobs_of_the_living) == 0, "il ne reste que ce que tenait l’ouvrier tué")
    assert elsewhere(_jobs_left) == at_once
    elsewhere(_lengthen_silence)
    elsewhere(lambda: app.configure_task("housework.take_up_stalled", queue="housework").defer(timestamp=0))
    _until(lambda: elsewhere(_jobs_left) == 0, "tout est envoyé")

    assert elsewhere(lambda: Notice.objects.filter(sent_at__isnull=True).count()) == 0
    times = Counter(str(mail["Message-ID"]) for mail in mails.messages)
    assert len(times) == NOTICES
    # What the dead worker was sending and could not record left twice, with the same number; nothing else did.
    doubled = [number for number, count in times.items() if count > 1]
    assert [times[number] for number in doubled] == [2] * at_once
    assert not [pk for pk in recorded if any(number.startswith(f"<notice.{pk}.") for number in doubled)]

    # Asked to stop, everything ends.
    family = _family(platform.process.pid)
    platform.process.send_signal(signal.SIGTERM)
    assert platform.process.wait(60) == 0
    assert not [one for one in family if _lives(one)]
    assert "Arrêt en cours" in platform.said()
    assert "interrompu" not in platform.said()


def test_a_rebuild_of_the_index_killed_leaves_the_old_one_and_harms_no_writer(elsewhere: Elsewhere) -> None:
    def enter(name: str, *, indexed: bool) -> int:
        number = factories.organisation(name=name).pk
        with transaction():
            refresh_ids([number] if indexed else [])
        return number

    def found(text: str) -> list[int]:
        return elsewhere(lambda: DIRECTORY.search(Question(text)).ids)

    known = elsewhere(lambda: enter("Ressourcerie des Essais", indexed=True))
    unknown = elsewhere(lambda: enter("Atelier oublié", indexed=False))
    # Whoever reads the index keeps the new one from taking its place: the rebuild is caught in its last moment.
    with psycopg.connect(url_of_test_database()) as reader:
        reader.execute("SELECT 1 FROM community_organisationdocument")
        rebuilding = _rebuild()
        _until(lambda: _someone_waits() or rebuilding.poll() is not None, "la réfection est en cours")
        assert rebuilding.poll() is None, rebuilding.communicate()[0]
        os.killpg(rebuilding.pid, signal.SIGKILL)
        rebuilding.communicate()
    _until(lambda: not _someone_waits(), "la réfection abandonnée est finie")
    assert (found("ressourcerie"), found("oublié")) == ([known], [])
    # The old index is written as before, and the next rebuild is whole.
    written = elsewhere(lambda: enter("Fabrique nouvelle", indexed=True))
    assert found("fabrique") == [written]
    again = _rebuild()
    said = again.communicate(timeout=120)[0]
    assert again.returncode == 0, said
    assert (found("ressourcerie"), found("oublié"), found("fabrique")) == ([known], [unknown], [written])


def _rebuild() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "rebuild_search"],
        cwd=embedded.ROOT,
        env={**os.environ, "DATABASE_URL": url_of_test_database(), "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
