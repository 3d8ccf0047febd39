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
    """Remove the codes of more than a day."""
    now = timezone.now()
    with transaction():
        return operations.forget_challenges(moment=now - timedelta(days=1), by=System("accounts"), at=now)
