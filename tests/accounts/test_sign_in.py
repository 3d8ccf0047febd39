"""In by a code, as a visitor does it: the pages, and the mail."""

import re
from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accelerator.accounts import operations
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.states import PER_ADDRESS_AND_PLACE
from accelerator.accounts.views.doors import DOOR
from accelerator.journal.models import Event
from accelerator.notices.models import Notice
from tests import factories
from tests.client import HostileClient

Deliver = Callable[[], list[Any]]
DOOR_URL = "/compte/connexion"


def ask(client: HostileClient, email: str, deliver: Deliver, **options: Any) -> tuple[str, str]:
    """Ask a code: where the visitor is led, and the code received."""
    response = client.post(DOOR_URL + options.pop("query", ""), {"email": email}, **options)
    assert response.status_code == 302, response.content.decode()
    (sent,) = deliver()
    code = re.search(r"^    (\d{6}|\d{10})$", sent.body, re.MULTILINE)
    assert code
    return response["Location"], code[1]


def same_browser(client: HostileClient) -> HostileClient:
    """The same browser, as it was before its first answer came back: a button pressed twice."""
    other = HostileClient()
    other.cookies = SimpleCookie({name: cookie.value for name, cookie in client.cookies.items()})
    return other


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def signed_in(client: HostileClient) -> bool:
    return client.get("/compte/").status_code == 200


def age(challenge_minutes: int) -> None:
    Challenge.objects.update(asked_at=timezone.now() - timedelta(minutes=challenge_minutes))


def test_a_newcomer_gets_an_account_with_the_terms_accepted(client: HostileClient, deliver: Deliver) -> None:
    assert client.get("/compte/").url == "/compte/connexion?next=/compte/"
    opens = "La page demandée s’ouvrira ensuite."
    assert opens not in client.get(DOOR_URL).content.decode()
    assert opens in client.get(f"{DOOR_URL}?next=/compte/nom").content.decode()
    page, code = ask(client, "Alix@Exemple.example", deliver, query="?next=/compte/nom")
    assert "Alix" not in page
    assert "alix@exemple.example" in client.get(page).content.decode()
    welcome = client.post(page, {"code": f"{code[:3]} {code[3:]}"})["Location"]
    assert not Person.objects.exists()
    assert "Créer mon compte" in client.get(welcome).content.decode()
    refused = client.post(welcome, {"given_name": "Alix", "family_name": "Exemple"})
    assert refused.status_code == 422
    assert "Cochez « J’ai lu et j’accepte les conditions d’utilisation »." in refused.content.decode()
    assert not Person.objects.exists()
    done = client.post(welcome, {"given_name": "Alix", "family_name": "Exemple", "accept": "on"})
    assert done["Location"] == "/compte/nom"
    person = Person.objects.get()
    assert (person.email, person.name, person.terms_version) == ("alix@exemple.example", "Alix Exemple", "2026-11")
    assert person.terms_accepted_at == person.joined_at
    assert person.terms_accepted_at is not None
    assert signed_in(client)
    assert [event.code for event in Event.objects.filter(code__startswith="accounts").order_by("id")] == [
        "accounts.joined",
        "accounts.terms_accepted",
    ]


def test_a_person_comes_back(client: HostileClient, deliver: Deliver) -> None:
    person = factories.person()
    page, code = ask(client, str(person.email).upper(), deliver, query="?next=/compte/donnees")
    assert client.post(page, {"code": code})["Location"] == "/compte/donnees"
    assert signed_in(client)
    assert Person.objects.count() == 1


def test_nothing_tells_whether_an_address_is_known(client: HostileClient, deliver: Deliver) -> None:
    def trace(email: str) -> tuple[Any, ...]:
        with CaptureQueriesContext(connection) as captured:
            page, _ = ask(client, email, deliver)
        asked = [re.sub(r"'[^']*'|\"s\d+_x\d+\"|\d+", "", query["sql"]) for query in captured]
        content = client.get(page).content.decode()
        content = content.replace(email, "X").replace(page.rsplit("/", 1)[1], "T")
        content = re.sub(r'value="[0-9A-Za-z]{32,}"|\d{2}:\d{2}', "", content)
        return content, asked

    factories.person(email="connue@exemple.example")
    assert trace("connue@exemple.example") == trace("absent@exemple.example")


@pytest.mark.parametrize(
    "email", ["", "camille", "camille@", "a@b", "x" * 250 + "@exemple.example", "<b>@x.fr", "a\0b@c.fr"]
)
def test_a_bad_address_is_explained_and_kept(client: HostileClient, email: str) -> None:
    response = client.post(DOOR_URL, {"email": email})
    assert response.status_code == 422
    assert "fr-message--error" in response.content.decode()
    assert not Notice.objects.exists()


def test_three_wrong_codes_and_the_right_one_is_worth_nothing(client: HostileClient, deliver: Deliver) -> None:
    factories.person(email="camille@exemple.example")
    page, code = ask(client, "camille@exemple.example", deliver)
    said = [client.post(page, {"code": wrong(code)}).content.decode() for _ in range(3)]
    assert "Ce code n’est pas le bon. Il reste 2 essais." in said[0]
    assert "Ce code n’est pas le bon. Il reste 1 essai." in said[1]
    assert "Trois codes faux" in said[2]
    last = client.post(page, {"code": code})
    assert last.status_code == 422
    assert "Trois codes faux" in last.content.decode()
    assert not signed_in(client)


def test_what_is_not_a_code_costs_no_try(client: HostileClient, deliver: Deliver) -> None:
    factories.person(email="camille@exemple.example")
    page, code = ask(client, "camille@exemple.example", deliver)
    for nonsense in ("", "abc", "12345", "1234567", "١٢٣٤٥٦", "x" * 10_000, "<script>"):
        assert client.post(page, {"code": nonsense}).status_code == 422
    assert client.post(page, {"code": code}).status_code == 302


def test_a_code_lasts_fifteen_minutes(client: HostileClient, deliver: Deliver) -> None:
    factories.person(email="camille@exemple.example")
    page, code = ask(client, "camille@exemple.example", deliver)
    age(15)
    assert "n’est plus valable" in client.get(page).content.decode()
    assert "plus de 15 minutes" in client.post(page, {"code": code}).content.decode()
    assert not signed_in(client)
    age(24 * 60)
    assert client.get(page).status_code == 404


def test_a_code_serves_once_except_for_a_double_click(client: HostileClient, deliver: Deliver) -> None:
    factories.person(email="camille@exemple.example")
    page, code = ask(client, "camille@exemple.example", deliver)
    first, second = same_browser(client), same_browser(client)
    first.post(page, {"code": code})
    second.post(page, {"code": code})
    assert signed_in(first)
    assert signed_in(second)
    Challenge.objects.update(
        used_at=timezone.now() - timedelta(seconds=31), proved_at=timezone.now() - timedelta(seconds=31)
    )
    assert "déjà servi" in client.post(page, {"code": code}).content.decode()


def test_creating_an_account_twice_makes_one(client: HostileClient, deliver: Deliver) -> None:
    page, code = ask(client, "alix@exemple.example", deliver)
    welcome = client.post(page, {"code": code})["Location"]
    tabs = [same_browser(client), same_browser(client)]
    for tab in tabs:
        assert tab.post(welcome, {"accept": "on"}).status_code == 302
        assert signed_in(tab)
    assert Person.objects.count() == 1
    assert Event.objects.filter(code="accounts.joined").count() == 1


def test_the_page_of_newcomers_needs_a_proof_and_ends(client: HostileClient, deliver: Deliver) -> None:
    page, code = ask(client, "alix@exemple.example", deliver)
    token = page.rsplit("/", 1)[1]
    assert client.get(f"/compte/bienvenue/{token}").status_code == 404
    assert client.post(f"/compte/bienvenue/{token}", {"accept": "on"}).status_code == 404
    client.post(page, {"code": code})
    assert client.get(f"/compte/bienvenue/{token}").status_code == 200
    Challenge.objects.update(proved_at=timezone.now() - timedelta(hours=1))
    assert client.post(f"/compte/bienvenue/{token}", {"accept": "on"}).status_code == 404
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "elsewhere",
    ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)", "/\\ailleurs.example", "\\\\x"],
)
def test_one_is_never_led_elsewhere(client: HostileClient, deliver: Deliver, elsewhere: str) -> None:
    factories.person(email="camille@exemple.example")
    assert "La page demandée" not in client.get(f"{DOOR_URL}?next={elsewhere}").content.decode()
    page, code = ask(client, "camille@exemple.example", deliver, query=f"?next={elsewhere}")
    response = client.post(f"{page.split('?')[0]}?next={elsewhere}", {"code": code})
    assert response["Location"] == "/mon-espace"


def test_the_session_of_before_is_worth_nothing_after(client: HostileClient, deliver: Deliver) -> None:
    factories.person(email="camille@exemple.example")
    session = client.session
    session["planted"] = "by someone else"
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key
    page, code = ask(client, "camille@exemple.example", deliver)
    client.post(page, {"code": code})
    assert signed_in(client)
    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_too_many_codes_for_one_address_from_one_place(client: HostileClient) -> None:
    for _ in range(PER_ADDRESS_AND_PLACE):
        assert client.post(DOOR_URL, {"email": "camille@exemple.example"}).status_code == 302
    refused = client.post(DOOR_URL, {"email": "Camille@exemple.example"})
    assert refused.status_code == 422
    assert "Trop d’essais en peu de temps. Vous pourrez recommencer le" in refused.content.decode()
    assert 'value="Camille@exemple.example"' in refused.content.decode()
    # Another address is not concerned; the visitor cannot pass for another place.
    assert client.post(DOOR_URL, {"email": "noe@exemple.example"}).status_code == 302
    forged = client.post(DOOR_URL, {"email": "camille@exemple.example"}, headers={"x-forwarded-for": "198.51.100.7"})
    assert forged.status_code == 422


def test_a_declared_proxy_is_believed_and_no_more(client: HostileClient, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(PER_ADDRESS_AND_PLACE + 1):
        # What the visitor wrote comes first; what our proxy saw comes last.
        headers = {"x-forwarded-for": f"203.0.113.{number}, 198.51.100.7"}
        last = client.post(DOOR_URL, {"email": "camille@exemple.example"}, headers=headers)
    assert last.status_code == 422
    headers = {"x-forwarded-for": "198.51.100.8"}
    assert client.post(DOOR_URL, {"email": "camille@exemple.example"}, headers=headers).status_code == 302


def test_one_address_from_everywhere_is_limited_too(client: HostileClient, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    answers = [
        client.post(
            DOOR_URL, {"email": "camille@exemple.example"}, headers={"x-forwarded-for": f"198.51.100.{n}"}
        ).status_code
        for n in range(16)
    ]
    assert answers == [302] * 15 + [422]


def test_new_terms_are_asked_at_the_next_sign_in_and_trap_nobody(
    client: HostileClient, deliver: Deliver, settings: Any
) -> None:
    person = factories.person(email="camille@exemple.example")
    settings.TERMS_VERSION = "2027-01"
    page, code = ask(client, "camille@exemple.example", deliver, query="?next=/compte/donnees")
    terms = client.post(page, {"code": code})["Location"]
    assert terms == "/compte/conditions?next=%2Fcompte%2Fdonnees"
    assert 'href="/compte/donnees">Répondre plus tard' in client.get(terms).content.decode()
    assert signed_in(client)
    assert client.get("/compte/suppression").status_code == 200
    assert client.post(terms, {}).status_code == 422
    assert client.post(terms, {"accept": "on"})["Location"] == "/compte/donnees"
    person.refresh_from_db()
    assert person.terms_version == "2027-01"
    client.post("/compte/deconnexion")
    page, code = ask(client, "camille@exemple.example", deliver)
    assert client.post(page, {"code": code})["Location"] == "/mon-espace"


def test_one_leaves_by_post_only(client: HostileClient) -> None:
    client.force_login(factories.person())
    assert client.get("/compte/deconnexion").status_code == 200
    assert signed_in(client)
    client.post("/compte/deconnexion")
    assert not signed_in(client)


def test_who_is_in_does_not_sign_in_again(client: HostileClient) -> None:
    assert client.get("/compte/inscription")["Location"] == "/compte/connexion"
    client.force_login(factories.person())
    assert client.get(DOOR_URL + "?next=/compte/nom")["Location"] == "/compte/nom"
    assert client.get("/compte/inscription?next=/compte/nom")["Location"] == "/compte/connexion?next=/compte/nom"


def test_the_code_is_nowhere_once_sent(client: HostileClient, deliver: Deliver) -> None:
    page, code = ask(client, "camille@exemple.example", deliver)
    assert code not in str(Notice.objects.values_list("body", "email").get())
    assert code not in str(Challenge.objects.values().get())
    assert code not in page


def test_old_codes_are_forgotten(client: HostileClient, deliver: Deliver, perform: Callable[..., Any]) -> None:
    ask(client, "camille@exemple.example", deliver)
    now = timezone.now()
    assert perform(operations.forget_challenges, moment=now - timedelta(days=1), by=DOOR, at=now) == 0
    age(25 * 60)
    assert perform(operations.forget_challenges, moment=now - timedelta(days=1), by=DOOR, at=now) == 1
