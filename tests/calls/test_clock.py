"""The legal clock: the worked examples of docs/rules/horloge-legale.md, then what holds whatever the dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.calls.clock import Pause, Regime, Request, legal_clock, months_after
from accelerator.calls.states import Silence

REJECTION = Regime(Silence.REJECTION, 2)
ACCEPTANCE = Regime(Silence.ACCEPTANCE, 2)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 15), 2, date(2026, 3, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 11, 30), 4, date(2027, 3, 30)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
    ],
)
def test_months_go_from_day_to_day(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


def test_silence_rejects_two_months_after_receipt() -> None:
    clock = legal_clock(REJECTION, date(2018, 10, 22))
    assert (clock.starts_on, clock.silence_on) == (date(2018, 10, 22), date(2018, 12, 22))
    assert "rejetée" in clock.sentence


def test_a_request_suspends_for_the_time_taken_when_it_is_answered_early() -> None:
    clock = legal_clock(REJECTION, date(2026, 1, 15), [Request(date(2026, 2, 1), date(2026, 2, 16), date(2026, 2, 6))])
    assert clock.pauses == (Pause(date(2026, 2, 1), date(2026, 2, 6)),)
    assert clock.silence_on == date(2026, 3, 20)
    assert "suspendu 5 jours" in clock.sentence


def test_a_request_suspends_for_the_delay_granted_and_no_longer() -> None:
    late = Request(date(2026, 2, 1), date(2026, 2, 16), date(2026, 3, 10))
    never = Request(date(2026, 2, 1), date(2026, 2, 16))
    for request in (late, never):
        assert legal_clock(REJECTION, date(2026, 1, 15), [request]).silence_on == date(2026, 3, 30)


def test_what_is_asked_after_silence_has_decided_suspends_nothing() -> None:
    request = Request(date(2026, 3, 16), date(2026, 3, 30))
    assert legal_clock(REJECTION, date(2026, 1, 15), [request]).silence_on == date(2026, 3, 15)


def test_silence_accepts_from_a_complete_file() -> None:
    assert legal_clock(ACCEPTANCE, date(2026, 1, 15)).silence_on == date(2026, 3, 15)
    missing = legal_clock(ACCEPTANCE, date(2026, 1, 15), [Request(date(2026, 1, 20), date(2026, 2, 5))])
    assert (missing.starts_on, missing.silence_on) == (None, None)
    given_late = Request(date(2026, 1, 20), date(2026, 2, 5), date(2026, 2, 20))
    assert legal_clock(ACCEPTANCE, date(2026, 1, 15), [given_late]).silence_on == date(2026, 4, 20)


def test_what_is_asked_after_silence_has_accepted_takes_nothing_back() -> None:
    request = Request(date(2026, 3, 16), date(2026, 3, 30))
    assert legal_clock(ACCEPTANCE, date(2026, 1, 15), [request]).silence_on == date(2026, 3, 15)


def test_silence_that_decides_nothing() -> None:
    clock = legal_clock(Regime(Silence.NONE, None), date(2026, 1, 15), [Request(date(2026, 1, 20), date(2026, 2, 5))])
    assert (clock.starts_on, clock.silence_on, clock.pauses) == (None, None, ())


def test_a_clock_says_whether_it_stands_still() -> None:
    clock = legal_clock(REJECTION, date(2026, 1, 15), [Request(date(2026, 2, 1), date(2026, 2, 16))])
    assert [clock.paused(date(2026, 2, day)) for day in (1, 15, 16)] == [True, True, False]


days = st.dates(date(2018, 1, 1), date(2030, 12, 31))
delays = st.integers(1, 60)


@st.composite
def requests(draw: st.DrawFn) -> tuple[date, list[Request]]:
    received = draw(days)
    asked = []
    for _ in range(draw(st.integers(0, 4))):
        start = received + timedelta(days=draw(st.integers(0, 90)))
        answered = draw(st.none() | st.integers(0, 90))
        asked.append(
            Request(
                start,
                start + timedelta(days=draw(delays)),
                None if answered is None else start + timedelta(days=answered),
            )
        )
    return received, asked


@given(requests(), st.integers(1, 12))
def test_a_rejecting_clock_never_stops_longer_than_what_was_granted(
    case: tuple[date, list[Request]], months: int
) -> None:
    received, asked = case
    clock = legal_clock(Regime(Silence.REJECTION, months), received, asked)
    assert clock.silence_on is not None
    bare = months_after(received, months)
    granted = sum((request.due_on - request.asked_on).days for request in asked)
    assert bare <= clock.silence_on <= bare + timedelta(days=granted)
    assert clock.silence_on == bare + timedelta(days=sum(pause.days for pause in clock.pauses))
    for before, after in zip(clock.pauses, clock.pauses[1:], strict=False):
        assert before.ends_on <= after.starts_on


@given(requests())
def test_answering_sooner_never_delays_the_decision_of_silence(case: tuple[date, list[Request]]) -> None:
    received, asked = case
    if not asked or asked[-1].answered_on is None:
        return
    last = asked[-1]
    # One request at a time, as the operations have it.
    only = [last]
    sooner = [Request(last.asked_on, last.due_on, last.asked_on)]
    for regime in (REJECTION, ACCEPTANCE):
        first = legal_clock(regime, received, sooner).silence_on
        second = legal_clock(regime, received, only).silence_on
        assert first is not None
        assert second is not None
        assert first <= second
