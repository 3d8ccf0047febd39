"""What is known of who applies, in the shape that the eligibility rules look at."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from accelerator.calls.eligibility import Eligibility, Finding
from accelerator.calls.models import Call, CallVersion
from accelerator.calls.purposes import Fact, Told, purpose_of
from accelerator.calls.questions import FACTS_OF_ANSWERS, Questionnaire, is_answered
from accelerator.calls.states import FactKind
from accelerator.community.models import Organisation, Theme
from accelerator.community.states import Kind, LegalFamily
from accelerator.geography.perimeters import Perimeter, UnknownPlace, perimeter_of

ANSWER: Final = "answer."
_NUMBERED: Final = "organisation.numbered"


def organisation_facts() -> list[Fact]:
    """What the record of an organisation tells, whatever the purpose."""
    themes = tuple((theme.code, theme.label) for theme in Theme.objects.order_by("position"))
    return [
        Fact("organisation.created_on", "la date de création de l’organisation", FactKind.DATE),
        Fact("organisation.legal_family", "la forme de l’organisation", FactKind.CHOICE, tuple(_choices(LegalFamily))),
        Fact(
            "organisation.is_ess",
            "l’appartenance de l’organisation à l’ESS",
            FactKind.YES_NO,
            asked="L’organisation fait-elle partie de l’économie sociale et solidaire (ESS) ?",
        ),
        Fact(
            "organisation.is_esus",
            "l’agrément ESUS de l’organisation",
            FactKind.YES_NO,
            asked="L’organisation a-t-elle l’agrément ESUS ?",
        ),
        Fact("organisation.kinds", "ce que fait l’organisation", FactKind.CHOICES, tuple(_choices(Kind))),
        Fact("organisation.themes", "les thèmes de l’organisation", FactKind.CHOICES, themes),
        Fact("organisation.territories", "le territoire de l’organisation", FactKind.PLACES),
        Fact(
            _NUMBERED,
            "l’immatriculation de l’organisation (SIREN, RNA ou AMALIA)",
            FactKind.YES_NO,
            asked="L’organisation est-elle immatriculée (SIREN, RNA ou AMALIA) ?",
        ),
    ]


def _choices(kind: Any) -> Iterable[tuple[str, str]]:
    return ((str(code), str(label)) for code, label in kind.choices)


def known_facts(purpose: str, form: Questionnaire | None = None) -> dict[str, Fact]:
    """Every fact that the rules of a call may look at: of the purpose, of the organisation, and its form's answers."""
    facts = [*purpose_of(purpose).facts, *organisation_facts(), *(answered_facts(form) if form else ())]
    return {fact.code: fact for fact in facts}


def answered_facts(form: Questionnaire) -> list[Fact]:
    """The questions of a form that rules may look at, as facts."""
    return [
        Fact(
            f"{ANSWER}{question.code}",
            f"la réponse à « {question.label} »",
            kind,
            question.choices,
            asked=question.label,
        )
        for question in form.questions
        if (kind := FACTS_OF_ANSWERS.get(question.kind))
    ]


def facts_of_organisation(organisation: Organisation) -> dict[str, Any]:
    """The facts that the record tells; what is unknown is left out."""
    told: dict[str, Any] = {
        "organisation.created_on": organisation.created_on,
        "organisation.legal_family": organisation.legal_family or None,
        "organisation.is_ess": organisation.is_ess,
        "organisation.is_esus": organisation.is_esus,
        "organisation.kinds": tuple(organisation.kinds) or None,
        "organisation.themes": tuple(organisation.themes) or None,
        _NUMBERED: bool(organisation.siren or organisation.rna or organisation.amalia) or None,
    }
    where = Perimeter(tuple(organisation.territories), tuple(organisation.territories_cover))
    if not where and organisation.seat is not None:
        where = Perimeter((organisation.seat.key,), tuple(organisation.seat.cover))
    told["organisation.territories"] = where or None
    return {code: value for code, value in told.items() if value is not None}


def facts_of_subject(told: Told, known: Mapping[str, Fact]) -> dict[str, Any]:
    """The facts that a subject tells, places as perimeters; those that nobody declared are left out."""
    facts = {}
    for code, value in told.facts.items():
        fact = known.get(code)
        if fact is None or value is None:
            continue
        facts[code] = _perimeter(value) if fact.kind == FactKind.PLACES and isinstance(value, tuple) else value
    return facts


def facts_of_answers(form: Questionnaire, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that the answers tell."""
    facts = {}
    for question in form.questions:
        kind, value = FACTS_OF_ANSWERS.get(question.kind), answers.get(question.code)
        if kind is None or not is_answered(value):
            continue
        facts[f"{ANSWER}{question.code}"] = _typed(kind, value)
    return facts


def _typed(kind: FactKind, value: Any) -> Any:
    if kind == FactKind.DATE:
        return date.fromisoformat(value)
    if kind == FactKind.PLACES:
        return _perimeter(value)
    return tuple(value) if kind == FactKind.CHOICES else value


def _perimeter(keys: Iterable[str]) -> Perimeter | None:
    try:
        return perimeter_of(keys)
    except UnknownPlace:
        return None


def facts_of(
    *,
    known: Mapping[str, Fact],
    form: Questionnaire,
    declared: Mapping[str, Any],
    answers: Mapping[str, Any],
    organisation: Organisation | None,
    told: Told | None,
) -> dict[str, Any]:
    """All that is known: what was said before the form gives way to the answers, and these to the records."""
    facts = {**declared, **facts_of_answers(form, answers)}
    if organisation is not None:
        facts |= facts_of_organisation(organisation)
    if told is not None:
        facts |= facts_of_subject(told, known)
    return {code: value for code, value in facts.items() if code in known and value is not None}


def examine(version: CallVersion, call: Call, facts: Mapping[str, Any], on: date) -> list[Finding]:
    """What the rules of a version find in facts."""
    form = Questionnaire.from_json(version.form)
    return Eligibility.from_json(version.eligibility).examine(facts, known_facts(call.purpose, form), on)
