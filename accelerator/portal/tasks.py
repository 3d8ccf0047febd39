"""What the worker does for the doors."""

from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.journal import System
from accelerator.portal import operations
from accelerator.workflow import transaction


@app.periodic(cron="7 * * * *")
@app.task(name="portal.keep_figures", queueing_lock="portal.keep_figures")
def keep_figures(timestamp: int) -> None:
    """Count the directory again, every hour."""
    with transaction():
        operations.keep_figures(by=System("figures"), at=timezone.now())
