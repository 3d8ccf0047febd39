"""Calls as anyone reads them: the list, and the nearest open one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from accelerator.calls.eligibility import Result
from accelerator.calls.models import Call, CallRole, CallVersion
from accelerator.calls.queries.facts import examine
from accelerator.calls.states import CallState

# How many open calls are looked at to find the nearest.
_LOOKED_AT = 50


def readable_calls(person: Any) -> QuerySet[Call]:
    """The calls that a person may read: those that were published, and those in which they have a role."""
    told = Call.objects.filter(versions__published_at__isnull=False)
    if getattr(person, "is_authenticated", False):
        own = CallRole.objects.current().filter(person=person).values("call")
        told = told | Call.objects.filter(pk__in=own)
    return told.distinct()


def published_calls() -> QuerySet[Call]:
    """The calls of the public list."""
    return Call.objects.filter(state__in=(CallState.PUBLISHED, CallState.CANCELLED), opens_at__isnull=False)


def nearest_call(refused: Call, facts: Mapping[str, Any], at: datetime) -> Call | None:
    """The open call, other than one, of which the fewest rules fail for these facts. Two queries, one for each call."""
    published = CallVersion.objects.filter(published_at__isnull=False).order_by("-number")
    calls = (
        Call.objects.open(at)
        .exclude(pk=refused.pk)
        .prefetch_related(Prefetch("versions", queryset=published, to_attr="published"))
        .order_by("closes_at", "pk")[:_LOOKED_AT]
    )
    best: tuple[int, int, Call] | None = None
    for call in calls:
        if not call.published:
            continue
        found = examine(call.published[0], call, facts, at.date())
        failing = sum(1 for finding in found if finding.result == Result.FAILS)
        rank = (failing, len(found) - sum(1 for finding in found if finding.result == Result.HOLDS), call)
        if best is None or rank[:2] < best[:2]:
            best = rank
    return best[2] if best else None
