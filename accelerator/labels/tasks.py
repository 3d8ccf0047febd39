"""What the worker does each night for the labels."""

from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.journal import System
from accelerator.labels.operations.unsaved import forget_old_unsaved
from accelerator.workflow import transaction


@app.periodic(cron="40 4 * * *")
@app.task(name="labels.forget_unsaved", queueing_lock="labels.forget_unsaved")
def forget_unsaved(timestamp: int) -> int:
    """Forget the texts of candidacies that nobody came back to."""
    with transaction():
        return forget_old_unsaved(by=System("labels"), at=timezone.now())
