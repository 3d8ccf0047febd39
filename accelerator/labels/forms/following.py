"""What is typed about a label that was awarded: its proceedings, its conditions, its road map."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms

from accelerator.calls.states import AppealKind
from accelerator.design.forms import DecimalField, FilterForm, Form
from accelerator.design.uploads import DocumentField
from accelerator.labels.states import AppealResult, ConditionState, HearingOutcome, ProceedingKind, ToldState

_DAY: Final = {"type": "date"}
LONGEST: Final = 5000
# In the words of the badges; historic labels have no desk.
_TOLD: Final = [one for one in ToldState.choices if one[0] != ToldState.HISTORIC]


def _day(label: str, *, help_text: str = "", required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
    )


def _words(label: str, help_text: str = "", *, required: bool = True, rows: int = 6) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class Nothing(Form):
    """The button is enough."""


class OpenForm(Form):
    """The measure that is considered, and why."""

    kind = forms.ChoiceField(
        label="Mesure envisagée",
        choices=ProceedingKind.choices,
        widget=forms.RadioSelect,
        help_text="Suspension : pour un temps. Abrogation : pour l’avenir, parce qu’une condition n’est plus remplie. "
        "Retrait : depuis le premier jour, parce que l’attribution était illégale.",
    )
    grounds = _words(
        "Griefs",
        "Des faits précis et datés : ce sont eux que le titulaire pourra discuter, et la décision ne pourra se fonder "
        "sur aucun autre.",
    )
    legal_basis = forms.CharField(
        label="Fondement",
        help_text="Le texte, le critère ou la condition du label qui n’est plus respecté.",
        max_length=300,
    )
    fraud = forms.BooleanField(label="L’attribution a été obtenue par fraude", required=False)

    def __init__(self, *args: Any, fraud_law: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fraud_law:
            self.fields["fraud"].help_text = (
                f"Pour un retrait seulement, alors possible à tout moment ({fraud_law}) : les griefs disent les "
                "manœuvres ou les fausses déclarations."
            )
        else:
            del self.fields["fraud"]


class AnswerForm(Form):
    """The answer to the grounds."""

    text = _words(
        "Votre réponse",
        "Vous pourrez la compléter, et demander à être entendu, jusqu’au dernier jour pour répondre : rien n’est "
        "décidé avant.",
        rows=10,
    )


class HearingForm(Form):
    """When and where the holder is heard."""

    on = forms.DateTimeField(
        label="Date et heure",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    where = forms.CharField(
        label="Où, ou comment se joindre à distance",
        help_text="Une adresse, un numéro de téléphone, le lien d’une visioconférence.",
        max_length=300,
    )


class CloseHearingForm(Form):
    """What became of the hearing."""

    outcome = forms.ChoiceField(
        label="L’audition",
        choices=HearingOutcome.choices,
        widget=forms.RadioSelect,
        help_text="Seules des demandes abusives, par leur nombre ou leur répétition, peuvent être refusées.",
    )
    account = _words("Ce qui s’est dit, ou pourquoi la demande est refusée", "Lu du titulaire, et joint à la décision.")


class FileForm(Form):
    """One file."""

    file = DocumentField(label="Fichier")


class PronounceForm(Form):
    """The measure, as it is signed."""

    reason = _words("Motif public", "Lu de tous, au registre : sobre, sans rien de personnel.", rows=4)
    detail = _words("Précisions pour le titulaire", "Lues de lui seul, dans le courrier.", required=False)
    until_on = _day(
        "Dernier jour de la suspension",
        help_text="Rien : elle dure jusqu’à ce qu’elle soit levée.",
        required=False,
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != ProceedingKind.SUSPENSION:
            del self.fields["until_on"]


class ReasonForm(Form):
    """Why."""

    reason = _words("Motif", rows=4)


class AppealForm(Form):
    """A measure is contested, by the holder here."""

    kind = forms.ChoiceField(
        label="Sorte de recours",
        choices=[one for one in AppealKind.choices if one[0] != AppealKind.CONTENTIEUX],
        widget=forms.RadioSelect,
        help_text="Un recours devant le tribunal se dépose devant lui, pas ici.",
    )
    grounds = _words("Ce que vous contestez, et pourquoi", rows=8)


class RecordAppealForm(Form):
    """A measure is contested otherwise, and the service writes it down."""

    kind = forms.ChoiceField(label="Sorte de recours", choices=AppealKind.choices, widget=forms.RadioSelect)
    filed_on = _day("Formé le")
    grounds = _words("Ce qui est contesté", rows=6)


class AnswerAppealForm(Form):
    """What became of an appeal."""

    result = forms.ChoiceField(label="Issue", choices=AppealResult.choices, widget=forms.RadioSelect)
    answer = _words("Réponse au titulaire", rows=6)
    reason = _words("Motif public", "Lu de tous, au registre : sobre, sans rien de personnel.", rows=3)


class ConditionForm(Form):
    """A condition that the decision set."""

    text = forms.CharField(label="Ce qui est demandé", max_length=300)
    due_on = _day("Pour le")


class CloseConditionForm(Form):
    """What became of a condition."""

    state = forms.ChoiceField(
        label="Elle est",
        choices=[one for one in ConditionState.choices if one[0] != ConditionState.OPEN],
        widget=forms.RadioSelect,
    )
    words = _words("Comment on le sait", "Public.", rows=3)


class NoteForm(Form):
    """How an action goes."""

    on = _day("Date du point")
    value = DecimalField(label="Valeur de l’indicateur", required=False, max_digits=14, decimal_places=2, localize=True)
    text = _words("Où en est l’action", "Public.", required=False, rows=4)
    done = forms.BooleanField(label="L’action est faite", required=False)

    def __init__(self, *args: Any, indicator: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if indicator:
            self.fields["value"].label = f"Valeur de l’indicateur : {indicator}"
        else:
            del self.fields["value"]


class DeskFilters(FilterForm):
    """The filters of the service's list."""

    q = forms.CharField(label="Titre ou numéro", max_length=80)
    category = forms.ChoiceField(label="Catégorie")
    state = forms.ChoiceField(label="État", choices=[("", "Tous"), *_TOLD])
    waiting = forms.BooleanField(label="Quelque chose m’y attend")

    def __init__(self, *args: Any, categories: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("category", [("", "Toutes"), *categories])
