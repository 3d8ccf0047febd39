"""What persons type about their account."""

import re
from typing import Final

from django import forms

from accelerator.accounts.states import CODE_LENGTH, LONG_CODE_LENGTH
from accelerator.design.forms import Form

# "exemple.fr" is a link to the programs that read mail; "J.-P." and "St. Clair" are names.
_SITE: Final = re.compile(r"\w{2,}\.\w{2,}|www\.", re.IGNORECASE)


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
    if not re.fullmatch(r"[^\W\d_]+(?:[ .’'ʼ\-–·]{1,3}[^\W\d_]+)*\.?", value.strip()) or _SITE.search(value):
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


class DeletionForm(Form):
    """Confirm."""

    confirm = forms.BooleanField(label="Je veux supprimer mon compte, et je sais que c’est définitif")


class EmptyForm(Form):
    """Nothing to type: the button says it all."""
