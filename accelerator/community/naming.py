"""A field in which one names an organisation of the directory: by its name, its number, or the address of its page.

It works without JavaScript: a name that several records bear comes back with them to choose from, beside the field, and
what was typed is kept. With JavaScript, the script of the fields of places suggests while one types.
"""

import json
from datetime import datetime
from typing import Any, Final

from django import forms
from django.urls import reverse_lazy

from accelerator.community.models import Organisation
from accelerator.community.queries.naming import Named, read_name, register_says, said_of
from accelerator.community.queries.organisation import canonical
from accelerator.geography.forms import Typed
from accelerator.geography.names import plain
from accelerator.registers.identifiers import Identifier
from accelerator.workflow import Refused

UNKNOWN: Final = (
    "Aucune organisation de l’annuaire ne répond à « {text} ». Vérifiez le nom, ou tapez son numéro SIRET, SIREN ou "
    "RNA : nous le chercherons dans le registre des entreprises."
)
_WORDS: Final = json.dumps(
    {
        "list": "Organisations proposées",
        "none": "Aucune organisation de ce nom dans l’annuaire.",
        "one": "organisation proposée",
        "many": "organisations proposées",
    },
    ensure_ascii=False,
)


class OrganisationInput(forms.TextInput):
    """The text, the records to choose from, and the script that suggests."""

    template_name = "community/forms/organisation.html"

    class Media:
        js = (forms.Script("geography/places.js", type="module"),)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "maxlength": 300, **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed:
        text, key, key_of = (_text(data.get(f"{name}{suffix}")) for suffix in ("", "_key", "_key_of"))
        return Typed(text=text, key=key, key_of=key_of)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        typed = value if isinstance(value, Typed) else Typed(text=_text(value))
        context = super().get_context(name, typed.text, attrs)
        named = understood(typed)
        context["widget"] |= {
            "candidates": [(one.public_id, one.name, said_of(one)) for one in named.candidates],
            "key": named.organisation.public_id if named.organisation and typed.key else "",
            "key_of": typed.text,
        }
        context["widget"]["attrs"] |= {
            "data-places": reverse_lazy("community:organisation_suggestions"),
            "data-places-several": "non",
            "data-places-words": _WORDS,
        }
        return context


class OrganisationField(forms.Field):
    """`clean` gives an `Organisation`, or the `Identifier` of a number that no record bears, or None."""

    widget = OrganisationInput

    def clean(self, value: Any) -> Organisation | Identifier | None:
        typed = value if isinstance(value, Typed) else Typed(text=_text(value))
        if not typed.text:
            super().validate(None)
            return None
        named = understood(typed)
        if named.misread:
            raise forms.ValidationError(named.misread, code="misread")
        if named.candidates:
            raise forms.ValidationError(
                f"Choisissez dans la liste l’organisation que vous appelez « {typed.text} », ou tapez son numéro.",
                code="ambiguous",
            )
        if named.organisation is None and named.identifier is None:
            raise forms.ValidationError(UNKNOWN.format(text=typed.text), code="unknown")
        return named.organisation or named.identifier


def demand_record(named: Organisation | Identifier | None, *, at: datetime, otherwise: str = "") -> None:
    """Raise `Refused`, beside the field `organisation`, for a number that no record bears.

    It says what the register of companies knows of it, which is asked: before a transaction, never inside.
    otherwise  what one may do instead, in French.
    """
    if isinstance(named, Identifier):
        raise Refused(f"{register_says(named, at)} {otherwise}".strip(), field="organisation")


def understood(typed: Typed) -> Named:
    """The record chosen for this very text, otherwise what the text says by itself."""
    if typed.key and plain(typed.key_of) == plain(typed.text):
        chosen = Organisation.objects.listed().select_related("merged_into").filter(public_id=typed.key).first()
        if chosen is not None:
            return Named(canonical(chosen))
    return read_name(typed.text)


def _text(value: Any) -> str:
    return str(value or "").replace("\x00", "").strip()[:300]
