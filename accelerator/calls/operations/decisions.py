"""Decisions: drafted, signed, undone, told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.timezone import localdate

from accelerator.calls.eligibility import Result
from accelerator.calls.letters import UNFAVOURABLE, plain
from accelerator.calls.models import Appeal, Application, Call, Commission, Decision
from accelerator.calls.operations.appeals import answer_by_decision
from accelerator.calls.operations.aside import TAKEN_UP, attempt
from accelerator.calls.operations.files import end_requests
from accelerator.calls.purposes import purpose_of
from accelerator.calls.queries.conflicts import bars
from accelerator.calls.queries.letters import delegations_of, drafted_letter, told_letter
from accelerator.calls.queries.recipients import told_of
from accelerator.calls.queries.standing import file_standing_of, of_applicant
from accelerator.calls.rules import judging as rules
from accelerator.calls.rules.applications import OWN_FILE, examine
from accelerator.calls.rules.lots import UNREAD, require_as_read, require_letters_as_read
from accelerator.calls.states import (
    DECIDABLE,
    DECIDE,
    NOTIFY,
    UNDO,
    CommissionState,
    DecisionKind,
    DecisionOutcome,
)
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.transitions import move


@dataclass(frozen=True)
class Notified:
    """What became of a lot: the decisions that were told, and the files left aside, each with why."""

    told: list[Decision]
    aside: list[tuple[Application, str]]


def _locked(applications: Iterable[Application]) -> list[Application]:
    """The files, locked in the one order, so that two lots never wait for each other."""
    rows = Application.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in applications])
    return list(
        rows.select_related("call", "version", "organisation__seat", "person", "submitted_by", "officer").order_by("pk")
    )


@operation
def draft_decisions(
    *,
    call: Call,
    applications: Sequence[Application],
    outcome: DecisionOutcome,
    reasons: str,
    advice: str,
    cents: int | None = None,
    failed: Collection[str] = (),
    seen: Mapping[int, str] = UNREAD,
    by: Any,
    at: datetime,
) -> list[Decision]:
    """Prepare the same decision for several files, all of them or none; what was prepared before is replaced.

    seen    file -> its print when it was read (`queries.ranking.prints_to_draft`): one that changed since is refused.
    cents   what is granted to each.
    failed  the codes of the conditions retained as not met, when it is inadmissible: of each file, those that its
            findings do not show to be met.
    Nothing is decided: a signatory signs later. Raises `Refused` when one of the files cannot be decided upon, is
    already signed, or is on the side of whoever prepares; when no delegation of the call goes up to the amount.
    """
    held = _locked(applications)
    require_as_read(held, seen)
    rules.require_draft(call=call, applications=applications, outcome=outcome, reasons=reasons, cents=cents, by=by)
    signatories = delegations_of(call)
    drafted = []
    for application in held:
        if application.call_id != call.pk:
            raise Refused("Ce dossier n’est pas de cet appel.")
        if reason := examine(file_standing_of(by, application)):
            raise Refused(reason)
        if application.state not in DECIDABLE:
            raise Refused(
                f"Le dossier {application.number} n’attend pas de décision ({application.get_state_display().lower()})."
            )
        if reason := rules.reason_against_deciding(application, outcome):
            raise Refused(f"Dossier {application.number} : {reason}", field="outcome")
        asked = rules.Granted(application.organisation, cents)
        if reason := rules.reason_against_amount(signatories, asked, localdate(at)):
            raise Refused(f"Dossier {application.number} : {reason}", field="amount")
        decision = application.decisions.filter(notified_at__isnull=True).first()
        if decision is None:
            decision = Decision(application=application, drafted_by=by, drafted_at=at)
        decision.outcome, decision.reasons, decision.advice = outcome, reasons.strip(), advice.strip()
        decision.cents, decision.failed = cents, _retained(application, outcome, failed)
        decision.save()
        record("calls.decision_drafted", application, by=by, at=at, outcome=decision.get_outcome_display())
        drafted.append(decision)
    return drafted


@operation
def draft_conclusions(*, commission: Commission, by: Any, at: datetime) -> list[Decision]:
    """Prepare the decisions of a commission that is closed, each from what it concluded and why.

    Files that were withdrawn meanwhile, or whose letter is already signed, are left as they are.
    """
    rules.require("calls.run_sittings", by, commission.call)
    if commission.state != CommissionState.CLOSED:
        raise Refused("La séance n’est pas close.")
    items = {one.application_id: one for one in commission.items.exclude(outcome="")}
    drafted = []
    for application in _locked(Application.objects.filter(pk__in=items)):
        decision = application.decisions.filter(notified_at__isnull=True).first()
        if application.state not in DECIDABLE or (decision and decision.signed_at):
            continue
        item = items[application.pk]
        decision = decision or Decision(application=application, drafted_by=by, drafted_at=at)
        decision.outcome, decision.reasons = DecisionOutcome(item.outcome), item.words
        # What was prepared before the sitting gives way whole.
        decision.cents, decision.failed = None, []
        decision.save()
        record("calls.decision_drafted", application, by=by, at=at, outcome=decision.get_outcome_display())
        drafted.append(decision)
    return drafted


@operation
def sign_decisions(
    *, call: Call, decisions: Sequence[Decision], seen: Mapping[int, str] = UNREAD, by: Any, at: datetime
) -> list[Decision]:
    """Sign several letters, all of them or none: each is frozen as it was read, and its file is decided.

    seen  letter -> its print when it was read (`queries.letters.prints_of`): one that says something else now is
          refused, its signatory did not read that one.

    Not told yet: it can be undone. Raises `Refused`, naming the file, when the delegation does not cover the
    day and the amount, when the signatory has a link with the applicant, when a letter has no reasons, when it would
    take back what was granted, or when an unfavourable one could not say how to contest it.
    """
    rules.require("calls.sign_decisions", by, call)
    if not decisions:
        raise Refused("Choisissez au moins un courrier.")
    today = localdate(at)
    roles = delegations_of(call)
    barred = bars(Application.objects.filter(pk__in=[one.application_id for one in decisions]), [by.pk])
    signed = []
    for decision in _decisions(call, decisions, seen):
        application = decision.application
        number = application.number
        if decision.signed_at:
            raise Refused(f"Le courrier du dossier {number} est déjà signé.")
        role = rules.signing_role(roles, rules.Granted.of(decision), by=by, on=today)
        if role is None:
            reason = rules.reason_against_signing(roles, rules.Granted.of(decision), by=by, on=today)
            raise Refused(f"Dossier {number} : {reason}")
        if reason := rules.reason_against_touching(barred.get((application.pk, by.pk))):
            raise Refused(f"Dossier {number} : {reason}")
        if reason := rules.reason_against_deciding(application, decision.outcome):
            raise Refused(f"Dossier {number} : {reason}")
        if not decision.reasons.strip():
            raise Refused(f"Dossier {number} : une décision est motivée.")
        letter = drafted_letter(decision, role=role, signed_on=today)
        if decision.outcome in UNFAVOURABLE and call.crpa and not letter["remedies"]:
            raise Refused(
                f"Dossier {number} : une décision défavorable dit comment la contester, et les voies de recours de "
                "l’appel ne sont pas renseignées."
            )
        decision.signed_at, decision.signatory, decision.letter = at, role, letter
        decision.save(update_fields=["signed_at", "signatory", "letter"])
        move(
            application,
            DECIDE,
            by=by,
            at=at,
            changes={"decided_from": application.state},
            outcome=decision.get_outcome_display(),
        )
        signed.append(decision)
    return signed


def _require_other_side(by: Any, decisions: Sequence[Decision]) -> None:
    own = Application.objects.filter(of_applicant(by), pk__in=[one.application_id for one in decisions])
    if number := own.order_by("pk").values_list("number", flat=True).first():
        raise Refused(f"Dossier {number} : {OWN_FILE[:1].lower()}{OWN_FILE[1:]}")


def _decisions(call: Call, decisions: Sequence[Decision], seen: Mapping[int, str] = UNREAD) -> list[Decision]:
    """The decisions, their files locked first and in order; those of another call do not count."""
    files = {one.pk: one for one in _locked([one.application for one in decisions])}
    rows = Decision.objects.select_for_update(of=("self",)).filter(
        pk__in=[one.pk for one in decisions], application__call=call, kind=DecisionKind.EXPRESS
    )
    found = list(rows.select_related("signatory__person").order_by("application"))
    if len(found) != len(decisions):
        raise Refused("Un des courriers n’existe plus : rechargez la page.")
    for one in found:
        one.application = files[one.application_id]
    require_letters_as_read(found, seen)
    return found


@operation
def undo_decision(*, decision: Decision, reason: str, by: Any, at: datetime) -> Decision:
    """Take a signature back before it is told: the file goes back where it was, the letter is a draft again."""
    call = decision.application.call
    rules.require("calls.notify_decisions", by, call)
    _require_other_side(by, [decision])
    (held,) = _decisions(call, [decision])
    if held.notified_at:
        raise Refused("Cette décision a été notifiée : elle ne se défait plus. Un retrait est une autre décision.")
    if not held.signed_at:
        raise Refused("Ce courrier n’est pas signé.")
    held.signed_at, held.signatory, held.letter = None, None, {}
    held.save(update_fields=["signed_at", "signatory", "letter"])
    application = held.application
    move(
        application,
        UNDO[application.decided_from],
        by=by,
        at=at,
        reason=reason,
        changes={"decided_from": "", **TAKEN_UP},
    )
    return held


@operation
def notify_decisions(
    *, call: Call, decisions: Sequence[Decision], seen: Mapping[int, str] = UNREAD, by: Any, at: datetime
) -> Notified:
    """Tell several signed decisions, each whole or not at all: by mail and on the page of the file.

    One that cannot be told (silence accepted since it was signed, the subject refuses what follows) is left aside with
    why, and stops none of the others. Raises `Refused` when none can be, or when one was told or undone since.

    From then on it stands; one that stood before (silence's, or one that was contested) is replaced, and the appeal
    against silence has its answer. The delays to contest it run from that moment: its letter says their last days. The
    subject that the call is for hears of it in the same transaction.
    """
    done = notify_each(call=call, decisions=decisions, seen=seen, by=by, at=at)
    if not done.told:
        raise Refused(" ".join(f"Dossier {application.number} : {why}" for application, why in done.aside))
    return done


@operation
def notify_each(
    *, call: Call, decisions: Sequence[Decision], seen: Mapping[int, str] = UNREAD, by: Any, at: datetime
) -> Notified:
    """The same, even when none can be told: each is then left aside, and its file says so."""
    rules.require("calls.notify_decisions", by, call)
    _require_other_side(by, decisions)
    if not decisions:
        raise Refused("Choisissez au moins un courrier.")
    held = _decisions(call, decisions, seen)
    for decision in held:
        if decision.notified_at:
            raise Refused(f"La décision du dossier {decision.application.number} est déjà notifiée.")
        if not decision.signed_at:
            raise Refused(f"Le courrier du dossier {decision.application.number} n’est pas signé.")
    told, aside = [], []
    for decision in held:
        application = decision.application
        done, why = attempt(act=partial(_notify, decision, by, at), application=application, by=by, at=at)
        if done is None:
            aside.append((application, why))
        else:
            told.append(done)
    return Notified(told, aside)


def _notify(decision: Decision, by: Any, at: datetime) -> Decision:
    application, call = decision.application, decision.application.call
    # Silence may have accepted since it was signed.
    if reason := rules.reason_against_deciding(application, decision.outcome):
        raise Refused(reason)
    silence = application.decisions.notified().filter(kind=DecisionKind.IMPLICIT).exists()
    application.decisions.filter(notified_at__isnull=False, replaced_by__isnull=True).update(replaced_by=decision)
    recipients = told_of(application)
    decision.notified_at = at
    if recipients:
        # On paper alone, the delays run from the day on which it is received: nobody knows it yet.
        decision.letter = told_letter(decision, localdate(at), call.remedies)
    decision.save(update_fields=["notified_at", "letter"])
    changes = {"decided_from": "", **TAKEN_UP}
    moved = move(application, NOTIFY, by=by, at=at, changes=changes, outcome=decision.get_outcome_display())
    end_requests(moved, at)
    appeal = answer_by_decision(decision=decision, by=by, at=at)
    _tell(recipients, decision, at, replaces_silence=silence, appeal=appeal)
    purpose_of(call.purpose).on_decided(application=moved, decision=decision, by=by, at=at)
    return decision


def _retained(application: Application, outcome: DecisionOutcome, codes: Collection[str]) -> list[dict[str, Any]]:
    """The conditions retained, as they were found: not met, or not shown to be; one that is met is never retained."""
    if outcome != DecisionOutcome.INADMISSIBLE:
        return []
    found = [one for one in application.findings if one["code"] in codes and one["result"] != Result.HOLDS]
    return [{name: one[name] for name in ("code", "label", "why")} for one in found]


def _tell(
    recipients: list[Recipient], decision: Decision, at: datetime, *, replaces_silence: bool, appeal: Appeal | None
) -> None:
    application = decision.application
    tell(
        "calls/decision_notified",
        to=recipients,
        at=at,
        data={
            "application": application,
            "call": application.call,
            "decision": decision,
            "text": plain({"last_days": [], **decision.letter}),
            "replaces_silence": replaces_silence,
            "appeal": appeal,
        },
        reply_to=application.call.service_email,
    )
