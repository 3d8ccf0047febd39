"""Files that came on paper: entered, then tied to who applies and to what they are about."""

from typing import Any

from django.urls import reverse

from accelerator.calls.forms.examining import ApplicantForm, PaperForm, TieForm
from accelerator.calls.models import Application
from accelerator.calls.operations import applications, paper
from accelerator.calls.purposes import purpose_of
from accelerator.calls.rules.applications import reason_against_tying
from accelerator.calls.views.desk import ActOnFile
from accelerator.calls.views.public import OfCall
from accelerator.community.naming import demand_record
from accelerator.design.pages import ActionPage


class EnterPaper(OfCall, ActionPage):
    """Enter a file that came on paper, with its date of arrival."""

    title = "Enregistrer un dossier reçu sur papier"
    rule = "calls.enter_paper"
    template_name = "calls/paper.html"
    form_class = PaperForm
    submit_label = "Enregistrer le dossier"

    def before(self) -> None:
        demand_record(self.form.cleaned_data["organisation"], at=self.at)

    def perform(self, form: Any) -> Application:
        values = form.cleaned_data
        return applications.enter_paper(
            call=self.call,
            title=values["title"],
            paper={"name": values["name"], "address": values["address"], "email": values["email"]},
            organisation=values["organisation"],
            received_on=values["received_on"],
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: Application) -> str:
        return f"Le dossier est enregistré sous le numéro {result.number}."

    def done_url(self, result: Application) -> str:
        return reverse("calls:file", args=[result.public_id])


class TieFile(ActOnFile):
    """Say which record is that of who applied, then what the file is about."""

    title = "Rattacher ce dossier papier"
    template_name = "calls/tie.html"

    def load(self) -> None:
        super().load()
        self.purpose = purpose_of(self.application.call.purpose)
        self.subjects = self.purpose.ties(self.application) if self.application.organisation else []
        self.is_named = self.application.organisation_id is not None
        self.form_class = TieForm if self.is_named else ApplicantForm
        self.submit_label = "Rattacher le dossier" if self.is_named else "Dire que c’est sa fiche"

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        return reason_against_tying(self.application) if self.request.method == "GET" else None

    def form_arguments(self) -> dict[str, Any]:
        if not self.is_named:
            return {}
        choices = [(one.ref, one.title) for one in self.subjects]
        if self.purpose.opens is not None:
            label = "un dossier en ligne, ouvert à partir du papier"
            choices.append((paper.NEW, f"rien de cela : {label}" if choices else label))
        return {"subjects": choices}

    def before(self) -> None:
        demand_record(self.form.cleaned_data.get("organisation"), at=self.at)

    def perform(self, form: Any) -> Application:
        given = {"application": self.application, "by": self.person, "at": self.at}
        if not self.is_named:
            return paper.name_applicant(organisation=form.cleaned_data["organisation"], **given)
        return paper.tie(subject=form.cleaned_data["subject"], **given)

    def message_when_done(self, result: Application) -> str:
        if result.subject:
            return "Le dossier papier est rattaché. Sa décision peut maintenant être notifiée, quel que soit son sens."
        return "La fiche de qui candidate est dite. Dites maintenant à quoi le dossier se rattache."

    def done_url(self, result: Application) -> str:
        return self.address("file" if result.subject else "tie")

    def context(self) -> dict[str, Any]:
        choosable = bool(self.subjects) or self.purpose.opens is not None
        return {**super().context(), "is_named": self.is_named, "choosable": choosable}
