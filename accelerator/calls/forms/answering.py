"""The answers to a section, and the facts asked before the form: dynamic forms, from data."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms

from accelerator.calls.purposes import Fact
from accelerator.calls.questions import Question, said_answer
from accelerator.calls.states import FactKind, QuestionKind
from accelerator.design.forms import Form, MoneyField, NumberField, dress
from accelerator.geography.forms import PerimeterField
from accelerator.geography.perimeters import Perimeter

YES_NO: Final = (("oui", "Oui"), ("non", "Non"))
# From how many choices a list is easier to read than radio buttons.
_MANY: Final = 8


def revision_of(sent: str) -> int:
    """The revision that a page says it showed; what is no number was shown by no page of ours."""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else -1


class DayField(forms.DateField):
    """A day; clean gives its ISO form."""

    def __init__(self, **kwargs: Any) -> None:
        message = "Écrivez une date, par exemple 31/12/2026."
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            error_messages={"invalid": message},
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and not 1000 <= day.year <= 2200:
            raise forms.ValidationError("Cette date est hors du calendrier utile.")
        return day.isoformat() if day else None


def _choice(kind: QuestionKind | FactKind, choices: Sequence[tuple[str, str]], **given: Any) -> forms.Field:
    if str(kind) == "choices":
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **given)
    if len(choices) > _MANY:
        return forms.ChoiceField(choices=[("", "Choisissez"), *choices], **given)
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **given)


def field_of(question: Question) -> forms.Field:
    """The field that asks a question; nothing is required while one writes."""
    label = _marked(question, question.label)
    given: dict[str, Any] = {"label": label, "help_text": question.help, "required": False}
    match question.kind:
        case QuestionKind.TEXT:
            return forms.CharField(max_length=question.most, **given)
        case QuestionKind.LONG:
            return forms.CharField(max_length=question.most, widget=forms.Textarea(attrs={"rows": 10}), **given)
        case QuestionKind.NUMBER:
            return NumberField(**given)
        case QuestionKind.MONEY:
            return MoneyField(**{**given, "help_text": f"{question.help} En euros.".strip()})
        case QuestionKind.DATE:
            return DayField(**given)
        case QuestionKind.YES_NO:
            return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **given)
        case QuestionKind.CHOICE | QuestionKind.CHOICES:
            return _choice(question.kind, question.choices, **given)
        case QuestionKind.PLACES:
            return PerimeterField(**given)
    raise ValueError(f"{question.kind} n’est pas un champ.")


def _marked(question: Question, label: str) -> str:
    """A label of a question, that says when it may stay empty."""
    return label if question.required else f"{label} (facultatif)"


class SectionForm(Form):
    """The questions of a section that are asked now, files apart.

    asked  the questions; `answers` the draft as it is.
    """

    marks_optional = False

    def __init__(self, *args: Any, asked: Iterable[Question], **kwargs: Any) -> None:
        self.asked = [question for question in asked if question.kind != QuestionKind.FILE]
        super().__init__(*args, **kwargs)
        for question in self.asked:
            if question.kind == QuestionKind.TABLE:
                for line, label in question.choices:
                    for year in question.years:
                        name = f"{question.label} : {label}, {year}"
                        self.fields[f"{question.code}.{line}.{year}"] = MoneyField(
                            label=_marked(question, name), required=False, help_text="En euros."
                        )
            else:
                self.fields[question.code] = field_of(question)
        for field in self.fields.values():
            dress(field)

    def say_what_is_too_long(self) -> None:
        """Say it beside its field before anything is sent: what was taken up from the project is shown whole."""
        self.full_clean()  # nothing was sent: it finds nothing wrong yet
        for question in self.asked:
            shown = self.initial.get(question.code)
            if question.overflow(shown):
                try:
                    self.fields[question.code].run_validators(shown)
                except forms.ValidationError as wrong:
                    self.errors[question.code] = self.error_class(wrong.messages, renderer=self.renderer)

    @staticmethod
    def initial_of(asked: Iterable[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields show of the answers."""
        shown: dict[str, Any] = {}
        for question in asked:
            value = answers.get(question.code)
            if question.kind == QuestionKind.TABLE:
                for line, amounts in (value or {}).items():
                    shown |= {f"{question.code}.{line}.{year}": cents for year, cents in amounts.items()}
            elif question.kind == QuestionKind.YES_NO and value is not None:
                shown[question.code] = "oui" if value else "non"
            else:
                shown[question.code] = value
        return shown

    @property
    def answers(self) -> dict[str, Any]:
        """The answers, in the shapes of `calls.questions`; what is empty is None."""
        given: dict[str, Any] = {}
        for question in self.asked:
            if question.kind == QuestionKind.TABLE:
                table = {
                    line: {
                        str(year): cents
                        for year in question.years
                        if (cents := self.cleaned_data.get(f"{question.code}.{line}.{year}")) is not None
                    }
                    for line, _ in question.choices
                }
                given[question.code] = {line: amounts for line, amounts in table.items() if amounts} or None
            else:
                given[question.code] = _answer(question.kind, self.cleaned_data.get(question.code))
        return given


def _answer(kind: QuestionKind | FactKind, value: Any) -> Any:
    if isinstance(value, Perimeter):
        return list(value.keys) or None
    if value in (None, "", []):
        return None
    return value == "oui" if str(kind) == "yes_no" else value


class FactsForm(Form):
    """What the eligibility rules look at, asked before the form; nothing is required, nothing is kept."""

    marks_optional = False

    def __init__(self, *args: Any, facts: Sequence[Fact], **kwargs: Any) -> None:
        self.facts = facts
        super().__init__(*args, **kwargs)
        for fact in facts:
            self.fields[self.name_of(fact.code)] = self._field(fact)
        for field in self.fields.values():
            dress(field)

    @staticmethod
    def name_of(code: str) -> str:
        """The name of a fact in the address."""
        return code.replace(".", "-")

    @staticmethod
    def _field(fact: Fact) -> forms.Field:
        label = fact.asked or fact.label[:1].upper() + fact.label[1:]
        given: dict[str, Any] = {"label": label, "required": False}
        match fact.kind:
            case FactKind.NUMBER:
                return NumberField(help_text=fact.unit, **given)
            case FactKind.MONEY:
                return MoneyField(help_text="En euros.", **given)
            case FactKind.DATE:
                return DayField(**given)
            case FactKind.YES_NO:
                return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **given)
            case FactKind.CHOICE | FactKind.CHOICES:
                return _choice(fact.kind, fact.choices, **given)
            case FactKind.PLACES:
                return PerimeterField(**given)
        return forms.CharField(max_length=200, **given)

    @property
    def values(self) -> dict[str, Any]:
        """The facts given, typed as `calls.eligibility` looks at them."""
        given: dict[str, Any] = {}
        for fact in self.facts:
            value = self.cleaned_data.get(self.name_of(fact.code))
            if isinstance(value, Perimeter):
                given[fact.code] = value or None
            elif fact.kind == FactKind.DATE:
                given[fact.code] = date.fromisoformat(value) if value else None
            elif fact.kind == FactKind.CHOICES:
                given[fact.code] = tuple(value or ()) or None
            else:
                given[fact.code] = _answer(fact.kind, value)
        return {code: value for code, value in given.items() if value is not None}

    @staticmethod
    def shown(facts: Mapping[str, Any]) -> dict[str, Any]:
        """Facts that are known, as the fields show them."""
        shown: dict[str, Any] = {}
        for code, value in facts.items():
            shape = "oui" if value is True else "non" if value is False else value
            shown[FactsForm.name_of(code)] = list(shape) if isinstance(shape, tuple) else shape
        return shown


def changed_since(
    questions: Iterable[Question], sent: Mapping[str, Any], kept: Mapping[str, Any], places: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Of questions that two people answered, what is kept: (label, answer), where it is not what is being sent."""
    return [
        (question.label, said_answer(question, kept.get(question.code), places) or "(rien)")
        for question in questions
        if question.kind != QuestionKind.FILE and kept.get(question.code) != sent.get(question.code)
    ]
