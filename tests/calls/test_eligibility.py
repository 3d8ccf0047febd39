"""Rules over facts: what they find, and those that contradict themselves."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.calls.eligibility import (
    About,
    Either,
    Eligibility,
    Finding,
    Result,
    Rule,
    Test,
    Weight,
    frozen,
    thawed,
    years_before,
)
from accelerator.calls.purposes import Fact
from accelerator.calls.states import FactKind
from accelerator.geography.perimeters import Perimeter

ON = date(2018, 10, 22)
LOT = Perimeter(("departement-46",), ("departement-46", "region-76", "pays-FR"))
KNOWN = {
    fact.code: fact
    for fact in (
        Fact("created", "la date de création", FactKind.DATE),
        Fact("budget", "le budget annuel", FactKind.MONEY),
        Fact("jobs", "le nombre d’emplois", FactKind.NUMBER, unit="emplois"),
        Fact("ess", "l’appartenance à l’ESS", FactKind.YES_NO),
        Fact("form", "la forme", FactKind.CHOICE, (("a", "Association"), ("b", "Coopérative"), ("c", "Autre"))),
        Fact("themes", "les thèmes", FactKind.CHOICES, (("x", "Eau"), ("y", "Pain"))),
        Fact("where", "le territoire", FactKind.PLACES),
    )
}


def rule(fact: str, test: Test, value: Any = None, **more: Any) -> Rule:
    return Rule(f"{fact}-{test}-{value}", f"{fact} {test.label} {value}", About.APPLICANT, fact, test, value, **more)


PIONEERS = Eligibility(
    (
        rule("created", Test.OLDER_THAN_YEARS, 3),
        rule("budget", Test.AT_LEAST, 50_000_000, advice="Voyez l’appel des plus petits."),
        Either(
            "proof",
            "Une preuve sur un territoire",
            (
                rule("where", Test.TOUCHES, {"keys": list(LOT.keys), "cover": list(LOT.cover)}),
                rule("ess", Test.IS, True),
            ),
        ),
    )
)


def results(eligibility: Eligibility, **facts: Any) -> list[str]:
    return [str(finding.result) for finding in eligibility.examine(facts, KNOWN, ON)]


def test_what_the_rules_find() -> None:
    assert results(PIONEERS, created=date(2010, 1, 1), budget=60_000_000, where=LOT) == ["holds"] * 3
    assert (
        results(PIONEERS, created=date(2016, 1, 1), budget=1, ess=False, where=Perimeter(("x",), ("x",)))
        == ["fails"] * 3
    )
    assert results(PIONEERS) == ["unknown"] * 3
    assert results(PIONEERS, ess=False)[2] == "unknown"
    assert results(PIONEERS, ess=True)[2] == "holds"


def test_three_years_are_counted_to_the_day() -> None:
    assert results(PIONEERS, created=date(2015, 10, 22))[0] == "fails"
    assert results(PIONEERS, created=date(2015, 10, 21))[0] == "holds"
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)


def test_a_finding_says_what_is_known_and_what_is_asked() -> None:
    too_small = PIONEERS.examine({"budget": 40_000_000}, KNOWN, ON)[1]
    assert too_small.why == "Le budget annuel : 400\u202f000\u00a0€ ; il faut au moins 500\u202f000\u00a0€."
    assert too_small.advice == "Voyez l’appel des plus petits."
    unknown = PIONEERS.examine({}, KNOWN, ON)[1]
    assert (unknown.why, unknown.advice) == ("On ne connaît pas le budget annuel.", "")
    assert Finding.from_json(too_small.to_json()) == too_small


def test_a_fact_that_nobody_tells_is_unknown() -> None:
    finding = Eligibility((rule("nothing", Test.IS, True),)).examine({"nothing": True}, KNOWN, ON)[0]
    assert finding.result == Result.UNKNOWN


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rule("budget", Test.AT_LEAST, 500), rule("budget", Test.AT_MOST, 499)),
        (rule("ess", Test.IS, True), rule("ess", Test.IS, False)),
        (rule("form", Test.IS, "a"), rule("form", Test.IN, ["b", "c"])),
        (rule("created", Test.BEFORE, "2010-01-01"), rule("created", Test.AFTER, "2012-01-01")),
        (rule("created", Test.OLDER_THAN_YEARS, 3), rule("created", Test.AFTER, "2016-01-01")),
        (rule("jobs", Test.IS, 3), rule("jobs", Test.IS, 4)),
    ],
)
def test_rules_that_nobody_can_fulfil_together_are_told(first: Rule, second: Rule) -> None:
    for rules in ((first, second), (second, first)):
        said = Eligibility(rules).contradictions(KNOWN, ON)
        assert len(said) == 1
        assert first.label in said[0]
        assert second.label in said[0]
    assert Eligibility((first,)).contradictions(KNOWN, ON) == []


def test_three_rules_may_contradict_one_another_when_no_two_do() -> None:
    two_of_three = (["a", "b"], ["b", "c"], ["a", "c"])
    said = Eligibility(tuple(rule("form", Test.IN, codes) for codes in two_of_three)).contradictions(KNOWN, ON)
    assert len(said) == 1


def test_an_either_that_the_others_make_impossible_is_told() -> None:
    required = rule("budget", Test.AT_LEAST, 500)
    small, ess = rule("budget", Test.AT_MOST, 100), rule("ess", Test.IS, True)
    assert "ne peut jamais" in Eligibility((required, Either("e", "E", (small, ess)))).contradictions(KNOWN, ON)[0]
    assert "aucune" in Eligibility((required, Either("e", "E", (small,)))).contradictions(KNOWN, ON)[0]
    assert Eligibility((required, Either("e", "E", (ess,)))).contradictions(KNOWN, ON) == []


def test_a_rule_joins_an_alternative_changes_place_and_leaves_it() -> None:
    alone, small, ess = rule("jobs", Test.AT_LEAST, 3), rule("budget", Test.AT_MOST, 100), rule("ess", Test.IS, True)
    start = Eligibility((alone, small))
    group = Either("e", "L’un ou l’autre", ())
    grouped = start.with_rule(small, small, group)
    assert grouped.items == (alone, replace(group, rules=(small,)))
    both = grouped.with_rule(None, ess, replace(group, label="Renommée", rules=(small,)))
    assert both.items == (alone, Either("e", "Renommée", (small, ess)))
    assert both.group_of(ess) == both.items[1]
    assert both.group_of(alone) is None
    # Changed where it is: it keeps its place, in a group or alone.
    larger = replace(small, value=200)
    assert both.with_rule(small, larger, both.group_of(small)).items[1] == Either("e", "Renommée", (larger, ess))
    assert both.with_rule(alone, replace(alone, value=4), None).items[0] == replace(alone, value=4)
    # It leaves for itself; a group that nothing is left in goes.
    left = both.with_rule(small, small, None)
    assert left.items == (alone, Either("e", "Renommée", (ess,)), small)
    assert left.with_rule(ess, None, None).items == (alone, small)
    assert both.with_rule(alone, alone, both.group_of(ess)).items == (Either("e", "Renommée", (small, ess, alone)),)


def test_nothing_is_lost_in_json() -> None:
    assert Eligibility.from_json(PIONEERS.to_json()) == PIONEERS
    facts = {"created": date(2010, 1, 1), "budget": 5, "ess": True, "themes": ("x",), "where": LOT, "form": "a"}
    assert thawed(frozen(facts), KNOWN) == facts
    assert thawed({"gone": 3}, KNOWN) == {}


numbers = st.integers(-20, 20)
days = st.dates(date(2000, 1, 1), date(2030, 1, 1))
on_numbers = st.builds(
    lambda test, value: rule("jobs", test, value), st.sampled_from([Test.AT_LEAST, Test.AT_MOST, Test.IS]), numbers
)
on_days = st.one_of(
    st.builds(
        lambda test, day: rule("created", test, day.isoformat()), st.sampled_from([Test.BEFORE, Test.AFTER]), days
    ),
    st.builds(lambda years: rule("created", Test.OLDER_THAN_YEARS, years), st.integers(1, 20)),
)
on_forms = st.one_of(
    st.builds(lambda code: rule("form", Test.IS, code), st.sampled_from("abc")),
    st.builds(lambda codes: rule("form", Test.IN, codes), st.lists(st.sampled_from("abc"), min_size=1, unique=True)),
)


def fulfilled(rules: list[Rule], value: Any) -> bool:
    return all(one.holds(value, ON) for one in rules)


@given(st.lists(on_numbers, min_size=1, max_size=5))
def test_numbers_are_said_contradictory_exactly_when_no_number_fulfils_them(rules: list[Rule]) -> None:
    possible = any(fulfilled(rules, value) for value in range(-21, 22))
    assert bool(Eligibility(tuple(rules)).contradictions(KNOWN, ON)) is not possible


@given(st.lists(on_forms, min_size=1, max_size=5))
def test_choices_are_said_contradictory_exactly_when_none_fulfils_them(rules: list[Rule]) -> None:
    possible = any(fulfilled(rules, value) for value in "abc")
    assert bool(Eligibility(tuple(rules)).contradictions(KNOWN, ON)) is not possible


@given(st.lists(on_days, min_size=1, max_size=4), days)
def test_days_are_said_contradictory_only_when_none_fulfils_them(rules: list[Rule], day: date) -> None:
    if Eligibility(tuple(rules)).contradictions(KNOWN, ON):
        assert not fulfilled(rules, day)


@given(st.lists(st.one_of(on_numbers, on_forms, on_days), max_size=6), numbers, st.sampled_from("abc"), days)
def test_a_file_that_fulfils_all_is_found_so_and_nothing_unknown_is_held_against_it(
    rules: list[Rule], jobs: int, form: str, created: date
) -> None:
    facts = {"jobs": jobs, "form": form, "created": created}
    eligibility = Eligibility(tuple(rules))
    found = eligibility.examine(facts, KNOWN, ON)
    assert [one.result == Result.HOLDS for one in found] == [one.holds(facts[one.fact], ON) for one in rules]
    assert all(one.result == Result.UNKNOWN for one in eligibility.examine({}, KNOWN, ON))
    assert all(one.why and one.weight == Weight.LAW for one in found)
