"""The machine's housework."""

import uuid
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accelerator.workflow.models import Limit, Submission
from config import tasks


def test_what_has_served_is_forgotten_and_nothing_else(at: datetime) -> None:
    for age in (timedelta(days=3), timedelta(hours=1)):
        Submission.objects.create(token=uuid.uuid4(), sender="visitor:", answer="/", received_at=at - age)
        Limit.objects.create(key=f"limit-{age}", count=1, window_ends_at=at - age + timedelta(hours=2))
        Session.objects.create(
            session_key=f"session-{age}"[:40], session_data="", expire_date=at - age + timedelta(hours=2)
        )
    cache.set("over", "1", timeout=60)
    cache.set("living", "1", timeout=60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_cache SET expires = %s WHERE cache_key LIKE '%%over'", [at - timedelta(hours=1)])
    removed = tasks.purge.func(timestamp=0)
    assert removed == {"submissions": 1, "limits": 1, "passing_states": 1}
    assert Submission.objects.count() == Limit.objects.count() == Session.objects.count() == 1
    assert cache.get("living") == "1"


@pytest.mark.parametrize(
    ("silence", "attempts", "status", "taken"),
    [(5, 1, "doing", 0), (90, 1, "todo", 1), (90, tasks.MOST_ATTEMPTS, "failed", 1)],
)
def test_a_dead_worker_s_job_is_taken_up_but_not_for_ever(silence: int, attempts: int, status: str, taken: int) -> None:
    job = app.configure_task("housework.purge").defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [silence],
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE id = %s",
            [worker, attempts, job],
        )
    assert async_to_sync(tasks.take_up_stalled.func)(SimpleNamespace(app=app), timestamp=0) == taken
    assert ProcrastinateJob.objects.get(pk=job).status == status
