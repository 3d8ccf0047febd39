"""What is typed to say that an organisation ceased or resumes, and to hand over its record."""

from typing import Any

from django import forms

from accelerator.community.forms.people import date_field, reason_field
from accelerator.design.forms import Form

SOMEONE_ELSE = "other"


class Cease(Form):
    """Since when, and why."""

    on = date_field("Depuis le", "Si vous connaissez le jour.")
    reason = reason_field("Motif", "Les membres le liront. Par exemple : dissolution votée en assemblée générale.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].required = False


class Revive(Form):
    """Why."""

    reason = reason_field("Motif", "Les membres le liront. Par exemple : déclarée cessée par erreur.")


class HandOver(Form):
    """To a member, or to anyone by their address."""

    member = forms.ChoiceField(label="À qui", widget=forms.RadioSelect)
    email = forms.EmailField(
        label="Son adresse électronique",
        required=False,
        max_length=254,
        help_text="Si ce n’est pas un membre. Format attendu : nom@domaine.fr.",
        error_messages={"invalid": "Écrivez une adresse complète, par exemple nom@domaine.fr."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, members: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["member"]
        field.choices = [*members, (SOMEONE_ELSE, "Une autre personne, par son adresse")]
        if not members:
            field.initial = SOMEONE_ELSE

    def clean(self) -> dict[str, Any]:
        """An address is needed for someone who is not a member."""
        values = super().clean() or {}
        if values.get("member") == SOMEONE_ELSE and not values.get("email") and "email" not in self.errors:
            self.add_error("email", "Renseignez l’adresse de la personne.")
        return values
