"""What someone shows to know what it is worth."""

from typing import Any

from django import forms

from accelerator.design.forms import Form


class VerifyForm(Form):
    """A file, or what names a label: one of the two."""

    marks_optional = False
    file = forms.FileField(
        label="Le fichier de l’attestation, ou le certificat PDF",
        help_text="Le fichier JSON ou le PDF, tel que vous l’avez reçu. Il n’est pas gardé.",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,.pdf,application/json,application/vc,application/pdf"}),
    )
    name = forms.CharField(
        label="Le numéro du label, ou l’adresse que donne son code",
        help_text="Par exemple FI-2026-00042.",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """Nothing, or both, is refused beside the field concerned."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("file") is not None and found.get("name"):
            self.add_error("name", "Donnez un fichier ou un numéro, pas les deux.")
        elif found.get("file") is None and not found.get("name") and not self.errors:
            self.add_error("file", "Choisissez un fichier, ou donnez un numéro.")
        return found
