"""The forms of the service."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accelerator.calls.states import AppealOutcome, ApplicationState
from accelerator.community.naming import OrganisationField
from accelerator.design.forms import FilterForm, Form, dress

RECORD = "Sa fiche dans l’annuaire"
HOW_TO_NAME = "Son nom, son numéro SIRET, SIREN ou RNA, ou l’adresse de sa fiche."
_DAY = {"type": "date"}
MOST_PIECES = 6


class DeskFilters(FilterForm):
    """The filters of the desk."""

    q = forms.CharField(label="Titre, numéro ou organisation", max_length=80)
    appel = forms.ChoiceField(label="Appel")
    etat = forms.ChoiceField(
        label="État",
        choices=[("", "Tous"), *(one for one in ApplicationState.choices if one[0] != ApplicationState.DRAFT)],
    )
    instructeur = forms.ChoiceField(
        label="Instructeur", choices=[("", "Tous"), ("moi", "Moi"), ("personne", "Personne encore")]
    )
    delai = forms.ChoiceField(
        label="Délai",
        choices=[
            ("", "Tous"),
            ("retard", "En retard"),
            ("bientot", "Dans les deux semaines"),
            ("recours", "Recours en cours"),
            ("reprendre", "À reprendre"),
        ],
    )
    conditions = forms.ChoiceField(
        label="Conditions",
        choices=[("", "Toutes"), ("remplies", "Aucune non remplie"), ("manquent", "Une au moins non remplie")],
    )

    def __init__(self, *args: Any, calls: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("appel", [("", "Tous"), *calls])


class PiecesForm(Form):
    """What is missing: each piece, its basis, and by when."""

    due_on = forms.DateField(label="À donner au plus tard le", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_PIECES + 1):
            first = number == 1
            self.fields[f"name_{number}"] = forms.CharField(label=f"Pièce {number}", max_length=200, required=first)
            self.fields[f"basis_{number}"] = forms.CharField(
                label=f"Fondement de la demande, pièce {number}",
                help_text="L’article du règlement de l’appel, ou le texte, qui permet de la demander.",
                max_length=300,
                required=first,
            )
        for field in self.fields.values():
            dress(field)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for number in range(1, MOST_PIECES + 1):
            name, basis = values.get(f"name_{number}"), values.get(f"basis_{number}")
            if name and not basis and f"basis_{number}" not in self.errors:
                self.add_error(f"basis_{number}", "Dites sur quel fondement cette pièce est demandée.")
            if basis and not name and f"name_{number}" not in self.errors:
                self.add_error(f"name_{number}", "Nommez la pièce demandée.")
        return values

    @property
    def pieces(self) -> list[dict[str, str]]:
        """The pieces asked."""
        return [
            {"name": name, "basis": self.cleaned_data.get(f"basis_{number}", "")}
            for number in range(1, MOST_PIECES + 1)
            if (name := self.cleaned_data.get(f"name_{number}"))
        ]


class InadmissibleForm(Form):
    """The conditions retained as not met, why, and what to do instead."""

    failed = forms.MultipleChoiceField(
        label="Conditions non remplies que vous retenez",
        help_text="Le courrier nomme celles-ci, et elles seules.",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reasons = forms.CharField(
        label="Motifs",
        help_text="En fait et en droit ; si aucune condition n’est cochée, ils disent seuls pourquoi.",
        widget=forms.Textarea,
        max_length=10_000,
    )
    advice = forms.CharField(
        label="Ce que l’on conseille au candidat", widget=forms.Textarea, max_length=5000, required=False
    )

    def __init__(self, *args: Any, rules: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rules:
            self.offer("failed", list(rules))
        else:
            del self.fields["failed"]

    def clean(self) -> dict[str, Any]:
        return {"failed": [], **(super().clean() or {})}


class OfficerForm(Form):
    """Who examines the file."""

    officer = forms.ChoiceField(label="Instructeur", widget=forms.RadioSelect)

    def __init__(self, *args: Any, officers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("officer", list(officers))


class AppealAnswerForm(Form):
    """What follows from an appeal, and why."""

    outcome = forms.ChoiceField(
        label="Suite donnée",
        choices=[(one.value, one.label) for one in (AppealOutcome.UPHELD, AppealOutcome.RECONSIDERED)],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label="Réponse motivée", widget=forms.Textarea, max_length=10_000)


class PaperForm(Form):
    """A file that came on paper."""

    received_on = forms.DateField(
        label="Arrivé le",
        help_text="La date d’arrivée au service : le délai légal part de ce jour.",
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez la date d’arrivée, par exemple 31/12/2026."},
    )
    title = forms.CharField(label="Titre du projet", max_length=200)
    name = forms.CharField(label="Qui candidate", max_length=200)
    address = forms.CharField(label="Adresse postale", max_length=300)
    email = forms.EmailField(label="Adresse électronique", max_length=254, required=False)
    organisation = OrganisationField(label=RECORD, help_text=HOW_TO_NAME, required=False)


class ApplicantForm(Form):
    """Whose record is that of who applied on paper."""

    organisation = OrganisationField(label=RECORD, help_text=HOW_TO_NAME)


class TieForm(Form):
    """What a file that came on paper is about."""

    subject = forms.ChoiceField(label="Ce dossier se rattache à", widget=forms.RadioSelect)

    def __init__(self, *args: Any, subjects: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("subject", list(subjects))
