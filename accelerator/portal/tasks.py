"""What the worker does each night for the doors."""

from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.journal import System
from accelerator.portal.operations import count_figures as count
from accelerator.workflow import transaction


@app.periodic(cron="50 4 * * *")
@app.task(name="portal.count_figures", queueing_lock="portal.count_figures")
def count_figures(timestamp: int) -> str:
    """Count the public figures and draw them, after the index was put in order."""
    with transaction():
        return str(count(by=System("portal"), at=timezone.now()))
