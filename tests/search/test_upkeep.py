"""An index put in order without being written again: what is wrong is put right, and nothing else is written."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from accelerator.search import asking, types, upkeep
from accelerator.search.index import Index
from accelerator.search.rebuild import rebuild
from accelerator.search.types import Entry, Question
from accelerator.search.upkeep import TURNS, tend
from accelerator.workflow import transaction
from tests.search.documents import PlayDocument
from tests.search.test_rebuild import SIZE, Dying, Gardens, everything

pytestmark = pytest.mark.server
Together = Callable[..., list[Any]]
Elsewhere = Callable[..., Any]


@pytest.fixture
def written(elsewhere: Elsewhere, shared: Index, monkeypatch: pytest.MonkeyPatch) -> Index:
    """An index that was written whole, large enough to be put in order."""
    monkeypatch.setattr(upkeep, "FEW", 100)
    elsewhere(lambda: rebuild(shared, everything, Gardens, processes=1))
    return shared


def _run(statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def _documents() -> dict[int, Any]:
    return {pk: rest for pk, *rest in _run("SELECT thing, tsv::text, prominence, packed_0 FROM play_document")}


def _table() -> Any:
    """Which table it is: another one when the index was written again."""
    return _run("SELECT 'play_document'::regclass::oid")


def _counts_are_exact() -> bool:
    counted = dict(_run("SELECT word, ndoc FROM ts_stat('SELECT tsv FROM play_document')"))
    return (
        dict(_run("SELECT lexeme, sum(documents) FROM search_lexeme GROUP BY 1 HAVING sum(documents) <> 0")) == counted
    )


def test_an_index_in_order_is_left_as_it_is(elsewhere: Elsewhere, written: Index) -> None:
    before, table = elsewhere(_documents), elsewhere(_table)
    assert elsewhere(lambda: tend(written, everything, Gardens, turn=0)) == 0
    assert elsewhere(_documents) == before
    assert elsewhere(_table) == table


def test_what_changed_without_its_document_is_put_right_within_a_week(elsewhere: Elsewhere, written: Index) -> None:
    right, table = elsewhere(_documents), elsewhere(_table)
    wrong = range(10, 10 + 2 * TURNS)
    elsewhere(lambda: _run("UPDATE play_document SET tsv = '''faux''' WHERE thing = ANY(%s)", [list(wrong)]))
    elsewhere(lambda: _run("UPDATE play_document SET prominence = 0 WHERE thing = 3"))

    def each_night() -> list[int]:
        return [tend(written, everything, Gardens, turn=turn) for turn in range(30, 30 + TURNS)]

    done = elsewhere(each_night)
    assert sum(done) == len(wrong) + 1
    assert sorted(done) == [2, 2, 2, 2, 2, 2, 3], "a seventh each night"
    assert elsewhere(_documents) == right
    assert elsewhere(_table) == table


def test_what_is_lacking_is_written_and_what_is_no_more_leaves(elsewhere: Elsewhere, written: Index) -> None:
    right = elsewhere(_documents)

    def spoil() -> None:
        with transaction():
            written.remove([7, 8])
            written.put([Entry(SIZE + 1, "Jardin disparu")])

    class Existing(Gardens):
        def __call__(self, ids: Sequence[int]) -> list[Entry]:
            return super().__call__([one for one in ids if one <= SIZE])

    elsewhere(spoil)
    assert elsewhere(lambda: tend(written, everything, Existing, turn=0)) == 3
    assert elsewhere(_documents) == right
    assert elsewhere(_counts_are_exact)


def test_what_rose_goes_to_the_shelf_of_its_rank(
    elsewhere: Elsewhere, shared: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "FEW", 100)
    monkeypatch.setattr(upkeep, "SHELVES", (10, 100))
    monkeypatch.setattr(types, "SHELVES", (10, 100))
    elsewhere(lambda: rebuild(shared, everything, Gardens, processes=1))

    def shelves() -> list[Any]:
        return _run("SELECT shelf, count(*) FROM play_document GROUP BY 1 ORDER BY 1")

    assert elsewhere(shelves) == [(1, 10), (2, 90), (3, SIZE - 100)]

    def first_now() -> Sequence[int]:
        return [SIZE, *range(1, SIZE)]

    assert elsewhere(lambda: tend(shared, first_now, Gardens, turn=0)) == 1
    assert elsewhere(shelves) == [(1, 11), (2, 90), (3, SIZE - 101)], "those that it pushed down stay"
    assert elsewhere(lambda: _run("SELECT shelf FROM play_document WHERE thing = %s", [SIZE])) == [(1,)]


def test_what_became_the_most_prominent_is_read_first(
    elsewhere: Elsewhere, shared: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (upkeep, types, asking):
        monkeypatch.setattr(module, "SHELVES", (60, 200))
    monkeypatch.setattr(asking, "CAP", 20)
    monkeypatch.setattr(upkeep, "FEW", 100)
    elsewhere(lambda: rebuild(shared, everything, Gardens, processes=1))

    def everyone() -> list[int]:
        return shared.search(Question(filters={"departement": {"46"}}, size=5)).ids

    assert elsewhere(everyone) == [1, 2, 3, 4, 5]

    class Risen(Gardens):
        def entry(self, one: int) -> Entry:
            return super().entry(one)._replace(prominence=1.0) if one == SIZE else super().entry(one)

    def rise() -> None:
        with transaction():
            shared.put(Risen()([SIZE]))

    elsewhere(rise)
    elsewhere(lambda: tend(shared, lambda: [SIZE, *range(1, SIZE)], Risen, turn=0))
    assert elsewhere(everyone) == [SIZE, 1, 2, 3, 4]


def test_what_another_commits_while_it_reads_is_not_covered(together: Together, written: Index) -> None:
    """What is read of a document to put it right is read when nobody else may write it."""
    reading, committed = threading.Event(), threading.Event()
    said = ["Verger"]

    class Late(Gardens):
        def entry(self, one: int) -> Entry:
            return Entry(one, said[0]) if one == TURNS else super().entry(one)

        def __call__(self, ids: Sequence[int]) -> list[Entry]:
            entries = super().__call__(ids)
            if list(ids) == [TURNS]:  # to put it right
                reading.set()
                committed.wait(1)  # the writer cannot, until this has ended
            return entries

    def write() -> None:
        assert reading.wait(30)
        with transaction():
            said[0] = "Potager"
            written.put([Entry(TURNS, "Potager")])
        committed.set()

    together(lambda: tend(written, everything, Late, turn=0), write)
    assert together(lambda: written.search(Question("potager")).ids) == [[TURNS]]


def test_what_was_there_and_is_put_right_is_told_to_nobody(elsewhere: Elsewhere, written: Index) -> None:
    watched = Index("play", PlayDocument, written.packing.facets.values(), watched=True)
    elsewhere(lambda: _run("UPDATE play_document SET tsv = '''faux''' WHERE thing = %s", [TURNS]))
    elsewhere(lambda: _run("DELETE FROM play_document WHERE thing = 1"))
    assert elsewhere(lambda: tend(watched, everything, Gardens, turn=0)) == 2
    assert elsewhere(lambda: _run("SELECT document, tsv FROM search_before")) == [(1, None)], "it was not there"


def test_counts_are_summed_up(elsewhere: Elsewhere, written: Index) -> None:
    def write() -> None:
        for one in (1, 2):
            with transaction():
                written.put([Entry(one, "Verger 4")])

    class Planted(Gardens):
        def entry(self, one: int) -> Entry:
            return Entry(one, "Verger 4") if one < 3 else super().entry(one)

    elsewhere(write)
    assert elsewhere(lambda: _run("SELECT count(*) > 1 FROM search_lexeme WHERE lexeme = 'verg'")) == [(True,)]
    assert elsewhere(lambda: tend(written, everything, Planted, turn=1)) == 0
    assert elsewhere(lambda: _run("SELECT documents FROM search_lexeme WHERE lexeme = 'verg'")) == [(2,)]
    assert elsewhere(_counts_are_exact)
    assert elsewhere(lambda: written.search(Question("vergers")).total) == 2


@pytest.mark.parametrize("why", ["small", "worn", "other rules", "another order"])
def test_it_is_written_again_when_that_is_less(
    elsewhere: Elsewhere, written: Index, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    right, table = elsewhere(_documents), elsewhere(_table)
    if why == "small":
        monkeypatch.setattr(upkeep, "FEW", SIZE + 1)
    elif why == "worn":
        touched = list(range(SIZE // 4 + 1))
        elsewhere(
            lambda: _run("INSERT INTO search_touch (index, document) SELECT 'play', unnest(%s::bigint[])", [touched])
        )
    elif why == "other rules":
        # All those of tonight, and no other.
        elsewhere(lambda: _run("UPDATE play_document SET tsv = '''faux''' WHERE mod(thing, 7) = 0"))
    else:
        elsewhere(lambda: _run("UPDATE play_document SET shelf = 6 WHERE mod(thing, 3) = 0"))
    assert elsewhere(lambda: tend(written, everything, Gardens, turn=0)) == SIZE
    assert elsewhere(_table) != table
    assert elsewhere(_documents) == right
    assert elsewhere(lambda: _run("SELECT count(*) FROM search_touch")) == [(0,)]


def test_a_reader_that_dies_leaves_the_index_as_it_was(
    elsewhere: Elsewhere, written: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = elsewhere(_documents)

    def tried() -> None:
        with pytest.raises(RuntimeError, match="s’est arrêté"):
            tend(written, everything, Dying, turn=SIZE // 2)

    with monkeypatch.context() as patched:
        patched.setattr(upkeep, "processes_for", lambda count: 2)
        elsewhere(tried)
    assert elsewhere(_documents) == before
    assert elsewhere(lambda: tend(written, everything, Gardens, turn=0)) == 0, "it can be done again"


def test_what_is_written_while_it_is_put_in_order_is_kept(together: Together, written: Index) -> None:
    begun, over = threading.Event(), threading.Event()

    def order() -> Sequence[int]:
        begun.set()
        return everything()

    class Planted(Gardens):
        """What the writer below writes, once it has."""

        def entry(self, one: int) -> Entry:
            return Entry(one, f"Verger {one}") if one <= count else super().entry(one)

    count = 0

    def tending() -> int:
        try:
            return sum(tend(written, order, Planted, turn=turn) for turn in range(TURNS))
        finally:
            over.set()

    def write() -> int:
        nonlocal count
        assert begun.wait(30)
        while not over.wait(0.02):
            with transaction():
                written.put([Entry(count + 1, f"Verger {count + 1}")])
            count += 1
        return count

    _, planted = together(tending, write)
    assert planted > 0
    assert together(_counts_are_exact) == [True]
    assert together(lambda: written.search(Question("vergers")).total) == [planted]
