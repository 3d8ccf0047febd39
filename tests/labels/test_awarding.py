"""Awarding: once, without an overlap, renewed without a gap; what the decision asked for is followed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accelerator.calls.models import Application, Decision
from accelerator.calls.queries.letters import drafted_letter
from accelerator.calls.states import DecisionKind, DecisionOutcome, Nature
from accelerator.journal import System
from accelerator.journal.queries import history_of
from accelerator.labels.models import Candidacy, Category, Label
from accelerator.labels.operations import awarding
from accelerator.labels.operations.configuring import PURPOSE
from accelerator.labels.states import ConditionState, Holder, LabelNature, LabelState, ProceedingKind
from accelerator.workflow import Refused
from accelerator.workflow import transaction as business
from tests import factories
from tests.labels.following import Labelled, applied, days_from_now

Perform = Callable[..., Any]
BY = System("essai")


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def category() -> Category:
    call = factories.call(closes_at=None)
    factories.call_version(call)
    return factories.category(call=call, duration_months=36, reminders=[6, 1])


def awarded_now(pk: int) -> int:
    application = Application.objects.get(pk=pk)
    label = awarding.award(application=application, by=BY, at=timezone.now())
    return label.pk


def awarded(perform: Perform, application: Application, day: date) -> Label:
    label: Label = perform(awarding.award, application=application, by=BY, at=moment(day))
    label.refresh_from_db()
    return label


def test_a_label_starts_on_the_day_of_the_decision_for_the_duration_of_its_category(
    category: Category, perform: Perform, deliver: Callable[[], list[Any]]
) -> None:
    candidacy = factories.candidacy(category, title="Pays fictif")
    someone = factories.role(candidacy.organisation).person
    label = awarded(perform, applied(candidacy, received_on=date(2026, 9, 1)), date(2026, 11, 27))
    assert (label.period.lower, label.period.upper) == (date(2026, 11, 27), date(2029, 11, 27))
    assert (label.last_day, label.awarded_on) == (date(2029, 11, 26), date(2026, 11, 27))
    assert label.criteria_set == candidacy.criteria_set
    (mail,) = deliver()
    assert mail.to == [someone.email]
    assert label.number in mail.body


def test_awarded_again_it_is_the_same_label(category: Category, perform: Perform) -> None:
    application = applied(factories.candidacy(category))
    first = awarded(perform, application, date(2026, 11, 27))
    assert awarded(perform, application, date(2026, 12, 5)) == first
    assert Label.objects.count() == 1


def test_asked_in_time_a_renewal_leaves_no_gap_even_when_decided_late(category: Category, perform: Perform) -> None:
    candidacy = factories.candidacy(category)
    first = awarded(perform, applied(candidacy, received_on=date(2023, 9, 1)), date(2023, 11, 27))
    assert first.period.upper == date(2026, 11, 27)
    asked = applied(candidacy, received_on=date(2026, 11, 26))
    second = awarded(perform, asked, date(2027, 2, 1))
    assert (second.renews, second.period.lower) == (first, date(2026, 11, 27))
    assert second.period.upper == date(2029, 11, 27)
    assert second.awarded_on == date(2027, 2, 1)


def test_asked_and_decided_early_a_renewal_starts_the_day_after_the_old_one_ends(
    category: Category, perform: Perform
) -> None:
    candidacy = factories.candidacy(category)
    awarded(perform, applied(candidacy, received_on=date(2023, 9, 1)), date(2023, 11, 27))
    second = awarded(perform, applied(candidacy, received_on=date(2026, 7, 1)), date(2026, 9, 1))
    assert second.period.lower == date(2026, 11, 27)


def test_asked_after_the_end_it_is_a_new_label_from_its_own_decision(category: Category, perform: Perform) -> None:
    candidacy = factories.candidacy(category)
    first = awarded(perform, applied(candidacy, received_on=date(2023, 9, 1)), date(2023, 11, 27))
    second = awarded(perform, applied(candidacy, received_on=date(2026, 11, 27)), date(2027, 2, 1))
    assert second.renews is None
    assert second.period.lower == date(2027, 2, 1) > first.period.upper


def test_what_was_asked_before_the_award_renews_nothing(category: Category, perform: Perform) -> None:
    candidacy = factories.candidacy(category)
    awarded(perform, applied(candidacy, received_on=date(2026, 9, 1)), date(2026, 11, 27))
    with pytest.raises(Refused, match="n’en demande pas le renouvellement"):
        awarded(perform, applied(candidacy, received_on=date(2026, 9, 2)), date(2026, 12, 1))


def test_after_an_abrogation_a_new_label_starts_anew(category: Category, perform: Perform) -> None:
    candidacy = factories.candidacy(category)
    day = date(2026, 3, 1)
    gone = {"withdrawn_as": ProceedingKind.ABROGATION, "withdrawn_on": day, "state": LabelState.WITHDRAWN}
    factories.label(candidacy, since=date(2026, 1, 1), until=day, **gone)
    label = awarded(perform, applied(candidacy, received_on=date(2026, 2, 1)), date(2026, 5, 1))
    assert (label.renews, label.period.lower) == (None, date(2026, 5, 1))


def test_a_category_without_a_duration_gives_a_label_without_an_end(perform: Perform) -> None:
    call = factories.call(closes_at=None)
    factories.call_version(call)
    candidacy = factories.candidacy(factories.category(call=call, duration_months=None))
    label = awarded(perform, applied(candidacy), date(2026, 11, 27))
    assert label.period.upper is None
    assert label.said_period == "Du 27 novembre 2026, sans terme"


def test_a_call_of_demonstration_gives_a_label_of_demonstration(category: Category, perform: Perform) -> None:
    assert category.call
    category.call.nature = Nature.DEMONSTRATION
    category.call.save(update_fields=["nature"])
    label = awarded(perform, applied(factories.candidacy(category)), date(2026, 11, 27))
    assert label.nature == LabelNature.DEMONSTRATION


def test_two_awards_of_one_candidacy_at_once_make_one_label(together: Callable[..., list[Any]]) -> None:
    def prepare() -> tuple[int, int]:
        call = factories.call(closes_at=None)
        factories.call_version(call)
        candidacy = factories.candidacy(factories.category(call=call))
        one, two = applied(candidacy), applied(candidacy)
        return one.pk, two.pk

    ((one, two),) = together(prepare)

    def award(pk: int) -> Callable[[], int]:
        def act() -> int:
            with business():
                return awarded_now(pk)

        return act

    results = together(award(one), award(two))
    assert sorted(type(result).__name__ for result in results) == ["Refused", "int"]
    assert together(lambda: Label.objects.count()) == [1]


def test_two_awards_of_one_organisation_at_once_make_one_label(together: Callable[..., list[Any]]) -> None:
    def prepare() -> tuple[int, int]:
        call = factories.call(closes_at=None)
        factories.call_version(call)
        category = factories.category(call=call, holder=Holder.ORGANISATION)
        holder = factories.organisation()
        one = applied(factories.candidacy(category, organisation=holder))
        two = applied(factories.candidacy(category, organisation=holder))
        return one.pk, two.pk

    ((one, two),) = together(prepare)

    def award(pk: int) -> Callable[[], int]:
        def act() -> int:
            with business():
                return awarded_now(pk)

        return act

    results = together(award(one), award(two))
    refusals = [result for result in results if isinstance(result, Refused)]
    assert len(refusals) == 1
    assert "ne se chevauchent pas" in refusals[0].message


def test_the_same_award_twice_at_once_gives_one_label(together: Callable[..., list[Any]]) -> None:
    def prepare() -> int:
        call = factories.call(closes_at=None)
        factories.call_version(call)
        return applied(factories.candidacy(factories.category(call=call))).pk

    (pk,) = together(prepare)

    def award() -> int:
        with business():
            return awarded_now(pk)

    one, two = together(award, award)
    assert one == two


def test_a_decision_that_does_not_retain_makes_nothing_and_is_remembered(category: Category, perform: Perform) -> None:
    candidacy = factories.candidacy(category)
    decision = Decision(outcome=DecisionOutcome.REJECTED)
    at = moment(date(2026, 11, 27))
    perform(awarding.award_when_retained, application=applied(candidacy), decision=decision, by=BY, at=at)
    assert not Label.objects.exists()
    assert history_of(candidacy).get().code == "labels.answered"


@pytest.mark.parametrize("kind", DecisionKind)
def test_what_is_answered_to_a_file_on_paper_is_told_and_makes_nothing(perform: Perform, kind: DecisionKind) -> None:
    paper = factories.call_application(state="notified")
    decision = Decision(outcome=DecisionOutcome.REJECTED, kind=kind)
    perform(awarding.award_when_retained, application=paper, decision=decision, by=BY, at=moment(date(2026, 11, 27)))
    assert not Label.objects.exists()
    assert not history_of(paper).exists()


def test_what_is_about_no_candidacy_is_refused(perform: Perform) -> None:
    application = factories.call_application(state="notified")
    with pytest.raises(Refused, match="aucun dossier de label"):
        awarded(perform, application, date(2026, 11, 27))
    assert not Candidacy.objects.exists()


def test_conditions_are_set_followed_and_closed_once(perform: Perform, deliver: Callable[[], list[Any]]) -> None:
    world = Labelled.make(since=timezone.localdate() - timedelta(days=10))
    given = {"label": world.label, "text": "Réunir le comité deux fois.", "by": world.officer, "at": timezone.now()}
    due = timezone.localdate() + timedelta(days=90)
    with pytest.raises(Refused, match="à venir"):
        perform(awarding.set_condition, due_on=timezone.localdate(), **given)
    condition = perform(awarding.set_condition, due_on=due, **given)
    assert "Réunir le comité" in deliver()[0].body
    with pytest.raises(Refused, match="déjà inscrite"):
        perform(awarding.set_condition, due_on=due, **given)
    closing = {"condition": condition, "by": world.officer, "at": days_from_now(100)}
    with pytest.raises(Refused, match="comment vous le savez"):
        perform(awarding.close_condition, state=ConditionState.MET, words=" ", **closing)
    held = perform(awarding.close_condition, state=ConditionState.FAILED, words="Une seule réunion.", **closing)
    assert held.state == ConditionState.FAILED
    with pytest.raises(Refused, match="déjà dit"):
        perform(awarding.close_condition, state=ConditionState.MET, words="Deux.", **closing)


def test_nothing_is_added_long_after_to_what_was_decided(perform: Perform) -> None:
    world = Labelled.make(since=timezone.localdate() - timedelta(days=200))
    with pytest.raises(Refused, match="On n’ajoute rien"):
        perform(
            awarding.set_condition,
            label=world.label,
            text="Une condition nouvelle.",
            due_on=timezone.localdate() + timedelta(days=30),
            by=world.officer,
            at=timezone.now(),
        )


def test_the_draft_letter_says_how_long_the_label_lasts_and_its_first_day(category: Category, perform: Perform) -> None:
    call = category.call
    assert call is not None
    call.purpose = PURPOSE
    call.save()
    candidacy = factories.candidacy(category)
    drafted = {"reasons": "R", "drafted_at": timezone.now(), "drafted_by": factories.person()}

    def facts(application: Application, outcome: DecisionOutcome = DecisionOutcome.RETAINED) -> dict[str, str]:
        decision = Decision.objects.create(application=application, outcome=outcome, **drafted)
        return dict(drafted_letter(decision)["facts"])

    first = applied(candidacy, received_on=date(2026, 9, 1))
    told = facts(first)
    assert told["Durée du label"] == "trois ans"
    assert told["Premier jour du label"] == "celui de la notification de cette décision"
    awarded(perform, first, date(2026, 11, 27))
    renewal = facts(applied(candidacy, received_on=date(2029, 10, 1)))
    assert renewal["Premier jour du label"] == "27 novembre 2029, lendemain du dernier jour du label en cours"
    assert renewal["Dernier jour du label"] == "26 novembre 2032"
    elsewhere = applied(factories.candidacy(category), received_on=date(2026, 9, 1))
    assert "Durée du label" not in facts(elsewhere, DecisionOutcome.REJECTED)
