"""What the worker does each night for the accounts."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.accounts import operations
from accelerator.journal import System
from accelerator.workflow import transaction


@app.periodic(cron="40 3 * * *")
@app.task(name="accounts.forget_old", queueing_lock="accounts.forget_old")
def forget_old(timestamp: int) -> int:
    """Remove the codes of more than a day, and what is known of the sessions that ended."""
    now, housework = timezone.now(), System("accounts")
    with transaction():
        codes = operations.forget_challenges(moment=now - timedelta(days=1), by=housework, at=now)
        return codes + operations.forget_ended_sessions(by=housework, at=now)
