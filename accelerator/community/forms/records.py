"""The fields of a record, the same when it is entered and when it is changed."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accelerator.community.models import Theme
from accelerator.community.record import MOST_THEMES, SourceOfEsus
from accelerator.community.states import Family, Kind, LegalFamily
from accelerator.design.forms import CheckboxGroups, FilterForm, Form, SentenceField
from accelerator.design.links import LinksField, WebField
from accelerator.geography.forms import PerimeterField, PlaceField
from accelerator.geography.models import Place, PlaceKind
from accelerator.geography.perimeters import Perimeter
from accelerator.registers.identifiers import Identifier, Misread, understand

_PRESENTATION = 6000
_UNKNOWN = ("", "Je ne sais pas")
_YES_NO = (("oui", "Oui"), ("non", "Non"), _UNKNOWN)


def _yes_no(label: str, help_text: str = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=_YES_NO,
        coerce=lambda said: said == "oui",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )


def said_yes_no(fact: bool | None) -> str:
    """A fact of the record as the form says it."""
    return {True: "oui", False: "non", None: ""}[fact]


class NumberForm(Form):
    """The first step: which number."""

    number = forms.CharField(
        label="Numéro SIRET, SIREN, RNA ou AMALIA",
        help_text="Par exemple 123 456 789 00012 (SIRET) ou W123456789 (RNA). Espaces et points sont permis.",
        # The sentences of `identifiers` say more than Django's.
        required=True,
    )

    def clean_number(self) -> Identifier:
        try:
            return understand(self.cleaned_data["number"])
        except Misread as misread:
            raise forms.ValidationError(str(misread)) from misread


class _Themes(forms.MultipleChoiceField):
    """Themes, grouped by family; the choices are read when the form is made."""

    def __init__(self) -> None:
        super().__init__(
            label="Thèmes",
            help_text=f"{MOST_THEMES} au plus : ce sur quoi l’organisation agit d’abord.",
            choices=_themes,
            required=False,
            widget=CheckboxGroups,
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MOST_THEMES:
            raise forms.ValidationError(f"Choisissez {MOST_THEMES} thèmes au plus : il y en a {len(value)}.")


def _themes() -> list[tuple[str, list[tuple[str, str]]]]:
    grouped: dict[str, list[tuple[str, str]]] = {}
    for theme in Theme.objects.filter(until="").order_by("position"):
        grouped.setdefault(Family(theme.family).label, []).append((theme.code, theme.label))
    return list(grouped.items())


class Identity(Form):
    """Who the organisation is."""

    name = forms.CharField(label="Nom", max_length=200)
    acronym = forms.CharField(label="Sigle", max_length=40, required=False)
    legal_family = forms.ChoiceField(
        label="Famille juridique", choices=[_UNKNOWN, *LegalFamily.choices], required=False
    )
    seat = PlaceField(
        label="Commune du siège",
        help_text="Son nom ou son code postal, par exemple Figeac ou 46100.",
        kinds=[PlaceKind.COMMUNE],
        required=False,
    )
    address = forms.CharField(
        label="Adresse postale",
        help_text="Celle d’une association ou d’un collectif n’est jamais montrée : la commune suffit.",
        max_length=300,
        required=False,
    )
    is_ess = _yes_no("Appartient-elle à l’économie sociale et solidaire (ESS) ?")
    is_esus = _yes_no("A-t-elle l’agrément ESUS (entreprise solidaire d’utilité sociale) ?")
    esus_on = forms.DateField(
        label="Date de l’agrément ESUS",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    esus_url = WebField(label="Lien vers la décision d’agrément ou la liste qui le prouve", required=False)

    @property
    def esus(self) -> SourceOfEsus:
        """Where the ESUS fact comes from, as far as it was said."""
        return SourceOfEsus(url=self.cleaned_data.get("esus_url") or "", on=self.cleaned_data.get("esus_on"))

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the record."""
        return _record_values(self.cleaned_data, Identity)


class Presentation(Form):
    """What the organisation says of itself."""

    summary = SentenceField(
        label="En une phrase",
        help_text="Ce que vous faites, pour qui, où : c’est ce que montre l’annuaire.",
        required=False,
    )
    presentation = forms.CharField(
        label="Présentation", widget=forms.Textarea, max_length=_PRESENTATION, required=False
    )
    contact_email = forms.EmailField(
        label="Adresse électronique de contact",
        help_text="Jamais montrée : on vous écrit par la plateforme.",
        max_length=254,
        required=False,
    )

    @property
    def values(self) -> dict[str, Any]:
        return _record_values(self.cleaned_data, Presentation)


class Scope(Form):
    """What the organisation is to social innovation, on what, and where."""

    kinds = forms.MultipleChoiceField(
        label="Rôle dans l’innovation sociale",
        help_text="Un ou plusieurs.",
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    themes = _Themes()
    territories = PerimeterField(
        label="Territoires d’action",
        help_text="Communes, intercommunalités, départements, régions, séparés par des points-virgules.",
        required=False,
    )

    @property
    def values(self) -> dict[str, Any]:
        return _record_values(self.cleaned_data, Scope)


class Links(Form):
    """Where to read more."""

    website = WebField(label="Site", required=False)
    links = LinksField(
        label="Autres liens",
        help_text="Un par ligne : quelques mots, puis l’adresse. Cinq au plus.",
    )

    @property
    def values(self) -> dict[str, Any]:
        return _record_values(self.cleaned_data, Links)


def _record_values(cleaned: Mapping[str, Any], form: type[Form]) -> dict[str, Any]:
    values = {}
    for name in form.base_fields:
        if name in cleaned and name not in ("esus_on", "esus_url"):
            value = cleaned[name]
            values[name] = list(value.keys) if isinstance(value, Perimeter) else value
    return values


class DetailsForm(Identity, Presentation, Scope, Links):
    """The second step: the record itself, each value that comes from the register saying so."""

    template_name = "community/forms/sections.html"

    is_representative = forms.BooleanField(
        label="Je suis la représentante légale ou le représentant légal de cette organisation",
        help_text="C’est une déclaration, enregistrée comme telle. Sinon, vous serez gestionnaire de la fiche.",
        required=False,
    )
    accepts_charter = forms.BooleanField(
        label="J’accepte la charte de la bannière French IMPACT au nom de l’organisation",
        help_text="Facultatif, réservé au représentant légal. Ce n’est ni un label, ni une évaluation.",
        required=False,
    )
    is_another = forms.BooleanField(
        label="Ce n’est pas la même",
        help_text="J’ai regardé les fiches proposées ci-dessus : aucune n’est cette organisation.",
        required=False,
    )
    is_natural_person = forms.TypedChoiceField(
        label="Est-ce une entreprise individuelle (micro-entreprise, profession libérale…) ?",
        help_text="La fiche d’une personne physique n’est jamais publiée.",
        choices=(("non", "Non"), ("oui", "Oui")),
        coerce=lambda said: said == "oui",
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, origins: Mapping[str, str], asks_natural_person: bool, resembles: bool, **kwargs: Any
    ) -> None:
        """Prepare the form.

        origins              the fields that the register filled -> the sentence that says so.
        asks_natural_person  whether nobody but the person can say if it is a natural person.
        resembles            whether records that resemble are shown: only then is "ce n'est pas la même" asked.
        """
        super().__init__(*args, **kwargs)
        for name, sentence in origins.items():
            field = self.fields[name]
            field.help_text = f"{field.help_text} {sentence}".strip()
        if not asks_natural_person:
            del self.fields["is_natural_person"]
        if not resembles:
            del self.fields["is_another"]
        self.order_fields([name for names in _SECTIONS.values() for name in names])

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields, under the question that they answer."""
        shown = {title: [self[name] for name in names if name in self.fields] for title, names in _SECTIONS.items()}
        return [(title, fields) for title, fields in shown.items() if fields]

    @property
    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for form in (Identity, Presentation, Scope, Links):
            values |= _record_values(self.cleaned_data, form)
        return values

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("accepts_charter") and not cleaned.get("is_representative"):
            self.add_error(
                "accepts_charter", "Seul le représentant légal accepte la charte : cochez aussi la case précédente."
            )
        return cleaned


_SECTIONS: dict[str, tuple[str, ...]] = {
    "": ("is_another",),
    "Qui êtes-vous ?": ("name", "acronym", "legal_family", "is_natural_person", "seat", "address"),
    "Que faites-vous, et où ?": ("summary", "kinds", "themes", "territories", "presentation"),
    "Où en savoir plus ?": ("website", "links", "contact_email"),
    "Économie sociale et solidaire": ("is_ess", "is_esus", "esus_on", "esus_url"),
    "Vous et cette organisation": ("is_representative", "accepts_charter"),
}


class ThemeAnswerForm(Form):
    """The answer to one proposed theme."""

    theme = forms.SlugField(max_length=3, widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("retenir", "Retenir"), ("ecarter", "Écarter")], widget=forms.HiddenInput)


class ThemelessFilters(FilterForm):
    """The filters of the desk of themes."""

    q = forms.CharField(label="Mots de la fiche", max_length=100)
    theme = forms.ChoiceField(label="Un mot de ce thème")
    departement = forms.ChoiceField(label="Département")

    def __init__(self, *args: Any, themes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departements = Place.objects.current().of_kind(PlaceKind.DEPARTEMENT).named().values_list("code", "name")
        choices = {"theme": themes, "departement": [(code, f"{name} ({code})") for code, name in departements]}
        for name, offered in choices.items():
            self.offer(name, [("", "Tous"), *offered])


class ConfirmForm(Form):
    """Which value is confirmed."""

    name = forms.CharField(max_length=40, widget=forms.HiddenInput)


class RefreshForm(Form):
    """Which values of the register replace those of the record."""

    taken = forms.MultipleChoiceField(
        label="Valeurs à reprendre du registre", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, offered: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offered:
            self.offer("taken", offered)
        else:
            del self.fields["taken"]
