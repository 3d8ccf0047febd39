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
    doors = ("/", "/annuaire", "/carte", "/territoires", "/chiffres", "/la-demarche", "/compte/connexion")
    for path in (*doors, "/rien/du/tout"):
        window.open(path)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_figures_are_drawn_told_and_given(browse: Callable[..., Window], width: int) -> None:
    window = browse(width=width)
    window.open("/chiffres")
    pictures = window.page.locator("main picture img")
    assert pictures.count() >= 6
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        window.page.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=picture.element_handle())
    drawn = pictures.first.evaluate("one => one.currentSrc")
    assert ("vue=etroit" in drawn) == (width == 390)
    window.page.get_by_text("Les mêmes données en tableau").first.click()
    window.look()
    window.follow("Pour 10 000 habitants")
    assert "Organisations pour 10 000 habitants" in window.text()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_desk_of_themes_is_sound(browse: Callable[..., Window], width: int) -> None:
    window = browse(width=width, javascript=False)
    window.become("maxence")
    window.open("/moderation/themes")
    window.open("/moderation/themes?theme=AGR&departement=46")
    window.open("/moderation/themes/choix")
    assert "Cochez d’abord au moins un thème" in window.text()
