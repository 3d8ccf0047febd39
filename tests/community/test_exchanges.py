from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.community.deadlines import holidays, working_days_after
from accelerator.community.models import ContactMessage, ErrorReport, Organisation
from accelerator.community.states import ReportState, RoleName
from accelerator.geography.models import Place
from tests import factories
from tests.client import HostileClient


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation(name="Les Jardins d’Exemple")


def report_url(organisation: Organisation) -> str:
    return reverse("community:report_error", args=[organisation.key])


def write_url(organisation: Organisation) -> str:
    return reverse("community:write", args=[organisation.key])


REPORT = {"topic": "place", "message": "Le siège est à Cahors depuis 2020."}


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 23), 7, date(2026, 12, 2)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2027, 3, 26), 1, date(2027, 3, 30)),  # Easter Monday is the 29th
        (date(2026, 5, 13), 2, date(2026, 5, 18)),  # Ascension is the 14th
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(start: date, days: int, end: date) -> None:
    assert working_days_after(start, days) == end


def test_there_are_eleven_holidays_a_year() -> None:
    assert {len(holidays(year)) for year in (2024, 2025, 2026, 2027)} == {11}


# Reports


def test_a_visitor_reports_and_is_told_by_when(
    client: HostileClient, organisation: Organisation, deliver: Callable[[], list[Any]]
) -> None:
    assert "adresse" in client.get(report_url(organisation)).content.decode()
    response = client.post(report_url(organisation), {**REPORT, "email": "voisine@personnes.example"})
    assert response.status_code == 302
    report = ErrorReport.objects.get()
    assert report.due_on > timezone.localdate() + timedelta(days=6)
    assert "au plus tard le" in client.get(response.url).content.decode()
    (mail,) = deliver()
    assert mail.to == ["voisine@personnes.example"]
    assert "Cahors" in mail.body


def test_without_account_an_address_is_needed(client: HostileClient, organisation: Organisation) -> None:
    for email in ("", "pas une adresse"):
        assert client.post(report_url(organisation), {**REPORT, "email": email}).status_code == 422
    assert not ErrorReport.objects.exists()


def test_nobody_is_flooded_with_answers_to_reports_they_did_not_make(
    client: HostileClient, organisation: Organisation, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    said = {**REPORT, "email": "victime@personnes.example"}
    answers = [
        client.post(report_url(organisation), said, headers={"x-forwarded-for": f"198.51.100.{n}"}).status_code
        for n in range(11)
    ]
    assert answers == [302] * 10 + [422]


def test_a_visitor_reports_ten_times_a_day_at_most(client: HostileClient, organisation: Organisation) -> None:
    for _ in range(10):
        assert client.post(report_url(organisation), {**REPORT, "email": "v@personnes.example"}).status_code == 302
    response = client.post(report_url(organisation), {**REPORT, "email": "v@personnes.example"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Vous pourrez recommencer" in page
    assert "Cahors" in page


def test_a_moderator_answers_and_the_reporter_is_told(
    client: HostileClient, organisation: Organisation, deliver: Callable[[], list[Any]]
) -> None:
    client.post(report_url(organisation), {**REPORT, "email": "voisine@personnes.example"})
    deliver()
    report = ErrorReport.objects.get()
    client.force_login(factories.role(name=RoleName.MODERATOR).person)
    desk = client.get("/moderation/signalements").content.decode()
    url = reverse("community:report", args=[report.pk])
    assert url in desk
    assert "Le siège est à Cahors" in client.get(url).content.decode()
    assert client.post(url, {"outcome": "corrected", "answer": ""}).status_code == 422
    answer = {"outcome": "corrected", "answer": "Le siège a été corrigé, merci."}
    assert client.post(url, answer).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.reporter_email) == (ReportState.CORRECTED, "")
    (mail,) = deliver()
    assert mail.to == ["voisine@personnes.example"]
    assert "corrigé, merci" in mail.body
    assert client.post(url, answer).status_code == 422


@pytest.mark.parametrize("number", [1, 3])
def test_the_desk_lists_filters_and_exports(
    client: HostileClient, organisation: Organisation, number: int, django_assert_max_num_queries: Any
) -> None:
    for days in range(number):
        ErrorReport.objects.create(
            organisation=organisation,
            message="Un long message",
            reporter=factories.person(),
            reported_at=timezone.now(),
            due_on=timezone.localdate() - timedelta(days=days),
        )
    client.force_login(factories.role(name=RoleName.MODERATOR).person)
    with django_assert_max_num_queries(9):
        page = client.get("/moderation/signalements").content.decode()
    assert page.count("Autre chose") >= number
    late = client.get("/moderation/signalements?retard=on&tri=-recu&q=jardins&etat=open&sujet=other")
    assert len(late.context["rows"]) == number - 1
    exported = client.get("/moderation/signalements?format=csv")
    assert b"".join(exported.streaming_content).decode().count("Un long message") == number


def test_the_desk_is_for_moderators_of_the_place(client: HostileClient, organisation: Organisation) -> None:
    client.post(report_url(organisation), {**REPORT, "email": "v@personnes.example"})
    number = ErrorReport.objects.get().pk
    client.force_login(factories.person())
    assert client.get("/moderation/signalements").status_code == 403
    assert client.get(f"/moderation/signalements/{number}").status_code == 404
    lot = {"perimeter": ["departement-46"], "perimeter_cover": ["departement-46"]}
    client.force_login(factories.role(name=RoleName.MODERATOR, **lot).person)
    assert client.get(f"/moderation/signalements/{number}").status_code == 404
    Organisation.objects.update(seat=Place.objects.get(pk="commune-46102"))
    assert client.get(f"/moderation/signalements/{number}").status_code == 200


# Messages


@pytest.fixture
def steered(organisation: Organisation) -> Any:
    """The manager of the organisation."""
    return factories.role(organisation, holder=factories.person(email="gestion@jardins.example")).person


WORDS = {"subject": "Visite de vos jardins", "body": "Bonjour, pouvons-nous venir en mai ?"}


def test_one_writes_and_is_answered_without_any_address(
    client: HostileClient, organisation: Organisation, steered: Any, deliver: Callable[[], list[Any]]
) -> None:
    sender = factories.person(email="camille@visite.example")
    client.force_login(sender)
    response = client.post(write_url(organisation), WORDS)
    page = client.get(response.url).content.decode()
    assert "pouvons-nous venir" in page
    assert "Ajouter un message" in page
    assert "Votre réponse" not in page
    (mail,) = deliver()
    assert mail.to == ["gestion@jardins.example"]
    assert "camille@visite.example" not in mail.body
    assert mail.reply_to == []
    client.force_login(steered)
    assert "Visite de vos jardins" in client.get("/messages").content.decode()
    shown = client.get(response.url).content.decode()
    assert "Votre réponse" in shown
    assert "camille@visite.example" not in shown
    assert client.post(response.url, {"body": "Oui, avec joie."}).status_code == 302
    (mail,) = deliver()
    assert mail.to == ["camille@visite.example"]
    assert "gestion@jardins.example" not in mail.body
    client.force_login(sender)
    assert "Oui, avec joie." in client.get(response.url).content.decode()
    assert client.post(response.url, {"body": "Merci !"}).status_code == 302
    (mail,) = deliver()
    assert mail.to == ["gestion@jardins.example"]
    assert ContactMessage.objects.filter(in_reply_to__isnull=False).count() == 2


def test_nobody_to_read_is_said(client: HostileClient, organisation: Organisation) -> None:
    client.force_login(factories.person())
    page = client.get(write_url(organisation)).content.decode()
    assert "ne répond encore" in page
    assert "Envoyer le message" not in page
    response = client.post(write_url(organisation), WORDS)
    assert response.status_code == 422
    assert "pouvons-nous venir" in response.content.decode()
    assert not ContactMessage.objects.exists()


def test_a_double_click_sends_one_message(client: HostileClient, organisation: Organisation, steered: Any) -> None:
    client.force_login(factories.person())
    once = client.get(write_url(organisation)).context["once"]
    for _ in range(2):
        assert client.post(write_url(organisation), {**WORDS, "_once": once}).status_code == 302
    assert ContactMessage.objects.count() == 1


def test_an_exchange_is_only_for_its_two_sides(client: HostileClient, organisation: Organisation, steered: Any) -> None:
    assert client.get(write_url(organisation)).status_code == 302
    client.force_login(factories.person())
    url = client.post(write_url(organisation), WORDS).url
    for stranger in (factories.person(), factories.role(organisation, name=RoleName.MEMBER).person):
        client.force_login(stranger)
        assert client.get(url).status_code == 404
        assert client.get(f"{url}/signaler").status_code == 404
        assert client.post(url, {"body": "Intrusion"}).status_code == 404


def test_an_abuse_is_reported_and_read_by_moderators(
    client: HostileClient, organisation: Organisation, steered: Any
) -> None:
    client.force_login(factories.person())
    url = client.post(write_url(organisation), WORDS).url
    client.force_login(steered)
    client.post(url, {"body": "Nous vous demandons de cesser."})
    assert client.post(f"{url}/signaler", {"message": "Cette personne me harcèle."}).status_code == 302
    report = ErrorReport.objects.get()
    client.force_login(factories.role(name=RoleName.MODERATOR).person)
    page = client.get(reverse("community:report", args=[report.pk])).content.decode()
    assert "me harcèle" in page
    assert "de cesser" in page
    assert "pouvons-nous venir" in page


def test_one_does_not_complain_of_one_s_own_message(
    client: HostileClient, organisation: Organisation, steered: Any
) -> None:
    sender = factories.person()
    client.force_login(sender)
    url = client.post(write_url(organisation), WORDS).url
    assert "/signaler" not in client.get(url).content.decode().partition("<main")[2]
    assert client.get(f"{url}/signaler").status_code == 403
    client.force_login(steered)
    assert f"{url}/signaler" in client.get(url).content.decode()
    client.post(url, {"body": "Nous répondons."})
    client.force_login(sender)  # who has now received something
    assert f"{url}/signaler" in client.get(url).content.decode()


def test_twenty_messages_a_day_at_most(client: HostileClient, organisation: Organisation, steered: Any) -> None:
    client.force_login(factories.person())
    statuses = [client.post(write_url(organisation), WORDS).status_code for _ in range(21)]
    assert statuses == [302] * 20 + [422]


@pytest.mark.parametrize("field", ["subject", "body"])
def test_html_is_text_and_too_long_is_refused(
    client: HostileClient, organisation: Organisation, steered: Any, field: str
) -> None:
    client.force_login(factories.person())
    response = client.post(write_url(organisation), {**WORDS, field: "x" * 10_000})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    url = client.post(write_url(organisation), {**WORDS, field: "<script>alert(1)</script>"}).url
    assert "<script>alert" not in client.get(url).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_exchanges_are_listed_filtered_and_exported(
    client: HostileClient,
    organisation: Organisation,
    steered: Any,
    number: int,
    django_assert_max_num_queries: Any,
) -> None:
    sender = factories.person()
    client.force_login(sender)
    for _ in range(number):
        client.post(write_url(organisation), WORDS)
    with django_assert_max_num_queries(9):
        assert len(client.get("/messages").context["rows"]) == number
    assert len(client.get("/messages?q=visite&sens=envoyes&tri=objet").context["rows"]) == number
    assert len(client.get("/messages?sens=recus").context["rows"]) == 0
    client.force_login(steered)
    assert len(client.get("/messages?sens=recus").context["rows"]) == number
    exported = b"".join(client.get("/messages?format=csv").streaming_content).decode()
    assert exported.count("Visite de vos jardins") == number
