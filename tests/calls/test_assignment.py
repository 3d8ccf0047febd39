"""Who reads which file."""

import random
from collections import Counter
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelerator.calls.assignment import File, Plan, Reader, assign, presence, reasons
from benchmarks.assignment import question

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 30)
THEMES = ("agriculture", "education", "inclusion", "sante")


def plan_of(files: list[File], readers: list[Reader], apart: set[tuple[int, int]] | None = None) -> Plan:
    return assign(files, readers, apart=apart or set(), first=FIRST, last=LAST)


def pairs(plan: Plan) -> set[tuple[int, int]]:
    return {(one.file, one.reader) for one in plan.pairings}


themes = st.frozensets(st.sampled_from(THEMES), max_size=3)
places = st.frozensets(st.sampled_from(["departement-46", "departement-12", "region-76"]), max_size=2)


@st.composite
def campaigns(draw: st.DrawFn) -> tuple[list[File], list[Reader], set[tuple[int, int]]]:
    readers = [
        Reader(key=100 + number, most=draw(st.integers(0, 6)), themes=draw(themes), places=draw(places))
        for number in range(draw(st.integers(1, 6)))
    ]
    keys = [reader.key for reader in readers]
    files = [
        File(
            key=number,
            wanted=draw(st.integers(1, 3)),
            themes=draw(themes),
            places=draw(places),
            held=draw(st.frozensets(st.sampled_from(keys), max_size=1)),
        )
        for number in range(draw(st.integers(1, 7)))
    ]
    apart = draw(st.sets(st.tuples(st.integers(0, 6), st.sampled_from(keys)), max_size=8))
    return files, readers, {pair for pair in apart if pair[0] < len(files) and pair[1] not in files[pair[0]].held}


@settings(max_examples=60, deadline=None)
@given(campaigns())
def test_what_is_given_respects_every_limit(campaign: tuple[list[File], list[Reader], set[tuple[int, int]]]) -> None:
    files, readers, apart = campaign
    plan = plan_of(files, readers, apart)
    given_pairs = pairs(plan)
    assert len(given_pairs) == len(plan.pairings)
    assert not given_pairs & apart
    assert not given_pairs & {(file.key, key) for file in files for key in file.held}
    before = Counter(key for file in files for key in file.held)
    new = Counter(reader for _, reader in given_pairs)
    for reader in readers:
        assert new[reader.key] <= max(0, reader.most - before[reader.key])
        assert plan.loads[reader.key] == before[reader.key] + new[reader.key]
    missing = {lack.file: lack.missing for lack in plan.lacks}
    served = Counter(file for file, _ in given_pairs)
    for file in files:
        assert len(file.held) + served[file.key] + missing.get(file.key, 0) == max(file.wanted, len(file.held))
    assert bool(plan.lacks) == bool(plan.advice)


@settings(max_examples=40, deadline=None)
@given(campaigns(), st.randoms())
def test_the_same_question_in_any_order_has_the_same_answer(
    campaign: tuple[list[File], list[Reader], set[tuple[int, int]]], draw: random.Random
) -> None:
    files, readers, apart = campaign
    again = draw.sample(files, len(files)), draw.sample(readers, len(readers))
    assert plan_of(files, readers, apart) == plan_of(*again, set(draw.sample(sorted(apart), len(apart))))


@settings(max_examples=40, deadline=None)
@given(campaigns())
def test_nothing_is_missing_that_could_be_filled(
    campaign: tuple[list[File], list[Reader], set[tuple[int, int]]],
) -> None:
    """The number of readings given is the most that any choice could give (compared with a plain matching)."""
    files, readers, apart = campaign
    before = Counter(key for file in files for key in file.held)
    seats = {reader.key: max(0, reader.most - before[reader.key]) for reader in readers}
    able = {file.key: [key for key in seats if key not in file.held and (file.key, key) not in apart] for file in files}
    given: dict[int, set[int]] = {file.key: set() for file in files}

    def placed(file: int, seen: set[int]) -> bool:
        """Whether a file gets one more reader, those who have it and others moving aside as needed."""
        for reader in able[file]:
            if reader in seen or reader in given[file]:
                continue
            seen.add(reader)
            having = [one for one in given if reader in given[one]]
            if len(having) >= seats[reader]:
                other = next((one for one in having if placed(one, seen)), None)
                if other is None:
                    continue
                given[other].remove(reader)
            given[file].add(reader)
            return True
        return False

    filled = sum(placed(file.key, set()) for file in files for _ in range(max(0, file.wanted - len(file.held))))
    assert len(plan_of(files, readers, apart).pairings) == filled


def test_the_load_is_shared() -> None:
    files = [File(key=number, wanted=2) for number in range(30)]
    readers = [Reader(key=number, most=30) for number in range(6)]
    assert set(plan_of(files, readers).loads.values()) == {10}


def test_each_theme_of_a_file_is_known_by_one_of_its_readers() -> None:
    """The flow alone gives a file to those who know the most of it; the repair covers what nobody would know."""
    files, readers, apart = question(files=120, readers=24, wanted=3)
    plan = assign(files, readers, apart=apart, first=date(2026, 1, 5), last=date(2026, 2, 15))
    known = {reader.key: reader.themes for reader in readers}
    by_file: dict[int, set[str]] = {}
    for file, reader in pairs(plan):
        by_file.setdefault(file, set()).update(known[reader])
    bare = {file.key for file in files if file.themes - by_file[file.key]}
    assert bare == {key for key, lacking in plan.uncovered.items() if set(lacking) - {""}}
    impossible = {
        file.key
        for file in files
        if any(
            not any(theme in one.themes for one in readers if (file.key, one.key) not in apart) for theme in file.themes
        )
    }
    assert bare == impossible


def test_readers_change_places_to_cover_a_theme() -> None:
    """Everyone is full: only an exchange with another file brings the theme."""
    files = [
        File(key=1, wanted=2, themes=frozenset({"inclusion", "sante"})),
        File(key=2, wanted=2, themes=frozenset({"inclusion"})),
    ]
    readers = [
        Reader(key=1, most=1, themes=frozenset({"inclusion"})),
        Reader(key=2, most=1, themes=frozenset({"inclusion"})),
        Reader(key=3, most=1, themes=frozenset({"inclusion"})),
        Reader(key=4, most=1, themes=frozenset({"sante"})),
    ]
    plan = plan_of(files, readers)
    assert (1, 4) in pairs(plan)
    assert plan.uncovered == {}


def test_the_territory_is_looked_at_by_someone() -> None:
    lot = frozenset({"departement-46", "region-76"})
    files = [File(key=number, wanted=1, places=lot) for number in range(3)]
    readers = [
        Reader(key=1, most=9, places=frozenset({"departement-59"})),
        Reader(key=2, most=9, places=frozenset({"departement-46"})),
    ]
    plan = plan_of(files, readers)
    assert {one.reader for one in plan.pairings} == {2}
    assert plan.pairings[0].place == "departement-46"


def test_an_absence_takes_its_share_of_the_files() -> None:
    reader = Reader(key=1, most=20, away=((date(2026, 1, 11), date(2026, 1, 25)),))
    assert presence(reader, FIRST, LAST) == 10
    overlapping = Reader(key=1, most=20, away=((FIRST, date(2026, 1, 10)), (date(2026, 1, 5), date(2026, 1, 15))))
    assert presence(overlapping, FIRST, LAST) == 10
    assert presence(Reader(key=1, most=20, away=((date(2025, 1, 1), date(2027, 1, 1)),)), FIRST, LAST) == 0
    assert presence(reader, LAST, FIRST) == 0


def test_a_top_up_keeps_what_is_given() -> None:
    files = [File(key=number, wanted=2) for number in range(6)]
    readers = [Reader(key=number, most=6) for number in range(1, 5)]
    first = plan_of(files, readers)
    gone = 1
    held = [
        File(
            key=file.key, wanted=2, held=frozenset(key for row, key in pairs(first) if row == file.key and key != gone)
        )
        for file in files
    ]
    apart = {(file.key, gone) for file in files}
    more = plan_of(held, readers, apart)
    assert {pair for pair in pairs(more) if pair[1] == gone} == set()
    assert len(more.pairings) == sum(1 for _, key in pairs(first) if key == gone)
    for file in held:
        after = file.held | {key for row, key in pairs(more) if row == file.key}
        assert len(after) == 2


@pytest.mark.parametrize(
    ("readers", "apart", "why", "advice"),
    [
        ([], set(), "aucun autre expert", "aucun expert n’est présent"),
        ([Reader(key=1, most=5)], {(0, 1)}, "aucun autre expert", "trop de conflits d’intérêts"),
        ([Reader(key=1, most=5), Reader(key=2, most=5)], set(), "aucun autre expert", "Ajoutez au moins 1 expert"),
    ],
)
def test_what_cannot_be_filled_says_why_and_what_would_help(
    readers: list[Reader], apart: set[tuple[int, int]], why: str, advice: str
) -> None:
    plan = plan_of([File(key=0, wanted=3)], readers, apart)
    assert why in plan.lacks[0].why
    assert advice in plan.advice


def test_full_reviewers_are_said_to_be_full() -> None:
    files = [File(key=number, wanted=1) for number in range(3)]
    plan = plan_of(files, [Reader(key=1, most=2)])
    assert len(plan.lacks) == 1
    assert "ont déjà tous les dossiers qu’ils acceptent" in plan.lacks[0].why
    assert "Ajoutez 1 expert (à 2 dossiers chacun)" in plan.advice


def test_a_shortage_is_shared() -> None:
    """Six readings for four files that want two: none is left without any reader."""
    files = [File(key=number, wanted=2) for number in range(4)]
    plan = plan_of(files, [Reader(key=number, most=2) for number in range(3)])
    assert sorted(Counter(one.file for one in plan.pairings).values()) == [1, 1, 2, 2]


def test_the_reasons_are_said() -> None:
    names = {"inclusion": "Inclusion", "departement-46": "Lot"}
    lot = frozenset({"departement-46"})
    plan = plan_of(
        [File(key=1, wanted=1, themes=frozenset({"inclusion"}), places=lot)],
        [Reader(key=2, most=20, themes=frozenset({"inclusion"}), places=lot)],
    )
    assert reasons(plan.pairings[0].to_json(), names) == (
        "parce que : expertise Inclusion, territoire Lot, charge 1 sur 20"
    )
    anyone = plan_of([File(key=1, wanted=1, themes=frozenset({"sante"}))], [Reader(key=2, most=3)])
    assert reasons(anyone.pairings[0].to_json(), {}) == (
        "parce que : aucune des expertises demandées, regarde toute la France, charge 1 sur 3"
    )


def test_no_pair_is_given_twice_in_the_large() -> None:
    files, readers, apart = question(files=200, readers=30, wanted=4)
    plan = assign(files, readers, apart=apart, first=date(2026, 1, 5), last=date(2026, 2, 15))
    for one, other in combinations([p for p in plan.pairings if p.file < 20], 2):
        assert (one.file, one.reader) != (other.file, other.reader)
    assert len(plan.pairings) == 800
