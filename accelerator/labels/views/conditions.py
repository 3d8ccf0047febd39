"""The conditions of a label: transcribed from the decision, then closed by the service."""

from typing import Any

from django.http import Http404

from accelerator.labels.forms import following as forms
from accelerator.labels.models import LabelCondition
from accelerator.labels.operations import awarding
from accelerator.labels.states import ConditionState
from accelerator.labels.views.labels import ActOnLabel
from accelerator.workflow.dates import said


class SetCondition(ActOnLabel):
    """Transcribe a condition of the decision."""

    rule = "labels.conduct"
    title = "Inscrire une condition"
    form_class = forms.ConditionForm
    submit_label = "Inscrire"
    back = "proceedings"
    done_message = "La condition est inscrite, publique, et le titulaire en est averti."
    told = "Une condition que pose la décision d’attribution : elle est publique, et suivie jusqu’à son jour."

    def perform(self, form: Any) -> LabelCondition:
        values = form.cleaned_data
        return awarding.set_condition(
            label=self.label, text=values["text"], due_on=values["due_on"], by=self.person, at=self.at
        )


class CloseCondition(ActOnLabel):
    """Say what became of a condition."""

    rule = "labels.conduct"
    title = "Ce qu’est devenue la condition"
    form_class = forms.CloseConditionForm
    back = "proceedings"
    done_message = "C’est inscrit au registre."
    told = "Une condition qui n’est pas remplie peut fonder une abrogation ; elle n’en décide aucune."

    def load(self) -> None:
        super().load()
        found = self.label.conditions.filter(pk=self.kwargs["number"], state=ConditionState.OPEN).first()
        if found is None:
            raise Http404
        self.condition = found

    def said(self) -> list[tuple[str, str]]:
        return [("Condition", self.condition.text), ("Pour le", said(self.condition.due_on))]

    def perform(self, form: Any) -> LabelCondition:
        values = form.cleaned_data
        return awarding.close_condition(
            condition=self.condition,
            state=ConditionState(values["state"]),
            words=values["words"],
            by=self.person,
            at=self.at,
        )
