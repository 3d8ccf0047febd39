"""One record for one organisation: compared, united, separated; claimed; said exact; handed over."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Window

Browse = Callable[..., Window]
PANIERS, TWICE = "Les Paniers partagés (exemple)", "Association Paniers partagés (exemple)"
CLAIMABLE = "Réseau fictif des ressourceries"


def open_record(window: Window, name: str) -> None:
    """From the directory to a record's page."""
    window.open(f"/annuaire?q={name}")
    window.page.locator(".fi-result h3 a", has_text=name).first.click()
    window.look()


def test_a_moderator_unites_two_records_and_separates_them(browse: Browse) -> None:
    wide = browse(width=1280)
    wide.become("maxence")
    wide.open("/mon-espace")
    wide.follow("Doublons")
    wide.page.locator("tbody tr", has_text="Paniers").locator("a").first.click()
    wide.look()
    assert "même nom, même commune" in wide.text()
    wide.follow("Réunir, en gardant la première")
    wide.press("Réunir les deux fiches")
    assert "Renseignez « Motif »" in wide.text()
    wide.page.get_by_label("Motif").fill("C’est la même association, inscrite deux fois.")
    wide.press("Réunir les deux fiches")
    assert "n’en font plus qu’une" in wide.text()
    united = wide.page.url
    wide.open("/annuaire?q=paniers partagés")
    assert wide.page.locator(".fi-result h3", has_text="artagés (exemple)").count() == 1
    narrow = browse(width=390, javascript=False)
    narrow.become("maxence")
    narrow.page.goto(f"{united.split('?')[0]}/reunions")
    narrow.look()
    narrow.page.locator("tbody a").first.click()
    narrow.look()
    narrow.page.get_by_label("Motif").fill("Deux associations voisines, finalement.")
    narrow.press("Séparer à nouveau les deux fiches")
    assert "de nouveau séparées" in narrow.text()
    narrow.open("/annuaire?q=paniers partagés")
    assert narrow.page.locator(".fi-result h3", has_text="artagés (exemple)").count() == 2
    assert "de nouveau séparées" in narrow.read_mail("de nouveau séparées")


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_without_proof_one_is_told_what_would_prove(browse: Browse, width: int, javascript: bool) -> None:
    window = browse(width=width, javascript=javascript)
    window.become("lou")
    open_record(window, CLAIMABLE)
    window.follow("C’est mon organisation")
    assert "Ce qui le prouverait" in window.text()
    window.follow("Demander à la rejoindre")
    assert "Demander à rejoindre" in window.text()


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_a_manager_keeps_the_record(browse: Browse, width: int, javascript: bool) -> None:
    window = browse(width=width, javascript=javascript)
    window.become("dominique")
    open_record(window, PANIERS)
    window.follow("Modifier la fiche")
    window.follow("Dire si la fiche est toujours exacte")
    window.press("Oui, tout est exact")
    assert "vérifiée par l’organisation" in window.text()
    window.follow("Voir les membres")
    window.follow("Domaines")
    window.follow("Ajouter un domaine")
    window.page.get_by_label("Domaine").fill("gmail.com")
    window.press("Ajouter le domaine")
    assert "messagerie ouverte à tous" in window.text()
    window.page.get_by_label("Domaine").fill(f"paniers{width}.example")
    window.press("Ajouter le domaine")
    assert f"paniers{width}.example" in window.text()
    window.follow("Revendications")
    assert "Aucune revendication" in window.text()
    window.follow("Membres")
    window.follow("Passer la main")
    window.tick("Une autre personne")
    window.press("Proposer de passer la main")
    assert "Renseignez l’adresse" in window.text()
    window.page.get_by_label("Son adresse électronique").fill(f"suite{width}@exemple.example")
    window.press("Proposer de passer la main")
    window.follow("Passer la main")
    window.follow("retirez-la d’abord")
    window.press("Retirer la proposition")
    assert "vous gardez votre rôle" in window.text()
    open_record(window, PANIERS)
    window.follow("Modifier la fiche")
    window.follow("Elle a cessé son activité")
    window.page.get_by_label("Motif").fill("Essai, aussitôt repris.")
    window.press("Dire qu’elle a cessé")
    assert "a cessé son activité" in window.text()
    window.follow("Modifier la fiche")
    window.follow("Elle reprend son activité")
    window.page.get_by_label("Motif").fill("C’était un essai.")
    window.press("Dire qu’elle reprend")
