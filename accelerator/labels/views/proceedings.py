"""Suspension, abrogation, retrait: opened, answered, decided, lifted, for those concerned and for the service."""

from datetime import date
from typing import Any, ClassVar

from django.core.files.storage import default_storage
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.design.pages import Crumb
from accelerator.design.papers import pdf, saved_pdf
from accelerator.design.unsaved import Resumed
from accelerator.design.uploads import attachment
from accelerator.labels.forms import following as forms
from accelerator.labels.letters import effect_of, said_hearing
from accelerator.labels.models import Label, Proceeding
from accelerator.labels.operations import proceedings
from accelerator.labels.queries.proceedings import case_of, proceedings_of, shown_letter
from accelerator.labels.rules import labels as rules
from accelerator.labels.states import LabelState, Outcome, ProceedingKind
from accelerator.labels.views.labels import ActOnLabel, OnLabel
from accelerator.workflow.dates import said


class Proceedings(OnLabel):
    """What was opened on a label, its conditions, and what the service may do."""

    rule = "labels.read_proceedings"
    title = "Procédures et conditions"
    template_name = "labels/proceedings.html"

    def context(self) -> dict[str, Any]:
        found = proceedings_of(self.label)
        return {
            **super().context(),
            "proceedings": found,
            "may_open": self.may["conduct"] and all(one.outcome != Outcome.PENDING for one in found),
            "conditions": self.label.conditions.order_by("due_on", "pk"),
            "today": self.today,
            "last_to_retract": rules.last_day_to_retract(self.label),
        }


class OpenProceeding(Resumed, ActOnLabel):
    """Tell the grounds of a measure that is considered."""

    rule = "labels.conduct"
    title = "Notifier des griefs"
    form_class = forms.OpenForm
    submit_label = "Notifier les griefs"
    back = "proceedings"
    done_message = (
        "Les griefs sont notifiés : le titulaire en est averti, avec la date jusqu’à laquelle il peut répondre."
    )

    @property
    def told(self) -> str:  # type: ignore[override]  # it depends on the label
        days = self.label.category.answer_days
        return (
            f"Aucune mesure n’est prise aujourd’hui. Le titulaire reçoit ces griefs et a {days} jours pour y répondre, "
            "ou pour demander à être entendu : rien ne sera prononcé avant."
        )

    def form_arguments(self) -> dict[str, Any]:
        return {"fraud_law": self.label.category.fraud_law}

    def said(self) -> list[tuple[str, str]]:
        last = rules.last_day_to_retract(self.label)
        if last is None:
            return [("Retrait possible", "sans limite, selon les règles de l’émetteur")]
        fraud = ", sauf fraude" if self.label.category.fraud_law else ""
        return [("Retrait possible jusqu’au", f"{said(last)}{' (passé)' if last < self.today else ''}{fraud}")]

    def perform(self, form: Any) -> Proceeding:
        values = form.cleaned_data
        return proceedings.open_proceeding(
            label=self.label,
            kind=ProceedingKind(values["kind"]),
            grounds=values["grounds"],
            legal_basis=values["legal_basis"],
            fraud=values.get("fraud", False),
            by=self.person,
            at=self.at,
        )


class LiftSuspension(ActOnLabel):
    """End a suspension."""

    rule = "labels.pronounce"
    title = "Lever la suspension"
    form_class = forms.ReasonForm
    submit_label = "Lever la suspension"
    back = "proceedings"
    done_message = "La suspension est levée : le label est de nouveau en vigueur."
    told = "Le motif est public. Le label est de nouveau en vigueur à l’instant où vous validez."

    def load(self) -> None:
        super().load()
        if self.label.state != LabelState.SUSPENDED:
            raise Http404

    def perform(self, form: Any) -> Label:
        reason = form.cleaned_data["reason"]
        return proceedings.lift_suspension(label=self.label, reason=reason, by=self.person, at=self.at)


class OnProceeding(OnLabel):
    """A page about one proceeding: 404 for whoever may not read it."""

    proceeding: Proceeding

    def load(self) -> None:
        related = ("label__category__call", "label__candidacy", "label__organisation__merged_into")
        also = ("label__organisation__seat", "label__application__call", "label__seat__departement")
        read = Proceeding.objects.select_related(*related, *also)
        found = read.filter(public_id=self.kwargs["proceeding"]).first()
        if found is None:
            raise Http404
        self.proceeding = found
        self.enter(found.label)
        if not self.may["read_proceedings"]:
            raise Http404

    def here(self, name: str = "proceeding", *arguments: Any) -> str:
        """The address of another page of the same proceeding."""
        return reverse(f"labels:{name}", args=[self.proceeding.public_id, *arguments])

    def trail(self) -> list[Crumb]:
        own = Crumb(self.proceeding.get_kind_display(), self.here())
        return [*super().trail(), Crumb("Procédures", self.address("proceedings")), own]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "proceeding": self.proceeding}


def _not_yet(proceeding: Proceeding, on: date) -> dict[str, Any]:
    """Why the measure may not be pronounced on a day, and from which day it may be, when one is known."""
    too_soon = rules.reason_against_deciding_now(proceeding, on)
    kind = ProceedingKind(proceeding.kind)
    first = max(on, rules.first_day_of_measure(proceeding))
    unlawful = rules.reason_against_kind(proceeding.label, kind, first, fraud=proceeding.fraud)
    waits = too_soon is not None and unlawful is None and not proceeding.awaits_hearing
    return {"against_deciding": too_soon or unlawful, "from_day": first if waits else None}


class ProceedingPage(OnProceeding):
    """The grounds, the last day to answer and how, the answer, the decision, how to contest it."""

    template_name = "labels/proceeding.html"

    def load(self) -> None:
        super().load()
        self.title = f"{self.proceeding.get_kind_display()} : {self.label.title}"

    def trail(self) -> list[Crumb]:
        return super().trail()[:-1]

    def context(self) -> dict[str, Any]:
        case = case_of(self.proceeding)
        return {
            **super().context(),
            "case": case,
            "letter": shown_letter(self.proceeding),
            "effect": effect_of(self.proceeding),
            "days_left": case.days_left(self.today),
            "is_open": self.proceeding.outcome == Outcome.PENDING,
            **_not_yet(self.proceeding, self.today),
            "last_to_retract": rules.last_day_of_measure(self.proceeding),
            "hearing_is_past": self.proceeding.hearing_on is not None and self.proceeding.hearing_on <= self.at,
            "heard": said_hearing(self.proceeding) if self.proceeding.hearing_closed_at else "",
            "may_ask_hearing": self.may["answer"]
            and self.proceeding.hearing_asked_at is None
            and self.today <= self.proceeding.answer_until,
            "speaks": rules.reason_against_speaking(self.person, self.label, self.today) is None,
        }


class ProceedingPdf(OnProceeding):
    """The letter on paper."""

    title = "Courrier"
    template_name = "labels/proceeding.html"  # never rendered

    def content(self) -> HttpResponseBase:
        made = pdf(
            "letter", shown_letter(self.proceeding), at=self.proceeding.decided_at or self.proceeding.notified_at
        )
        return saved_pdf(made, f"courrier-{self.label.number}")


class FileOfProceeding(OnProceeding):
    """A file joined to an answer."""

    title = "Fichier"
    template_name = "labels/proceeding.html"  # never rendered

    def content(self) -> HttpResponseBase:
        found = self.proceeding.files.filter(public_id=self.kwargs["file"]).first()
        if found is None or not default_storage.exists(found.file.name or ""):
            raise Http404
        return attachment(default_storage.open(found.file.name or ""), name=found.name, kind=found.kind)


class ActOnProceeding(OnProceeding, ActOnLabel):
    """A page with a form about a proceeding; done, one returns to it."""

    over: ClassVar[Outcome] = Outcome.PENDING

    def load(self) -> None:
        super().load()
        if self.proceeding.outcome != self.over:
            raise Http404

    def back_url(self) -> str:
        return self.here()

    def done_url(self, result: Any) -> str:
        return self.here()

    def said(self) -> list[tuple[str, str]]:
        return [
            ("Label", f"{self.label.title} ({self.label.number})"),
            ("Mesure", str(self.proceeding.get_kind_display())),
        ]


class AnswerProceeding(Resumed, ActOnProceeding):
    """Answer the grounds, for the holder."""

    rule = "labels.answer"
    title = "Répondre aux griefs"
    form_class = forms.AnswerForm
    submit_label = "Envoyer la réponse"
    done_message = "Votre réponse est reçue : le service en est averti. Vous pouvez encore la compléter."

    def said(self) -> list[tuple[str, str]]:
        return [*super().said(), ("Réponse attendue jusqu’au", said(self.proceeding.answer_until))]

    def perform(self, form: Any) -> Proceeding:
        text = form.cleaned_data["text"]
        return proceedings.answer_proceeding(proceeding=self.proceeding, text=text, by=self.person, at=self.at)


class JoinFile(ActOnProceeding):
    """Join a file to the answer."""

    rule = "labels.answer"
    title = "Joindre un fichier à la réponse"
    form_class = forms.FileForm
    submit_label = "Joindre"
    done_message = "Le fichier est joint."

    def perform(self, form: Any) -> Any:
        document = form.cleaned_data["file"]
        return proceedings.join_file(proceeding=self.proceeding, document=document, by=self.person, at=self.at)


class Pronounce(Resumed, ActOnProceeding):
    """Sign the measure."""

    rule = "labels.pronounce"
    title = "Prononcer la mesure"
    template_name = "labels/pronounce.html"
    form_class = forms.PronounceForm
    submit_label = "Signer et notifier"
    done_message = "La mesure est prononcée, notifiée avec ses voies de recours, et le registre la montre."

    def form_arguments(self) -> dict[str, Any]:
        return {"kind": self.proceeding.kind}

    @property
    def told(self) -> str:  # type: ignore[override]  # it depends on the measure
        effects = {
            ProceedingKind.SUSPENSION: "Le label sera suspendu dès que vous signez.",
            ProceedingKind.ABROGATION: "Le label prendra fin dès que vous signez, pour l’avenir.",
            ProceedingKind.RETRAIT: "Le label sera réputé n’avoir jamais été attribué, depuis son premier jour.",
        }
        return effects[ProceedingKind(self.proceeding.kind)]

    def context(self) -> dict[str, Any]:
        return {**super().context(), **_not_yet(self.proceeding, self.today)}

    def perform(self, form: Any) -> Label:
        values = form.cleaned_data
        return proceedings.pronounce(
            proceeding=self.proceeding,
            reason=values["reason"],
            detail=values["detail"],
            until_on=values.get("until_on"),
            by=self.person,
            at=self.at,
        )


class DropProceeding(ActOnProceeding):
    """Close a proceeding without a measure."""

    rule = "labels.conduct"
    title = "Clore sans mesure"
    form_class = forms.ReasonForm
    submit_label = "Clore la procédure"
    done_message = "La procédure est close, sans mesure : le titulaire en est averti."
    told = "Le label garde ses effets. Rien n’en paraît au registre ; le titulaire lit le motif."

    def perform(self, form: Any) -> Proceeding:
        reason = form.cleaned_data["reason"]
        return proceedings.drop_proceeding(proceeding=self.proceeding, reason=reason, by=self.person, at=self.at)
