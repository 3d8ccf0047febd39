"""What the reviews of files say together, kept beside the files."""

from collections.abc import Iterable
from typing import Final

from django.db import connection

_BEGUN: Final = """
    INSERT INTO calls_tally (application_id, read, awaited) SELECT unnest(%s::bigint[]), 0, 0
    ON CONFLICT (application_id) DO NOTHING
"""
_HELD: Final = "SELECT 1 FROM calls_tally WHERE application_id = ANY(%s) ORDER BY application_id FOR UPDATE"
_COUNTED: Final = """
    UPDATE calls_tally SET mean = told.mean, low = told.low, high = told.high, read = told.read, awaited = told.awaited
    FROM (
        SELECT given.application_id,
            round(avg(review.mean) FILTER (WHERE given.state = 'done')::numeric, 6)::float8 AS mean,
            min(review.mean) FILTER (WHERE given.state = 'done') AS low,
            max(review.mean) FILTER (WHERE given.state = 'done') AS high,
            count(review.mean) FILTER (WHERE given.state = 'done') AS read,
            count(*) FILTER (WHERE given.state = 'given') AS awaited
        FROM calls_assignment AS given LEFT JOIN calls_review AS review ON review.assignment_id = given.id
        WHERE given.application_id = ANY(%s) GROUP BY given.application_id
    ) AS told
    WHERE calls_tally.application_id = told.application_id
"""


def tally(applications: Iterable[int]) -> None:
    """Count again the reviews of these files (keys), after what changed them and in its transaction: its last words.

    Note [The tally is locked last]
    Two reviewers give their reviews of a file at the same moment: neither sees the other's. The second waits here for
    the first to end, then counts in a statement of its own, which sees both. Nothing else is locked after, and files
    are taken in one order: nobody waits for someone who waits.
    """
    keys = sorted(set(applications))
    if not keys:
        return
    with connection.cursor() as cursor:
        for statement in (_BEGUN, _HELD, _COUNTED):
            cursor.execute(statement, [keys])
