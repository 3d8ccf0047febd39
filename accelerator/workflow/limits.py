"""Rate limits, in one PostgreSQL table so that they hold across processes and machines (decision 14)."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from accelerator.workflow.dates import said
from accelerator.workflow.models import Limit
from accelerator.workflow.refusals import Refused

_COUNT = """
    INSERT INTO workflow_limit AS l (key, count, window_ends_at) VALUES (%(key)s, 1, %(end)s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN l.window_ends_at <= %(at)s THEN 1 ELSE l.count + 1 END,
        window_ends_at = CASE WHEN l.window_ends_at <= %(at)s THEN %(end)s ELSE l.window_ends_at END
    RETURNING count, window_ends_at
"""


def count(key: str, *, per: timedelta, at: datetime) -> int:
    """Count one attempt; return its rank in the window. Call it OUTSIDE the operation's transaction."""
    return _counted(key, per, at)[0]


def count_against(key: str, *, limit: int, per: timedelta, at: datetime) -> None:
    """Count one attempt; raise `Refused` (with the hour at which to come back) when there are too many.

    Call it OUTSIDE the operation's transaction: an attempt counts even when what it asked was refused.
    """
    rank, ends_at = _counted(key, per, at)
    if rank > limit:
        until = said(ends_at, r"j F à H\hi")
        raise Refused(f"Trop d’essais en peu de temps. Vous pourrez recommencer le {until}.")


def _counted(key: str, per: timedelta, at: datetime) -> tuple[int, datetime]:
    """The rank of the attempt, and when its window ends.

    What is counted (an address, a place, a person) is not kept: only its print, which leads back to nobody.
    """
    subject, _, who = key.partition(":")
    kept = f"{subject}:{salted_hmac('workflow.limits', who, algorithm='sha256').hexdigest()}"
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": kept[:200], "at": at, "end": at + per})
        rank, ends_at = cursor.fetchone()
    return int(rank), ends_at


def forget_limits_before(at: datetime) -> int:
    """Remove the counters whose window is over; return how many (a nightly job)."""
    return Limit.objects.filter(window_ends_at__lte=at).delete()[0]
