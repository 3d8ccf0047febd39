"""Who would read what, made by the worker: seconds and hundreds of megabytes that no page spends."""

from django.utils import timezone

from accelerator.calls.operations import assigning
from accelerator.calls.queries.assigning import Proposal, proposal_for
from accelerator.journal import System
from accelerator.workflow import read_only, transaction

SOLVER = System("assignment")


def solve(number: int) -> bool:
    """Make a proposal that was asked; False when it is no longer wanted.

    Nothing is locked meanwhile: what changes under it is seen when it is applied.
    """
    with transaction():
        row = assigning.begin_proposal(proposal=number, by=SOLVER, at=timezone.now())
    if row is None:
        return False
    made: Proposal | None = None
    try:
        with read_only():
            made = proposal_for(row.call, today=timezone.localdate())
    finally:
        # What went wrong is raised all the same, for those who keep the worker; the page says that it failed.
        with transaction():
            assigning.keep_proposal(proposal=number, made=made, by=SOLVER, at=timezone.now())
    return True
