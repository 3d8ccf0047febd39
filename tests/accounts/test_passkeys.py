"""Passkeys: made, used at the door and as a second factor, and every cheat refused."""

from collections.abc import Callable
from typing import Any

import pytest

from accelerator.accounts.models import Factor, OpenSession, Person
from accelerator.accounts.states import MOST_PASSKEYS, FactorKind
from tests import factories
from tests.accounts.authenticator import Flag, Passkey, altered, asked_in
from tests.accounts.test_second_factors import SECOND, by_code, signed_in
from tests.client import HostileClient

Deliver = Callable[[], list[Any]]
DOOR = "/compte/connexion/cle"
ADD = "/compte/securite/cle"


def add(client: HostileClient, passkey: Passkey, name: str = "Téléphone") -> Any:
    asked = asked_in(client.get(ADD).content.decode())
    return client.post(ADD, {"name": name, "credential": passkey.create(asked)})


def held(person: Person, passkey: Passkey) -> Person:
    """The person, with that passkey."""
    browser = HostileClient()
    browser.force_login(person)
    assert add(browser, passkey).status_code == 302
    return person


def enter(client: HostileClient, passkey: Passkey, page: str = DOOR) -> Any:
    asked = asked_in(client.get(page).content.decode())
    return client.post(page, {"credential": passkey.get(asked)})


def test_made_then_it_lets_in_by_itself(client: HostileClient, deliver: Deliver) -> None:
    person, passkey = factories.person(), Passkey()
    client.force_login(person)
    asked = asked_in(client.get(ADD).content.decode())
    assert asked["rp"]["id"] == "localhost"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert str(person.email) not in asked["user"]["id"]
    done = client.post(ADD, {"name": "Téléphone", "credential": passkey.create(asked)})
    assert done["Location"] == "/compte/securite/codes-de-secours"
    assert "Téléphone" in client.get("/compte/securite").content.decode()
    assert "protège désormais" in deliver()[-1].body
    other = HostileClient()
    assert enter(other, passkey, f"{DOOR}?next=/compte/nom")["Location"] == "/compte/nom"
    assert other.session["_auth_user_id"] == str(person.pk)
    noted = OpenSession.objects.get(session_key=other.session.session_key)
    assert (noted.door, noted.two_factors) == ("passkey", True)


def test_it_is_the_second_factor_after_a_code(client: HostileClient, deliver: Deliver) -> None:
    passkey = Passkey()
    person = held(factories.person(), passkey)
    page = by_code(client, person, deliver)
    assert page == SECOND
    shown = client.get(page).content.decode()
    assert "Utiliser ma clé d’accès" in shown
    assert len(asked_in(shown)["allowCredentials"]) == 1
    assert enter(client, passkey, page).status_code == 302
    assert signed_in(client)


def test_somebody_else_s_is_no_second_factor(client: HostileClient, deliver: Deliver) -> None:
    mine, theirs = Passkey(), Passkey()
    person = held(factories.person(), mine)
    held(factories.person(), theirs)
    page = by_code(client, person, deliver)
    assert enter(client, theirs, page).status_code == 422
    assert not signed_in(client)


def wrong_origin(passkey: Passkey) -> None:
    passkey.origin = "http://localhost:9999"


def wrong_site(passkey: Passkey) -> None:
    passkey.site = "elsewhere.example"


def not_verified(passkey: Passkey) -> None:
    passkey.flags = Flag.USER_PRESENT


def not_present(passkey: Passkey) -> None:
    passkey.flags = Flag.USER_VERIFIED


CHEATS = [wrong_origin, wrong_site, not_verified, not_present]


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_does_not_enter(cheat: Callable[[Passkey], None], client: HostileClient) -> None:
    passkey = Passkey()
    held(factories.person(), passkey)
    cheat(passkey)
    assert enter(client, passkey).status_code == 422
    assert not signed_in(client)


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_is_not_kept(cheat: Callable[[Passkey], None], client: HostileClient) -> None:
    passkey = Passkey()
    client.force_login(factories.person())
    cheat(passkey)
    assert add(client, passkey).status_code == 422
    assert not Factor.objects.exists()


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
def test_an_altered_answer_does_not_enter(part: str, client: HostileClient) -> None:
    passkey = Passkey()
    held(factories.person(), passkey)
    asked = asked_in(client.get(DOOR).content.decode())
    assert client.post(DOOR, {"credential": altered(passkey.get(asked), part)}).status_code == 422
    assert not signed_in(client)


def test_an_answer_serves_once_in_the_browser_that_asked(client: HostileClient) -> None:
    passkey = Passkey()
    held(factories.person(), passkey)
    asked = asked_in(client.get(DOOR).content.decode())
    answer = passkey.get(asked)
    other = HostileClient()
    other.get(DOOR)
    assert other.post(DOOR, {"credential": answer}).status_code == 422
    assert HostileClient().post(DOOR, {"credential": answer}).status_code == 422
    assert client.post(DOOR, {"credential": answer}).status_code == 302
    client.post("/compte/deconnexion")
    assert client.post(DOOR, {"credential": answer}).status_code == 422
    assert not signed_in(client)


def test_a_copy_is_noticed(client: HostileClient) -> None:
    passkey = Passkey(counts=True)
    held(factories.person(), passkey)
    assert enter(client, passkey).status_code == 302
    client.post("/compte/deconnexion")
    passkey.count -= 1
    assert enter(client, passkey).status_code == 422
    assert not signed_in(client)


@pytest.mark.parametrize(
    "given", ["", "rien", "{}", "[]", "null", '{"rawId": 3}', '{"rawId": "AAAA"}', "\0", "x" * 30_000]
)
def test_nonsense_is_explained(given: str, client: HostileClient) -> None:
    client.get(DOOR)
    assert client.post(DOOR, {"credential": given}).status_code == 422
    client.force_login(factories.person())
    client.get(ADD)
    assert client.post(ADD, {"name": "Clé", "credential": given}).status_code == 422


def test_without_javascript_the_page_says_why(client: HostileClient) -> None:
    client.get(DOOR)
    assert "demande JavaScript" in client.post(DOOR, {"credential": ""}).content.decode()


def test_known_already_or_one_too_many(client: HostileClient) -> None:
    person, passkey = factories.person(), Passkey()
    client.force_login(person)
    assert add(client, passkey).status_code == 302
    assert "déjà enregistrée" in add(client, passkey).content.decode()
    for number in range(MOST_PASSKEYS - 1):
        Factor.objects.create(
            person=person,
            kind=FactorKind.PASSKEY,
            name=f"Clé {number}",
            added_at=person.joined_at,
            credential_id=f"clé-{number}",
            credential=Factor.objects.get(name="Téléphone").credential,
        )
    assert "Dix clés d’accès au plus" in add(client, Passkey()).content.decode()


def test_a_closed_account_does_not_enter(client: HostileClient) -> None:
    passkey = Passkey()
    person = held(factories.person(), passkey)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert enter(client, passkey).status_code == 422


def test_it_confirms_who_one_is(client: HostileClient) -> None:
    passkey = Passkey()
    client.force_login(held(factories.person(), passkey))
    session = client.session
    del session["proved_at"]
    session.save()
    page = client.get("/compte/adresse")["Location"]
    assert enter(client, passkey, page)["Location"] == "/compte/adresse"
    assert client.get("/compte/adresse").status_code == 200
