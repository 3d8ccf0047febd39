"""The ways in, with a real browser: ProConnect's provider of the demonstration, and a passkey that Chromium holds."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone

from tests.accounts.test_second_factors import code_at
from tests.journeys.conftest import Window

Browse = Callable[..., Window]


def code_of(window: Window) -> str:
    code = re.search(r"\b\d{6}\b", window.read_mail("votre code"))
    assert code
    return code[0]


def holds_passkeys(window: Window) -> Callable[[], int]:
    """Give the browser an authenticator that answers by itself (Chrome DevTools Protocol, WebAuthn).

    Returns what says how many keys it holds.
    """
    session = window.page.context.new_cdp_session(window.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return lambda: len(session.send("WebAuthn.getCredentials", added)["credentials"])


@pytest.mark.parametrize(("width", "javascript", "who"), [(1280, True, "Morgane"), (390, False, "Yaël")])
def test_a_professional_enters_by_proconnect(browse: Browse, width: int, javascript: bool, who: str) -> None:
    window, mail = browse(width=width, javascript=javascript), browse()
    window.open("/compte/connexion")
    window.follow("ProConnect")
    assert "Fournisseur de démonstration" in window.page.locator("header").inner_text()
    window.follow(f"{who} Exemple")
    window.page.get_by_label("Code reçu").fill(code_of(mail))
    window.press("Entrer")
    assert window.page.get_by_label("Prénom").input_value() == who
    window.tick("J’ai lu et j’accepte")
    window.press("Créer mon compte")
    window.open("/compte/")
    assert "SIRET 000000" in window.text()
    window.open("/compte/deconnexion")
    window.press("Se déconnecter")
    assert "Sortir aussi de ProConnect" in window.text()
    window.follow("Sortir aussi de ProConnect")
    assert "aussi sorti de ProConnect" in window.text()
    # From now on, no code.
    window.open("/compte/connexion?next=/compte/")
    window.follow("ProConnect")
    window.follow(f"{who} Exemple")
    assert "Mon compte" in window.page.locator("h1").inner_text()


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_an_identity_goes_from_one_account_of_a_person_to_the_other(
    browse: Browse, width: int, javascript: bool
) -> None:
    window = browse(width=width, javascript=javascript)
    for figure, title in (("noa", "Lier mon identité"), ("alix", "liée à un autre compte")):
        window.become(figure)
        window.open("/compte/proconnect?next=/compte/")
        window.follow("Lou Exemple")
        assert title in window.page.locator("h1").inner_text()
        if figure == "noa":
            window.press("Lier à mon compte")
            assert "Votre identité ProConnect est liée" in window.text()
    assert "n•••@e•••.example" in window.text()
    window.press("Recevoir un code")
    window.page.get_by_label("Code reçu").fill(code_of(browse()))
    window.press("Valider")
    assert "désormais liée à ce compte" in window.text()
    window.follow("Délier")
    window.press("Délier")
    assert "Vous entrez toujours avec un code" in window.text()


def test_an_organisation_is_claimed_by_way_of_proconnect(browse: Browse) -> None:
    window = browse(width=390)
    window.become("camille")
    window.open("/annuaire?q=ressourceries")
    window.follow("Réseau fictif des ressourceries")
    window.follow("C’est mon organisation")
    assert "Ce qui le prouverait" in window.text()
    window.follow("ProConnect")
    assert "Fournisseur de démonstration" in window.page.locator("header").inner_text()
    window.follow("Camille Exemple")
    window.press("Lier à mon compte")
    # Back where one was, with the proof.
    assert "Nous avons une preuve" in window.text()
    assert "00000006700017" in window.text().replace("\u202f", "").replace(" ", "")
    window.press("Gérer cette fiche")
    assert "Vous gérez maintenant la fiche de Réseau fictif des ressourceries" in window.text()
    window.open("/mon-espace")
    window.follow("Réseau fictif des ressourceries")
    window.follow("Modifier la fiche")
    assert "Modifier la fiche de Réseau fictif" in window.page.locator("h1").inner_text()


def test_giving_up_at_proconnect_shows_the_other_doors(browse: Browse) -> None:
    window = browse(width=390)
    window.open("/compte/connexion")
    window.follow("ProConnect")
    window.follow("Renoncer")
    assert "Vous n’êtes pas allé au bout" in window.text()
    window.follow("Entrer avec un code")
    assert window.page.get_by_label("Adresse électronique").is_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_passkey_is_made_then_lets_in(browse: Browse, width: int) -> None:
    window = browse(width=width)
    keys_held = holds_passkeys(window)
    window.become("lou" if width == 1280 else "camille")
    window.open("/compte/securite")
    window.follow("Ajouter une clé d’accès")
    # Without a name, no key is made, and the reader is led to the field.
    name = window.page.get_by_label("Nom de cette clé")
    window.page.get_by_role("button", name="Créer la clé d’accès").click()
    assert name.evaluate("field => field === document.activeElement && !field.validity.valid")
    window.look()
    assert keys_held() == 0
    name.fill("Ordinateur du bureau")
    # The script sends the form in its own time, once the authenticator has answered.
    window.page.get_by_role("button", name="Créer la clé d’accès").click()
    window.page.locator("h1", has_text="Codes de secours").wait_for()
    window.look()
    assert keys_held() == 1
    window.follow("Je les ai gardés")
    assert "Ordinateur du bureau" in window.text()
    window.open("/compte/securite/connexions")
    window.open("/compte/deconnexion")
    window.press("Se déconnecter")
    window.open("/compte/connexion?next=/compte/securite")
    window.follow("Entrer avec une clé d’accès")
    window.page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    window.page.locator("h1", has_text="Sécurité de mon compte").wait_for()
    window.look()
    # It is the second factor after a code, too.
    window.become("visiteur")
    window.open("/compte/connexion?next=/compte/securite")
    address = f"{'lou' if width == 1280 else 'camille'}@exemple.example"
    window.page.get_by_label("Adresse électronique").fill(address)
    window.press("Recevoir un code")
    window.page.get_by_label("Code reçu").fill(code_of(browse()))
    window.press("Entrer")
    window.page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    window.page.locator("h1", has_text="Sécurité de mon compte").wait_for()
    window.follow("Retirer")
    window.press("Retirer")
    assert "Il est retiré" in window.text()


@pytest.mark.parametrize("width", [1280, 390])
def test_without_script_no_passkey_is_offered(browse: Browse, width: int) -> None:
    window = browse(width=width, javascript=False)
    window.open("/compte/connexion/cle")
    assert "Une clé d’accès demande JavaScript" in window.text()
    assert not window.page.get_by_role("button", name="Utiliser ma clé d’accès").is_visible()
    window.follow("Entrer avec un code")
    window.become("lou")
    window.open("/compte/securite/cle")
    assert not window.page.get_by_role("button", name="Créer la clé d’accès").is_visible()
    window.follow("Une application de codes")
    assert window.page.get_by_label("Code affiché").is_visible()


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_an_application_of_codes_is_added(browse: Browse, width: int, javascript: bool) -> None:
    window = browse(width=width, javascript=javascript)
    window.become("noa" if javascript else "alix")
    window.open("/compte/securite/application")
    secret = re.search(r"Secret : ([A-Z2-7 ]+)", window.text())
    assert secret
    window.page.get_by_label("Code affiché").fill("000000")
    window.press("Vérifier et ajouter")
    window.page.get_by_label("Code affiché").fill(code_at(timezone.now(), secret=secret[1].replace(" ", "")))
    window.press("Vérifier et ajouter")
    assert "Codes de secours" in window.page.locator("h1").inner_text()
    window.open("/compte/securite")
    assert "10 codes de secours" in window.text()
    window.follow("Retirer")
    window.press("Retirer")
    assert "Il est retiré" in window.text()


def test_whoever_moderates_is_led_to_a_second_factor(browse: Browse) -> None:
    window = browse()
    window.open("/compte/connexion?next=/moderation/signalements")
    window.page.get_by_label("Adresse électronique").fill("maxence@exemple.example")
    window.press("Recevoir un code")
    window.page.get_by_label("Code reçu").fill(code_of(browse()))
    window.press("Entrer")
    assert "Ajoutez un second facteur pour continuer" in window.text()
