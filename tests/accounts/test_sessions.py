"""Sessions: noted when they open, seen by their person, ended."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accelerator.accounts.browsers import label_of
from accelerator.accounts.models import OpenSession, Person
from accelerator.accounts.tasks import forget_old
from accelerator.journal.models import Event
from tests import factories
from tests.accounts.test_second_factors import by_code, signed_in
from tests.client import HostileClient

Deliver = Callable[[], list[Any]]
LIST = "/compte/securite/connexions"


def enter(person: Person, deliver: Deliver) -> HostileClient:
    browser = HostileClient(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"})
    by_code(browser, person, deliver)
    return browser


def test_a_session_is_noted_when_it_opens(deliver: Deliver) -> None:
    person = factories.person()
    browser = enter(person, deliver)
    noted = OpenSession.objects.get()
    assert (noted.person, noted.door, noted.browser, noted.two_factors) == (person, "code", "Firefox sur Linux", False)
    assert noted.session_key == browser.session.session_key
    page = browser.get(LIST).content.decode()
    assert "Firefox sur Linux" in page
    assert "Cette connexion" in page
    assert "Fermer toutes" not in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_whatever_it_holds(number: int, client: HostileClient) -> None:
    person = factories.person()
    for _ in range(number):
        factories.open_session(person)
    client.force_login(person)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(LIST).content.decode()
    assert page.count("Firefox sur Windows") == number
    assert len(captured) == 7, [query["sql"] for query in captured]


def test_the_list_is_filtered_and_exported(client: HostileClient) -> None:
    person = factories.person()
    factories.open_session(person)
    factories.open_session(person, door="passkey", browser="Safari sur iPhone")
    client.force_login(person)
    page = client.get(f"{LIST}?porte=passkey").content.decode()
    assert "Safari sur iPhone" in page
    assert "Firefox sur Windows" not in page
    written = b"".join(client.get(f"{LIST}?format=csv")).decode("utf-8-sig")
    assert "Safari sur iPhone" in written
    assert "Firefox sur Windows" in written


def test_one_is_ended_and_asked_who_it_is(deliver: Deliver) -> None:
    person = factories.person()
    mine, other = enter(person, deliver), enter(person, deliver)
    noted = OpenSession.objects.get(session_key=other.session.session_key)
    page = f"{LIST}/{noted.pk}/fermer"
    assert "Fermer cette connexion" in mine.get(page).content.decode()
    stranger = HostileClient()
    stranger.force_login(factories.person())
    assert stranger.post(page).status_code == 404
    assert mine.post(page)["Location"] == LIST
    assert not signed_in(other)
    assert signed_in(mine)
    assert Event.objects.get(code="accounts.sessions_ended").data == {"number": 1}
    own = OpenSession.objects.get()
    assert mine.post(f"{LIST}/{own.pk}/fermer").status_code == 404


def test_all_the_others_are_ended(deliver: Deliver) -> None:
    person, neighbour = factories.person(), factories.person()
    mine, others = enter(person, deliver), [enter(person, deliver) for _ in range(3)]
    theirs = enter(neighbour, deliver)
    assert "Fermer toutes" in mine.get(LIST).content.decode()
    assert mine.post(f"{LIST}/fermer")["Location"] == LIST
    assert signed_in(mine)
    assert signed_in(theirs)
    assert not any(signed_in(other) for other in others)


def test_changing_address_ends_the_others(deliver: Deliver) -> None:
    person = factories.person()
    mine, other = enter(person, deliver), enter(person, deliver)
    typing = mine.post("/compte/adresse", {"email": "nouvelle@personnes.example"})["Location"]
    (sent,) = deliver()
    code = next(line.strip() for line in sent.body.splitlines() if line.startswith("    "))
    assert mine.post(typing, {"code": code}).status_code == 302
    assert signed_in(mine)
    assert not signed_in(other)


def test_leaving_forgets_the_session(deliver: Deliver) -> None:
    browser = enter(factories.person(), deliver)
    assert browser.post("/compte/deconnexion").status_code == 302
    assert browser.get("/compte/").status_code == 302
    forget_old(0)
    assert not OpenSession.objects.exists()


def test_deleting_the_account_ends_them_all(deliver: Deliver) -> None:
    person = factories.person()
    mine, other = enter(person, deliver), enter(person, deliver)
    assert mine.post("/compte/suppression", {"confirm": "on"}).status_code == 302
    assert not signed_in(other)
    assert not Session.objects.filter(session_key=other.session.session_key).exists()


def test_what_ended_by_itself_is_forgotten(at: datetime, client: HostileClient) -> None:
    person = factories.person()
    ended, kept = factories.open_session(person), factories.open_session(person)
    Session.objects.filter(session_key=ended.session_key).update(expire_date=at - timedelta(days=1))
    client.force_login(person)
    assert client.get(LIST).content.decode().count("Firefox sur Windows") == 1
    forget_old(0)
    assert list(OpenSession.objects.all()) == [kept]


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit Chrome/140.0 Mobile Safari/537.36", "Chrome sur Android"),
        ("curl/8", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
        ("<script>" * 1000, "Navigateur inconnu"),
    ],
)
def test_a_browser_in_a_few_words(said: str, label: str, rf: Any) -> None:
    assert label_of(rf.get("/", headers={"user-agent": said})) == label
