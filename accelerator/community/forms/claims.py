"""What is typed to claim an organisation, to contest a claim, and about e-mail domains."""

from typing import Any

from django import forms

from accelerator.community.domains import Unproving, understand_domain
from accelerator.community.forms.people import reason_field
from accelerator.community.queries.claims import Change
from accelerator.community.states import ClaimState
from accelerator.design.forms import FilterForm, Form

_STATES = [
    ("", "Toutes"),
    ("contested", "Contestées"),
    (ClaimState.STANDING.value, "En vigueur"),
    (ClaimState.REVERSED.value, "Annulées"),
]


class ClaimFilters(FilterForm):
    """Filters of the claims of an organisation."""

    etat = forms.ChoiceField(label="État", choices=_STATES)


class ClaimsDeskFilters(FilterForm):
    """Filters of the moderators’ list of claims."""

    q = forms.CharField(label="Organisation", max_length=80)
    etat = forms.ChoiceField(label="État", choices=_STATES)


class Contest(Form):
    """A click is enough; a few words help."""

    words = forms.CharField(
        label="Pourquoi, en quelques mots",
        required=False,
        max_length=1000,
        help_text="Par exemple : elle a quitté l’association en mars. Les gestionnaires et la modération le liront.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class Reverse(Form):
    """Which values are put back, and why."""

    back = forms.MultipleChoiceField(
        label="Remettre comme avant la revendication",
        required=False,
        help_text="Les valeurs que cette personne a changées. Décochez celles qui sont justes.",
        widget=forms.CheckboxSelectMultiple,
    )
    reason = reason_field("Motif", "Tous les membres et la personne concernée le liront.")

    def __init__(self, *args: Any, changes: list[Change], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        theirs = [change for change in changes if change.back]
        if not theirs:
            del self.fields["back"]
            return
        self.offer(
            "back",
            [
                (
                    change.name,
                    f"{change.label.capitalize()} : remettre « {change.before} » à la place de « {change.now} »",
                )
                for change in theirs
            ],
        )
        self.fields["back"].initial = [change.name for change in theirs]


class AddDomain(Form):
    """A domain."""

    domain = forms.CharField(
        label="Domaine",
        max_length=260,
        help_text="Ce qui suit l’arobase dans vos adresses : mon-association.fr. Chaque sous-domaine s’ajoute à part.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_domain(self) -> str:
        """The domain as it travels."""
        try:
            return understand_domain(self.cleaned_data["domain"])
        except Unproving as unproving:
            raise forms.ValidationError(str(unproving)) from unproving
