"""What is typed about the people of an organisation."""

from typing import Any

from django import forms
from django.core.validators import MinLengthValidator

from accelerator.community.states import ORGANISATION_ROLES, STEERING_ROLES, DelegationScope, RoleName
from accelerator.design.forms import FilterForm, Form

ROLE_CHOICES = [(name.value, name.label) for name in ORGANISATION_ROLES]
ROLE_HELP = (
    "Un membre lit tout ce qui concerne l’organisation. Un gestionnaire modifie aussi la fiche et invite. "
    "Un représentant légal peut en plus déposer des dossiers en son nom et donner délégation."
)
REASON_LENGTH = 1000


def date_field(label: str, help_text: str = "") -> forms.DateField:
    """A day: the browser's own picker, or "31/12/2026" typed."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez une date, par exemple 31/12/2026."},
    )


def reason_field(label: str, help_text: str) -> forms.CharField:
    """A reason that the person concerned will read."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=REASON_LENGTH,
        validators=[MinLengthValidator(10, "Dites-le en une phrase au moins.")],
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class MemberFilters(FilterForm):
    """Filters of the list of members."""

    q = forms.CharField(label="Nom", max_length=80)
    role = forms.ChoiceField(label="Rôle", choices=[("", "Tous"), *ROLE_CHOICES])


class InvitationFilters(FilterForm):
    """Filters of the list of invitations."""

    etat = forms.ChoiceField(
        label="État",
        choices=[
            ("", "Toutes"),
            ("waiting", "En attente"),
            ("over", "Expirées"),
            ("accepted", "Acceptées"),
            ("declined", "Déclinées"),
            ("revoked", "Annulées"),
        ],
    )


class Confirmation(Form):
    """Nothing to type: the page says what will happen, the button does it."""


class Invite(Form):
    """An address and a role."""

    email = forms.EmailField(
        label="Adresse électronique",
        max_length=254,
        help_text="Format attendu : nom@domaine.fr. L’invitation ne servira qu’à cette adresse.",
        error_messages={"invalid": "Écrivez une adresse complète, par exemple nom@domaine.fr."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label="Rôle", choices=ROLE_CHOICES, initial=RoleName.MEMBER, widget=forms.RadioSelect, help_text=ROLE_HELP
    )


class ChangeRole(Form):
    """Another role."""

    role = forms.ChoiceField(label="Nouveau rôle", choices=ROLE_CHOICES, widget=forms.RadioSelect, help_text=ROLE_HELP)


class Reason(Form):
    """Why."""

    reason = reason_field("Motif", "La personne concernée le lira.")


class ClearFactors(Form):
    """Whose second factors, and how it was established that they lost them."""

    email = forms.EmailField(
        label="Adresse électronique du compte",
        max_length=254,
        error_messages={"invalid": "Écrivez une adresse complète, par exemple nom@domaine.fr."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    reason = reason_field("Motif", "Dites comment vous avez vérifié que c’est bien elle. La personne le lira.")


class Evidence(Form):
    """What was examined."""

    evidence = reason_field(
        "Preuve examinée",
        "Par exemple : procès-verbal de l’assemblée du 12 mars 2026, ou extrait du Journal officiel du 4 avril 2026.",
    )


class Leave(Form):
    """Leaving; the last person confirms that nobody will manage the record."""

    closing = forms.BooleanField(label="Je confirme : après mon départ, plus personne ne gérera cette fiche.")

    def __init__(self, *args: Any, alone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not alone:
            del self.fields["closing"]


class ShowName(Form):
    """Whether the public page names the person."""

    shown = forms.BooleanField(label="Afficher mon nom et mon rôle sur la page publique", required=False)


class AskToJoin(Form):
    """A few words to the managers."""

    message = forms.CharField(
        label="Votre message",
        required=False,
        max_length=REASON_LENGTH,
        help_text="Dites qui vous êtes dans cette organisation : les gestionnaires reconnaîtront votre demande.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AcceptJoin(Form):
    """The role given; where nobody manages the record, the first person does."""

    role = forms.ChoiceField(label="Rôle donné", widget=forms.RadioSelect, help_text=ROLE_HELP)

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, label) for code, label in ROLE_CHOICES if not first or code in STEERING_ROLES]
        self.offer("role", choices)
        self.fields["role"].initial = RoleName.MANAGER if first else RoleName.MEMBER


class RejectJoin(Form):
    """Why not."""

    answer = reason_field("Motif du refus", "La personne le lira.")


class GiveDelegation(Form):
    """To whom, for what, from when to when."""

    delegate = forms.ChoiceField(label="À qui", help_text="Un membre de l’organisation.")
    scope = forms.ChoiceField(label="Pour quoi", choices=DelegationScope, widget=forms.RadioSelect)
    starts_on = date_field("À partir du")
    ends_on = date_field("Jusqu’au", "Ce jour compris.")

    def __init__(self, *args: Any, members: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("delegate", [("", "Choisissez"), *members])

    def clean(self) -> dict[str, Any]:
        """The end follows the start."""
        values = super().clean() or {}
        start, end = values.get("starts_on"), values.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "La délégation finit après avoir commencé.")
        return values


class OfferMandate(Form):
    """To whom, until when."""

    email = forms.EmailField(
        label="Adresse électronique de l’accompagnateur",
        max_length=254,
        help_text="Format attendu : nom@domaine.fr. La personne devra accepter.",
        error_messages={"invalid": "Écrivez une adresse complète, par exemple nom@domaine.fr."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    until = date_field("Jusqu’au", "Ce jour compris, dans un an au plus.")


class PlatformRoleFilters(FilterForm):
    """Filters of the list of platform roles."""

    q = forms.CharField(label="Nom ou adresse", max_length=80)
    role = forms.ChoiceField(
        label="Rôle",
        choices=[("", "Tous"), *((name.value, name.label) for name in (RoleName.MODERATOR, RoleName.ADMINISTRATOR))],
    )


class Appoint(Form):
    """Who, what, where."""

    email = forms.EmailField(
        label="Adresse électronique",
        max_length=254,
        help_text="Celle d’un compte qui existe déjà.",
        error_messages={"invalid": "Écrivez une adresse complète, par exemple nom@domaine.fr."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.ChoiceField(
        label="Rôle",
        choices=[(name.value, name.label) for name in (RoleName.MODERATOR, RoleName.ADMINISTRATOR)],
        initial=RoleName.MODERATOR,
        widget=forms.RadioSelect,
    )
    places = forms.MultipleChoiceField(
        label="Périmètre",
        required=False,
        help_text="Aucun choix : la France entière. Plusieurs choix : touche Ctrl, ou Cmd sur Mac.",
        widget=forms.SelectMultiple(attrs={"size": 10}),
    )

    def __init__(self, *args: Any, places: list[tuple[str, list[tuple[str, str]]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("places", places)
