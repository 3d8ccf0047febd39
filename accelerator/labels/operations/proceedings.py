"""Suspending, abrogating, withdrawing a label: grounds notified, an answer, then a signature. And contesting it.

Three operations that the law does not mix. A suspension stops the effects for a time; an abrogation ends them for the
future, because a condition is no longer met; a retrait erases the label from its first day, because the award was
illegal, and only within a delay. In prose, with worked examples: docs/rules/vie-d-un-label.md.

Note [The order of the locks]
The label first, then its proceeding, for whoever opens, answers, decides or lifts; to award, the candidacy first.
"""

from datetime import date, datetime, timedelta
from typing import Final

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.letters import plain
from accelerator.calls.models import CallRole
from accelerator.calls.rules.judging import Granted, reason_against_signing, signing_role
from accelerator.calls.states import AppealKind, CallRoleName
from accelerator.design.uploads import Document
from accelerator.journal import System
from accelerator.journal.operations import record
from accelerator.labels.letters import letter_of, remedies_from
from accelerator.labels.models import Label, LabelAppeal, Proceeding, ProceedingFile
from accelerator.labels.operations.locks import lock_label, lock_proceeding
from accelerator.labels.operations.register import publish
from accelerator.labels.queries.holders import holders_of, service_of
from accelerator.labels.queries.proceedings import is_late, suspension_of
from accelerator.labels.rules import labels as rules
from accelerator.labels.states import (
    ABROGATE,
    END_SUSPENSION,
    LIFT,
    RESTORE,
    RESTORE_ENDED,
    RETRACT,
    SUSPEND,
    AppealResult,
    LabelState,
    Outcome,
    ProceedingKind,
)
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said
from accelerator.workflow.transitions import Transition, move

_PASSAGES: Final[dict[ProceedingKind, Transition]] = {
    ProceedingKind.SUSPENSION: SUSPEND,
    ProceedingKind.ABROGATION: ABROGATE,
    ProceedingKind.RETRAIT: RETRACT,
}
MOST_FILES: Final = 10


@operation
def open_proceeding(
    *,
    label: Label,
    kind: ProceedingKind,
    grounds: str,
    legal_basis: str,
    fraud: bool = False,
    by: Person,
    at: datetime,
) -> Proceeding:
    """Tell the holder the grounds of a measure that is considered; the delay to answer is that of the category.

    fraud  what is to be withdrawn was obtained by it: the delay of a retrait does not run.
    Raises `Refused` when the kind is no longer lawful, or would not be once the holder had its delay (with what still
    is), when a measure is already considered, or
    when nobody could be told.
    """
    held = lock_label(label)
    rules.require("labels.conduct", by, held)
    if not grounds.strip():
        raise Refused("Dites précisément ce qui est reproché.", field="grounds")
    if not legal_basis.strip():
        raise Refused("Dites sur quel texte ou quelle règle la mesure se fonde.", field="legal_basis")
    if held.state not in _PASSAGES[kind].sources:
        raise Refused(_PASSAGES[kind].refusal)
    if refusal := rules.reason_against_opening(held, kind, localdate(at), fraud=fraud):
        raise Refused(refusal, field="kind")
    if held.proceedings.filter(outcome=Outcome.PENDING).exists():
        raise Refused("Une procédure est déjà en cours sur ce label : concluez-la d’abord.")
    to = holders_of(held)
    if not to:
        raise Refused(
            "Personne ne peut être prévenu ici : l’organisation titulaire n’a ni représentant ni gestionnaire. Faites "
            "d’abord revendiquer sa fiche : une mesure ne se prend pas sans que le titulaire ait pu répondre."
        )
    proceeding = Proceeding.objects.create(
        label=held,
        kind=kind,
        grounds=grounds.strip(),
        legal_basis=legal_basis.strip(),
        fraud=fraud,
        notified_at=at,
        notified_by=by,
        answer_until=localdate(at) + timedelta(days=held.category.answer_days),
    )
    record(
        "labels.proceeding_opened",
        held,
        by=by,
        at=at,
        kind=proceeding.get_kind_display().lower(),
        until=said(proceeding.answer_until),
    )
    text = plain(letter_of(proceeding, on=localdate(at)))
    tell(
        "labels/grounds",
        to=to,
        at=at,
        data={"proceeding": proceeding, "label": held, "text": text},
        reply_to=_reply_to(held),
    )
    return proceeding


@operation
def answer_proceeding(*, proceeding: Proceeding, text: str, by: Person, at: datetime) -> Proceeding:
    """Answer the grounds, in the name of the holder; until it is decided, even late. Answering again completes it.

    Raises `Refused` once it is decided: there remains to contest.
    """
    held = _hold_answerable(proceeding, by)
    if not text.strip():
        raise Refused("Écrivez votre réponse, ou dites que vous n’avez pas d’observation.", field="text")
    if text.strip() in held.answer:
        return held
    held.answer = f"{held.answer}\n\n{text.strip()}".strip()
    held.answered_at, held.answered_by = at, by
    held.save(update_fields=["answer", "answered_at", "answered_by"])
    record("labels.proceeding_answered", held.label, by=by, at=at, kind=held.get_kind_display().lower())
    tell("labels/answered", to=service_of(held.label), at=at, data={"proceeding": held, "label": held.label})
    return held


@operation
def join_file(*, proceeding: Proceeding, document: Document, by: Person, at: datetime) -> ProceedingFile:
    """Join a file to the answer; the same file again is joined once."""
    held = _hold_answerable(proceeding, by)
    known = held.files.filter(digest=document.digest).first()
    if known is not None:
        return known
    if held.files.count() >= MOST_FILES:
        raise Refused(f"{MOST_FILES} fichiers au plus accompagnent une réponse.", field="file")
    file = ProceedingFile(
        proceeding=held,
        name=document.name,
        size=document.size,
        kind=document.kind,
        digest=document.digest,
        by=by,
        at=at,
    )
    file.file.save(document.name, document.file, save=False)
    file.save()
    record("labels.answer_file_joined", held.label, by=by, at=at, name=document.name)
    return file


def _hold_answerable(proceeding: Proceeding, by: Person) -> Proceeding:
    held = lock_proceeding(proceeding)
    rules.require("labels.answer", by, held.label)
    if held.outcome != Outcome.PENDING:
        raise Refused("Cette procédure est close : une décision se conteste par un recours.")
    return held


@operation
def pronounce(
    *, proceeding: Proceeding, reason: str, detail: str = "", until_on: date | None = None, by: Person, at: datetime
) -> Label:
    """Sign the measure, in force from today (a retrait: from the first day of the label), and tell it with remedies.

    reason  what the public reads.
    detail  what the holder alone reads besides.
    Raises `Refused` before the delay to answer has run, whatever was answered, before the hearing that the holder
    asked for, after the delay of a retrait, without a delegation that covers the day, or when the label changed
    meanwhile.
    """
    held = lock_proceeding(proceeding)
    label, today = held.label, localdate(at)
    kind = ProceedingKind(held.kind)
    rules.require("labels.pronounce", by, label)
    role = _signing(by, label, today)
    if refusal := rules.reason_against_deciding_now(held, today) or rules.reason_against_kind(
        label, kind, today, fraud=held.fraud
    ):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused("Une mesure est motivée : dites pourquoi, en des termes que le public lira.", field="reason")
    if until_on and kind != ProceedingKind.SUSPENSION:
        raise Refused("Seule une suspension a une fin.", field="until_on")
    if until_on and until_on < today:
        raise Refused("Une suspension finit après avoir commencé.", field="until_on")
    remedies = remedies_from(_remedies(label), today)
    if not remedies and _is_public(label):
        raise Refused(
            "Une mesure défavorable dit comment la contester, et les voies de recours de l’appel ne sont pas dites."
        )
    held.outcome, held.decided_at, held.signatory = Outcome.PRONOUNCED, at, by
    held.reason, held.detail = reason.strip(), detail.strip()
    held.from_on = label.period.lower if kind == ProceedingKind.RETRAIT else today
    held.until_on = until_on
    held.ended_before = label.period.upper if kind == ProceedingKind.ABROGATION else None
    held.letter = letter_of(held, remedies=remedies, signatory=by.name, act=role.act_reference, on=today)
    held.save()
    moved = _take_effect(held, by=by, at=at)
    to = holders_of(moved)
    tell(
        "labels/pronounced",
        to=to,
        at=at,
        data={"proceeding": held, "label": moved, "text": plain(held.letter)},
        reply_to=_reply_to(moved),
    )
    return moved


def _take_effect(held: Proceeding, *, by: Person, at: datetime) -> Label:
    label, kind, today = held.label, ProceedingKind(held.kind), localdate(at)
    changes: dict[str, object] = {"changed_at": at}
    if kind == ProceedingKind.SUSPENSION:
        changes["suspended_on"] = held.from_on
    else:
        changes |= {"suspended_on": None, "withdrawn_as": kind, "withdrawn_on": today}
    if kind == ProceedingKind.ABROGATION:
        changes["period"] = DateRange(label.period.lower, today)
    until = f" jusqu’au {said(held.until_on)} inclus" if held.until_on else ""
    moved = move(label, _PASSAGES[kind], by=by, at=at, changes=changes, why=held.reason, until=until)
    publish(label=moved, by=by, at=at)
    return moved


@operation
def drop_proceeding(*, proceeding: Proceeding, reason: str, by: Person, at: datetime) -> Proceeding:
    """Close a proceeding without any measure: the holder is told, nothing is public."""
    held = lock_proceeding(proceeding)
    rules.require("labels.conduct", by, held.label)
    if held.outcome != Outcome.PENDING:
        raise Refused("Cette procédure est close.")
    if not reason.strip():
        raise Refused("Dites pourquoi aucune mesure n’est prise.", field="reason")
    held.outcome, held.decided_at, held.signatory, held.reason = Outcome.DROPPED, at, by, reason.strip()
    held.save(update_fields=["outcome", "decided_at", "signatory", "reason"])
    record("labels.proceeding_dropped", held.label, by=by, at=at, kind=held.get_kind_display().lower())
    tell("labels/dropped", to=holders_of(held.label), at=at, data={"proceeding": held, "label": held.label})
    return held


@operation
def lift_suspension(*, label: Label, reason: str, by: Person, at: datetime) -> Label:
    """End a suspension before its day, or one that has none."""
    held = lock_label(label)
    rules.require("labels.pronounce", by, held)
    _signing(by, held, localdate(at))
    if not reason.strip():
        raise Refused("Dites pourquoi la suspension est levée.", field="reason")
    moved = move(held, LIFT, by=by, at=at, changes={"suspended_on": None, "changed_at": at}, why=reason.strip())
    tell("labels/lifted", to=holders_of(moved), at=at, data={"label": moved, "reason": reason.strip()})
    publish(label=moved, by=by, at=at)
    return moved


@operation
def end_suspension(*, label: Label, by: System, at: datetime) -> Label | None:
    """End a suspension whose last day is past (a nightly job); None when there is nothing to end."""
    held = lock_label(label)
    measure = suspension_of(held)
    if held.state != LabelState.SUSPENDED or measure is None or measure.until_on is None:
        return None
    if measure.until_on >= localdate(at):
        return None
    changes = {"suspended_on": None, "changed_at": at}
    moved = move(held, END_SUSPENSION, by=by, at=at, changes=changes, day=said(measure.until_on))
    tell("labels/lifted", to=holders_of(moved), at=at, data={"label": moved, "reason": ""})
    publish(label=moved, by=by, at=at)
    return moved


@operation
def file_appeal(
    *, proceeding: Proceeding, kind: AppealKind, grounds: str, filed_on: date | None = None, by: Person, at: datetime
) -> LabelAppeal:
    """Contest a measure that was pronounced. It stands meanwhile: an appeal suspends nothing by itself.

    The holder files it here; the service records one that came otherwise, or that a court was seized of (`filed_on`).
    """
    held = lock_proceeding(proceeding)
    label, today = held.label, localdate(at)
    if rules.reason_against_speaking(by, label, today) is not None:
        rules.require("labels.conduct", by, label)
    elif filed_on not in (None, today):
        raise Refused("Un recours que vous formez ici est daté d’aujourd’hui.", field="filed_on")
    if held.outcome != Outcome.PRONOUNCED or held.decided_at is None:
        raise Refused("On conteste une mesure qui a été prononcée.")
    if not grounds.strip():
        raise Refused("Dites ce que vous contestez, et pourquoi.", field="grounds")
    day = filed_on or today
    if not localdate(held.decided_at) <= day <= today:
        raise Refused("Un recours vient après la décision, et aujourd’hui au plus tard.", field="filed_on")
    if held.appeals.filter(kind=kind, answered_at__isnull=True).exists():
        raise Refused("Un recours de cette sorte est déjà en cours.", field="kind")
    appeal = LabelAppeal.objects.create(
        proceeding=held, kind=kind, grounds=grounds.strip(), filed_on=day, recorded_at=at, recorded_by=by
    )
    record("labels.appeal_filed", label, by=by, at=at, kind=appeal.get_kind_display().lower(), on=said(day))
    data = {"appeal": appeal, "proceeding": held, "label": label, "late": is_late(appeal)}
    tell("labels/appeal_filed", to=[*service_of(label), *holders_of(label)], at=at, data=data)
    return appeal


@operation
def answer_appeal(
    *, appeal: LabelAppeal, result: AppealResult, answer: str, reason: str, by: Person, at: datetime
) -> LabelAppeal:
    """Write what became of an appeal. Undone, the measure is erased: the label is what it would have been without it.

    answer  what the holder reads; reason  what the public reads.
    Raises `Refused` when undoing an abrogation meets a label awarded since on the same days.
    """
    proceeding = lock_proceeding(appeal.proceeding)
    label = proceeding.label
    rules.require("labels.pronounce", by, label)
    _signing(by, label, localdate(at))
    held = LabelAppeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
    if held.answered_at:
        raise Refused("Ce recours a déjà reçu sa réponse.")
    for words, field in ((answer, "answer"), (reason, "reason")):
        if not words.strip():
            raise Refused("Une réponse à un recours est motivée.", field=field)
    held.result, held.answer, held.reason, held.answered_at, held.answered_by = (
        result,
        answer.strip(),
        reason.strip(),
        at,
        by,
    )
    held.save(update_fields=["result", "answer", "reason", "answered_at", "answered_by"])
    kind, measure = held.get_kind_display().lower(), proceeding.get_kind_display().lower()
    record(
        "labels.appeal_answered",
        label,
        by=by,
        at=at,
        kind=kind,
        measure=measure,
        result=held.get_result_display().lower(),
        why=held.reason,
    )
    if result == AppealResult.UNDONE:
        label = _undo(proceeding, by=by, at=at)
    tell("labels/appeal_answered", to=holders_of(label), at=at, data={"appeal": held, "label": label})
    return held


def _undo(proceeding: Proceeding, *, by: Person, at: datetime) -> Label:
    label, kind = proceeding.label, ProceedingKind(proceeding.kind)
    in_force = (
        label.state == LabelState.SUSPENDED and suspension_of(label) == proceeding
        if kind == ProceedingKind.SUSPENSION
        else label.state == LabelState.WITHDRAWN and label.withdrawn_as == kind
    )
    if not in_force:
        return label
    period = label.period
    if kind == ProceedingKind.ABROGATION:
        period = DateRange(period.lower, proceeding.ended_before)
        since = Label.objects.exclude(pk=label.pk).exclude(withdrawn_as=ProceedingKind.RETRAIT)
        if since.filter(candidacy=label.candidacy_id, period__overlap=period).exists():
            raise Refused(
                "Un autre label a été attribué depuis, sur les mêmes jours : il faut d’abord décider de celui-là."
            )
    changes = {
        "suspended_on": None,
        "withdrawn_as": "",
        "withdrawn_on": None,
        "period": period,
        "changed_at": at,
    }
    over = period.upper is not None and period.upper <= localdate(at)
    moved = move(label, RESTORE_ENDED if over else RESTORE, by=by, at=at, changes=changes)
    publish(label=moved, by=by, at=at)
    return moved


def _signing(by: Person, label: Label, today: date) -> CallRole:
    """The role by which a person signs for the category, on this territory and this day. Raises `Refused`."""
    call = label.category.call
    if call is None:
        raise Refused("Cette catégorie n’a pas d’appel : personne n’y a reçu délégation de signer.")
    signing = CallRole.objects.current().filter(call=call, name=CallRoleName.SIGNATORY)
    roles, granted = list(signing.select_related("person").order_by("pk")), Granted(label.organisation, None)
    role = signing_role(roles, granted, by=by, on=today)
    if role is None:
        raise Refused(reason_against_signing(roles, granted, by=by, on=today) or "Votre délégation ne le permet pas.")
    return role


def _remedies(label: Label) -> list[dict[str, object]]:
    return list(label.category.call.remedies) if label.category.call else []


def _is_public(label: Label) -> bool:
    return bool(label.category.call and label.category.call.crpa)


def _reply_to(label: Label) -> str:
    return label.category.call.service_email if label.category.call else ""
