"""The form of one condition of eligibility, and of the alternative that holds it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from accelerator.calls.eligibility import TESTS, About, Either, Rule, Test, Weight
from accelerator.calls.forms.writing import Part, code_of, value_of
from accelerator.calls.purposes import Fact
from accelerator.calls.states import FactKind
from accelerator.design.forms import MoneyField, NumberField
from accelerator.geography.forms import PerimeterField

# The code of no group: codes have no space.
_NEW_GROUP = "une autre"


class RuleForm(Part):
    """One condition: what is looked at, what is asked of it, where it comes from, what to do when it fails."""

    label = forms.CharField(label="La condition, en une phrase", max_length=300)
    about = forms.ChoiceField(label="Elle porte sur", choices=About.choices, widget=forms.RadioSelect)
    fact = forms.ChoiceField(label="Ce que l’on regarde")
    test = forms.ChoiceField(label="Ce que l’on demande", choices=Test.choices)
    value = forms.CharField(
        label="Valeur",
        help_text="Un nombre, un montant en euros, une date, oui ou non ; des choix séparés par des points-virgules.",
        max_length=500,
        required=False,
    )
    where = PerimeterField(label="Territoires (pour « touche »)", required=False)
    weight = forms.ChoiceField(label="Portée", choices=Weight.choices, widget=forms.RadioSelect, initial=Weight.LAW)
    advice = forms.CharField(
        label="Que faire si elle n’est pas remplie", widget=forms.Textarea(attrs={"rows": 3}), max_length=600
    )
    source_what = forms.CharField(label="D’où vient cette condition", max_length=200)
    source_url = forms.URLField(label="Adresse de la source", max_length=500, required=False, assume_scheme="https")
    group = forms.ChoiceField(
        label="Il faut la remplir",
        required=False,
        help_text="Dans une alternative, une au moins de ses conditions suffit.",
    )
    group_label = forms.CharField(
        label="L’alternative, en une phrase",
        help_text="Par exemple : trois ans d’existence, ou une preuve sur deux territoires.",
        max_length=300,
        required=False,
    )
    group_advice = forms.CharField(
        label="Que faire si aucune condition de l’alternative n’est remplie",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=600,
        required=False,
    )
    remove = forms.BooleanField(label="Supprimer cette condition", required=False)

    def __init__(
        self, *args: Any, known: Mapping[str, Fact], code: str | None, groups: Sequence[Either], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known, self.code = known, code
        self.groups = {one.code: one for one in groups}
        self.offer(
            "group",
            [
                ("", "Toujours"),
                *((one.code, f"Ou une autre de l’alternative « {one.label} »") for one in groups),
                (_NEW_GROUP, "Ou une autre d’une nouvelle alternative"),
            ],
        )
        self.offer("fact", [(fact.code, f"{fact.label[:1].upper()}{fact.label[1:]}") for fact in known.values()])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("group") and not values.get("group_label"):
            self.add_error("group_label", "Dites l’alternative en une phrase : c’est ce que lira le candidat.")
        fact, test = self.known.get(values.get("fact", "")), values.get("test")
        self.asked: Any = None
        if fact is None or not test:
            return values
        if Test(test) not in TESTS[fact.kind]:
            allowed = ", ".join(f"« {one.label} »" for one in TESTS[fact.kind])
            self.add_error("test", f"Pour {fact.label}, on peut demander : {allowed}.")
            return values
        try:
            self.asked = self._value(fact, Test(test), values)
        except forms.ValidationError as error:
            self.add_error("where" if fact.kind == FactKind.PLACES else "value", error)
        return values

    @staticmethod
    def _value(fact: Fact, test: Test, values: Mapping[str, Any]) -> Any:
        text = str(values.get("value", ""))
        if test == Test.EXISTS:
            return None
        if test == Test.TOUCHES:
            if not values.get("where"):
                raise forms.ValidationError("Donnez les territoires.")
            return {"keys": list(values["where"].keys), "cover": list(values["where"].cover)}
        if test == Test.OLDER_THAN_YEARS:
            years = NumberField(required=False).clean(text)
            if not isinstance(years, int) or not 1 <= years <= 200:
                raise forms.ValidationError("Écrivez un nombre d’années, par exemple 3.")
            return years
        if test == Test.IN:
            parts = [part for part in text.split(";") if part.strip()]
            if not parts:
                raise forms.ValidationError("Donnez les choix, séparés par des points-virgules.")
            return [value_of("choice", fact.choices, part) for part in parts]
        return value_of(str(fact.kind), fact.choices, text)

    def rule(self, taken: Sequence[str]) -> Rule:
        """The rule that the form says; its code never changes."""
        values = self.cleaned_data
        return Rule(
            code=self.code or code_of(values["label"], taken),
            label=values["label"],
            about=About(values["about"]),
            fact=values["fact"],
            test=Test(values["test"]),
            value=self.asked,
            weight=Weight(values["weight"]),
            advice=values["advice"],
            source={"what": values["source_what"], "url": values["source_url"]},
        )

    def group_said(self, taken: Sequence[str]) -> Either | None:
        """The alternative that the form says, its rules left out; None when the rule stands alone."""
        values = self.cleaned_data
        if not values["group"]:
            return None
        known = self.groups.get(values["group"])
        code = known.code if known else code_of(values["group_label"], taken)
        return Either(code, values["group_label"], known.rules if known else (), values["group_advice"])

    @staticmethod
    def initial_of(rule: Rule, fact: Fact | None, group: Either | None) -> dict[str, Any]:
        """What the form shows of a rule, and of the alternative that holds it."""
        shown: dict[str, Any] = {
            name: getattr(rule, name) for name in ("label", "about", "fact", "test", "weight", "advice")
        }
        if group is not None:
            shown |= {"group": group.code, "group_label": group.label, "group_advice": group.advice}
        source = rule.source or {}
        value = rule.value
        if isinstance(value, dict):
            shown["where"], value = value["keys"], ""
        elif isinstance(value, bool):
            value = "oui" if value else "non"
        elif isinstance(value, list):
            labels = dict(fact.choices) if fact else {}
            value = " ; ".join(labels.get(code, str(code)) for code in value)
        elif fact is not None and fact.kind == FactKind.MONEY and value is not None:
            value = MoneyField().prepare_value(value)
        return {**shown, "value": value, "source_what": source.get("what", ""), "source_url": source.get("url", "")}
