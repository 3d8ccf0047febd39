"""What the doors write: figures that would be too long to count at each visit."""

from datetime import datetime

from accelerator.journal import Actor
from accelerator.portal.models import KeptFigures
from accelerator.portal.queries import count
from accelerator.workflow import operation


@operation
def keep_figures(*, by: Actor, at: datetime) -> KeptFigures:
    """Count the whole directory and keep the result, with its moment. Derived from the data: no event records it."""
    organisations, by_departement = count()
    kept, _ = KeptFigures.objects.update_or_create(
        only=True,
        defaults={"organisations": organisations, "by_departement": by_departement, "counted_at": at},
    )
    return kept
