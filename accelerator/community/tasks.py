"""What the worker does each night for the community."""

from procrastinate.contrib.django import app

from accelerator.community.search import DIRECTORY, every_entry
from accelerator.search.rebuild import rebuild


@app.periodic(cron="0 4 * * *")
@app.task(name="community.rebuild_search", queueing_lock="community.rebuild_search")
def rebuild_search(timestamp: int) -> int:
    """Write the index of the directory again: the most prominent first, the words and counts afresh."""
    return rebuild(DIRECTORY, every_entry())
