"""Applying: begin, fill in, submit, withdraw."""

from __future__ import annotations  # django-stubs: File is generic for mypy only

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils.timezone import localdate, localtime

from accelerator.accounts.models import Person, new_token
from accelerator.calls.eligibility import Finding, Result, Weight, frozen
from accelerator.calls.models import Application, Call, Piece, PiecesRequest, UnsavedAnswers, next_number
from accelerator.calls.operations.appeals import drop_appeals
from accelerator.calls.operations.files import lock_file
from accelerator.calls.purposes import KeptFile, Told, purpose_of
from accelerator.calls.queries.facts import examine
from accelerator.calls.queries.files import files_since, name_of, told_since
from accelerator.calls.queries.findings import facts_now
from accelerator.calls.queries.receipt import receipt_of
from accelerator.calls.queries.recipients import examining, told_of
from accelerator.calls.queries.standing import applying, call_standing_of
from accelerator.calls.queries.timing import clock_of, promised_on, wave_of
from accelerator.calls.queries.versions import published_version
from accelerator.calls.questions import MOST_FILES, Question, Questionnaire
from accelerator.calls.rules.applications import (
    reason_against_arriving,
    reason_against_submitting,
    reason_against_timing,
)
from accelerator.calls.rules.registry import require
from accelerator.calls.states import (
    ALIVE,
    ENTER,
    SUBMIT,
    WITHDRAW,
    ApplicationState,
    Origin,
    QuestionKind,
)
from accelerator.community.models import Organisation, Role
from accelerator.community.queries.people import standing_of
from accelerator.community.states import OrganisationState, RoleName
from accelerator.design.uploads import Document
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.journal.queries import history_of
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import MOMENT, said
from accelerator.workflow.steps import KEPT, Typed
from accelerator.workflow.transitions import move

# Of what one types for hours, the journal is told once in each.
SITTING = timedelta(hours=1)
NOT_A_DRAFT = "Cette candidature est déposée : elle ne se modifie plus. Écrivez au service s’il faut la corriger."


@operation
def begin(
    *,
    call: Call,
    subject: str,
    organisation: Organisation | None,
    declared: Mapping[str, Any],
    by: Person,
    at: datetime,
) -> Application:
    """Begin an application, with what one applies with, what its records already say filled in, whole: a text longer
    than its question allows is not cut, its author is told (`Question.overflow`).

    subject       the reference of what one applies with, or nothing when the purpose asks for none.
    organisation  the one that applies, when the purpose asks for no subject; None: the person does.
    declared      frozen facts said before the form.
    Raises `Refused` when the call is not open, or when an application is already in progress for the same subject.
    """
    held = Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call.pk)
    if reason := reason_against_timing(held, at):
        raise Refused(reason)
    version = published_version(held)
    if version is None:
        raise Refused("Cet appel n’est pas publié.")
    purpose = purpose_of(held.purpose)
    told: Told | None = None
    if purpose.has_subject:
        if subject not in {one.ref for one in purpose.subjects(by, held)}:
            raise Refused("Choisissez ce avec quoi vous candidatez.", field="subject")
        told = purpose.reads(subject)
        organisation = told.organisation
        waiting = Application.objects.filter(call=held, subject=subject, state__in=ALIVE).first()
        if waiting is not None:
            raise Refused("Une candidature est déjà en cours à cet appel pour ce choix.", field="subject")
    elif organisation is not None:
        _check_belongs(by, organisation)
    form = Questionnaire.from_json(version.form)
    answers, reused = _reused(form, told, subject)
    title = told.title if told else (organisation.name if organisation else by.name)
    application = Application.objects.create(
        call=held,
        version=version,
        title=title[:200],
        person=by,
        organisation=organisation,
        subject=subject if purpose.has_subject else "",
        answers=answers,
        reused=reused,
        facts=dict(declared),
        begun_at=at,
    )
    record("calls.begun", application, by=by, at=at)
    if told is not None:
        _take_files(application, files_since(application, form, purpose), told.on, by=by, at=at)
    return application


def _take_files(
    application: Application, files: Mapping[str, Sequence[KeptFile]], on: date | None, *, by: Person, at: datetime
) -> None:
    """Join to questions copies of what the subject keeps; a file that is kept no longer is left out."""
    origin = {"from": application.subject, "on": on.isoformat() if on else None}
    for question, given in files.items():
        for one in given:
            if not default_storage.exists(one.path):
                continue
            with default_storage.open(one.path) as kept:
                content: File[Any] = ContentFile(kept.read(), one.name)
            document = Document(content, one.name, one.kind, one.size, one.digest)
            keep_piece(application=application, question=question, document=document, by=by, at=at)
    if files:
        application.reused = {**application.reused, **dict.fromkeys(files, origin)}
        application.save(update_fields=["reused"])


def _check_belongs(person: Person, organisation: Organisation) -> None:
    standing = standing_of(person, organisation)
    if organisation.state != OrganisationState.ACTIVE:
        raise Refused("Cette organisation n’est plus active.", field="organisation")
    if not (standing.is_member or standing.is_helper):
        raise Refused("Vous ne faites pas partie de cette organisation.", field="organisation")


def _reused(form: Questionnaire, told: Told | None, subject: str) -> tuple[dict[str, Any], dict[str, Any]]:
    answers: dict[str, Any] = {}
    reused: dict[str, Any] = {}
    for question in form.questions:
        if told is None or not question.reuse or question.reuse not in told.answers:
            continue
        answers[question.code] = told.answers[question.reuse]
        reused[question.code] = {"from": subject, "on": told.on.isoformat() if told.on else None}
    return answers, reused


@operation
def take_up(*, application: Application, by: Person, at: datetime) -> list[str]:
    """Fill the answers of a draft that are still empty with what its subject tells now, and join the files that it
    keeps and that were never joined here; returns their questions.

    What was written is left as it is: a draft begun before the project was told is not to be typed again.
    """
    held, standing = lock_file(application, by)
    require("calls.fill_in", standing)
    _must_be_draft(held)
    form = Questionnaire.from_json(held.version.form)
    since = told_since(held, form)
    if not since.questions:
        raise Refused("Ce brouillon dit déjà tout ce qui peut en être repris.")
    fresh = since.answers
    sections = [section for section in form.sections if any(one.code in fresh for one in section.questions)]
    origin = {"from": held.subject, "on": since.on.isoformat() if since.on else None}
    held.answers = {**held.answers, **fresh}
    held.reused = {**held.reused, **dict.fromkeys(fresh, origin)}
    held.revision += 1
    saved = {"by": by.actor_key, "at": at.isoformat(), "revision": held.revision}
    held.sections = {**held.sections, **{section.code: saved for section in sections}}
    held.save(update_fields=["answers", "reused", "sections", "revision"])
    _take_files(held, since.files, since.on, by=by, at=at)
    labels = [question.label for question in form.questions if question.code in since.questions]
    record("calls.taken_up", held, by=by, at=at, questions=", ".join(f"« {label} »" for label in labels))
    return labels


@operation
def save_section(
    *, application: Application, section: str, answers: Mapping[str, Any], seen: int, by: Person, at: datetime
) -> Application:
    """Keep the answers of a section of a draft; saved again as it is, nothing happens.

    The journal says it once an hour at most for an author and a part: who saves at each sentence floods no history.
    seen  the revision of the section that the person had before their eyes.
    Raises `Refused` when someone else saved it meanwhile: who and when is said, nothing is overwritten.
    """
    held, standing = lock_file(application, by)
    require("calls.fill_in", standing)
    _must_be_draft(held)
    form = Questionnaire.from_json(held.version.form)
    asked = form.section(section)
    last = held.sections.get(section, {})
    if not last and seen != 0:
        raise Refused("Cette page n’est plus à jour : vos réponses sont dans les champs, enregistrez à nouveau.")
    if last.get("revision", 0) != seen:
        name = name_of(last.get("by", ""))
        moment = said(localtime(datetime.fromisoformat(last["at"])), MOMENT)
        raise Refused(
            f"{name} a enregistré cette partie le {moment}, pendant que vous écriviez. Vos réponses sont encore "
            f"dans les "
            "champs, les siennes sont rappelées ci-dessous : gardez ce qu’il faut, puis enregistrez à nouveau."
        )
    codes = {question.code for question in asked.questions if question.kind != QuestionKind.FILE}
    before = {code: value for code, value in held.answers.items() if code in codes}
    kept = {code: value for code, value in answers.items() if code in codes and value is not None}
    UnsavedAnswers.objects.filter(application=held, person=by, section=section).delete()
    if last and before == kept:
        return held
    held.answers = {**{code: value for code, value in held.answers.items() if code not in codes}, **kept}
    held.reused = {
        code: origin for code, origin in held.reused.items() if code not in codes or before.get(code) == kept.get(code)
    }
    held.revision += 1
    held.sections = {
        **held.sections,
        section: {"by": by.actor_key, "at": at.isoformat(), "revision": held.revision},
    }
    held.save(update_fields=["answers", "reused", "sections", "revision"])
    if not _told_lately(held, asked.title, by, at):
        record("calls.section_saved", held, by=by, at=at, section=asked.title)
    return held


def _told_lately(held: Application, title: str, by: Person, at: datetime) -> bool:
    saved = history_of(held).filter(code="calls.section_saved", actor=by.actor_key, data__section=title)
    return saved.filter(at__gt=at - SITTING).exists()


@operation
def keep_unsaved(*, application: Application, section: str, values: Typed, by: Person, at: datetime) -> None:
    """Keep what is being typed in a section, for the one who types alone; the draft itself does not change.

    Raises `Refused` when it is too long to be kept, or when the file is no longer a draft.
    """
    held, standing = lock_file(application, by)
    require("calls.fill_in", standing)
    _must_be_draft(held)
    UnsavedAnswers.objects.keep(values, application=held, person=by, section=section, at=at)


@operation
def forget_unsaved(*, application: Application, section: str, by: Person, at: datetime) -> None:
    """Forget what one was typing in a section."""
    UnsavedAnswers.objects.filter(application=application, person=by, section=section).delete()


@operation
def forget_old_unsaved(*, by: Actor, at: datetime) -> int:
    """Forget what nobody came back to, and what was being typed in files that are drafts no more; return how many."""
    over = Q(typed_at__lt=at - KEPT) | ~Q(application__state=ApplicationState.DRAFT)
    return UnsavedAnswers.objects.filter(over).delete()[0]


@operation
def add_piece(*, application: Application, question: str, document: Document, by: Person, at: datetime) -> Piece:
    """Join a file to a question of a draft, or to what was asked when pieces are missing (`question` is empty)."""
    held, standing = lock_file(application, by)
    require("calls.fill_in", standing)
    if question:
        _must_be_draft(held)
        asked = Questionnaire.from_json(held.version.form).question(question)
        most = asked.limit or MOST_FILES
        if held.pieces.filter(question=question, removed_at__isnull=True).count() >= most:
            raise Refused(f"{most} fichiers au plus pour cette question : retirez-en un d’abord.", field="piece")
    elif held.told_state != ApplicationState.INCOMPLETE:
        raise Refused("Aucune pièce n’est demandée pour cette candidature.")
    return keep_piece(application=held, question=question, document=document, by=by, at=at)


@operation
def keep_piece(*, application: Application, question: str, document: Document, by: Person, at: datetime) -> Piece:
    """Keep a file of an application; the caller asked the rule."""
    piece = Piece(
        application=application,
        question=question,
        name=document.name,
        size=document.size,
        kind=document.kind,
        digest=document.digest,
        by=by,
        at=at,
    )
    extension = document.name.rpartition(".")[2]
    piece.file.save(f"{new_token()}.{extension}", document.file, save=False)
    piece.save()
    record("calls.piece_added", application, by=by, at=at, name=piece.name)
    return piece


@operation
def remove_piece(*, piece: Piece, by: Person, at: datetime) -> Piece:
    """Take a file out of a draft; already taken out, nothing happens."""
    held, standing = lock_file(piece.application, by)
    require("calls.fill_in", standing)
    if held.told_state != ApplicationState.INCOMPLETE or piece.question:
        _must_be_draft(held)
    taken = Piece.objects.select_for_update(of=("self",)).get(pk=piece.pk)
    if taken.removed_at is None:
        taken.removed_at = at
        taken.save(update_fields=["removed_at"])
        record("calls.piece_removed", held, by=by, at=at, name=taken.name)
    return taken


@operation
def submit(*, application: Application, by: Person, at: datetime) -> Application:
    """Submit: answers, facts and findings are frozen, the number is given, the acknowledgement of receipt leaves.

    Sent again (two tabs), it returns what was submitted, and nothing more happens. The closing is compared with the
    moment at which the request arrived (decision 11). Rules advise: what they found is kept, and stops nobody.
    """
    held, standing = lock_file(application, by)
    if reason := reason_against_submitting(standing, localdate(at)):
        raise Refused(reason)
    if held.state != ApplicationState.DRAFT and held.submitted_at and held.state != ApplicationState.WITHDRAWN:
        return held
    if reason := reason_against_timing(held.call, at):
        raise Refused(reason)
    form = Questionnaire.from_json(held.version.form)
    files = set(held.pieces.filter(removed_at__isnull=True).values_list("question", flat=True))
    if missing := form.missing(held.answers, files):
        raise Refused(f"Il manque encore : {_named(missing)}.")
    if too_long := form.too_long(held.answers, files):
        raise Refused(f"Plus long que ce qui est demandé : {_named(too_long)}. Raccourcissez, puis déposez.")
    moved = move(
        held,
        SUBMIT,
        by=by,
        at=at,
        changes=_submission(held, form, by=by, at=at, files=files),
        number=held.number,
    )
    _set_aside_files(moved, form, files, at)
    _tell_receipt(moved, at)
    return moved


def _named(questions: Sequence[Question]) -> str:
    """The first ones by their label, and how many besides."""
    named = ", ".join(f"« {question.label} »" for question in questions[:3])
    return named if len(questions) <= 3 else f"{named} et {len(questions) - 3} autres"


@operation
def enter_paper(
    *,
    call: Call,
    title: str,
    paper: Mapping[str, str],
    organisation: Organisation | None,
    received_on: date,
    by: Person,
    at: datetime,
) -> Application:
    """Enter a file that came on paper, on behalf of who wrote it, with its date of arrival.

    paper  {"name": …, "address": …, "email": …}.
    A file that came too late is entered all the same, and says so: a person declares it inadmissible, not a form.
    Raises `Refused` for a day on which it cannot have come: tomorrow, before the call opened, years ago.
    """
    require("calls.enter_paper", call_standing_of(by, call))
    version = published_version(call)
    if version is None or call.opens_at is None:
        raise Refused("Cet appel n’est pas publié.")
    if reason := reason_against_arriving(call, received_on, localdate(at)):
        raise Refused(reason, field="received_on")
    application = Application.objects.create(
        call=call,
        version=version,
        title=title[:200],
        origin=Origin.PAPER,
        paper={name: value for name, value in paper.items() if value},
        organisation=organisation,
        received_on=received_on,
        begun_at=at,
        officer=by,
    )
    form = Questionnaire.from_json(version.form)
    changes = {**_submission(application, form, by=by, at=at, files=set()), "submitted_as": "", "submitted_by": None}
    opened, closed = localdate(call.opens_at), localdate(call.closes_at) if call.closes_at else None
    if closed is not None and received_on > closed:
        changes["findings"] = [_out_of_time(opened, closed), *changes["findings"]]
    moved = move(application, ENTER, by=by, at=at, changes=changes, on=said(received_on), number=application.number)
    moved.call, moved.organisation = call, organisation
    _tell_receipt(moved, at)
    return moved


def _out_of_time(opened: date, closed: date) -> dict[str, Any]:
    return Finding(
        "calls.in_time",
        "Le dossier est arrivé pendant que l’appel était ouvert",
        Result.FAILS,
        f"L’appel était ouvert à partir du {said(opened)} et clos le {said(closed)}.",
        Weight.LAW,
    ).to_json()


def _submission(held: Application, form: Questionnaire, *, by: Person, at: datetime, files: set[str]) -> dict[str, Any]:
    """The values that a submission freezes, its title as its subject says it now; the number is of its sequence."""
    held.answers = form.sent(held.answers, files)
    facts = facts_now(held)
    received_on = held.received_on or localdate(at)
    findings = examine(held.version, held.call, facts, received_on)
    held.number = next_number(at)
    wave = wave_of(held.call, received_on)
    return {
        "number": held.number,
        "title": purpose_of(held.call.purpose).reads(held.subject).title[:200] if held.subject else held.title,
        "answers": held.answers,
        "facts": frozen(facts),
        "findings": [finding.to_json() for finding in findings],
        "received_on": received_on,
        "complete_on": received_on,
        "submitted_at": at,
        "submitted_by": by,
        "submitted_as": _quality(held, by),
        "wave": wave,
        "silence_on": clock_of(held.call, received_on, []).silence_on,
        "expected_on": promised_on(held.version, wave, received_on),
    }


def _quality(application: Application, person: Person) -> str:
    organisation = applying(application)
    if organisation is None:
        return "en son nom"
    role = Role.objects.current().filter(person=person, organisation=organisation).first()
    return role.quality if role and role.name == RoleName.REPRESENTATIVE else "par délégation du représentant légal"


def _set_aside_files(application: Application, form: Questionnaire, files: set[str], at: datetime) -> None:
    asked = {question.code for question in form.asked(application.answers, files)}
    application.pieces.filter(removed_at__isnull=True).exclude(question__in=asked).update(removed_at=at)


def _tell_receipt(application: Application, at: datetime) -> None:
    """The acknowledgement of receipt, to the applicant's side."""
    data = {"application": application, "call": application.call, "receipt": receipt_of(application)}
    tell("calls/receipt", to=told_of(application), at=at, data=data)


@operation
def withdraw(*, application: Application, reason: str, by: Person, at: datetime) -> Application:
    """Withdraw an application, for any reason or none, until its decision is told.

    A draft is withdrawn by whoever fills it in; a submitted file by whoever may submit.
    """
    held, standing = lock_file(application, by)
    if held.state == ApplicationState.DRAFT:
        require("calls.fill_in", standing)
    elif refusal := reason_against_submitting(standing, localdate(at)):
        raise Refused(refusal)
    PiecesRequest.objects.filter(application=held, ended_at__isnull=True).update(ended_at=at)
    held.decisions.filter(notified_at__isnull=True).delete()
    drop_appeals(application=held, by=by, at=at)
    changes = {"withdrawn_at": at, "decided_from": "", "silence_on": None}
    moved = move(held, WITHDRAW, by=by, at=at, reason=reason.strip(), changes=changes)
    if moved.submitted_at is not None:
        data = {"application": moved, "call": moved.call, "reason": reason.strip()}
        tell("calls/withdrawn", to=examining(moved), at=at, data=data)
    return moved


def _must_be_draft(held: Application) -> None:
    if held.state != ApplicationState.DRAFT:
        raise Refused(NOT_A_DRAFT)
