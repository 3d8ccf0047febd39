"""The searches that a person keeps: kept once, told once, stopped in one click."""

import hashlib
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.community import search
from accelerator.community.models import Organisation
from accelerator.directory import personal_data, tasks
from accelerator.directory.models import Finding, SavedSearch
from accelerator.directory.operations import searches as operations
from accelerator.directory.operations.searches import save_search
from accelerator.directory.queries.question import Question
from accelerator.directory.queries.searched import SEARCHED_ORGANISATIONS
from accelerator.directory.queries.searches import MOST_SEARCHES, due, next_morning, stop_token
from accelerator.directory.states import AlertRhythm
from accelerator.notices.models import Notice
from accelerator.search.models import Before
from accelerator.workflow import Refused, transaction
from accelerator.workflow.dates import MOMENT, said
from tests import factories
from tests.client import HostileClient

ORGANISATIONS = SEARCHED_ORGANISATIONS
Perform = Callable[..., Any]
Deliver = Callable[[], list[Any]]
# The savepoint of the reading, its read-only transaction and its end, the session, the person, the count, the rows.
LIST_QUERIES = 7


def keep(person: Person | None = None, query: str = "?q=jardin", rhythm: str = AlertRhythm.DAILY, **values: Any) -> Any:
    """A search kept for three days."""
    then = timezone.now() - timedelta(days=3)
    given = {
        "name": f"Recherche {query}",
        "saved_at": then,
        "watched_since": None if rhythm == AlertRhythm.NEVER else then,
        "digested_on": timezone.localdate(then),
        **values,
    }
    return SavedSearch.objects.create(person=person or factories.person(), query=query, rhythm=rhythm, **given)


def listed(**values: Any) -> Organisation:
    """An organisation that the directory has just received."""
    one = factories.organisation(**values)
    return changed(one)


def changed(one: Organisation, **values: Any) -> Organisation:
    """The same, with other values, as an operation writes them."""
    for name, value in values.items():
        setattr(one, name, value)
    one.save()
    with transaction():
        search.refresh([one])
    return one


def morning() -> dict[str, int]:
    """What the worker does each morning."""
    return tasks.tell_the_news(timestamp=0)


def told(deliver: Deliver) -> list[Any]:
    """The mails of one morning."""
    morning()
    return deliver()


def path(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return urlsplit(found[1]).path


# Keeping


def test_a_search_is_kept_from_its_page_and_opened_again(client: HostileClient) -> None:
    listed(name="Jardins fictifs")
    person = factories.person()
    client.force_login(person)
    page = client.get("/annuaire?q=jardins&page=1").content.decode()
    assert 'href="/annuaire/enregistrer?q=jardins"' in page
    asked = client.get("/annuaire/enregistrer?q=jardins").content.decode()
    assert 'value="Jardins"' in asked
    sent = client.post("/annuaire/enregistrer?q=jardins", {"name": "Mes jardins", "rhythm": "weekly"}, follow=True)
    assert sent.redirect_chain == [("/mes-recherches", 302)]
    page = sent.content.decode()
    assert "Votre recherche est enregistrée." in page
    assert 'href="/annuaire?q=jardins"' in page
    assert "Chaque lundi" in page


def test_a_question_of_many_filters_is_kept_once(client: HostileClient) -> None:
    client.force_login(factories.person())
    themes = [f"theme={hashlib.sha256(str(n).encode()).hexdigest()[:58]}" for n in range(50)]
    address = f"/annuaire/enregistrer?{'&'.join(themes)}"
    sent = {"name": "De tout", "rhythm": "weekly"}
    assert client.post(address, sent).status_code == 302
    assert len(SavedSearch.objects.get().query) > 3000
    again = client.post(address, sent)
    assert again.status_code == 422
    assert "Vous avez déjà enregistré cette recherche" in again.content.decode()


def test_a_visitor_signs_in_first(client: HostileClient) -> None:
    response = client.get("/annuaire/enregistrer?q=jardins")
    assert response.status_code == 302
    assert "enregistrer%3Fq%3Djardins" in response["Location"]


def test_the_same_question_is_kept_once_whatever_its_order_and_its_page(client: HostileClient) -> None:
    client.force_login(factories.person())
    client.post("/annuaire/enregistrer?q=jardins&forme=association", {"name": "Un", "rhythm": "never"})
    again = client.post(
        "/annuaire/enregistrer?forme=association&q=jardins&tri=nom&page=3", {"name": "Deux", "rhythm": "never"}
    )
    assert again.status_code == 422
    assert "Vous avez déjà enregistré cette recherche, sous le nom « Un »." in again.content.decode()
    assert 'value="Deux"' in again.content.decode()
    assert SavedSearch.objects.count() == 1


def test_the_form_sent_twice_keeps_one(client: HostileClient) -> None:
    client.force_login(factories.person())
    once = re.search(r'name="_once" value="(\w+)"', client.get("/annuaire/enregistrer?q=jardins").content.decode())
    assert once
    sent = {"name": "Un", "rhythm": "never", "_once": once[1]}
    answers = [client.post("/annuaire/enregistrer?q=jardins", sent) for _ in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, "/mes-recherches")] * 2
    assert SavedSearch.objects.count() == 1


def test_two_sendings_at_once_keep_one(together: Callable[..., list[Any]]) -> None:
    (person,) = together(factories.person)

    def send() -> SavedSearch:
        with transaction():
            return save_search(
                searched=ORGANISATIONS,
                question=Question("jardin"),
                name="Un",
                rhythm="daily",
                by=person,
                at=timezone.now(),
            )

    results = together(send, send)
    assert sorted(type(one).__name__ for one in results) == ["Refused", "SavedSearch"]


def test_a_commune_to_be_chosen_is_chosen_first(client: HostileClient) -> None:
    client.force_login(factories.person())
    refused = client.post("/annuaire/enregistrer?pres_de=saint", {"name": "Près", "rhythm": "never"})
    assert refused.status_code == 422
    assert "Choisissez d’abord la commune" in refused.content.decode()


def test_an_account_holds_so_many(perform: Perform, at: datetime) -> None:
    person = factories.person()
    for number in range(MOST_SEARCHES):
        keep(person, f"?q=mot{number}")
    with pytest.raises(Refused, match="50 recherches"):
        perform(
            save_search,
            searched=ORGANISATIONS,
            question=Question("encore"),
            name="Encore",
            rhythm="never",
            by=person,
            at=at,
        )


@pytest.mark.parametrize(
    ("name", "rhythm", "said"),
    [("", "never", "Renseignez"), ("x" * 101, "never", "100 caractères"), ("Un", "", "Faites un choix")],
)
def test_what_is_wrong_is_said_beside_its_field(client: HostileClient, name: str, rhythm: str, said: str) -> None:
    client.force_login(factories.person())
    refused = client.post("/annuaire/enregistrer?q=jardins", {"name": name, "rhythm": rhythm})
    assert refused.status_code == 422
    assert said in refused.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_filters_sorts_and_is_exported(
    client: HostileClient, number: int, django_assert_num_queries: Any
) -> None:
    person = factories.person()
    keep(query="?q=autrui")
    for n in range(number):
        keep(person, f"?q=mot{n}", AlertRhythm.WEEKLY if n else AlertRhythm.NEVER)
    client.force_login(person)
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get("/mes-recherches").content.decode()
    assert page.count('href="/annuaire?q=mot') == number
    assert "autrui" not in page
    assert client.get("/mes-recherches?alerte=never").content.decode().count('href="/annuaire?q=mot') == 1
    assert client.get("/mes-recherches?q=mot0&tri=-le").content.decode().count('href="/annuaire?q=mot') == 1
    file = b"".join(client.get("/mes-recherches?format=csv").streaming_content).decode()
    assert file.count("Recherche ?q=mot") == number


def test_nothing_kept_says_how_to_begin(client: HostileClient) -> None:
    client.force_login(factories.person())
    page = client.get("/mes-recherches").content.decode()
    assert "Aucune recherche enregistrée" in page
    assert "Enregistrer cette recherche" in page


def test_a_search_is_renamed_tuned_and_removed(client: HostileClient) -> None:
    kept = keep()
    client.force_login(kept.person)
    client.post(f"/mes-recherches/{kept.pk}", {"name": "Autre nom", "rhythm": "never"})
    kept.refresh_from_db()
    assert (kept.name, kept.rhythm, kept.watched_since) == ("Autre nom", AlertRhythm.NEVER, None)
    client.post(f"/mes-recherches/{kept.pk}", {"name": "Autre nom", "rhythm": "weekly"})
    kept.refresh_from_db()
    assert kept.watched_since is not None
    client.post(f"/mes-recherches/{kept.pk}/suppression")
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("address", ["", "/suppression"])
def test_nobody_touches_the_search_of_another(client: HostileClient, address: str) -> None:
    kept = keep()
    client.force_login(factories.person())
    sent = {"name": "Volée", "rhythm": "never"}
    assert client.post(f"/mes-recherches/{kept.pk}{address}", sent).status_code == 404
    kept.refresh_from_db()
    assert kept.rhythm == AlertRhythm.DAILY


# Telling


@pytest.mark.parametrize("number", [1, 3])
def test_what_is_new_is_told_in_one_mail_with_its_links(deliver: Deliver, number: int) -> None:
    kept = keep(name="Mes jardins")
    keep(kept.person, "?q=fictifs", name="Les fictifs")
    new = [listed(name=f"Jardins fictifs {n}") for n in range(number)]
    listed(name="Crèche sans rapport")
    (sent,) = told(deliver)
    assert sent.to == [kept.person.email]
    assert sent.subject.startswith(f"{2 * number} nouvelles organisations")
    assert "Mes jardins" in sent.body
    assert "Les fictifs" in sent.body
    for one in new:
        assert sent.body.count(f"/organisations/{one.key}") == 2
    assert "Crèche" not in sent.body
    assert "\n\n\n" not in sent.body


def test_nothing_new_is_told_to_nobody(deliver: Deliver) -> None:
    listed(name="Jardins d’avant")
    Before.objects.all().delete()
    kept = keep()
    assert told(deliver) == []
    kept.refresh_from_db()
    assert kept.digested_on == timezone.localdate()


def test_what_was_told_is_not_told_again(deliver: Deliver) -> None:
    kept = keep()
    one = listed(name="Jardins fictifs")
    assert len(told(deliver)) == 1
    SavedSearch.objects.update(digested_on=timezone.localdate() - timedelta(days=1))
    changed(one, name="Crèche")
    changed(one, name="Jardins revenus")
    assert told(deliver) == []
    assert Finding.objects.filter(search=kept).count() == 1


def test_a_record_that_changes_is_news_only_if_it_came_to_answer(deliver: Deliver) -> None:
    already, becomes = listed(name="Jardins anciens"), listed(name="Crèche")
    Before.objects.all().delete()
    keep()
    changed(already, summary="Une phrase de plus")
    changed(becomes, summary="Un jardin partagé")
    (sent,) = told(deliver)
    assert becomes.key in sent.body
    assert already.key not in sent.body


def test_what_changed_before_the_alert_is_not_news(deliver: Deliver) -> None:
    listed(name="Jardins du matin")
    keep(watched_since=timezone.now() + timedelta(minutes=1))
    assert told(deliver) == []


def test_what_is_hidden_or_merged_meanwhile_is_not_told(deliver: Deliver) -> None:
    keep()
    hidden, merged, kept = (listed(name=f"Jardins {n}") for n in range(3))
    look_only()
    changed(hidden, publishable=False)
    factories.merge(merged, into=kept)
    with transaction():
        search.refresh([merged])
    (sent,) = told(deliver)
    assert kept.key in sent.body
    assert hidden.key not in sent.body
    assert merged.key not in sent.body


def look_only() -> None:
    """Find what is new, and tell nobody yet."""
    for look in operations_watch():
        with transaction():
            operations.keep_findings(searched=ORGANISATIONS, look=look, by=factories.person(), at=timezone.now())


def operations_watch() -> Any:
    return tasks.watch(ORGANISATIONS).looks(documents=100, most=10)


def test_a_search_without_an_alert_tells_nothing(deliver: Deliver) -> None:
    keep(rhythm=AlertRhythm.NEVER)
    listed(name="Jardins fictifs")
    assert told(deliver) == []
    assert not Finding.objects.exists()


def test_many_at_once_are_counted_and_the_first_are_named(deliver: Deliver) -> None:
    keep()
    for n in range(13):
        listed(name=f"Jardins fictifs {n}")
    (sent,) = told(deliver)
    assert sent.subject.startswith("13 nouvelles organisations")
    assert sent.body.count("/organisations/jardins") == 10
    assert "… et 3 autres" in sent.body


@pytest.mark.parametrize(
    ("rhythm", "day", "last", "expected"),
    [
        ("daily", date(2026, 11, 24), date(2026, 11, 24), False),
        ("daily", date(2026, 11, 24), date(2026, 11, 23), True),
        ("weekly", date(2026, 11, 22), date(2026, 11, 16), False),  # a Sunday
        ("weekly", date(2026, 11, 23), date(2026, 11, 22), True),  # the Monday
        ("weekly", date(2026, 11, 25), date(2026, 11, 22), True),  # the worker was away since Sunday
        ("weekly", date(2026, 11, 25), date(2026, 11, 23), False),
        ("never", date(2026, 11, 25), date(2026, 1, 1), False),
    ],
)
def test_it_is_told_each_morning_or_each_monday(rhythm: str, day: date, last: date, expected: bool) -> None:
    keep(rhythm=rhythm, digested_on=last)
    assert SavedSearch.objects.filter(due(day)).exists() is expected


PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("rhythm", "looked_on", "at", "expected"),
    [
        ("never", date(2026, 11, 26), datetime(2026, 11, 26, 20, tzinfo=PARIS), None),
        # In winter and in summer the worker keeps the hour of Greenwich.
        ("daily", date(2026, 11, 26), datetime(2026, 11, 26, 20, tzinfo=PARIS), "27/11 05:30"),
        ("daily", date(2026, 7, 2), datetime(2026, 7, 2, 20, tzinfo=PARIS), "03/07 06:30"),
        # Saved by night, before the worker looks: the day counts as looked at.
        ("daily", date(2026, 11, 26), datetime(2026, 11, 26, 1, tzinfo=PARIS), "27/11 05:30"),
        # The worker is late, or was away.
        ("daily", date(2026, 11, 25), datetime(2026, 11, 26, 1, tzinfo=PARIS), "26/11 05:30"),
        ("daily", date(2026, 11, 24), datetime(2026, 11, 26, 20, tzinfo=PARIS), "27/11 05:30"),
        ("weekly", date(2026, 11, 26), datetime(2026, 11, 26, 20, tzinfo=PARIS), "30/11 05:30"),
        ("weekly", date(2026, 11, 29), datetime(2026, 11, 29, 20, tzinfo=PARIS), "30/11 05:30"),
        ("weekly", date(2026, 11, 30), datetime(2026, 11, 30, 20, tzinfo=PARIS), "07/12 05:30"),
        ("weekly", date(2026, 11, 20), datetime(2026, 11, 25, 20, tzinfo=PARIS), "26/11 05:30"),
    ],
)
def test_the_next_morning_is_known(rhythm: str, looked_on: date, at: datetime, expected: str | None) -> None:
    morning = next_morning(rhythm, looked_on, at)
    assert (morning and f"{morning.astimezone(PARIS):%d/%m %H:%M}") == expected
    if morning:
        keep(rhythm=rhythm, digested_on=looked_on)
        assert SavedSearch.objects.filter(due(morning.astimezone(PARIS).date())).exists()


def test_the_page_says_when_the_first_mail_would_leave(client: HostileClient) -> None:
    client.force_login(factories.person())
    page = client.get("/annuaire/enregistrer?q=jardins").content.decode()
    days = {rhythm: next_morning(rhythm, timezone.localdate(), timezone.now()) for rhythm in ("weekly", "daily")}
    assert re.findall(r"s’il y a du nouveau : au plus tôt (\w+)", page) == [
        said(day, "l") for day in days.values() if day
    ]
    assert page.count("h 30 (heure de Paris)") == 2
    client.post("/annuaire/enregistrer?q=jardins", {"name": "Mes jardins", "rhythm": "weekly"})
    (kept,) = SavedSearch.objects.all()
    assert days["weekly"]
    assert said(days["weekly"], MOMENT) in client.get("/mes-recherches").content.decode()
    assert "au plus tôt lundi" in client.get(f"/mes-recherches/{kept.pk}").content.decode()


def test_what_a_week_brings_is_told_on_monday_in_one_mail(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    keep(rhythm=AlertRhythm.WEEKLY, digested_on=monday)
    first = listed(name="Jardins fictifs un")
    assert told(deliver) == []
    second = listed(name="Jardins fictifs deux")
    assert told(deliver) == []
    SavedSearch.objects.update(digested_on=monday - timedelta(days=1))
    (sent,) = told(deliver)
    assert first.key in sent.body
    assert second.key in sent.body


def test_what_an_import_in_bulk_brings_is_told(deliver: Deliver) -> None:
    keep()
    morning()  # from now on
    one = factories.organisation(name="Jardins importés", recorded_at=timezone.now())
    search.rebuild_directory()
    SavedSearch.objects.update(digested_on=timezone.localdate() - timedelta(days=1))
    (sent,) = told(deliver)
    assert one.key in sent.body


@pytest.mark.parametrize("number", [1, 3])
def test_two_workers_tell_each_person_once(together: Callable[..., list[Any]], number: int) -> None:
    def prepare() -> None:
        for n in range(number):
            keep(query=f"?q=jardin{'s' * n}")
        for n in range(5):
            listed(name=f"Jardins fictifs {n}")

    together(prepare)
    together(morning, morning)
    assert together(lambda: Notice.objects.count()) == [number]
    assert together(lambda: Finding.objects.filter(told_at__isnull=False).count()) == [5 * number]
    assert together(lambda: Before.objects.count()) == [0]


class Killed(BaseException):
    """The worker dies there."""


@pytest.mark.parametrize("step", ["keep_findings", "tell_the_news", "pass_over_the_silent"])
@pytest.mark.parametrize("after", [False, True])
def test_a_morning_that_is_cut_is_taken_up(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    kept = [keep(query=f"?q=jardin&forme={form}") for form in ("association", "cooperative", "mutuelle")]
    for form in ("association", "cooperative", "mutuelle"):
        listed(name="Jardins fictifs", legal_family=form)
    monkeypatch.setattr(tasks, "_CHANGES_AT_ONCE", 1)
    operation = getattr(operations, step)

    def dies(**arguments: Any) -> Any:
        if after:
            operation(**arguments)
        raise Killed

    with monkeypatch.context() as during:
        during.setattr(operations, step, dies)
        with pytest.raises(Killed):
            morning()
    mails = told(deliver)
    assert sorted(sent.to[0] for sent in mails) == sorted(one.person.email for one in kept)
    assert Finding.objects.filter(told_at__isnull=False).count() == 3
    assert not Before.objects.exists()


# Stopping


def test_the_mail_stops_in_one_click(deliver: Deliver) -> None:
    kept = keep()
    listed(name="Jardins fictifs")
    (sent,) = told(deliver)
    headers = sent.message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = path(r"^<(.*)>$", headers["List-Unsubscribe"])
    program = Client(enforce_csrf_checks=True)
    assert program.get(address).status_code == 302
    kept.refresh_from_db()
    assert kept.rhythm == AlertRhythm.DAILY
    for _ in range(2):  # sent again, it changes nothing
        answer = program.post(address, {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, dict(answer.cookies)) == (200, {})
    kept.refresh_from_db()
    assert (kept.rhythm, kept.watched_since) == (AlertRhythm.NEVER, None)


def test_something_else_than_a_click_stops_nothing() -> None:
    kept = keep()
    address = f"/alertes/arret/{stop_token(kept.person)}/un-clic"
    assert Client(enforce_csrf_checks=True).post(address).status_code == 400
    kept.refresh_from_db()
    assert kept.rhythm == AlertRhythm.DAILY


def test_other_mails_have_nothing_to_unsubscribe_from(deliver: Deliver) -> None:
    client = HostileClient()
    client.post("/compte/connexion", {"email": "camille@personnes.example"})
    (sent,) = deliver()
    assert "List-Unsubscribe" not in sent.message()


def test_the_link_of_the_mail_asks_first_and_stops_one_search(client: HostileClient, deliver: Deliver) -> None:
    kept = keep(name="Mes jardins")
    other = keep(kept.person, "?q=fictifs")
    listed(name="Jardins fictifs")
    (sent,) = told(deliver)
    address = path(r"Ne plus être prévenu pour cette recherche : (\S+)", sent.body.partition("Mes jardins")[2])
    page = client.get(address).content.decode()
    assert "Ne plus recevoir d’alerte pour «&nbsp;Mes jardins&nbsp;»" in page
    kept.refresh_from_db()
    assert kept.rhythm == AlertRhythm.DAILY
    stopped = client.post(address, follow=True).content.decode()
    assert "Vous ne recevez plus d’alerte pour «&nbsp;Mes jardins&nbsp;»" in stopped
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.rhythm, other.rhythm) == (AlertRhythm.NEVER, AlertRhythm.DAILY)
    assert "C’est arrêté" in client.get(address).content.decode()


def test_the_last_link_stops_them_all(client: HostileClient, deliver: Deliver) -> None:
    kept = keep()
    keep(kept.person, "?q=fictifs")
    stranger = keep()
    listed(name="Jardins fictifs")
    mine = next(sent for sent in told(deliver) if sent.to == [kept.person.email])
    client.post(path(r"Arrêter toutes vos alertes : (\S+)", mine.body))
    assert list(SavedSearch.objects.exclude(rhythm=AlertRhythm.NEVER)) == [stranger]


@pytest.mark.parametrize("address", ["", "/un-clic"])
def test_a_link_that_we_did_not_write_stops_nothing(client: HostileClient, address: str) -> None:
    kept = keep()
    forged = f"{kept.person.public_id}.0:{'a' * 43}"
    assert client.get(f"/alertes/arret/{forged}{address}").status_code == 404
    assert client.post(f"/alertes/arret/{forged}{address}", {"List-Unsubscribe": "One-Click"}).status_code == 404
    kept.refresh_from_db()
    assert kept.rhythm == AlertRhythm.DAILY


def test_the_link_of_a_search_that_is_gone_says_that_it_is_stopped(client: HostileClient) -> None:
    kept = keep()
    address = f"/alertes/arret/{stop_token(kept.person, kept)}"
    kept.delete()
    assert "C’est arrêté" in client.get(address).content.decode()
    assert client.post(f"{address}/un-clic", {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_what_was_found_and_not_told_is_forgotten_when_the_alert_stops(client: HostileClient) -> None:
    kept = keep()
    listed(name="Jardins fictifs")
    look_only()
    client.post(f"/alertes/arret/{stop_token(kept.person)}")
    assert not Finding.objects.exists()


# What is kept of a person


def test_what_is_kept_is_given_then_erased(perform: Perform, at: datetime, deliver: Deliver) -> None:
    kept = keep(name="Mes jardins")
    listed(name="Jardins fictifs")
    told(deliver)
    given = str(personal_data.export(kept.person))
    assert "Mes jardins" in given
    assert "Jardins fictifs" in given
    perform(personal_data.erase, person=kept.person, by=kept.person, at=at)
    assert not SavedSearch.objects.exists()
    assert not Finding.objects.exists()


def test_someone_who_left_is_told_nothing(deliver: Deliver) -> None:
    kept = keep()
    listed(name="Jardins fictifs")
    Person.objects.filter(pk=kept.person.pk).update(is_active=False)
    assert told(deliver) == []
    assert mail.outbox == []


@pytest.mark.parametrize("query", ["", "?q=jardin+partag%C3%A9&forme=association&pres_de=commune-46102"])
def test_a_question_kept_is_read_as_it_was(query: str) -> None:
    assert ORGANISATIONS.read(query).query() == query
