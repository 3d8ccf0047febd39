"""What is read of applications: lists, files, their history."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.accounts.queries import Line, with_actor_names
from accelerator.calls.letters import UNFAVOURABLE
from accelerator.calls.models import (
    Appeal,
    Application,
    Decision,
    Exchange,
    Opinion,
    Piece,
    PiecesRequest,
    Slot,
    UnsavedAnswers,
    Wave,
)
from accelerator.calls.purposes import KeptFile, Purpose, purpose_of, purposes
from accelerator.calls.queries.standing import mine
from accelerator.calls.questions import MOST_FILES, Question, Questionnaire, Section, said_answer
from accelerator.calls.remedies import remedies_of
from accelerator.calls.states import (
    PENDING,
    ApplicationState,
    CallState,
    DecisionKind,
    DecisionOutcome,
    QuestionKind,
)
from accelerator.community.models import Mandate, Organisation, Role
from accelerator.community.states import OrganisationState
from accelerator.geography.models import Place
from accelerator.journal.queries import history_of
from accelerator.workflow.dates import MOMENT, said
from accelerator.workflow.ordering import alphabetical
from accelerator.workflow.together import Short, read_together

# What the applicant reads of the history of their file: what they did, and what the service told them. All the rest
# (who reads, who left, what a jury or a commission thinks, what is decided and not told) belongs to the service.
_TOLD: Final = tuple(
    f"calls.{name}"
    for name in (
        *("begun", "section_saved", "piece_added", "piece_removed", "form_changed", "taken_up"),
        *("submitted", "received_on_paper", "pieces_asked", "pieces_given", "admitted", "review_begun"),
        *("hearing_set", "slot_set", "message_written", "silence_decided", "notified"),
        *("appealed", "appeal_silent", "appeal_replaced", "appeal_dropped"),
        *("decision_upheld", "decision_reconsidered", "withdrawn"),
        *("promise_made", "promise_kept", "promise_broken"),
    )
)


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question that is asked, with its answer as it is read."""

    question: Question
    text: str
    pieces: list[Piece]
    missing: bool
    reused: dict[str, Any] | None

    @property
    def overflow(self) -> int:
        """How many characters too many."""
        return self.question.overflow(self.text)

    @property
    def reused_on(self) -> date | None:
        """The day on which what it is taken from was last changed."""
        return day_of(self.reused)


@dataclass(frozen=True)
class AnsweredSection:
    """A section of a file, and who saved it last."""

    section: Section
    lines: list[AnsweredQuestion]
    saved: dict[str, Any] | None

    @property
    def missing(self) -> int:
        """How many required answers are missing."""
        return sum(1 for line in self.lines if line.missing)


def day_of(origin: Mapping[str, Any] | None) -> date | None:
    """The day of what an answer was taken from, if it was taken from somewhere that has one."""
    return date.fromisoformat(origin["on"]) if origin and origin.get("on") else None


def name_of(actor: str) -> str:
    """The name of whoever an actor's key leads to, to be read at the start of a sentence."""
    number = actor.removeprefix("person:")
    person = Person.objects.filter(pk=number).first() if number.isdigit() else None
    return person.name if person else "Quelqu’un"


def silent_files(on: date) -> QuerySet[Application]:
    """The files that silence has decided, and of which nothing is written yet."""
    told = Decision.objects.filter(application=OuterRef("pk"), notified_at__isnull=False)
    return Application.objects.pending().filter(silence_on__lt=on).exclude(Exists(told)).order_by("pk")


def applicable_organisations(person: Any) -> list[Organisation]:
    """The active organisations in whose name a person may begin an application: theirs, and those they help."""
    if not getattr(person, "is_authenticated", False):
        return []
    held = Role.objects.current().filter(person=person, organisation__isnull=False).values("organisation")
    helped = Mandate.objects.current().filter(helper=person).values("organisation")
    organisations = Organisation.objects.filter(Q(pk__in=held) | Q(pk__in=helped), state=OrganisationState.ACTIVE)
    return list(organisations.select_related("seat").order_by(alphabetical("name"), "pk"))


def my_applications(
    person: Any, on: date, subjects: Mapping[str, Sequence[str]] | None = None
) -> QuerySet[Application]:
    """The applications on whose side a person is, those of the subjects that they edit included; for `next_date`.

    on        the day on which they are read.
    subjects  by purpose, the references of those that the caller has read already.
    """
    known = subjects or {}
    refs: list[str] = []
    for purpose in purposes():
        if purpose.code in known:
            refs += known[purpose.code]
        elif purpose.has_subject:
            refs += [subject.ref for subject in purpose.subjects(person, None)]
    of_file = {"application": OuterRef("pk")}
    told = Decision.objects.filter(**of_file, notified_at__isnull=False).order_by("-pk")
    asked = PiecesRequest.objects.filter(**of_file, ended_at__isnull=True)
    appeals = Appeal.objects.in_progress().filter(**of_file)
    readings = Wave.objects.filter(call=OuterRef("call"), reads_until__gte=on).order_by("reads_until")
    return (
        Application.objects.filter(mine(person) | Q(subject__in=refs))
        .select_related("call", "organisation", "wave")
        .annotate(
            told_outcome=Subquery(told.values("outcome")[:1]),
            told_kind=Subquery(told.values("kind")[:1]),
            told_at=Subquery(told.values("notified_at")[:1]),
            pieces_due_on=Subquery(asked.values("due_on")[:1]),
            appealed=Exists(Appeal.objects.filter(**of_file)),
            appeal_due_on=Subquery(appeals.values("due_on")[:1]),
            heard_at=Subquery(Slot.objects.filter(**of_file).values("starts_at")[:1]),
            next_reading_on=Subquery(readings.values("reads_until")[:1]),
            next_answer_on=Subquery(readings.values("decision_expected_on")[:1]),
        )
    )


def next_date(application: Any, at: datetime) -> str:
    """What is waited for, from whom, and when; what was decided, and when, once a file of `my_applications` is told.

    Empty when nothing is: it was withdrawn.
    """
    state, on = application.told_state, localdate(at)
    if state == ApplicationState.DRAFT:
        return _before_submission(application, at)
    if application.appeal_due_on:
        return f"recours : {_answer(application.appeal_due_on, on)}"
    if application.told_outcome and state in (ApplicationState.NOTIFIED, *PENDING):
        by_silence = " par le silence" if application.told_kind == DecisionKind.IMPLICIT else ""
        label = DecisionOutcome(application.told_outcome).label.lower()
        return f"{label}{by_silence}, le {said(localdate(application.told_at))}{_contested_until(application, on)}"
    if state not in PENDING:
        return ""
    if state == ApplicationState.INCOMPLETE and application.pieces_due_on:
        late = "attendues de vous depuis le" if application.pieces_due_on < on else "attendues de vous jusqu’au"
        return f"pièces {late} {said(application.pieces_due_on)}"
    if application.heard_at and localdate(application.heard_at) >= on:
        return f"audition le {said(application.heard_at, MOMENT)}"
    return _while_examined(application, on)


def _contested_until(application: Any, on: date) -> str:
    """Until when an unfavourable decision may be contested, when nobody has contested it yet."""
    if application.told_outcome not in UNFAVOURABLE or application.appealed:
        return ""
    by_silence = application.told_kind == DecisionKind.IMPLICIT and application.silence_on
    since = application.silence_on if by_silence else localdate(application.told_at)
    last = max((one.last_day(since) for one in remedies_of(application.call.remedies)), default=None)
    return f", recours possible jusqu’au {said(last)}" if last and last >= on else ""


def _before_submission(application: Any, at: datetime) -> str:
    call = application.call
    if call.state == CallState.CANCELLED:
        return "l’appel est annulé"
    if call.opens_at and call.opens_at > at:
        return f"à déposer à partir du {said(call.opens_at, MOMENT)}"
    if call.closes_at:
        closes = said(call.closes_at, MOMENT)
        return f"l’appel est clos depuis le {closes}" if call.closes_at <= at else f"à déposer avant le {closes}"
    if application.next_reading_on is None:
        return "à déposer quand vous voulez, aucune lecture n’est encore fixée"
    return (
        f"à déposer jusqu’au {said(application.next_reading_on)} pour la prochaine lecture, décision attendue le "
        f"{said(application.next_answer_on)}"
    )


def _while_examined(application: Any, on: date) -> str:
    expected, silence, wave = application.expected_on, application.silence_on, application.wave
    parts = []
    if wave is not None and wave.reads_until >= on:
        parts.append(f"lecture après le {said(wave.reads_until)}")
    if expected and (silence is None or expected <= silence):
        parts.append(_answer(expected, on))
    elif silence:
        parts.append(f"sans réponse le {said(silence)}, le silence décide")
    else:
        parts.append("réponse attendue, sans date annoncée par le service")
    return ", ".join(parts)


def _answer(expected: date, on: date) -> str:
    return f"réponse attendue {'depuis le' if expected < on else 'le'} {said(expected)}"


def history_of_file(application: Application, *, service: bool) -> list[Line]:
    """What happened to a file. The applicant reads what they did and what they were told, nothing of the judging."""
    events = history_of(application)
    if not service:
        events = events.filter(code__in=_TOLD)
    return with_actor_names(events[:100])


@dataclass(frozen=True)
class Around:
    """What stands around the answers of a file: what it is asked for, latest first; the messages and what services are
    asked about it, in order.
    """

    requests: list[PiecesRequest]
    exchanges: list[Exchange]
    opinions: list[Opinion]


def around(application: Application, *, service: bool) -> Around:
    """The same, of one file. One query.

    service  whether the service reads it: the applicant reads nothing of the opinions before the decision.
    """
    asked = ("asked_at", "pieces", "due_on", "answered_at", "ended_at")
    by = ("person__pk", "person__given_name", "person__family_name", "person__erased_at")
    lists = {
        "requests": Short(application.requests.order_by("-asked_at"), asked),
        "exchanges": Short(
            application.exchanges.order_by("sent_at", "pk"),
            ("side", "text", "sent_at", *by, "piece__pk", "piece__public_id", "piece__name"),
        ),
    }
    if service:
        told = ("public_id", "who", "asked_at", "due_on", "sense", "words", "author", "given_on", "answered_at")
        ended = ("file_name", "withdrawn_at", "withdrawn_because")
        lists["opinions"] = Short(application.opinions.order_by("asked_at", "pk"), (*told, *ended))
    read = read_together(lists)
    opinions = read.get("opinions", [])
    for one in opinions:
        one.application = application
    return Around(read["requests"], read["exchanges"], opinions)


def unsaved_of(application: Application, person: Any, section: str) -> UnsavedAnswers | None:
    """What this person was typing in a section and did not save."""
    return UnsavedAnswers.objects.filter(application=application, person=person, section=section).first()


@dataclass(frozen=True)
class Since:
    """What the subject of a draft tells that the draft does not say yet.

    answers  of the questions that have no answer.
    files    by question, those that it keeps and that were never joined here; one that was taken out stays out.
    on       the day on which the subject was last changed, when it was read.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Sequence[KeptFile]] = field(default_factory=dict)
    on: date | None = None

    @property
    def questions(self) -> set[str]:
        """The codes of the questions concerned."""
        return {*self.answers, *self.files}


def told_since(application: Application, form: Questionnaire) -> Since:
    """What the subject of a draft tells by now of the questions that may take it up."""
    if not application.subject:
        return Since()
    purpose = purpose_of(application.call.purpose)
    files = files_since(application, form, purpose)
    empty = [
        one
        for one in form.questions
        if one.reuse and one.kind != QuestionKind.FILE and application.answers.get(one.code) in (None, "", [])
    ]
    if not empty:
        return Since(files=files)
    try:
        told = purpose.reads(application.subject)
    except LookupError:
        return Since(files=files)
    return Since({one.code: told.answers[one.reuse] for one in empty if one.reuse in told.answers}, files, told.on)


def files_since(application: Application, form: Questionnaire, purpose: Purpose) -> dict[str, list[KeptFile]]:
    """By question, the files that the subject of a draft keeps and that were never joined to it; two queries at most
    besides the purpose's.
    """
    asking = [one for one in form.questions if one.reuse and one.kind == QuestionKind.FILE]
    kept = purpose.files(application.subject) if asking else {}
    if not any(kept.get(one.reuse) for one in asking):
        return {}
    joined: dict[str, set[str]] = {}
    held: Counter[str] = Counter()
    for code, digest, removed_at in application.pieces.values_list("question", "digest", "removed_at"):
        joined.setdefault(code, set()).add(digest)
        held[code] += removed_at is None
    fresh = {
        one.code: [file for file in kept.get(one.reuse, ()) if file.digest not in joined.get(one.code, ())][
            : max(0, (one.limit or MOST_FILES) - held[one.code])
        ]
        for one in asking
    }
    return {code: files for code, files in fresh.items() if files}


def pieces_of(application: Application) -> dict[str, list[Piece]]:
    """The files of an application by question; those that answer no question under "". One query."""
    pieces: dict[str, list[Piece]] = {}
    for piece in application.pieces.filter(removed_at__isnull=True).order_by("pk"):
        pieces.setdefault(piece.question, []).append(piece)
    return pieces


def answered(application: Application, pieces: Mapping[str, list[Piece]] | None = None) -> list[AnsweredSection]:
    """The file as it is read: each section, its questions, their answers and their files. Two queries at most."""
    form = Questionnaire.from_json(application.version.form)
    pieces = pieces_of(application) if pieces is None else pieces
    keys = {
        key
        for question in form.questions
        if question.kind == QuestionKind.PLACES
        for key in application.answers.get(question.code) or ()
    }
    places = {place.key: place.name for place in Place.objects.filter(key__in=keys)} if keys else {}
    asked = {question.code for question in form.asked(application.answers, set(pieces))}
    missing = {question.code for question in form.missing(application.answers, set(pieces))}
    sections = []
    for section in form.sections:
        lines = [
            AnsweredQuestion(
                question=question,
                text=said_answer(question, application.answers.get(question.code), places),
                pieces=pieces.get(question.code, []),
                missing=question.code in missing,
                reused=application.reused.get(question.code),
            )
            for question in section.questions
            if question.code in asked
        ]
        sections.append(AnsweredSection(section, lines, application.sections.get(section.code)))
    return sections
