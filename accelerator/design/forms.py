"""Forms in the State's design system.

A form turns text into clean values and never saves. Errors stand beside their field, and in a summary with links.
"""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

_CLASSES: dict[type[forms.Widget], str] = {
    forms.Textarea: "fr-input",
    forms.SelectMultiple: "fr-select",
    forms.Select: "fr-select",
    forms.ClearableFileInput: "fr-upload",
    forms.FileInput: "fr-upload",
    forms.widgets.Input: "fr-input",
}
_CHECKABLE = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


class Renderer(TemplatesSetting):
    """Django's form renderer, with the DSFR templates of `design/forms/`."""

    form_template_name = "design/forms/form.html"
    field_template_name = "design/forms/field.html"


class Form(forms.Form):
    """The base of every form: DSFR classes, one wording for required fields."""

    required_css_class = "fr-required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _dress(field)

    def add_refusal(self, message: str, field: str | None = None) -> None:
        """Show why the operation refused, beside the field concerned if the form has it."""
        self.add_error(field if field in self.fields else None, message)


def _dress(field: forms.Field) -> None:
    widget = field.widget
    if not isinstance(widget, _CHECKABLE):
        for kind, css in _CLASSES.items():
            if isinstance(widget, kind):
                widget.attrs["class"] = f"{css} {widget.attrs.get('class', '')}".strip()
                break
    for code in ("required", "invalid_choice"):
        field.error_messages.setdefault(code, "")
    if field.error_messages.get("required", "").startswith("Ce champ"):
        field.error_messages["required"] = f"Renseignez « {field.label} »." if field.label else "À renseigner."
