"""When: the legal clock of a file, the wave in which it is read, the answer to expect."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import F
from django.utils.timezone import localdate

from accelerator.calls.clock import Clock, Regime, Request, legal_clock
from accelerator.calls.models import Application, Call, CallVersion, Decision, PiecesRequest, Wave
from accelerator.calls.states import DecisionKind, Silence

# Fewer files than this tell nothing of how long an answer takes.
ENOUGH: Final = 5
# A default of the platform, until the author of a call says otherwise.
PIECES_DAYS: Final = 15


def clock_of(call: Call, received_on: date, requests: Iterable[PiecesRequest]) -> Clock:
    """The legal clock of a file of a call."""
    asked = [
        Request(
            localdate(request.asked_at),
            request.due_on,
            localdate(request.answered_at) if request.answered_at else _set_aside_on(request),
        )
        for request in requests
    ]
    return legal_clock(Regime(Silence(call.silence), call.silence_months), received_on, asked)


def _set_aside_on(request: PiecesRequest) -> date | None:
    """A request that is no longer made stops nothing from the day on which it was set aside."""
    return localdate(request.ended_at) if request.ended_at else None


def clock_of_file(application: Application, requests: Iterable[PiecesRequest] | None = None) -> Clock | None:
    """The legal clock of a file that was submitted. One query, unless its requests for pieces were read already."""
    if application.received_on is None:
        return None
    asked = application.requests.order_by("asked_at") if requests is None else requests
    return clock_of(application.call, application.received_on, asked)


def wave_of(call: Call, on: date) -> Wave | None:
    """The wave in which what came on a day is read, if one is set."""
    return call.waves.filter(reads_until__gte=on).order_by("reads_until").first()


def missed_wave(wave: Wave, on: date) -> Wave | None:
    """The reading before, that what came on a day came too late for: none for the first reading of a call."""
    return Wave.objects.filter(call=wave.call_id, reads_until__lt=on).order_by("-reads_until").first()


def promised_on(version: CallVersion, wave: Wave | None, received_on: date) -> date | None:
    """By when an answer is promised: the date of the wave, or the delay that the version announces."""
    if wave is not None:
        return wave.decision_expected_on
    days = version.delays.get("answer_days")
    return received_on + timedelta(days=days) if days else None


def pieces_days(version: CallVersion) -> int:
    """How many days are given to answer a request for pieces, unless the officer says otherwise."""
    return int(version.delays.get("pieces_days") or PIECES_DAYS)


@dataclass(frozen=True)
class Expected:
    """How long answers took, in days from submission to notification: four files out of five lie between the two.

    sample  how many files this was seen on.
    """

    shortest: int
    longest: int
    sample: int


def expected_delay(call: Call) -> Expected | None:
    """The delay to expect, seen on the files of the same purpose; None when too few were answered. One query."""
    answered = (
        Decision.objects.filter(
            kind=DecisionKind.EXPRESS,
            notified_at__isnull=False,
            application__submitted_at__isnull=False,
            application__call__purpose=call.purpose,
        )
        .annotate(waited=F("notified_at") - F("application__submitted_at"))
        .order_by("-notified_at")
        .values_list("waited", flat=True)[:1000]
    )
    waits = sorted(wait.days for wait in answered)
    if len(waits) < ENOUGH:
        return None
    return Expected(waits[len(waits) // 10], waits[-1 - len(waits) // 10], len(waits))
