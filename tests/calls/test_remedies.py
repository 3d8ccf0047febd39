"""Remedies: the worked examples of docs/rules/recours.md, then what holds whatever the dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.calls.clock import months_after
from accelerator.calls.remedies import Remedy, administrative, left, remedies_of, remedies_on
from accelerator.calls.states import AppealKind
from accelerator.community.deadlines import holidays

JUDGE = Remedy(AppealKind.CONTENTIEUX, "le tribunal administratif", 2)


@pytest.mark.parametrize(
    ("since", "last_day"),
    [
        (date(2026, 6, 23), date(2026, 8, 24)),
        (date(2026, 12, 30), date(2027, 3, 1)),
        (date(2027, 3, 12), date(2027, 5, 13)),
        (date(2027, 4, 12), date(2027, 6, 14)),
    ],
)
def test_a_remedy_has_a_last_day(since: date, last_day: date) -> None:
    assert JUDGE.last_day(since) == last_day


@given(st.dates(date(2018, 1, 1), date(2040, 12, 31)), st.integers(1, 6))
def test_the_last_day_is_a_working_day_after_the_months_and_never_far(since: date, months: int) -> None:
    last = Remedy(AppealKind.GRACIEUX, "le service", months).last_day(since)
    assert last.weekday() < 5
    assert last not in holidays(last.year)
    assert timedelta(days=1) <= last - months_after(since, months) <= timedelta(days=5)


@given(st.dates(date(2018, 1, 1), date(2040, 12, 30)))
def test_told_later_one_never_has_less_time(since: date) -> None:
    assert JUDGE.last_day(since) <= JUDGE.last_day(since + timedelta(days=1))


def test_the_sentence_says_the_day_once_it_is_known() -> None:
    assert JUDGE.sentence().endswith("à compter de la notification de la décision, ou du jour où le silence a décidé.")
    assert JUDGE.sentence(date(2026, 6, 23)).endswith("à compter du 23 juin 2026 : jusqu’au 24 août 2026 inclus.")


def test_what_is_in_force_has_a_date_and_a_source() -> None:
    remedies = {one.kind: one for one in remedies_on(date(2026, 11, 27))}
    assert set(remedies) == set(AppealKind)
    assert all(one.months == 2 and one.source and one.url and one.since for one in remedies.values())
    assert [remedies[kind].silent_after for kind in AppealKind] == [2, 2, None]
    assert {one.kind for one in remedies_on(date(2015, 1, 1))} == {AppealKind.CONTENTIEUX}
    with pytest.raises(LookupError, match="Aucune voie de recours"):
        remedies_on(date(1999, 1, 1))


def test_what_a_call_keeps_comes_before_what_is_in_force() -> None:
    on = date(2026, 11, 27)
    rows = [{"kind": "gracieux", "before": "le bureau", "months": 1, "silent_after": 3}]
    assert administrative(rows, AppealKind.GRACIEUX, on).answer_due_on(on) == date(2027, 2, 27)
    # What it does not say is what the law says on the day of the appeal.
    silent = administrative([{"kind": "gracieux", "before": "le bureau", "months": 1}], AppealKind.GRACIEUX, on)
    assert (silent.before, silent.months, silent.silent_after) == ("le bureau", 1, 2)
    assert administrative([], AppealKind.HIERARCHIQUE, on).answer_due_on(on) == date(2027, 1, 27)
    with pytest.raises(LookupError):
        JUDGE.answer_due_on(on)


def test_what_is_kept_is_read_as_it_was() -> None:
    kept = [one.to_json() for one in remedies_on(date(2026, 11, 27))]
    assert remedies_of(kept) == remedies_on(date(2026, 11, 27))
    assert left(kept, date(2026, 6, 23)) == (remedies_of(kept)[2].sentence(date(2026, 6, 23)),)
    assert left(kept[:2], date(2026, 6, 23)) == ()
