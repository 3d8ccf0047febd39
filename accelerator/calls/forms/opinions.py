"""Opinions: asked, given, recorded, withdrawn."""

from typing import Any

from django import forms

from accelerator.calls.states import OpinionSense
from accelerator.design.forms import Form
from accelerator.design.uploads import DocumentField

_DAY = {"type": "date"}


class AskOpinionForm(Form):
    """Of which service, what, and by when."""

    who = forms.CharField(
        label="Service consulté", help_text="Par exemple : DREETS d’Occitanie, pôle économie sociale.", max_length=200
    )
    email = forms.EmailField(
        label="Son adresse électronique",
        help_text="Elle reçoit un lien qui ouvre le dossier, sans compte : vérifiez-la bien.",
        max_length=254,
    )
    question = forms.CharField(label="Ce qui lui est demandé", widget=forms.Textarea, max_length=3000)
    due_on = forms.DateField(label="Attendu le", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))


class GiveOpinionForm(Form):
    """What the service thinks, and who answers for it."""

    sense = forms.ChoiceField(label="Sens de l’avis", choices=OpinionSense.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="Avis, avec ses raisons ou ses réserves",
        help_text="Le candidat le lira avec la décision.",
        widget=forms.Textarea,
        max_length=10_000,
        required=False,
    )
    author = forms.CharField(
        label="Qui rend cet avis",
        help_text="Un nom et une qualité. Ils sont gardés avec le dossier, et le candidat les lit avec l’avis.",
        max_length=200,
    )
    document = DocumentField(label="Document joint", required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("words") and not values.get("document") and not self.errors:
            self.add_error("words", "Écrivez l’avis, ou joignez le document qui le porte.")
        return values


class RecordOpinionForm(GiveOpinionForm):
    """An opinion that came by letter or by mail, with what holds it."""

    given_on = forms.DateField(label="Rendu le", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    document = DocumentField(label="Document qui porte cet avis")
    field_order = ("sense", "given_on", "words", "author", "document")


class WithdrawOpinionForm(Form):
    """Why it is no longer asked."""

    reason = forms.CharField(label="Pourquoi il n’est plus demandé", widget=forms.Textarea, max_length=1000)
