"""Writers at the same moment, on connections of their own: real transactions, a real table."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from accelerator.search.index import Index
from accelerator.search.types import Entry, Question
from accelerator.workflow import transaction
from tests.search.documents import PlayDocument, play_index, rebuild_with

pytestmark = pytest.mark.server
Together = Callable[..., list[Any]]


@pytest.fixture
def shared(elsewhere: Callable[..., Any]) -> Index:
    """An index that every connection sees."""

    def make() -> None:
        with connection.schema_editor() as editor:
            editor.create_model(PlayDocument)

    elsewhere(make)
    return play_index()


def test_two_who_write_the_same_words_do_not_wait_for_each_other(together: Together, shared: Index) -> None:
    first_has_put, second_is_done = threading.Event(), threading.Event()

    def first() -> None:
        with transaction():
            shared.put([Entry(1, "Association des jardins", facets={"kind": ["porteur"]})])
            first_has_put.set()
            assert second_is_done.wait(10), "la seconde a attendu la première"

    def second() -> None:
        assert first_has_put.wait(10)
        with transaction():
            shared.put([Entry(2, "Association des jardins")])
        second_is_done.set()

    together(first, second)
    assert together(lambda: set(shared.search(Question("jardin")).ids)) == [{1, 2}]


def test_many_who_write_the_same_things_leave_exact_counts(together: Together, shared: Index) -> None:
    def write(seed: int) -> Callable[[], None]:
        def task() -> None:
            for turn in range(6):
                with transaction():
                    shared.put([Entry(1 + (seed + turn) % 3, f"Jardin {seed} {turn}", facets={"kind": [f"k{turn}"]})])

        return task

    together(*(write(seed) for seed in range(4)))

    def compare() -> tuple[dict[str, int], dict[str, int]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT lexeme, sum(documents) FROM search_lexeme WHERE index = 'play' GROUP BY 1"
                " HAVING sum(documents) <> 0"
            )
            kept = dict(cursor.fetchall())
            cursor.execute("SELECT word, ndoc FROM ts_stat('SELECT tsv FROM play_document')")
            return kept, dict(cursor.fetchall())

    [(kept, counted)] = together(compare)
    assert kept
    assert kept == counted


def test_a_put_committed_while_a_rebuild_reads_is_kept(together: Together, shared: Index) -> None:
    reading, written = threading.Event(), threading.Event()

    def entries() -> Iterator[Entry]:
        yield Entry(1, "Ancienne")
        reading.set()
        assert written.wait(10), "l’écriture a attendu la reconstruction"

    def write() -> None:
        assert reading.wait(10)
        with transaction():
            shared.put([Entry(1, "Nouvelle")])
        written.set()

    together(lambda: rebuild_with(shared, entries()), write)
    found, gone = together(
        lambda: shared.search(Question("nouvelle")).ids, lambda: shared.search(Question("ancienne")).ids
    )
    assert (list(found), list(gone)) == ([1], [])


def test_a_process_that_met_another_database_learns_the_words_of_this_one(together: Together, shared: Index) -> None:
    with transaction(), connection.schema_editor() as editor:
        editor.create_model(PlayDocument)
    with transaction():  # there, the words have the highest numbers that they will have here, and more
        for n in range(30):
            shared.put([Entry(n + 1, f"Ruche {'abcdefghijklmnopqrstuvwxyzéèàç'[n]}ruche", facets={"kind": ["ruche"]})])
    assert shared.search(Question("ruchhe")).corrected == "ruche"

    def put() -> None:
        with transaction():
            shared.put([Entry(1, "Association des jardins", facets={"kind": ["porteur"]})])

    together(put)
    assert together(lambda: shared.search(Question("jardinss")).corrected) == ["jardins"]
