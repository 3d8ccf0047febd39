"""In by ProConnect, as a browser does it: the pages, the provider, the mail."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accelerator.accounts import clients
from accelerator.accounts.models import Challenge, ExternalIdentity, Person
from accelerator.accounts.operations import link_identity
from accelerator.accounts.queries import attested_siret
from accelerator.accounts.states import WAYS_PER_PLACE
from accelerator.journal.models import Event
from accelerator.workflow import Refused, transaction
from demonstration.proconnect import Answer, Professional
from tests import factories
from tests.accounts.proconnect_server import LEFT, MORGANE, Unruly
from tests.client import HostileClient

Deliver = Callable[[], list[Any]]
DEPART = "/compte/proconnect"


def there(browser: HostileClient, provider: Unruly, *, query: str = "", who: str = MORGANE.sub) -> str:
    """Leave from this browser and choose someone: the address of return."""
    response = browser.get(DEPART + query)
    assert response.status_code == 302, response.content.decode()
    return "{0.path}?{0.query}".format(urlsplit(provider.choose(response["Location"], who)))


def come(browser: HostileClient, provider: Unruly, **options: Any) -> Any:
    return browser.get(there(browser, provider, **options))


def code_in(sent: Any) -> str:
    found = re.search(r"^    (\d{6}|\d{10})$", sent.body, re.MULTILINE)
    assert found
    return found[1]


def signed_in(browser: HostileClient) -> bool:
    return browser.get("/compte/").status_code == 200


def linked(person: Person, provider: Unruly, **values: Any) -> ExternalIdentity:
    return factories.external_identity(person, issuer=provider.issuer, sub=MORGANE.sub, **values)


def test_the_door_is_shown_when_it_leads_somewhere(client: HostileClient, proconnect: Unruly, settings: Any) -> None:
    page = client.get("/compte/connexion?next=/compte/nom").content.decode()
    assert "S’identifier avec" in page
    assert 'href="/compte/proconnect?next=%2Fcompte%2Fnom"' in page
    assert "Qu’est-ce que ProConnect ?" in page
    settings.PROCONNECT_CLIENT_SECRET = ""
    assert "ProConnect" not in client.get("/compte/connexion").content.decode()
    assert client.get(DEPART).status_code == 404


def test_a_known_identity_enters(client: HostileClient, proconnect: Unruly) -> None:
    person = factories.person()
    linked(person, proconnect, siret="", attested_at=timezone.now() - timedelta(days=30))
    before = client.session.session_key
    response = come(client, proconnect, query="?next=/compte/nom")
    assert (response.status_code, response["Location"]) == (302, "/compte/nom")
    assert client.session.session_key != before
    assert client.session["_auth_user_id"] == str(person.pk)
    said = attested_siret(person, timezone.now())
    assert said
    assert (said.siret, said.siren) == (MORGANE.siret, "000000018")


def test_a_newcomer_proves_the_address_then_joins(client: HostileClient, proconnect: Unruly, deliver: Deliver) -> None:
    page = come(client, proconnect, query="?next=/compte/donnees")["Location"]
    (sent,) = deliver()
    assert sent.to == [MORGANE.email]
    assert not Person.objects.exists()
    welcome = client.post(page, {"code": code_in(sent)})["Location"]
    shown = client.get(welcome).content.decode()
    assert 'value="Morgane"' in shown
    assert 'value="Exemple"' in shown
    done = client.post(welcome, {"given_name": "Morgane", "family_name": "Exemple", "accept": "on"})
    assert done["Location"] == "/compte/donnees"
    identity = ExternalIdentity.objects.select_related("person").get()
    assert (identity.person.email, identity.sub, identity.siret) == (MORGANE.email, MORGANE.sub, MORGANE.siret)
    assert attested_siret(identity.person, timezone.now())
    codes = Event.objects.filter(code__startswith="accounts").order_by("id").values_list("code", flat=True)
    assert list(codes) == ["accounts.joined", "accounts.terms_accepted", "accounts.identity_linked"]


def test_an_address_already_known_is_proved_before_it_is_linked(
    client: HostileClient, proconnect: Unruly, deliver: Deliver
) -> None:
    person = factories.person(email=MORGANE.email)
    page = come(client, proconnect)["Location"]
    assert not signed_in(client)
    assert not ExternalIdentity.objects.exists()
    assert "ensuite,\n      ProConnect suffira" in client.get(page).content.decode()
    (sent,) = deliver()
    assert client.post(page, {"code": code_in(sent)}).status_code == 302
    assert signed_in(client)
    assert ExternalIdentity.objects.get().person == person
    (told,) = deliver()
    assert "liée à votre compte" in told.subject
    # From now on the identity is enough.
    other = HostileClient()
    assert come(other, proconnect)["Location"] == "/espace" or signed_in(other)
    assert signed_in(other)


def test_nothing_tells_whether_the_address_is_known(client: HostileClient, proconnect: Unruly) -> None:
    def trace() -> tuple[int, str, str]:
        browser = HostileClient()
        response = come(browser, proconnect)
        content = browser.get(response["Location"]).content.decode()
        token = response["Location"].rpartition("/")[2]
        content = re.sub(r'value="[0-9A-Za-z]{32,}"|\d{2}:\d{2}', "", content.replace(token, ""))
        return response.status_code, response["Location"].replace(token, ""), content

    unknown = trace()
    factories.person(email=MORGANE.email)
    assert trace() == unknown


def test_the_code_of_someone_else_links_nothing(client: HostileClient, proconnect: Unruly, deliver: Deliver) -> None:
    """Whoever goes on with another address enters, and is offered the link: nothing is linked by itself."""
    person = factories.person(email="camille@personnes.example")
    come(client, proconnect)
    deliver()
    page = client.post("/compte/connexion", {"email": person.email})["Location"]
    (sent,) = deliver()
    client.post(page, {"code": code_in(sent)})
    assert not ExternalIdentity.objects.exists()
    account = client.get("/compte/").content.decode()
    assert "Une identité ProConnect attend" in account
    assert client.post("/compte/proconnect/lier").status_code == 302
    assert ExternalIdentity.objects.get().person == person
    assert "attend" not in client.get("/compte/").content.decode()


@pytest.mark.parametrize(
    "query", ["?state=faux&code=x", "?code=x", "", "?state=&code=", "?state=%00&code=x", "?state=é"]
)
def test_a_wrong_state_lets_nobody_in(query: str, client: HostileClient, proconnect: Unruly) -> None:
    linked(factories.person(), proconnect)
    there(client, proconnect)
    response = client.get(f"/compte/proconnect/retour{query}")
    assert response.status_code == 400
    assert "a été demandée dans un autre navigateur" in response.content.decode()
    assert not signed_in(client)


def test_a_way_back_is_worth_nothing_in_another_browser(client: HostileClient, proconnect: Unruly) -> None:
    linked(factories.person(), proconnect)
    back = there(client, proconnect)
    other = HostileClient()
    assert other.get(back).status_code == 400
    assert not signed_in(other)
    assert client.get(back).status_code == 302


def test_a_way_back_serves_once(client: HostileClient, proconnect: Unruly) -> None:
    linked(factories.person(), proconnect)
    back = there(client, proconnect)
    assert client.get(back).status_code == 302
    client.post("/compte/deconnexion")
    assert client.get(back).status_code == 400
    assert not signed_in(client)


def test_a_way_back_lasts_half_an_hour(
    client: HostileClient, proconnect: Unruly, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(factories.person(), proconnect)
    back = there(client, proconnect)
    late = timezone.now() + timedelta(minutes=30)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    assert client.get(back).status_code == 400


def test_several_tabs(client: HostileClient, proconnect: Unruly) -> None:
    linked(factories.person(), proconnect)
    first, second = there(client, proconnect, query="?next=/compte/nom"), there(client, proconnect)
    assert client.get(first)["Location"] == "/compte/nom"
    assert client.get(second)["Location"] == "/compte/"


def test_another_issuer_in_the_answer_is_a_mix_up(client: HostileClient, proconnect: Unruly) -> None:
    linked(factories.person(), proconnect)
    back = there(client, proconnect)
    response = client.get(re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Felsewhere.example", back))
    assert response.status_code == 400
    assert not signed_in(client)


def test_giving_up_is_said(client: HostileClient, proconnect: Unruly) -> None:
    response = come(client, proconnect, who="nobody")
    assert response.status_code == 400
    assert "Vous n’êtes pas allé au bout" in response.content.decode()


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/userinfo"])
def test_the_provider_is_away_and_the_other_doors_are_shown(
    path: str, client: HostileClient, proconnect: Unruly
) -> None:
    linked(factories.person(), proconnect)
    if path.startswith("/."):
        proconnect.instead[path] = Answer(503)
        response = client.get(f"{DEPART}?next=/compte/nom")
    else:
        back = there(client, proconnect, query="?next=/compte/nom")
        proconnect.instead[path] = Answer(503)
        response = client.get(back)
    page = response.content.decode()
    assert response.status_code == 503
    assert "ProConnect ne répond pas" in page
    assert "/compte/connexion?next=%2Fcompte%2Fnom" in page
    assert not signed_in(client)


def test_what_cannot_be_believed_lets_nobody_in(client: HostileClient, proconnect: Unruly) -> None:
    linked(factories.person(), proconnect)
    proconnect.change = lambda kind, claims: claims.update(nonce="x" * 40)
    response = come(client, proconnect)
    assert response.status_code == 400
    assert "n’a pas pu être vérifiée" in response.content.decode()
    assert not signed_in(client)


@pytest.mark.parametrize("email", [None, "", "rien", "a@b"])
def test_no_usable_address(email: Any, client: HostileClient, proconnect: Unruly) -> None:
    proconnect.change = lambda kind, claims: claims.update({"email": email} if kind == "userinfo" else {})
    response = come(client, proconnect)
    assert response.status_code == 400
    assert "n’a pas donné d’adresse" in response.content.decode()
    assert not Challenge.objects.exists()


@pytest.mark.parametrize("target", ["https://elsewhere.example", "//elsewhere.example", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(target: str, client: HostileClient, proconnect: Unruly) -> None:
    linked(factories.person(), proconnect)
    response = come(client, proconnect, query=f"?next={target}")
    assert response["Location"].startswith("/")
    assert not response["Location"].startswith("//")


def test_too_many_ways_are_refused_with_an_hour(client: HostileClient, proconnect: Unruly) -> None:
    for _ in range(WAYS_PER_PLACE):
        client.get(DEPART)
    response = client.get(DEPART)
    assert response.status_code == 429
    assert "Vous pourrez recommencer le" in response.content.decode()


def test_the_way_back_counts_the_codes_that_it_sends(client: HostileClient, proconnect: Unruly) -> None:
    for _ in range(5):
        assert come(client, proconnect).status_code == 302
    assert come(client, proconnect).status_code == 429


# ------------------------------------------------------------------------------------------------ from the account


def test_from_the_account_it_is_linked_on_confirmation(client: HostileClient, proconnect: Unruly) -> None:
    person = factories.person()
    client.force_login(person)
    page = come(client, proconnect, query="?next=/compte/")["Location"]
    assert page == "/compte/proconnect/lier?next=%2Fcompte%2F"
    shown = client.get(page).content.decode()
    assert MORGANE.siret in shown
    assert not ExternalIdentity.objects.exists()
    assert client.post(page)["Location"] == "/compte/"
    assert ExternalIdentity.objects.get().person == person
    again = client.get("/compte/").content.decode()
    assert "Jardins fictifs" in again
    assert client.post(page).status_code == 404


def test_from_the_account_it_is_attested_again(client: HostileClient, proconnect: Unruly) -> None:
    person = factories.person()
    linked(person, proconnect, siret="", attested_at=timezone.now() - timedelta(days=30))
    client.force_login(person)
    assert come(client, proconnect)["Location"] == "/compte/"
    assert attested_siret(person, timezone.now())


def test_two_accounts_of_one_person(client: HostileClient, proconnect: Unruly, deliver: Deliver) -> None:
    mine, other = factories.person(), factories.person(email="ancienne@personnes.example")
    linked(other, proconnect)
    client.force_login(mine)
    page = come(client, proconnect)["Location"]
    assert page == "/compte/proconnect/deplacer"
    shown = client.get(page).content.decode()
    assert "a•••@p•••.example" in shown
    assert "ancienne" not in shown
    assert client.post("/compte/proconnect/lier").status_code == 422
    typing = client.post(page)["Location"]
    (sent,) = deliver()
    assert sent.to == ["ancienne@personnes.example"]
    assert ExternalIdentity.objects.get().person == other
    assert "Ce code n’est pas le bon" in client.post(typing, {"code": "000000"}).content.decode()
    assert client.post(typing, {"code": code_in(sent)})["Location"] == "/compte/"
    assert ExternalIdentity.objects.get().person == mine
    assert {mail.to[0] for mail in deliver()} == {mine.email, other.email}


def test_the_code_for_moving_is_worth_nothing_to_someone_else(
    client: HostileClient, proconnect: Unruly, deliver: Deliver
) -> None:
    mine, other = factories.person(), factories.person()
    linked(other, proconnect)
    client.force_login(mine)
    typing = client.post(come(client, proconnect)["Location"])["Location"]
    (sent,) = deliver()
    stranger = HostileClient()
    stranger.force_login(factories.person())
    assert stranger.post(typing, {"code": code_in(sent)}).status_code == 404
    entering = typing.replace("proconnect/deplacer", "connexion/code")
    assert client.post(entering, {"code": code_in(sent)}).status_code in (302, 404)
    assert ExternalIdentity.objects.get().person == other


def test_unlinking_leaves_the_code(client: HostileClient, proconnect: Unruly, deliver: Deliver) -> None:
    person = factories.person()
    identity = linked(person, proconnect)
    client.force_login(person)
    page = f"/compte/proconnect/{identity.pk}/delier"
    assert str(person.email) in client.get(page).content.decode()
    assert client.post(page)["Location"] == "/compte/"
    assert not ExternalIdentity.objects.exists()
    (told,) = deliver()
    assert "n’est plus liée" in told.subject
    stranger = HostileClient()
    stranger.force_login(factories.person())
    kept = linked(person, proconnect)
    assert stranger.post(f"/compte/proconnect/{kept.pk}/delier").status_code == 404


def test_two_accounts_link_one_identity_at_once(together: Callable[..., list[Any]]) -> None:
    arrival = clients.Arrival("https://idp.example", "sub", "a@b.example", "", "", "", "", "")
    people = together(lambda: [factories.person(), factories.person()])[0]

    def link(person: Person) -> Any:
        with transaction():
            return link_identity(person=person, arrival=arrival, by=person, at=timezone.now())

    results = together(*(lambda person=person: link(person) for person in people for _ in range(3)))
    kept = {result.person_id for result in results if isinstance(result, ExternalIdentity)}
    assert len(kept) == 1
    assert sum(isinstance(result, Refused) for result in results) == 3


# ------------------------------------------------------------------------------------------------------- leaving


def test_leaving_offers_to_leave_proconnect_too(client: HostileClient, proconnect: Unruly) -> None:
    linked(factories.person(), proconnect)
    come(client, proconnect)
    left = client.post("/compte/deconnexion")["Location"]
    assert not signed_in(client)
    assert "Sortir aussi de ProConnect" in client.get(left).content.decode()
    url = client.get("/compte/proconnect/quitter")["Location"]
    assert url.startswith(f"{proconnect.issuer}/session/end?id_token_hint=")
    asked = dict(part.split("=", 1) for part in urlsplit(url).query.split("&"))
    done = client.get(f"{urlsplit(LEFT).path}?state={asked['state']}", follow=True)
    assert "aussi sorti de ProConnect" in done.content.decode()
    assert "Sortir aussi" not in client.get(left).content.decode()


def test_who_entered_by_code_leaves_as_before(client: HostileClient, proconnect: Unruly) -> None:
    client.force_login(factories.person())
    assert client.post("/compte/deconnexion")["Location"] == "/"


def test_a_forged_farewell_changes_nothing(client: HostileClient, proconnect: Unruly) -> None:
    linked(factories.person(), proconnect)
    come(client, proconnect)
    client.post("/compte/deconnexion")
    client.get("/compte/proconnect/sorti?state=faux")
    assert "Sortir aussi" in client.get("/compte/sorti").content.decode()


def test_names_that_lead_somewhere_are_refused_as_typed_ones(
    client: HostileClient, proconnect: Unruly, deliver: Deliver
) -> None:
    odd = Professional("sub-odd", "www.piege.example", "Exemple", "odd@jardins.example", "", "", "")
    proconnect.professionals = (odd,)
    page = come(client, proconnect, who="sub-odd")["Location"]
    (sent,) = deliver()
    welcome = client.post(page, {"code": code_in(sent)})["Location"]
    refused = client.post(welcome, {"given_name": odd.given_name, "family_name": "Exemple", "accept": "on"})
    assert refused.status_code == 422
