"""The one place where what a label has become is told to whatever says so to the public."""

from datetime import datetime
from typing import Final

from accelerator.journal import Actor
from accelerator.labels import search
from accelerator.labels.models import Label
from accelerator.labels.operations.proving import reflect
from accelerator.workflow import operation

_RELATED: Final = (
    "category__call",
    "organisation__merged_into",
    "organisation__seat",
    "candidacy",
    "application__call",
)


def lock_label(label: Label) -> Label:
    """The label, locked, with what its rules and its letters need."""
    return Label.objects.select_for_update(of=("self",)).select_related(*_RELATED).get(pk=label.pk)


@operation
def publish(*, label: Label, by: Actor, at: datetime) -> None:
    """Have the register and the attestation say what a label is now, in the transaction of what changed it.

    Called after an award, a suspension, its end, an abrogation, a retrait, and whatever undoes one of them.
    """
    reflect(label=label, by=by, at=at)
    search.refresh(label)
