"""Real workers, in processes of their own, and a real mail server.

These tests commit, on connections of their own, in a database thrown away afterwards.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accelerator.notices import Recipient, operations
from accelerator.notices.models import Notice
from accelerator.workflow import transaction
from tests.mail_server import MailServer, mail_server

Elsewhere = Callable[[Callable[[], Any]], Any]
ROOT = Path(__file__).resolve().parents[2]


def _database_url() -> str:
    at = connection.settings_dict
    secret = f":{at['PASSWORD']}" if at.get("PASSWORD") else ""
    host = str(at["HOST"])
    if host.startswith("/"):
        return f"postgres://{at['USER']}{secret}@{host.replace('/', '%2F')}/{at['NAME']}"
    return f"postgres://{at['USER']}{secret}@{host}:{at['PORT']}/{at['NAME']}"


def _worker(server: MailServer) -> subprocess.Popen[bytes]:
    """A worker that does what waits, and ends."""
    environment = {
        **os.environ,
        "DATABASE_URL": _database_url(),
        "MAIL_PORT": str(server.port),
        "DJANGO_SETTINGS_MODULE": "tests.process_settings",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot", "--queues", "notices"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _told(at: datetime) -> Notice:
    with transaction():
        to = Recipient("camille@exemple.example", key="person:1")
        return operations.tell(
            "accounts/code", to=to, at=at, data={"code": "K7PX4M", "minutes": 15, "purpose": "sign_in"}
        )[0]


def _sent_at(notice: Notice) -> datetime | None:
    return Notice.objects.get(pk=notice.pk).sent_at


def test_two_workers_send_one_mail(elsewhere: Elsewhere, at: datetime) -> None:
    notice = elsewhere(lambda: _told(at))
    # The same notice is asked twice, as after a false alarm about a dead worker.
    elsewhere(lambda: app.configure_task(operations.SEND, queue=operations.QUEUE).defer(notice=notice.pk))
    with mail_server() as server:
        # Both workers hold the notice before the mail server answers the first.
        server.before_answer = lambda: threading.Event().wait(1.5)  # type: ignore[assignment,return-value]
        workers = [_worker(server), _worker(server)]
        outputs = [worker.communicate(timeout=60)[0] for worker in workers]
        assert [worker.returncode for worker in workers] == [0, 0], outputs
        assert len(server.messages) == 1
        assert server.messages[0]["To"] == "camille@exemple.example"
    assert elsewhere(lambda: _sent_at(notice))
    jobs = elsewhere(lambda: list(ProcrastinateJob.objects.filter(task_name=operations.SEND)))
    assert [job.status for job in jobs] == ["succeeded", "succeeded"]


def test_a_worker_killed_before_it_could_remember_sends_again(elsewhere: Elsewhere, at: datetime) -> None:
    notice = elsewhere(lambda: _told(at))
    with mail_server() as server:
        worker = _worker(server)
        server.before_answer = worker.kill
        worker.communicate(timeout=60)
        assert worker.returncode == -9
        assert len(server.messages) == 1
        assert elsewhere(lambda: _sent_at(notice)) is None

        def take_up() -> int:
            async def retry() -> int:
                stalled = await app.job_manager.get_stalled_jobs(queue=operations.QUEUE, seconds_since_heartbeat=0)
                # A worker also takes the periodic tasks that fall due: they are not what is tried here.
                jobs = [job for job in stalled if job.task_name == operations.SEND]
                for job in jobs:
                    await app.job_manager.retry_job(job)
                return len(jobs)

            return async_to_sync(retry)()  # as `config.tasks.take_up_stalled`

        assert elsewhere(take_up) == 1
        server.before_answer = lambda: None
        second = _worker(server)
        output = second.communicate(timeout=60)[0]
        assert second.returncode == 0, output
        # At least once: the mail left twice, and says that it is the same.
        first_mail, second_mail = server.messages
        assert first_mail["Message-ID"] == second_mail["Message-ID"]
    assert elsewhere(lambda: _sent_at(notice))


def test_a_mail_server_that_refuses_is_asked_again_later(elsewhere: Elsewhere, at: datetime) -> None:
    notice = elsewhere(lambda: _told(at))
    with mail_server() as server:
        server.answer = "451 plus tard"
        worker = _worker(server)
        worker.communicate(timeout=60)
    assert elsewhere(lambda: _sent_at(notice)) is None
    job = elsewhere(lambda: ProcrastinateJob.objects.get(task_name=operations.SEND))
    assert (job.status, job.attempts) == ("todo", 1)
    assert job.scheduled_at is not None
    assert job.scheduled_at > at
