"""What the worker does: send, forget. What a dead worker held is given back to the queue by `config.tasks`."""

from datetime import timedelta

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from accelerator.journal import System
from accelerator.notices import operations
from accelerator.notices.models import RETENTION
from accelerator.workflow import transaction

WORKER = System("notices")


# 5 s, 25 s, 2 min, 10 min, 52 min, 4 h, 22 h: a mail server that is away for a day loses nothing.
@app.task(name=operations.SEND, queue=operations.QUEUE, retry=RetryStrategy(max_attempts=7, exponential_wait=5))
def send(notice: int) -> bool:
    """Send one notice."""
    with transaction():
        return operations.send(notice=notice, by=WORKER, at=timezone.now())


@app.periodic(cron="30 3 * * *")
@app.task(name="notices.forget_old", queue=operations.QUEUE, queueing_lock="notices.forget_old")
def forget_old(timestamp: int) -> int:
    """Remove the notices past their retention period."""
    now = timezone.now()
    with transaction():
        return operations.forget_before(moment=now - timedelta(days=RETENTION), by=WORKER, at=now)
