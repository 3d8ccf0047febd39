"""What the worker does for those who follow the directory, and take it away.

The names of the tasks begin as they did when the directory was a part of `community`: a job asked for before still
runs.
"""

from typing import Final

from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.directory import exporting
from accelerator.directory.operations import exports, searches
from accelerator.directory.queries.searched import everything_searched
from accelerator.directory.queries.searches import ALERTS_AT, MOST_NAMED, people_to_tell, watch
from accelerator.journal import System
from accelerator.workflow import transaction

# Of the documents that changed, how many are looked at together.
_CHANGES_AT_ONCE: Final = 20_000
# A mail costs a millisecond to write, a transaction two.
_PEOPLE_AT_ONCE: Final = 50


@app.periodic(cron=f"{ALERTS_AT.minute} {ALERTS_AT.hour} * * *")
@app.task(name="community.tell_the_news", queueing_lock="community.tell_the_news")
def tell_the_news(timestamp: int) -> dict[str, int]:
    """Find what is new to the searches that people keep, then write one mail to each who has something to be told.

    A transaction for some changes, one for some people: begun again after a death, it goes on where it was.
    """
    now, by = timezone.now(), System("alerts")
    brought = found = 0
    for searched in everything_searched():
        with transaction():
            brought += searches.notice_the_rebuilt(searched=searched, by=by, at=now)
        for look in watch(searched).looks(documents=_CHANGES_AT_ONCE, most=MOST_NAMED):
            with transaction():
                found += searches.keep_findings(searched=searched, look=look, by=by, at=now)
    people = people_to_tell(timezone.localdate(now))
    for start in range(0, len(people), _PEOPLE_AT_ONCE):
        with transaction():
            searches.tell_the_news(people=people[start : start + _PEOPLE_AT_ONCE], by=by, at=now)
    with transaction():
        searches.pass_over_the_silent(by=by, at=now)
        searches.forget_findings(by=by, at=now)
    return {"brought": brought, "found": found, "people": len(people)}


@app.task(name=exports.WRITE, queue=exports.QUEUE)
def write_export(export: int) -> bool:
    """Write the file of an export."""
    return exporting.write(export)


@app.periodic(cron="0 5 * * *")
@app.task(name="community.write_whole_directory", queue=exports.QUEUE, queueing_lock="community.write_whole_directory")
def write_whole_directory(timestamp: int) -> int:
    """Write the file of the whole directory again."""
    return exporting.write_whole()


@app.periodic(cron="50 3 * * *")
@app.task(name="community.forget_exports", queueing_lock="community.forget_exports")
def forget_exports(timestamp: int) -> int:
    """Forget the exports that have expired, then remove the files that nothing names."""
    now = timezone.now()
    with transaction():
        exports.forget_exports(by=System("exports"), at=now)
    return exporting.sweep(now)
