"""A visitor finds an actor, from the home page."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Window

SCREENS = pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, True), (1280, False), (390, False)])


@SCREENS
def test_from_the_home_page_to_an_actor(browse: Callable[..., Window], width: int, javascript: bool) -> None:
    window = browse(width=width, javascript=javascript)
    window.open("/")
    window.open("/annuaire?q=figeac")
    results = window.page.locator("main")
    assert "Figeac" in results.inner_text()
    results.get_by_role("heading").get_by_role("link", name="Figeac").first.click()
    window.page.wait_for_url("**/organisations/**")
    window.look()
    assert "Figeac" in window.page.locator("h1").inner_text()


@SCREENS
def test_each_door_is_sound(browse: Callable[..., Window], width: int, javascript: bool) -> None:
    window = browse(width=width, javascript=javascript)
    for path in ("/", "/annuaire", "/carte", "/territoires", "/la-demarche", "/compte/connexion", "/rien/du/tout"):
        window.open(path)
