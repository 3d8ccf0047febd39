"""My account: my name, my address, my mails, my data, the end."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from accelerator.accounts import holdings, operations
from accelerator.accounts.holdings import Objection, PersonalData
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.queries import with_actor_names
from accelerator.journal import System, declare, ref
from accelerator.journal.models import Event
from accelerator.journal.operations import record
from accelerator.notices import Recipient
from accelerator.notices.models import Notice
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation, transaction
from tests import factories
from tests.client import HostileClient

Deliver = Callable[[], list[Any]]
CODE = {"code": "123456", "minutes": 15, "purpose": "sign_in"}
SAID = declare("accounts_tests.said", "a parlé de {person}", personal=("person",)).code


@pytest.fixture
def person(client: HostileClient) -> Person:
    someone = factories.person(given_name="Camille", family_name="Exemple", email="camille@exemple.example")
    client.force_login(someone)
    return someone


def tell_something(person: Person, at: datetime, **options: Any) -> Notice:
    with transaction():
        return tell("accounts/code", to=Recipient.of(person), at=at, data=CODE, **options)[0]


def code_in(mail: Any) -> str:
    found = re.search(r"^    (\d{6})$", mail.body, re.MULTILINE)
    assert found
    return found[1]


def test_my_name_is_changed(client: HostileClient, person: Person) -> None:
    assert 'value="Camille"' in client.get("/compte/nom").content.decode()
    too_long = client.post("/compte/nom", {"given_name": "x" * 81})
    assert too_long.status_code == 422
    assert "&lt;b&gt;Zoé&lt;/b&gt;" in client.post("/compte/nom", {"given_name": "<b>Zoé</b>"}).content.decode()
    assert client.post("/compte/nom", {"given_name": "Zo'é", "family_name": ""})["Location"] == "/compte/"
    assert "Zo&#x27;é" in client.get("/compte/").content.decode()
    assert Event.objects.filter(code="accounts.renamed", actor=person.actor_key).count() == 1
    client.post("/compte/nom", {"given_name": "Zo'é", "family_name": ""})
    assert Event.objects.filter(code="accounts.renamed").count() == 1


def test_my_address_is_changed_with_a_code(client: HostileClient, person: Person, deliver: Deliver) -> None:
    page = client.post("/compte/adresse", {"email": "Nouvelle@exemple.example"})["Location"]
    (mail,) = deliver()
    assert mail.to == ["nouvelle@exemple.example"]
    assert client.post(page, {"code": "000000" if code_in(mail) != "000000" else "1" * 6}).status_code == 422
    assert client.post(page, {"code": code_in(mail)})["Location"] == "/compte/"
    person.refresh_from_db()
    assert person.email == "nouvelle@exemple.example"
    (told,) = deliver()
    assert told.to == ["camille@exemple.example"]
    assert "a changé" in told.subject
    # Pressed twice: the same answer, and nothing more.
    assert client.post(page, {"code": code_in(mail)})["Location"] == "/compte/"
    assert Event.objects.filter(code="accounts.address_changed").count() == 1


def test_the_address_of_another_is_not_taken_and_nothing_tells_it_is_one(
    client: HostileClient, person: Person, deliver: Deliver
) -> None:
    factories.person(email="noe@exemple.example")
    page = client.post("/compte/adresse", {"email": "NOE@exemple.example"})["Location"]
    assert "Un autre compte" not in client.get(page).content.decode()
    (mail,) = deliver()
    refused = client.post(page, {"code": code_in(mail)})
    assert "Un autre compte a déjà cette adresse" in refused.content.decode()
    person.refresh_from_db()
    assert person.email == "camille@exemple.example"


@pytest.mark.usefixtures("person")
def test_the_code_of_another_is_not_mine(client: HostileClient, deliver: Deliver) -> None:
    page = client.post("/compte/adresse", {"email": "nouvelle@exemple.example"})["Location"]
    (mail,) = deliver()
    stranger = HostileClient()
    assert stranger.get(page).status_code == 302
    stranger.force_login(factories.person())
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, {"code": code_in(mail)}).status_code == 404
    # A code to change address is no code to enter.
    assert HostileClient().get(page.replace("adresse/code", "connexion/code")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_my_mails_are_mine(
    client: HostileClient, person: Person, at: datetime, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        notice = tell_something(person, at - timedelta(minutes=number))
    theirs = tell_something(factories.person(), at)
    secret = tell_something(person, at, secret=True)
    with django_assert_num_queries(7):
        page = client.get("/compte/courriels").content.decode()
    assert page.count(notice.subject) == count
    assert notice.body.splitlines()[0] in client.get(f"/compte/courriels/{notice.pk}").content.decode()
    for hidden in (theirs, secret):
        assert client.get(f"/compte/courriels/{hidden.pk}").status_code == 404


def test_my_data_are_mine_and_complete(client: HostileClient, person: Person, at: datetime) -> None:
    notice = tell_something(person, at)
    tell_something(factories.person(email="noe@exemple.example"), at)
    client.post("/compte/nom", {"given_name": "Camille", "family_name": "Autre"})
    client.post("/compte/adresse", {"email": "nouvelle@exemple.example"})
    response = client.get("/compte/donnees.json")
    assert response["Content-Disposition"] == 'attachment; filename="mes-donnees.json"'
    assert response["Cache-Control"] == "private, no-store"
    text = response.content.decode()
    mine = json.loads(text)["données"]["Votre compte"]
    assert mine["compte"]["nom"] == "Autre"
    assert mine["compte"]["adresse électronique"] == "camille@exemple.example"
    assert [mail["objet"] for mail in mine["courriels reçus"]] == [notice.subject]
    assert [line["ce qui a été fait"] for line in mine["journal"]] == ["a changé le nom affiché de son compte"]
    assert [asked["adresse"] for asked in mine["codes demandés"]] == ["nouvelle@exemple.example"]
    assert "noe@" not in text
    assert HostileClient().get("/compte/donnees.json").status_code == 302


def test_what_is_kept_is_listed(client: HostileClient, person: Person) -> None:
    page = client.get("/compte/donnees").content.decode()
    assert "Les codes demandés pour entrer" in page
    assert "Un an ; l’adresse de qui n’a pas de compte" in page


def test_my_account_is_deleted_and_history_keeps_no_name(
    client: HostileClient, person: Person, at: datetime, deliver: Deliver
) -> None:
    other = factories.person()
    with transaction():
        record(SAID, other, person, by=other, at=at, person=person.name)
    tell_something(person, at)
    client.post("/compte/adresse", {"email": "nouvelle@exemple.example"})
    elsewhere = HostileClient()
    elsewhere.force_login(person)
    assert elsewhere.get("/compte/").status_code == 200
    assert client.post("/compte/suppression", {}).status_code == 422
    assert client.post("/compte/suppression", {"confirm": "on"})["Location"] == "/"
    person.refresh_from_db()
    assert (person.email, person.given_name, person.family_name, person.is_active) == (None, "", "", False)
    assert person.name == "Compte supprimé"
    for browser in (client, elsewhere):
        assert browser.get("/compte/").status_code == 302
    assert not Challenge.objects.filter(person=person).exists()
    assert not Notice.objects.filter(recipient=person.actor_key).exists()
    event = Event.objects.get(code=SAID)
    assert event.sentence == "a parlé de [effacé]"
    (goodbye,) = deliver()
    assert goodbye.to == ["camille@exemple.example"]
    everywhere = [str(list(model.objects.values())) for model in (Person, Notice, Challenge, Event)]
    assert not any("camille@exemple" in table or "Camille Exemple" in table for table in everywhere)
    # The same address may open another account, which is not the former one.
    assert Person.objects.filter(email="camille@exemple.example").count() == 0
    factories.person(email="camille@exemple.example")


@pytest.fixture
def objecting() -> Iterator[list[Objection]]:
    """A subject that keeps the account while there are reasons."""
    why = "Vous êtes seul gestionnaire de « Atelier (exemple) » : nommez d’abord quelqu’un."
    reasons = [Objection(why, url="/organisations/atelier/membres", label="Les membres")]

    @operation
    def erase(*, person: Person, by: Any, at: datetime) -> None:
        raise AssertionError("nothing is erased while there are reasons")

    holdings.register(PersonalData("essai", "Essai", (), lambda person: {}, erase, lambda person: reasons))
    yield reasons
    del holdings._registered["essai"]


def test_what_stands_in_the_way_is_said(client: HostileClient, person: Person, objecting: list[Objection]) -> None:
    page = client.get("/compte/suppression").content.decode()
    assert str(objecting[0]) in page
    assert '<a href="/organisations/atelier/membres">Les membres</a>' in page
    assert 'name="confirm"' not in page  # nothing to send while it would be refused
    refused = client.post("/compte/suppression", {"confirm": "on"})
    assert refused.status_code == 422
    assert refused.content.decode().count(str(objecting[0])) == 1
    person.refresh_from_db()
    assert person.email == "camille@exemple.example"
    assert client.get("/compte/").status_code == 200


def test_a_subject_registers_once(objecting: list[Objection]) -> None:
    with pytest.raises(ValueError, match="deux fois"):
        holdings.register(holdings.holdings()[-1])


def test_an_account_is_deleted_once(person: Person, perform: Callable[..., Any], at: datetime) -> None:
    perform(operations.delete_account, person=person, by=person, at=at)
    with pytest.raises(Refused, match="déjà supprimé"):
        perform(operations.delete_account, person=person, by=person, at=at)


@pytest.mark.parametrize("count", [1, 3])
def test_a_history_names_its_actors_with_one_query(at: datetime, count: int, django_assert_num_queries: Any) -> None:
    about = factories.person()
    erased = factories.person(
        email=None, given_name="", family_name="", is_active=False, erased_at=at, terms_accepted_at=at
    )
    gone = factories.person()
    actors: list[Any] = [factories.person(given_name="Ada", family_name=f"N{n}") for n in range(count)]
    actors += [erased, gone, System("founding-facts"), System("unknown")]
    with transaction():
        for actor in actors:
            record(SAID, about, by=actor, at=at, reason="parce que", person="Zoé")
    gone.delete()
    events = list(Event.objects.filter(about__contains=[ref(about)]).order_by("id"))
    with django_assert_num_queries(1):
        lines = with_actor_names(events)
    assert [line.who for line in lines] == [
        *[f"Ada N{n}" for n in range(count)],
        "Compte supprimé",
        "Compte supprimé",
        "Le chargement des faits fondateurs",
        "La plateforme",
    ]
    assert {(line.sentence, line.reason) for line in lines} == {("a parlé de Zoé", "parce que")}


@pytest.mark.parametrize(
    "path",
    ["", "nom", "adresse", "courriels", "courriels/1", "donnees", "donnees.json", "suppression", "conditions"],
)
def test_the_pages_of_an_account_need_one(client: HostileClient, path: str) -> None:
    assert client.get(f"/compte/{path}")["Location"].startswith("/compte/connexion?next=/compte/")
    assert client.post(f"/compte/{path}")["Location"].startswith("/compte/connexion?next=/compte/")
