"""What the worker does each night for the community."""

from collections.abc import Callable
from typing import Final

from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.community import exporting
from accelerator.community.operations import checks, claims, duplicates, exports, powers, searches
from accelerator.community.queries.searched import everything_searched
from accelerator.community.queries.searches import ALERTS_AT, MOST_NAMED, people_to_tell, watch
from accelerator.community.search import rebuild_directory
from accelerator.journal import System
from accelerator.workflow import transaction

# Of the documents that changed, how many are looked at together.
_CHANGES_AT_ONCE: Final = 20_000
# A mail costs a millisecond to write, a transaction two.
_PEOPLE_AT_ONCE: Final = 50


@app.periodic(cron="0 4 * * *")
@app.task(name="community.rebuild_search", queueing_lock="community.rebuild_search")
def rebuild_search(timestamp: int) -> int:
    """Write the index of the directory again: the most prominent first, the words and counts afresh."""
    return rebuild_directory()


@app.periodic(cron="20 4 * * *")
@app.task(name="community.expire_mandates", queueing_lock="community.expire_mandates")
def expire_mandates(timestamp: int) -> int:
    """Close the mandates whose last day is past, and tell the helpers."""
    with transaction():
        return powers.expire_mandates(by=System("community"), at=timezone.now())


@app.periodic(cron="25 4 * * *")
@app.task(name="community.forget_claims", queueing_lock="community.forget_claims")
def forget_claims(timestamp: int) -> int:
    """Forget how records were before the claims that can no longer be reversed."""
    with transaction():
        return claims.forget_snapshots(by=System("community"), at=timezone.now())


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


@app.periodic(cron="45 4 * * *")
@app.task(name="community.find_duplicates", queueing_lock="community.find_duplicates")
def find_duplicates(timestamp: int) -> int:
    """Find the records that may be the same; return how many pairs wait for someone's decision."""
    with transaction():
        return duplicates.find_duplicates(by=System("community"), at=timezone.now())


@app.periodic(cron="15 6 * * *")
@app.task(name="community.ask_checks", queueing_lock="community.ask_checks")
def ask_checks(timestamp: int) -> int:
    """Ask once a year whether managed records are still exact, remind once, then say so; return how many steps."""
    total = 0
    for step in (checks.count_years, checks.ask, checks.remind, checks.lapse):
        while done := _one(step):
            total += done
    return total


def _one(step: Callable[..., int]) -> int:
    with transaction():
        return step(by=System("community"), at=timezone.now())
