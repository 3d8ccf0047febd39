"""The applicant's pages: the list, the draft, its sections and files, submission, and what comes after."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls import documents
from accelerator.calls.eligibility import Finding, Result
from accelerator.calls.forms.answering import SectionForm, changed_since, revision_of
from accelerator.calls.forms.files import (
    AppealForm,
    Confirmation,
    MineFilters,
    PieceForm,
    WithdrawForm,
)
from accelerator.calls.models import Appeal, Application, Decision, Piece
from accelerator.calls.operations import appeals, examining
from accelerator.calls.operations import applications as operations
from accelerator.calls.purposes import purpose_of
from accelerator.calls.queries.appeals import contested_from, shown_appeals
from accelerator.calls.queries.files import (
    answered,
    day_of,
    history_of_file,
    my_applications,
    next_date,
    pieces_of,
    told_since,
    unsaved_of,
)
from accelerator.calls.queries.findings import findings_now
from accelerator.calls.queries.receipt import as_document, receipt_of
from accelerator.calls.queries.timing import clock_of_file, expected_delay
from accelerator.calls.questions import Question, Questionnaire, Section
from accelerator.calls.remedies import remedies_of
from accelerator.calls.rules.applications import (
    reason_against_appealing,
    reason_against_submitting,
    reason_against_timing,
)
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import PENDING, WITHDRAW, AppealKind, ApplicationState, QuestionKind
from accelerator.calls.views.within import ActWithin, Within, WriteInFile
from accelerator.design.lists import Column, ListPage
from accelerator.design.unsaved import Keeping, Resumed, Typed, Unsaved, forget_posted
from accelerator.design.uploads import attachment
from accelerator.geography.models import Place
from accelerator.workflow.dates import said
from accelerator.workflow.limits import count_against

FILES_AN_HOUR = 100


class MyApplications(ListPage):
    """One's own applications, and those of the organisations and projects that one carries."""

    title = "Mes candidatures"
    filter_form = MineFilters
    order = "-commencee"
    things = ("candidature", "candidatures")
    export_name = "mes-candidatures"
    stacked = True
    empty_title = "Vous n’avez pas encore de candidature"
    empty_advice = (
        "Choisissez un appel dans la liste des appels, voyez s’il vous concerne, puis commencez un brouillon."
    )
    columns = (
        Column(
            "titre",
            "Candidature",
            lambda one: one.title,
            sort=("title",),
            url=lambda one: reverse("calls:application", args=[one.public_id]),
        ),
        Column("appel", "Appel", lambda one: one.call.title, sort=("call__title",)),
        Column("numero", "Numéro", lambda one: one.number or "—", sort=("number",), nullable=True),
        Column("etat", "État", lambda one: one.told_state.label),
        Column(
            "echeance",
            "Décision, ou prochaine date",
            lambda one: next_date(one) or "—",
        ),
        Column("commencee", "Commencée le", lambda one: said(one.begun_at), sort=("begun_at",), screen=False),
    )

    def rows(self) -> Any:
        return my_applications(self.person)

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        state = values.get("etat")
        if not state:
            return rows
        # What is decided and not told is still, for the applicant, where it was.
        return rows.filter(state=state, decided_from="") | rows.filter(decided_from=state)


class ApplicationPage(Within):
    """The file: where it is, what is missing, the legal clock, the answers, messages, what happened."""

    template_name = "calls/application.html"

    def load(self) -> None:
        super().load()
        self.title = self.application.title
        self.submit_url, self.withdraw_url = self.address("submit"), self.address("withdraw")
        self.message_url, self.appeal_url = self.address("message"), self.address("appeal")
        self.take_up_url = self.address("take_up")
        self.progress_text = ""

    def context(self) -> dict[str, Any]:
        application, state = self.application, self.application.told_state
        pieces = pieces_of(application)
        sections = answered(application, pieces)
        is_draft = state == ApplicationState.DRAFT
        submitting = reason_against_submitting(self.standing, localdate(self.at)) if is_draft else None
        requests = [] if is_draft else list(application.requests.order_by("asked_at"))
        request = next((one for one in requests if one.ended_at is None), None)
        given = sum(1 for section in sections for line in section.lines if line.text or line.pieces)
        decision = None
        if application.submitted_at:
            decision = _standing(application)
        appeals_shown = shown_appeals(application) if decision else []
        contested = any(decision and one.appeal.decision_id == decision.pk for one in appeals_shown)
        codes = {line.question.code for section in sections for line in section.lines}
        self.progress_text = f"{given} sur {len(codes)}"
        return {
            **super().context(),
            "state": state,
            "is_draft": is_draft,
            "sections": sections,
            "missing": sum(section.missing for section in sections),
            "asked": len(codes),
            "given": given,
            "fresh": len(told_since(application, self.form_of_call)[0]) if is_draft else 0,
            "aside": self._aside(set(pieces)),
            "timing": reason_against_timing(application.call, self.at) if is_draft else None,
            "submitting": submitting,
            "form_changed": is_draft
            and application.version.published_at is not None
            and application.version.published_at > application.begun_at,
            "clock": clock_of_file(application, requests) if state in PENDING else None,
            "request": request,
            "decision": decision,
            "appeals": appeals_shown,
            # Contested, the decision has other days: what remains is said beside the appeal.
            "remedies": [] if contested else _remedies(decision),
            "findings": [Finding.from_json(one) for one in application.findings],
            "exchanges": []
            if is_draft
            else list(application.exchanges.select_related("person", "piece").order_by("sent_at", "pk")),
            "history": history_of_file(application, service=False),
            "may_withdraw": application.state in WITHDRAW.sources,
            "may_appeal": decision is not None and reason_against_appealing(self.standing, localdate(self.at)) is None,
            "expected": expected_delay(application.call) if not application.expected_on else None,
            "subject_url": purpose_of(application.call.purpose).page(application.subject)
            if application.subject
            else "",
            "print_url": self.address("receipt") if application.submitted_at else "",
        }

    def _aside(self, files: set[str]) -> list[Question]:
        if self.application.state != ApplicationState.DRAFT:
            return []
        return self.form_of_call.aside(self.application.answers, files)


class _OfDraft(ActWithin):
    """A page that changes a draft: what was submitted leads back to the file."""

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        return None if self.application.state == ApplicationState.DRAFT else operations.NOT_A_DRAFT


class EditSection(Resumed, _OfDraft):
    """One section, saved by itself. Someone else may be writing it too: the second is told, nothing is lost."""

    template_name = "calls/section.html"
    form_class = SectionForm
    submit_label = "Enregistrer et continuer"

    def load(self) -> None:
        super().load()
        self.section = _section(self.form_of_call, self.kwargs["section"])
        self.title = self.section.title
        pieces = self.application.pieces.filter(removed_at__isnull=True).order_by("pk")
        self.pieces: dict[str, list[Piece]] = {}
        for piece in pieces:
            self.pieces.setdefault(piece.question, []).append(piece)
        self.asked = self._asked(self.application)

    def typed(self) -> Unsaved | None:
        return unsaved_of(self.application, self.person, self.section.code)

    def answer(self) -> HttpResponseBase:
        form = self.make_form()
        form.say_what_is_too_long()
        return self._shown(form)

    def _asked(self, application: Application) -> list[Question]:
        mine = {question.code for question in self.section.questions}
        asked = self.form_of_call.asked(application.answers, set(self.pieces))
        return [question for question in asked if question.code in mine]

    @property
    def revision(self) -> int:
        """The revision of the section as it is now."""
        return int(self.application.sections.get(self.section.code, {}).get("revision", 0))

    def form_arguments(self) -> dict[str, Any]:
        return {"asked": self.asked}

    def initial(self) -> dict[str, Any]:
        return SectionForm.initial_of(self.asked, self.application.answers)

    def perform(self, form: Any) -> Application:
        seen = self.request.POST.get("seen", "")
        aside = {
            question.code: self.application.answers.get(question.code)
            for question in self.section.questions
            if question.code not in {one.code for one in self.asked}
        }
        return operations.save_section(
            application=self.application,
            section=self.section.code,
            answers={**aside, **form.answers},
            seen=revision_of(seen),
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Application) -> str:
        if [one.code for one in self._asked(result)] != [one.code for one in self.asked]:
            return self.address("section", self.section.code)
        following = self._following()
        return self.address("section", following.code) if following else self.address("application")

    def message_when_done(self, result: Application) -> str:
        if [one.code for one in self._asked(result)] != [one.code for one in self.asked]:
            return "C’est enregistré. Vos réponses ont changé les questions de cette partie : regardez-la de nouveau."
        return f"« {self.section.title} » est enregistré."

    def _seen(self) -> int:
        """The revision that the person had before their eyes: what is put back was typed over an older one, perhaps."""
        then = self.unsaved.values.get("seen") if self.unsaved and self.request.method != "POST" else None
        return revision_of(then[0]) if then else self.revision

    def _following(self) -> Any:
        sections = list(self.form_of_call.sections)
        place = sections.index(self.section) + 1
        return sections[place] if place < len(sections) else None

    def context(self) -> dict[str, Any]:
        sections = list(self.form_of_call.sections)
        following = self._following()
        return {
            **super().context(),
            "section": self.section,
            "keep_url": self.address("keep", self.section.code),
            "forget_url": self.address("forget", self.section.code),
            "revision": self._seen(),
            "number": sections.index(self.section) + 1,
            "total": len(sections),
            "following": following.title if following else "",
            "following_url": self.address("section", following.code) if following else self.address("application"),
            "files": [
                (question, self.pieces.get(question.code, []))
                for question in self.asked
                if question.kind == QuestionKind.FILE
            ],
            "reused": [
                (question.label, day_of(self.application.reused[question.code]))
                for question in self.asked
                if question.code in self.application.reused
            ],
            "theirs": self._theirs(),
        }

    def _theirs(self) -> Sequence[tuple[str, str]]:
        """What someone else saved meanwhile, where it differs from what is being sent."""
        if self.request.method != "POST" or self.request.POST.get("seen", "") == str(self.revision):
            return ()
        form = self.make_form(data=self.request.POST, files=self.request.FILES)
        if not form.is_valid():
            return ()
        keys = [key for value in self.application.answers.values() if isinstance(value, list) for key in value]
        places = {place.key: place.name for place in Place.objects.filter(key__in=keys)}
        return changed_since(self.asked, form.answers, self.application.answers, places)


class Keep(Keeping, Within):
    """Where the script of a section sends what is being typed; it changes nothing of the draft."""

    def load(self) -> None:
        super().load()
        self.section = _section(self.form_of_call, self.kwargs["section"])

    def keep(self, typed: Typed) -> None:
        operations.keep_unsaved(
            application=self.application, section=self.section.code, values=typed, by=self.person, at=self.at
        )


class Forget(_OfDraft):
    """Forget what one was typing: the section shows again what is saved."""

    title = "Oublier le texte non enregistré"
    template_name = "calls/forget.html"
    form_class = Confirmation
    submit_label = "Oublier ce texte"
    done_message = "Le texte non enregistré est oublié."

    def load(self) -> None:
        super().load()
        self.section = _section(self.form_of_call, self.kwargs["section"])

    def perform(self, form: Any) -> None:
        operations.forget_unsaved(application=self.application, section=self.section.code, by=self.person, at=self.at)
        forget_posted(self.request, self.address("section", self.section.code))

    def done_url(self, result: None) -> str:
        return self.address("section", self.section.code)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "section": self.section, "section_url": self.done_url(None)}


def _section(form: Questionnaire, code: str) -> Section:
    """A section of the form, by its code; raises `Http404`."""
    try:
        return form.section(code)
    except LookupError as absent:
        raise Http404 from absent


class TakeUp(_OfDraft):
    """Take into a draft what its subject tells by now, where nothing is answered yet."""

    title = "Reprendre ce qui est déjà dit"
    template_name = "calls/take_up.html"
    form_class = Confirmation
    submit_label = "Reprendre ces réponses"

    def perform(self, form: Any) -> list[str]:
        return operations.take_up(application=self.application, by=self.person, at=self.at)

    def message_when_done(self, result: list[str]) -> str:
        return f"{len(result)} réponse{'s reprises' if len(result) > 1 else ' reprise'} de {self.asks} : relisez-les."

    def done_url(self, result: list[str]) -> str:
        return self.address("application")

    def context(self) -> dict[str, Any]:
        fresh, _ = told_since(self.application, self.form_of_call)
        return {
            **super().context(),
            "questions": [one.label for one in self.form_of_call.questions if one.code in fresh],
        }


class AddPiece(ActWithin):
    """Join one file: to a question of the draft, or to what is asked when pieces are missing."""

    title = "Joindre un fichier"
    template_name = "calls/piece.html"
    form_class = PieceForm
    submit_label = "Joindre le fichier"
    question: Question | None = None

    def load(self) -> None:
        super().load()
        code = self.kwargs.get("question")
        if not code:
            return
        try:
            self.question = self.form_of_call.question(code)
        except LookupError as absent:
            raise Http404 from absent
        if self.question.kind != QuestionKind.FILE:
            raise Http404

    def before(self) -> None:
        key = f"calls-files:{self.person.actor_key}"
        count_against(key, limit=FILES_AN_HOUR, per=timedelta(hours=1), at=self.at)

    def perform(self, form: Any) -> Piece:
        return operations.add_piece(
            application=self.application,
            question=self.question.code if self.question else "",
            document=form.cleaned_data["piece"],
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: Piece) -> str:
        return f"« {result.name} » est joint."

    def done_url(self, result: Piece) -> str:
        if self.question is None:
            return self.address("give_pieces")
        for section in self.form_of_call.sections:
            if self.question in section.questions:
                return self.address("section", section.code)
        return self.address("application")

    def context(self) -> dict[str, Any]:
        return {**super().context(), "question": self.question}


class _OfPiece:
    """To put before a page about one file of an application."""

    application: Application
    kwargs: dict[str, Any]

    def load(self) -> None:
        super().load()  # type: ignore[misc]  # a page follows
        piece = self.application.pieces.filter(public_id=self.kwargs["piece"], removed_at__isnull=True).first()
        if piece is None:
            raise Http404
        self.piece = piece


class RemovePiece(_OfPiece, ActWithin):
    """Take a file out of a draft."""

    title = "Retirer un fichier"
    template_name = "calls/remove_piece.html"
    form_class = Confirmation
    submit_label = "Retirer le fichier"
    done_message = "Le fichier est retiré."

    def perform(self, form: Any) -> Piece:
        return operations.remove_piece(piece=self.piece, by=self.person, at=self.at)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "piece": self.piece}


class PieceFile(_OfPiece, Within):
    """A file, given to save to whoever may read it, on either side."""

    title = "Fichier joint"
    rule = "calls.read_file"

    def readable(self) -> bool:
        return reason_within("calls.read_file", self.standing) is None

    def answer(self) -> HttpResponseBase:
        return attachment(self.piece.file, name=self.piece.name, kind=self.piece.kind)


class Submit(_OfDraft):
    """All that will leave, read once more; then « Déposer »."""

    title = "Relire et déposer"
    template_name = "calls/submit.html"
    form_class = Confirmation
    submit_label = "Déposer la candidature"

    def forbidden(self) -> str | None:
        # Already submitted in another tab: the same sending gets the same answer.
        return None if self.request.method == "POST" and self.application.submitted_at else super().forbidden()

    def perform(self, form: Any) -> Application:
        return operations.submit(application=self.application, by=self.person, at=self.at)

    def message_when_done(self, result: Application) -> str:
        return f"Votre candidature est déposée sous le numéro {result.number}. L’accusé de réception part par courriel."

    def done_url(self, result: Application) -> str:
        return self.address("receipt")

    def context(self) -> dict[str, Any]:
        sections = answered(self.application)
        return {
            **super().context(),
            "sections": sections,
            "missing": [line.question for section in sections for line in section.lines if line.missing],
            "too_long": [line for section in sections for line in section.lines if line.overflow],
            "submitting": reason_against_submitting(self.standing, localdate(self.at)),
            "timing": reason_against_timing(self.application.call, self.at),
            "failing": self._failing(),
        }

    def _failing(self) -> list[Finding]:
        found = findings_now(self.application, localdate(self.at))
        return [finding for finding in found if finding.result == Result.FAILS]


class ReceiptPage(Within):
    """The acknowledgement of receipt."""

    title = "Accusé de réception"
    template_name = "calls/receipt.html"

    def load(self) -> None:
        super().load()
        if self.application.submitted_at is None:
            raise Http404
        self.pdf_url = self.address("receipt_pdf")

    def context(self) -> dict[str, Any]:
        return {**super().context(), "receipt": receipt_of(self.application)}


class ReceiptPdf(ReceiptPage):
    """The same, to keep."""

    title = "Accusé de réception (PDF)"

    def answer(self) -> HttpResponseBase:
        data = as_document(self.application, receipt_of(self.application))
        response = HttpResponse(
            documents.pdf("letter", data, at=self.application.submitted_at or self.at), content_type="application/pdf"
        )
        response["Content-Disposition"] = f'attachment; filename="accuse-{self.application.number}.pdf"'
        response["Cache-Control"] = "private, no-store"
        return response


class Withdraw(ActWithin):
    """Withdraw the application: a draft disappears from the desk, a file stops being examined."""

    title = "Retirer la candidature"
    template_name = "calls/withdraw.html"
    form_class = WithdrawForm
    submit_label = "Retirer la candidature"
    done_message = "La candidature est retirée."

    def perform(self, form: Any) -> Application:
        return operations.withdraw(
            application=self.application, reason=form.cleaned_data["reason"], by=self.person, at=self.at
        )


class GivePieces(ActWithin):
    """What is asked, by when, the files already joined; then « Les pièces sont données »."""

    title = "Pièces demandées"
    template_name = "calls/give_pieces.html"
    form_class = Confirmation
    submit_label = "Les pièces sont données"
    done_message = "Le service est prévenu : il reprend l’examen de votre dossier."

    def load(self) -> None:
        super().load()
        self.add_url = self.address("piece_asked_add")
        self.pieces_request = self.application.requests.filter(ended_at__isnull=True).first()

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        return None if self.pieces_request else "Aucune pièce n’est demandée pour cette candidature."

    def perform(self, form: Any) -> Application:
        return examining.give_pieces(application=self.application, by=self.person, at=self.at)

    def context(self) -> dict[str, Any]:
        asked = self.pieces_request
        since = asked.asked_at if asked else self.at
        return {
            **super().context(),
            "pieces_request": asked,
            "pieces": list(
                self.application.pieces.filter(question="", removed_at__isnull=True, at__gte=since).order_by("pk")
            ),
            "clock": clock_of_file(self.application),
        }


class WriteMessage(WriteInFile):
    """Write to the service, in the file."""

    title = "Écrire au service"
    template_name = "calls/message.html"
    most_a_day = 30
    done_message = "Votre message est dans le dossier ; le service est prévenu."


class FileAppeal(ActWithin):
    """Contest a decision that was told."""

    title = "Former un recours"
    template_name = "calls/appeal.html"
    form_class = AppealForm
    submit_label = "Former le recours"
    done_message = "Votre recours est enregistré ; le service est prévenu."

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        return reason_against_appealing(self.standing, localdate(self.at))

    def perform(self, form: Any) -> Appeal:
        return appeals.file_appeal(
            application=self.application,
            kind=form.cleaned_data["kind"],
            grounds=form.cleaned_data["grounds"],
            by=self.person,
            at=self.at,
        )

    def context(self) -> dict[str, Any]:
        decision = _standing(self.application)
        return {
            **super().context(),
            "decision": decision,
            "remedies": _remedies(decision),
            "late": self._late(decision),
        }

    def _late(self, decision: Decision | None) -> date | None:
        """The last day of an appeal, once it is past: a late one is received, and may be rejected for it."""
        since = contested_from(decision) if decision else None
        kept = [one for one in remedies_of(self.application.call.remedies) if one.kind != AppealKind.CONTENTIEUX]
        days = [one.last_day(since) for one in kept] if since else []
        return max(days) if days and max(days) < localdate(self.at) else None


def _standing(application: Application) -> Decision | None:
    """The decision that stands, told or made by silence."""
    decision = application.decisions.notified().select_related("signatory__person").first()
    if decision is not None:
        decision.application = application
    return decision


def _remedies(decision: Decision | None) -> list[str]:
    """How to contest the decision that stands, and until which day."""
    if decision is None:
        return []
    since = contested_from(decision)
    return [one.sentence(since) for one in remedies_of(decision.application.call.remedies)]
