"""Errors reported by anyone, and the desk where they are answered."""

from datetime import timedelta
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.community import rules
from accelerator.community.forms.exchanges import ReportAnswerForm, ReportFilters, ReportForm
from accelerator.community.models import ErrorReport
from accelerator.community.operations.reports import answer_report, report_error
from accelerator.community.queries.messages import exchange
from accelerator.community.queries.people import platform_roles_of
from accelerator.community.queries.reports import overdue, reports_for
from accelerator.community.states import ReportState
from accelerator.community.views.within import ActWithin
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb
from accelerator.workflow.dates import DAY, said
from accelerator.workflow.limits import count_against

REPORTS_A_DAY = 10


class ReportError(ActWithin):
    """« Signaler une erreur » : anyone may."""

    rule = None
    title = "Signaler une erreur"
    public = True
    template_name = "community/report.html"
    form_class = ReportForm
    submit_label = "Envoyer le signalement"

    def form_arguments(self) -> dict[str, Any]:
        return {"signed_in": self.person.is_authenticated}

    def before(self) -> None:
        key = f"report:{self.sender}"
        count_against(key, limit=REPORTS_A_DAY, per=timedelta(days=1), at=self.at)
        if not self.person.is_authenticated:
            # Whoever the address belongs to asked nothing: they are not flooded from everywhere.
            address = self.request.POST.get("email", "").strip().lower()
            count_against(f"report-to:{address}", limit=REPORTS_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> ErrorReport:
        return report_error(
            organisation=self.organisation,
            topic=form.cleaned_data["topic"],
            message=form.cleaned_data["message"],
            email=form.cleaned_data.get("email", ""),
            by=self.person if self.person.is_authenticated else None,
            at=self.at,
        )

    def message_when_done(self, result: ErrorReport) -> str:
        return (
            f"Merci, votre signalement est reçu. Une réponse vous sera envoyée par courriel au plus tard le"
            f" {said(result.due_on)}."
        )


class ModerationOnly:
    """To put before a page of the desk."""

    person: Any

    def forbidden(self) -> str | None:
        return None if platform_roles_of(self.person) else rules.PLATFORM


class Reports(ModerationOnly, ListPage):
    """The desk: what waits, since when, until when."""

    title = "Signalements"
    filter_form = ReportFilters
    order = "reponse"
    export_name = "signalements"
    things = ("signalement", "signalements")
    empty_title = "Aucun signalement"
    empty_advice = "Quand une personne signalera une erreur dans une fiche, son signalement sera rangé ici."
    columns = (
        Column("organisation", "Organisation", lambda r: r.organisation.name, sort=("organisation__name",)),
        Column(
            "sujet",
            "Sujet",
            lambda r: r.get_topic_display(),
            sort=("topic",),
            url=lambda r: reverse("community:report", args=[r.pk]),
        ),
        Column("recu", "Reçu le", lambda r: r.reported_at, sort=("reported_at",), dated=DAY),
        Column("reponse", "Réponse promise le", lambda r: r.due_on, sort=("state", "due_on"), dated=DAY),
        Column("etat", "État", lambda r: r.get_state_display(), sort=("state",)),
        Column("message", "Message", lambda r: r.message, screen=False),
        Column("decision", "Réponse", lambda r: r.answer, screen=False),
    )

    def rows(self) -> Any:
        return reports_for(self.person)

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        if q := values.get("q"):
            rows = rows.filter(organisation__name__icontains=q)
        if state := values.get("etat"):
            rows = rows.filter(state=state)
        if topic := values.get("sujet"):
            rows = rows.filter(topic=topic)
        return overdue(rows, localdate()) if values.get("retard") else rows


class Report(ModerationOnly, ActionPage):
    """One report: what was said, by which day an answer is due, and the answer."""

    template_name = "community/report_answer.html"
    form_class = ReportAnswerForm
    submit_label = "Envoyer la réponse"
    done_message = "La réponse est envoyée, le signalement est clos."

    def load(self) -> None:
        report = reports_for(self.person).filter(pk=self.kwargs["number"]).first()
        if report is None:
            raise Http404
        self.report = report
        self.title = f"Signalement : {report.organisation.name}"

    def forbidden(self) -> str | None:
        return super().forbidden() or rules.reason_against("community.moderate", self.person, self.report.organisation)

    def trail(self) -> list[Crumb]:
        return [Crumb("Signalements", reverse("community:reports"))]

    def context(self) -> dict[str, Any]:
        return {
            "report": self.report,
            "exchange": exchange(first) if (first := self.report.about_message) else [],
            "open": self.report.state == ReportState.OPEN,
            "late": self.report.state == ReportState.OPEN and self.report.due_on < localdate(),
        }

    def perform(self, form: Any) -> ErrorReport:
        return answer_report(
            report=self.report,
            outcome=form.cleaned_data["outcome"],
            answer=form.cleaned_data["answer"],
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: ErrorReport) -> str:
        return reverse("community:reports")
