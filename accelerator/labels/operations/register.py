"""The one place where what a label has become is told to whatever says so to the public."""

from datetime import datetime

from accelerator.journal import Actor
from accelerator.labels import search
from accelerator.labels.models import Label
from accelerator.labels.operations.proving import reflect
from accelerator.workflow import operation


@operation
def publish(*, label: Label, by: Actor, at: datetime) -> None:
    """Have the register and the attestation say what a label is now, in the transaction of what changed it.

    Called after an award, a suspension, its end, an abrogation, a retrait, and whatever undoes one of them.
    """
    reflect(label=label, by=by, at=at)
    search.refresh(label)
