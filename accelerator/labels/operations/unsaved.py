"""What is being typed in a candidacy and is not saved yet: kept for its author alone."""

from datetime import datetime

from accelerator.accounts.models import Person
from accelerator.journal import Actor
from accelerator.labels.models import Candidacy, UnsavedStep
from accelerator.labels.rules import candidacies as rules
from accelerator.workflow import operation
from accelerator.workflow.steps import Typed


@operation
def keep_unsaved(*, candidacy: Candidacy, step: str, values: Typed, by: Person, at: datetime) -> None:
    """Keep what is being typed in a page, for the one who types alone; the file itself does not change.

    Raises `Refused` when it is too long to be kept.
    """
    rules.require("labels.edit", by, candidacy)
    UnsavedStep.objects.keep(values, candidacy=candidacy, person=by, step=step, at=at)


@operation
def forget_unsaved(*, candidacy: Candidacy, step: str, by: Person, at: datetime) -> None:
    """Forget what one was typing in a page."""
    UnsavedStep.objects.filter(candidacy=candidacy, person=by, step=step).delete()


@operation
def forget_old_unsaved(*, by: Actor, at: datetime) -> int:
    """Forget what nobody came back to; return how many."""
    return UnsavedStep.objects.left(at).delete()[0]
