"""One service asked for its opinion on several files at once: read first, then asked once about each."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accelerator.calls import lots, purposes
from accelerator.calls.models import Lot, Opinion
from accelerator.calls.operations import lots as operations
from accelerator.calls.operations import opinions
from accelerator.calls.queries.opinions import Asking, read_link
from accelerator.calls.states import ApplicationState, LotAct, OpinionSense
from accelerator.calls.views.lots import STALE_ASKING
from accelerator.calls.views.opinions import SERVICE
from accelerator.journal.models import Event
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from tests import factories
from tests.calls.judging import Campaign
from tests.client import HostileClient

Perform = Callable[..., Any]
DAY = timedelta(days=1)
ADDRESS = "avis@region.example"
EVERY = f"{reverse('calls:lot')}?acte=avis&tout=1"


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


def typed(**values: Any) -> dict[str, Any]:
    due = timezone.localdate() + 20 * DAY
    return {"who": "Direction fictive", "email": ADDRESS, "question": "Est-ce connu ?", "due_on": due, **values}


def want(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call of the campaign wants an opinion on each of its files."""
    wanted = purposes.Wanted("Préfecture fictive", 12)
    wanting = purposes.Purpose(**{**vars(purposes.purpose_of(campaign.call.purpose)), "opinions": lambda _: [wanted]})
    monkeypatch.setitem(purposes._registered, campaign.call.purpose, wanting)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def links(mail: Notice) -> list[int]:
    """The opinions that the links of a mail are for."""
    found = [read_link(token) for token in re.findall(r"/avis/([^/\s]+)", mail.body)]
    return [one.pk for one in found if one]


def test_a_service_is_asked_about_several_files_once_what_would_be_done_is_read(
    campaign: Campaign, client: HostileClient, perform: Perform
) -> None:
    files = [campaign.file(ApplicationState.REVIEW) for _ in range(2)]
    own, known, answered = (campaign.file(ApplicationState.REVIEW) for _ in range(3))
    campaign.file(ApplicationState.NOTIFIED)
    assert own.organisation
    factories.role(own.organisation, holder=factories.person(email=ADDRESS))
    now = timezone.now()
    asking = {"by": campaign.officer, "at": now, **typed()}
    perform(opinions.ask_opinion, application=known, **asking)
    given = perform(opinions.ask_opinion, application=answered, **asking)
    said = {"sense": OpinionSense.FAVOURABLE, "words": "Oui.", "author": "Cléo Exemple", "document": None}
    perform(opinions.answer_opinion, opinion=given, by=SERVICE, at=now, **said)
    client.force_login(campaign.officer)
    assert "Demander un avis" in text(client.get(reverse("calls:desk")))
    first = client.get(EVERY)
    assert (first.context["doable"], first.context["digest"]) == (5, "")
    assert "Ce dossier n’est plus examiné" in text(first)
    # What is wrong stands beside its field, and what was typed is kept.
    for wrong, why in (
        ({"email": "avis"}, "adresse"),
        ({"due_on": timezone.localdate().isoformat()}, "Donnez un jour à venir."),
        ({"due_on": (timezone.localdate() + 400 * DAY).isoformat()}, "personne n’attend sans fin"),
    ):
        back = client.post(EVERY, {**typed(), **wrong})
        assert back.status_code == 422
        assert why in text(back)
        assert "Est-ce connu ?" in text(back)
    read = client.post(EVERY, typed(email="Avis@Region.example"))
    assert read.status_code == 200
    assert read.context["doable"] == 2
    page = text(read)
    for told in (
        "2 dossiers sur 6",
        "recevrait un courriel, avec 2 liens",
        "du côté de qui candidate",
        "Un avis est déjà demandé à cette adresse (Direction fictive)",
        "a déjà rendu son avis",
    ):
        assert told in page
    assert Opinion.objects.count() == 2
    # Another question than the one that was read: it is read again first.
    digest = read.context["digest"]
    changed = client.post(EVERY, {**typed(question="Autre chose ?"), "digest": digest})
    assert changed.status_code == 422
    assert STALE_ASKING in text(changed)
    assert "Autre chose ?" in text(changed)
    assert Opinion.objects.count() == 2
    assert client.post(EVERY, {**typed(), "digest": digest})["Location"] == reverse("calls:desk")
    asked = Opinion.objects.filter(application__in=files)
    assert [(one.who, one.email, one.question) for one in asked] == [
        ("Direction fictive", ADDRESS, "Est-ce connu ?")
    ] * 2
    # One mail for both, a link for each file; those that were asked one by one had each theirs.
    assert Notice.objects.filter(template="calls/opinion_asked").count() == 2
    mail = Notice.objects.get(template="calls/opinions_asked")
    assert (mail.email, mail.secret, mail.reply_to) == (ADDRESS, True, campaign.call.service_email)
    assert "2 candidatures" in mail.subject
    assert set(links(mail)) == {one.pk for one in asked}
    for one in files:
        assert f"n° {one.number}, « {one.title} »" in mail.body
    assert Event.objects.filter(code="calls.opinion_asked", actor=campaign.officer.actor_key).count() == 4
    # Sent again from another tab, nothing is asked twice.
    assert client.post(EVERY, {**typed(), "digest": digest}).status_code == 422
    none = client.post(EVERY, typed())
    assert (none.status_code, none.context["doable"], none.context["digest"]) == (200, 0, "")
    assert Opinion.objects.count() == 4


def test_a_long_lot_of_opinions_is_asked_by_the_worker_once_about_each(
    campaign: Campaign, client: HostileClient, perform: Perform
) -> None:
    many = operations.MOST_AT_ONCE + 1
    files = [campaign.file(ApplicationState.REVIEW, organisation=None) for _ in range(many)]
    client.force_login(campaign.officer)
    read = client.post(EVERY, typed())
    assert "l’un après l’autre" in text(read)
    sent = client.post(EVERY, {**typed(), "digest": read.context["digest"]})
    lot = Lot.objects.get()
    page = reverse("calls:lot_page", args=[lot.public_id])
    assert sent["Location"] == page
    assert "À Direction fictive, pour le" in text(client.get(page))
    # Another lot asks the same of one of them, in other words, before the worker comes.
    asking = Asking("Direction", ADDRESS, "Encore ?", timezone.localdate() + 9 * DAY)
    now = timezone.now()
    given = {"act": LotAct.ASK_OPINION, "asking": asking, "by": campaign.officer, "at": now}
    perform(operations.do_to_all, applications=files[:1], **given)
    lots.carry(lot.pk)
    assert Opinion.objects.count() == many
    # One mail at the end, of what the lot asked: not of the file that another had asked about before.
    (mail,) = Notice.objects.filter(template="calls/opinions_asked")
    assert set(links(mail)) == set(Opinion.objects.exclude(application=files[0]).values_list("pk", flat=True))
    assert Notice.objects.filter(template="calls/opinion_asked").count() == 1
    lots.carry(lot.pk)
    assert Notice.objects.filter(template="calls/opinions_asked").count() == 1
    after = text(client.get(page))
    assert f"{many - 1} dossiers traités, 1 laissé de côté" in after
    assert "Un avis est déjà demandé à cette adresse (Direction)" in after
    lot.refresh_from_db()
    assert sorted(lot.said) == ["due_on", "question", "who"]
    with pytest.raises(Refused, match="à venir"):
        perform(operations.ask_lot, applications=files, **{**given, "asking": Asking("D", ADDRESS, "?", now.date())})


def test_each_service_that_asks_writes_for_its_own_calls(campaign: Campaign, perform: Perform) -> None:
    other = Campaign()
    other.call.service_email = "autre@service.example"
    other.call.save()
    factories.call_role(other.call, holder=campaign.officer)
    files = [one.file(ApplicationState.REVIEW) for one in (campaign, other) for _ in range(2)]
    asking = Asking("Direction", ADDRESS, "Connu ?", timezone.localdate() + 9 * DAY)
    given = {"act": LotAct.ASK_OPINION, "asking": asking, "by": campaign.officer, "at": timezone.now()}
    assert perform(operations.do_to_all, applications=files, **given) == 4
    mails = Notice.objects.filter(template="calls/opinions_asked")
    assert {one.reply_to: len(links(one)) for one in mails} == {
        campaign.call.service_email: 2,
        "autre@service.example": 2,
    }


def test_the_calls_of_the_files_offer_the_opinions_that_they_want(
    campaign: Campaign, client: HostileClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    want(campaign, monkeypatch)
    campaign.file(ApplicationState.REVIEW)
    client.force_login(campaign.officer)
    read = client.get(EVERY)
    (offered,) = read.context["wanted"]
    chosen = client.get(offered[1])
    assert chosen.context["form"].initial == {
        "who": "Préfecture fictive",
        "due_on": timezone.localdate() + 12 * DAY,
    }


def test_what_was_typed_for_a_service_stays_out_of_the_form_of_another(
    campaign: Campaign, client: HostileClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    want(campaign, monkeypatch)
    address = reverse("calls:ask_opinion", args=[campaign.file(ApplicationState.REVIEW).public_id])
    client.force_login(campaign.officer)
    ours = re.findall(r'name="_whose" value="([^"]+)"', client.get(address).content.decode())
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.post(address, {"who": "Région fictive", "question": "Et vous ?", "_whose": ours}, follow=True)
    client.force_login(campaign.officer)
    assert client.get(address).context["form"].initial["who"] == "Région fictive"
    assert client.get(f"{address}?service=Préfecture+fictive").context["form"].initial["who"] == "Préfecture fictive"


def test_a_lot_that_asks_nothing_is_refused_by_the_database(campaign: Campaign) -> None:
    for act, said in ((LotAct.ASK_OPINION, {}), (LotAct.ADMIT, typed(due_on="2026-01-01"))):
        with pytest.raises(IntegrityError), transaction.atomic():
            Lot.objects.create(act=act, said=said, asked_by=campaign.officer, asked_at=timezone.now(), digest="x")


@pytest.mark.parametrize("count", [1, 3])
def test_what_would_be_asked_is_read_in_as_many_questions_whatever_the_number_of_files(
    count: int, campaign: Campaign, client: HostileClient, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        campaign.file(ApplicationState.REVIEW)
    client.force_login(campaign.officer)
    with django_assert_max_num_queries(23):
        assert client.post(EVERY, typed()).context["doable"] == count
