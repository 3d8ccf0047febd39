"""Being heard before a measure: asked by the holder, set then told by the service."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.timezone import localdate

from accelerator.labels.forms import following as forms
from accelerator.labels.models import Proceeding
from accelerator.labels.operations import hearings
from accelerator.labels.rules import labels as rules
from accelerator.labels.states import HearingOutcome
from accelerator.labels.views.proceedings import ActOnProceeding
from accelerator.workflow import read_only
from accelerator.workflow.dates import said


class AskHearing(ActOnProceeding):
    """Ask to be heard, for the holder."""

    rule = "labels.answer"
    title = "Demander à être entendu"
    form_class = forms.Nothing
    submit_label = "Demander à être entendu"
    done_message = "Votre demande est reçue : le service vous dira la date et le lieu. Rien ne sera prononcé avant."
    told = (
        "Le service fixe la date et vous l’écrit. Vous pouvez venir avec un conseil, ou vous faire représenter par un "
        "mandataire de votre choix. Répondre par écrit reste possible."
    )

    def said(self) -> list[tuple[str, str]]:
        return [*super().said(), ("À demander jusqu’au", said(self.proceeding.answer_until))]

    def perform(self, form: Any) -> Proceeding:
        return hearings.ask_hearing(proceeding=self.proceeding, by=self.person, at=self.at)


class _OfHearing(ActOnProceeding):
    """A page of the service about a hearing that was asked for, and waits."""

    rule = "labels.conduct"

    def load(self) -> None:
        super().load()
        if not self.proceeding.awaits_hearing:
            raise Http404


class SetHearing(_OfHearing):
    """Say when and where, or another moment; past the last day of the measure, what is lost is read first."""

    title = "Fixer l’audition"
    template_name = "labels/set_hearing.html"
    form_class = forms.HearingForm
    submit_label = "Fixer et prévenir le titulaire"
    done_message = "L’audition est fixée : le titulaire en est averti."

    def initial(self) -> dict[str, Any]:
        return {"on": self.proceeding.hearing_on, "where": self.proceeding.hearing_where}

    def said(self) -> list[tuple[str, str]]:
        last = rules.last_day_of_measure(self.proceeding)
        return [*super().said(), *([("Retrait possible jusqu’au", said(last))] if last else [])]

    def answer_to(self, form: Any) -> HttpResponseBase:
        on = form.cleaned_data["on"]
        warning = rules.warning_about_hearing(self.proceeding, localdate(on)) if on > self.at else None
        if warning is None or self.request.POST.get("known") == localdate(on).isoformat():
            return super().answer_to(form)
        self.submit_label = "Fixer quand même et prévenir le titulaire"
        with read_only():
            return self.shown(form, warning=warning, known=localdate(on).isoformat())

    def context(self) -> dict[str, Any]:
        return {"warning": "", "known": "", **super().context()}

    def perform(self, form: Any) -> Proceeding:
        values = form.cleaned_data
        return hearings.set_hearing(
            proceeding=self.proceeding, on=values["on"], where=values["where"], by=self.person, at=self.at
        )


class CloseHearing(_OfHearing):
    """What was said, that nobody came, or why it is refused."""

    title = "Conclure l’audition"
    form_class = forms.CloseHearingForm
    done_message = "C’est écrit dans la procédure, et dit au titulaire."

    def perform(self, form: Any) -> Proceeding:
        values = form.cleaned_data
        return hearings.close_hearing(
            proceeding=self.proceeding,
            outcome=HearingOutcome(values["outcome"]),
            account=values["account"],
            by=self.person,
            at=self.at,
        )
