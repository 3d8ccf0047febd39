"""Awarding a label: what follows from a decision of the calls, in its transaction; and the conditions that it set."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.clock import months_after
from accelerator.calls.models import Application, Decision
from accelerator.calls.states import DecisionKind, DecisionOutcome
from accelerator.calls.states import Nature as CallNature
from accelerator.community.queries.organisation import canonical
from accelerator.geography.perimeters import perimeter_of
from accelerator.journal import Actor, number_in
from accelerator.journal.operations import record
from accelerator.labels.models import Candidacy, Label, LabelCondition, next_label_number
from accelerator.labels.operations.locks import lock_label
from accelerator.labels.operations.proving import prove
from accelerator.labels.operations.register import publish
from accelerator.labels.queries.holders import holders_of
from accelerator.labels.queries.renewals import follows, latest_of
from accelerator.labels.rules import labels as rules
from accelerator.labels.states import ConditionState, LabelNature, LabelState
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said

_NATURES: Final = {CallNature.DEMONSTRATION.value: LabelNature.DEMONSTRATION}


@operation
def award_when_retained(*, application: Application, decision: Decision, by: Actor, at: datetime) -> None:
    """What a told decision makes of a candidacy: its label when it is retained, a line in its history otherwise.

    A file that came on paper names no candidacy: whoever answers it, or keeps silent, writes in no history.
    """
    if decision.outcome == DecisionOutcome.RETAINED:
        award(application=application, by=by, at=at)
        return
    candidacy = _candidacy(application)
    if candidacy is not None:
        _answered(candidacy, application, decision, by=by, at=at)


@operation
def award(*, application: Application, by: Actor, at: datetime) -> Label:
    """Award the label that an application asked for; awarded already, the same label is returned.

    Asked while the previous label ran, it renews it: it starts the day after the last of the old one, were it decided
    later. Otherwise it starts on the day of the decision. Its name, its territory and its criteria are those that were
    submitted and judged: the file goes on changing meanwhile, and nobody decided on what was written in it since.

    Raises `Refused` when it names no candidacy; when the same candidacy, or the same organisation in a category held
    alone, has a label on those days: two awards at the same moment, of which one wins.
    """
    candidacy = _candidacy(application)
    if candidacy is None:
        raise Refused(
            "Cette candidature ne porte sur aucun dossier de label. Arrivée sur papier, elle se rattache à celui de "
            "son organisation depuis la page du dossier ; elle se notifie ensuite."
        )
    known = Label.objects.filter(application=application).first()
    if known is not None:
        return known
    category, today = candidacy.category, localdate(at)
    previous = latest_of(candidacy)
    received_on = application.received_on or today
    renews = previous if previous is not None and follows(previous, received_on) else None
    start = renews.period.upper if renews is not None else today
    if previous is not None and renews is None and _runs_on(previous, start):
        raise Refused(_already(previous))
    end = months_after(start, category.duration_months) if category.duration_months else None
    holder = canonical(candidacy.organisation)
    facts = application.facts
    where = perimeter_of(_keys(facts, "label.territory") or _keys(facts, "organisation.territories"))
    judged = category.criteria_sets.filter(number=facts.get("label.criteria")).first()
    label = Label(
        number=next_label_number(at),
        category=category,
        criteria_set=judged or candidacy.criteria_set,
        nature=_NATURES.get(application.call.nature, LabelNature.REAL),
        holder=category.holder,
        candidacy=candidacy,
        organisation=holder,
        title=application.title,
        perimeter=list(where.keys),
        perimeter_cover=list(where.cover),
        seat=holder.seat,
        period=DateRange(start, end),
        application=application,
        renews=renews,
        awarded_on=today,
    )
    try:
        label.save()
    except IntegrityError as fault:
        if "overlaps_itself" not in str(fault):
            raise
        raise Refused(
            f"« {holder.name} » a déjà un label « {category.title} » sur cette période : deux labels d’un même "
            "titulaire ne se chevauchent pas."
        ) from fault
    code = "labels.renewed" if renews else "labels.awarded"
    until = f", jusqu’au {said(label.last_day)} inclus" if label.last_day else ", sans terme"
    record(code, label, candidacy, holder, by=by, at=at, number=label.number, start=said(start), until=until)
    prove(label=label, by=by, at=at)
    publish(label=label, by=by, at=at)
    tell("labels/awarded", to=holders_of(label), at=at, data={"label": label, "renews": renews})
    return label


def _keys(facts: Mapping[str, Any], name: str) -> list[str]:
    """The places of a fact that the submission froze, if it was known."""
    return list(facts.get(name, {}).get("keys", []))


def _answered(candidacy: Candidacy, application: Application, decision: Decision, *, by: Actor, at: datetime) -> None:
    outcome = decision.get_outcome_display().lower()
    if decision.kind == DecisionKind.IMPLICIT:
        outcome = f"{outcome} (par le silence)"
    record("labels.answered", candidacy, by=by, at=at, call=application.call.title, outcome=outcome)


def _candidacy(application: Application) -> Candidacy | None:
    """The candidacy that an application names, if any, locked: two awards of one candidacy wait for each other."""
    number = number_in(application.subject, Candidacy)
    if number is None:
        return None
    related = ("category", "criteria_set", "organisation__merged_into", "organisation__seat")
    held = Candidacy.objects.select_for_update(of=("self",)).select_related(*related)
    return held.get(pk=number)


def _runs_on(label: Label, day: date) -> bool:
    return label.state != LabelState.WITHDRAWN and (label.period.upper is None or label.period.upper > day)


def _already(label: Label) -> str:
    until = f"jusqu’au {said(label.last_day)}" if label.last_day else "sans terme"
    return (
        f"Ce dossier a déjà le label {label.number}, {until}, et cette candidature a été déposée avant qu’il soit "
        "attribué : elle n’en demande pas le renouvellement. Un même dossier n’a pas deux labels à la fois."
    )


@operation
def set_condition(*, label: Label, text: str, due_on: date, by: Person, at: datetime) -> LabelCondition:
    """Transcribe a condition that the decision set: public, with its day; the holder is told.

    Raises `Refused` once the award can no longer be reopened: nothing is added later to what was decided.
    """
    held = lock_label(label)
    rules.require("labels.conduct", by, held)
    today = localdate(at)
    last = rules.last_day_to_retract(held)
    if last and today > last:
        raise Refused(
            f"La décision est du {said(held.awarded_on or held.period.lower)} : ses conditions se transcrivent "
            f"jusqu’au {said(last)}. On n’ajoute rien ensuite à ce qui a été décidé."
        )
    if not text.strip():
        raise Refused("Dites ce qui est demandé.", field="text")
    if due_on <= today:
        raise Refused("Une condition est à remplir un jour à venir.", field="due_on")
    if held.conditions.filter(text=text.strip()).exists():
        raise Refused("Cette condition est déjà inscrite.", field="text")
    condition = LabelCondition.objects.create(label=held, text=text.strip(), due_on=due_on)
    record("labels.condition_set", held, by=by, at=at, what=condition.text, due=said(due_on))
    tell("labels/condition", to=holders_of(held), at=at, data={"label": held, "condition": condition})
    return condition


@operation
def close_condition(
    *, condition: LabelCondition, state: ConditionState, words: str, by: Person, at: datetime
) -> LabelCondition:
    """Say what became of a condition, once: met, or not, and how it is known. Not met is a ground for an abrogation."""
    label = lock_label(condition.label)
    rules.require("labels.conduct", by, label)
    held = LabelCondition.objects.select_for_update(of=("self",)).get(pk=condition.pk)
    if held.state != ConditionState.OPEN:
        raise Refused("Ce que cette condition est devenue est déjà dit.")
    if state == ConditionState.OPEN:
        raise Refused("Dites si elle est remplie ou non.", field="state")
    if not words.strip():
        raise Refused("Dites comment vous le savez.", field="words")
    held.state, held.closed_on, held.words = state, localdate(at), words.strip()
    held.save(update_fields=["state", "closed_on", "words"])
    record("labels.condition_closed", label, by=by, at=at, what=held.text, state=held.get_state_display().lower())
    return held
