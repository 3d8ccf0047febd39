"""What is read, by whom, and how much of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from accelerator.accounts.models import Person
from accelerator.calls.criteria import Grid, GridFault
from accelerator.calls.models import (
    Application,
    Assignment,
    Call,
    CallRole,
    CallVersion,
    Commission,
    CommissionMember,
    JuryMember,
    Review,
    Reviewer,
)
from accelerator.calls.states import ApplicationState, AssignmentState, CallRoleName, CallState, CommissionState
from accelerator.workflow.ordering import alphabetical
from accelerator.workflow.together import Short, read_together

# Where a file is while it is read, heard and concluded upon.
READ_IN = (ApplicationState.ADMISSIBLE, ApplicationState.REVIEW)
JUDGED_IN = (ApplicationState.REVIEW, ApplicationState.HEARING)
RANKED_IN = (
    *JUDGED_IN,
    ApplicationState.DECIDED,
    ApplicationState.NOTIFIED,
    ApplicationState.APPEALED,
)


def grid_of(version: CallVersion) -> Grid:
    """The criteria of a version; an empty grid when they cannot be read."""
    try:
        return Grid.from_json(version.criteria)
    except GridFault:
        return Grid()


def marks_of(grid: Grid, scores: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What a review says of each criterion, in words: its name, the score on its scale, the comment."""
    lines = []
    for one in grid.criteria:
        kept = scores.get(one.code) or {}
        score = kept.get("score")
        said = "pas de note" if score is None else f"{score} sur {one.highest} : {one.words_of(score)}"
        lines.append((one.label, said, str(kept.get("comment", ""))))
    return lines


def running_version(call: Call) -> CallVersion | None:
    """The last version that was published."""
    return call.versions.filter(published_at__isnull=False).order_by("-number").first()


def assignments_of(person: Any) -> QuerySet[Assignment]:
    """What was given to a person to read, in calls whose reviewers they still are; withdrawn files left out."""
    return (
        Assignment.objects.standing()
        .filter(reviewer__person=person, reviewer__ended_at__isnull=True)
        .exclude(application__state=ApplicationState.WITHDRAWN)
        .select_related("application__call", "application__version", "reviewer")
    )


def reviewers_with_loads(call: Call) -> QuerySet[Reviewer]:
    """The current reviewers, with `given` and `done`: how many files they have to read, and have read."""
    standing = Q(assignments__state="given") & ~Q(assignments__application__state=ApplicationState.WITHDRAWN)
    return (
        Reviewer.objects.current()
        .filter(call=call)
        .select_related("person")
        .annotate(
            given=Count("assignments", filter=standing),
            done=Count("assignments", filter=Q(assignments__state="done")),
        )
    )


def judges_of(call: Call) -> QuerySet[Person]:
    """Those who read, hear or sit for a call: its reviewers, its jurors, the members of commissions not closed yet."""
    sitting = (CommissionState.DRAFT, CommissionState.CONVENED, CommissionState.HELD)
    readers = Reviewer.objects.current().filter(call=call).values("person")
    jurors = JuryMember.objects.filter(jury__call=call, left_at__isnull=True).values("person")
    members = CommissionMember.objects.filter(commission__call=call, commission__state__in=sitting).values("person")
    return Person.objects.filter(pk__in=readers.union(jurors, members)).order_by("pk")


def review_of(assignment: Assignment) -> Review | None:
    """What the reviewer wrote so far, or None."""
    return Review.objects.filter(assignment=assignment).first()


def readings_of(application: Application) -> tuple[list[Review], list[Assignment]]:
    """The reviews given of a file, in the order in which they were given, and what is still to be read. One query."""
    held = Assignment.objects.standing().filter(application=application).select_related("reviewer__person", "review")
    rows = list(held.order_by("ended_at", "due_on", "pk"))
    waiting = [one for one in rows if one.state == AssignmentState.GIVEN]
    return [one.review for one in rows if one.state == AssignmentState.DONE], waiting


@dataclass(frozen=True)
class Duties:
    """What someone has to judge and to examine, for their own space.

    to_read, next_on  how many files, and the day on which the first is awaited.
    reviews           whether files may be given to them, or were.
    juries            the names of those in which they sit.
    commissions       those that are convened, the next one first.
    served            the titles of the calls in which they examine, sign or preside.
    written           the calls that they write.
    """

    to_read: int
    next_on: date | None
    reviews: bool
    juries: tuple[str, ...]
    commissions: tuple[Commission, ...]
    served: tuple[str, ...]
    written: tuple[Call, ...]

    @property
    def judges(self) -> bool:
        return bool(self.reviews or self.juries or self.commissions)


def duties_of(person: Any) -> Duties:
    """What a person has to read, where they sit, what they examine. One query."""
    juries = JuryMember.objects.filter(person=person, left_at__isnull=True).order_by(alphabetical("jury__name"), "pk")
    sittings = Commission.objects.filter(
        members__person=person, state__in=(CommissionState.CONVENED, CommissionState.HELD)
    )
    waiting = assignments_of(person).filter(state=AssignmentState.GIVEN).order_by("due_on", "pk")
    read = read_together(
        {
            "waiting": Short(waiting.select_related(None), ("due_on",)),
            "reviewing": Short(Reviewer.objects.current().filter(person=person).order_by("pk"), ("pk",)),
            "juries": Short(juries, ("jury__pk", "jury__name")),
            "sittings": Short(sittings.order_by("held_at", "pk"), ("public_id", "name", "held_at")),
            "served": Short(calls_served_by(person), ("title",)),
            "written": Short(calls_written_by(person), ("title", "public_id", "state")),
        }
    )
    return Duties(
        len(read["waiting"]),
        read["waiting"][0].due_on if read["waiting"] else None,
        bool(read["reviewing"]),
        tuple(member.jury.name for member in read["juries"]),
        tuple(read["sittings"]),
        tuple(call.title for call in read["served"]),
        tuple(read["written"]),
    )


def calls_served_by(person: Any) -> QuerySet[Call]:
    """The calls in which a person examines, signs or presides."""
    roles = CallRole.objects.current().filter(person=person).exclude(name=CallRoleName.AUTHOR).values("call")
    return Call.objects.filter(pk__in=roles).order_by(alphabetical("title"), "pk")


def calls_written_by(person: Any) -> QuerySet[Call]:
    """The calls of which a person writes the conditions and the form."""
    roles = CallRole.objects.current().filter(person=person, name=CallRoleName.AUTHOR).values("call")
    return Call.objects.filter(pk__in=roles).exclude(state=CallState.CANCELLED).order_by(alphabetical("title"), "pk")


def late(assignment: Assignment, on: date) -> bool:
    """Whether a review is awaited since a day that is past."""
    return assignment.state == "given" and assignment.due_on < on
