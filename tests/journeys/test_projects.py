"""Telling a project, from its first sentence to its place in the directory; a session lost in the middle of a text."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Window

Browse = Callable[..., Window]
TEXT = "Chaque samedi, des cageots entiers partent au compost."


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_a_project_is_told_published_and_found(browse: Browse, width: int, javascript: bool) -> None:
    name = f"Les Conserves du parcours {width}"
    window = browse(width=width, javascript=javascript)
    window.become("camille")
    window.open("/projets/nouveau")
    window.page.get_by_label("Nom du projet").fill(name)
    window.page.get_by_label("Le projet en une phrase").fill("Un projet fictif, né d’un parcours.")
    window.press("Ouvrir le dossier")
    window.page.get_by_label("À quel besoin répondez-vous ?").fill(TEXT)
    window.page.get_by_label("Que faites-vous pour y répondre ?").fill("Des conserves.")
    window.press("Enregistrer et continuer")
    window.press("Enregistrer et continuer")
    window.tick("Transition écologique")
    window.press("Enregistrer et continuer")
    window.page.get_by_label("Territoires d’action").fill("Lot")
    window.press("Enregistrer et continuer")
    window.tick("Idée")
    window.press("Enregistrer et continuer")
    window.follow("Revenir au dossier sans enregistrer")
    assert "Rien ne manque." in window.text()
    window.follow("Publier")
    window.press("Publier")
    assert name in window.text()
    visitor = browse(width=width, javascript=javascript)
    visitor.open(f"/projets?q=conserves+parcours+{width}")
    assert name in visitor.page.locator(".fi-result h3").first.inner_text()
    visitor.follow(name)
    assert TEXT in visitor.text()
    assert "sans structure pour l’instant" in visitor.text()


def test_a_text_survives_a_session_that_is_lost(browse: Browse) -> None:
    window = browse()
    window.become("camille")
    window.open("/projets/nouveau")
    window.page.get_by_label("Nom du projet").fill("Un texte qui ne se perd pas")
    window.press("Ouvrir le dossier")
    step = window.page.url
    window.page.get_by_label("À quel besoin répondez-vous ?").press_sequentially(TEXT)
    window.page.get_by_text("Texte gardé à").wait_for()
    window.page.context.clear_cookies()
    again = browse()
    again.become("camille")
    again.page.goto(step)
    again.look()
    assert "qui n’est pas encore enregistré" in again.text()
    assert again.page.get_by_label("À quel besoin répondez-vous ?").input_value() == TEXT
