"""The giving of files to reviewers walked at random: proposed, applied, taken back, topped up, links found mid-way."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accelerator.calls.models import Assignment, AssignmentQuerySet, Conflict, Reviewer
from accelerator.calls.operations import assigning, reviewing
from accelerator.calls.operations.applications import withdraw
from accelerator.calls.queries.assigning import proposal_for
from accelerator.calls.queries.conflicts import bar_between
from accelerator.calls.queries.judging import READ_IN
from accelerator.calls.states import DECLINE, GIVE_REVIEW, REOPEN_REVIEW, TAKE_BACK, AssignmentState
from accelerator.community.states import RoleName
from accelerator.geography.perimeters import Perimeter
from accelerator.journal.models import Event
from accelerator.journal.types import ref
from accelerator.workflow import Refused, transaction
from tests import factories
from tests.calls.judging import Campaign, review

FILES, READERS, WANTED, MOST = 3, 4, 2, 2
STANDING = (AssignmentState.GIVEN, AssignmentState.DONE)
EXITS = {
    state: {one.name for one in (GIVE_REVIEW, REOPEN_REVIEW, DECLINE, TAKE_BACK) if state in one.sources}
    for state in AssignmentState.values
}


class Giving:
    """Three files, each for two of four reviewers who take two at most; a proposal read some time ago."""

    def __init__(self) -> None:
        self.campaign = Campaign()
        self.files = [self.campaign.file() for _ in range(FILES)]
        for file in self.files:
            factories.role(file.organisation, name=RoleName.REPRESENTATIVE, holder=file.person)
        self.people = [factories.person() for _ in range(READERS)]
        self.at = timezone.now()
        self.begun = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.refusals: list[str] = []
        for number in range(READERS):
            self.step("appoint", 0, number)
        self.step("propose", 0, 0)

    @property
    def now(self) -> dict[str, Any]:
        return {"by": self.campaign.officer, "at": self.at}

    @property
    def given(self) -> AssignmentQuerySet:
        """What was ever given, for this call."""
        return Assignment.objects.filter(application__call=self.campaign.call)

    def step(self, name: str, file: int, person: int) -> None:
        """Try one thing; a refusal is an ordinary answer, and so is what is not there to act upon."""
        self.at += timedelta(hours=1)
        apart = self._apart() if name in ("apply", "top_up") else set()
        before = set(self.given.values_list("pk", flat=True))
        try:
            with transaction():
                getattr(self, f"_{name}")(file % FILES, person % READERS)
        except Refused as refusal:
            self.refusals.append(refusal.message)
        except (Assignment.DoesNotExist, Reviewer.DoesNotExist):
            return
        # Nothing is ever given across a link that was known, nor twice to the same reviewer.
        for given_now in self.given.exclude(pk__in=before).select_related("reviewer"):
            assert (given_now.application_id, given_now.reviewer.person_id) not in apart

    def _apart(self) -> set[tuple[int, int]]:
        return {(file.pk, one.pk) for file in self.files for one in self.people if bar_between(file, one) is not None}

    def _propose(self, *_: int) -> None:
        self.read = proposal_for(self.campaign.call, today=timezone.localdate(self.at))

    def _apply(self, *_: int) -> None:
        assigning.assign_files(call=self.campaign.call, proposal=self.read, **self.now)

    def _top_up(self, *_: int) -> None:
        self._propose()
        self._apply()

    def _reviewer(self, person: int) -> Reviewer:
        return (
            Reviewer.objects.current()
            .select_related("call", "person")
            .get(call=self.campaign.call, person=self.people[person])
        )

    def _held(self, file: int, person: int) -> Assignment:
        given_now = self.given.standing().select_related("application__call", "reviewer__person")
        return given_now.get(application=self.files[file], reviewer=self._reviewer(person))

    def _appoint(self, _: int, person: int) -> None:
        given_now = {"email": self.people[person].email, "themes": [], "where": Perimeter(), "most": MOST}
        reviewing.appoint_reviewer(call=self.campaign.call, **given_now, **self.now)

    def _end(self, _: int, person: int) -> None:
        reviewing.end_reviewer(reviewer=self._reviewer(person), reason="Parti.", **self.now)

    def _take_back(self, file: int, person: int) -> None:
        reviewing.take_back(assignment=self._held(file, person), reason="Retard.", **self.now)

    def _declare(self, file: int, person: int) -> None:
        by = self.people[person]
        reviewing.declare_conflict(application=self.files[file], reason="Un ami.", by=by, at=self.at)

    def _dismiss(self, file: int, person: int) -> None:
        about = {"application": self.files[file], "person": self.people[person]}
        reviewing.dismiss_hint(reason="Vieux de dix ans.", **about, **self.now)

    def _join(self, file: int, person: int) -> None:
        """A reviewer becomes a member of an applicant, mid-way."""
        organisation = self.files[file].organisation
        if not factories.Role.objects.filter(organisation=organisation, person=self.people[person]).exists():
            factories.role(organisation, name=RoleName.MEMBER, holder=self.people[person])

    def _leave(self, file: int, person: int) -> None:
        roles = factories.Role.objects.current().filter(organisation=self.files[file].organisation)
        roles.filter(person=self.people[person]).update(ended_at=self.at)

    def _give(self, file: int, person: int) -> None:
        held, by = self._held(file, person), self.people[person]
        linked = bar_between(self.files[file], by)
        revision = held.review.revision if hasattr(held, "review") else 0
        reviewing.give_review(assignment=held, **review(revision=revision), by=by, at=self.at)
        assert linked is None, "un avis est rendu malgré un lien connu"

    def _reopen(self, file: int, person: int) -> None:
        reviewing.reopen_review(assignment=self._held(file, person), by=self.people[person], at=self.at)

    def _withdraw(self, file: int, _: int) -> None:
        held = self.files[file]
        withdraw(application=held, reason="", by=held.person, at=self.at)

    # What holds at every step

    def look(self) -> None:
        assert all(said.endswith((".", "!", "?")) for said in self.refusals), self.refusals
        assert not Event.objects.filter(pk__gt=self.begun, actor="").exists()
        assert not Conflict.objects.filter(application__call=self.campaign.call, reason="").exists()
        every = list(self.given.select_related("reviewer", "application"))
        stands = [one for one in every if one.state in STANDING]
        assert max(Counter(one.application_id for one in stands).values(), default=0) <= WANTED
        reading = [one for one in stands if one.application.state in READ_IN]
        assert max(Counter(one.reviewer_id for one in reading).values(), default=0) <= MOST
        # By person: one who left and came back does not read twice what they read, nor again what they gave back.
        assert max(Counter((one.application_id, one.reviewer.person_id) for one in every).values(), default=0) <= 1
        for one in every:
            assert one.why, "chaque dossier confié dit pourquoi"
            assert EXITS[one.state] or one.state in (AssignmentState.DECLINED, AssignmentState.TAKEN_BACK)
            assert one.state != AssignmentState.GIVEN or one.reviewer.ended_at is None
            if one.state not in STANDING:
                assert Event.objects.filter(about__contains=[ref(one)]).exists()
        self._tops_up()

    def _tops_up(self) -> None:
        """What can still be given is proposed, and what is proposed can be applied: a file is never forgotten."""
        proposal = proposal_for(self.campaign.call, today=timezone.localdate(self.at))
        held = Counter(one.application_id for one in self.given.standing())
        added = Counter(one.file for one in proposal.plan.pairings)
        for file in self.files:
            file.refresh_from_db()
            assert added[file.pk] == 0 or file.state in READ_IN
            assert held[file.pk] + added[file.pk] <= WANTED
            short = file.state in READ_IN and held[file.pk] + added[file.pk] < WANTED
            assert not short or any(one.file == file.pk for one in proposal.plan.lacks), "un manque est dit"


STEPS = (
    *("propose", "apply", "apply", "top_up", "top_up", "take_back", "declare", "dismiss", "join", "leave"),
    *("give", "give", "reopen", "end", "appoint", "withdraw"),
)


@settings(max_examples=8, deadline=None)
@given(
    st.booleans(),
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, FILES - 1), st.integers(0, READERS - 1)),
        max_size=14,
    ),
)
@pytest.mark.django_db
def test_giving_files_never_loses_its_way(given_first: bool, steps: list[tuple[str, int, int]]) -> None:
    walk = Giving()
    if given_first:
        walk.step("apply", 0, 0)
    walk.look()
    for step in steps:
        walk.step(*step)
        walk.look()


@pytest.mark.django_db
def test_a_proposal_read_before_someone_left_is_read_again() -> None:
    """The walk is not made of refusals: this one gives, loses a reviewer, and gives again what was left."""
    walk = Giving()
    walk.step("end", 0, 0)
    walk.step("apply", 0, 0)
    assert [said.partition(" :")[0] for said in walk.refusals] == ["La situation a changé depuis cette proposition"]
    walk.step("top_up", 0, 0)
    walk.look()
    assert Assignment.objects.standing().count() == FILES * WANTED
    walk.step("declare", 0, 1)
    walk.step("appoint", 0, 0)
    walk.step("top_up", 0, 0)
    walk.look()
    assert Assignment.objects.standing().count() == FILES * WANTED
