"""Writers at the same moment, on connections of their own: real transactions, a real table."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from accelerator.search import rebuild as rebuilding
from accelerator.search import together as together_kernel
from accelerator.search.index import Index
from accelerator.search.streaming import first_without
from accelerator.search.together import ask_together
from accelerator.search.types import EVERYTHING, Entry, Question, quoted
from accelerator.workflow import transaction
from tests.search.documents import PlayDocument, rebuild_with

pytestmark = pytest.mark.server
Together = Callable[..., list[Any]]


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


@pytest.mark.parametrize("asked", ["words", "places", "without"])
def test_whoever_asks_while_a_rebuild_puts_its_table_in_place_is_answered(
    together: Together, shared: Index, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    in_place, replace = threading.Event(), rebuilding._replace
    entries = [Entry(n, f"Jardin {n}", places=["departement-46"], prominence=1 / n) for n in (1, 2, 3)]
    monkeypatch.setattr(together_kernel, "CAP", 2)  # the places have more: the first are all that is read
    together(lambda: rebuild_with(shared, entries))

    def slow(cursor: Any, index: Index, last_word: int) -> int:
        total = replace(cursor, index, last_word)
        in_place.set()
        for _ in range(100):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return total
            time.sleep(0.1)
        raise AssertionError("personne n’a attendu")

    def ask() -> list[int]:
        assert in_place.wait(10)
        if asked == "places":
            there = Question(places=["departement-46"], counted=(), size=2)
            return list(ask_together(shared.source, [there])[0].ids)
        if asked == "without":
            return first_without(shared, "kind", [quoted(EVERYTHING)], [], limit=2)
        return list(shared.search(Question("jardin", size=2)).ids)

    monkeypatch.setattr(rebuilding, "_replace", slow)
    assert together(lambda: rebuild_with(shared, entries), ask) == [3, [1, 2]]


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
