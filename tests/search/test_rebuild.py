"""A rebuild shared by several processes: the same index, whoever reads; nothing lost, whatever happens meanwhile."""

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from accelerator.search.index import Index
from accelerator.search.rebuild import rebuild
from accelerator.search.types import Entry, Question, Shared
from accelerator.workflow import transaction

pytestmark = pytest.mark.server
Together = Callable[..., list[Any]]
SIZE = 5000  # three blocks


def everything() -> Sequence[int]:
    return range(1, SIZE + 1)


class Gardens:
    """Reads entries that depend on their number alone."""

    def __call__(self, ids: Sequence[int]) -> list[Entry]:
        return [self.entry(one) for one in ids]

    def entry(self, one: int) -> Entry:
        return Entry(
            one,
            f"Jardin numéro {one} de l’été",
            summary=["Des légumes d’ici, des légumes pour tous"] if one % 3 else [],
            context=["Figeac"] if one % 2 else ["Lot-et-Garonne"],
            facets={"kind": [f"k{one % 5}"], "departement": ["46"]},
            places=["departement-46"],
            prominence=1 - one / SIZE,
        )


class Dying(Gardens):
    """Dies in the middle, as of kill -9."""

    def entry(self, one: int) -> Entry:
        if one == SIZE // 2:
            os._exit(9)
        return super().entry(one)


class Failing(Gardens):
    """Fails in the middle."""

    def entry(self, one: int) -> Entry:
        if one == SIZE // 2:
            raise ValueError("jardin perdu")
        return super().entry(one)


def _held() -> Any:
    """All that the database holds of the index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT thing, tsv::text, prominence, packed_0, packed_1, sort_name FROM play_document")
        documents = cursor.fetchall()
        cursor.execute("SELECT lexeme, sum(documents) FROM search_lexeme GROUP BY 1 HAVING sum(documents) <> 0")
        lexemes = dict(cursor.fetchall())
        cursor.execute("SELECT DISTINCT word, display FROM search_word")
        words = dict(cursor.fetchall())
    return documents, lexemes, words


def _counted() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word, ndoc FROM ts_stat('SELECT tsv FROM play_document')")
        return dict(cursor.fetchall())


def _left_behind() -> list[str]:
    return [name for name in connection.introspection.table_names() if "_next" in name]


def test_several_processes_write_what_one_alone_writes(elsewhere: Callable[..., Any], shared: Index) -> None:
    assert elsewhere(lambda: rebuild(shared, everything, Gardens, processes=1)) == SIZE
    alone = elsewhere(_held)
    assert elsewhere(lambda: rebuild(shared, everything, Gardens, processes=2)) == SIZE
    documents, lexemes, words = elsewhere(_held)
    assert documents == alone[0], "the same, in the same order of prominence"
    assert lexemes == alone[1] == elsewhere(_counted)
    assert words == alone[2]
    assert elsewhere(lambda: shared.search(Question("legumes figeac", filters={"kind": {"k1"}})).ids[:1]) == [1]


@pytest.mark.parametrize(("reader", "said"), [(Dying, "s’est arrêté"), (Failing, "jardin perdu")])
def test_a_reader_that_dies_or_fails_leaves_the_index_as_it_was(
    elsewhere: Callable[..., Any], shared: Index, reader: type[Gardens], said: str
) -> None:
    def put() -> None:
        with transaction():
            shared.put([Entry(1, "Ancienne", facets={"kind": ["k1"]})])

    elsewhere(put)

    def tried() -> str:
        with pytest.raises(RuntimeError) as raised:
            rebuild(shared, everything, reader, processes=2)
        return str(raised.value)

    assert said in elsewhere(tried)
    assert elsewhere(lambda: shared.search(Question("ancienne", filters={"kind": {"k1"}})).ids) == [1]
    assert elsewhere(_left_behind) == []
    assert elsewhere(lambda: rebuild(shared, everything, Gardens, processes=2)) == SIZE, "it can be done again"


def test_two_rebuilds_at_once_follow_each_other(together: Together, shared: Index) -> None:
    once = lambda: rebuild(shared, everything, Gardens, processes=1)  # noqa: E731  the same function twice
    assert together(once, once) == [SIZE, SIZE]
    [(documents, lexemes, _)] = together(_held)
    assert len(documents) == SIZE
    assert [lexemes] == together(_counted)
    assert together(_left_behind) == [[]]


def test_what_is_written_while_processes_read_is_kept(together: Together, shared: Index) -> None:
    begun, over = threading.Event(), threading.Event()

    def order() -> Sequence[int]:
        begun.set()
        return everything()

    def build() -> int:
        try:
            return rebuild(shared, order, Gardens, processes=2)
        finally:
            over.set()

    def write() -> int:
        written = 0
        assert begun.wait(30)  # what was written before would be read with the rest, which these gardens are not
        while not over.wait(0.02):
            written += 1
            with transaction():
                shared.put([Entry(written, f"Verger {written}"), Entry(SIZE + written, "Nouvelle")])
                shared.remove([SIZE - written])
        return written

    _, written = together(build, write)
    assert written > 0
    [(documents, lexemes, _)] = together(_held)
    ids = {one[0] for one in documents}
    assert ids == ({*range(1, SIZE + written + 1)} - {*range(SIZE - written, SIZE)})
    assert [lexemes] == together(_counted)
    assert together(lambda: shared.search(Question("vergers")).total) == [written]


@pytest.mark.parametrize("processes", [1, 2])
def test_an_empty_index_is_rebuilt_empty(elsewhere: Callable[..., Any], shared: Index, processes: int) -> None:
    assert elsewhere(lambda: rebuild(shared, list, Gardens, processes=processes)) == 0
    assert elsewhere(lambda: shared.search(Question()).total) == 0


class Sharing(Gardens):
    """The same entries, what they have in common said once."""

    def __init__(self) -> None:
        self._kinds = [Shared(facets={"kind": [f"k{kind}"]}) for kind in range(5)]
        said = {"facets": {"departement": ["46"]}, "places": ["departement-46"]}
        self._odd, self._even = Shared(context=["Figeac"], **said), Shared(context=["Lot-et-Garonne"], **said)

    def entry(self, one: int) -> Entry:
        shared = (self._odd if one % 2 else self._even, self._kinds[one % 5])
        return super().entry(one)._replace(context=(), facets={}, places=(), shared=shared)


def test_what_entries_share_is_found_as_if_each_said_it(elsewhere: Callable[..., Any], shared: Index) -> None:
    elsewhere(lambda: rebuild(shared, everything, Gardens, processes=1))
    apart = elsewhere(_held)
    elsewhere(lambda: rebuild(shared, everything, Sharing, processes=2))
    together = elsewhere(_held)
    assert together[0] == apart[0]
    assert together[1:] == apart[1:]

    def put() -> None:
        with transaction():
            shared.put(Sharing()(range(1, 4)))

    elsewhere(put)
    assert sorted(elsewhere(_held)[0]) == sorted(apart[0]), "written one by one, the same"
