"""Journeys: a real browser, a real server, a database of their own.

The server is a process (granian, settings of a laptop) on a clone of the template database, with the founding facts,
the demonstration and the search index; one for each worker of the suite. The browser is the system's Chromium; where
there is none the journeys are skipped with one loud line, and in continuous integration they fail.

`browse(width=…, javascript=…)` opens a window. It sees everything that goes wrong: console errors (violations of the
content security policy are among them), uncaught exceptions, answers of 500, and, at each `look()`, what axe finds and
what sticks out of the screen.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response
from psycopg import sql

from config import embedded
from demonstration import proconnect, register
from tests.browsers import opened
from tests.databases import clone, server_of_databases, template_name, url_of
from tests.ports import free_port

# The commands of `make run`, in one process: each would load the whole platform again.
PREPARE = """
import django
from django.core.management import call_command

django.setup()
for command in ("load_founding_facts", "seed_demonstration", "rebuild_search", "count_figures"):
    call_command(command)
"""
MAIL_PATIENCE = 20
SHOTS = os.environ.get("SHOTS")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/journeys/" in item.path.as_posix():
            item.add_marker(pytest.mark.journey)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if any("Chromium" in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(
            "PARCOURS NON ESSAYÉS : aucun Chromium sur cette machine (par exemple : apt install chromium).", red=True
        )


class Window:
    """A window of the browser, and what went wrong in it."""

    def __init__(self, page: Page, address: str, *, javascript: bool) -> None:
        self.page = page
        self.address = address
        self.javascript = javascript
        self.faults: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"exception : {error}"))
        page.on("response", self._receive)

    def _hear(self, message: ConsoleMessage) -> None:
        # A refusal (403, 404, 422) is an ordinary answer, which the browser also tells in its console.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.faults.append(f"console, sur {self.page.url} : {message.text}")

    def _receive(self, response: Response) -> None:
        static = "/static/" in response.url and response.status >= 400
        if response.status >= 500 or static:
            self.faults.append(f"{response.status} {response.url}")

    def open(self, path: str) -> None:
        """Go to an address of the platform, and look."""
        self.page.goto(f"{self.address}{path}")
        self.look()

    def become(self, who: str) -> None:
        """Be one of the fictitious people, by the bar at the top of the page: one click, or its panel."""
        self.page.goto(self.address)
        at_once = self.page.locator(f".fi-demo__quick button[value={who}]")
        if at_once.is_visible():
            at_once.click()
            self.page.locator(f".fi-demo__quick button[value={who}][aria-current]").wait_for()
            return
        self.page.locator(".fi-demo__choice summary").click()
        self.page.locator(f".fi-demo__people button[value={who}]").click()
        self.page.locator(".fi-demo__choice:not([open])").wait_for()

    def press(self, name: str) -> None:
        """Press a button of the page, and look at what follows."""
        self.page.locator("main").get_by_role("button", name=name).click()
        self.look()

    def follow(self, name: str) -> None:
        """Follow a link of the page, and look at what follows."""
        self.page.locator("main").get_by_role("link", name=name).first.click()
        self.look()

    def tick(self, label: str) -> None:
        """Choose a box or a button of a list: the label is what is pressed, as the eye sees it."""
        self.page.locator("main label", has_text=label).first.click()

    def text(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text().replace("\u00a0", " ")

    def read_mail(self, subject: str) -> str:
        """The text of the last mail with these words in its subject, as soon as it has left."""
        limit = time.monotonic() + MAIL_PATIENCE
        while time.monotonic() < limit:
            self.page.goto(f"{self.address}/demo/courriels")
            mail = self.page.locator("main tbody a", has_text=subject).first
            if mail.count():
                mail.click()
                self.look()
                return self.text()
            self.page.wait_for_timeout(100)
        raise AssertionError(f"aucun courriel « {subject} »")

    def look(self) -> None:
        """Examine the page that is shown; raises `AssertionError` with everything that is wrong."""
        self.page.wait_for_load_state("load")
        where = self.page.url.removeprefix(self.address)
        too_wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if too_wide > 0:
            self.faults.append(f"{where} dépasse de l’écran de {too_wide} px")
        if self.javascript:
            found = Axe().run(self.page)
            if found.violations_count:
                self.faults.append(f"axe, sur {where} : {found.generate_report()}")
        if SHOTS:
            width = (self.page.viewport_size or {}).get("width")
            name = f"{where.strip('/').replace('/', '-').split('?')[0] or 'accueil'}-{width}.png"
            self.page.screenshot(path=Path(SHOTS) / name, full_page=True)
        faults, self.faults = self.faults, []
        assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def address(worker_id: str) -> Iterator[str]:
    """The address of a platform opened for the journeys of this worker."""
    name = f"journeys_{worker_id}_{os.getpid()}"
    with server_of_databases() as server:
        clone(server, template_name(), name)
        try:
            port = free_port()
            with register.running() as companies, proconnect.running(f"http://localhost:{port}") as identities:
                yield from _serve(name, port, {"COMPANY_REGISTER_URL": companies, **identities})
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _serve(database: str, port: int, services: dict[str, str]) -> Iterator[str]:
    address = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DATABASE_URL": url_of(database),
        "BASE_URL": address,
        **services,
        "LOG_LEVEL": "ERROR",
    }
    subprocess.run([sys.executable, "-c", PREPARE], cwd=embedded.ROOT, env=environment, check=True, capture_output=True)
    serving = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--blocking-threads", "4", "--no-ws", "--log-level", "error", "config.wsgi:application"),
        ],
        cwd=embedded.ROOT,
        env=environment,
    )
    # The mail goes to the page that shows it: the worker of `make run`.
    working = subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker"],
        cwd=embedded.ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        limit = time.monotonic() + 60
        while serving.poll() is None and time.monotonic() < limit:
            with suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(f"{address}/sante/pages"):
                break
            time.sleep(0.1)
        else:
            pytest.fail("Le serveur des parcours ne s’est pas ouvert.")
        yield address
    finally:
        for process in (serving, working):
            process.terminate()
        for process in (serving, working):
            process.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with opened() as browser:
        yield browser


@pytest.fixture
def browse(browser: Browser, address: str) -> Iterator[Callable[..., Window]]:
    """Open a window: `browse(width=390, javascript=False)`."""
    with ExitStack() as contexts:

        def window(*, width: int = 1280, javascript: bool = True) -> Window:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                java_script_enabled=javascript,
                locale="fr-FR",
                reduced_motion="reduce",
            )
            contexts.callback(context.close)
            context.set_default_timeout(15_000)
            return Window(context.new_page(), address, javascript=javascript)

        yield window
