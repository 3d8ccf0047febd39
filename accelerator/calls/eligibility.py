"""Who may apply, as data: rules over facts, what they find, and the rules that contradict themselves.

A rule advises: it never stops anyone from applying, and a person alone declares a file inadmissible. What is not known
is said to be unknown, never held against the applicant.

All items of an `Eligibility` are asked for; in an `Either`, one of its rules is enough.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any, Final

from django.db import models

from accelerator.calls.purposes import Fact
from accelerator.calls.questions import said_cents, said_number
from accelerator.calls.states import FactKind
from accelerator.geography.perimeters import Perimeter
from accelerator.workflow.dates import said


class About(models.TextChoices):
    """What a rule looks at."""

    APPLICANT = "applicant", "Qui candidate"
    PROJECT = "project", "Le projet"
    TERRITORY = "territory", "Le territoire"


class Test(models.TextChoices):
    """What a rule asks of a fact."""

    __test__ = False

    IS = "is", "est"
    IN = "in", "est l’un de"
    AT_LEAST = "at_least", "est d’au moins"
    AT_MOST = "at_most", "est d’au plus"
    BEFORE = "before", "est avant le"
    AFTER = "after", "est après le"
    OLDER_THAN_YEARS = "older_than_years", "date de plus de (années)"
    TOUCHES = "touches", "touche"
    EXISTS = "exists", "est renseigné"


class Weight(models.TextChoices):
    """What follows when a rule fails."""

    LAW = "law", "Condition de recevabilité"
    ADVICE = "advice", "Recommandation"


class Result(models.TextChoices):
    """What a rule finds."""

    HOLDS = "holds", "Remplie"
    FAILS = "fails", "Non remplie"
    UNKNOWN = "unknown", "Non connue"


# What may be asked of a fact of each kind.
TESTS: Final[dict[FactKind, tuple[Test, ...]]] = {
    FactKind.NUMBER: (Test.AT_LEAST, Test.AT_MOST, Test.IS, Test.EXISTS),
    FactKind.MONEY: (Test.AT_LEAST, Test.AT_MOST, Test.EXISTS),
    FactKind.DATE: (Test.OLDER_THAN_YEARS, Test.BEFORE, Test.AFTER, Test.EXISTS),
    FactKind.TEXT: (Test.EXISTS,),
    FactKind.YES_NO: (Test.IS,),
    FactKind.CHOICE: (Test.IN, Test.IS, Test.EXISTS),
    FactKind.CHOICES: (Test.IN, Test.EXISTS),
    FactKind.PLACES: (Test.TOUCHES, Test.EXISTS),
}


@dataclass(frozen=True)
class Rule:
    """One condition.

    label   the rule as people read it: "L’organisation existe depuis plus de trois ans".
    fact    the code of a `Fact`, or "answer.<question>".
    value   number; cents; "2018-01-01"; true or false; codes; {"keys": […], "cover": […]} for places; None for EXISTS.
    source  where it comes from: {"what": …, "url": …}.
    advice  what to do when it fails, or the nearest door.
    """

    code: str
    label: str
    about: About
    fact: str
    test: Test
    value: Any = None
    weight: Weight = Weight.LAW
    advice: str = ""
    source: Mapping[str, str] | None = None

    def holds(self, value: Any, on: date) -> bool:
        """Whether the fact, which is known, is as asked, on a day."""
        match self.test:
            case Test.EXISTS:
                return True
            case Test.IS:
                return bool(value == self.value)
            case Test.IN:
                given = set(value) if isinstance(value, list | tuple) else {value}
                return not given.isdisjoint(self.value)
            case Test.AT_LEAST:
                return bool(value >= self.value)
            case Test.AT_MOST:
                return bool(value <= self.value)
            case Test.BEFORE:
                return bool(value < date.fromisoformat(self.value))
            case Test.AFTER:
                return bool(value > date.fromisoformat(self.value))
            case Test.OLDER_THAN_YEARS:
                return bool(value < years_before(on, int(self.value)))
            case Test.TOUCHES:
                return bool(value.touches(Perimeter(tuple(self.value["keys"]), tuple(self.value["cover"]))))

    def to_json(self) -> dict[str, Any]:
        written = {
            "code": self.code,
            "label": self.label,
            "about": str(self.about),
            "fact": self.fact,
            "test": str(self.test),
            "value": self.value,
            "weight": str(self.weight),
        }
        return {**written, **{name: given for name in ("advice", "source") if (given := getattr(self, name))}}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Rule":
        return cls(
            code=written["code"],
            label=written["label"],
            about=About(written["about"]),
            fact=written["fact"],
            test=Test(written["test"]),
            value=written["value"],
            weight=Weight(written["weight"]),
            advice=written.get("advice", ""),
            source=written.get("source"),
        )


@dataclass(frozen=True)
class Either:
    """Rules of which one is enough."""

    code: str
    label: str
    rules: tuple[Rule, ...]
    advice: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "label": self.label,
            "either": [rule.to_json() for rule in self.rules],
            "advice": self.advice,
        }


@dataclass(frozen=True)
class Finding:
    """What a rule found, to be shown and kept.

    why  what is known and what is asked, in French.
    """

    code: str
    label: str
    result: Result
    why: str
    weight: Weight
    advice: str = ""
    source: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "label": self.label,
            "result": str(self.result),
            "why": self.why,
            "weight": str(self.weight),
            "advice": self.advice,
            "source": dict(self.source) if self.source else None,
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Finding":
        return cls(
            written["code"],
            written["label"],
            Result(written["result"]),
            written["why"],
            Weight(written["weight"]),
            written["advice"],
            written["source"],
        )


@dataclass(frozen=True)
class Eligibility:
    """All that is asked of who applies."""

    items: tuple[Rule | Either, ...] = ()

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Eligibility":
        items: list[Rule | Either] = []
        for item in written.get("items", ()):
            if "either" in item:
                rules = tuple(Rule.from_json(rule) for rule in item["either"])
                items.append(Either(item["code"], item["label"], rules, item.get("advice", "")))
            else:
                items.append(Rule.from_json(item))
        return cls(tuple(items))

    def to_json(self) -> dict[str, Any]:
        return {"items": [item.to_json() for item in self.items]}

    @property
    def rules(self) -> Iterator[Rule]:
        """Every rule, those of an `Either` included."""
        for item in self.items:
            yield from item.rules if isinstance(item, Either) else (item,)

    def group_of(self, rule: Rule | None) -> Either | None:
        """The group of which one is enough that holds a rule, or None when it stands alone."""
        return next((item for item in self.items if isinstance(item, Either) and rule in item.rules), None)

    def with_rule(self, before: Rule | None, after: Rule | None, group: Either | None) -> "Eligibility":
        """What is asked once a rule is added (`before` is None), changed, or taken out (`after` is None).

        group  the one that holds it from now on, with what it says, known already or new; None: it stands alone. A rule
        keeps its place where it stays; a group that nothing is left in goes.
        """
        items: list[Rule | Either] = []
        left = after
        for item in self.items:
            if isinstance(item, Either):
                mine = group is not None and group.code == item.code
                rules: list[Rule] = []
                for one in item.rules:
                    if one != before:
                        rules.append(one)
                    elif mine and left is not None:
                        rules.append(left)
                        left = None
                if mine and left is not None:
                    rules.append(left)
                    left = None
                said_by = group if mine and group is not None else item
                items += [replace(said_by, rules=tuple(rules))] if rules else []
            elif item != before:
                items.append(item)
            elif group is None and left is not None:
                items.append(left)
                left = None
        if left is not None:
            items.append(replace(group, rules=(left,)) if group is not None else left)
        return Eligibility(tuple(items))

    @property
    def facts(self) -> list[str]:
        """The codes of the facts that are looked at, in order, each once."""
        return list(dict.fromkeys(rule.fact for rule in self.rules))

    def examine(self, facts: Mapping[str, Any], known: Mapping[str, Fact], on: date) -> list[Finding]:
        """What each item finds in the facts of a day; `known` gives what each fact is."""
        return [self._found(item, facts, known, on) for item in self.items]

    def _found(self, item: Rule | Either, facts: Mapping[str, Any], known: Mapping[str, Fact], on: date) -> Finding:
        if isinstance(item, Rule):
            return _finding(item, facts, known, on)
        each = [_finding(rule, facts, known, on) for rule in item.rules]
        results = {finding.result for finding in each}
        best = next(result for result in (Result.HOLDS, Result.UNKNOWN, Result.FAILS) if result in results)
        why = " ; ".join(finding.why for finding in each if finding.result == best)
        weight = Weight.LAW if any(rule.weight == Weight.LAW for rule in item.rules) else Weight.ADVICE
        return Finding(item.code, item.label, best, why, weight, item.advice)

    def contradictions(self, known: Mapping[str, Fact], on: date) -> list[str]:
        """The rules that nobody can fulfil together, told to their author, on a day.

        Rules on different facts never contradict one another: two at a time on one fact, then all those on it.
        """
        asked = [item for item in self.items if isinstance(item, Rule)]
        said_of = [
            f"« {first.label} » et « {second.label} » ne peuvent pas être remplies ensemble."
            for first, second in combinations(asked, 2)
            if first.fact == second.fact and not _possible([first, second], known, on)
        ]
        for fact in dict.fromkeys(rule.fact for rule in asked):
            together = [rule for rule in asked if rule.fact == fact]
            pairs = combinations(together, 2)
            if all(_possible(list(pair), known, on) for pair in pairs) and not _possible(together, known, on):
                labels = ", ".join(f"« {rule.label} »" for rule in together)
                said_of.append(f"{labels} ne peuvent pas être remplies ensemble.")
        for item in self.items:
            if isinstance(item, Either):
                said_of += _impossible(item, asked, known, on)
        return said_of


def _impossible(item: Either, asked: Sequence[Rule], known: Mapping[str, Fact], on: date) -> list[str]:
    never = [
        rule
        for rule in item.rules
        if not _possible([rule, *(other for other in asked if other.fact == rule.fact)], known, on)
    ]
    if len(never) == len(item.rules):
        return [f"« {item.label} » : aucune de ses conditions ne peut être remplie avec les autres règles."]
    return [f"« {rule.label} » ne peut jamais être remplie avec les autres règles." for rule in never]


def _possible(rules: Sequence[Rule], known: Mapping[str, Fact], on: date) -> bool:
    """Whether one value of the fact fulfils all these rules, which are on the same fact.

    Each rule alone draws an interval or a set: if anything fulfils them all, one of their edges does.
    """
    fact = known.get(rules[0].fact)
    if fact is None:
        return True
    return any(all(rule.holds(value, on) for rule in rules) for value in _edges(rules, fact, on))


def _edges(rules: Sequence[Rule], fact: Fact, on: date) -> Iterator[Any]:
    given = [rule.value for rule in rules if rule.test != Test.EXISTS]
    match fact.kind:
        case FactKind.YES_NO:
            yield from (True, False)
        case FactKind.CHOICE:
            yield from (code for code, _ in fact.choices)
        case FactKind.CHOICES:
            yield tuple(code for code, _ in fact.choices)
        case FactKind.DATE:
            yield on
            for rule in rules:
                if rule.test in (Test.BEFORE, Test.AFTER):
                    edge = date.fromisoformat(rule.value)
                    yield from (edge - timedelta(days=1), edge + timedelta(days=1))
                elif rule.test == Test.OLDER_THAN_YEARS:
                    yield years_before(on, int(rule.value)) - timedelta(days=1)
        case FactKind.PLACES:
            keys = tuple(key for value in given for key in value["keys"])
            yield Perimeter(keys, tuple(key for value in given for key in value["cover"]))
        case _:
            yield from given or (0,)


def _finding(rule: Rule, facts: Mapping[str, Any], known: Mapping[str, Fact], on: date) -> Finding:
    fact = known.get(rule.fact)
    value = facts.get(rule.fact)
    name = fact.label if fact else rule.fact
    if fact is None or value is None or value in ("", [], ()):
        result = Result.UNKNOWN
        why = f"On ne connaît pas {name}."
    elif rule.holds(value, on):
        result, why = Result.HOLDS, f"{_capital(name)} : {said_value(fact, value)}."
    else:
        result, why = Result.FAILS, f"{_capital(name)} : {said_value(fact, value)} ; il faut {asks(rule, fact)}."
    advice = rule.advice if result == Result.FAILS else ""
    return Finding(rule.code, rule.label, result, why, rule.weight, advice, rule.source)


def asks(rule: Rule, fact: Fact) -> str:
    """What a rule asks, to be read after "il faut"."""
    match rule.test:
        case Test.AT_LEAST:
            return f"au moins {said_value(fact, rule.value)}"
        case Test.AT_MOST:
            return f"au plus {said_value(fact, rule.value)}"
        case Test.BEFORE:
            return f"une date avant le {said(date.fromisoformat(rule.value))}"
        case Test.AFTER:
            return f"une date après le {said(date.fromisoformat(rule.value))}"
        case Test.OLDER_THAN_YEARS:
            return f"plus de {rule.value} an{'s' if int(rule.value) > 1 else ''}"
        case Test.IN:
            return f"l’un de ces choix : {said_value(fact, tuple(rule.value))}"
        case Test.TOUCHES:
            return "un lieu du territoire de l’appel"
        case Test.EXISTS:
            return "que ce soit renseigné"
    return said_value(fact, rule.value).lower() if fact.kind == FactKind.YES_NO else said_value(fact, rule.value)


def said_value(fact: Fact, value: Any) -> str:
    """The value of a fact, in French."""
    labels = dict(fact.choices)
    match fact.kind:
        case FactKind.MONEY:
            return said_cents(value)
        case FactKind.NUMBER:
            return f"{said_number(value)} {fact.unit}".strip()
        case FactKind.YES_NO:
            return "oui" if value else "non"
        case FactKind.DATE:
            return said(value)
        case FactKind.CHOICE | FactKind.CHOICES:
            codes = value if isinstance(value, list | tuple) else (value,)
            return ", ".join(labels.get(code, str(code)) for code in codes)
        case FactKind.PLACES:
            return f"{len(value.keys)} lieu{'x' if len(value.keys) > 1 else ''}"
    return str(value)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def years_before(on: date, years: int) -> date:
    """The same day some years before; 29 February is 28 February in other years."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def frozen(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON values."""
    return {code: _frozen(value) for code, value in facts.items()}


def _frozen(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Perimeter):
        return {"keys": list(value.keys), "cover": list(value.cover)}
    return list(value) if isinstance(value, tuple) else value


def thawed(written: Mapping[str, Any], known: Mapping[str, Fact]) -> dict[str, Any]:
    """Facts from the JSON values of `frozen`; those that are no longer known are left out."""
    facts = {}
    for code, value in written.items():
        if fact := known.get(code):
            facts[code] = _thawed(fact.kind, value)
    return facts


def _thawed(kind: FactKind, value: Any) -> Any:
    if kind == FactKind.DATE:
        return date.fromisoformat(value)
    if kind == FactKind.PLACES:
        return Perimeter(tuple(value["keys"]), tuple(value["cover"]))
    return tuple(value) if kind == FactKind.CHOICES else value
