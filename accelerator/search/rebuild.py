"""Write an index again, whole, while it is searched and written.

Note [How a rebuild loses nothing]
1. The touches of the past are forgotten; from then on each put and each removal leaves one.
2. The entries are read and copied beside the table, sorted by prominence, indexed. Search and writers go on.
3. Writers wait (a moment) while the documents touched meanwhile are taken again from the old table, the counts of
   lexemes are replaced, and the new table takes the name of the old one. Readers wait for the renaming only.
The positions of the facets' values are kept: a search that began before reads what began after.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection
from psycopg import sql

from accelerator.search.index import COLUMNS, Index
from accelerator.search.types import Entry
from accelerator.workflow import transaction

_BATCH = 2000
_MEMORY = "512MB"


@dataclass
class _Words:
    """How each word is written, most often."""

    shown: Counter[tuple[str, str]] = field(default_factory=Counter)

    def best(self) -> Iterator[tuple[str, str]]:
        chosen: dict[str, tuple[int, str]] = {}
        for (word, display), count in self.shown.items():
            if count > chosen.get(word, (0, ""))[0]:
                chosen[word] = (count, display)
        return ((word, display) for word, (_, display) in chosen.items())


def rebuild(index: Index, entries: Iterable[Entry]) -> int:
    """Replace the whole index by these entries; return how many documents it has.

    Entries are read once, after the rebuild has begun, so that none that changes meanwhile is lost.
    Raises `RuntimeError` when a transaction is open: it opens its own.
    """
    with connection.cursor() as cursor:
        with transaction():
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [index.lock])
            cursor.execute("DELETE FROM search_touch WHERE index = %s", [index.name])
            cursor.execute("SELECT coalesce(max(id), 0) FROM search_word WHERE index = %s", [index.name])
            last_word = cursor.fetchone()[0]
        cursor.execute(f"SET maintenance_work_mem = '{_MEMORY}'")
        try:
            words = _copy(cursor, index, entries)
            _sort(cursor, index)
            _count(cursor, words)
            with transaction():
                total = _replace(cursor, index, last_word)
            _validate(cursor, index)
        finally:
            if not connection.needs_rollback:
                cursor.execute("RESET maintenance_work_mem")
                for table in ("search_staging", "search_counted", "search_written"):
                    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    return total


def _names(index: Index) -> dict[str, sql.Composable]:
    return {
        "table": sql.Identifier(index.table),
        "next": sql.Identifier(f"{index.table}_next"),
        "key": sql.Identifier(index.key),
    }


def _run(cursor: Any, statement: str, index: Index, parameters: Any = None, **names: sql.Composable) -> None:
    cursor.execute(sql.SQL(statement).format(**(_names(index) | names)), parameters)


def _copy(cursor: Any, index: Index, entries: Iterable[Entry]) -> _Words:
    """Read the entries, as documents, into a table of this session."""
    words = _Words()
    columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    _run(
        cursor,
        "CREATE TEMPORARY TABLE search_staging AS SELECT {key}, {columns} FROM {table} LIMIT 0",
        index,
        columns=columns,
    )
    copying = sql.SQL("COPY search_staging ({key}, {columns}) FROM STDIN").format(**_names(index), columns=columns)
    remaining = iter(entries)
    while batch := list(islice(remaining, _BATCH)):
        with transaction():
            positions = index.positions_for(cursor, batch)
        rows = index.rows(cursor, batch, positions)
        with cursor.copy(copying) as copy:
            for row in rows:
                copy.write_row(row.values)
                words.shown.update(row.displays.items())
    return words


def _sort(cursor: Any, index: Index) -> None:
    """Make the next table from the copy, in order of prominence, with the indexes and checks of the present one."""
    columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    _run(cursor, "DROP TABLE IF EXISTS {next}", index)
    _run(cursor, "CREATE TABLE {next} (LIKE {table} INCLUDING DEFAULTS INCLUDING STORAGE)", index)
    _run(
        cursor,
        "INSERT INTO {next} ({key}, {columns}) SELECT {key}, {columns} FROM search_staging"
        " ORDER BY prominence DESC, {key}",
        index,
        columns=columns,
    )
    for n, (_, kind, definition) in enumerate(_constraints(cursor, index)):
        if kind != "f":
            _run(
                cursor,
                "ALTER TABLE {next} ADD CONSTRAINT {name} {definition}",
                index,
                name=sql.Identifier(_next_name(index, "c", n)),
                definition=sql.SQL(definition),
            )
    for n, (_, definition) in enumerate(_indexes(cursor, index)):
        method = definition.index(" USING ")
        kind = definition[: definition.index(" INDEX ")]
        made = f'{kind} INDEX "{_next_name(index, "i", n)}" ON "{index.table}_next" {definition[method:]}'
        cursor.execute(made)
    _run(cursor, "ANALYZE {next}" if connection.in_atomic_block else "VACUUM (ANALYZE) {next}", index)


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


def _count(cursor: Any, words: _Words) -> None:
    """Count the documents of each lexeme, and write the words down, in tables of this session."""
    cursor.execute(
        "CREATE TEMPORARY TABLE search_counted AS SELECT word AS lexeme, ndoc AS documents"
        " FROM ts_stat('SELECT tsv FROM search_staging')"
    )
    cursor.execute("CREATE TEMPORARY TABLE search_written (word text, display text)")
    with cursor.copy("COPY search_written FROM STDIN") as copy:
        for row in words.best():
            copy.write_row(row)


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
    _run(cursor, changes, index, [index.name, touched], sign=sql.SQL("-1"))
    _run(cursor, "DELETE FROM {next} WHERE {key} = ANY(%s)", index, [touched])
    _run(
        cursor,
        "INSERT INTO {next} ({key}, {columns}) SELECT {key}, {columns} FROM {table} WHERE {key} = ANY(%s)",
        index,
        [touched],
        columns=columns,
    )
    _run(cursor, changes, index, [index.name, touched], sign=sql.SQL("1"))
    # Words put meanwhile have a later number: they stay, twice perhaps.
    cursor.execute("DELETE FROM search_word WHERE index = %s AND id <= %s", [index.name, last_word])
    cursor.execute(
        "INSERT INTO search_word (index, word, display) SELECT %s, word, display FROM search_written", [index.name]
    )
    cursor.execute(
        "INSERT INTO search_state AS s (index, generation, positions) VALUES (%s, 1, '{}')"
        " ON CONFLICT (index) DO UPDATE SET generation = s.generation + 1",
        [index.name],
    )
    constraints, indexes = _constraints(cursor, index), _indexes(cursor, index)
    _run(cursor, "DROP TABLE {table}", index)
    _run(cursor, "ALTER TABLE {next} RENAME TO {table}", index)
    for n, (name, kind, definition) in enumerate(constraints):
        if kind == "f":
            _run(
                cursor,
                "ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID",
                index,
                name=sql.Identifier(name),
                definition=sql.SQL(definition),
            )
        else:
            _run(
                cursor,
                "ALTER TABLE {table} RENAME CONSTRAINT {made} TO {name}",
                index,
                made=sql.Identifier(_next_name(index, "c", n)),
                name=sql.Identifier(name),
            )
    for n, (name, _) in enumerate(indexes):
        _run(
            cursor,
            "ALTER INDEX {made} RENAME TO {name}",
            index,
            made=sql.Identifier(_next_name(index, "i", n)),
            name=sql.Identifier(name),
        )
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    _run(cursor, "SELECT count(*) FROM {table}", index)
    return int(cursor.fetchone()[0])


def _validate(cursor: Any, index: Index) -> None:
    """Check the references, without stopping anyone."""
    for name, kind, _ in _constraints(cursor, index):
        if kind == "f":
            _run(cursor, "ALTER TABLE {table} VALIDATE CONSTRAINT {name}", index, name=sql.Identifier(name))
