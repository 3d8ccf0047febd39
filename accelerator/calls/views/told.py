"""The decision on a file as the applicant reads it, its letter, the documents of the opinions that it tells."""

from datetime import date
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.models import Application, Decision, Promise
from accelerator.calls.queries.letters import shown_letter
from accelerator.calls.queries.opinions import documents_told
from accelerator.calls.queries.standing import FileStanding, file_standing_of
from accelerator.calls.rules.applications import read_file, reason_against_contesting
from accelerator.design.pages import Crumb, Page
from accelerator.design.papers import pdf, saved_pdf
from accelerator.design.uploads import attachment


class _Told(Page):
    """The decision on a file, once it is told: for both sides."""

    decision: Decision
    standing: FileStanding

    def load(self) -> None:
        files = Application.objects.filter(public_id=self.kwargs["application"])
        application = files.select_related("call", "version", "organisation", "person").first()
        if application is None or read_file(standing := file_standing_of(self.person, application)):
            raise Http404
        decision = application.decisions.notified().first()
        if decision is None:
            raise Http404
        decision.application = application
        self.application, self.decision, self.standing = application, decision, standing

    def trail(self) -> list[Crumb]:
        return [
            Crumb(
                f"Candidature {self.application.number}",
                reverse("calls:application", args=[self.application.public_id]),
            )
        ]


class ToldDecision(_Told):
    """What was decided, why, the scores, what the reviewers say to the applicant, and how to contest it."""

    title = "Décision"
    template_name = "calls/judging/decision.html"

    def context(self) -> dict[str, Any]:
        decision = self.decision
        today = localdate(self.at)
        promises = Promise.objects.filter(application=self.application).order_by("due_on", "pk")
        return {
            **super().context(),
            "application": self.application,
            "decision": decision,
            "letter": shown_letter(decision),
            "is_implicit": decision.kind == "implicit",
            "is_applicant": self.standing.is_applicant,
            "may_appeal": self.standing.is_applicant and self._against_appealing(today) is None,
            "pdf_url": reverse("calls:decision_pdf", args=[self.application.public_id]),
            "promises": [(one, one.state(today).label) for one in promises],
            "documents": [
                (one, reverse("calls:told_opinion", args=[self.application.public_id, one.public_id]))
                for one in documents_told(decision)
            ],
        }

    def _against_appealing(self, today: date) -> str | None:
        contested = self.application.appeals.in_progress().exists()
        return reason_against_contesting(self.standing, today, self.decision, contested=contested)


class ToldDecisionPdf(_Told):
    """The letter that the applicant received, on paper."""

    def answer(self) -> HttpResponseBase:
        if not self.decision.letter:
            raise Http404
        made = pdf("letter", self.decision.letter, at=self.decision.signed_at or self.at)
        return saved_pdf(made, f"decision-{self.application.number}")


class ToldOpinion(_Told):
    """The document of an opinion that the decision told, as its signatory had it."""

    def answer(self) -> HttpResponseBase:
        wanted = self.kwargs["opinion"]
        found = next((one for one in documents_told(self.decision) if one.public_id == wanted), None)
        if found is None:
            raise Http404
        return attachment(found.file, name=found.file_name, kind=found.file_kind)
