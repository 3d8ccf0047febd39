"""Hearing the holder who asks for it, before a measure is pronounced (CRPA L122-1; docs/rules/vie-d-un-label.md)."""

from datetime import datetime

from django.utils.timezone import localdate, localtime

from accelerator.accounts.models import Person
from accelerator.journal.operations import record
from accelerator.labels.models import Proceeding
from accelerator.labels.operations.locks import lock_proceeding
from accelerator.labels.queries.holders import holders_of, service_of
from accelerator.labels.rules import labels as rules
from accelerator.labels.states import HearingOutcome, Outcome
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import MOMENT, said

OVER = "Cette procédure est close : personne n’y est plus entendu."


@operation
def ask_hearing(*, proceeding: Proceeding, by: Person, at: datetime) -> Proceeding:
    """Ask to be heard, in the name of the holder, until the last day to answer; asked already, nothing happens."""
    held = lock_proceeding(proceeding)
    rules.require("labels.answer", by, held.label)
    if held.outcome != Outcome.PENDING:
        raise Refused(OVER)
    if held.hearing_asked_at is not None:
        return held
    if localdate(at) > held.answer_until:
        raise Refused(
            f"On demande à être entendu jusqu’au {said(held.answer_until)}, dernier jour pour répondre. Écrivez au "
            "service : il peut encore vous entendre."
        )
    held.hearing_asked_at = at
    held.save(update_fields=["hearing_asked_at"])
    record("labels.hearing_asked", held.label, by=by, at=at, kind=held.get_kind_display().lower())
    tell("labels/hearing_asked", to=service_of(held.label), at=at, data={"proceeding": held, "label": held.label})
    return held


@operation
def set_hearing(*, proceeding: Proceeding, on: datetime, where: str, by: Person, at: datetime) -> Proceeding:
    """Say when and where the holder is heard, or another moment; the same again changes nothing."""
    held = _awaiting(proceeding, by)
    if on <= at:
        raise Refused("L’audition est à venir : donnez une date et une heure après maintenant.", field="on")
    if not where.strip():
        raise Refused("Dites où, ou comment se joindre à distance.", field="where")
    if (held.hearing_on, held.hearing_where) == (on, where.strip()):
        return held
    held.hearing_on, held.hearing_where = on, where.strip()
    held.save(update_fields=["hearing_on", "hearing_where"])
    record("labels.hearing_set", held.label, by=by, at=at, on=said(localtime(on), MOMENT), where=held.hearing_where)
    data = {"proceeding": held, "label": held.label, "on": said(localtime(on), MOMENT)}
    tell("labels/hearing_set", to=holders_of(held.label), at=at, data=data)
    return held


@operation
def close_hearing(
    *, proceeding: Proceeding, outcome: HearingOutcome, account: str, by: Person, at: datetime
) -> Proceeding:
    """Keep what was said at the hearing, or that nobody came, or why it is refused; the holder is told.

    Raises `Refused` for a hearing that has not taken place yet, and without words.
    """
    held = _awaiting(proceeding, by)
    if not account.strip():
        raise Refused("Dites ce qui s’est dit, ou pourquoi la demande est refusée.", field="account")
    if outcome != HearingOutcome.DECLINED and (held.hearing_on is None or held.hearing_on > at):
        raise Refused("L’audition n’a pas encore eu lieu.", field="outcome")
    held.hearing, held.hearing_account, held.hearing_closed_at = outcome, account.strip(), at
    held.save(update_fields=["hearing", "hearing_account", "hearing_closed_at"])
    record("labels.hearing_closed", held.label, by=by, at=at, outcome=held.get_hearing_display().lower())
    tell("labels/hearing_closed", to=holders_of(held.label), at=at, data={"proceeding": held, "label": held.label})
    return held


def _awaiting(proceeding: Proceeding, by: Person) -> Proceeding:
    held = lock_proceeding(proceeding)
    rules.require("labels.conduct", by, held.label)
    if held.outcome != Outcome.PENDING:
        raise Refused(OVER)
    if not held.awaits_hearing:
        raise Refused("Aucune audition n’est demandée, ou elle est déjà conclue.")
    return held
