"""What a person says of a search that they keep, and of an export."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from accelerator.design.forms import FilterForm, Form
from accelerator.directory.states import AlertRhythm, ExportKind
from accelerator.workflow.dates import said

_HOUR = r"G \h i"
_RHYTHMS = {
    AlertRhythm.NEVER: "Non, je reviendrai voir",
    AlertRhythm.WEEKLY: "Oui, chaque lundi, s’il y a du nouveau",
    AlertRhythm.DAILY: "Oui, chaque matin, s’il y a du nouveau",
}


class SearchForm(Form):
    """The name of a search, and its alert."""

    name = forms.CharField(
        label="Nom de la recherche", help_text="Personne d’autre que vous ne le voit.", max_length=100
    )
    rhythm = forms.ChoiceField(
        label="Être prévenu par courriel",
        help_text="Un seul courriel pour toutes vos recherches. Il s’arrête d’un clic.",
        choices=_RHYTHMS.items(),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, mornings: Mapping[str, datetime | None], new: str, **kwargs: Any) -> None:
        """`mornings`: when the first mail of each rhythm would leave; `new`: what it tells, « nouveaux projets »."""
        super().__init__(*args, **kwargs)
        self.fields["rhythm"].label = f"Être prévenu par courriel des {new}"
        first = {rhythm: f" : au plus tôt {morning_said(day)}" for rhythm, day in mornings.items() if day}
        self.offer("rhythm", [(rhythm.value, f"{label}{first.get(rhythm, '')}") for rhythm, label in _RHYTHMS.items()])


def morning_said(morning: datetime) -> str:
    """The morning of a mail: "vendredi 27 novembre 2026, vers 5 h 30 (heure de Paris)"."""
    return f"{said(morning, 'l j F Y')}, vers {said(morning, _HOUR)} (heure de Paris)"


class Confirmation(Form):
    """Nothing to type: the page says what will happen, the button does it."""


class SearchFilters(FilterForm):
    """The filters of the searches that a person keeps."""

    q = forms.CharField(label="Nom", max_length=100)
    alerte = forms.ChoiceField(label="Alerte", choices=[("", "Toutes"), *AlertRhythm.choices])


class ExportForm(Form):
    """The format of an export."""

    kind = forms.ChoiceField(
        label="Format du fichier",
        choices=(
            (ExportKind.CSV.value, "CSV : tous les tableurs et logiciels, sans limite de lignes"),
            (ExportKind.XLSX.value, "XLSX : Excel et LibreOffice, jusqu’à un million de lignes"),
        ),
        widget=forms.RadioSelect,
    )


class ExportFilters(FilterForm):
    """The filters of the exports that a person asked for."""

    fichier = forms.ChoiceField(label="Format", choices=[("", "Tous"), *ExportKind.choices])
