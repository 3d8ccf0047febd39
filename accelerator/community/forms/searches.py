"""What a person says of a search that they keep, and of an export."""

from django import forms

from accelerator.community.states import AlertRhythm, ExportKind
from accelerator.design.forms import FilterForm, Form

RHYTHMS = (
    (AlertRhythm.NEVER.value, "Non, je reviendrai voir"),
    (AlertRhythm.WEEKLY.value, "Oui, chaque lundi, s’il y a du nouveau"),
    (AlertRhythm.DAILY.value, "Oui, chaque matin, s’il y a du nouveau"),
)


class SearchForm(Form):
    """The name of a search, and its alert."""

    name = forms.CharField(label="Nom de la recherche", help_text="Vous seul le voyez.", max_length=100)
    rhythm = forms.ChoiceField(
        label="Être prévenu par courriel des nouvelles organisations",
        help_text="Un seul courriel pour toutes vos recherches. Il s’arrête d’un clic.",
        choices=RHYTHMS,
        widget=forms.RadioSelect,
    )


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
