"""What the database refuses of labels, whoever writes."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accelerator.community.models import Organisation
from accelerator.labels.models import Action, Candidacy, Challenge, CriteriaSet, Label, Member, Proceeding, Proof
from accelerator.labels.states import (
    ActionState,
    Holder,
    LabelState,
    MemberRole,
    MemberState,
    Outcome,
    ProceedingKind,
)
from tests import factories

FIRST = date(2026, 1, 1)


def _refused(constraint: str, write: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


def test_a_label_never_overlaps_itself_and_may_follow_itself() -> None:
    candidacy = factories.candidacy()
    first = factories.label(candidacy, since=FIRST, until=date(2029, 1, 1))
    _refused("overlaps_itself", lambda: factories.label(candidacy, since=date(2028, 12, 31)))
    second = factories.label(candidacy, since=date(2029, 1, 1), renews=first)
    first.refresh_from_db()
    second.refresh_from_db()
    assert second.period.lower == first.period.upper


def test_a_label_withdrawn_from_its_first_day_leaves_its_place() -> None:
    candidacy = factories.candidacy()
    withdrawn: dict[str, Any] = {"state": LabelState.WITHDRAWN, "withdrawn_on": date(2026, 3, 1)}
    factories.label(candidacy, since=FIRST, withdrawn_as=ProceedingKind.RETRAIT, **withdrawn)
    factories.label(candidacy, since=date(2026, 4, 1))
    assert candidacy.labels.count() == 2


def test_an_abrogated_label_keeps_the_time_that_it_had() -> None:
    candidacy = factories.candidacy()
    day = date(2026, 3, 1)
    abrogated: dict[str, Any] = {"withdrawn_as": ProceedingKind.ABROGATION, "withdrawn_on": day}
    factories.label(candidacy, since=FIRST, until=day, state=LabelState.WITHDRAWN, **abrogated)
    _refused("overlaps_itself", lambda: factories.label(candidacy, since=date(2026, 2, 1)))
    factories.label(candidacy, since=day)


def test_an_organisation_has_one_label_of_a_category_that_it_holds_alone() -> None:
    category = factories.category(holder=Holder.ORGANISATION)
    holder = factories.organisation()
    factories.label(factories.candidacy(category, organisation=holder), since=FIRST)
    other = factories.candidacy(category, organisation=holder)
    _refused("of_an_organisation", lambda: factories.label(other, since=date(2027, 1, 1)))
    factories.label(factories.candidacy(factories.category(holder=Holder.ORGANISATION), organisation=holder))


def test_an_organisation_may_lead_two_collectives() -> None:
    category, lead = factories.category(), factories.organisation()
    factories.label(factories.candidacy(category, organisation=lead), since=FIRST)
    factories.label(factories.candidacy(category, organisation=lead), since=FIRST)
    assert Label.objects.count() == 2


def test_two_overlapping_awards_at_once(together: Callable[..., list[Any]]) -> None:
    def prepare() -> int:
        return factories.candidacy().pk

    def award() -> str:
        try:
            factories.label(Candidacy.objects.get(pk=number), since=FIRST)
        except IntegrityError as error:
            return "refused" if "overlaps_itself" in str(error) else str(error)
        return "awarded"

    (number,) = together(prepare)
    assert sorted(together(award, award)) == ["awarded", "refused"]


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("label_suspended_since_a_day", {"state": LabelState.SUSPENDED}),
        ("label_withdrawn_in_one_way", {"state": LabelState.WITHDRAWN}),
        ("label_withdrawn_in_one_way", {"withdrawn_as": ProceedingKind.RETRAIT, "withdrawn_on": FIRST}),
        ("label_expires_at_its_end", {"state": LabelState.EXPIRED, "period": (FIRST, None)}),
        ("label_has_a_first_day", {"period": (None, FIRST)}),
        ("label_has_a_first_day", {"period": (FIRST, FIRST)}),
        ("label_comes_from_a_candidacy", {"application": None}),
        ("label_comes_from_a_candidacy", {"organisation": None}),
    ],
)
def test_the_fields_of_a_label_go_with_its_state(constraint: str, values: dict[str, Any]) -> None:
    candidacy = factories.candidacy()
    _refused(constraint, lambda: factories.label(candidacy, **values))


def test_a_historic_label_has_a_source_and_no_candidacy() -> None:
    made = factories.historic_label(title="Pays fictif")
    assert made.candidacy is None
    assert made.organisation is None
    _refused("label_comes_from_a_candidacy", lambda: factories.historic_label(sources=[]))
    _refused("historic_label_once", lambda: factories.historic_label(title="Pays fictif", category=made.category))


def test_published_criteria_never_change_and_end_once() -> None:
    made = factories.category().criteria_sets.get()
    mine = CriteriaSet.objects.filter(pk=made.pk)
    _refused("never change", lambda: mine.update(criteria=[]))
    _refused("never change", lambda: mine.update(since=FIRST))
    _refused("never change", lambda: mine.update(why="Autre chose."))
    _refused("never change", lambda: mine.update(number=9))
    _refused("are kept", mine.delete)
    mine.update(until=FIRST)
    _refused("never change", lambda: mine.update(until=date(2027, 1, 1)))


def test_one_set_of_criteria_is_in_force() -> None:
    category = factories.category()
    _refused("one_criteria_set_in_force", lambda: factories.criteria_set(category))
    factories.criteria_set(category, since=None, why="")
    _refused("one_criteria_set_being_written", lambda: factories.criteria_set(category, since=None, why=""))


def test_members_answer_once_named_and_say_why_they_refuse() -> None:
    candidacy, invited = factories.candidacy(), factories.organisation()
    named = factories.member(candidacy, invited)
    _refused("member_once", lambda: factories.member(candidacy, invited))
    _refused("one_lead", lambda: factories.member(candidacy, factories.organisation(), role=MemberRole.LEAD))
    mine = Member.objects.filter(pk=named.pk)
    _refused("answers_at_a_moment", lambda: mine.update(state=MemberState.REFUSED, answered_at=timezone.now()))
    _refused("answers_at_a_moment", lambda: mine.update(state=MemberState.CONFIRMED))
    _refused("share_in_points", lambda: mine.update(share=101))
    mine.update(state=MemberState.REFUSED, answered_at=timezone.now(), reason="Nous manquons de temps.")


def test_an_action_dropped_says_why() -> None:
    candidacy = factories.candidacy()
    challenge = Challenge.objects.create(candidacy=candidacy, position=1, kind="social", title="Un défi fictif")
    pilot = candidacy.members.get()
    action = Action.objects.create(challenge=challenge, title="Une action", pilot=pilot, due_on=FIRST)
    assert action.is_late(date(2026, 1, 2))
    assert not action.is_late(FIRST)
    mine = Action.objects.filter(pk=action.pk)
    _refused("dropped_with_a_reason", lambda: mine.update(state=ActionState.DROPPED))
    _refused("target_has_an_indicator", lambda: mine.update(target=10))
    _refused("challenge_ranked", lambda: Challenge.objects.create(candidacy=candidacy, position=0, kind="civic"))


def test_a_proof_is_a_file_or_a_link() -> None:
    candidacy = factories.candidacy()
    given = {"candidacy": candidacy, "criterion": "zone", "what": "Une carte", "added_at": timezone.now()}
    _refused("file_or_a_link", lambda: Proof.objects.create(**given))
    Proof.objects.create(**given, link="https://cartes.example/")


@pytest.mark.parametrize("days", [1, 15])
def test_nothing_is_pronounced_before_the_delay_has_run(days: int, at: datetime) -> None:
    label = factories.label()
    made = factories.proceeding(label, answer_until=timezone.localdate(at) + timedelta(days=days))
    mine = Proceeding.objects.filter(pk=made.pk)
    pronounced: dict[str, Any] = {"outcome": Outcome.PRONOUNCED, "reason": "Un motif.", "from_on": FIRST}
    last_hour = made.notified_at + timedelta(days=days)
    _refused("before_the_answer", lambda: mine.update(decided_at=last_hour, **pronounced))
    mine.update(decided_at=last_hour + timedelta(days=1), **pronounced)


def test_an_early_answer_shortens_nothing(at: datetime) -> None:
    made = factories.proceeding(factories.label())
    mine = Proceeding.objects.filter(pk=made.pk)
    answered = at + timedelta(days=2)
    mine.update(answer="Nous contestons.", answered_at=answered)
    pronounced: dict[str, Any] = {"outcome": Outcome.PRONOUNCED, "reason": "Un motif.", "from_on": FIRST}
    _refused("before_the_answer", lambda: mine.update(decided_at=answered + timedelta(hours=1), **pronounced))
    mine.update(decided_at=made.notified_at + timedelta(days=16), **pronounced)
    _refused("only_a_suspension_ends", lambda: mine.update(kind=ProceedingKind.RETRAIT, until_on=date(2027, 1, 1)))


def test_one_proceeding_at_a_time_with_its_grounds(at: datetime) -> None:
    label = factories.label()
    _refused("grounds_are_told", lambda: factories.proceeding(label, grounds=""))
    _refused("time_to_answer", lambda: factories.proceeding(label, answer_until=timezone.localdate(at)))
    factories.proceeding(label)
    _refused("one_proceeding", lambda: factories.proceeding(label, kind=ProceedingKind.RETRAIT))


def test_an_organisation_united_to_another_keeps_its_rows() -> None:
    candidacy = factories.candidacy()
    survivor = factories.organisation()
    factories.merge(candidacy.organisation, survivor)
    assert Organisation.objects.get(pk=candidacy.organisation_id).merged_into == survivor
