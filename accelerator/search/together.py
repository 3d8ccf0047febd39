"""Questions about places, asked together: what they stand on is looked up once, and no more is read than is shown.

The page of a place asks two: what is there, with its counts, and who acts around it, whose first few it shows.
"""

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

from accelerator.search.asking import MOST_TURNED, RANKED, Asking, Known, Source, Term, held
from accelerator.search.types import CAP, EVERYTHING, SHELVES, Answer, Question, any_of, place_key, quoted


def ask_together(source: Source, questions: Sequence[Question]) -> list[Answer]:
    """Answer questions that hold places and no words, in the order given: one query, and one a question."""
    known, asked = Known(), [_Asking(source, question) for question in questions]
    known.look(source, (), {key for one in asked for key in one.looked_up[1]})
    for one in asked:
        one.known = known
    return [one.find([]) for one in asked]


class _Asking(Asking):
    """A question about places."""

    def find(self, terms: list[Term]) -> Answer:
        """As any other; when nothing is counted and more than the cap answer, the first documents are all that is read.

        The two differ in nothing that is shown, unless more than `RANKED` documents of the first shelf answer: the
        page then comes from as many of them, as that of words does.
        """
        documents = [self.known.documents[place_key(key)] for key in self.places]
        question = self.question
        counts_nothing = question.counted is not None and not question.counted
        if not counts_nothing or self.filters or question.page > 1 or question.sort != "relevance":
            return super().find(terms)
        if max(documents) <= CAP:
            return super().find(terms)
        everything = max(1, self.known.documents[EVERYTHING])
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT array(SELECT id FROM {held} search_read(%s::regclass, %s, %s::text[], %s::bigint[], %s,"
                    " '{{}}', '{{}}', 'relevance', %s, %s::float8[]) ON true ORDER BY prominence DESC, id LIMIT %s)"
                ).format(held=held(self.source.table)),
                [
                    connection.ops.quote_name(self.source.table),
                    self.source.key,
                    [any_of(quoted(place_key(key)) for key in self.places)],
                    [sum(documents)],
                    everything,
                    RANKED,
                    [min(1.0, shelf / everything) for shelf in SHELVES],
                    question.size,
                ],
            )
            (ids,) = cursor.fetchone()
        return Answer(ids, self._total(terms), capped=True, reachable=MOST_TURNED, facets={})
