"""Forms in the State's design system.

A form turns text into clean values and never saves. Errors stand beside their field, and in a summary with links.

Wording, the same everywhere: what is optional says "(facultatif)", or on what condition it is required; the rest is
required and the form says so once;
a long text says how long it may be; a text too long is refused with what was typed kept, never cut in silence.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, QueryDict
from django.utils.choices import flatten_choices
from django.utils.text import normalize_newlines

from accelerator.design.paging import PAGE, Chip, address
from accelerator.workflow.numbers import counted, grouped

_CLASSES: dict[type[forms.Widget], str] = {
    forms.Textarea: "fr-input",
    forms.SelectMultiple: "fr-select",
    forms.Select: "fr-select",
    forms.ClearableFileInput: "fr-upload",
    forms.FileInput: "fr-upload",
    forms.widgets.Input: "fr-input",
}
# What nobody sees, letters without a shape among them, and what turns the reading round: nothing of it belongs in what
# is typed here. A name written with them passes for another, or for none (UTS 39, "Unicode Security Mechanisms"). NUL
# stays, and is refused by name.
UNSEEN: dict[int, None] = dict.fromkeys(
    [
        *(code for code in range(0x01, 0x20) if chr(code) not in "\t\n\r"),
        *range(0x7F, 0xA0),
        *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x2800, 0x3164, 0xFEFF, 0xFFA0),
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),
    ]
)
# Line breaks of other programs, which come with what is pasted: left out, they would join two words.
_BREAKS_OF_OTHERS: Final = dict.fromkeys((0x0B, 0x0C, 0x2028, 0x2029), "\n")
_AS_READ: Final = UNSEEN | _BREAKS_OF_OTHERS
_CHECKABLE = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)
_BREAKS: Final = re.compile(r"[\r\n]+")
_BLANKS: Final = re.compile(r"[\s\u00a0\u202f]")
# As people write it: Python would read « 1e9 » and « 1_000 » too, and fail on « 1e999999999 ».
_NUMBER: Final = re.compile(r"[-+\u2212]?[0-9]+([.,][0-9]+)?")
_UNLIKE_OURS: Final = re.compile(r"[^\W0-9]")
_PAST_CENTS: Final = re.compile(r"[.,][0-9]{3}")
# A point or a comma before three figures: « 12.000 » is twelve thousand to whoever typed it, « 3,125 » is not.
_TWO_WAYS: Final = re.compile(r"([-+\u2212]?[1-9][0-9]{0,2})[.,]([0-9]{3})")
_MOST: Final = Decimal(10) ** 13
# From how many characters a line says its limit; a text of several lines always does.
_LIMIT_WORTH_SAYING = 100


class Renderer(TemplatesSetting):
    """Django's form renderer, with the DSFR templates of `design/forms/`."""

    form_template_name = "design/forms/form.html"
    field_template_name = "design/forms/field.html"


class Sentence(forms.Textarea):
    """A sentence: on three lines of the screen, which hides none of it, and on one as it is kept."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 3})


class SentenceField(forms.CharField):
    """What a thing is, in one sentence: 300 characters at most."""

    widget = Sentence

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=300, **kwargs)


_OF_ONE_LINE: Final = (forms.TextInput, Sentence)


class Dressed:
    """What makes a Django form one of ours: a base to put before `forms.Form`, or before another library's form."""

    required_css_class = "fr-required"
    # Whether optional fields say so; a form of filters, where everything is optional, does not.
    marks_optional = True
    # Whether a text says how long it may be; what is sought in a list needs no such word.
    says_limits = True
    # When a field that may stay empty has to be filled in all the same, said instead of "facultatif": name -> words.
    on_condition: ClassVar[Mapping[str, str]] = {}
    fields: dict[str, forms.Field]
    is_bound: bool
    data: Any
    add_prefix: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.data = _with_texts(self.data, lambda _, text: _as_kept(text))
        for name, field in self.fields.items():
            dress(field, condition=self.on_condition.get(name, ""), says_limit=self.says_limits)

    def full_clean(self) -> None:
        """Read what was sent, once every field is there: some forms add theirs after this base made its own.

        A browser sends no line break from a field of one line, nor does a sentence have one; a name that has some would
        write what it likes in the mails that bear it.
        """
        if self.is_bound:
            fields = self.fields.items()
            lines = {self.add_prefix(name) for name, field in fields if isinstance(field.widget, _OF_ONE_LINE)}
            self.data = _with_texts(self.data, lambda name, text: _BREAKS.sub(" ", text) if name in lines else text)
        super().full_clean()  # type: ignore[misc]  # a form follows

    def offer(self, name: str, choices: Any) -> None:
        """Give a field of choices what it offers, when that is only known once the form is made."""
        field: Any = self.fields[name]
        field.choices = choices

    @property
    def says_required(self) -> bool:
        """Whether the form says once that its fields are required: when it has several, some of them required."""
        shown = [field for field in self.fields.values() if not field.widget.is_hidden]
        return self.marks_optional and len(shown) > 1 and any(field.required for field in shown)


def _as_kept(text: str) -> str:
    """A text as it is kept, counted and compared: a letter and its accent in one (some keyboards and file names send
    two), what nobody sees left out, a line break in one character (a browser sends two)."""
    return normalize_newlines(unicodedata.normalize("NFC", text).translate(_AS_READ))


def _with_texts(data: Any, read: Callable[[str, str], str]) -> Any:
    """The data with each of its texts as it is read: (name, text) -> text."""
    if not isinstance(data, QueryDict):
        return {name: read(name, value) if isinstance(value, str) else value for name, value in data.items()}
    plain = data.copy()
    for name, values in data.lists():
        plain.setlist(name, [read(name, value) for value in values])
    return plain


class Form(Dressed, forms.Form):
    """The base of every form: DSFR classes, one wording for required fields."""

    def add_refusal(self, message: str, field: str | None = None) -> None:
        """Show why the operation refused, beside the field concerned if the form has it."""
        self.add_error(field if field in self.fields else None, message)


class FilterForm(Form):
    """The filters of a list, sent by GET: nothing is required, and what is wrong filters nothing and says why."""

    marks_optional = False
    says_limits = False
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def values(self) -> dict[str, Any]:
        """The filters that are filled in and valid."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [], False)}

    def chips(self, request: HttpRequest) -> list[Chip]:
        """The filters in force, each with the address of the list without it."""
        chips = []
        for name, value in self.values().items():
            label = str(self[name].label)
            if value is True:
                chips.append(Chip(label, address(request, **{name: None, PAGE: None})))
                continue
            several = isinstance(value, list | tuple)
            for one in value if several else [value]:
                others = [str(other) for other in value if other != one] if several else None
                text = f"{label} : {_shown(self.fields[name], one)}"
                chips.append(Chip(text, address(request, **{name: others, PAGE: None})))
        return chips


def _refuse_two_ways(text: str) -> None:
    """Ask again for a number that would be made a thousandth, or a thousandfold, of in silence."""
    if found := _TWO_WAYS.fullmatch(text):
        whole, rest = found.groups()
        small = f"{whole},{rest}0" if int(rest) else whole
        raise forms.ValidationError(f"Ce nombre se lit de deux façons : écrivez {whole}\u00a0{rest}, ou {small}.")


class _Digits:
    """To put before a field of numbers of Django's, which reads the digits of every script, « 1_000 », and « 2.000 » as
    two; « 2 000 » is read.
    """

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = _BLANKS.sub("", value)
            if _UNLIKE_OURS.search(value):
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")  # type: ignore[attr-defined]  # a field follows
            _refuse_two_ways(value)
        return super().to_python(value)  # type: ignore[misc]  # a field follows


class WholeField(_Digits, forms.IntegerField):
    """A whole number, written with 0-9."""


class DecimalField(_Digits, forms.DecimalField):
    """A decimal number, written with 0-9."""


class NumberField(forms.CharField):
    """A number as people write it: "12 000,5"; clean gives an int or a float."""

    unreadable = "Écrivez un nombre, par exemple 12 ou 3,5."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(str(value)):f}".replace(".", ",") if isinstance(value, int | float) else value

    def clean(self, value: Any) -> Any:
        text = _BLANKS.sub("", super().clean(value))
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise forms.ValidationError(self.unreadable)
        self.refuse_unclear(text)
        number = Decimal(text.replace(",", ".").replace("\u2212", "-"))
        if abs(number) >= _MOST:
            raise forms.ValidationError("Ce nombre est trop grand.")
        return int(number) if number == number.to_integral_value() else float(number)

    def refuse_unclear(self, text: str) -> None:
        """Raise `ValidationError` for a number that whoever typed it may read otherwise."""
        _refuse_two_ways(text)


class MoneyField(NumberField):
    """An amount in euros, cents if need be: "12 000,50 €"; clean gives cents.

    least  the smallest amount in cents, if there is one.
    """

    unreadable = "Écrivez un montant en euros, par exemple 12 000 ou 12 000,50."

    def __init__(self, *, least: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least = least

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            euros, cents = divmod(value, 100)
            return f"{euros},{cents:02d}" if cents else str(euros)
        return value

    def clean(self, value: Any) -> Any:
        text = str(value or "").replace("€", "").replace("euros", "")
        amount = super().clean(text)
        if amount is None:
            return None
        cents = Decimal(str(amount)) * 100
        if self.least is not None and cents < self.least:
            raise forms.ValidationError(f"Écrivez un montant d’au moins {self.prepare_value(self.least)} €.")
        return int(cents)

    def refuse_unclear(self, text: str) -> None:
        if _PAST_CENTS.search(text):
            raise forms.ValidationError("Un montant a deux décimales au plus : écrivez 12 000 ou 12 000,50.")


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        choices: list[tuple[Any, Any]] = list(flatten_choices(field.choices))  # type: ignore[arg-type]  # any shape of choices
        labels = {str(code): str(label) for code, label in choices}
        return labels.get(str(value), str(value))
    return str(value)


class CheckboxGroups(forms.CheckboxSelectMultiple):
    """Checkboxes under headings: the choices are given by group, and each option knows the name of its own."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        groups = super().optgroups(name, value, attrs)
        for heading, options, _ in groups:
            for option in options:
                option["group"] = heading or ""
        return groups


def dress(field: forms.Field, *, condition: str = "", says_limit: bool = True) -> None:
    """Give a field its DSFR class and our wording; `condition`, `says_limit`: see `Dressed`."""
    field.condition = condition  # type: ignore[attr-defined]  # for its label
    widget = field.widget
    if not isinstance(widget, _CHECKABLE):
        for kind, css in _CLASSES.items():
            if isinstance(widget, kind):
                classes = dict.fromkeys(f"{css} {widget.attrs.get('class', '')}".split())
                widget.attrs["class"] = " ".join(classes)
                break
    if isinstance(widget, forms.NumberInput):
        _write_freely(widget, whole=isinstance(field, forms.IntegerField))
    if isinstance(widget, forms.ClearableFileInput):
        widget.template_name = "design/forms/file.html"
    if isinstance(widget, forms.Textarea):
        widget.attrs.setdefault("rows", 6)
    _limit(field, says=says_limit)
    if str(field.error_messages.get("required", "")).startswith("Ce champ"):
        field.error_messages["required"] = _required_message(field)


def _write_freely(widget: forms.NumberInput, *, whole: bool) -> None:
    """A number is a line of text with the keys of a number: a browser's own number field drops a comma, which makes
    a hundredfold of an amount, or the whole of what it cannot read, without a word. The server reads it and says why.
    """
    widget.input_type = "text"
    for bound in ("min", "max", "step"):
        widget.attrs.pop(bound, None)
    widget.attrs.setdefault("inputmode", "numeric" if whole else "decimal")


def _limit(field: forms.Field, *, says: bool) -> None:
    limit, least = getattr(field, "max_length", None), getattr(field, "min_length", None)
    if least:
        field.error_messages.setdefault(
            "min_length", f"Dites-en un peu plus : {counted(least, 'caractère', 'caractères')} au moins."
        )
    plain = type(field.widget) in (forms.TextInput, forms.Textarea, Sentence)
    if not limit or not plain:
        return
    field.error_messages.setdefault(
        "max_length", f"Raccourcissez ce texte : {grouped(limit)} caractères au plus, il en a %(show_value)d."
    )
    # The browser would cut in silence what is pasted: it is the server that refuses, and says why.
    field.widget.attrs.pop("maxlength", None)
    sentence = f"{grouped(limit)} caractères au plus."
    long_enough = isinstance(field.widget, forms.Textarea) or limit >= _LIMIT_WORTH_SAYING
    if says and long_enough and sentence not in str(field.help_text):
        field.help_text = f"{field.help_text} {sentence}".strip()


def _required_message(field: forms.Field) -> str:
    if not field.label:
        return "À renseigner."
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput):
        return f"Cochez « {field.label} »."
    if isinstance(widget, forms.FileInput):
        return f"Choisissez un fichier pour « {field.label} »."
    if isinstance(widget, forms.Select | forms.RadioSelect | forms.CheckboxSelectMultiple | forms.SelectMultiple):
        return f"Faites un choix pour « {field.label} »."
    return f"Renseignez « {field.label} »."
