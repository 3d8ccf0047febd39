"""Giving files to reviewers, in one go."""

from collections import defaultdict
from datetime import datetime
from typing import Any, Final

from django.utils.timezone import localdate

from accelerator.calls.assignment import Pairing
from accelerator.calls.models import Application, Assignment, AssignmentProposal, Call
from accelerator.calls.operations.tallies import tally
from accelerator.calls.queries.assigning import Proposal, followed, latest_proposal, world_of
from accelerator.calls.queries.standing import call_standing_of
from accelerator.calls.rules import judging as rules
from accelerator.calls.states import BEGIN_REVIEW, ApplicationState
from accelerator.journal import Actor, System
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said
from accelerator.workflow.jobs import defer
from accelerator.workflow.transitions import move

PROPOSE: Final = "calls.propose_assignment"


@operation
def ask_proposal(*, call: Call, by: Any, at: datetime) -> AssignmentProposal:
    """Ask the worker who would read what; asked again while it is being made, that one is the answer.

    The one that was not applied gives way: it was made for a world that is no more.
    """
    rules.require("calls.run_reviews", by, call)
    Call.objects.select_for_update().get(pk=call.pk)
    last = latest_proposal(call)
    if last is not None and last.is_running(at):
        return last
    AssignmentProposal.objects.filter(call=call, applied_at__isnull=True).delete()
    proposal = AssignmentProposal.objects.create(call=call, asked_at=at)
    record("calls.assignment_asked", call, by=by, at=at)
    defer(PROPOSE, {"proposal": proposal.pk})
    return proposal


@operation
def begin_proposal(*, proposal: int, by: Actor, at: datetime) -> AssignmentProposal | None:
    """Begin to make it, or begin again after a worker died; None when another took its place, or it is made."""
    rows = AssignmentProposal.objects.select_for_update(of=("self",)).select_related("call")
    row = rows.filter(pk=proposal, ended_at__isnull=True).first()
    if row is not None:
        row.started_at = at
        row.save(update_fields=["started_at"])
    return row


@operation
def keep_proposal(*, proposal: int, made: Proposal | None, by: Actor, at: datetime) -> None:
    """Keep what was proposed, or that it could not be (`made` is None); said twice, the first one counts."""
    row = AssignmentProposal.objects.select_for_update().filter(pk=proposal, ended_at__isnull=True).first()
    if row is None:
        return
    row.ended_at, row.failed = at, made is None
    if made is not None:
        row.plan, row.world, row.due_on = made.plan.to_json(), made.world, made.due_on
    row.save()


@operation
def assign_files(*, call: Call, proposal: Proposal, by: Any, at: datetime) -> list[Pairing]:
    """Give the files as this proposal has it; the files begin to be read, their readers are told.

    What stands is kept: only what is missing is given. Whoever applies gives only the files that they follow: those of
    their own side, or of elsewhere, wait for someone else. Raises `Refused` when the world is no longer the one that
    the proposal was made for (another was applied, a reviewer left, a link was declared).
    """
    rules.require("calls.run_reviews", by, call)
    Call.objects.select_for_update().get(pk=call.pk)
    world = world_of(call, today=localdate(at))
    if proposal.world != world.digest:
        raise Refused(
            "La situation a changé depuis cette proposition : un expert, un dossier, un lien ou le jour n’est plus le "
            "même. Demandez-en une nouvelle, lisez-la, puis appliquez-la."
        )
    mine = set(world.applications)
    if not isinstance(by, System):
        mine = set(followed(call_standing_of(by, call)).values_list("pk", flat=True))
    pairings = [one for one in proposal.plan.pairings if one.file in mine]
    if not pairings:
        raise Refused("Il n’y a rien à confier.")
    Assignment.objects.bulk_create(
        Assignment(
            reviewer=world.reviewers[one.reader],
            application=world.applications[one.file],
            why=one.to_json(),
            given_at=at,
            given_by=by,
            due_on=proposal.due_on,
        )
        for one in pairings
    )
    given: dict[int, int] = defaultdict(int)
    for one in pairings:
        given[one.reader] += 1
    for pk in sorted({one.file for one in pairings}):
        application: Application = world.applications[pk]
        if application.state == ApplicationState.ADMISSIBLE:
            move(application, BEGIN_REVIEW, by=by, at=at)
    record(
        "calls.files_assigned",
        call,
        by=by,
        at=at,
        count=len(pairings),
        readers=len(given),
        due=said(proposal.due_on),
    )
    for reader, count in sorted(given.items()):
        tell(
            "calls/files_assigned",
            to=Recipient.of(world.reviewers[reader].person),
            at=at,
            data={"call": call, "count": count, "due_on": proposal.due_on},
        )
    tally(one.file for one in pairings)
    AssignmentProposal.objects.filter(call=call, world=proposal.world, applied_at__isnull=True).update(applied_at=at)
    return pairings
