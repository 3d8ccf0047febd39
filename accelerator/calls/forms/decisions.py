"""What is typed about decisions and their letters."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accelerator.calls.forms.reviewing import words_field
from accelerator.calls.models import Decision
from accelerator.calls.states import DecisionOutcome
from accelerator.design.forms import FilterForm, Form, MoneyField, WholeField

# What a commission, or an officer beside the ranking, may propose; inadmissibility is decided on the file itself.
OUTCOMES = [(one.value, one.label) for one in DecisionOutcome if one != DecisionOutcome.INADMISSIBLE]


def _advice() -> forms.CharField:
    return forms.CharField(
        label="Conseils au candidat",
        required=False,
        max_length=5000,
        help_text="Ce qui l’aiderait, et les autres portes.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def _amount(label: str) -> MoneyField:
    return MoneyField(label=label, least=1, required=False, help_text="La délégation d’un signataire doit le couvrir.")


class DraftLot(Form):
    """The same decision for several files."""

    outcome = forms.ChoiceField(label="Sens", choices=OUTCOMES, widget=forms.RadioSelect)
    applications = forms.MultipleChoiceField(
        label="Dossiers",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "Un des dossiers choisis n’attend plus de décision, ou la sienne est déjà préparée : "
            "relisez cette liste."
        },
    )
    reasons = words_field("Motifs", "Communs à ces dossiers. Les notes et les commentaires de chacun s’y ajoutent.")
    advice = _advice()
    amount = _amount("Montant accordé à chacun, en euros")

    def __init__(self, *args: Any, rows: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("applications", list(rows))


class DraftOne(Form):
    """A decision for one file."""

    outcome = forms.ChoiceField(label="Sens", choices=DecisionOutcome.choices, widget=forms.RadioSelect)
    reasons = words_field("Motifs", "Le candidat les lira.")
    advice = _advice()
    amount = _amount("Montant accordé, en euros")


class Which(FilterForm):
    """How many of the first files of the ranking."""

    premiers = WholeField(label="Les premiers du classement", min_value=1, max_value=5000)


class ShownFrom(FilterForm):
    """From which file on a long list is shown."""

    depuis = WholeField(label="Montrer la liste à partir de la place", min_value=1, max_value=5000)


class Batch(Form):
    """Letters chosen together."""

    decisions = forms.MultipleChoiceField(label="Courriers", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, letters: Sequence[Decision], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(
            "decisions",
            [
                (
                    str(one.pk),
                    f"{one.application.number}, {one.application.title} : {one.get_outcome_display().lower()}",
                )
                for one in letters
            ],
        )


class LetterFilters(FilterForm):
    """Filters of the outbox."""

    q = forms.CharField(label="Titre ou numéro", max_length=80)
    etat = forms.ChoiceField(
        label="État",
        choices=[
            ("", "Tous"),
            ("drafted", "À signer"),
            ("signed", "Signés, à notifier"),
            ("notified", "Notifiés"),
            ("replaced", "Remplacés"),
        ],
    )
    sens = forms.ChoiceField(label="Sens", choices=[("", "Tous"), *DecisionOutcome.choices])
    signataire = forms.ChoiceField(label="Signataire")

    def __init__(self, *args: Any, signatories: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("signataire", [("", "Tous"), *signatories])
