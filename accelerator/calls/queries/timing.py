"""When: the legal clock of a file, the wave in which it is read, the answer to expect."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from django.db.models import F
from django.utils.timezone import localdate

from accelerator.calls.clock import Clock, Regime, Request, legal_clock, months_after
from accelerator.calls.models import Application, Call, CallVersion, Decision, PiecesRequest, Wave
from accelerator.calls.states import DecisionKind, Silence
from accelerator.workflow.dates import said, said_months

# Fewer files than this tell nothing of how long an answer takes.
ENOUGH: Final = 5
# Defaults of the platform, until the author of a call says otherwise.
PIECES_DAYS: Final = 15
OPINION_DAYS: Final = 30


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


@dataclass(frozen=True)
class Prospect:
    """What awaits a file received on a day: the answer announced, and what silence does.

    announced_on  by when the issuer announces an answer; silence_on: the day on which silence decides. None: never.
    sentence      both, in French, and which comes first.
    """

    received_on: date
    announced_on: date | None
    silence_on: date | None
    sentence: str

    @property
    def comes_late(self) -> bool:
        """Whether silence decides before the answer that is announced."""
        return self.announced_on is not None and self.silence_on is not None and self.silence_on < self.announced_on


def prospect_of(call: Call, announced_on: date | None, received_on: date) -> Prospect:
    """What awaits a file received on a day, an answer being announced for another."""
    silence_on = clock_of(call, received_on, []).silence_on
    parts = [f"une réponse est annoncée pour le {said(announced_on)}"] if announced_on else []
    if silence_on:
        done = "accepté" if call.silence == Silence.ACCEPTANCE else "rejeté"
        parts.append(f"sans réponse le {said(silence_on)}, il est {done} par le silence")
    made = Prospect(received_on, announced_on, silence_on, "")
    sentence = f"Pour un dossier complet reçu le {said(received_on)} : {' ; '.join(parts)}." if parts else ""
    if made.comes_late:
        sentence += " La réponse annoncée viendrait après : écrite, elle remplacerait ce que le silence a décidé."
    return replace(made, sentence=sentence)


def warnings_of(call: Call, version: CallVersion, on: date) -> list[str]:
    """What an author should know before publishing, and may publish all the same: silence that answers first."""
    late: list[str] = []
    if call.silence == Silence.NONE or not call.silence_months:
        return late
    days = version.delays.get("answer_days")
    # Two months are 59 days at least, and 62 at most: the announced delay has to hold all year long.
    year = [on + timedelta(days=number) for number in range(366)]
    shortest = min((months_after(day, call.silence_months) - day).days for day in year)
    if days and days > shortest:
        does = (
            "accepte : vous ne pourriez plus refuser" if call.silence == Silence.ACCEPTANCE else "rejette, sans motifs"
        )
        late.append(
            f"Une réponse est annoncée en {days} jours ; au bout de {said_months(call.silence_months)}, parfois "
            f"{shortest} jours, le silence {does}. Annoncez {shortest} jours au plus, ou dites pourquoi il en faut "
            "davantage."
        )
    begins = localdate(call.opens_at) if call.opens_at else on
    for wave in call.waves.order_by("reads_until"):
        prospect = prospect_of(call, wave.decision_expected_on, max(begins, on))
        if wave.reads_until >= on and prospect.comes_late:
            late.append(f"Vague {wave.number}. {prospect.sentence}")
        begins = wave.reads_until + timedelta(days=1)
    return late


def pieces_days(version: CallVersion) -> int:
    """How many days are given to answer a request for pieces, unless the officer says otherwise."""
    return int(version.delays.get("pieces_days") or PIECES_DAYS)


def opinion_days(version: CallVersion) -> int:
    """How many days a service is given to say what it thinks of a file, unless the officer says otherwise."""
    return int(version.delays.get("opinion_days") or OPINION_DAYS)


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
