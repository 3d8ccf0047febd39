"""Put a large index in order each night, without writing it again: what is wrong in it, and what its life wore.

Note [What a night looks at]
Whoever changes a thing writes its document at once, so a document is right unless what it was read from changed without
it: a word of a theme, the name of a place, a rule. Each night
1. every thing to be found is looked for in the index, and every document among the things; those that are on one side
   only are written again, or leave;
2. one document in seven is made again and compared with what stands: those that differ are written again. A week reads
   them all;
3. the documents that rose go to the shelf of their rank. Those that they push down stay: a shelf that holds a few
   more costs nothing;
4. what writing leaves behind is summed up (counts of lexemes, touches) or swept (the rows that are no more).
Search and writers go on; who writes one of the hundred documents being written waits for them.

Note [When it is written again]
A document put right takes what thirty take when all are written: beyond one in thirty, the whole index is. So it is
when one document in four was written since it was: the rows of a fresh index stand in order of prominence, and what is
written since stands anywhere. On the first shelf their order is asked of each (`search_read`); on the others, it
decides which of the last ones of three thousand are read. A small index is written again each time.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection
from psycopg import sql

from accelerator.search.crew import FEW, Crew, Reader, processes_for
from accelerator.search.documents import COLUMNS
from accelerator.search.index import Index
from accelerator.search.rebuild import rebuild
from accelerator.search.table import alone, copy_rows, execute
from accelerator.search.types import SHELVES
from accelerator.workflow import read_only, transaction

TURNS: Final = 7
_WORN: Final = 4  # one document in so many was written since the index was
_TOO_MANY: Final = 30  # one in so many must be put right
_TOGETHER: Final = 100  # documents written while the other writers wait


def tend(index: Index, order: Callable[[], Sequence[int]], reader: Reader, *, turn: int) -> int:
    """Put the index in order; return how many documents were written again or rose to a shelf.

    order, reader   as those of `rebuild`.
    turn            which of the `TURNS` parts is read again: the number of a day, say.

    Raises `RuntimeError` as `rebuild`.
    """
    with connection.cursor() as cursor:
        if not _worn(cursor, index):
            with alone(cursor, index):
                changed = _tended(cursor, index, order(), reader, turn)
            if changed is not None:
                return changed
    return rebuild(index, order, reader)


def _worn(cursor: Any, index: Index) -> bool:
    """Whether it is worth writing again whole: it is small, or much of it was written since it was."""
    table = sql.Identifier(index.table)
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(table))
    documents = cursor.fetchone()[0]
    cursor.execute("SELECT count(DISTINCT document) FROM search_touch WHERE index = %s", [index.name])
    return documents < FEW or cursor.fetchone()[0] * _WORN > documents


def _tended(cursor: Any, index: Index, ids: Sequence[int], reader: Reader, turn: int) -> int | None:
    """How many were written; None when too many must be."""
    with _ordered(cursor, ids):
        astray, risen = _astray(cursor, index)
        part = [pk for pk in ids if pk % TURNS == turn % TURNS]
        differing = _differing(cursor, index, part, reader) - astray
        changed = len(astray) + len(differing | risen)
        if changed * _TOO_MANY > len(ids):
            return None
        read = reader()
        # What was not there is new to whoever watches; what was, and is put right, is not.
        for told, wrong in ((True, astray), (False, differing)):
            for some in _some(sorted(wrong)):
                with transaction():
                    index.write_again(some, lambda pks: list(read(pks)), told=told)
        for some in _some(sorted(risen)):
            with transaction():
                _move(cursor, index, some)
    _sum_up(cursor, index)
    execute(cursor, "VACUUM (INDEX_CLEANUP ON, ANALYZE) {table}", index)
    return changed


@contextmanager
def _ordered(cursor: Any, ids: Sequence[int]) -> Iterator[None]:
    """The order of the documents, in a table of this session."""
    cursor.execute("CREATE TEMPORARY TABLE search_order (document bigint, rank int)")
    try:
        with cursor.copy("COPY search_order FROM STDIN") as copy:
            for some in _some(range(len(ids)), 20_000):
                copy.write("".join([f"{ids[rank]}\t{rank}\n" for rank in some]))
        cursor.execute("ANALYZE search_order")
        yield
    finally:
        if not connection.needs_rollback:
            cursor.execute("DROP TABLE search_order")


def _astray(cursor: Any, index: Index) -> tuple[set[int], set[int]]:
    """The documents that are on one side only, then those that stand below the shelf of their rank."""
    with read_only():
        cursor.execute("SET LOCAL work_mem = '64MB'")
        execute(
            cursor,
            "SELECT coalesce(document, {key}), document IS NULL OR {key} IS NULL"
            " FROM search_order FULL JOIN {table} ON {key} = document"
            " WHERE document IS NULL OR {key} IS NULL OR shelf > width_bucket(rank, %s::int[]) + 1",
            index,
            [list(SHELVES)],
        )
        found = cursor.fetchall()
    return {pk for pk, is_astray in found if is_astray}, {pk for pk, is_astray in found if not is_astray}


def _differing(cursor: Any, index: Index, ids: Sequence[int], reader: Reader) -> set[int]:
    """Those of these documents that would not be written as they stand."""
    differing: set[int] = set()
    own, stands = (sql.SQL(", ").join(sql.Identifier(of, one) for one in COLUMNS) for of in ("again", "stands"))
    execute(cursor, "CREATE TEMPORARY TABLE search_again (LIKE {table} INCLUDING DEFAULTS)", index)
    try:
        with Crew(index.name, index.packing, reader, processes_for(len(ids))) as crew:
            for block in crew.rows(ids):
                cursor.execute("TRUNCATE search_again")
                copy_rows(cursor, index, "search_again", [block])
                execute(
                    cursor,
                    "SELECT again.{key} FROM search_again AS again LEFT JOIN {table} AS stands USING ({key})"
                    " WHERE ROW ({own}) IS DISTINCT FROM ROW ({stands})",
                    index,
                    own=own,
                    stands=stands,
                )
                differing |= {pk for (pk,) in cursor.fetchall()}
    finally:
        if not connection.needs_rollback:
            cursor.execute("DROP TABLE search_again")
    return differing


def _move(cursor: Any, index: Index, ids: Sequence[int]) -> None:
    """Put documents on the shelf of their rank, and count them as written."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [index.lock])
    cursor.execute("INSERT INTO search_touch (index, document) SELECT %s, unnest(%s::bigint[])", [index.name, ids])
    execute(
        cursor,
        "UPDATE {table} SET shelf = width_bucket(rank, %s::int[]) + 1 FROM search_order"
        " WHERE {key} = document AND {key} = ANY(%s)",
        index,
        [list(SHELVES), ids],
    )


def _sum_up(cursor: Any, index: Index) -> None:
    """One count for each lexeme, one touch for each document. Whoever writes meanwhile adds its own, which are left."""
    with transaction():
        cursor.execute(
            "WITH several AS ("
            "   SELECT lexeme FROM search_lexeme WHERE index = %(index)s GROUP BY lexeme"
            "   HAVING count(*) > 1 OR sum(documents) = 0"
            " ), former AS ("
            "   DELETE FROM search_lexeme WHERE index = %(index)s AND lexeme IN (SELECT lexeme FROM several)"
            "   RETURNING lexeme, documents"
            " ) INSERT INTO search_lexeme (index, lexeme, documents)"
            " SELECT %(index)s, lexeme, sum(documents) FROM former GROUP BY lexeme HAVING sum(documents) <> 0",
            {"index": index.name},
        )
        cursor.execute(
            "DELETE FROM search_touch WHERE index = %(index)s AND id NOT IN ("
            "   SELECT min(id) FROM search_touch WHERE index = %(index)s GROUP BY document)",
            {"index": index.name},
        )


def _some(these: Sequence[int], number: int = _TOGETHER) -> Iterator[Sequence[int]]:
    return (these[start : start + number] for start in range(0, len(these), number))
