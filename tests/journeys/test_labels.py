"""A collective of three applies for the label of its territory, from the criteria to the acknowledgement of receipt."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Window

Browse = Callable[..., Window]
MEMBERS = (("alix", "La Fabrique du Causse (exemple)"), ("gabrielle", "Communauté de communes du Causse (exemple)"))


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_a_collective_of_three_applies(browse: Browse, width: int, javascript: bool) -> None:
    name = f"Collectif du parcours {width}"
    window = browse(width=width, javascript=javascript)
    window.become("dominique")
    window.open("/labels/categories")
    window.follow("Territoire")
    assert "La prochaine lecture prend ce qui est déposé jusqu’au" in window.text()
    window.follow("Se porter candidat")
    window.page.get_by_label("Nom du collectif ou de la structure").fill(name)
    window.page.get_by_label("En une phrase").fill("Un collectif fictif, né d’un parcours.")
    window.press("Ouvrir le dossier")
    file = window.page.url.removeprefix(window.address)
    window.follow("Le territoire")
    window.page.get_by_label("Le territoire concerné").fill("Lot")
    window.press("Enregistrer et continuer")
    window.page.get_by_label("Qui êtes-vous ?").fill("Trois organisations voisines.")
    window.page.get_by_label("Comment décidez-vous ?").fill("À trois.")
    window.page.get_by_label("Où voulez-vous être").fill("Plus loin.")
    window.press("Enregistrer et revenir au dossier")
    for who, organisation in MEMBERS:
        page = browse(width=width, javascript=javascript)
        page.open(f"/annuaire?q={organisation.split('(')[0]}")
        page.follow(organisation)
        window.open(f"{file}/membres/nouveau")
        window.page.locator("main input[name=organisation]").fill(page.page.url)
        window.tick("Accompagnement" if who == "alix" else "Collectivité")
        window.press("Nommer cette organisation")
        other = browse(width=width, javascript=javascript)
        other.become(who)
        other.open("/labels/candidatures")
        other.follow(f"prend-elle part à « {name} »")
        other.tick("Oui, elle y prend part")
        other.press("Répondre")
        assert "A confirmé" in other.text() or "a confirmé" in other.text()
    for position, kind in enumerate(("Social", "Environnemental", "Citoyen"), start=1):
        window.open(f"{file}/defis/{position}")
        window.page.get_by_label("Le défi").fill(f"Défi {kind.lower()}")
        window.tick(kind)
        window.press("Enregistrer")
    window.open(f"{file}/defis/1/actions/nouvelle")
    window.page.get_by_label("L’action").fill("Une action fictive")
    window.tick("Communauté de communes")
    window.page.get_by_label("Pour le").fill("2028-05-04")
    window.press("Enregistrer")
    assert "4 mai 2028" in window.text()
    window.open(f"{file}/evaluation")
    for group in window.page.locator("main fieldset").all():
        group.locator("label", has_text="En place").click()
    window.press("Enregistrer l’auto-évaluation")
    assert "Atteint, sans preuve jointe." in window.text()
    window.follow("Joindre une preuve")
    window.page.get_by_label("Ce que c’est").fill("La carte du collectif")
    window.page.get_by_label("Ou l’adresse d’une page publique").fill("https://carte.example/")
    window.press("Joindre cette preuve")
    assert "La carte du collectif" in window.text()
    window.open(file)
    window.follow("Déposer une candidature")
    window.tick(name)
    window.press("Commencer le brouillon")
    window.follow("Remplir : Le collectif")
    assert "La Fabrique du Causse" in window.page.get_by_label("Les membres, leur rôle et leur part").input_value()
    window.press("Enregistrer et continuer")
    window.press("Enregistrer et continuer")
    window.follow("Revenir au dossier")
    window.follow("Relire et déposer")
    window.press("Déposer la candidature")
    assert "avec ce qui est déposé jusqu’au" in window.text()
