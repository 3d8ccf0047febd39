"""The script of the fields, in a real browser, under the real content security policy.

The page and the answers are made by the application; a small server of this test hands them to the browser.
"""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from accelerator.design.forms import Form
from accelerator.geography.forms import PerimeterField, PlaceField
from accelerator.geography.models import PlaceKind
from tests.browsers import opened
from tests.client import HostileClient

SCRIPT = Path(__file__).parents[2] / "accelerator/geography/static/geography/places.js"
QUESTIONS = (
    "q=saint+den&genres=commune", "q=lot", "q=figeac", "q=fijeac&genres=commune", "q=xqzwkv&genres=commune",
)  # fmt: skip

pytestmark = pytest.mark.journey


class Places(Form):
    seat = PlaceField(label="Commune du siège", kinds=[PlaceKind.COMMUNE])
    where = PerimeterField(label="Territoires d’action")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with opened() as browser:
        yield browser


@pytest.fixture
def tab(client: HostileClient, browser: Browser) -> Iterator[Tab]:
    """A tab open on a page with the two fields."""
    home = client.get("/")
    form = Places()
    page = (
        '<!DOCTYPE html><html lang="fr"><title>Lieux</title><main><h1>Lieux</h1>'
        f'<form method="get" action="/envoye">{form}<button>Envoyer</button></form></main>{form.media}</html>'
    )
    answers = {
        "/": ("text/html; charset=utf-8", page.encode()),
        "/envoye": ("text/html; charset=utf-8", b"<!DOCTYPE html><title>Merci</title>"),
        "/static/geography/places.js": ("text/javascript", SCRIPT.read_bytes()),
    }
    for question in QUESTIONS:
        address = f"/lieux/suggestions?{question}"
        answers[address] = ("application/json", client.get(address).content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = "/envoye" if urlsplit(self.path).path == "/envoye" else self.path
            kind, body = answers.get(path, ("text/plain", b""))
            self.send_response(200 if path in answers else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", home["Content-Security-Policy"])
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with browser.new_context() as context:
            shown = context.new_page()
            shown.set_default_timeout(8000)
            shown.goto(f"http://127.0.0.1:{server.server_port}/")
            yield shown
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def sent(tab: Tab) -> Callable[[], str]:
    """Send the form; what it sent."""

    def send() -> str:
        tab.locator("button").click()
        tab.wait_for_url("**/envoye**")
        return urlsplit(tab.url).query

    return send


def test_a_place_is_chosen_with_the_keyboard(tab: Tab, sent: Callable[[], str]) -> None:
    seat = tab.locator("#id_seat")
    expect(seat).to_have_role("combobox")
    seat.press_sequentially("saint den")
    options = tab.locator("#id_seat_liste [role=option]")
    expect(options).to_have_count(10)
    expect(seat).to_have_attribute("aria-expanded", "true")
    expect(tab.locator("#id_seat ~ [role=status]")).to_contain_text("10 lieux proposés")
    assert Axe().run(tab).response["violations"] == []
    seat.press("ArrowDown")
    seat.press("ArrowDown")
    expect(seat).to_have_attribute("aria-activedescendant", "id_seat_option_1")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    seat.press("Enter")
    expect(seat).to_have_value("Saint-Denis (93)")
    expect(seat).to_have_attribute("aria-expanded", "false")
    assert "seat_key=commune-93066&seat_key_of=Saint-Denis+%2893%29" in sent()


def test_escape_closes_and_keeps_what_was_typed(tab: Tab) -> None:
    seat = tab.locator("#id_seat")
    seat.press_sequentially("saint den")
    expect(tab.locator("#id_seat_liste")).to_be_visible()
    seat.press("Escape")
    expect(tab.locator("#id_seat_liste")).to_be_hidden()
    expect(seat).to_have_value("saint den")


def test_typing_again_forgets_the_choice(tab: Tab, sent: Callable[[], str]) -> None:
    seat = tab.locator("#id_seat")
    seat.press_sequentially("saint den")
    tab.locator("#id_seat_liste [role=option]").first.click()
    expect(seat).to_have_value("Saint-Denis (974)")
    seat.fill("Cahors")
    assert "seat_key" not in sent()


def test_several_places_are_kept_and_removed(tab: Tab, sent: Callable[[], str]) -> None:
    where = tab.locator("#id_where")
    for text, label in (("lot", "Lot (département)"), ("figeac", "Figeac (46)"), ("lot", "Lot (département)")):
        where.press_sequentially(text)
        tab.locator("#id_where_liste [role=option]", has_text=label).first.click()
        expect(where).to_have_value("")
    expect(tab.locator("input[name=where_kept]")).to_have_count(2)
    tab.get_by_label("Figeac (46)").uncheck()
    tab.locator("#id_seat").fill("Cahors")
    assert sent() == "seat=Cahors&where=&where_kept=departement-46"


@pytest.mark.parametrize(("typed", "said"), [("fijeac", "proche"), ("xqzwkv", "Aucun lieu trouvé.")])
def test_what_is_not_found_is_said(tab: Tab, typed: str, said: str) -> None:
    tab.locator("#id_seat").press_sequentially(typed)
    expect(tab.locator("#id_seat ~ [role=status]")).to_contain_text(said)


def test_a_server_that_does_not_answer_leaves_a_plain_field(tab: Tab, sent: Callable[[], str]) -> None:
    tab.locator("#id_seat").press_sequentially("unknown question")
    tab.wait_for_timeout(400)
    expect(tab.locator("#id_seat_liste")).to_be_hidden()
    assert sent().startswith("seat=unknown+question&")
