"""The legal clock: what silence does, and on which day. Pure functions: both sides of a file see what they give.

Rules, sources and worked examples: docs/rules/horloge-legale.md.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accelerator.calls.states import Silence
from accelerator.workflow.dates import said, said_months


@dataclass(frozen=True)
class Regime:
    """What silence does and after how many months: dated configuration of the call, with its source."""

    silence: Silence
    months: int | None


@dataclass(frozen=True)
class Request:
    """A request for missing pieces: asked, to be answered by `due_on`, answered or not yet."""

    asked_on: date
    due_on: date
    answered_on: date | None = None

    @property
    def ends_on(self) -> date:
        """When it no longer stops the clock: as soon as it is answered, and at the latest when the delay is over."""
        return self.due_on if self.answered_on is None else min(self.answered_on, self.due_on)


@dataclass(frozen=True)
class Pause:
    """Days during which the clock stood still."""

    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days


@dataclass(frozen=True)
class Clock:
    """What both sides see.

    starts_on   when the delay began to run; None: it does not run.
    silence_on  the day on which silence decides; None: it decides nothing, or not yet.
    sentence    the whole, in French.
    """

    starts_on: date | None
    silence_on: date | None
    pauses: tuple[Pause, ...]
    sentence: str

    def paused(self, on: date) -> bool:
        """Whether it stands still on a day."""
        return any(pause.starts_on <= on < pause.ends_on for pause in self.pauses)


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last of the month when it has no such day (31 December, then 28 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def legal_clock(regime: Regime, received_on: date, requests: Sequence[Request] = ()) -> Clock:
    """The clock of a request received on a day.

    Silence rejects: the months run from receipt, and stand still for the delay granted to answer each request for
    pieces, no longer than it takes. Silence accepts: they run from the day on which the file is complete.
    """
    if regime.silence == Silence.NONE or regime.months is None:
        return Clock(None, None, (), "Le silence ne décide rien : seule une réponse écrite compte.")
    if regime.silence == Silence.ACCEPTANCE:
        return _accepting(regime.months, received_on, requests)
    return _rejecting(regime.months, received_on, requests)


def _accepting(months: int, received_on: date, requests: Sequence[Request]) -> Clock:
    starts_on, silence_on = received_on, months_after(received_on, months)
    for request in sorted(requests, key=lambda one: (one.asked_on, one.due_on)):
        # What is asked once silence has accepted takes nothing back.
        if request.asked_on > silence_on:
            continue
        if request.answered_on is None:
            sentence = (
                f"Le silence vaut acceptation au bout de {said_months(months)} à compter d’un dossier complet. "
                "Des pièces manquent : ce délai ne court pas encore."
            )
            return Clock(None, None, (), sentence)
        starts_on = max(starts_on, request.answered_on)
        silence_on = months_after(starts_on, months)
    sentence = (
        f"Dossier complet le {said(starts_on)}. Sans réponse le {said(silence_on)}, la demande est acceptée : "
        f"le silence gardé {said_months(months)} vaut acceptation."
    )
    return Clock(starts_on, silence_on, (), sentence)


def _rejecting(months: int, received_on: date, requests: Sequence[Request]) -> Clock:
    silence_on = months_after(received_on, months)
    pauses: list[Pause] = []
    for request in sorted(requests, key=lambda one: (one.asked_on, one.due_on)):
        # What is asked once silence has decided suspends nothing; two requests at once stop it once.
        starts_on = max(request.asked_on, received_on, *(pause.ends_on for pause in pauses))
        if request.asked_on > silence_on or request.ends_on <= starts_on:
            continue
        pauses.append(Pause(starts_on, request.ends_on))
        silence_on += timedelta(days=pauses[-1].days)
    stood = sum(pause.days for pause in pauses)
    sentence = (
        f"Demande reçue le {said(received_on)}. Sans réponse le {said(silence_on)}, elle est rejetée : "
        f"le silence gardé {said_months(months)} vaut rejet."
    )
    if stood:
        sentence += f" Ce délai a été suspendu {stood} jour{'s' if stood > 1 else ''}, le temps de donner des pièces."
    return Clock(received_on, silence_on, tuple(pauses), sentence)
