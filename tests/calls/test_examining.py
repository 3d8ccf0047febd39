"""The service's side: completeness, admissibility, messages, what silence decides, appeals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls import tasks
from accelerator.calls.models import Application, Call, Decision
from accelerator.calls.operations.appeals import answer_appeal, file_appeal
from accelerator.calls.operations.applications import add_piece, withdraw
from accelerator.calls.operations.decisions import draft_decisions
from accelerator.calls.operations.examining import (
    admit,
    ask_pieces,
    begin_review,
    decide_by_silence,
    give_pieces,
    name_officer,
    write_message,
)
from accelerator.calls.purposes import _registered, purpose_of
from accelerator.calls.queries.desk import figures_of, files_of
from accelerator.calls.queries.receipt import receipt_of
from accelerator.calls.states import (
    AppealKind,
    AppealOutcome,
    ApplicationState,
    CallRoleName,
    DecisionKind,
    DecisionOutcome,
    Silence,
)
from accelerator.design.uploads import Document
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.journal.queries import history_of
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from tests import factories

PIECES = [{"name": "Les comptes 2025", "basis": "Règlement de l’appel, article 4"}]


def test_a_request_stops_the_clock_for_the_delay_granted(
    submitted: Application,
    officer: Person,
    representative: Person,
    document: Document,
    perform: Callable[..., Any],
    at: datetime,
    deliver: Callable[[], list[Any]],
) -> None:
    first, today = submitted.silence_on, timezone.localdate(at)
    assert first is not None
    deliver()
    perform(ask_pieces, application=submitted, pieces=PIECES, due_on=today + timedelta(days=15), by=officer, at=at)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.silence_on) == (ApplicationState.INCOMPLETE, first + timedelta(days=15))
    [mail] = deliver()
    assert "Les comptes 2025 (fondement : Règlement de l’appel, article 4)" in mail.body
    # The clock moves; what was acknowledged does not.
    texts = {line.label: line.text for line in receipt_of(submitted).lines}
    assert said(first) in texts["Si le service ne répond pas"]
    later = at + timedelta(days=5)
    with pytest.raises(Refused, match="au moins un fichier"):
        perform(give_pieces, application=submitted, by=representative, at=later)
    perform(add_piece, application=submitted, question="", document=document, by=representative, at=later)
    done = perform(give_pieces, application=submitted, by=representative, at=later)
    assert (done.state, done.silence_on) == (ApplicationState.SUBMITTED, first + timedelta(days=5))


def test_a_request_has_a_basis_and_a_day(
    submitted: Application, officer: Person, perform: Callable[..., Any], at: datetime
) -> None:
    due = timezone.localdate(at) + timedelta(days=15)
    for pieces in ([], [{"name": "Les comptes", "basis": " "}]):
        with pytest.raises(Refused, match="fondement"):
            perform(ask_pieces, application=submitted, pieces=pieces, due_on=due, by=officer, at=at)
    with pytest.raises(Refused, match="à venir"):
        perform(ask_pieces, application=submitted, pieces=PIECES, due_on=timezone.localdate(at), by=officer, at=at)
    for late in (timezone.localdate(at) + timedelta(days=366), date(9999, 12, 31)):
        with pytest.raises(Refused, match="Un an au plus"):
            perform(ask_pieces, application=submitted, pieces=PIECES, due_on=late, by=officer, at=at)


def test_admitting_an_incomplete_file_ends_the_request(
    submitted: Application, officer: Person, perform: Callable[..., Any], at: datetime
) -> None:
    first = submitted.silence_on
    due = timezone.localdate(at) + timedelta(days=15)
    perform(ask_pieces, application=submitted, pieces=PIECES, due_on=due, by=officer, at=at)
    done = perform(admit, application=submitted, by=officer, at=at)
    assert done.state == ApplicationState.ADMISSIBLE
    assert done.silence_on == first
    assert not done.requests.filter(ended_at__isnull=True).exists()
    assert perform(begin_review, application=done, by=officer, at=at).state == ApplicationState.REVIEW


def test_nobody_examines_their_own_file(
    submitted: Application, call: Call, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    factories.call_role(call, holder=representative)
    with pytest.raises(Refused, match="du côté de qui candidate"):
        perform(admit, application=submitted, by=representative, at=at)


def test_an_officer_of_other_places_is_a_stranger(
    submitted: Application, call: Call, perform: Callable[..., Any], at: datetime
) -> None:
    elsewhere = ["departement-2A"]
    other = factories.call_role(call, perimeter=elsewhere, perimeter_cover=elsewhere).person
    for person in (other, factories.call_role(call, name=CallRoleName.AUTHOR).person, factories.person()):
        with pytest.raises(Refused, match="instructeur de cet appel"):
            perform(admit, application=submitted, by=person, at=at)


def test_withdrawing_ends_what_was_asked_and_prepared(
    submitted: Application, officer: Person, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    perform(name_officer, application=submitted, officer=officer, by=officer, at=at)
    perform(
        draft_decisions,
        call=submitted.call,
        applications=[submitted],
        outcome=DecisionOutcome.REJECTED,
        reasons="Non.",
        advice="",
        by=officer,
        at=at,
    )
    done = perform(withdraw, application=submitted, reason="", by=representative, at=at)
    assert not done.decisions.exists()


def test_messages_go_both_ways(
    submitted: Application,
    officer: Person,
    representative: Person,
    perform: Callable[..., Any],
    at: datetime,
    deliver: Callable[[], list[Any]],
) -> None:
    perform(name_officer, application=submitted, officer=officer, by=officer, at=at)
    deliver()
    given = {"application": submitted, "document": None, "at": at}
    perform(write_message, text="Où en êtes-vous ?", by=representative, **given)
    perform(write_message, text="Bientôt.", by=officer, **given)
    assert [(mail.to[0], "Où en" in mail.body) for mail in deliver()] == [
        (officer.email, True),
        (representative.email, False),
    ]
    with pytest.raises(Refused):
        perform(write_message, text="Curieux", by=factories.person(), **given)


def test_as_long_as_a_file_is_nobodys_the_service_itself_is_told(
    submitted: Application,
    representative: Person,
    officer: Person,
    document: Document,
    perform: Callable[..., Any],
    at: datetime,
    deliver: Callable[[], list[Any]],
) -> None:
    service = [submitted.call.service_email]
    given: dict[str, Any] = {"application": submitted, "by": representative, "at": at}
    deliver()
    perform(write_message, text="Quand serons-nous lus ?", document=None, **given)
    (mail,) = deliver()
    assert (mail.to, "Quand serons-nous lus ?" in mail.body) == (service, True)
    due = timezone.localdate(at) + timedelta(days=15)
    perform(ask_pieces, application=submitted, pieces=PIECES, due_on=due, by=officer, at=at)
    perform(add_piece, question="", document=document, **given)
    deliver()
    perform(give_pieces, **given)
    assert [mail.to for mail in deliver()] == [service]
    perform(withdraw, reason="Nous renonçons.", **given)
    (mail,) = deliver()
    assert (mail.to, "Nous renonçons." in mail.body) == (service, True)


def test_a_draft_that_is_given_up_is_told_to_nobody(
    draft: Application,
    representative: Person,
    perform: Callable[..., Any],
    at: datetime,
    deliver: Callable[[], list[Any]],
) -> None:
    perform(withdraw, application=draft, reason="", by=representative, at=at)
    assert deliver() == []


def test_silence_decides_once_the_day_after_and_both_sides_are_told(
    submitted: Application,
    officer: Person,
    representative: Person,
    perform: Callable[..., Any],
    at: datetime,
    deliver: Callable[[], list[Any]],
) -> None:
    perform(name_officer, application=submitted, officer=officer, by=officer, at=at)
    deliver()
    day = timezone.localdate(at)
    Application.objects.filter(pk=submitted.pk).update(silence_on=day)
    assert tasks.silence(0) == 0
    Application.objects.filter(pk=submitted.pk).update(silence_on=day - timedelta(days=1))
    assert tasks.silence(0) == 1
    assert tasks.silence(0) == 0
    decision = submitted.decisions.get()
    assert (decision.kind, decision.outcome) == (DecisionKind.IMPLICIT, DecisionOutcome.REJECTED)
    assert "CRPA L231-4" in decision.reasons
    assert {mail.to[0] for mail in deliver()} == {officer.email, representative.email}
    event = Event.objects.get(code="calls.silence_decided")
    assert event.actor == "system:legal-clock"
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.SUBMITTED
    # Silence stops nobody from deciding.
    perform(admit, application=submitted, by=officer, at=at)


def _failing(submitted: Application, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    """What follows from the decision of this file fails."""

    def on_decided(*, application: Application, **_: Any) -> None:
        if application.pk == submitted.pk:
            raise fault

    purpose = purpose_of(submitted.call.purpose)
    monkeypatch.setitem(_registered, purpose.code, replace(purpose, on_decided=on_decided))


def test_a_file_that_silence_may_not_decide_is_left_aside_and_tried_again_the_next_night(
    submitted: Application, officer: Person, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = timezone.localdate(at) - timedelta(days=1)
    other = factories.call_application(submitted.version, state=ApplicationState.SUBMITTED, silence_on=yesterday)
    Application.objects.filter(pk=submitted.pk).update(silence_on=yesterday)
    with monkeypatch.context() as patched:
        _failing(submitted, patched, Refused("Le projet n’existe plus."))
        assert (tasks.silence(0), tasks.silence(0)) == (1, 0)
    assert (submitted.decisions.count(), other.decisions.count()) == (0, 1)
    submitted.refresh_from_db()
    assert submitted.to_take_up == "Le projet n’existe plus."
    assert Event.objects.get(code="calls.left_aside").actor == "system:legal-clock"
    assert not history_of(submitted).filter(code="calls.silence_decided").exists()
    assert figures_of(files_of(officer), timezone.localdate(at)).to_take_up == 1
    assert tasks.silence(0) == 1
    submitted.refresh_from_db()
    assert (submitted.to_take_up, submitted.decisions.count()) == ("", 1)


def test_a_file_that_silence_cannot_decide_keeps_no_other_waiting(
    submitted: Application, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = timezone.localdate(at) - timedelta(days=1)
    other = factories.call_application(submitted.version, state=ApplicationState.SUBMITTED, silence_on=yesterday)
    Application.objects.filter(pk=submitted.pk).update(silence_on=yesterday)
    _failing(submitted, monkeypatch, ValueError("La base ne répond pas."))
    with pytest.raises(ExceptionGroup, match="1 could not be") as raised:
        tasks.silence(0)
    assert raised.value.exceptions[0].__notes__ == [f"calls.application:{submitted.pk}"]
    assert (submitted.decisions.count(), other.decisions.count()) == (0, 1)


def test_silence_accepts_where_the_call_says_so(
    submitted: Application, call: Call, perform: Callable[..., Any], at: datetime
) -> None:
    Call.objects.filter(pk=call.pk).update(silence=Silence.ACCEPTANCE)
    Application.objects.filter(pk=submitted.pk).update(silence_on=timezone.localdate(at) - timedelta(days=1))
    decision = perform(decide_by_silence, application=submitted, by=System("legal-clock"), at=at)
    assert decision.outcome == DecisionOutcome.RETAINED


@pytest.fixture
def notified(
    submitted: Application, officer: Person, call: Call, perform: Callable[..., Any], at: datetime
) -> Application:
    signatory = factories.call_role(call, name=CallRoleName.SIGNATORY)
    Decision.objects.create(
        application=submitted,
        outcome=DecisionOutcome.REJECTED,
        reasons="Le modèle n’est pas encore éprouvé.",
        signatory=signatory,
        drafted_at=at,
        drafted_by=officer,
        signed_at=at,
        notified_at=at,
    )
    Application.objects.filter(pk=submitted.pk).update(state=ApplicationState.NOTIFIED)
    submitted.refresh_from_db()
    return submitted


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(AppealOutcome.UPHELD, ApplicationState.NOTIFIED), (AppealOutcome.RECONSIDERED, ApplicationState.REVIEW)],
)
def test_an_appeal_is_answered_with_reasons(
    notified: Application,
    officer: Person,
    representative: Person,
    outcome: AppealOutcome,
    state: ApplicationState,
    perform: Callable[..., Any],
    at: datetime,
) -> None:
    given = {"application": notified, "kind": AppealKind.GRACIEUX, "by": representative, "at": at}
    with pytest.raises(Refused, match="pourquoi"):
        perform(file_appeal, grounds=" ", **given)
    appeal = perform(file_appeal, grounds="Deux territoires le montrent.", **given)
    assert appeal.due_on > timezone.localdate(at)
    desk = files_of(officer)
    assert [one.due_on for one in desk] == [appeal.due_on]
    figures = [figures_of(desk, appeal.due_on + timedelta(days=days)) for days in (-30, -1, 1)]
    assert [(one.waiting, one.soon, one.late) for one in figures] == [(1, 0, 0), (1, 1, 0), (1, 0, 1)]
    with pytest.raises(Refused, match="un à la fois"):
        perform(file_appeal, grounds="Encore.", **given)
    with pytest.raises(Refused, match="motivée"):
        perform(answer_appeal, application=notified, outcome=outcome, answer="", by=officer, at=at)
    perform(answer_appeal, application=notified, outcome=outcome, answer="Examiné à nouveau.", by=officer, at=at)
    notified.refresh_from_db()
    assert notified.state == state
