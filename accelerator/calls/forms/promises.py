"""What is typed about what laureates are promised."""

from django import forms

from accelerator.calls.forms.reviewing import words_field
from accelerator.calls.states import PromiseKind
from accelerator.design.forms import FilterForm, Form


class NewPromise(Form):
    """What someone promises to a laureate."""

    kind = forms.ChoiceField(label="Sorte", choices=PromiseKind.choices)
    what = forms.CharField(
        label="Promesse", max_length=300, help_text="Par exemple : 20 jours d’accompagnement à l’évaluation."
    )
    owner = forms.CharField(
        label="Qui la tient", max_length=200, help_text="Une organisation et un service, ou un nom de fonction."
    )
    due_on = forms.DateField(
        label="Pour le",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez une date, par exemple 31/12/2026."},
    )


class Settle(Form):
    """What became of a promise."""

    kept = forms.ChoiceField(
        label="Cette promesse est", choices=[("kept", "Tenue"), ("broken", "Rompue")], widget=forms.RadioSelect
    )
    words = words_field("Comment, ou pourquoi", "Le lauréat et le public le liront.", rows=4)


class PromiseFilters(FilterForm):
    """Filters of the promises."""

    q = forms.CharField(label="Lauréat, promesse ou responsable", max_length=80)
    etat = forms.ChoiceField(
        label="État",
        choices=[
            ("", "Tous"),
            ("running", "En cours"),
            ("late", "En retard"),
            ("kept", "Tenue"),
            ("broken", "Rompue"),
        ],
    )
    sorte = forms.ChoiceField(label="Sorte", choices=[("", "Toutes"), *PromiseKind.choices])
