"""Appeals: against a decision, against silence; what silence does of an appeal; what ends it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts.models import new_public_id
from accelerator.calls import tasks
from accelerator.calls.models import Appeal, Application, Call, Decision
from accelerator.calls.operations import decisions as deciding
from accelerator.calls.operations.appeals import answer_appeal, file_appeal, reject_by_silence
from accelerator.calls.operations.applications import withdraw
from accelerator.calls.operations.examining import decide_by_silence
from accelerator.calls.queries.appeals import shown_appeals
from accelerator.calls.queries.desk import files_of
from accelerator.calls.remedies import remedies_on
from accelerator.calls.states import (
    AppealKind,
    AppealOutcome,
    ApplicationState,
    DecisionKind,
    DecisionOutcome,
    DecisionState,
)
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from tests import factories
from tests.calls.judging import Campaign
from tests.client import HostileClient

Perform = Callable[..., Any]
CLOCK = System("legal-clock")


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


class Contested:
    """A file of a person, its campaign, and an appeal of it."""

    def __init__(self, perform: Perform, at: datetime, **values: Any) -> None:
        self.campaign = Campaign()
        Call.objects.filter(pk=self.campaign.call.pk).update(
            remedies=[one.to_json() for one in remedies_on(timezone.localdate(at))], **values
        )
        self.campaign.call.refresh_from_db()
        # Of another domain than those who judge: they have no link.
        self.applicant = factories.person(email=f"{new_public_id()}@candidats.example")
        self.perform, self.at = perform, at
        self.file = self.campaign.file(
            ApplicationState.REVIEW,
            person=self.applicant,
            organisation=None,
            silence_on=timezone.localdate(at) - timedelta(days=1),
        )

    def silence(self) -> Decision:
        decision: Decision = self.perform(decide_by_silence, application=self.file, by=CLOCK, at=self.at)
        return decision

    def appeal(self, kind: AppealKind = AppealKind.GRACIEUX) -> Appeal:
        made: Appeal = self.perform(
            file_appeal, application=self.file, kind=kind, grounds="Lisez-nous.", by=self.applicant, at=self.at
        )
        return made

    def draft(self, outcome: DecisionOutcome = DecisionOutcome.REJECTED) -> Decision:
        given = {"call": self.campaign.call, "applications": [self.file], "advice": "", "by": self.campaign.officer}
        (made,) = self.perform(
            deciding.draft_decisions, outcome=outcome, reasons="Le modèle n’est pas prouvé.", at=self.at, **given
        )
        decision: Decision = made
        return decision

    def sign(self, decision: Decision) -> None:
        given = {"call": self.campaign.call, "decisions": [decision], "at": self.at}
        self.perform(deciding.sign_decisions, by=self.campaign.signatory, **given)

    def notify(self, decision: Decision) -> None:
        given = {"call": self.campaign.call, "decisions": [decision], "at": self.at}
        self.perform(deciding.notify_decisions, by=self.campaign.officer, **given)

    def told(self) -> Decision:
        decision = self.draft()
        self.sign(decision)
        self.notify(decision)
        return decision

    def answer(self, outcome: AppealOutcome) -> Appeal:
        given = {"answer": "Examiné de nouveau.", "by": self.campaign.officer, "at": self.at}
        made: Appeal = self.perform(answer_appeal, application=self.file, outcome=outcome, **given)
        return made

    @property
    def state(self) -> str:
        return Application.objects.get(pk=self.file.pk).state

    @property
    def events(self) -> list[str]:
        return list(Event.objects.filter(code__startswith="calls.").order_by("pk").values_list("code", flat=True))


@pytest.fixture
def contested(perform: Perform, at: datetime) -> Contested:
    return Contested(perform, at)


# Against silence


@pytest.mark.parametrize("prepared", ["nothing", "drafted", "signed"])
@pytest.mark.parametrize("outcome", [DecisionOutcome.REJECTED, DecisionOutcome.RETAINED])
def test_a_decision_that_is_told_replaces_silence_and_answers_its_appeal(
    contested: Contested, prepared: str, outcome: DecisionOutcome
) -> None:
    silence = contested.silence()
    decision = contested.draft(outcome) if prepared != "nothing" else None
    if decision and prepared == "signed":
        contested.sign(decision)
    before = contested.state
    appeal = contested.appeal()
    # It stops nothing, and erases nothing.
    assert contested.state == before
    assert Decision.objects.filter(application=contested.file).count() == (1 if decision is None else 2)
    decision = decision or contested.draft(outcome)
    if prepared != "signed":
        contested.sign(decision)
    assert Appeal.objects.in_progress().get() == appeal
    contested.notify(decision)
    silence.refresh_from_db()
    appeal.refresh_from_db()
    assert contested.state == ApplicationState.NOTIFIED
    assert (silence.state, silence.replaced_by) == (DecisionState.REPLACED, decision)
    assert (appeal.outcome, appeal.answered_by) == (AppealOutcome.REPLACED, contested.campaign.officer)
    assert contested.events[-2:] == ["calls.notified", "calls.appeal_replaced"]
    told = Notice.objects.get(template="calls/decision_notified")
    assert told.email == contested.applicant.email
    assert "remplace celle que le silence du service avait fait naître, et répond à votre recours gracieux" in told.body
    # The remedies of the new decision run: it is contested in turn.
    assert contested.appeal().decision == decision
    assert contested.state == ApplicationState.APPEALED


def test_a_signature_undone_leaves_the_appeal_in_progress(contested: Contested, perform: Perform) -> None:
    contested.silence()
    decision = contested.draft()
    contested.sign(decision)
    contested.appeal()
    assert contested.state == ApplicationState.DECIDED
    perform(
        deciding.undo_decision,
        decision=decision,
        reason="Une erreur de plume.",
        by=contested.campaign.officer,
        at=contested.at,
    )
    assert contested.state == ApplicationState.REVIEW
    assert Appeal.objects.in_progress().count() == 1
    contested.sign(decision)
    contested.notify(decision)
    assert Appeal.objects.in_progress().count() == 0


@pytest.mark.parametrize("outcome", [AppealOutcome.UPHELD, AppealOutcome.RECONSIDERED])
def test_silence_is_upheld_by_a_decision_and_nothing_less(contested: Contested, outcome: AppealOutcome) -> None:
    contested.silence()
    contested.appeal()
    with pytest.raises(Refused, match="y répondre, maintenir compris, c’est décider"):
        contested.answer(outcome)
    assert contested.state == ApplicationState.REVIEW
    decision = contested.told()
    assert (decision.kind, decision.reasons != "") == (DecisionKind.EXPRESS, True)
    kept = Decision.objects.get(pk=decision.pk)
    assert kept.signatory is not None
    assert kept.letter["remedies"]
    assert kept.letter["last_days"]


@pytest.mark.parametrize("prepared", ["nothing", "drafted", "signed"])
def test_withdrawing_ends_an_appeal_against_silence(contested: Contested, perform: Perform, prepared: str) -> None:
    contested.silence()
    appeal = contested.appeal()
    if prepared != "nothing":
        decision = contested.draft()
        if prepared == "signed":
            contested.sign(decision)
    perform(withdraw, application=contested.file, reason="", by=contested.applicant, at=contested.at)
    appeal.refresh_from_db()
    assert (contested.state, appeal.outcome) == (ApplicationState.WITHDRAWN, AppealOutcome.WITHDRAWN)
    assert [one.kind for one in contested.file.decisions.all()] == [DecisionKind.IMPLICIT]
    assert "calls.appeal_dropped" in contested.events
    Appeal.objects.update(due_on=timezone.localdate(contested.at) - timedelta(days=1))
    assert tasks.silent_on_appeals(0) == 0


def test_one_appeal_at_a_time_against_what_stands(contested: Contested) -> None:
    with pytest.raises(Refused, match="décision notifiée"):
        contested.appeal()
    contested.silence()
    with pytest.raises(Refused, match="devant le juge"):
        contested.appeal(AppealKind.CONTENTIEUX)
    contested.appeal()
    with pytest.raises(Refused, match="un à la fois"):
        contested.appeal()


def test_two_appeals_sent_at_once_are_one(together: Callable[..., list[Any]], perform: Perform) -> None:
    def prepare() -> Contested:
        made = Contested(perform, timezone.now())
        made.silence()
        return made

    (contested,) = together(prepare)
    results = together(contested.appeal, contested.appeal)
    assert sorted(type(one).__name__ for one in results) == ["Appeal", "Refused"]


def test_an_appeal_and_a_notification_at_once(together: Callable[..., list[Any]], perform: Perform) -> None:
    """Filed first, it is answered; told first, the appeal contests the new decision: no appeal is left on silence."""

    def prepare() -> tuple[Contested, Decision]:
        made = Contested(perform, timezone.now())
        made.silence()
        decision = made.draft()
        made.sign(decision)
        return made, decision

    contested, decision = together(prepare)[0]
    together(contested.appeal, lambda: contested.notify(decision))
    appeals = together(lambda: list(Appeal.objects.select_related("decision")))[0]
    open_on = [one.decision.kind for one in appeals if one.answered_at is None]
    assert DecisionKind.IMPLICIT not in open_on
    (state,) = together(lambda: contested.state)
    assert state == (ApplicationState.APPEALED if open_on else ApplicationState.NOTIFIED)


# Silence on an appeal


@pytest.mark.parametrize("against", ["decision", "silence"])
def test_silence_kept_on_an_appeal_rejects_it_once_and_says_what_is_left(
    contested: Contested, against: str, deliver: Callable[[], list[Any]]
) -> None:
    if against == "decision":
        contested.told()
    else:
        contested.silence()
    appeal = contested.appeal()
    due = timezone.localdate(contested.at)
    deliver()
    Appeal.objects.update(due_on=due)
    assert tasks.silent_on_appeals(0) == 0
    due -= timedelta(days=1)
    Appeal.objects.update(due_on=due)
    assert (tasks.silent_on_appeals(0), tasks.silent_on_appeals(0)) == (1, 0)
    event = Event.objects.get(code="calls.appeal_silent")
    assert event.actor == "system:legal-clock"
    expected = ApplicationState.NOTIFIED if against == "decision" else ApplicationState.REVIEW
    assert contested.state == expected
    mails = {mail.to[0]: mail.body for mail in deliver()}
    assert set(mails) == {contested.applicant.email, contested.campaign.call.service_email}
    judge = remedies_on(due)[2]
    last_day = f"jusqu’au {said(judge.last_day(due))} inclus"
    for words in ("le rejette (code des relations", "tribunal administratif", last_day):
        assert words in mails[contested.applicant.email].replace("\n", " ")
    (shown,) = shown_appeals(Application.objects.get(pk=contested.file.pk))
    assert last_day in shown.left[0]
    appeal.refresh_from_db()
    assert appeal.silent_at is not None


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(AppealOutcome.UPHELD, ApplicationState.NOTIFIED), (AppealOutcome.RECONSIDERED, ApplicationState.REVIEW)],
)
def test_an_answer_that_comes_late_replaces_what_silence_made_of_the_appeal(
    contested: Contested, outcome: AppealOutcome, state: str
) -> None:
    contested.told()
    appeal = contested.appeal()
    Appeal.objects.update(due_on=timezone.localdate(contested.at) - timedelta(days=1))
    tasks.silent_on_appeals(0)
    assert contested.answer(outcome) == appeal
    assert contested.state == state
    with pytest.raises(Refused, match="n’attend de réponse"):
        contested.answer(outcome)
    mail = Notice.objects.get(template="calls/appeal_answered")
    assert ("tribunal administratif" in mail.body) == (outcome == AppealOutcome.UPHELD)


def test_a_decision_that_comes_late_answers_an_appeal_that_silence_rejected(contested: Contested) -> None:
    contested.silence()
    appeal = contested.appeal()
    Appeal.objects.update(due_on=timezone.localdate(contested.at) - timedelta(days=1))
    tasks.silent_on_appeals(0)
    contested.told()
    appeal.refresh_from_db()
    assert appeal.outcome == AppealOutcome.REPLACED


def test_silence_rejects_no_appeal_where_the_code_does_not_apply(perform: Perform, at: datetime) -> None:
    contested = Contested(perform, at, crpa=False)
    contested.told()
    appeal = contested.appeal()
    Appeal.objects.update(due_on=timezone.localdate(at) - timedelta(days=1))
    assert tasks.silent_on_appeals(0) == 0
    assert perform(reject_by_silence, appeal=appeal, by=CLOCK, at=at) is None
    (shown,) = shown_appeals(Application.objects.get(pk=contested.file.pk))
    assert (shown.silence, shown.left) == ("", ())
    assert contested.answer(AppealOutcome.UPHELD).outcome == AppealOutcome.UPHELD


def test_an_answer_and_the_night_at_once(together: Callable[..., list[Any]], perform: Perform) -> None:
    """Both are written, whichever comes first: the answer stands."""

    def prepare() -> Contested:
        made = Contested(perform, timezone.now())
        made.told()
        made.appeal()
        Appeal.objects.update(due_on=timezone.localdate() - timedelta(days=1))
        return made

    (contested,) = together(prepare)
    together(lambda: tasks.silent_on_appeals(0), lambda: contested.answer(AppealOutcome.UPHELD))
    (appeal,) = together(Appeal.objects.get)
    assert appeal.outcome == AppealOutcome.UPHELD
    assert together(lambda: contested.state) == [ApplicationState.NOTIFIED]


# Last days


def test_a_decision_says_its_last_days_as_it_is_told(contested: Contested, client: HostileClient) -> None:
    decision = contested.draft()
    contested.sign(decision)
    signed = Decision.objects.get(pk=decision.pk).letter
    assert signed["last_days"] == []
    contested.notify(decision)
    told = Decision.objects.get(pk=decision.pk).letter
    assert {**told, "last_days": []} == signed
    today = timezone.localdate(contested.at)
    for remedy, words in zip(remedies_on(today), told["last_days"][1:], strict=True):
        assert words.endswith(f"jusqu’au {said(remedy.last_day(today))} inclus.")
    (mail,) = Notice.objects.filter(template="calls/decision_notified")
    client.force_login(contested.applicant)
    pages = [
        text(client.get(reverse(f"calls:{name}", args=[contested.file.public_id]))) for name in ("decision", "appeal")
    ]
    for shown in (mail.body, *pages):
        assert f"jusqu’au {said(remedies_on(today)[0].last_day(today))} inclus" in shown


def test_a_letter_that_leaves_on_paper_says_no_day_that_nobody_knows(contested: Contested) -> None:
    contested.file = contested.campaign.file(
        ApplicationState.REVIEW, person=None, organisation=None, origin="paper", paper={"name": "X", "address": "Y"}
    )
    letter = Decision.objects.get(pk=contested.told().pk).letter
    assert letter["remedies"]
    assert letter["last_days"] == []


def test_a_late_appeal_is_told_so_and_received(contested: Contested, client: HostileClient) -> None:
    decision = contested.told()
    Decision.objects.filter(pk=decision.pk).update(notified_at=contested.at - timedelta(days=90))
    client.force_login(contested.applicant)
    page = reverse("calls:appeal", args=[contested.file.public_id])
    assert "Le délai est passé" in text(client.get(page))
    client.post(page, {"kind": "gracieux", "grounds": "Nous étions loin."})
    assert Appeal.objects.get().decision == decision


# On the pages


def test_the_desk_finds_the_appeals_in_progress(contested: Contested, client: HostileClient) -> None:
    contested.silence()
    contested.appeal()
    other = contested.campaign.file(ApplicationState.REVIEW)
    officer = contested.campaign.officer
    client.force_login(officer)
    assert files_of(officer).count() == 2
    page = text(client.get(reverse("calls:desk"), {"delai": "recours"}))
    assert (contested.file.title in page, other.title in page) == (True, False)
    file = text(client.get(reverse("calls:file", args=[contested.file.public_id])))
    assert "Répondre au recours par une décision" in file
    draft = reverse("calls:draft_decision", args=[contested.campaign.call.key, contested.file.public_id])
    assert "Lisez-nous." in text(client.get(draft))
