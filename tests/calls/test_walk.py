"""Files walked at random through their states, by the operations: what never happens on the way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelerator.accounts.models import Person
from accelerator.calls.models import Decision
from accelerator.calls.operations import applications, examining
from accelerator.calls.operations.decisions import draft_decisions
from accelerator.calls.states import (
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
        call = factories.call(silence_source={"law": "CRPA"})
        version = factories.call_version(call, form=FORM, eligibility=ELIGIBILITY)
        self.officer = factories.call_role(call).person
        self.signatory = factories.call_role(call, name=CallRoleName.SIGNATORY)
        self.applicant = factories.person()
        self.document = document
        self.at = timezone.now()
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
            "draft": self._draft,
            "withdraw": lambda: self._mine(applications.withdraw, self.applicant, reason=""),
            "appeal": lambda: self._mine(
                examining.file_appeal, self.applicant, kind=AppealKind.GRACIEUX, grounds="Voyez encore."
            ),
            "uphold": lambda: self._mine(
                examining.answer_appeal, self.officer, outcome=AppealOutcome.UPHELD, answer="Maintenu."
            ),
            "reconsider": lambda: self._mine(
                examining.answer_appeal, self.officer, outcome=AppealOutcome.RECONSIDERED, answer="Repris."
            ),
            "silence": self._silence,
            "wait": lambda: None,
        }
        try:
            steps[name]()
        except Refused as refusal:
            self.refusals.append(refusal.message)
        self.file.refresh_from_db()

    def _draft(self) -> None:
        verdict = {"outcome": DecisionOutcome.REJECTED, "reasons": "Pas encore mûr.", "advice": ""}
        lot = {"call": self.file.call, "applications": [self.file], "by": self.officer, "at": self.at}
        self._do(draft_decisions, **lot, **verdict)

    def _silence(self) -> None:
        self.at += timedelta(days=45)
        with transaction():
            examining.decide_by_silence(application=self.file, by=System("legal-clock"), at=self.at)

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
        assert file.requests.filter(ended_at__isnull=True).count() == (file.state == ApplicationState.INCOMPLETE)
        if file.state in (ApplicationState.DRAFT, ApplicationState.WITHDRAWN):
            return
        assert file.number
        assert file.received_on
        clock = examining.clock_of(file.call, file.received_on, file.requests.order_by("asked_at"))
        assert file.silence_on == clock.silence_on


NAMES = (
    *("submit", "ask", "add", "give", "admit", "review", "draft", "withdraw", "appeal", "uphold", "reconsider"),
    *("silence", "wait"),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=14))
def test_a_file_never_loses_its_way(names: list[str], document: Document, tmp_path: Path) -> None:
    with override_settings(MEDIA_ROOT=tmp_path):
        walk = Walk(document)
        walk.step("submit")
        for name in names:
            walk.step(name)
            walk.look()


def test_every_walk_ends_somewhere_for_the_applicant(at: datetime) -> None:
    """From every state, a path of the table leads to where the applicant is told, or has withdrawn."""
    told = {ApplicationState.NOTIFIED.value, ApplicationState.WITHDRAWN.value}
    for start in ApplicationState.values:
        reached, frontier = {start}, {start}
        while frontier:
            frontier = {one.target for one in TRANSITIONS if one.sources & frontier} - reached
            reached |= frontier
        assert reached & told, start
