"""Appeals against a measure: filed by the holder or written down by the service, then answered."""

from typing import Any

from django.http import Http404

from accelerator.calls.states import AppealKind
from accelerator.design.unsaved import Resumed
from accelerator.labels.forms import following as forms
from accelerator.labels.models import LabelAppeal
from accelerator.labels.operations import proceedings
from accelerator.labels.queries.proceedings import remedies_against
from accelerator.labels.rules import labels as rules
from accelerator.labels.states import AppealResult, Outcome
from accelerator.labels.views.proceedings import ActOnProceeding
from accelerator.workflow.dates import said


class _Appeal(Resumed, ActOnProceeding):
    """An appeal against a measure; it bears the day that the form says, or today's."""

    over = Outcome.PRONOUNCED

    def perform(self, form: Any) -> LabelAppeal:
        values = form.cleaned_data
        return proceedings.file_appeal(
            proceeding=self.proceeding,
            kind=AppealKind(values["kind"]),
            grounds=values["grounds"],
            filed_on=values.get("filed_on"),
            by=self.person,
            at=self.at,
        )


class FileAppeal(_Appeal):
    """Contest the measure, for the holder."""

    title = "Contester la mesure"
    form_class = forms.AppealForm
    submit_label = "Former le recours"
    done_message = "Votre recours est reçu. La mesure reste en vigueur tant qu’il n’y est pas répondu."
    told = "Un recours ne suspend pas la mesure. Celui que vous formez ici est daté d’aujourd’hui."

    def forbidden(self) -> str | None:
        return rules.reason_against_speaking(self.person, self.label, self.today)

    def said(self) -> list[tuple[str, str]]:
        return [*super().said(), *(("Voie", one.sentence) for one in remedies_against(self.proceeding))]


class RecordAppeal(_Appeal):
    """Write down an appeal that came otherwise."""

    rule = "labels.conduct"
    title = "Inscrire un recours reçu autrement"
    form_class = forms.RecordAppealForm
    submit_label = "Inscrire le recours"
    done_message = "Le recours est inscrit au registre."


class AnswerAppeal(Resumed, ActOnProceeding):
    """Write what became of an appeal."""

    over = Outcome.PRONOUNCED
    rule = "labels.pronounce"
    title = "Répondre à un recours"
    form_class = forms.AnswerAppealForm
    submit_label = "Inscrire la réponse"
    done_message = "La réponse est notifiée et inscrite au registre."
    told = "Si la mesure est annulée, le label redevient aussitôt ce qu’il aurait été sans elle."

    def load(self) -> None:
        super().load()
        found = self.proceeding.appeals.filter(pk=self.kwargs["number"], answered_at__isnull=True).first()
        if found is None:
            raise Http404
        self.appeal = found

    def said(self) -> list[tuple[str, str]]:
        return [
            *super().said(),
            ("Recours", f"{self.appeal.get_kind_display()}, formé le {said(self.appeal.filed_on)}"),
        ]

    def perform(self, form: Any) -> LabelAppeal:
        values = form.cleaned_data
        return proceedings.answer_appeal(
            appeal=self.appeal,
            result=AppealResult(values["result"]),
            answer=values["answer"],
            reason=values["reason"],
            by=self.person,
            at=self.at,
        )
