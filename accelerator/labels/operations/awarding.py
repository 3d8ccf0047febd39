"""The award: what a decision of the calls makes of a candidacy."""

from datetime import datetime

from django.utils.timezone import localdate

from accelerator.calls.clock import months_after
from accelerator.calls.models import Application, Decision
from accelerator.calls.states import DecisionKind, DecisionOutcome
from accelerator.calls.states import Nature as CallNature
from accelerator.community.queries.organisation import canonical
from accelerator.geography.perimeters import perimeter_of
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.labels.events import AWARDED, CANDIDACY_ANSWERED
from accelerator.labels.models import Candidacy, Label, next_label_number
from accelerator.labels.operations.locks import lock_candidacy
from accelerator.labels.operations.proving import prove
from accelerator.labels.states import LabelNature
from accelerator.workflow import operation
from accelerator.workflow.dates import said


@operation
def award_when_retained(*, application: Application, decision: Decision, by: Actor, at: datetime) -> None:
    """What a told decision does to labels: a candidacy that is retained is awarded its label, once.

    Any other answer is written in the history of the candidacy, and makes nothing.
    """
    if decision.outcome == DecisionOutcome.RETAINED:
        award(application=application, by=by, at=at)
        return
    candidacy = _candidacy_of(application)
    if candidacy is None:
        return
    outcome = decision.get_outcome_display().lower()
    if decision.kind == DecisionKind.IMPLICIT:
        outcome = f"{outcome} (par son silence)"
    record(CANDIDACY_ANSWERED.code, candidacy, by=by, at=at, call=application.call.title, outcome=outcome)


@operation
def award(*, application: Application, by: Actor, at: datetime) -> Label | None:
    """Award and attest the label that an application asked for, from today; awarded already, it is that one.

    A candidacy that is gone since is awarded nothing: the application keeps the decision.
    """
    candidacy = _candidacy_of(application)
    if candidacy is None:
        return None
    held = lock_candidacy(candidacy)
    if made := Label.objects.filter(application=application).first():
        return made
    category, since = held.category, localdate(at)
    until = months_after(since, category.duration_months) if category.duration_months else None
    where, fictitious = perimeter_of(held.perimeter), application.call.nature == CallNature.DEMONSTRATION
    holder = canonical(held.organisation)
    label = Label.objects.create(
        number=next_label_number(at),
        category=category,
        criteria_set=held.criteria_set,
        nature=LabelNature.DEMONSTRATION if fictitious else LabelNature.REAL,
        holder=category.holder,
        candidacy=held,
        organisation=holder,
        title=held.title,
        perimeter=list(where.keys),
        perimeter_cover=list(where.cover),
        period=(since, until),
        application=application,
        recorded_at=at,
        changed_at=at,
    )
    told = said(until) if until else "jour où il sera retiré"
    record(AWARDED.code, label, held, holder, by=by, at=at, since=said(since), until=told)
    prove(label=label, by=by, at=at)
    return label


def _candidacy_of(application: Application) -> Candidacy | None:
    return Candidacy.objects.filter(pk=int(application.subject.rpartition(":")[2] or 0)).first()
