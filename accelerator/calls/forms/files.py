"""The forms about a file: joining, withdrawing, writing, contesting; and the filters of lists."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accelerator.calls.states import AppealKind, ApplicationState
from accelerator.design.forms import FilterForm, Form
from accelerator.design.uploads import DocumentField

PERSON = "moi"


class Confirmation(Form):
    """Nothing to say: the button is enough."""


class BeginForm(Form):
    """With what, or in whose name, one applies."""

    choice = forms.ChoiceField(label="Vous candidatez", widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], asks: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].label = f"Vous candidatez avec {asks}" if asks else "Vous candidatez au nom de"
        self.offer("choice", list(choices))


class PieceForm(Form):
    """One file."""

    piece = DocumentField(label="Fichier")


class MessageForm(Form):
    """A message, with a file or not."""

    text = forms.CharField(label="Votre message", widget=forms.Textarea, max_length=5000)
    piece = DocumentField(label="Joindre un fichier", required=False)


class WithdrawForm(Form):
    """Why, if one wishes to say."""

    reason = forms.CharField(label="Pourquoi vous la retirez", widget=forms.Textarea, max_length=1000, required=False)


class AppealForm(Form):
    """Before whom, and why."""

    kind = forms.ChoiceField(
        label="Recours",
        choices=[(kind.value, kind.label) for kind in AppealKind if kind != AppealKind.CONTENTIEUX],
        widget=forms.RadioSelect,
        initial=AppealKind.GRACIEUX,
    )
    grounds = forms.CharField(label="Ce que vous contestez, et pourquoi", widget=forms.Textarea, max_length=10_000)


class CallFilters(FilterForm):
    """The filters of the list of calls."""

    q = forms.CharField(label="Mots", max_length=80)
    etat = forms.ChoiceField(
        label="Ouverture", choices=[("", "Tous"), ("ouverts", "Ouverts"), ("a-venir", "À venir"), ("clos", "Clos")]
    )


class MineFilters(FilterForm):
    """The filters of one's own applications."""

    # Nobody applying is told of a decision before it is notified.
    etat = forms.ChoiceField(
        label="État",
        choices=[("", "Tous"), *(one for one in ApplicationState.choices if one[0] != ApplicationState.DECIDED)],
    )
