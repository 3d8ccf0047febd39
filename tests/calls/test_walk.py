"""Files walked at random through their states, by the operations: what never happens on the way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelerator.accounts.models import Person, new_public_id
from accelerator.calls.models import Appeal, Decision
from accelerator.calls.operations import appeals, applications, decisions, examining
from accelerator.calls.queries.timing import clock_of
from accelerator.calls.remedies import remedies_on
from accelerator.calls.states import (
    PENDING,
    TRANSITIONS,
    AppealKind,
    AppealOutcome,
    ApplicationState,
    CallRoleName,
    DecisionKind,
    DecisionOutcome,
)
from accelerator.design.uploads import Document
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.journal.types import ref
from accelerator.workflow import Refused, transaction
from tests import factories
from tests.calls.conftest import ANSWERS, ELIGIBILITY, FORM

PIECES = [{"name": "Comptes", "basis": "Article 4"}]
EXITS = {state: {one.name for one in TRANSITIONS if state in one.sources} for state in ApplicationState.values}


class Walk:
    """One file, its two sides, and time that goes on."""

    def __init__(self, document: Document) -> None:
        at = timezone.now()
        remedies = [one.to_json() for one in remedies_on(timezone.localdate(at))]
        call = factories.call(silence_source={"law": "CRPA"}, remedies=remedies)
        version = factories.call_version(call, form=FORM, eligibility=ELIGIBILITY)
        self.officer = factories.call_role(call).person
        self.signatory = factories.call_role(call, name=CallRoleName.SIGNATORY)
        # Of another domain than those who judge: they have no link.
        self.applicant = factories.person(email=f"{new_public_id()}@candidats.example")
        self.document = document
        self.at = at
        self.refusals: list[str] = []
        self.file = factories.call_application(version, person=self.applicant, answers=ANSWERS)
        self._do(
            applications.add_piece,
            application=self.file,
            question="statutes",
            document=document,
            by=self.applicant,
            at=self.at,
        )

    def _do(self, operation: Callable[..., Any], **given: Any) -> None:
        with transaction():
            operation(**given)

    def _mine(self, operation: Callable[..., Any], by: Person, **more: Any) -> None:
        self._do(operation, application=self.file, by=by, at=self.at, **more)

    def step(self, name: str) -> None:
        """Try one thing; a refusal is an ordinary answer."""
        self.at += timedelta(days=1)
        due = timezone.localdate(self.at) + timedelta(days=7)
        steps: dict[str, Callable[[], None]] = {
            "submit": lambda: self._mine(applications.submit, self.applicant),
            "ask": lambda: self._mine(examining.ask_pieces, self.officer, pieces=PIECES, due_on=due),
            "add": lambda: self._mine(applications.add_piece, self.applicant, question="", document=self.document),
            "give": lambda: self._mine(examining.give_pieces, self.applicant),
            "admit": lambda: self._mine(examining.admit, self.officer),
            "review": lambda: self._mine(examining.begin_review, self.officer),
            "draft": lambda: self._draft(DecisionOutcome.REJECTED),
            "retain": lambda: self._draft(DecisionOutcome.RETAINED),
            "sign": lambda: self._letter(decisions.sign_decisions, by=self.signatory.person),
            "undo": self._undo,
            "notify": lambda: self._letter(decisions.notify_decisions, by=self.officer),
            "withdraw": lambda: self._mine(applications.withdraw, self.applicant, reason=""),
            "appeal": lambda: self._mine(
                appeals.file_appeal, self.applicant, kind=AppealKind.GRACIEUX, grounds="Voyez encore."
            ),
            "uphold": lambda: self._mine(
                appeals.answer_appeal, self.officer, outcome=AppealOutcome.UPHELD, answer="Maintenu."
            ),
            "reconsider": lambda: self._mine(
                appeals.answer_appeal, self.officer, outcome=AppealOutcome.RECONSIDERED, answer="Repris."
            ),
            "silence": self._silence,
            "late": self._silence_on_appeals,
            "wait": lambda: None,
        }
        try:
            steps[name]()
        except Refused as refusal:
            self.refusals.append(refusal.message)
        except (Decision.DoesNotExist, Appeal.DoesNotExist):
            return
        self.file.refresh_from_db()

    def _draft(self, outcome: DecisionOutcome) -> None:
        verdict = {"outcome": outcome, "reasons": "Lu et relu.", "advice": ""}
        lot = {"call": self.file.call, "applications": [self.file], "by": self.officer, "at": self.at}
        self._do(decisions.draft_decisions, **lot, **verdict)

    def _prepared(self) -> Decision:
        return Decision.objects.select_related("application__call").get(application=self.file, notified_at=None)

    def _letter(self, operation: Callable[..., Any], by: Person) -> None:
        self._do(operation, call=self.file.call, decisions=[self._prepared()], by=by, at=self.at)

    def _undo(self) -> None:
        self._do(decisions.undo_decision, decision=self._prepared(), reason="Une erreur.", by=self.officer, at=self.at)

    def _silence(self) -> None:
        self.at += timedelta(days=62)
        with transaction():
            examining.decide_by_silence(application=self.file, by=System("legal-clock"), at=self.at)

    def _silence_on_appeals(self) -> None:
        appeal = Appeal.objects.in_progress().get(application=self.file)
        self.at += timedelta(days=62)
        with transaction():
            assert appeals.reject_by_silence(appeal=appeal, by=System("legal-clock"), at=self.at) == appeal

    def look(self) -> None:
        """What holds at every step."""
        file = self.file
        assert all(said.endswith((".", "!", "?")) for said in self.refusals)
        assert EXITS[file.state] or file.state == ApplicationState.WITHDRAWN
        events = Event.objects.filter(about__contains=[ref(file)])
        assert all(event.actor for event in events)
        for decision in Decision.objects.filter(application=file):
            assert decision.reasons
            assert decision.kind == DecisionKind.IMPLICIT or decision.drafted_by is not None
        assert file.requests.filter(ended_at__isnull=True).count() == (file.told_state == ApplicationState.INCOMPLETE)
        self._look_at_appeals()
        if file.state in (ApplicationState.DRAFT, ApplicationState.WITHDRAWN):
            return
        assert file.number
        assert file.received_on
        clock = clock_of(file.call, file.received_on, file.requests.order_by("asked_at"))
        assert file.silence_on == clock.silence_on

    def _look_at_appeals(self) -> None:
        """One decision stands at most, and what contests it has an answer to wait for, or one that is written."""
        file = self.file
        stands = file.decisions.notified().first()
        waiting = list(file.appeals.in_progress().select_related("decision"))
        assert len(waiting) <= 1
        if file.state in (ApplicationState.NOTIFIED, ApplicationState.APPEALED):
            assert stands is not None
            # What silence decided never takes a file out of its examination.
            assert stands.kind == DecisionKind.EXPRESS
            assert stands.signatory is not None
            assert stands.outcome == DecisionOutcome.RETAINED or stands.letter["last_days"]
        assert (file.state == ApplicationState.APPEALED) == any(
            one.decision.kind == DecisionKind.EXPRESS for one in waiting
        )
        for appeal in file.appeals.select_related("decision__replaced_by"):
            assert appeal.decision.notified_at
            assert not appeal.answered_at or (appeal.answer and appeal.answered_by)
            if appeal.decision.replaced_by is not None or file.state == ApplicationState.WITHDRAWN:
                assert appeal.answered_at, "un recours contre ce qui n’est plus attend une réponse"
        for appeal in waiting:
            assert appeal.decision == stands
            assert appeal.decision.kind == DecisionKind.EXPRESS or file.state in PENDING
        if prepared := file.decisions.filter(signed_at__isnull=False, notified_at__isnull=True).first():
            assert (file.state, prepared.kind) == (ApplicationState.DECIDED, DecisionKind.EXPRESS)


NAMES = (
    *("ask", "add", "give", "admit", "review", "withdraw", "wait"),
    *("draft", "draft", "retain", "sign", "sign", "undo", "notify", "notify"),
    *("silence", "appeal", "appeal", "late", "uphold", "reconsider"),
)
# Where most can happen: contested, decided, both, in one order and the other.
BEGINNINGS = (
    (),
    ("silence", "appeal"),
    ("draft", "sign", "notify", "appeal"),
    ("draft", "silence", "appeal", "sign"),
    ("draft", "sign", "silence", "appeal"),
    ("silence", "appeal", "late"),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(beginning=st.sampled_from(BEGINNINGS), names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=14))
def test_a_file_never_loses_its_way(
    beginning: tuple[str, ...], names: list[str], document: Document, tmp_path: Path
) -> None:
    with override_settings(MEDIA_ROOT=tmp_path):
        walk = Walk(document)
        for name in ("submit", *beginning, *names):
            walk.step(name)
            walk.look()


COMBINED = ("silence", "appeal", "draft", "sign", "undo", "notify", "withdraw")


@pytest.mark.parametrize("names", [pytest.param(one, id="-".join(one)) for one in permutations(COMBINED, 4)][::14])
def test_silence_appeals_decisions_and_withdrawals_combine(
    names: tuple[str, ...], document: Document, tmp_path: Path
) -> None:
    """In one order or another: a draw of the 840 orders of four, the random walk goes through longer ones."""
    with override_settings(MEDIA_ROOT=tmp_path):
        walk = Walk(document)
        walk.step("submit")
        for name in names:
            walk.step(name)
            walk.look()


@pytest.mark.parametrize("beginning", BEGINNINGS, ids="-".join)
def test_each_beginning_is_reached(beginning: tuple[str, ...], document: Document, tmp_path: Path) -> None:
    """The walk is not made of refusals."""
    with override_settings(MEDIA_ROOT=tmp_path):
        walk = Walk(document)
        for name in ("submit", *beginning):
            walk.step(name)
            walk.look()
        assert walk.refusals == []


def test_every_walk_ends_somewhere_for_the_applicant(at: datetime) -> None:
    """From every state, a path of the table leads to where the applicant is told, or has withdrawn."""
    told = {ApplicationState.NOTIFIED.value, ApplicationState.WITHDRAWN.value}
    for start in ApplicationState.values:
        reached, frontier = {start}, {start}
        while frontier:
            frontier = {one.target for one in TRANSITIONS if one.sources & frontier} - reached
            reached |= frontier
        assert reached & told, start
