"""What is kept of the reviews of a file is what they say, whatever gave them or took them, and however many at once."""

from collections.abc import Callable
from datetime import datetime
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accelerator.calls.criteria import standing
from accelerator.calls.models import Application, Assignment, Review, Reviewer, Tally
from accelerator.calls.operations import assigning, reviewing
from accelerator.calls.personal_data import erase
from accelerator.calls.queries.assigning import proposal_for
from accelerator.calls.queries.ranking import means_of, ranking, standings_of
from accelerator.calls.states import ApplicationState
from accelerator.workflow import Refused
from accelerator.workflow import transaction as business
from tests.calls.judging import Campaign, review

Perform = Callable[..., Any]
FILES, READERS = 3, 4


def agrees(file: Application) -> None:
    """The tally of a file against its reviews, read one by one."""
    given = Assignment.objects.filter(application=file)
    kept = Tally.objects.filter(application=file).first()
    if kept is None:
        assert not given.exists()
        return
    means = [one.mean for one in Review.objects.filter(assignment__in=given.done())]
    told = standing(means)
    assert kept.read == told.reviews == given.done().count()
    assert kept.awaited == given.waiting().count()
    assert (kept.low, kept.high) == (min(means, default=None), max(means, default=None))
    assert kept.mean == (None if told.mean is None else pytest.approx(told.mean, abs=1e-6))


def someone_waits() -> bool:
    """Whether a transaction waits for another, looked at for a moment."""
    sleep(0.02)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def scored(score: int) -> dict[str, Any]:
    return {code: {"score": score, "comment": "Montré."} for code in ("impact", "modele")}


class Walk:
    """A few files, a few reviewers, and whatever happens between them."""

    def __init__(self) -> None:
        self.campaign = Campaign()
        self.files = [self.campaign.file() for _ in range(FILES)]
        self.readers = [self.campaign.reviewer() for _ in range(READERS)]
        self.refused = 0

    def begin(self) -> None:
        """Everything is given, half is read: there is something to give and something to take away."""
        self.step("assign", 0, 0, 0)
        for held in list(Assignment.objects.filter(application__in=self.files).order_by("pk"))[::2]:
            self.step("give", self.files.index(held.application), self.readers.index(held.reviewer), 2)
        assert not self.refused

    def step(self, name: str, file: int, reader: int, score: int) -> None:
        try:
            with business():
                getattr(self, f"_{name}")(self.files[file], self.readers[reader], score)
        except (Refused, Assignment.DoesNotExist):
            self.refused += 1

    def _assign(self, *_: Any) -> None:
        call, officer = self.campaign.call, self.campaign.officer
        proposal = proposal_for(call, today=timezone.localdate())
        assigning.assign_files(call=call, proposal=proposal, by=officer, at=timezone.now())

    def _given(self, file: Application, reader: Reviewer) -> Assignment:
        return Assignment.objects.standing().get(application=file, reviewer=reader)

    def _give(self, file: Application, reader: Reviewer, score: int) -> None:
        held = self._given(file, reader)
        said = Review.objects.filter(assignment=held).first()
        what = review(scores=scored(score), revision=said.revision if said else 0)
        reviewing.give_review(assignment=held, **what, by=reader.person, at=timezone.now())

    def _reopen(self, file: Application, reader: Reviewer, _: int) -> None:
        reviewing.reopen_review(assignment=self._given(file, reader), by=reader.person, at=timezone.now())

    def _take_back(self, file: Application, reader: Reviewer, _: int) -> None:
        by = self.campaign.officer
        reviewing.take_back(assignment=self._given(file, reader), reason="Retard.", by=by, at=timezone.now())

    def _declare(self, file: Application, reader: Reviewer, _: int) -> None:
        reviewing.declare_conflict(application=file, reason="Un ami.", by=reader.person, at=timezone.now())

    def _end(self, _file: Application, reader: Reviewer, _: int) -> None:
        reviewing.end_reviewer(reviewer=reader, reason="Parti.", by=self.campaign.officer, at=timezone.now())

    def _erase(self, _file: Application, reader: Reviewer, _: int) -> None:
        erase(person=reader.person, by=reader.person, at=timezone.now())


STEPS = ("assign", "give", "give", "give", "reopen", "take_back", "declare", "end", "erase")


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, FILES - 1), st.integers(0, READERS - 1), st.integers(0, 3)),
        max_size=15,
    )
)
@pytest.mark.django_db
def test_a_tally_is_what_the_reviews_say(steps: list[tuple[str, int, int, int]]) -> None:
    walk = Walk()
    walk.begin()
    for step in steps:
        walk.step(*step)
        for one in walk.files:
            agrees(one)


@pytest.mark.parametrize("name", sorted(set(STEPS) - {"assign"}))
@pytest.mark.parametrize("done", [False, True])
def test_each_operation_keeps_the_tally_true(name: str, done: bool) -> None:
    walk = Walk()
    walk.begin()
    held = Assignment.objects.filter(state="done" if done else "given").select_related("application", "reviewer")[0]
    walk.step(name, walk.files.index(held.application), walk.readers.index(held.reviewer), 3)
    assert walk.refused == (name in ({"give"} if done else {"reopen"}))
    for one in walk.files:
        agrees(one)


def test_who_gives_before_the_other_has_ended_counts_both(together: Callable[..., list[Any]], perform: Perform) -> None:
    def prepare() -> list[Assignment]:
        campaign = Campaign()
        file = campaign.file()
        return [campaign.given(file) for _ in range(2)]

    first, second = together(prepare)[0]
    counted = Event()

    def give(held: Assignment) -> None:
        reviewing.give_review(assignment=held, **review(), by=held.reviewer.person, at=timezone.now())

    def slow() -> None:
        with business():
            give(first)
            counted.set()
            assert any(someone_waits() for _ in range(500))

    def quick() -> None:
        assert counted.wait(10)
        with business():
            give(second)

    together(slow, quick)
    assert together(lambda: Tally.objects.get().read) == [2]
    together(lambda: agrees(first.application))


def test_those_who_give_at_the_same_moment_all_count(together: Callable[..., list[Any]], perform: Perform) -> None:
    def prepare() -> list[Assignment]:
        campaign = Campaign()
        file = campaign.file()
        return [campaign.given(file) for _ in range(6)]

    held = together(prepare)[0]

    def give(number: int) -> Callable[[], Any]:
        one, what = held[number], review(scores=scored(number % 4))
        return lambda: perform(reviewing.give_review, assignment=one, **what, by=one.reviewer.person, at=timezone.now())

    def recuse() -> Any:
        """Someone who has to read gives it back meanwhile."""
        by = held[5].reviewer.person
        return perform(
            reviewing.declare_conflict, application=held[5].application, reason="Un ami.", by=by, at=timezone.now()
        )

    together(*(give(number) for number in range(5)), recuse)

    def look() -> tuple[int, int]:
        agrees(held[0].application)
        kept = Tally.objects.get(application=held[0].application)
        return kept.read, kept.awaited

    assert together(look) == [(5, 0)]


def test_a_file_that_nobody_was_given_has_no_place_once_decided(campaign: Campaign) -> None:
    """Inadmissible: it was never read. Those that are in hand are shown before their first review."""
    campaign.file(state=ApplicationState.NOTIFIED)
    waiting = campaign.file(state=ApplicationState.REVIEW)
    read = campaign.file()
    campaign.read(read, 2)
    Application.objects.filter(pk=read.pk).update(state=ApplicationState.NOTIFIED)
    assert {one.pk: (one.mean and round(one.mean), one.read, one.awaited) for one in ranking(campaign.call)} == {
        waiting.pk: (None, 0, 0),
        read.pk: (67, 1, 0),
    }


def test_equal_files_share_their_rank(campaign: Campaign) -> None:
    """Whatever the order in which their reviews are added: thirds do not add up to the same bits."""
    orders = [(1, 2, 0), (0, 1, 2), (2, 0, 1)]
    for order in orders:
        file = campaign.file()
        for score in order:
            campaign.read(file, score)
    means = dict(means_of(campaign.call))
    standings = standings_of(campaign.call)
    assert [standings.rank(mean) for mean in means.values()] == [1, 1, 1]
    assert len(means) == len(orders)


def test_files_stand_beside_all_those_of_their_call(campaign: Campaign) -> None:
    """Those that are not read yet have no rank, those of another call take none, the inadmissible neither."""
    for score in (0, 2, 2, 3):
        campaign.read(campaign.file(), score)
    campaign.file(state=ApplicationState.REVIEW)
    gone = campaign.file()
    campaign.read(gone, 3)
    Application.objects.filter(pk=gone.pk).update(state=ApplicationState.WITHDRAWN, withdrawn_at=gone.submitted_at)
    other = Campaign()
    other.read(other.file(), 3)
    standings = standings_of(campaign.call)
    files = sorted(means_of(campaign.call))
    assert [standings.rank(mean) for _, mean in files] == [4, 2, 2, 1, None]
    # Means of two thirds of the scale, said 66,7.
    assert [standings.reaching(threshold) for threshold in (60, 66, 67, 100)] == [3, 3, 1, 1]
    assert (standings.just_at(67), standings.just_at(100)) == (0, 1)
    Tally.objects.filter(application=files[1][0]).update(mean=66.96)
    standings = standings_of(campaign.call)
    assert (standings.just_at(67), standings.reaching(67)) == (1, 2)


def test_no_file_stands_in_a_call_where_nothing_was_read(campaign: Campaign) -> None:
    campaign.file(state=ApplicationState.REVIEW)
    standings = standings_of(campaign.call)
    assert (standings.rank(None), standings.reaching(60), standings.just_at(60)) == (None, 0, 0)


def test_a_review_without_criteria_is_not_given(perform: Perform, at: datetime) -> None:
    campaign = Campaign(criteria=[])
    held = campaign.given(campaign.file())
    with pytest.raises(Refused, match="pas de critères"):
        perform(reviewing.give_review, assignment=held, **review(), by=held.reviewer.person, at=at)


@pytest.mark.parametrize("values", [{"mean": 50.0}, {"read": 1}, {"read": 1, "mean": 5.0, "low": 9.0, "high": 1.0}])
def test_the_database_refuses_a_score_that_nobody_gave(campaign: Campaign, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="tally_has_scores_once_read"), transaction.atomic():
        Tally.objects.create(application=campaign.file(), **values)


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()
