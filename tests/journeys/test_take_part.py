"""What people do on the platform, from the first page to what they came for."""

import re
from collections.abc import Callable

import pytest

from accelerator.workflow.names import in_sentence
from tests.journeys.conftest import Window

Browse = Callable[..., Window]
PANIERS = "Les Paniers partagés (exemple)"


def first_result(window: Window) -> str:
    return window.page.locator(".fi-result h3").first.inner_text()


@pytest.mark.parametrize(
    ("width", "javascript", "siret", "name", "theme"),
    [
        (1280, True, "000 000 018 00010", "jardins", "Agriculture et terres nourricières"),
        (390, False, "000 000 026 00013", "coopérative", "Coopération économique locale"),
    ],
)
def test_a_newcomer_finds_then_registers_and_is_found(
    browse: Browse, width: int, javascript: bool, siret: str, name: str, theme: str
) -> None:
    window = browse(width=width, javascript=javascript)
    window.open("/")
    window.follow("« Figeac »")
    assert first_result(window) == "Figeac"
    window.open("/")
    window.follow("« lutte contre le gaspillage »")
    assert first_result(window).startswith("Phenix")
    window.open("/annuaire?q=gaspilage")
    assert "voici les résultats pour « gaspillage" in " ".join(window.text().split())
    window.become("camille")
    window.open("/organisations/nouvelle")
    window.page.get_by_label("Numéro SIRET").fill(siret)
    window.press("Continuer")
    assert "Trouvée dans le registre" in window.text()
    window.page.get_by_label("En une phrase").fill(f"Une organisation fictive, {name}, née d’un parcours.")
    window.tick("Porteur de projet")
    window.tick("Lutte contre le gaspillage")
    window.press("Inscrire l’organisation")
    assert "on la trouve dès maintenant dans l’annuaire" in window.text()
    assert "Thèmes proposés" in window.text()
    window.press(f"Retenir : {theme}")
    assert "Le thème est retenu" in window.text()
    window.follow("Voir la")
    assert theme in window.text()
    registered = window.page.locator("h1").inner_text()
    window.open(f"/annuaire?q={name}+parcours")
    assert registered.partition(" (")[0] in first_result(window)
    window.open("/mon-espace")
    assert in_sentence(registered).partition(" (")[0] in window.text()  # the register writes in capitals


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_someone_new_is_invited_and_accepts(browse: Browse, width: int, javascript: bool) -> None:
    address = f"nouvelle{width}@exemple.example"
    manager, guest = browse(width=width), browse(width=width, javascript=javascript)
    manager.become("sacha")
    manager.open("/mon-espace")
    manager.follow("Inviter")
    manager.page.get_by_label("Adresse électronique").fill(address)
    manager.tick("Membre")
    manager.press("Envoyer l’invitation")
    assert address in manager.text()
    mail = guest.read_mail(f"vous invite à rejoindre {PANIERS}")
    assert address in mail
    link = re.search(r"http\S+/invitations/\S+", mail)
    assert link
    guest.open(link[0].removeprefix(guest.address))
    guest.follow("Se connecter")
    guest.page.get_by_label("Adresse électronique").fill(address)
    guest.press("Recevoir un code")
    # The mail is read in another window, as one does.
    code = re.search(r"\b\d{6}\b", manager.read_mail("votre code"))
    assert code
    guest.page.get_by_label("Code reçu").fill(code[0])
    guest.press("Entrer")
    guest.page.get_by_label("Prénom").fill("Noor")
    guest.tick("J’ai lu et j’accepte")
    guest.press("Créer mon compte")
    guest.press("Accepter l’invitation")
    assert "Vous avez accepté" in guest.text()
    assert "Noor" in guest.text()


def test_a_message_is_answered_and_an_error_mended(browse: Browse) -> None:
    visitor, sacha, moderator = browse(), browse(width=390), browse()
    visitor.become("lou")
    visitor.open("/annuaire?q=paniers")
    visitor.follow(PANIERS)
    organisation = visitor.page.url.removeprefix(visitor.address)
    visitor.follow("Écrire à cette organisation")
    visitor.page.get_by_label("Objet").fill("Visite d’un marché")
    visitor.page.get_by_label("Votre message").fill("Puis-je venir mardi ?")
    visitor.press("Envoyer le message")
    sacha.become("sacha")
    sacha.open("/mon-espace")
    sacha.follow("Répondre à Lou Exemple")
    sacha.page.locator("main textarea").fill("Avec plaisir.")
    sacha.press("Répondre")
    visitor.page.reload()
    assert "Avec plaisir." in visitor.text()
    visitor.become("visiteur")
    visitor.open(f"{organisation}/signaler")
    visitor.tick("Autre chose")
    visitor.page.get_by_label("Expliquez-nous").fill("Le marché a lieu le samedi.")
    visitor.page.get_by_label("Votre adresse").fill("voisine@exemple.example")
    visitor.press("Envoyer le signalement")
    assert "votre signalement est reçu" in visitor.text()
    moderator.become("maxence")
    moderator.open("/mon-espace")
    moderator.follow("Traiter un signalement")
    moderator.tick("Corrigée")
    moderator.page.locator("main textarea").fill("Vous avez raison : c’est corrigé, merci.")
    moderator.press("Envoyer la réponse")
    assert "le signalement est clos" in moderator.text()
    assert "c’est corrigé, merci" in moderator.read_mail("Réponse à votre signalement")


def test_the_keyboard_is_enough_to_search(browse: Browse) -> None:
    window = browse()
    page = window.page
    window.open("/")

    def reach(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.locator(f"{selector}:focus").count():
                return
        raise AssertionError(f"{selector} ne s’atteint pas au clavier")

    reach("main input[type=search]")
    page.keyboard.type("gaspillage")
    page.keyboard.press("Enter")
    page.wait_for_url("**/annuaire?q=gaspillage*")
    reach(".fi-result a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/organisations/**")
    assert page.locator("h1").inner_text() == "Phenix"


@pytest.mark.parametrize("width", [1280, 390])
def test_every_public_page_is_sound(browse: Browse, width: int) -> None:
    window = browse(width=width)
    window.open("/annuaire?q=figeac")
    window.follow("Figeac")
    organisation = window.page.url.removeprefix(window.address)
    window.open("/territoires?q=figeac")
    window.page.locator("main a[href^='/territoires/']").first.click()
    window.look()
    for path in (
        *(f"{organisation}/signaler", "/annuaire?q=xyzzy", "/annuaire?pres=Figeac", "/annuaire/reutiliser", "/charte"),
        *("/plan-du-site", "/accessibilite", "/mentions-legales", "/donnees-personnelles"),
        *("/conditions-d-utilisation", "/sources", "/demo/personnes", "/demo/courriels"),
    ):
        window.open(path)
