"""Write an index again, whole, while it is searched and written.

Note [How a rebuild loses nothing]
1. The touches of the past are forgotten; from then on each put and each removal leaves one.
2. The entries are read, in order of prominence, and copied into a table beside, then indexed. Search and writers go on.
3. Writers wait (a moment) while the documents touched meanwhile are taken again from the old table, the counts of
   lexemes are replaced, and the new table takes the name of the old one. Readers wait for the renaming only.
The positions of the facets' values are kept: a search that began before reads what began after.
Two rebuilds of one index follow each other. One that fails, or whose readers die, leaves the index as it was.

Note [Written once]
The new table is made and filled in one transaction, its rows already frozen: where the server keeps a minimal log,
nothing is written twice. A large one is then indexed on two connections, of which the longest index takes one; its
helpers are as many as the processors left (PostgreSQL 18 knows how): one more, and all of them wait for each other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from psycopg import sql

from accelerator.search.crew import BLOCK, Crew, Reader, processes_for
from accelerator.search.documents import COLUMNS
from accelerator.search.index import Index
from accelerator.search.table import alone, copy_rows, execute, next_name
from accelerator.workflow import transaction

_MEMORY = 64  # megabytes for a sort; half of it for each process, when more than two share one


def rebuild(
    index: Index,
    order: Callable[[], Sequence[int]],
    reader: Reader,
    *,
    processes: int | None = None,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Replace the whole index; return how many documents it has.

    order       what is to be found, the most prominent first.
    reader      makes what reads the entries of some of them, in the order given, without those that are gone. A class
                or a function of a module: other processes call it too, once each.
    processes   how many read; by default this one alone for a few documents, else one for each core.
    told        is called with how many are written so far and how many there are, while the connection is busy.

    Both are called after the rebuild has begun, so that nothing that changes meanwhile is lost.
    Raises `RuntimeError` when a transaction is open (it opens its own), or when a process that reads fails or dies.
    """
    with connection.cursor() as cursor, alone(cursor, index):
        with transaction():
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [index.lock])
            cursor.execute("DELETE FROM search_touch WHERE index = %s", [index.name])
            cursor.execute("SELECT coalesce(max(id), 0) FROM search_word WHERE index = %s", [index.name])
            last_word = cursor.fetchone()[0]
        ids = order()
        shared = processes or processes_for(len(ids))
        with Crew(index.name, index.packing, reader, shared) as crew:
            rows = crew.rows(ids)
            with transaction():
                _copy(cursor, index, _counted(rows, len(ids), told))
                _constrain(cursor, index)
        longest, others = _indexing(cursor, index)
        if shared > 1:
            with ThreadPoolExecutor(1) as pool:
                meanwhile = pool.submit(_made_apart, others)
                _make(longest, helpers=shared - 1)
                meanwhile.result()
        else:
            _make([*longest, *others])
        execute(cursor, "ANALYZE {next}", index)
        with transaction():
            _remember(cursor, *crew.counted())
            total = _replace(cursor, index, last_word)
        _validate(cursor, index)
    return total


def _counted(blocks: Iterable[bytes], total: int, told: Callable[[int, int], None]) -> Iterator[bytes]:
    done = 0
    told(0, total)
    for block in blocks:
        yield block
        done = min(total, done + BLOCK)
        told(done, total)


def _copy(cursor: Any, index: Index, rows: Iterable[bytes]) -> None:
    """Make the next table and fill it with the rows, as they come."""
    execute(cursor, "DROP TABLE IF EXISTS {next}", index)
    execute(cursor, "CREATE TABLE {next} (LIKE {table} INCLUDING DEFAULTS INCLUDING STORAGE)", index)
    cursor.execute(
        "SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = %s::regclass",
        [connection.ops.quote_name(index.table)],
    )
    if options := cursor.fetchone()[0]:
        execute(cursor, f"ALTER TABLE {{next}} SET ({options})", index)
    copy_rows(cursor, index, next_name(index), rows, how=", FREEZE")


def _constrain(cursor: Any, index: Index) -> None:
    """Give the next table the key and the checks of the present one."""
    cursor.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY}MB'")
    for n, (_, kind, definition) in enumerate(_constraints(cursor, index)):
        if kind != "f":
            execute(
                cursor,
                "ALTER TABLE {next} ADD CONSTRAINT {name} {definition}",
                index,
                name=sql.Identifier(_next_name(index, "c", n)),
                definition=sql.SQL(definition),
            )


def _indexing(cursor: Any, index: Index) -> tuple[list[str], list[str]]:
    """What gives the next table the indexes of the present one: those of all its words, then the rest."""
    longest, others = list[str](), list[str]()
    for n, (_, definition) in enumerate(_indexes(cursor, index)):
        method = definition.index(" USING ")
        kind = definition[: definition.index(" INDEX ")]
        made = f'{kind} INDEX "{_next_name(index, "i", n)}" ON "{index.table}_next" {definition[method:]}'
        (longest if " USING gin " in definition and " WHERE " not in definition else others).append(made)
    return longest, others


def _make(statements: Iterable[str], *, helpers: int = 0) -> None:
    with transaction(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY // 2 * max(2, helpers + 1)}MB'")
        cursor.execute(f"SET LOCAL max_parallel_maintenance_workers = {helpers}")
        for statement in statements:
            cursor.execute(statement)


def _made_apart(statements: Iterable[str]) -> None:
    """The same in a thread, whose connection nobody else would close."""
    try:
        _make(statements)
    finally:
        connection.close()


def _next_name(index: Index, kind: str, n: int) -> str:
    return f"{index.table[:50]}_next_{kind}{n}"


def _constraints(cursor: Any, index: Index) -> list[tuple[str, str, str]]:
    cursor.execute(
        "SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'c', 'f') ORDER BY conname",
        [connection.ops.quote_name(index.table)],
    )
    return cursor.fetchall()


def _indexes(cursor: Any, index: Index) -> list[tuple[str, str]]:
    """Those that are not behind a constraint."""
    cursor.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = %s::regclass AND NOT EXISTS ("
        "   SELECT FROM pg_constraint AS x WHERE x.conindid = i.indexrelid AND x.conrelid = i.indrelid)"
        " ORDER BY c.relname",
        [connection.ops.quote_name(index.table)],
    )
    return cursor.fetchall()


def _remember(cursor: Any, documents: dict[str, int], shown: dict[tuple[str, str], int]) -> None:
    """Copy the counts of the lexemes, and the words as they are most often written, in tables of this session."""
    best: dict[str, tuple[int, str]] = {}
    for (word, display), times in shown.items():
        best[word] = max(best.get(word, (0, "")), (times, display))
    cursor.execute("CREATE TEMPORARY TABLE search_counted (lexeme text, documents int)")
    cursor.execute("CREATE TEMPORARY TABLE search_written (word text, display text)")
    with cursor.copy("COPY search_counted FROM STDIN") as copy:
        for row in documents.items():
            copy.write_row(row)
    with cursor.copy("COPY search_written FROM STDIN") as copy:
        for word, (_, display) in best.items():
            copy.write_row((word, display))


def _replace(cursor: Any, index: Index, last_word: int) -> int:
    """Take the touched documents again, replace what is remembered, and give the next table its name."""
    columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [index.lock])
    cursor.execute("DELETE FROM search_touch WHERE index = %s RETURNING document", [index.name])
    touched = sorted({document for (document,) in cursor.fetchall()})
    cursor.execute("DELETE FROM search_lexeme WHERE index = %s", [index.name])
    cursor.execute(
        "INSERT INTO search_lexeme (index, lexeme, documents) SELECT %s, lexeme, documents FROM search_counted",
        [index.name],
    )
    changes = (
        "INSERT INTO search_lexeme (index, lexeme, documents)"
        " SELECT %s, lexeme, {sign} * count(*) FROM {next}, unnest(tsvector_to_array(tsv)) AS lexeme"
        " WHERE {key} = ANY(%s) GROUP BY lexeme"
    )
    execute(cursor, changes, index, [index.name, touched], sign=sql.SQL("-1"))
    execute(cursor, "DELETE FROM {next} WHERE {key} = ANY(%s)", index, [touched])
    execute(
        cursor,
        "INSERT INTO {next} ({key}, {columns}) SELECT {key}, {columns} FROM {table} WHERE {key} = ANY(%s)",
        index,
        [touched],
        columns=columns,
    )
    execute(cursor, changes, index, [index.name, touched], sign=sql.SQL("1"))
    # Words put meanwhile have a later number: they stay, twice perhaps.
    cursor.execute("DELETE FROM search_word WHERE index = %s AND id <= %s", [index.name, last_word])
    cursor.execute(
        "INSERT INTO search_word (index, word, display) SELECT %s, word, display FROM search_written", [index.name]
    )
    cursor.execute(
        "INSERT INTO search_state (index, positions) VALUES (%s, '{}')"
        " ON CONFLICT (index) DO UPDATE SET generation = DEFAULT",
        [index.name],
    )
    constraints, indexes = _constraints(cursor, index), _indexes(cursor, index)
    execute(cursor, "DROP TABLE {table}", index)
    execute(cursor, "ALTER TABLE {next} RENAME TO {table}", index)
    for n, (name, kind, definition) in enumerate(constraints):
        if kind == "f":
            execute(
                cursor,
                "ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID",
                index,
                name=sql.Identifier(name),
                definition=sql.SQL(definition),
            )
        else:
            execute(
                cursor,
                "ALTER TABLE {table} RENAME CONSTRAINT {made} TO {name}",
                index,
                made=sql.Identifier(_next_name(index, "c", n)),
                name=sql.Identifier(name),
            )
    for n, (name, _) in enumerate(indexes):
        execute(
            cursor,
            "ALTER INDEX {made} RENAME TO {name}",
            index,
            made=sql.Identifier(_next_name(index, "i", n)),
            name=sql.Identifier(name),
        )
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    execute(cursor, "SELECT count(*) FROM {table}", index)
    return int(cursor.fetchone()[0])


def _validate(cursor: Any, index: Index) -> None:
    """Check the references, without stopping anyone."""
    for name, kind, _ in _constraints(cursor, index):
        if kind == "f":
            execute(cursor, "ALTER TABLE {table} VALIDATE CONSTRAINT {name}", index, name=sql.Identifier(name))
