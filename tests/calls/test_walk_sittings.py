"""Commissions walked at random, from their composition to their minutes: what never happens on the way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accelerator.calls.models import (
    Commission,
    CommissionItem,
    CommissionMember,
    Decision,
    Recusal,
    Vote,
)
from accelerator.calls.operations import sittings
from accelerator.calls.operations.applications import withdraw
from accelerator.calls.operations.reviewing import declare_conflict
from accelerator.calls.queries.sittings import minutes_of
from accelerator.calls.sittings import Rules
from accelerator.calls.states import (
    DECIDABLE,
    ApplicationState,
    Ballot,
    CommissionState,
    DecisionOutcome,
    DecisionState,
    MemberQuality,
)
from accelerator.community.states import RoleName
from accelerator.journal.models import Event
from accelerator.workflow import Refused, transaction
from tests import factories
from tests.calls.judging import Campaign

MEMBERS, FILES = 4, 3
BALLOTS = list(Ballot.values)
SECONDS = (CommissionState.ADJOURNED, CommissionState.CLOSED, CommissionState.CANCELLED)


class Sitting:
    """A commission of four who vote, three files, and time that goes on. The last one prepared is walked."""

    def __init__(self) -> None:
        self.campaign = Campaign()
        self.people = [factories.person() for _ in range(MEMBERS)]
        self.files = [self.campaign.file(ApplicationState.REVIEW) for _ in range(FILES)]
        for file in self.files:
            factories.role(file.organisation, name=RoleName.REPRESENTATIVE, holder=file.person)
        self.at = timezone.now()
        self.begun = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.refusals: list[str] = []
        self._make()
        for number in range(MEMBERS):
            self._name(number)
        self._agenda()

    @property
    def now(self) -> dict[str, Any]:
        return {"by": self.campaign.officer, "at": self.at}

    @property
    def commission(self) -> Commission:
        return Commission.objects.filter(call=self.campaign.call).order_by("-pk")[0]

    def member(self, number: int) -> CommissionMember:
        return self.commission.members.select_related("person", "commission__call").order_by("pk")[number % MEMBERS]

    def item(self, number: int) -> CommissionItem:
        return self.commission.items.select_related("commission__call", "application").order_by("pk")[number % FILES]

    def step(self, name: str, first: int, second: int) -> None:
        """Try one thing; a refusal is an ordinary answer, and so is what is not there to act upon."""
        self.at += timedelta(hours=1)
        try:
            with transaction():
                getattr(self, f"_{name}")(first, second)
        except Refused as refusal:
            self.refusals.append(refusal.message)
        except IndexError:
            pass

    def _make(self, *_: int) -> None:
        held_at = self.at + timedelta(days=6)
        with transaction():
            sittings.make_commission(call=self.campaign.call, name="Commission", held_at=held_at, where="1", **self.now)

    def _name(self, number: int, _: int = 0) -> None:
        quality = MemberQuality.MEMBER if number else MemberQuality.CHAIR
        given = {"email": self.people[number % MEMBERS].email, "quality": quality, "title": "", "voting": True}
        with transaction():
            sittings.name_member(commission=self.commission, **given, **self.now)

    def _remove(self, number: int, _: int) -> None:
        sittings.remove_member(member=self.member(number), **self.now)

    def _agenda(self, *_: int) -> None:
        with transaction():
            sittings.put_on_agenda(
                commission=self.commission, applications=self.files, proposal=DecisionOutcome.RETAINED, **self.now
            )

    def _convene(self, *_: int) -> None:
        sittings.convene(commission=self.commission, **self.now)

    def _wait(self, *_: int) -> None:
        self.at += timedelta(days=6)

    def _open(self, present: int, _: int) -> None:
        members = list(self.commission.members.order_by("pk"))
        here = [one for number, one in enumerate(members) if present >> number & 1]
        sittings.open_sitting(commission=self.commission, present=here, **self.now)

    def _leave(self, item: int, member: int) -> None:
        sittings.leave_item(item=self.item(item), member=self.member(member), reason="Un proche.", **self.now)

    def _conclude(self, item: int, votes: int) -> None:
        """Everyone who may votes, each their own way: ties happen, and those who left are refused."""
        self._vote(self.item(item), [BALLOTS[(votes >> number) % 3] for number in range(MEMBERS)])

    def _agree(self, item: int, _: int) -> None:
        self._vote(self.item(item), [Ballot.FOR] * MEMBERS)

    def _vote(self, item: CommissionItem, ballots: list[str]) -> None:
        gone = set(Recusal.objects.filter(item=item).values_list("member", flat=True))
        able = [one for one in item.commission.members.order_by("pk") if one.present and one.pk not in gone]
        cast = {one.pk: ballot for one, ballot in zip(able, ballots, strict=False)}
        in_favour = ballots[: len(able)].count(Ballot.FOR) > ballots[: len(able)].count(Ballot.AGAINST)
        outcome = DecisionOutcome.RETAINED if in_favour else DecisionOutcome.REJECTED
        words = "La commission en a débattu."
        sittings.conclude(item=item, ballots=cast, outcome=outcome, words=words, **self.now)

    def _close(self, *_: int) -> None:
        sittings.close_sitting(commission=self.commission, **self.now)

    def _cancel(self, *_: int) -> None:
        sittings.cancel_sitting(commission=self.commission, reason="Salle fermée.", **self.now)

    def _second(self, *_: int) -> None:
        held_at, first = self.at + timedelta(days=6), self.commission
        given = {"call": self.campaign.call, "name": "Seconde", "held_at": held_at, "where": "1", "second_of": first}
        sittings.make_commission(**given, **self.now)

    def _tie(self, file: int, person: int) -> None:
        """A member joins an applicant, mid-way."""
        organisation, holder = self.files[file % FILES].organisation, self.people[person % MEMBERS]
        factories.role(organisation, name=RoleName.MEMBER, holder=holder, ended_at=self.at)

    def _declare(self, file: int, person: int) -> None:
        by = self.people[person % MEMBERS]
        declare_conflict(application=self.files[file % FILES], reason="Un ami.", by=by, at=self.at)

    def _withdraw(self, file: int, _: int) -> None:
        held = self.files[file % FILES]
        withdraw(application=held, reason="", by=held.person, at=self.at)

    # What holds at every step

    def look(self) -> None:
        assert all(said.endswith((".", "!", "?")) for said in self.refusals), self.refusals
        call = self.campaign.call
        for commission in Commission.objects.filter(call=call).prefetch_related("members"):
            self._look_at(commission)
        events = Event.objects.filter(pk__gt=self.begun)
        assert not events.filter(actor="").exists()
        assert not events.filter(code="calls.member_recused", reason="").exists()
        assert not Recusal.objects.filter(item__commission__call=call, reason="").exists()
        assert not Decision.objects.filter(application__call=call, reasons="").exists()

    def _look_at(self, commission: Commission) -> None:
        members = list(commission.members.all())
        items = list(commission.items.select_related("application"))
        there = [one for one in members if one.voting and one.present]
        assert not Vote.objects.filter(item__commission=commission).exclude(member__in=there).exists()
        for recusal in Recusal.objects.filter(item__commission=commission):
            assert not Vote.objects.filter(item=recusal.item, member=recusal.member).exists()
        for item in items:
            # What was said of a tie is kept too: a conclusion has its words, and its moment.
            assert bool(item.outcome) == bool(item.concluded_at)
            assert not item.outcome or item.words
            assert not item.outcome or commission.state in (CommissionState.HELD, CommissionState.CLOSED)
        if commission.state in (CommissionState.HELD, CommissionState.CLOSED):
            rules = Rules.from_json(commission.rules)
            voting = sum(1 for one in members if one.voting)
            assert len(there) >= (1 if commission.second_of_id else rules.quorum(voting))
        if commission.second_of is not None:
            first = commission.second_of
            assert first.state == CommissionState.ADJOURNED
            agenda = [list(one.items.order_by("position").values_list("application")) for one in (first, commission)]
            assert agenda[0] == agenda[1]
        self._has_a_way_out(commission, items)

    def _has_a_way_out(self, commission: Commission, items: list[CommissionItem]) -> None:
        """Draft: cancelled; convened: opened or not; held: every file can be concluded upon, or waits for nobody."""
        if commission.state != CommissionState.HELD:
            assert commission.state in (CommissionState.DRAFT, CommissionState.CONVENED, *SECONDS)
            return
        waiting = [one for one in items if not one.outcome and one.application.state in DECIDABLE]
        with_nobody = set()
        for item in waiting:
            gone = set(Recusal.objects.filter(item=item).values_list("member", flat=True))
            if all(one.pk in gone for one in self._voting()):
                with_nobody.add(item.pk)
        if waiting and len(with_nobody) == len(waiting):
            # Whoever could vote has left each of them: the sitting ends all the same, and says so.
            closed = self._tried(lambda: sittings.close_sitting(commission=commission, **self.now))
            assert closed, "une séance où plus personne ne peut voter se clôt"

    def _voting(self) -> list[CommissionMember]:
        return [one for one in self.commission.members.all() if one.voting and one.present]

    @staticmethod
    def _tried(act: Callable[[], Any]) -> bool:
        """Whether it would be done; nothing of it is kept."""

        class Undone(Exception):
            pass

        try:
            with transaction():
                act()
                raise Undone
        except Undone:
            return True
        except Refused:
            return False


STEPS = (
    *("remove", "convene", "wait", "open", "open", "leave", "conclude", "conclude", "agree", "agree", "close", "close"),
    *("cancel", "second", "tie", "declare", "withdraw"),
)
# Towards the middle of a sitting, where most can happen.
BEGINNINGS = ((), ("convene", "wait"), ("convene", "wait", "open_all"), ("convene", "wait", "open_all", "agree"))


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(BEGINNINGS),
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 15), st.integers(0, 15)),
        max_size=16,
    ),
)
@pytest.mark.django_db
def test_a_commission_never_loses_its_way(beginning: tuple[str, ...], steps: list[tuple[str, int, int]]) -> None:
    walk = Sitting()
    for name in beginning:
        walk.step("open" if name == "open_all" else name, 15 if name == "open_all" else 0, 0)
    walk.look()
    for step in steps:
        walk.step(*step)
        walk.look()


@pytest.mark.django_db
def test_a_whole_sitting_is_walked_to_its_decisions() -> None:
    """The walk is not made of refusals: this one goes from the convocation to what is drafted."""
    walk = Sitting()
    whole = [("convene", 0, 0), ("wait", 0, 0), ("open", 7, 0), ("leave", 1, 0)]
    whole += [("agree", 0, 0), ("conclude", 1, 0), ("withdraw", 2, 0), ("close", 0, 0)]
    for step in whole:
        walk.step(*step)
        walk.look()
    assert walk.commission.state == CommissionState.CLOSED, walk.refusals
    drafted = Decision.objects.filter(application__in=walk.files[:2])
    assert {one.state for one in drafted} == {DecisionState.DRAFTED}
    assert drafted.count() == 2


@pytest.mark.django_db
def test_a_sitting_whose_members_all_left_a_file_ends_all_the_same() -> None:
    walk = Sitting()
    for step in (("convene", 0, 0), ("wait", 0, 0), ("open", 15, 0), ("agree", 0, 0), ("agree", 1, 0)):
        walk.step(*step)
    for member in range(MEMBERS):
        walk.step("leave", 2, member)
    walk.look()
    walk.step("close", 0, 0)
    assert walk.commission.state == CommissionState.CLOSED, walk.refusals
    assert not Decision.objects.filter(application=walk.files[2]).exists()
    assert "plus personne ne pouvait voter" in str(minutes_of(walk.commission)["items"][2]["facts"])


@pytest.mark.django_db
def test_no_quorum_then_a_second_convocation() -> None:
    walk = Sitting()
    for step in (("convene", 0, 0), ("wait", 0, 0), ("open", 1, 0), ("second", 0, 0), ("convene", 0, 0)):
        walk.step(*step)
        walk.look()
    for step in (("wait", 0, 0), ("open", 1, 0), ("agree", 0, 0)):
        walk.step(*step)
        walk.look()
    assert walk.commission.state == CommissionState.HELD, walk.refusals
    assert walk.commission.items.exclude(outcome="").count() == 1
