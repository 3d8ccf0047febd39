"""How a day of hearings is dealt out."""

from datetime import UTC, datetime, timedelta

from accelerator.calls.hearings import Day, Hearing, dealt

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)


def hours(*clock: float) -> list[datetime]:
    return [NINE.replace(hour=0) + timedelta(hours=one) for one in clock]


def test_a_hearing_neither_overlaps_the_break_nor_ends_after_the_day() -> None:
    day = Day(NINE, NINE + timedelta(hours=4), 45, 15, *hours(10.5, 11.5))
    assert day.starts() == hours(9, 11.5)
    assert Day(NINE, NINE + timedelta(minutes=44), 45).starts() == []


def test_the_first_files_come_first_and_a_linked_jury_leaves_them_to_another() -> None:
    day = Day(NINE, NINE + timedelta(hours=2), 60)
    dealing = dealt([1, 2, 3, 4, 5, 6], [10, 20], day, kept_apart={(1, 10), (6, 10), (6, 20)}, busy={})
    assert dealing.hearings == (
        Hearing(2, 10, NINE),
        Hearing(1, 20, NINE),
        Hearing(3, 10, NINE + timedelta(hours=1)),
        Hearing(4, 20, NINE + timedelta(hours=1)),
    )
    assert (dealing.barred, dealing.left) == ((6,), (5,))


def test_what_a_jury_hears_already_is_left_alone() -> None:
    day = Day(NINE, NINE + timedelta(hours=2), 60)
    busy = {10: [(NINE + timedelta(minutes=30), NINE + timedelta(minutes=60))]}
    assert dealt([1], [10], day, kept_apart=(), busy=busy).hearings == (Hearing(1, 10, NINE + timedelta(hours=1)),)


def test_nobody_to_hear_or_nobody_to_be_heard_is_no_hearing() -> None:
    day = Day(NINE, NINE + timedelta(hours=2), 60)
    assert dealt([], [10], day, kept_apart=(), busy={}).hearings == ()
    assert dealt([1], [], day, kept_apart=(), busy={}).barred == (1,)
