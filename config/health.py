"""`/sante`: can the platform serve, and does its work get done? For supervision and load balancers.

No session, no cookie, no cache; nothing that would help an attacker (no version, no name, no error message).
"""

import time
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accelerator.workflow import read_only

# A job that has been due for longer than this means that no worker is at work, or too few.
LONGEST_WAIT_SECONDS = 15 * 60
LONGEST_QUERY_MS = 2_000

_QUEUE = """
    SELECT count(*) FILTER (WHERE due),
           coalesce(extract(epoch FROM max(now() - since) FILTER (WHERE due)), 0),
           (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute')
    FROM (
        SELECT coalesce(job.scheduled_at, asked.at) AS since,
               coalesce(job.scheduled_at, asked.at) <= now() AS due
        FROM procrastinate_jobs AS job
        LEFT JOIN LATERAL (
            SELECT max(at) AS at FROM procrastinate_events
            WHERE job_id = job.id AND type IN ('deferred', 'deferred_for_retry')
        ) AS asked ON true
        WHERE job.status = 'todo'
    ) AS waiting
"""


@never_cache
@require_safe
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """Everything: 200, or 503 when the database, the migrations or the queue is at fault."""
    return _answer(_state(queue=True))


@never_cache
@require_safe
@login_not_required
def readiness(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve pages: what a load balancer asks (a late queue is no reason to leave)."""
    return _answer(_state(queue=False))


def _answer(state: dict[str, Any]) -> JsonResponse:
    well = all(part["etat"] == "ok" for part in state.values())
    return JsonResponse({"etat": "ok" if well else "en panne", **state}, status=200 if well else 503)


def _state(*, queue: bool) -> dict[str, Any]:
    began = time.perf_counter()
    try:
        with read_only(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {LONGEST_QUERY_MS}")
            applied = set(MigrationRecorder(connection).applied_migrations())
            waiting = sorted(_written_migrations() - applied)
            state = {"migrations": {"etat": "en retard" if waiting else "ok", "en_attente": len(waiting)}}
            if queue and not waiting:
                cursor.execute(_QUEUE)
                state["file"] = _queue(*cursor.fetchone())
    except Error:
        return {"base": {"etat": "injoignable"}}
    return {"base": {"etat": "ok", "ms": round((time.perf_counter() - began) * 1000, 1)}, **state}


def _queue(due: int, oldest: float, workers: int) -> dict[str, Any]:
    late = oldest > LONGEST_WAIT_SECONDS
    return {"etat": "en retard" if late else "ok", "en_attente": due, "attente_s": round(oldest), "ouvriers": workers}


@cache
def _written_migrations() -> set[tuple[str, str]]:
    """Every migration of the code; read once, it does not change while the process lives."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return set(loader.disk_migrations)
