"""Someone keeps a search, tunes it, lets it go; a visitor takes what the directory shows away in a file."""

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Window

SCREENS = pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, True), (390, False)])


@SCREENS
def test_a_search_is_kept_tuned_and_let_go(browse: Callable[..., Window], width: int, javascript: bool) -> None:
    window = browse(width=width, javascript=javascript)
    window.become("camille")
    word = f"insertion{'' if javascript else 's'}"
    window.open(f"/annuaire?q={word}&pres_de=commune-{46102 if width == 390 else 31555}")
    window.follow("Enregistrer cette recherche")
    window.page.get_by_label("Nom de la recherche").fill("")
    window.press("Enregistrer la recherche")
    assert "Renseignez « Nom de la recherche »." in window.text()
    name = f"Mes recherches de {width}, {javascript}"
    window.page.get_by_label("Nom de la recherche").fill(name)
    window.tick("Oui, chaque lundi")
    window.press("Enregistrer la recherche")
    assert "Votre recherche est enregistrée." in window.text()
    line = window.page.locator("main tbody tr", has_text=name)
    assert "Chaque lundi" in line.inner_text()
    line.get_by_role("link", name=name).click()
    assert window.page.get_by_label("Une organisation, une action, un besoin").input_value() == word
    window.open("/mes-recherches")
    window.page.locator("main tbody tr", has_text=name).get_by_role("link", name="Modifier").click()
    window.look()
    window.tick("Non, je reviendrai voir")
    window.press("Enregistrer")
    assert "Pas d’alerte" in window.page.locator("main tbody tr", has_text=name).inner_text()
    window.page.locator("main tbody tr", has_text=name).get_by_role("link", name="Supprimer").click()
    window.look()
    window.press("Supprimer la recherche")
    assert not window.page.locator("main tbody tr", has_text=name).count()


@SCREENS
def test_a_visitor_takes_a_search_away(browse: Callable[..., Window], width: int, javascript: bool) -> None:
    window = browse(width=width, javascript=javascript)
    window.open("/annuaire?distinction=territoire-french-impact")
    window.follow("Exporter ces résultats")
    assert "Le téléchargement commence aussitôt" in window.text()
    for label, ending in (("CSV", ".csv"), ("XLSX", ".xlsx")):
        window.tick(label)
        with window.page.expect_download() as waited:
            window.page.locator("main").get_by_role("button", name="Exporter").click()
        assert re.fullmatch(rf"annuaire{ending}", waited.value.suggested_filename)
        assert waited.value.path().stat().st_size > 1000
