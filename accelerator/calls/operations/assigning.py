"""Giving files to reviewers, in one go."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from accelerator.calls.models import Application, Assignment, Call
from accelerator.calls.operations.tallies import tally
from accelerator.calls.queries.assigning import Proposal, proposal_for
from accelerator.calls.rules import judging as rules
from accelerator.calls.states import BEGIN_REVIEW, ApplicationState
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.transitions import move


@operation
def assign_files(*, call: Call, digest: str, by: Any, at: datetime) -> Proposal:
    """Give the files as the proposal of this print had it; the files begin to be read, their readers are told.

    What stands is kept: only what is missing is given. Raises `Refused` when the world changed since the proposal was
    read (another proposal was applied, a reviewer left, a link was declared): it is read again first.
    """
    rules.require("calls.run_reviews", by, call)
    Call.objects.select_for_update().get(pk=call.pk)
    proposal = proposal_for(call, today=localdate(at))
    if proposal.digest != digest:
        raise Refused(
            "La situation a changé depuis cet aperçu : un expert, un dossier ou un lien n’est plus le même. "
            "Relisez la nouvelle proposition ci-dessous, puis appliquez-la."
        )
    if not proposal.plan.pairings:
        raise Refused("Il n’y a rien à confier.")
    Assignment.objects.bulk_create(
        Assignment(
            reviewer=proposal.readers[one.reader],
            application=proposal.files[one.file],
            why=one.to_json(),
            given_at=at,
            given_by=by,
            due_on=proposal.due_on,
        )
        for one in proposal.plan.pairings
    )
    given: dict[int, int] = defaultdict(int)
    for one in proposal.plan.pairings:
        given[one.reader] += 1
    for pk in sorted({one.file for one in proposal.plan.pairings}):
        application: Application = proposal.files[pk]
        if application.state == ApplicationState.ADMISSIBLE:
            move(application, BEGIN_REVIEW, by=by, at=at)
    record(
        "calls.files_assigned",
        call,
        by=by,
        at=at,
        count=len(proposal.plan.pairings),
        readers=len(given),
        due=proposal.due_on.isoformat(),
    )
    for reader, count in sorted(given.items()):
        tell(
            "calls/files_assigned",
            to=Recipient.of(proposal.readers[reader].person),
            at=at,
            data={"call": call, "count": count, "due_on": proposal.due_on},
        )
    tally(one.file for one in proposal.plan.pairings)
    return proposal
