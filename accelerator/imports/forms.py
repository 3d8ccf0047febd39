"""The filters of the imports."""

from django import forms

from accelerator.design.forms import FilterForm
from accelerator.registers.states import RunState, Source


class ImportFilters(FilterForm):
    """The filters of the list of imports."""

    registre = forms.ChoiceField(label="Registre", choices=[("", "Tous"), *Source.choices])
    etat = forms.ChoiceField(label="État", choices=[("", "Tous"), *RunState.choices])
    rejets = forms.BooleanField(label="Avec des rejets seulement")
