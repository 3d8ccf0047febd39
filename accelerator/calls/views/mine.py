"""The applicant's pages: the list, the file, its acknowledgement of receipt, and what one does once it is submitted."""

from datetime import date
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.eligibility import Finding
from accelerator.calls.forms.files import AppealForm, Confirmation, MineFilters, WithdrawForm
from accelerator.calls.models import Appeal, Application, Decision
from accelerator.calls.operations import appeals, examining
from accelerator.calls.operations import applications as operations
from accelerator.calls.purposes import purpose_of
from accelerator.calls.queries.appeals import contested_from, shown_appeals
from accelerator.calls.queries.files import (
    Around,
    answered,
    around,
    history_of_file,
    my_applications,
    next_date,
    pieces_of,
    told_since,
)
from accelerator.calls.queries.receipt import as_document, reading_sentence, receipt_of
from accelerator.calls.queries.timing import clock_of_file, expected_delay, wave_of
from accelerator.calls.questions import Question
from accelerator.calls.remedies import remedies_of
from accelerator.calls.rules.applications import (
    reason_against_appealing,
    reason_against_contesting,
    reason_against_submitting,
    reason_against_timing,
)
from accelerator.calls.states import PENDING, WITHDRAW, AppealKind, ApplicationState
from accelerator.calls.views.within import ActWithin, Within, WriteInFile
from accelerator.design.lists import Column, ListPage
from accelerator.design.papers import pdf, saved_pdf
from accelerator.design.unsaved import Resumed


class MyApplications(ListPage):
    """One's own applications, and those of the organisations and projects that one carries."""

    title = "Mes candidatures"
    filter_form = MineFilters
    order = "-commencee"
    things = ("candidature", "candidatures")
    export_name = "mes-candidatures"
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
            "Ce qui est attendu, et quand",
            lambda one: one.awaited or "—",
        ),
        Column("commencee", "Commencée le", lambda one: one.begun_at, sort=("begun_at",), screen=False),
    )

    def rows(self) -> Any:
        return my_applications(self.person, localdate(self.at))

    def prepared(self, rows: list[Any]) -> list[Any]:
        for one in rows:
            one.awaited = next_date(one, self.at)
        return rows

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
        beside = Around([], [], []) if is_draft else around(application, service=False)
        requests = beside.requests
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
            "fresh": len(told_since(application, self.form_of_call).questions) if is_draft else 0,
            "aside": self._aside(set(pieces)),
            "timing": reason_against_timing(application.call, self.at) if is_draft else None,
            "reading": wave_of(application.call, localdate(self.at)) if is_draft else None,
            "submitting": submitting,
            "form_changed": is_draft
            and application.version.published_at is not None
            and application.version.published_at > application.begun_at,
            "clock": clock_of_file(application, requests) if state in PENDING else None,
            "read_when": reading_sentence(application) if state in PENDING else "",
            "request": request,
            "decision": decision,
            "appeals": appeals_shown,
            # Contested, the decision has other days: what remains is said beside the appeal.
            "remedies": [] if contested else _remedies(decision),
            "findings": [Finding.from_json(one) for one in application.findings],
            "exchanges": beside.exchanges,
            "history": history_of_file(application, service=False),
            "may_withdraw": application.state in WITHDRAW.sources,
            "may_appeal": decision is not None
            and reason_against_contesting(
                self.standing,
                localdate(self.at),
                decision,
                contested=any(one.appeal.is_in_progress for one in appeals_shown),
            )
            is None,
            "expected": expected_delay(application.call) if state in PENDING and not application.expected_on else None,
            "subject_url": purpose_of(application.call.purpose).page(application.subject)
            if application.subject
            else "",
            "print_url": self.address("receipt") if application.submitted_at else "",
        }

    def _aside(self, files: set[str]) -> list[Question]:
        if self.application.state != ApplicationState.DRAFT:
            return []
        return self.form_of_call.aside(self.application.answers, files)


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
        made = pdf("letter", data, at=self.application.submitted_at or self.at)
        return saved_pdf(made, f"accuse-{self.application.number}")


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


class FileAppeal(Resumed, ActWithin):
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
