"""The forms of a candidacy."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import localdate

from accelerator.community.models import Organisation
from accelerator.community.naming import OrganisationField
from accelerator.design.forms import DecimalField, Form, SentenceField, WholeField, dress
from accelerator.design.links import WebField
from accelerator.design.uploads import DocumentField
from accelerator.geography.forms import PerimeterField
from accelerator.labels.criteria import Criterion
from accelerator.labels.models import Member
from accelerator.labels.queries.candidacies import Reusable
from accelerator.labels.states import Belonging, ChallengeKind, MemberRole

_LONG: Final = 4000
_UNSAID: Final = ("", "Je ne sais pas")


def _text(label: str, help_text: str = "", limit: int = _LONG, *, required: bool = False) -> forms.CharField:
    rows = 8 if limit >= _LONG else 4
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, max_length=limit, required=required, widget=widget)


def _day(label: str, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    years = [
        MinValueValidator(date(2000, 1, 1), "Vérifiez l’année : ce jour est trop ancien."),
        MaxValueValidator(date(2099, 12, 31), "Vérifiez l’année : ce jour est trop lointain."),
    ]
    return forms.DateField(label=label, help_text=help_text, widget=widget, validators=years)


class StepForm(Form):
    """A step: `values` holds what the file keeps of it, by field of the candidacy."""

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class Essentials(StepForm):
    """Its name and what it is."""

    title = forms.CharField(label="Nom du collectif ou de la structure, tel que le label le portera", max_length=120)
    summary = SentenceField(
        label="En une phrase", help_text="Qui vous êtes, où, et ce que vous faites ensemble.", required=False
    )


class Where(StepForm):
    """The territory, drawn by picking places."""

    perimeter = PerimeterField(
        label="Le territoire concerné",
        help_text="Communes, intercommunalités, départements, régions : choisissez-en autant qu’il en faut, de la "
        "commune à plusieurs départements. Une commune qui a fusionné devient la commune nouvelle.",
        required=False,
    )

    @property
    def values(self) -> dict[str, Any]:
        return {"perimeter": list(self.cleaned_data["perimeter"].keys)}


class Presentation(StepForm):
    """Who they are, how they decide, where they go."""

    presentation = _text("Qui êtes-vous ?", "D’où vient la démarche, ce qu’elle a déjà fait.")
    governance = _text("Comment décidez-vous ?", "Instances, rythme, place de chacun, qui anime.")
    ambition = _text("Où voulez-vous être à la fin du label ?", "Ce qui aura changé, et à quoi on le verra.")


STEP_FORMS: Final[Mapping[str, type[StepForm]]] = {
    "essentiel": Essentials,
    "territoire": Where,
    "presentation": Presentation,
}


class StartForm(Essentials):
    """The first page: who applies."""

    organisation = forms.ChoiceField(label="L’organisation qui porte la candidature", widget=forms.RadioSelect)

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("organisation", [(one.public_id, one.name) for one in organisations])
        self.order_fields(["organisation", "title", "summary"])


def _roles() -> list[tuple[str, str]]:
    return [(code, label) for code, label in MemberRole.choices if code != MemberRole.LEAD]


class AskMemberForm(Form):
    """Another organisation of the collective."""

    organisation = OrganisationField(
        label="L’organisation",
        help_text="Son nom, son numéro SIRET, SIREN ou RNA, ou l’adresse de sa fiche dans l’annuaire.",
    )
    role = forms.ChoiceField(label="Son rôle dans le collectif", choices=_roles, widget=forms.RadioSelect)
    belonging = forms.ChoiceField(
        label="Ce qu’elle est",
        help_text="Sert à la composition du collectif. Laissez « je ne sais pas » : sa fiche le dira peut-être.",
        choices=[*Belonging.choices, _UNSAID],
        required=False,
        widget=forms.RadioSelect,
    )


class DescribeMemberForm(Form):
    """The role, nature, share and engagement of a member, and its signed agreement."""

    role = forms.ChoiceField(
        label="Son rôle dans le collectif", choices=_roles, required=False, widget=forms.RadioSelect
    )
    belonging = forms.ChoiceField(
        label="Ce qu’elle est", choices=[*Belonging.choices, _UNSAID], required=False, widget=forms.RadioSelect
    )
    share = WholeField(
        label="Sa part des moyens du collectif, en points sur 100",
        help_text="Argent, temps ou locaux mis en commun. Le total des membres ne passe pas 100.",
        min_value=0,
        max_value=100,
        required=False,
    )
    engagement = _text("Ce à quoi elle s’engage", "En quelques phrases : moyens, durée, ce qu’elle anime.", 2000)
    agreement = DocumentField(label="Son accord signé", required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if member.role == MemberRole.LEAD:
            del self.fields["role"]


class AnswerMemberForm(Form):
    """Whether one's organisation takes part, and why not."""

    answer = forms.ChoiceField(
        label="Votre organisation prend-elle part à ce collectif ?",
        choices=[("oui", "Oui, elle y prend part"), ("non", "Non")],
        widget=forms.RadioSelect,
    )
    reason = _text("Pourquoi", "Le chef de file lira ce motif.", 1000)
    on_condition: ClassVar[Mapping[str, str]] = {"reason": "obligatoire si c’est non"}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("answer") == "non" and not (said.get("reason") or "").strip():
            self.add_error("reason", "Dites en quelques mots pourquoi : le chef de file le lira.")
        return said


class ReasonForm(Form):
    """Why, in a few words."""

    reason = forms.CharField(label="Motif", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class Confirmation(Form):
    """Nothing to fill in."""


class AssessmentForm(Form):
    """A level and what explains it, for each criterion."""

    def __init__(self, *args: Any, criteria: Sequence[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for one in criteria:
            levels = [(str(level.value), f"{level.label}. {level.text}".rstrip(". ") + ".") for level in one.levels]
            self._add(
                f"level_{one.code}",
                forms.ChoiceField(
                    label=f"{one.title} : où en êtes-vous ?",
                    help_text=one.text,
                    choices=[*levels, ("", "Pas encore dit")],
                    required=False,
                    widget=forms.RadioSelect,
                ),
            )
            self._add(f"text_{one.code}", _text(f"Ce qui le montre ({one.title.lower()})", limit=1500))

    def _add(self, name: str, field: forms.Field) -> None:
        dress(field)
        self.fields[name] = field

    @staticmethod
    def shown(assessment: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """What is kept, as the fields show it."""
        shown: dict[str, Any] = {}
        for code, told in assessment.items():
            shown[f"level_{code}"] = "" if told.get("level") is None else str(told["level"])
            shown[f"text_{code}"] = told.get("text", "")
        return shown

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        """What is said of each criterion."""
        said = self.cleaned_data
        return {
            one.code: {
                "level": int(said[f"level_{one.code}"]) if said[f"level_{one.code}"] else None,
                "text": said[f"text_{one.code}"],
            }
            for one in self.criteria
        }


class ProofForm(Form):
    """A proof: a document, one given already, or a link."""

    what = forms.CharField(label="Ce que c’est", help_text="Par exemple : bilan 2025 du collectif.", max_length=200)
    document = DocumentField(label="Un fichier", required=False)
    reused = forms.ChoiceField(label="Ou un fichier que vous avez déjà donné", required=False, widget=forms.RadioSelect)
    link = WebField(label="Ou l’adresse d’une page publique", required=False)

    def __init__(self, *args: Any, reusable: Sequence[Reusable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reusable:
            given = [(one.key, f"{one.name} ({one.where})") for one in reusable]
            self.offer("reused", [("", "Aucun"), *given])
        else:
            del self.fields["reused"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        given = [name for name in ("document", "reused", "link") if said.get(name)]
        if not given and not self.errors:
            self.add_error("document", "Joignez un fichier, choisissez-en un déjà donné, ou donnez une adresse.")
        if len(given) > 1:
            self.add_error(given[1], "Une preuve est une seule de ces trois choses : videz les autres.")
        return said


class ChallengeForm(Form):
    """A priority défi."""

    title = forms.CharField(label="Le défi", max_length=160)
    kind = forms.ChoiceField(label="Sa sorte", choices=ChallengeKind.choices, widget=forms.RadioSelect)
    text = _text("Pourquoi est-ce une priorité ici ?", limit=2000)


class ActionForm(Form):
    """An action of a défi."""

    title = forms.CharField(label="L’action", max_length=200)
    pilot = forms.ChoiceField(label="Qui la pilote", widget=forms.RadioSelect)
    due_on = _day("Pour le")
    indicator = forms.CharField(
        label="À quoi on verra qu’elle est faite (indicateur)",
        help_text="Par exemple : personnes retournées à l’emploi.",
        max_length=160,
        required=False,
    )
    unit = forms.CharField(label="Unité de l’indicateur", max_length=40, required=False)
    baseline = DecimalField(label="Valeur de départ", max_digits=14, decimal_places=2, required=False, localize=True)
    target = DecimalField(label="Valeur visée", max_digits=14, decimal_places=2, required=False, localize=True)

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("pilot", [(str(one.pk), one.organisation.name) for one in members])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        figures = said.get("baseline") is not None or said.get("target") is not None
        if figures and not said.get("indicator"):
            self.add_error("indicator", "Une valeur visée est celle d’un indicateur : nommez-le.")
        return said


class MinutesForm(Form):
    """What a steering committee decided."""

    held_on = _day("Le comité s’est tenu le")
    summary = _text("Ce qui a été décidé", required=True)
    document = DocumentField(label="Le compte rendu", required=False)
    is_public = forms.BooleanField(label="Le montrer sur la page publique du label, une fois délivré", required=False)

    def clean_held_on(self) -> Any:
        day = self.cleaned_data["held_on"]
        if day > localdate():
            raise forms.ValidationError("Cette date est à venir : un compte rendu dit ce qui a eu lieu.")
        return day
