"""What came to answer a question since last time: what an alert tells.

Note [What a document was]
An index that is `watched` keeps what each document was before its first change, in the transaction of the change.
A document is new to a question when it answers now and did not then: it was not there, or was something else. So
correcting a typing error in what answered already is told to nobody. What is looked at is forgotten: the next look
starts from there.
What a rebuild brings without a put (an import in bulk) is known by its date: it was not there. What a rebuild changes
in a document already there is not told, nor what the night puts right (`upkeep`). Nor is a number that comes to a
document already there: what was its number is not kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from psycopg import sql

from accelerator.search.index import Index
from accelerator.search.streaming import Meaning, readings_of
from accelerator.search.types import Question
from accelerator.workflow import read_only

# A long import is dated when it begins and seen when it ends.
_LONGEST_IMPORT: Final = timedelta(hours=12)
_ASKED_AT_ONCE: Final = 5_000
# A rebuild waits for whoever reads the index: not for long.
_PROBED_AT_ONCE: Final = 200


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

    Call it outside a transaction: nobody must wait while so many questions are read.

    Note [How many words are required]
    A page requires as many of the words, from the rarest, as enough documents have: the whole index must be probed to
    know it. Thousands of questions cannot be. So each is first asked, at each number of words, of what changed only,
    which is little. What changed stands in the index too: when some of it has so many words, no fewer are required if
    one document is enough. The index is probed for the few questions that are left, all together.
    """

    def __init__(self, index: Index, questions: Mapping[str, Question]) -> None:
        self.index = index
        self.readings = readings_of(index, questions)

    def looks(self, *, documents: int, most: int) -> Iterator[Look]:
        """All that changed, so many documents at a time; at most so many are named for each question.

        A look that is not forgotten comes again the next time.
        """
        last = 0
        with connection.cursor() as cursor:
            while seen := self._gather(cursor, last, documents):
                last = seen[-1][0]
                yield Look(self._new(cursor, self._required(cursor), most), seen)
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

    def _required(self, cursor: Any) -> dict[str, int]:
        """How many words each question requires, for those to which something may be new."""
        asked = [
            (name, kept, *_asked(reading.requiring(kept)))
            for name, reading in self.readings.items()
            for kept in range(reading.least, len(reading.words) + 1)
        ]
        stands: dict[str, int] = {}
        first_new: dict[str, int] = {}
        for some in _some(asked, _ASKED_AT_ONCE):
            for name, kept, is_new in _ask(cursor, _STANDS, some):
                stands[name] = max(stands.get(name, 0), kept)
                if is_new:
                    first_new[name] = min(first_new.get(name, kept), kept)
        required: dict[str, int] = {}
        probed: dict[str, int] = {}
        for name in first_new:
            reading, most = self.readings[name], stands[name]
            if most == len(reading.words) and (most < 2 or reading.enough == 1):
                required[name] = most
            else:
                probed[name] = min(most + 1, len(reading.words))
        while probed:
            enough = self._probe(cursor, probed)
            # Beyond what stands in what changed, nothing is new; below what is new to it, nothing either.
            required |= {name: kept for name, kept in probed.items() if name in enough and kept <= stands[name]}
            fewer = {name: kept - 1 for name, kept in probed.items() if name not in enough}
            probed = {}
            for name, kept in fewer.items():
                if kept == 0 or (self.readings[name].enough == 1 and kept == stands[name]):
                    required[name] = kept
                elif kept >= first_new[name]:
                    probed[name] = kept
        return required

    def _probe(self, cursor: Any, kept: Mapping[str, int]) -> set[str]:
        """Those of which enough documents of the index have so many words."""
        asked = [
            (name, self.readings[name].enough, *_asked(self.readings[name].requiring(number)))
            for name, number in kept.items()
        ]
        probe = _PROBE.format(questions=_QUESTIONS, table=sql.Identifier(self.index.table))
        return {name for some in _some(asked, _PROBED_AT_ONCE) for (name,) in _ask(cursor, probe, some)}

    def _new(self, cursor: Any, required: Mapping[str, int], most: int) -> dict[str, New]:
        asked = [(name, most, *_asked(self.readings[name].requiring(kept))) for name, kept in required.items()]
        return {
            name: New(list(zip(documents, moments, strict=True)), number)
            for some in _some(asked, _ASKED_AT_ONCE)
            for name, documents, moments, number in _ask(cursor, _NEW, some)
        }


# Questions are given as four columns: a name, a number, a tsquery, the documents that bear the numbers asked (or none).
_QUESTIONS: Final = sql.SQL(
    "unnest(%s::text[], %s::int[], %s::text[]::tsquery[], %s::text[]) AS q(name, number, query, among)"
)
_ANSWERS: Final = sql.SQL("now @@ query AND (among IS NULL OR document = ANY(among::bigint[]))")
_STANDS: Final = sql.SQL("""
    SELECT name, number, EXISTS (
        SELECT FROM search_changed WHERE {answers} AND NOT coalesce(before @@ query, false)
    ) FROM {questions} WHERE EXISTS (SELECT FROM search_changed WHERE {answers})
""").format(questions=_QUESTIONS, answers=_ANSWERS)
# No question of numbers is probed: it has no words.
_PROBE: Final = sql.SQL("""
    SELECT name FROM {questions}
    WHERE number <= (SELECT count(*) FROM (SELECT FROM {table} WHERE tsv @@ query LIMIT number) AS few)
""")
_NEW: Final = sql.SQL("""
    SELECT name, array_agg(document ORDER BY n), array_agg(changed_at ORDER BY n), max(found)
    FROM {questions} CROSS JOIN LATERAL (
        SELECT document, changed_at, count(*) OVER () AS found,
            row_number() OVER (ORDER BY changed_at DESC, document) AS n
        FROM search_changed WHERE {answers} AND NOT coalesce(before @@ query, false)
        ORDER BY n LIMIT number
    ) AS few GROUP BY name
""").format(questions=_QUESTIONS, answers=_ANSWERS)
_Asked = tuple[str, int, str, str | None]


def _asked(meaning: Meaning) -> tuple[str, str | None]:
    """A meaning, as the last columns of a question."""
    among = None if meaning.among is None else f"{{{','.join(map(str, meaning.among))}}}"
    return meaning.query, among


def _ask(cursor: Any, asking: Any, asked: Sequence[_Asked]) -> list[tuple[Any, ...]]:
    """Ask many questions in one query, each through the index of what is asked: none reads a table from end to end."""
    with read_only():
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(asking, [list(column) for column in zip(*asked, strict=True)])
        return list(cursor.fetchall())


def _some(asked: Sequence[_Asked], number: int) -> Iterator[Sequence[_Asked]]:
    return (asked[start : start + number] for start in range(0, len(asked), number))


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
