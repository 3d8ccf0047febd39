"""What the worker does each night for the projects."""

from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.journal import System
from accelerator.projects.operations.files import erase_removed_files
from accelerator.projects.operations.proposals import forget_what_waited
from accelerator.projects.search import rebuild_projects
from accelerator.workflow import transaction


@app.periodic(cron="10 4 * * *")
@app.task(name="projects.rebuild_search", queueing_lock="projects.rebuild_search")
def rebuild_search(timestamp: int) -> int:
    """Write the index of the projects again: the most prominent first, the words and counts afresh."""
    return rebuild_projects()


@app.periodic(cron="35 4 * * *")
@app.task(name="projects.forget_what_waited", queueing_lock="projects.forget_what_waited")
def forget(timestamp: int) -> int:
    """Forget the proposals that nobody answered, the texts that nobody came back to, the files taken out."""
    by, now = System("projects"), timezone.now()
    with transaction():
        forgotten = forget_what_waited(by=by, at=now)
    with transaction():
        return forgotten + erase_removed_files(by=by, at=now)
