"""What is typed about duplicates and merges."""

from typing import Any

from django import forms

from accelerator.community.forms.people import reason_field
from accelerator.community.queries.merging import Choice
from accelerator.community.states import DuplicateState, Likeness
from accelerator.design.forms import FilterForm, Form, dress

KEEP, TAKE, ALL = "keep", "take", "all"
_VALUE = "value_"


class DuplicateFilters(FilterForm):
    """Filters of the worklist."""

    q = forms.CharField(label="Nom", max_length=80)
    raison = forms.ChoiceField(label="Raison", choices=[("", "Toutes"), *Likeness.choices])
    etat = forms.ChoiceField(
        label="État",
        choices=[
            ("", DuplicateState.OPEN.label),
            *((state.value, state.label) for state in (DuplicateState.MERGED, DuplicateState.DIFFERENT)),
            (ALL, "Tous"),
        ],
    )


class Other(Form):
    """Another record, by its address or one of its numbers."""

    other = forms.CharField(
        label="L’autre fiche",
        max_length=300,
        help_text="L’adresse de sa page sur la plateforme, ou son numéro SIREN, SIRET, RNA ou AMALIA.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TellApart(Form):
    """Why they are not the same."""

    reason = reason_field("Pourquoi ce ne sont pas les mêmes", "La modération le lira si la question revient.")


class Undo(Form):
    """Why the merge was wrong."""

    reason = reason_field("Motif", "Les personnes des deux fiches le liront.")


class Unite(Form):
    """Which values are right, what becomes of the people, and why."""

    def __init__(self, *args: Any, choices: list[Choice], has_people: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for choice in choices:
            self.fields[f"{_VALUE}{choice.name}"] = forms.ChoiceField(
                label=choice.label.capitalize(),
                choices=[(KEEP, f"Garder : {choice.kept}"), (TAKE, f"Prendre : {choice.other}")],
                initial=TAKE if choice.takes_other else KEEP,
                widget=forms.RadioSelect,
            )
        if has_people:
            self.fields["keeps_roles"] = forms.ChoiceField(
                label="Les personnes de la fiche réunie",
                choices=[("yes", "Elles gardent leur rôle"), ("no", "Elles deviennent membres")],
                help_text="Une personne qui est dans les deux garde le rôle le plus fort.",
                initial="yes",
                widget=forms.RadioSelect,
            )
        self.fields["reason"] = reason_field("Motif", "Les personnes des deux fiches le liront.")
        # They came after the base dressed its own.
        for field in self.fields.values():
            dress(field)

    @property
    def taken(self) -> list[str]:
        """The names of the values for which the merged record is right."""
        return [
            name.removeprefix(_VALUE)
            for name, value in self.cleaned_data.items()
            if name.startswith(_VALUE) and value == TAKE
        ]
