"""What came to answer a question since last time: what an alert tells.

Note [What a document was]
An index that is `watched` keeps what each document was before its first change, in the transaction of the change.
A document is new to a question when it answers now and did not then: it was not there, or was something else. So
correcting a typing error in what answered already is told to nobody. What is looked at is forgotten: the next look
starts from there.
What a rebuild brings without a put (an import in bulk) is known by its date: it was not there. What a rebuild changes
in a document already there is not told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from psycopg import sql

from accelerator.search.index import Index
from accelerator.search.streaming import Meaning, loosest_of, meaning_of
from accelerator.search.types import Question

# A long import is dated when it begins and seen when it ends.
_LONGEST_IMPORT: Final = timedelta(hours=12)


@dataclass(frozen=True)
class New:
    """What is new to one question.

    documents  the latest changed, each with the moment of its last change.
    number     how many in all.
    """

    documents: Sequence[tuple[int, datetime]]
    number: int


@dataclass(frozen=True)
class Look:
    """Some of what changed, and what is new to each question that finds some of it."""

    new: Mapping[str, New]
    seen: Sequence[tuple[int, datetime]]

    def forget(self) -> int:
        """Look at these changes no more, in the transaction of what is made of them; return how many were forgotten.

        None: another worker did it first. What changed again since it was seen stays, with what it was at first.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM search_before USING unnest(%s::bigint[], %s::timestamptz[]) AS seen(number, at)"
                " WHERE id = seen.number AND changed_at = seen.at",
                [[number for number, _ in self.seen], [at for _, at in self.seen]],
            )
            return int(cursor.rowcount)


class Watch:
    """Questions asked together of what changed.

    Call it outside a transaction: questions are read one by one, and nobody must wait for that.
    """

    def __init__(self, index: Index, questions: Mapping[str, Question]) -> None:
        self.index = index
        self.questions = questions
        self._loosest = {name: loosest_of(index, question) for name, question in questions.items()}
        self._exact = {name: meaning for name, meaning in self._loosest.items() if meaning.exact}

    def looks(self, *, documents: int, most: int) -> Iterator[Look]:
        """All that changed, so many documents at a time; at most so many are named for each question.

        A look that is not forgotten comes again the next time.
        """
        last = 0
        with connection.cursor() as cursor:
            while seen := self._gather(cursor, last, documents):
                last = seen[-1][0]
                yield Look(self._new(cursor, self._concerned(cursor), most), seen)
            cursor.execute("DROP TABLE IF EXISTS search_changed")

    def _gather(self, cursor: Any, last: int, documents: int) -> list[tuple[int, datetime]]:
        """Put in a table of this session what changed, as it was and as it is; what is no more has no answer."""
        cursor.execute("DROP TABLE IF EXISTS search_changed")
        cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE search_changed AS"
                " SELECT b.id, document, b.tsv AS before, d.tsv AS now, changed_at"
                " FROM (SELECT * FROM search_before WHERE index = %s AND id > %s ORDER BY id LIMIT %s) AS b"
                " LEFT JOIN {table} AS d ON d.{key} = document"
            ).format(table=sql.Identifier(self.index.table), key=sql.Identifier(self.index.key)),
            [self.index.name, last, documents],
        )
        cursor.execute("CREATE INDEX ON search_changed USING gin (now)")
        cursor.execute("ANALYZE search_changed")
        cursor.execute("SELECT id, changed_at FROM search_changed ORDER BY id")
        return list(cursor.fetchall())

    def _concerned(self, cursor: Any) -> dict[str, Meaning]:
        """The exact meaning of each question that may find some of what changed: the others need not be read."""
        asked = {name: meaning.query for name, meaning in self._loosest.items() if meaning.query}
        cursor.execute(
            "SELECT name FROM unnest(%s::text[], %s::text[]::tsquery[]) AS q(name, query)"
            " WHERE EXISTS (SELECT FROM search_changed WHERE now @@ query)",
            [list(asked), list(asked.values())],
        )
        concerned = [name for (name,) in cursor.fetchall()]
        for name in concerned:
            if name not in self._exact:
                self._exact[name] = meaning_of(self.index, self.questions[name])
        return {name: self._exact[name] for name in concerned}

    @staticmethod
    def _new(cursor: Any, meanings: Mapping[str, Meaning], most: int) -> dict[str, New]:
        asked = {name: meaning.query for name, meaning in meanings.items() if meaning.query}
        cursor.execute(
            "SELECT name, array_agg(document ORDER BY n), array_agg(changed_at ORDER BY n), max(number)"
            " FROM unnest(%s::text[], %s::text[]::tsquery[]) AS q(name, query) CROSS JOIN LATERAL ("
            "   SELECT document, changed_at, count(*) OVER () AS number,"
            "     row_number() OVER (ORDER BY changed_at DESC, document) AS n"
            "   FROM search_changed WHERE now @@ query AND NOT coalesce(before @@ query, false)"
            "   ORDER BY n LIMIT %s) AS few GROUP BY name",
            [list(asked), list(asked.values()), most],
        )
        return {
            name: New(list(zip(documents, moments, strict=True)), number)
            for name, documents, moments, number in cursor.fetchall()
        }


def take_in_what_was_rebuilt(index: Index) -> int:
    """Count as changed what a rebuild brought since last time, in the caller's transaction; return how many."""
    names = {"table": sql.Identifier(index.table), "key": sql.Identifier(index.key)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT watched_at FROM search_state WHERE index = %s FOR UPDATE", [index.name])
        row = cursor.fetchone()
        brought = 0
        if row and row[0]:
            cursor.execute(
                sql.SQL(
                    "INSERT INTO search_before (index, document, tsv, changed_at)"
                    " SELECT %s, {key}, NULL, dated_at FROM {table} WHERE dated_at > %s"
                    " ON CONFLICT (index, document) DO NOTHING"
                ).format(**names),
                [index.name, row[0] - _LONGEST_IMPORT],
            )
            brought = cursor.rowcount
        cursor.execute(
            "INSERT INTO search_state (index, positions, watched_at) VALUES (%s, '{}', now())"
            " ON CONFLICT (index) DO UPDATE SET watched_at = now()",
            [index.name],
        )
    return brought
