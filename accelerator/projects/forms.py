"""The forms of a project; each step gives the values of its fields."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from django import forms
from django.utils.timezone import localdate

from accelerator.community.models import Organisation, Theme
from accelerator.community.naming import OrganisationField
from accelerator.community.states import Family
from accelerator.design.forms import CheckboxGroups, DecimalField, Form, MoneyField, SentenceField, dress
from accelerator.design.links import LinksField, WebField, leads_somewhere
from accelerator.design.uploads import KINDS, PICTURES, DocumentField
from accelerator.geography.forms import PerimeterField, PlaceField
from accelerator.geography.models import PlaceKind
from accelerator.projects.diagnosis import Questions, Said
from accelerator.projects.record import MOST_THEMES, PRIVATE
from accelerator.projects.states import Goal, Maturity, Need, PartnerRole

_LONG: Final = 4000
_ALONE: Final = ""
_Field = TypeVar("_Field", bound=forms.Field)


def _text(label: str, help_text: str = "", limit: int = _LONG) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=limit,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8 if limit >= _LONG else 4}),
    )


def _boxes(label: str, choices: Any, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, help_text=help_text, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class StepForm(Form):
    """A step: `values` holds what the file keeps of it, by field of the project."""

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class Essentials(StepForm):
    """Its name and what it is."""

    title = forms.CharField(label="Nom du projet", max_length=120)
    summary = SentenceField(
        label="Le projet en une phrase",
        help_text="Ce que vous faites, pour qui, où. Par exemple : « Une cuisine partagée où les habitants d’un "
        "quartier transforment les invendus du marché. »",
        required=False,
    )


class Answer(StepForm):
    """The need, the answer, what is new."""

    problem = _text("À quel besoin répondez-vous ?", "Qui le vit, où, et pourquoi il n’est pas ou mal satisfait.")
    solution = _text("Que faites-vous pour y répondre ?")
    novelty = _text(
        "Qu’est-ce qui est nouveau ici ?",
        "Nouveau dans son contexte suffit : la même réponse peut exister ailleurs. Dites ce qui change.",
    )


class People(StepForm):
    """For whom, with whom."""

    beneficiaries = _text("Qui en bénéficie ?", "Combien de personnes, lesquelles, aujourd’hui et demain.", 2000)
    stakeholders = _text("Qui y prend part ?", "Habitants, salariés, associations, collectivités, entreprises.", 2000)


class Domains(StepForm):
    """Challenges, themes, goals."""

    families = _boxes("Familles de défis", Family.choices)
    themes = forms.MultipleChoiceField(
        label="Thèmes", help_text=f"{MOST_THEMES} au plus.", required=False, widget=CheckboxGroups
    )
    goals = _boxes("Objectifs de développement durable", Goal.choices, "Ceux auxquels le projet contribue vraiment.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grouped: dict[str, list[tuple[str, str]]] = {}
        for theme in Theme.objects.filter(until="").order_by("position"):
            grouped.setdefault(str(Family(theme.family).label), []).append((theme.code, theme.label))
        self.offer("themes", list(grouped.items()))

    def clean_themes(self) -> list[str]:
        themes: list[str] = self.cleaned_data["themes"]
        if len(themes) > MOST_THEMES:
            raise forms.ValidationError(f"Choisissez {MOST_THEMES} thèmes au plus : il y en a {len(themes)}.")
        return themes


class Where(StepForm):
    """Where it is and acts."""

    seat = PlaceField(
        label="Commune principale",
        help_text="Celle d’où le projet est mené : son nom ou son code postal, par exemple Figeac ou 46100.",
        kinds=[PlaceKind.COMMUNE],
        required=False,
    )
    territories = PerimeterField(
        label="Territoires d’action",
        help_text="Communes, intercommunalités, départements, régions, ou la France entière.",
        required=False,
    )

    @property
    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "territories": list(self.cleaned_data["territories"].keys)}


class Stage(StepForm):
    """How far it is."""

    maturity = forms.ChoiceField(
        label="Où en est le projet ?",
        choices=[*Maturity.choices, ("", "Je ne sais pas encore")],
        required=False,
        widget=forms.RadioSelect,
    )
    began_on = forms.DateField(
        label="Date des premières actions",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    proof = _text(
        "Quelles preuves avez-vous sur le terrain ?", "Résultats observés, évaluation, témoignages ; avec leurs dates."
    )
    proof_territories = PerimeterField(label="Territoires où la preuve est faite", required=False)

    def clean_began_on(self) -> Any:
        day = self.cleaned_data["began_on"]
        if day and day > localdate():
            raise forms.ValidationError("Cette date est à venir : laissez vide tant que rien n’a commencé.")
        return day

    @property
    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "proof_territories": list(self.cleaned_data["proof_territories"].keys)}


class Means(StepForm):
    """Economic model, money by year, jobs. Amounts are typed in euros and kept in cents."""

    model = _text("Quel est votre modèle économique ?", "D’où viennent les ressources, aujourd’hui et demain.")
    jobs = DecimalField(
        label="Emplois, en équivalents temps plein",
        min_value=0,
        max_value=100_000,
        decimal_places=1,
        required=False,
        localize=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = dict(kwargs.get("initial") or {})
        kept = {line["year"]: line for line in initial.pop("budget", None) or []}
        if initial.get("jobs") is not None and not isinstance(initial["jobs"], str):
            initial["jobs"] = initial["jobs"] / 10
        this_year = localdate().year
        self.years = sorted({*kept, *range(this_year - 2, this_year + 3)})
        for year in self.years:
            for part in ("budget", "resources"):
                initial.setdefault(f"{part}_{year}", kept.get(year, {}).get(part))
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        for year in self.years:
            self.fields[f"budget_{year}"] = _euros(f"Dépenses en {year}, en euros")
            self.fields[f"resources_{year}"] = _euros(f"Ressources en {year}, en euros")
        self.order_fields(["model", *(name for name in self.fields if name not in ("model", "jobs")), "jobs"])

    @property
    def values(self) -> dict[str, Any]:
        said, jobs = self.cleaned_data, self.cleaned_data["jobs"]
        lines = [
            {"year": year, **{part: said[f"{part}_{year}"] for part in ("budget", "resources")}} for year in self.years
        ]
        told = [line for line in lines if (line["budget"], line["resources"]) != (None, None)]
        return {"model": said["model"], "budget": told, "jobs": None if jobs is None else int(jobs * 10)}


def _euros(label: str) -> MoneyField:
    return _dressed(MoneyField(label=label, least=0, required=False))


def _dressed(field: _Field) -> _Field:
    """A field that a form adds once made, as the others are."""
    dress(field)
    return field


class Needs(StepForm):
    """What is looked for."""

    needs = _boxes("Que cherchez-vous ?", Need.choices)
    needs_text = _text("Dites-en plus", "Combien, pour quoi, pour quand, où.", 2000)


class Links(StepForm):
    """Site and links."""

    website = WebField(label="Site du projet", required=False)
    links = LinksField(
        label="Autres liens",
        help_text="Un par ligne, cinq au plus : quelques mots puis l’adresse. Par exemple : Reportage https://…",
    )


class Privacy(StepForm):
    """What is kept to the carriers."""

    private = _boxes(
        "Ne pas montrer sur la page publique",
        list(PRIVATE.items()),
        "Ceux qui portent le projet les lisent toujours. Une candidature montre au service ce que vous y mettez.",
    )


STEP_FORMS: Final[Mapping[str, type[StepForm]]] = {
    "essentiel": Essentials,
    "reponse": Answer,
    "personnes": People,
    "domaines": Domains,
    "territoires": Where,
    "maturite": Stage,
    "moyens": Means,
    "besoins": Needs,
    "liens": Links,
    "confidentialite": Privacy,
}


class StartForm(Essentials):
    """The first page: its name, and who carries it."""

    organisation = forms.ChoiceField(
        label="Qui porte ce projet ?",
        help_text="Vous pourrez le changer, et ajouter d’autres structures.",
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = "Moi seul(e) : je rattacherai une structure plus tard"
        self.offer("organisation", _offered(organisations, alone))


class CarrierForm(Form):
    """Which organisation carries the project: one that the person steers, one by its number, none."""

    organisation = forms.ChoiceField(label="La structure qui porte le projet", required=False, widget=forms.RadioSelect)
    number = forms.CharField(
        label="Ou une autre, par son numéro",
        help_text="SIRET, SIREN, RNA ou AMALIA. Si elle n’est pas dans l’annuaire, vous l’inscrirez en une page.",
        max_length=60,
        required=False,
    )

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = "Aucune pour l’instant : je porte le projet seul(e)"
        self.offer("organisation", _offered(organisations, alone))


def _offered(organisations: Sequence[Organisation], alone: str) -> list[tuple[str, str]]:
    return [(_ALONE, alone), *((one.public_id, one.name) for one in organisations)]


class PartnerForm(Form):
    """Another organisation of the project."""

    organisation = OrganisationField(
        label="La structure",
        help_text="Son nom, son numéro SIRET, SIREN ou RNA, ou l’adresse de sa fiche dans l’annuaire.",
    )
    role = forms.ChoiceField(label="Son rôle", choices=PartnerRole.choices, widget=forms.RadioSelect)


class ProposalForm(Form):
    """A project that someone else carries."""

    title = forms.CharField(label="Nom du projet", max_length=120)
    summary = SentenceField(label="Le projet en une phrase")
    problem = _text("À quel besoin répond-il ?", limit=2000)
    families = _boxes("Familles de défis", Family.choices)
    territories = PerimeterField(label="Territoires où il agit", required=False)
    organisation = OrganisationField(
        label="La structure qui le porte",
        help_text="Son nom, son numéro, ou l’adresse de sa fiche dans l’annuaire, si vous les connaissez.",
        required=False,
    )
    referent_email = forms.EmailField(
        label="Adresse électronique du référent",
        help_text="La personne qui porte le projet. Elle reçoit ce que vous écrivez ici, sait que cela vient de vous, "
        "et peut tout faire effacer. Son adresse ne sert à rien d’autre.",
        max_length=254,
    )
    proposed_as = forms.CharField(
        label="À quel titre le proposez-vous ?",
        help_text="Par exemple : élue de la commune, accompagnateur du projet, habitant.",
        max_length=200,
    )

    def clean_title(self) -> str:
        return _without_address(self.cleaned_data["title"])

    def clean_proposed_as(self) -> str:
        return _without_address(self.cleaned_data["proposed_as"])


def _without_address(text: str) -> str:
    """What is mailed in our name to someone who asked nothing leads nowhere."""
    if leads_somewhere(text):
        raise forms.ValidationError("N’écrivez pas d’adresse de site ici : ce texte part par courriel au référent.")
    return text


class FileForm(Form):
    """One file a sending, so that a refusal loses no text."""


class PictureForm(FileForm):
    """A picture, and what it shows."""

    file = DocumentField(label="Image", accepted=PICTURES)
    described = forms.CharField(
        label="Ce que l’image montre", help_text="Lu à voix haute à qui ne la voit pas.", max_length=200
    )


class PaperForm(FileForm):
    """A document."""

    file = DocumentField(label="Document", accepted=[kind for kind in KINDS if kind not in PICTURES])


class ReasonForm(Form):
    """Why, in a few words."""

    reason = forms.CharField(label="Motif", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class Confirmation(Form):
    """Nothing to fill in."""


class AnswerForm(Form):
    """Whether one's organisation takes part."""

    answer = forms.ChoiceField(
        label="Votre organisation prend-elle part à ce projet ?",
        choices=[("oui", "Oui, elle y prend part"), ("non", "Non")],
        widget=forms.RadioSelect,
    )


class DiagnosisForm(Form):
    """A question and its evidence, for each criterion."""

    def __init__(self, *args: Any, questions: Questions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for criterion in questions.criteria:
            self.fields[f"said_{criterion.code}"] = forms.ChoiceField(
                label=criterion.question, choices=Said.choices, required=False, widget=forms.RadioSelect
            )
            self.fields[f"evidence_{criterion.code}"] = _dressed(
                forms.CharField(
                    label=f"Vos preuves : {criterion.label.lower()}",
                    help_text=criterion.help,
                    max_length=1500,
                    required=False,
                    widget=forms.Textarea(attrs={"rows": 3}),
                )
            )

    @property
    def grouped(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The fields by family: title, help, fields."""
        return [
            (
                family.title,
                family.help,
                [self[f"{part}_{one.code}"] for one in family.criteria for part in ("said", "evidence")],
            )
            for family in self.questions.families
        ]

    @property
    def answers(self) -> dict[str, dict[str, str]]:
        """What was answered; a criterion left alone is left out."""
        said = {
            one.code: {
                "answer": self.cleaned_data[f"said_{one.code}"] or Said.UNKNOWN.value,
                "evidence": self.cleaned_data[f"evidence_{one.code}"],
            }
            for one in self.questions.criteria
        }
        return {code: one for code, one in said.items() if one["answer"] != Said.UNKNOWN or one["evidence"]}
