"""Applying with a project that is told already: from its page to the acknowledgement of receipt."""

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Window

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
CALL = "Qualification permanente de l’innovation sociale (exemple)"


def tell(window: Window, label: str, text: str) -> None:
    """Answer a question, unless the project has answered it."""
    field = window.page.get_by_label(label)
    if not field.input_value():
        field.fill(text)


def join(window: Window, what: str, name: str) -> None:
    """Join a file to a question, and come back to its section."""
    window.follow(f"Joindre un fichier : {what}")
    file = {"name": name, "mimeType": "application/pdf", "buffer": PDF}
    window.page.locator("main input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
    window.press("Joindre le fichier")
    assert name in window.text()


@pytest.mark.parametrize(
    ("width", "javascript", "who", "project", "quality"),
    [
        (1280, True, "dominique", "Le Garde-manger des halles (exemple)", "Dominique Exemple"),
        (390, False, "camille", "Les Bocaux de Camille (exemple)", "en son nom"),
    ],
)
def test_a_project_applies_and_its_receipt_is_given(
    browse: Callable[..., Window], width: int, javascript: bool, who: str, project: str, quality: str
) -> None:
    window = browse(width=width, javascript=javascript)
    window.become(who)
    window.open("/mes-projets")
    window.follow(project)
    window.open("/appels/")
    window.follow(CALL)
    window.follow("Puis-je candidater ?")
    window.page.go_back()
    window.follow("Commencer une candidature")
    window.tick(project)
    window.press("Commencer le brouillon")
    assert "Réponse manquante" in window.text()
    window.follow("Remplir : Le projet")
    assert "Repris de votre projet, à relire" in window.text()
    tell(window, "Le besoin social auquel il répond", "Des invendus partent au compost.")
    tell(window, "La réponse que vous apportez", "Des bocaux, faits ensemble.")
    tell(window, "Ce qui est nouveau, et par rapport à quoi", "Les recettes sont partagées.")
    if who == "camille":
        window.page.get_by_label("Les territoires où vous agissez").fill("Lot")
    window.press("Enregistrer et continuer")
    # The answer to a question asks another one: the same section is shown again.
    window.tick("Oui")
    window.press("Enregistrer et continuer")
    assert "Vos réponses ont changé les questions de cette partie" in window.text()
    tell(window, "Quelles preuves, mesurées comment", "Trois saisons, pesées chaque semaine.")
    window.press("Enregistrer et continuer")
    tell(window, "Budget annuel de la structure", "230 000")
    window.tick("Oui")
    tell(window, "Comment il tient : recettes, clients, financeurs", "Les bocaux vendus paient les salaires.")
    window.press("Enregistrer et continuer")
    tell(window, "Où vous voulez être dans trois ans", "Dans chaque marché du département.")
    window.tick("Dupliquer ailleurs")
    window.tick("Un accompagnement")
    window.press("Enregistrer et continuer")
    window.follow("Revenir au dossier")
    window.follow("Relire et déposer")
    assert "Il manque des réponses" in window.text()
    window.press("Déposer la candidature")
    assert "Il manque encore : « Statuts à jour »" in window.text()
    window.follow("Revenir au brouillon")
    window.follow("Remplir : Les pièces")
    join(window, "Statuts à jour", "statuts.pdf")
    join(window, "Comptes des deux derniers exercices", "comptes-2025.pdf")
    window.follow("Revenir au dossier")
    window.follow("Relire et déposer")
    assert "Il manque des réponses" not in window.text()
    window.press("Déposer la candidature")
    receipt = window.text()
    number = re.search(r"Votre candidature n° (\d{4}-\d{6}) est déposée", receipt)
    assert number is not None
    for words in (project, quality, "Si le service ne répond pas", "Voies et délais de recours"):
        assert words in receipt
    address = window.page.get_by_role("link", name="Télécharger en PDF").get_attribute("href")
    given = window.page.request.get(f"{window.address}{address}")
    assert given.body().startswith(b"%PDF-")
    window.follow("Voir le dossier")
    assert "Trois saisons" in window.text() or "Vingt tonnes" in window.text()
    window.open("/candidatures/")
    assert number.group(1) in window.text()
    assert number.group(1) in window.read_mail(number.group(1))
