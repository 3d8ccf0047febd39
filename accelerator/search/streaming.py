"""Everything that answers a question, however many: what an export reads.

The meaning of a question is that of its page: words corrected, those of a sentence that were not required left out.
It is found once; what answers is then read from the index itself, beyond the cap.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from psycopg import sql

from accelerator.search.asking import ORDERS, Asking, Known, Source, Term, enough, held
from accelerator.search.index import Index
from accelerator.search.text import Word
from accelerator.search.types import (
    EVERYTHING,
    Answer,
    Question,
    Sort,
    any_of,
    quoted,
)

_READ_AT_ONCE: Final = 20_000
_ALL: Final = quoted(EVERYTHING)
# When not even the rarest word is required: any of so many, the rarest.
_LOOSE: Final = 3


@dataclass(frozen=True)
class Meaning:
    """What a question asks of a document.

    query   a tsquery over the documents of the index; empty: nothing can answer (all its words are unknown).
    among   the only documents that may answer, those that bear the numbers asked; None: all.
    """

    query: str
    among: tuple[int, ...] | None = None

    def of(self, index: Index) -> sql.Composable:
        """As the condition of a query that reads the table of an index; what all have is not looked for."""
        if self.among is None and self.query == _ALL:
            return sql.SQL("true")
        asked = sql.SQL("tsv @@ {}::tsquery").format(sql.Literal(self.query))
        if self.among is None:
            return asked
        return sql.SQL("{} = ANY({}) AND ").format(sql.Identifier(index.key), sql.Literal(list(self.among))) + asked


@dataclass(frozen=True)
class Reading:
    """What a question may mean: all its words are required or, when too few documents have them, the rarest of them.

    must    what every answer has whatever the words, a tsquery; empty: nothing.
    words   its words, the rarest first, each a tsquery.
    enough  as many words are required as so many documents have.
    among   the only documents that may answer, those that bear the numbers asked (no word is then); None: all.
    """

    must: str
    words: tuple[str, ...]
    enough: int
    among: tuple[int, ...] | None = None

    @property
    def least(self) -> int:
        """How few words may be required; one alone always is, and none means that any of the rarest is enough."""
        return len(self.words) if len(self.words) < 2 else 0

    def requiring(self, kept: int) -> Meaning:
        """The meaning when so many words are required. What requires more is found by what requires less."""
        required = [self.must] if self.must else []
        if kept:
            required += [f"({word})" for word in self.words[:kept]]
        elif self.words:
            required.append(any_of(self.words[:_LOOSE]))
        return Meaning(" & ".join(required) or _ALL, self.among)


def meaning_of(index: Index, question: Question) -> Meaning:
    """What the page of this question requires, in at most three queries."""
    reader = _Reader(index, question, probes=True)
    reading = reader.read()
    return reading.requiring(reader.kept) if reading else Meaning("")


def readings_of(index: Index, questions: Mapping[str, Question]) -> dict[str, Reading]:
    """What many questions may mean, their words looked up together; those that nothing can answer are left out.

    One query for all the words, and one for each question whose words must be corrected or that asks a number.
    """
    together = _Together()
    readers = {name: _Reader(index, question, together) for name, question in questions.items()}
    words: dict[Word, None] = {}
    keys: dict[str, None] = {}
    for reader in readers.values():
        own_words, own_keys = reader.looked_up
        words |= dict.fromkeys(own_words)
        keys |= dict.fromkeys(own_keys)
    together.look(index.source, words, keys)
    read = {name: reader.read() for name, reader in readers.items()}
    return {name: reading for name, reading in read.items() if reading}


def number_of(index: Index, meaning: Meaning) -> int:
    """How many answer, counted one by one."""
    if not meaning.query:
        return 0
    counting = sql.SQL("SELECT count(*) FROM {table} WHERE {asked}")
    with connection.cursor() as cursor:
        cursor.execute(counting.format(table=sql.Identifier(index.table), asked=meaning.of(index)))
        return int(cursor.fetchone()[0])


def first_without(index: Index, facet: str, looked: Sequence[str], tested: Sequence[str], *, limit: int) -> list[int]:
    """The first documents that have no value of a facet and all of this, the most prominent first, in one query.

    looked   queries that the index answers, the rare ones; `tested`: those asked of what it finds, one by one.
    """
    parts = [*looked, *tested]
    reading = sql.SQL(
        "SELECT id FROM {held} search_read({table}::regclass, {key}, %s::text[], %s::bigint[], 1, '{{}}', '{{}}',"
        " '', %s, '{{}}', %s, %s) ON true"
    )
    names = {"table": sql.Literal(connection.ops.quote_name(index.table)), "key": sql.Literal(index.key)}
    with connection.cursor() as cursor:
        cursor.execute(
            reading.format(held=held(index.table), **names),
            [parts, [0] * len(looked) + [1] * len(tested), limit, *index.packing.bits_of(facet)],
        )
        return [pk for (pk,) in cursor.fetchall()]


def every_id(index: Index, meaning: Meaning, *, sort: Sort | None) -> Iterator[list[int]]:
    """Everything that answers, some thousands at a time, through a cursor of the server; in no order without a `sort`.

    Call it in a short transaction: a rebuild waits for whoever reads the table, and the others wait for the rebuild.
    Keep the numbers (eight bytes each) and read what they name afterwards.
    """
    if not meaning.query:
        return
    key = sql.Identifier(index.key)
    order = sql.SQL(" ORDER BY {order}").format(order=ORDERS[sort].format(key=key)) if sort else sql.SQL("")
    reading = sql.SQL("SELECT {key} FROM {table} WHERE {asked}{order}").format(
        key=key, table=sql.Identifier(index.table), asked=meaning.of(index), order=order
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(reading)
        while rows := cursor.fetchmany(_READ_AT_ONCE):
            yield [pk for (pk,) in rows]


class _Together(Known):
    """What is known of the words of many questions: each word is looked up once."""

    def look(self, source: Source, words: Iterable[Word], keys: Iterable[str] = (), *, totals: bool = False) -> None:
        lacking = [word for word in words if not self.stems.keys() >= set(word.forms)]
        others = [key for key in keys if key not in self.documents]
        if lacking or others:
            super().look(source, lacking, others)


class _Reader(Asking):
    """Asks as a page does, for the meaning instead of the answer; how many words are required is known by probing."""

    def __init__(self, index: Index, question: Question, known: Known | None = None, *, probes: bool = False) -> None:
        shortest = Question(question.text, question.filters, question.places, "relevance", 1, 1, counted=())
        super().__init__(index.source, shortest)
        self.known = known or self.known
        self.ids_wanted = False
        self.probes = probes
        self.reading: Reading | None = None
        self.kept = 0

    def read(self) -> Reading | None:
        """What the question may mean; None when nothing can answer."""
        self.answer()
        return self.reading

    def find(self, terms: list[Term]) -> Answer:
        words = () if self.identifiers else tuple(term.query for term in terms)
        must = " & ".join(any_of(map(quoted, some)) for some in self._keys())
        self.reading = Reading(must, words, enough(len(words)), self.among)
        self.kept = len(words)
        answer = super().find(terms) if self.probes and len(words) > 1 else Answer([], None, False, 0, {})
        if len(words) > 1:
            self.kept = len(answer.required)
        return answer
