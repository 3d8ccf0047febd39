"""What is typed about reviewers, and by them."""

from datetime import date
from typing import Any

from django import forms

from accelerator.calls.criteria import Grid
from accelerator.calls.states import DecisionOutcome
from accelerator.community.states import Family
from accelerator.design.forms import CheckboxGroups, FilterForm, Form, WholeField, dress
from accelerator.geography.forms import PerimeterField

LONGEST = 5000
_ABSENCES = 12


def reason_field(label: str, help_text: str) -> forms.CharField:
    """A reason that someone will read, a sentence at least."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=1000,
        min_length=10,
        error_messages={"min_length": "Dites-le en une phrase au moins."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def words_field(label: str, help_text: str, rows: int = 6) -> forms.CharField:
    """A text that someone will read."""
    return forms.CharField(
        label=label, help_text=help_text, max_length=5000, widget=forms.Textarea(attrs={"rows": rows})
    )


class Absences(forms.CharField):
    """One absence a line: « 20/12/2026 au 04/01/2027 », or one day. Clean gives pairs of days."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Absences",
            required=False,
            max_length=1000,
            help_text=(
                "Une par ligne, par exemple : 20/12/2026 au 04/01/2027. Le nombre de dossiers est réduit d’autant."
            ),
            widget=forms.Textarea(attrs={"rows": 3}),
            **kwargs,
        )

    def clean(self, value: Any) -> list[tuple[date, date]]:
        text = super().clean(value)
        found = []
        for line in filter(None, (line.strip() for line in text.splitlines())):
            first, _, last = line.partition(" au ")
            try:
                days = [_day(part) for part in ((first, last) if last else (first, first))]
            except ValueError as fault:
                raise forms.ValidationError(
                    f"« {line} » ne se lit pas : écrivez par exemple 20/12/2026 au 04/01/2027."
                ) from fault
            if days[1] < days[0]:
                raise forms.ValidationError(f"« {line} » finit avant d’avoir commencé.")
            found.append((days[0], days[1]))
        if len(found) > _ABSENCES:
            raise forms.ValidationError(f"{_ABSENCES} absences au plus.")
        return found

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return "\n".join(
                f"{first:%d/%m/%Y} au {last:%d/%m/%Y}" if last != first else f"{first:%d/%m/%Y}"
                for first, last in value
            )
        return value


def _day(text: str) -> date:
    day, month, year = text.strip().split("/")
    return date(int(year), int(month), int(day))


class ReviewerDetails(Form):
    """What a reviewer knows, where they look, how many files they take, when they are away."""

    themes = forms.MultipleChoiceField(
        label="Expertise",
        required=False,
        widget=CheckboxGroups,
        help_text="Les thèmes que cette personne sait juger. Chaque thème d’un dossier est confié à qui le connaît.",
    )
    where = PerimeterField(
        label="Territoire", required=False, help_text="Où elle connaît les acteurs. Rien : toute la France."
    )
    most = WholeField(
        label="Dossiers au plus", min_value=1, max_value=500, initial=10, help_text="Ceux déjà lus compris."
    )
    absences = Absences()

    def __init__(self, *args: Any, themes: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for theme in themes:
            groups.setdefault(Family(theme.family).label, []).append((theme.code, theme.label))
        self.offer("themes", list(groups.items()))


class OwnDetails(ReviewerDetails):
    """The same, told by the reviewer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "themes"
        ].help_text = "Ceux que vous savez juger. Chaque thème d’un dossier est confié à qui le connaît."
        self.fields["where"].help_text = "Où vous connaissez les acteurs. Rien : toute la France."


class Appoint(ReviewerDetails):
    """Someone becomes a reviewer."""

    email = forms.EmailField(
        label="Adresse électronique",
        max_length=254,
        help_text="Celle de son compte, par exemple nom@domaine.fr.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["email"]


class WithReason(Form):
    """A reason, nothing else."""

    reason = reason_field("Motif", "La personne concernée le lira.")


class Declare(Form):
    """Se déporter."""

    reason = reason_field(
        "Pourquoi vous déportez-vous ?",
        "Par exemple : j’ai travaillé avec cette association jusqu’en 2024. Le motif figure dans le dossier, "
        "et au procès-verbal si la commission examine ce dossier en votre présence.",
    )


class ApplyPlan(Form):
    """The number of the proposal that was read."""

    proposal = WholeField(widget=forms.HiddenInput)


class ReviewerFilters(FilterForm):
    """Filters of the reviewers of a call."""

    q = forms.CharField(label="Nom", max_length=80)
    theme = forms.ChoiceField(label="Expertise")

    def __init__(self, *args: Any, themes: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("theme", [("", "Toutes"), *((one.code, one.label) for one in themes)])


class LinkFilters(FilterForm):
    """Filters of what links people to applicants."""

    q = forms.CharField(label="Personne, titre ou numéro", max_length=80)
    suite = forms.ChoiceField(
        label="Suite",
        choices=[("", "Toutes"), ("open", "À examiner"), ("recused", "Déport"), ("dismissed", "Écarté")],
    )


class MyReviewFilters(FilterForm):
    """Filters of what was given to a reviewer."""

    etat = forms.ChoiceField(
        label="État", choices=[("", "Tous"), ("given", "À lire"), ("late", "En retard"), ("done", "Avis rendu")]
    )


class RankingFilters(FilterForm):
    """Filters of the ranking."""

    q = forms.CharField(label="Titre ou numéro", max_length=80)
    etat = forms.ChoiceField(
        label="Où en est la lecture",
        choices=[
            ("", "Tous"),
            ("unread", "Lectures en attente"),
            ("read", "Toutes les lectures rendues"),
            ("disagreement", "Désaccord"),
        ],
    )
    seuil = forms.ChoiceField(
        label="Seuil", choices=[("", "Tous"), ("above", "Au seuil ou au-dessus"), ("below", "En dessous")]
    )
    decision = forms.ChoiceField(
        label="Décision",
        choices=[
            ("", "Toutes"),
            ("none", "Pas encore préparée"),
            *DecisionOutcome.choices,
        ],
    )


class ReviewForm(Form):
    """A score and a comment per criterion, then words for the applicant and for the service.

    Nothing is required here: a draft is kept as it is; giving it is where `Grid.faults` speaks.
    """

    marks_optional = False
    revision = WholeField(widget=forms.HiddenInput, min_value=0)
    for_applicant = forms.CharField(
        label="Pour le candidat",
        required=False,
        max_length=LONGEST,
        help_text="Il le lira avec la décision : ce qui est solide, ce qui manque, ce que vous lui conseillez.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    for_service = forms.CharField(
        label="Pour le service seulement",
        required=False,
        max_length=LONGEST,
        help_text="Lu par l’instruction et la commission. Un candidat peut demander communication du dossier.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, grid: Grid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grid = grid
        texts = {name: self.fields.pop(name) for name in ("for_applicant", "for_service")}
        for one in grid.criteria:
            weight = f"Poids : {one.weight}."
            score = forms.TypedChoiceField(
                label=one.label,
                required=False,
                coerce=int,
                empty_value=None,
                choices=[(anchor.score, f"{anchor.score} : {anchor.words}") for anchor in one.scale],
                help_text=f"{one.help} {weight}".strip(),
                widget=forms.RadioSelect,
            )
            comment = forms.CharField(
                label=f"Commentaire : {one.label}",
                required=False,
                max_length=2000,
                help_text="Demandé. Le candidat le lira." if one.comment_required else "Le candidat le lira.",
                widget=forms.Textarea(attrs={"rows": 3}),
            )
            self.fields[f"score_{one.code}"], self.fields[f"comment_{one.code}"] = score, comment
        self.fields |= texts
        for field in self.fields.values():
            dress(field)

    @property
    def scores(self) -> dict[str, dict[str, Any]]:
        """What was typed, by criterion."""
        return {
            one.code: {
                "score": self.cleaned_data.get(f"score_{one.code}"),
                "comment": self.cleaned_data.get(f"comment_{one.code}", ""),
            }
            for one in self.grid.criteria
        }

    @staticmethod
    def initial_of(grid: Grid, scores: dict[str, Any]) -> dict[str, Any]:
        """The initial values that a kept review gives."""
        initial: dict[str, Any] = {}
        for one in grid.criteria:
            kept = scores.get(one.code) or {}
            initial[f"score_{one.code}"] = kept.get("score")
            initial[f"comment_{one.code}"] = kept.get("comment", "")
        return initial


class Nothing(Form):
    """Nothing to type: the page says what will happen, the button does it."""
