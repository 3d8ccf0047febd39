"""What persons type about their account."""

import re
from typing import Any, Final

from django import forms

from accelerator.accounts.states import CODE_LENGTH, LONG_CODE_LENGTH, Door
from accelerator.design.forms import FilterForm, Form
from accelerator.design.links import leads_somewhere

NO_SCRIPT: Final = (
    "Une clé d’accès demande JavaScript, et un navigateur qui sait s’en servir. Entrez autrement, ou activez "
    "JavaScript."
)


class AddressForm(Form):
    """An e-mail address."""

    email = forms.EmailField(
        label="Adresse électronique",
        max_length=254,
        help_text="Format attendu : nom@domaine.fr",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"invalid": "Cette adresse n’est pas complète. Format attendu : nom@domaine.fr"},
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class CodeForm(Form):
    """A code received by e-mail; spaces are forgiven."""

    code = forms.CharField(
        label="Code reçu par courriel",
        max_length=40,
        help_text="Six chiffres, dix parfois.",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "fi-code", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if len(code) not in (CODE_LENGTH, LONG_CODE_LENGTH) or not (code.isascii() and code.isdigit()):
            raise forms.ValidationError("Le code a six chiffres (dix parfois), par exemple 482 913.")
        return code


def _name(value: str) -> None:
    """A name is letters, spaces, hyphens, apostrophes, points: the mails that carry it lead nowhere."""
    if not re.fullmatch(r"[^\W\d_]+(?:[ .’'ʼ\-–·]{1,3}[^\W\d_]+)*\.?", value.strip()) or leads_somewhere(value):
        raise forms.ValidationError(
            "Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes."
        )


class NameForm(Form):
    """The name shown to others."""

    given_name = forms.CharField(
        label="Prénom",
        max_length=80,
        required=False,
        validators=[_name],
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label="Nom",
        max_length=80,
        required=False,
        validators=[_name],
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )


class TermsForm(Form):
    """Accept the conditions of use."""

    accept = forms.BooleanField(label="J’ai lu et j’accepte les conditions d’utilisation")


class JoinForm(NameForm, TermsForm):
    """A newcomer: a name if they wish, and the conditions of use."""

    field_order = ("given_name", "family_name", "accept")


class SessionFilters(FilterForm):
    """Find a session."""

    porte = forms.ChoiceField(label="Façon d’entrer", choices=[("", "Toutes"), *Door.choices])


class DeletionForm(Form):
    """Confirm."""

    confirm = forms.BooleanField(label="Je veux supprimer mon compte, et je sais que c’est définitif")


class _Answer(forms.HiddenInput):
    """What is sent is never shown again: it answered a question that served."""

    def format_value(self, value: Any) -> None:
        return None


class PasskeyForm(Form):
    """What the browser answers for a passkey; the page's script fills it in."""

    credential = forms.CharField(max_length=20_000, required=False, widget=_Answer)

    def ask(self, ceremony: str, options: str) -> None:
        """Say to the script what to ask of the browser ("get" or "create"), and with what."""
        self.fields["credential"].widget.attrs.update({"data-passkey": ceremony, "data-options": options})


class PasskeyDoorForm(PasskeyForm):
    """Enter with a passkey."""

    def clean_credential(self) -> str:
        if not self.cleaned_data["credential"]:
            raise forms.ValidationError(NO_SCRIPT)
        return str(self.cleaned_data["credential"])


class NewPasskeyForm(PasskeyDoorForm):
    """A passkey, and how to recognise it."""

    name = forms.CharField(
        label="Nom de cette clé",
        max_length=60,
        help_text="Pour la reconnaître, par exemple « Ordinateur du bureau ».",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class FactorForm(PasskeyForm):
    """The second factor: a code of the application or of recovery, or a passkey."""

    marks_optional = False
    code = forms.CharField(
        label="Code de l’application, ou code de secours",
        max_length=40,
        required=False,
        help_text="Six chiffres pour l’application ; dix lettres et chiffres pour un code de secours.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "fi-code", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("code") and not given.get("credential"):
            wrong = NO_SCRIPT if "credential" in self.data and "code" not in self.data else "Saisissez un code."
            self.add_error(None if wrong == NO_SCRIPT else "code", wrong)
        return given


class NewApplicationForm(Form):
    """The first code that the application shows proves that it has the secret."""

    code = forms.CharField(
        label="Code affiché par l’application",
        max_length=10,
        help_text="Six chiffres, qui changent toutes les trente secondes.",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "fi-code", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if len(code) != CODE_LENGTH or not (code.isascii() and code.isdigit()):
            raise forms.ValidationError("Le code a six chiffres, par exemple 482 913.")
        return code


class EmptyForm(Form):
    """Nothing to type: the button says it all."""
