"""What follows for a project from what was decided of its application."""

from datetime import datetime

from accelerator.calls.models import Application, Decision
from accelerator.calls.states import DecisionKind, DecisionOutcome
from accelerator.journal import Actor, number_in
from accelerator.journal.operations import record
from accelerator.projects.events import ANSWERED, RETAINED
from accelerator.projects.models import Project
from accelerator.workflow import operation


@operation
def remember_decision(*, application: Application, decision: Decision, by: Actor, at: datetime) -> None:
    """Write in the project's history what was decided: being retained is public, the rest is for its carriers.

    Nothing is remembered of a file that came on paper, which names no project, nor by a project that is gone since: the
    application keeps the decision.
    """
    number = number_in(application.subject, Project)
    project = Project.objects.filter(pk=number).first() if number is not None else None
    if project is None:
        return
    if decision.outcome == DecisionOutcome.RETAINED:
        record(RETAINED.code, project, by=by, at=at, call=application.call.title)
    else:
        outcome = decision.get_outcome_display().lower()
        if decision.kind == DecisionKind.IMPLICIT:
            outcome = f"{outcome} (par son silence)"
        record(ANSWERED.code, project, by=by, at=at, call=application.call.title, outcome=outcome)
