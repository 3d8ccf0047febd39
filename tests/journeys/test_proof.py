"""Someone is shown a label, and looks for what it is worth."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload

from tests.journeys.conftest import Window


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, True), (390, False)])
def test_what_is_no_label_is_said_to_be_so(browse: Callable[..., Window], width: int, javascript: bool) -> None:
    window = browse(width=width, javascript=javascript)
    window.open("/")
    window.page.locator("footer").get_by_role("link", name="Vérifier un label").click()
    window.look()
    window.press("Vérifier")
    assert "Choisissez un fichier, ou donnez un numéro." in window.text()
    photo: FilePayload = {"name": "photo.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"}
    window.page.get_by_label("Le fichier de l’attestation").set_input_files(photo)
    window.press("Vérifier")
    assert "Fichier illisible" in window.text()
    assert "Fichier illisible" in window.page.title()
    window.page.get_by_label("Le numéro du label").fill("FI-2026-99999")
    window.press("Vérifier")
    assert "Aucun label ne porte ce numéro" in window.text()
    assert window.page.get_by_label("Le numéro du label").input_value() == "FI-2026-99999"
