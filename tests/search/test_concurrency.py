"""Writers at the same moment, on connections of their own: real transactions, a real table, removed at the end."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from accelerator.search.index import Index
from accelerator.search.rebuild import rebuild
from accelerator.search.types import Entry, Question
from accelerator.workflow import transaction
from tests.search.documents import PlayDocument, play_index

pytestmark = pytest.mark.server


def elsewhere(*tasks: Callable[[], None], patience: float = 20) -> None:
    """Run each task in a thread with its own connection; raise the first error."""
    errors: list[BaseException] = []

    def run(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
        assert not thread.is_alive(), "une écriture attend sans fin"
    if errors:
        raise errors[0]


@pytest.fixture
def shared() -> Iterator[Index]:
    """An index that every connection sees; this test's own transaction never touches it."""

    def make() -> None:
        with connection.schema_editor() as editor:
            editor.create_model(PlayDocument)

    def clean() -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS play_document")
            for table in ("search_state", "search_lexeme", "search_word", "search_touch"):
                cursor.execute(f"DELETE FROM {table} WHERE index = 'play'")

    elsewhere(make)
    yield play_index()
    elsewhere(clean)


def test_two_who_write_the_same_words_do_not_wait_for_each_other(shared: Index) -> None:
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

    elsewhere(first, second)
    answers: list[set[int]] = []
    elsewhere(lambda: answers.append(set(shared.search(Question("jardin")).ids)))
    assert answers == [{1, 2}]


def test_many_who_write_the_same_things_leave_exact_counts(shared: Index) -> None:
    def write(seed: int) -> Callable[[], None]:
        def task() -> None:
            for turn in range(6):
                with transaction():
                    shared.put([Entry(1 + (seed + turn) % 3, f"Jardin {seed} {turn}", facets={"kind": [f"k{turn}"]})])

        return task

    elsewhere(*(write(seed) for seed in range(4)))
    counted: list[tuple[dict[str, int], dict[str, int]]] = []

    def compare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT lexeme, sum(documents) FROM search_lexeme WHERE index = 'play' GROUP BY 1"
                " HAVING sum(documents) <> 0"
            )
            kept = dict(cursor.fetchall())
            cursor.execute("SELECT word, ndoc FROM ts_stat('SELECT tsv FROM play_document')")
            counted.append((kept, dict(cursor.fetchall())))

    elsewhere(compare)
    assert counted[0][0] == counted[0][1]


def test_a_put_committed_while_a_rebuild_reads_is_kept(shared: Index) -> None:
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

    elsewhere(lambda: rebuild(shared, entries()) and None, write)
    answers: list[list[int]] = []
    elsewhere(
        lambda: answers.extend([shared.search(Question("nouvelle")).ids, shared.search(Question("ancienne")).ids])
    )
    assert answers == [[1], []]
