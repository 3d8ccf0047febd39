"""Everything that answers a question, however many: what an export reads.

The meaning of a question is that of its page: words corrected, those of a sentence that were not required left out.
It is found once; what answers is then read from the index itself, beyond the cap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db import connection
from psycopg import sql

from accelerator.search.asking import Asking, Term
from accelerator.search.index import Index
from accelerator.search.types import (
    EVERYTHING,
    Answer,
    Question,
    Sort,
    any_of,
    facet_key,
    identifier_key,
    place_key,
    quoted,
)

_READ_AT_ONCE: Final = 20_000
# The loosest reading of a question: any of so many of its words, the rarest.
_LOOSE: Final = 3
_ORDERS: Final[dict[Sort, sql.SQL]] = {
    "name": sql.SQL("sort_name, {key}"),
    "date": sql.SQL("dated_at DESC NULLS LAST, {key}"),
    "relevance": sql.SQL("prominence DESC, {key}"),
}


@dataclass(frozen=True)
class Meaning:
    """What a question asks of a document.

    query   a tsquery over the documents of the index; empty: nothing can answer (all its words are unknown).
    exact   False for the loosest reading: whatever answers matches it, but not only.
    """

    query: str
    exact: bool = True


def meaning_of(index: Index, question: Question) -> Meaning:
    """What the page of this question requires, in at most three queries."""
    return _Reading(index, question).meaning()


def loosest_of(index: Index, question: Question) -> Meaning:
    """A reading that leaves nothing out of what the question finds, in one query or two; often exact already."""
    return _Reading(index, question, loosely=True).meaning()


def number_of(index: Index, meaning: Meaning) -> int:
    """How many answer, counted one by one."""
    if not meaning.query:
        return 0
    counting = sql.SQL("SELECT count(*) FROM {table} WHERE tsv @@ %s::tsquery")
    with connection.cursor() as cursor:
        cursor.execute(counting.format(table=sql.Identifier(index.table)), [meaning.query])
        return int(cursor.fetchone()[0])


def every_id(index: Index, meaning: Meaning, *, sort: Sort = "name") -> Iterator[list[int]]:
    """Everything that answers, in order, some thousands at a time, through a cursor of the server.

    Call it in a short transaction: a rebuild waits for whoever reads the table, and the others wait for the rebuild.
    Keep the numbers (eight bytes each) and read what they name afterwards.
    """
    if not meaning.query:
        return
    key = sql.Identifier(index.key)
    reading = sql.SQL("SELECT {key} FROM {table} WHERE tsv @@ {query}::tsquery ORDER BY {order}").format(
        key=key,
        table=sql.Identifier(index.table),
        query=sql.Literal(meaning.query),
        order=_ORDERS[sort].format(key=key),
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(reading)
        while rows := cursor.fetchmany(_READ_AT_ONCE):
            yield [pk for (pk,) in rows]


class _Reading(Asking):
    """Asks as a page does, for the meaning instead of the answer."""

    def __init__(self, index: Index, question: Question, *, loosely: bool = False) -> None:
        shortest = Question(question.text, question.filters, question.places, "relevance", 1, 1, counted=())
        super().__init__(index.source, shortest)
        self.cap = 0  # how many words are required is asked, not what answers
        self.loosely = loosely
        self.found = Meaning("")

    def meaning(self) -> Meaning:
        self.answer()
        return self.found

    def find(self, terms: list[Term]) -> Answer:
        words = [] if self.identifiers else [term.query for term in terms]
        if self.loosely or len(words) < 2:
            self.found = Meaning(self._all_of(words[:_LOOSE], loose=True), exact=len(words) < 2)
            return Answer([], None, False, 0, {})
        answer = super().find(terms)
        kept = len(answer.required)
        self.found = Meaning(self._all_of(words[:kept] or words[:_LOOSE], loose=not kept))
        return answer

    def _all_of(self, words: list[str], *, loose: bool) -> str:
        keys = [[facet_key(name, value) for value in values] for name, values in self.filters.items()]
        keys.append([place_key(key) for key in self.places])
        keys.append([identifier_key(one) for one in self.identifiers])
        required = [any_of(map(quoted, group)) for group in keys if group]
        if words:
            required.append(any_of(words) if loose else " & ".join(f"({word})" for word in words))
        return " & ".join(required) or quoted(EVERYTHING)
