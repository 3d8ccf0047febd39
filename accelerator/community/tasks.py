"""What the worker does each night for the community."""

from collections.abc import Callable

from django.utils import timezone
from procrastinate.contrib.django import app

from accelerator.community.operations import checks, claims, duplicates, powers
from accelerator.community.search import tend_directory
from accelerator.journal import System
from accelerator.workflow import transaction


@app.periodic(cron="0 4 * * *")
@app.task(name="community.tend_search", queueing_lock="community.tend_search")
def tend_search(timestamp: int) -> int:
    """Put the index of the directory in order; return how many organisations were written."""
    return tend_directory(turn=timezone.localdate().toordinal())


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
