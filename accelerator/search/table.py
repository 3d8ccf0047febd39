"""The table of an index as a whole: who works on it, what is run on it, what is copied to it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import sql

from accelerator.search.documents import COLUMNS
from accelerator.search.index import Index

_BINARY_BEGINS = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_BINARY_ENDS = b"\xff\xff"


@contextmanager
def alone(cursor: Any, index: Index) -> Iterator[None]:
    """Wait for whoever writes this index again or puts it in order; leave nothing behind."""
    lock = f"{index.lock} rebuild"
    cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [lock])
    try:
        yield
    finally:
        if not connection.needs_rollback:
            try:
                execute(cursor, "DROP TABLE IF EXISTS {next}", index)
                cursor.execute("DROP TABLE IF EXISTS pg_temp.search_counted, pg_temp.search_written")
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [lock])


def next_name(index: Index) -> str:
    """The table that a rebuild fills."""
    return f"{index.table}_next"


def execute(cursor: Any, statement: str, index: Index, parameters: Any = None, **names: sql.Composable) -> None:
    """Run a statement in which {table} is the table of an index, {next} the next one, {key} its key."""
    own = {
        "table": sql.Identifier(index.table),
        "next": sql.Identifier(next_name(index)),
        "key": sql.Identifier(index.key),
    }
    cursor.execute(sql.SQL(statement).format(**(own | names)), parameters)


def copy_rows(cursor: Any, index: Index, into: str, rows: Iterable[bytes], how: str = "") -> None:
    """Copy the rows of a `Crew` into a table like that of the index."""
    copying = sql.SQL("COPY {into} ({key}, {columns}, shelf) FROM STDIN (FORMAT binary{how})").format(
        into=sql.Identifier(into),
        key=sql.Identifier(index.key),
        columns=sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        how=sql.SQL(how),
    )
    with cursor.copy(copying) as copy:
        copy.write(_BINARY_BEGINS)
        for some in rows:
            copy.write(some)
        copy.write(_BINARY_ENDS)
