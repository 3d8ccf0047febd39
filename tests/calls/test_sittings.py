"""How a commission sits: notice, quorum, votes."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.calls.sittings import Rules, tally
from accelerator.calls.states import Ballot

PARIS = ZoneInfo("Europe/Paris")
RULES = Rules.on(date(2026, 11, 26))


def test_the_rules_of_a_day_have_their_source() -> None:
    assert (RULES.notice_days, RULES.quorum_percent) == (5, 50)
    assert "2006-672" in RULES.source
    assert Rules.from_json(RULES.to_json()) == RULES
    with pytest.raises(LookupError, match="Aucune règle"):
        Rules.on(date(1990, 1, 1))


@pytest.mark.parametrize(("voting", "needed"), [(0, 0), (1, 1), (2, 1), (3, 2), (10, 5), (11, 6)])
def test_half_at_least_is_present(voting: int, needed: int) -> None:
    assert RULES.quorum(voting) == needed


def test_the_notice_is_counted_in_days_of_paris() -> None:
    convened = datetime(2026, 11, 1, 23, 30, tzinfo=PARIS)
    assert RULES.first_day(convened) == date(2026, 11, 6)
    assert RULES.too_soon(convened, datetime(2026, 11, 6, 9, tzinfo=PARIS)) is None
    reason = RULES.too_soon(convened, datetime(2026, 11, 5, 23, 59, tzinfo=PARIS))
    assert reason is not None
    assert "le 6 novembre 2026 au plus tôt" in reason


@pytest.mark.parametrize(
    ("ballots", "said"),
    [
        ([], "aucun vote"),
        ([("for", True), ("for", False), ("against", False)], "2 pour, 1 contre, 0 abstention : proposition adoptée"),
        ([("against", False), ("abstain", True)], "0 pour, 1 contre, 1 abstention : proposition rejetée"),
        (
            [("for", True), ("against", False)],
            "1 pour, 1 contre, 0 abstention : proposition adoptée, par la voix prépondérante du président",
        ),
        (
            [("for", False), ("against", True)],
            "1 pour, 1 contre, 0 abstention : proposition rejetée, par la voix prépondérante du président",
        ),
        ([("for", False), ("against", False), ("abstain", True)], "1 pour, 1 contre, 1 abstention : partage des voix"),
        ([("for", False), ("against", False)], "1 pour, 1 contre, 0 abstention : partage des voix"),
        ([("abstain", True)], "0 pour, 0 contre, 1 abstention : partage des voix"),
    ],
)
def test_votes_are_counted_and_a_tie_is_said(ballots: list[tuple[str, bool]], said: str) -> None:
    assert tally(ballots, chair_casts=True).sentence == said


def test_without_a_casting_vote_a_tie_stays_a_tie() -> None:
    assert tally([("for", True), ("against", False)], chair_casts=False).is_tie


@given(st.lists(st.tuples(st.sampled_from(Ballot.values), st.just(False)), max_size=30))
def test_a_majority_of_those_who_choose_decides(ballots: list[tuple[str, bool]]) -> None:
    counted = tally(ballots, chair_casts=True)
    assert counted.in_favour + counted.against + counted.abstained == len(ballots)
    if counted.in_favour == counted.against:
        assert counted.is_tie
    else:
        assert counted.adopted == (counted.in_favour > counted.against)
