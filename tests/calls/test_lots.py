"""Many files at once: asked, done one after the other by the worker, taken up after its death, read afterwards."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accelerator.accounts.models import Person
from accelerator.calls import lots
from accelerator.calls.models import Application, Decision, Lot, LotFile, Opinion
from accelerator.calls.models.lots import LOT_IS_LOST
from accelerator.calls.operations import examining
from accelerator.calls.operations import lots as operations
from accelerator.calls.operations.applications import withdraw
from accelerator.calls.operations.decisions import draft_decisions
from accelerator.calls.operations.opinions import answer_opinion, ask_opinion
from accelerator.calls.queries.lots import lots_of, outcome_of
from accelerator.calls.queries.ranking import prints_to_draft
from accelerator.calls.rules.lots import FILE_CHANGED
from accelerator.calls.states import ApplicationState, DecisionOutcome, LetterAct, LotAct, LotState, OpinionSense
from accelerator.calls.views.opinions import SERVICE
from accelerator.community.states import RoleName
from accelerator.journal.models import Event
from accelerator.notices.models import Notice
from accelerator.workflow import Refused, transaction
from tests import factories
from tests.calls.judging import Campaign, post_as_shown
from tests.client import HostileClient
from tests.databases import url_of

Perform = Callable[..., Any]
MANY = operations.MOST_AT_ONCE + 1


def browser(person: Person) -> HostileClient:
    client = HostileClient()
    client.force_login(person)
    return client


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


def asked(perform: Perform, campaign: Campaign, files: list[Application], act: LotAct = LotAct.ADMIT) -> Lot:
    made: Lot = perform(operations.ask_lot, act=act, applications=files, by=campaign.officer, at=timezone.now())
    return made


def of(lot: Lot) -> Lot:
    return lots_of(lot.asked_by).get(pk=lot.pk)


# On the desk


def test_a_long_lot_of_the_desk_is_done_by_the_worker_and_its_page_says_how_far_it_is(campaign: Campaign) -> None:
    files = [campaign.file(ApplicationState.SUBMITTED, organisation=None) for _ in range(MANY)]
    client = browser(campaign.officer)
    address = f"{reverse('calls:lot')}?acte=recevables&tout=1"
    read = client.get(address)
    assert "l’un après l’autre" in text(read)
    sent = client.post(address, {"digest": read.context["digest"]})
    lot = Lot.objects.get()
    page, news = (reverse(f"calls:{name}", args=[lot.public_id]) for name in ("lot_page", "lot_news"))
    assert (sent.status_code, sent["Location"]) == (302, page)
    # Asked again from another tab, it is the same one, and one job.
    assert client.post(address, {"digest": read.context["digest"]})["Location"] == page
    assert ProcrastinateJob.objects.filter(task_name=operations.CARRY).count() == 1
    assert Application.objects.filter(state=ApplicationState.ADMISSIBLE).count() == 0
    waiting = text(client.get(page))
    assert f"0 sur {MANY}" in waiting
    assert "attend son tour" in waiting
    assert client.get(news).json() == {"part": 0, "texte": f"0 sur {MANY}", "fini": False}
    # Meanwhile a colleague asks for pieces: the file is no longer the one that was read.
    Application.objects.filter(pk=files[3].pk).update(state=ApplicationState.INCOMPLETE)
    assert lots.carry(lot.pk) is True
    assert Application.objects.filter(state=ApplicationState.ADMISSIBLE).count() == MANY - 1
    admitted = Event.objects.filter(code="calls.admitted")
    assert admitted.count() == MANY - 1
    assert set(admitted.values_list("actor", flat=True)) == {campaign.officer.actor_key}
    assert client.get(news).json()["fini"] is True
    done = text(client.get(page))
    assert f"{MANY - 1} dossiers traités, 1 laissé de côté" in done
    assert FILE_CHANGED in done
    assert reverse("calls:file", args=[files[3].public_id]) in done
    assert reverse("calls:file", args=[files[4].public_id]) not in done
    # It is found again from the desk, and nobody else reads it.
    assert page in text(client.get(reverse("calls:desk")))
    assert page in text(client.get(reverse("calls:lots")))
    colleague = browser(factories.call_role(campaign.call).person)
    assert colleague.get(page).status_code == 404
    assert page not in text(colleague.get(reverse("calls:lots")))
    assert lots.carry(lot.pk) is False
    assert Event.objects.filter(code="calls.lot_ended", data__done=MANY - 1, data__aside=1).count() == 1


def test_a_short_lot_is_done_at_once_all_or_none(campaign: Campaign) -> None:
    for _ in range(operations.MOST_AT_ONCE):
        campaign.file(ApplicationState.SUBMITTED, organisation=None)
    client = browser(campaign.officer)
    address = f"{reverse('calls:lot')}?acte=recevables&tout=1"
    sent = client.post(address, {"digest": client.get(address).context["digest"]})
    assert sent["Location"] == reverse("calls:desk")
    assert not Lot.objects.exists()
    assert Application.objects.filter(state=ApplicationState.ADMISSIBLE).count() == operations.MOST_AT_ONCE


def test_what_is_left_aside_is_named_to_those_who_still_follow_it(campaign: Campaign, perform: Perform) -> None:
    files = [campaign.file(ApplicationState.SUBMITTED) for _ in range(3)]
    lot = asked(perform, campaign, files)
    Application.objects.filter(pk__in=[files[0].pk, files[1].pk]).update(state=ApplicationState.INCOMPLETE)
    lots.carry(lot.pk)
    client = browser(campaign.officer)
    page = reverse("calls:lot_page", args=[lot.public_id])
    assert str(files[1].number) in text(client.get(page))
    # Whoever asked has gone to the side of one applicant since.
    factories.role(files[1].organisation, holder=campaign.officer)
    after = text(client.get(page))
    assert str(files[0].number) in after
    assert str(files[1].number) not in after
    assert "1 dossier que vous ne suivez plus" in after


def test_whoever_is_no_longer_an_officer_has_nothing_done_in_their_name(campaign: Campaign, perform: Perform) -> None:
    files = [campaign.file(ApplicationState.SUBMITTED) for _ in range(2)]
    lot = asked(perform, campaign, files)
    campaign.call.roles.filter(person=campaign.officer).update(ended_at=timezone.now())
    lots.carry(lot.pk)
    assert (of(lot).settled, of(lot).aside) == (2, 2)
    assert Application.objects.filter(state=ApplicationState.SUBMITTED).count() == 2


def test_a_fault_of_ours_keeps_none_of_the_others_waiting(
    campaign: Campaign, perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [campaign.file(ApplicationState.SUBMITTED) for _ in range(3)]
    lot = asked(perform, campaign, files)
    broken = files[1].pk

    def admit(*, application: Application, by: Person, at: Any) -> Application:
        if application.pk == broken:
            raise RuntimeError("ours")
        made: Application = examining.admit(application=application, by=by, at=at)
        return made

    monkeypatch.setitem(operations._ACTS, LotAct.ADMIT, admit)
    with pytest.raises(ExceptionGroup):
        lots.carry(lot.pk)
    assert of(lot).state(timezone.now()) == LotState.ENDED
    assert outcome_of(of(lot)) == "2 dossiers traités, 1 laissé de côté"
    assert "l’équipe est prévenue" in text(
        browser(campaign.officer).get(reverse("calls:lot_page", args=[lot.public_id]))
    )


def test_a_lot_whose_worker_died_for_good_is_taken_up_where_it_was(campaign: Campaign, perform: Perform) -> None:
    files = [campaign.file(ApplicationState.SUBMITTED) for _ in range(3)]
    lot = asked(perform, campaign, files)
    client, page = browser(campaign.officer), reverse("calls:lot_page", args=[lot.public_id])
    early = client.post(page)
    assert early.status_code == 422
    assert "n’est pas interrompu" in text(early)
    began = timezone.now() - LOT_IS_LOST - timedelta(minutes=1)
    begun = perform(operations.begin_lot, lot=lot.pk, by=lots.CARRIER, at=began)
    first = lot.files.order_by("pk")[0]
    perform(operations.settle, lot=begun, file=first.pk, by=campaign.officer, at=began)
    lost = client.get(page)
    assert lost.context["state"] == "lost"
    assert "1 dossier traité, 2 restent" in text(lost)
    assert client.post(page).status_code == 302
    assert ProcrastinateJob.objects.filter(task_name=operations.CARRY).count() == 2
    lots.carry(lot.pk)
    assert Event.objects.filter(code="calls.admitted").count() == 3
    assert "3 dossiers traités" in text(client.get(page))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_lot_asks_the_same_questions_whatever_its_length(
    count: int, campaign: Campaign, perform: Perform, django_assert_max_num_queries: Any
) -> None:
    files = [campaign.file(ApplicationState.SUBMITTED) for _ in range(count)]
    lot = asked(perform, campaign, files)
    Application.objects.update(state=ApplicationState.INCOMPLETE)
    lots.carry(lot.pk)
    client = browser(campaign.officer)
    for address in (reverse("calls:lot_page", args=[lot.public_id]), reverse("calls:lots")):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200


# Letters


def drafted(campaign: Campaign, count: int) -> list[Decision]:
    return [
        Decision.objects.create(
            application=campaign.file(ApplicationState.REVIEW),
            outcome=DecisionOutcome.RETAINED,
            reasons="Retenu.",
            drafted_at=timezone.now(),
            drafted_by=campaign.officer,
        )
        for _ in range(count)
    ]


def test_many_letters_are_signed_then_told_one_after_the_other(campaign: Campaign, perform: Perform) -> None:
    letters = drafted(campaign, MANY)
    every = {"decisions": [str(one.pk) for one in letters]}
    client = browser(campaign.signatory)
    addresses = {
        name: reverse(f"calls:{name}", args=[campaign.call.key]) for name in ("sign_letters", "notify_letters")
    }
    assert "l’un après l’autre" in text(client.get(addresses["sign_letters"]))
    sent = post_as_shown(client, addresses["sign_letters"], every)
    lot = Lot.objects.get()
    assert sent["Location"] == reverse("calls:lot_page", args=[lot.public_id])
    assert not Decision.objects.signed().exists()
    # The signatory read it; the officer writes it again before the worker comes: nobody signs what they did not read.
    file = letters[0].application
    perform(
        draft_decisions,
        call=campaign.call,
        applications=[file],
        outcome=DecisionOutcome.RETAINED,
        reasons="Autre chose.",
        advice="",
        by=campaign.officer,
        at=timezone.now(),
    )
    lots.carry(lot.pk)
    assert Decision.objects.signed().count() == MANY - 1
    page = text(client.get(reverse("calls:lot_page", args=[lot.public_id])))
    assert f"{MANY - 1} courriers traités, 1 laissé de côté" in page
    assert reverse("calls:letter", args=[campaign.call.key, letters[0].pk]) in page
    assert lot.public_id in text(client.get(reverse("calls:letters", args=[campaign.call.key])))

    perform(
        operations.ask_letters,
        act=LetterAct.NOTIFY,
        call=campaign.call,
        letters=list(Decision.objects.order_by("application")),
        by=campaign.signatory,
        at=timezone.now(),
    )
    told = Lot.objects.exclude(pk=lot.pk).get()
    lots.carry(told.pk)
    assert Decision.objects.notified().count() == MANY - 1
    assert Notice.objects.filter(template="calls/decision_notified").count() == MANY - 1
    left = told.files.get(application=file)
    assert left.why == f"Le courrier du dossier {file.number} n’est pas signé."


def test_many_decisions_are_drafted_one_after_the_other(campaign: Campaign, perform: Perform) -> None:
    files = [campaign.file(ApplicationState.REVIEW, organisation=None) for _ in range(MANY)]
    client = browser(campaign.officer)
    address = reverse("calls:draft_decisions", args=[campaign.call.key])
    assert f"Au-delà de {operations.MOST_AT_ONCE} dossiers choisis" in text(client.get(f"{address}?tous=1"))
    sent = {
        "applications": [one.public_id for one in files],
        "outcome": "retained",
        "reasons": "Retenu.",
        "advice": "",
        "amount": "12 000",
        "seen": client.get(address).context["seen"],
    }
    asked = client.post(address, sent)
    lot = Lot.objects.get()
    page = reverse("calls:lot_page", args=[lot.public_id])
    assert (asked.status_code, asked["Location"]) == (302, page)
    assert not Decision.objects.exists()
    # The same again is that lot; other words make another one, which finds every file changed.
    assert client.post(address, sent)["Location"] == page
    client.post(address, {**sent, "reasons": "Autre chose."})
    other = Lot.objects.exclude(pk=lot.pk).get()
    # Meanwhile a colleague drafts one of them: nobody writes over it unread.
    drafting = {"call": campaign.call, "outcome": DecisionOutcome.REJECTED, "reasons": "Écarté.", "advice": ""}
    perform(draft_decisions, applications=[files[3]], by=campaign.officer, at=timezone.now(), **drafting)
    lots.carry(lot.pk)
    told = Decision.objects.exclude(application=files[3]).values_list("outcome", "reasons", "cents").distinct()
    assert list(told) == [("retained", "Retenu.", 1_200_000)]
    assert Decision.objects.count() == MANY
    assert Decision.objects.get(application=files[3]).reasons == "Écarté."
    assert Event.objects.filter(code="calls.decision_drafted").count() == MANY
    done = text(client.get(page))
    assert f"{MANY - 1} dossiers traités, 1 laissé de côté" in done
    assert FILE_CHANGED in done
    assert reverse("calls:file", args=[files[3].public_id]) in done
    assert page in text(client.get(reverse("calls:letters", args=[campaign.call.key])))
    lots.carry(other.pk)
    assert of(other).aside == MANY
    assert Event.objects.filter(code="calls.decision_drafted").count() == MANY


@pytest.mark.parametrize("draft", [draft_decisions, operations.ask_drafts])
def test_drafts_hold_to_what_was_read(draft: Callable[..., Any], campaign: Campaign, perform: Perform) -> None:
    files = [campaign.file(ApplicationState.REVIEW) for _ in range(2)]
    given: dict[str, Any] = {"call": campaign.call, "applications": files, "outcome": DecisionOutcome.REJECTED}
    given |= {"reasons": "Écarté.", "advice": "", "by": campaign.officer, "at": timezone.now()}
    read = prints_to_draft(files)
    campaign.read(files[0], 0)  # between the reading and the asking
    for seen in (read, {files[1].pk: read[files[1].pk]}):
        with pytest.raises(Refused, match=f"{files[0].number} : {FILE_CHANGED}"):
            perform(draft, **given, seen=seen)
    assert not Decision.objects.exists()
    assert perform(draft, **given, seen=prints_to_draft(files))


@pytest.mark.parametrize("count", [1, MANY])
def test_what_was_not_read_is_not_decided(count: int, campaign: Campaign) -> None:
    files = [campaign.file(ApplicationState.REVIEW, organisation=None) for _ in range(count)]
    address = reverse("calls:draft_decisions", args=[campaign.call.key])
    sent = {"applications": [one.public_id for one in files], "outcome": "retained", "reasons": "Retenu."}
    refused = browser(campaign.officer).post(address, sent)
    assert refused.status_code == 422
    assert FILE_CHANGED in text(refused)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("count", [1, MANY])
def test_a_decision_is_not_drafted_for_a_file_that_is_judged_otherwise_since_the_list_was_read(
    count: int, campaign: Campaign
) -> None:
    files = [campaign.file(ApplicationState.REVIEW, organisation=None) for _ in range(count)]
    campaign.read(files[0], 3)
    client = browser(campaign.officer)
    address = reverse("calls:draft_decisions", args=[campaign.call.key])
    seen = client.get(f"{address}?tous=1").context["seen"]
    sent = {"applications": [one.public_id for one in files], "outcome": "retained", "reasons": "Retenu.", "seen": seen}
    # Another expert says the contrary meanwhile.
    campaign.read(files[0], 0)
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert f"Dossier {files[0].number} : {FILE_CHANGED}" in text(refused)
    assert "Retenu." in text(refused)
    assert not Decision.objects.exists()
    assert client.post(address, {**sent, "seen": refused.context["seen"]}).status_code == 302
    Application.objects.filter(pk=files[0].pk).update(state=ApplicationState.INCOMPLETE)
    gone = client.post(address, {**sent, "seen": refused.context["seen"]})
    assert "n’attend plus de décision" in text(gone)


def test_an_amount_that_no_delegation_reaches_is_refused_at_once_beside_it(campaign: Campaign) -> None:
    files = [campaign.file(ApplicationState.REVIEW, organisation=None) for _ in range(MANY)]
    campaign.call.roles.filter(name="signatory").update(most_cents=1_000_000)
    address = reverse("calls:draft_decisions", args=[campaign.call.key])
    sent = {"applications": [one.public_id for one in files], "reasons": "Retenu.", "advice": "Bravo."}
    wrong = {"retained": "ne va jusqu’à", "rejected": "n’accompagne qu’une décision favorable"}
    for outcome, why in wrong.items():
        refused = post_as_shown(browser(campaign.officer), address, {**sent, "outcome": outcome, "amount": "20 000"})
        assert refused.status_code == 422
        assert why in refused.context["form"].errors["amount"][0]
        assert "Bravo." in text(refused)
    assert not Lot.objects.exists()


def test_a_letter_is_not_signed_with_an_opinion_that_its_signatory_did_not_read(
    campaign: Campaign, perform: Perform
) -> None:
    letters = drafted(campaign, 2)
    at = timezone.now()
    asking = {"who": "Service fictif", "email": "avis@service.example", "question": "Connu ?"}
    opinion = perform(
        ask_opinion,
        application=letters[0].application,
        due_on=timezone.localdate() + timedelta(days=9),
        by=campaign.officer,
        at=at,
        **asking,
    )
    signing = {"act": LetterAct.SIGN, "call": campaign.call, "by": campaign.signatory, "at": at}
    lot = perform(operations.ask_letters, letters=letters, **signing)
    given = {"sense": OpinionSense.UNFAVOURABLE, "words": "Non.", "author": "Cléo Exemple", "document": None}
    perform(answer_opinion, opinion=opinion, by=SERVICE, at=at, **given)
    lots.carry(lot.pk)
    assert (
        lot.files.get(application=letters[0].application).why
        == "Ce courrier a changé depuis que vous l’avez lu : relisez-le."
    )
    assert list(Decision.objects.signed()) == [letters[1]]


def test_a_lot_that_no_worker_began_is_taken_up(campaign: Campaign, perform: Perform) -> None:
    lot = asked(perform, campaign, [campaign.file(ApplicationState.SUBMITTED)])
    assert of(lot).state(timezone.now()) == LotState.WAITING
    Lot.objects.update(asked_at=timezone.now() - LOT_IS_LOST - timedelta(minutes=1))
    assert of(lot).state(timezone.now()) == LotState.LOST
    client, page = browser(campaign.officer), reverse("calls:lot_page", args=[lot.public_id])
    assert "s’est interrompu" in text(client.get(page))
    assert client.post(page).status_code == 302
    assert ProcrastinateJob.objects.filter(task_name=operations.CARRY).count() == 2


def test_nothing_is_asked_for_no_letter_and_a_letter_is_once_in_a_lot(campaign: Campaign, perform: Perform) -> None:
    ask = {"act": LetterAct.SIGN, "call": campaign.call, "by": campaign.signatory, "at": timezone.now()}
    with pytest.raises(Refused, match="Choisissez"):
        perform(operations.ask_letters, letters=[], **ask)
    letters = drafted(campaign, 2)
    first = perform(operations.ask_letters, letters=letters, **ask)
    assert perform(operations.ask_letters, letters=letters, **ask) == first
    assert LotFile.objects.count() == 2


@pytest.mark.parametrize("count", [2, MANY])
@pytest.mark.parametrize("what", ["decision", "opinion"])
def test_a_letter_that_changed_since_the_page_was_opened_is_not_signed_unread(
    count: int, what: str, campaign: Campaign
) -> None:
    letters = drafted(campaign, count)
    asked = Opinion.objects.create(
        application=letters[0].application,
        who="Direction fictive",
        email="avis@region.example",
        question="Est-ce connu ?",
        asked_at=timezone.now(),
        asked_by=campaign.officer,
        due_on=timezone.localdate() + timedelta(days=30),
        remind_on=timezone.localdate() + timedelta(days=20),
    )
    client, address = browser(campaign.signatory), reverse("calls:sign_letters", args=[campaign.call.key])

    def sent() -> dict[str, Any]:
        page = client.get(address).text
        (seen,) = re.findall(r'name="seen" value="([\w: ]+)"', page)
        assert len(seen.split()) == count
        return {"seen": seen, "decisions": [str(one.pk) for one in letters]}

    read = sent()
    if what == "decision":
        Decision.objects.filter(pk=letters[0].pk).update(outcome=DecisionOutcome.REJECTED, reasons="Écarté.")
    else:
        Opinion.objects.filter(pk=asked.pk).update(
            sense="unfavourable", author="Cléo Exemple", given_on=timezone.localdate(), answered_at=timezone.now()
        )
    refused = client.post(address, read)
    assert refused.status_code == 422
    assert f"Dossier {letters[0].application.number} : Ce courrier a changé" in text(refused)
    assert not Decision.objects.signed().exists()
    assert not Lot.objects.exists()
    # Read again, it is signed.
    assert client.post(address, sent()).status_code == 302


def test_a_file_that_a_colleague_took_or_moved_since_the_list_was_read_is_read_again(campaign: Campaign) -> None:
    file = campaign.file(ApplicationState.SUBMITTED)
    address = f"{reverse('calls:lot')}?dossier={file.public_id}&acte="
    client = browser(campaign.officer)
    for act, change in (("prendre", {"officer": campaign.signatory}), ("recevables", {"state": "incomplete"})):
        (digest,) = re.findall(r'name="digest" value="(\w+)"', client.get(f"{address}{act}").text)
        Application.objects.filter(pk=file.pk).update(**change)
        refused = client.post(f"{address}{act}", {"digest": digest})
        assert refused.status_code == 422
        assert "Des dossiers ont changé" in text(refused)
    file.refresh_from_db()
    assert (file.state, file.officer) == ("incomplete", campaign.signatory)


def test_an_applicant_withdraws_a_file_whose_letter_is_in_a_lot(campaign: Campaign, perform: Perform) -> None:
    letters = drafted(campaign, MANY)
    ask = {"act": LetterAct.SIGN, "call": campaign.call, "letters": letters, "by": campaign.signatory}
    lot = perform(operations.ask_letters, **ask, at=timezone.now())

    def withdraws(decision: Decision) -> None:
        file = Application.objects.get(pk=decision.application_id)
        assert file.organisation
        by = factories.role(file.organisation, name=RoleName.REPRESENTATIVE).person
        done = perform(withdraw, application=file, reason="", by=by, at=timezone.now())
        assert done.state == ApplicationState.WITHDRAWN

    withdraws(letters[0])
    lots.carry(lot.pk)
    withdraws(letters[1])
    assert Decision.objects.signed().count() == MANY - 2
    page = browser(campaign.signatory).get(reverse("calls:lot_page", args=[lot.public_id]))
    assert "la candidature a été retirée" in text(page)
    assert f"{MANY - 1} courriers traités, 1 laissé de côté" in text(page)


def test_what_is_written_of_a_letter_while_the_worker_waits_for_its_file_is_read(
    together: Callable[..., list[Any]], perform: Perform
) -> None:
    def ask() -> tuple[int, int]:
        campaign = Campaign()
        letters = drafted(campaign, 1)
        asked = {"act": LetterAct.SIGN, "call": campaign.call, "letters": letters, "by": campaign.signatory}
        return perform(operations.ask_letters, **asked, at=timezone.now()).pk, letters[0].pk

    [(lot, letter)] = together(ask)

    def write() -> None:
        with transaction():
            decision = Decision.objects.get(pk=letter)
            Application.objects.select_for_update().get(pk=decision.application_id)
            held.set()
            time.sleep(1)
            Decision.objects.filter(pk=letter).update(outcome=DecisionOutcome.REJECTED, reasons="Écarté.")

    def work() -> None:
        held.wait(10)
        lots.carry(lot)

    held = Signal()
    together(write, work)
    assert together(lambda: Decision.objects.signed().exists()) == [False]
    assert together(lambda: LotFile.objects.get().why) == [
        "Ce courrier a changé depuis que vous l’avez lu : relisez-le."
    ]


# A real worker, killed


def take_up() -> int:
    """Give back to the queue what the dead worker held, as `config.tasks.take_up_stalled` does."""

    async def retry() -> int:
        stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=0)
        jobs = [job for job in stalled if job.task_name == operations.CARRY]
        for job in jobs:
            await app.job_manager.retry_job(job)
        return len(jobs)

    return async_to_sync(retry)()


def _worker() -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": url_of(str(connection.settings_dict["NAME"])),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot", "--queues", "default"],
        cwd=Path(__file__).resolve().parents[2],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.mark.parametrize("act", [LotAct.ADMIT, LetterAct.DRAFT])
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    act: LotAct | LetterAct, elsewhere: Callable[[Callable[[], Any]], Any], perform: Perform
) -> None:
    count = 150
    drafts = act == LetterAct.DRAFT

    def ask() -> Lot:
        campaign = Campaign()
        state = ApplicationState.REVIEW if drafts else ApplicationState.SUBMITTED
        files = [campaign.file(state, organisation=None) for _ in range(count)]
        if isinstance(act, LotAct):
            return asked(perform, campaign, files)
        says = {"outcome": DecisionOutcome.RETAINED, "reasons": "Retenu.", "advice": ""}
        given = {"call": campaign.call, "applications": files, "by": campaign.officer, "at": timezone.now()}
        lot: Lot = perform(operations.ask_drafts, **given, **says)
        return lot

    def told() -> tuple[int, int, int]:
        made = Decision.objects.all() if drafts else Notice.objects.filter(template="calls/admitted")
        return (
            LotFile.objects.filter(settled_at__isnull=False).count(),
            Event.objects.filter(code="calls.decision_drafted" if drafts else "calls.admitted").count(),
            made.count(),
        )

    elsewhere(ask)
    worker = _worker()
    limit = time.monotonic() + 90
    while elsewhere(told)[0] < 5 and time.monotonic() < limit:
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    output = worker.communicate(timeout=60)[0]
    assert worker.returncode == -9, output
    settled, admitted, notices = elsewhere(told)
    assert 5 <= settled < count
    assert settled == admitted == notices

    assert elsewhere(take_up) == 1
    second = _worker()
    output = second.communicate(timeout=120)[0]
    assert second.returncode == 0, output
    assert elsewhere(told) == (count, count, count)
    assert elsewhere(lambda: Lot.objects.get().ended_at) is not None
