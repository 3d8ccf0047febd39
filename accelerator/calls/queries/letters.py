"""Decisions that wait to be signed or told, and what their letters say."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from accelerator.calls.criteria import Grid
from accelerator.calls.letters import letter_of
from accelerator.calls.models import Application, Call, CallRole, Decision, Opinion, Review
from accelerator.calls.purposes import purpose_of
from accelerator.calls.queries.appeals import contested_from
from accelerator.calls.queries.judging import grid_of
from accelerator.calls.queries.opinions import opinions_by_file, told_opinions
from accelerator.calls.queries.ranking import lines_of
from accelerator.calls.queries.standing import CallStanding, judged_in, of_applicant, roles_of, within
from accelerator.calls.remedies import remedies_of
from accelerator.calls.states import AssignmentState, CallRoleName, DecisionKind, DecisionOutcome
from accelerator.workflow.dates import said
from accelerator.workflow.ordering import alphabetical
from accelerator.workflow.prints import print_of
from accelerator.workflow.together import Short, read_together

# Where a letter is, before it is told.
DRAFTED: Final = Q(signed_at__isnull=True)
SIGNED: Final = Q(signed_at__isnull=False, notified_at__isnull=True)


def letters_in(standing: CallStanding) -> QuerySet[Decision]:
    """The express decisions of a call that a person may read, told or not; those that silence took are no letters.

    One query, for what is of their own side.
    """
    files = judged_in(standing).filter(call=standing.call).values("pk")
    return Decision.objects.filter(application__in=files, kind=DecisionKind.EXPRESS)


def outbox(standing: CallStanding) -> QuerySet[Decision]:
    """The same, with all that a letter says."""
    return letters_in(standing).select_related(
        "application__call",
        "application__version",
        "application__organisation",
        "application__person",
        "application__submitted_by",
        "signatory__person",
    )


def letters_to_sign(person: Any, on: date, *, roles: Sequence[CallRole] | None = None) -> list[tuple[Call, int]]:
    """The calls in which letters wait for the signature of a person, each with how many.

    Those that their delegations cover on that day, of files on their territory and not of their own side. One query
    for who signs something.

    roles  theirs (`roles_of`), when they were read already; else one query more.
    """
    held = roles_of(person) if roles is None else roles
    signing = [role for role in held if role.name == CallRoleName.SIGNATORY and role.covers(on)]
    covered = Q(pk__in=[])
    for role in signing:
        amount = Q() if role.most_cents is None else Q(cents__isnull=True) | Q(cents__lte=role.most_cents)
        covered |= Q(application__in=Application.objects.filter(within(role)).values("pk")) & amount
    if not signing:
        return []
    theirs = Application.objects.filter(of_applicant(person)).values("pk")
    letters = Decision.objects.drafted().filter(covered).exclude(application__in=theirs).order_by()
    rows = letters.values_list("application__call").annotate(number=Count("pk"))
    counts: dict[int, int] = dict(rows)
    calls = {role.call_id: role.call for role in signing}
    return [(call, counts[key]) for key, call in calls.items() if key in counts]


def signatories_of(call: Call) -> list[CallRole]:
    """Those who sign or signed for a call, those of the past included: their letters remain."""
    roles = CallRole.objects.filter(call=call, name=CallRoleName.SIGNATORY).select_related("person")
    return list(roles.order_by(alphabetical("person__family_name"), "pk"))


def drafted_beside(application: Application) -> tuple[Decision | None, list[Opinion]]:
    """The decision in preparation on a file, and the opinions that stand beside it, in order. One query."""
    drafted = application.decisions.filter(notified_at__isnull=True).order_by("pk")[:1]
    asked = application.opinions.standing().order_by("asked_at", "pk")
    said_of = ("who", "asked_at", "due_on", "sense", "author", "given_on", "answered_at", "withdrawn_at")
    read = read_together(
        {
            "drafted": Short(drafted, ("outcome", "reasons", "advice", "cents", "failed")),
            "opinions": Short(asked, said_of),
        }
    )
    for one in read["opinions"]:
        one.application = application
    return next(iter(read["drafted"]), None), read["opinions"]


def reviews_told(decision: Decision) -> list[Review]:
    """The reviews given of the file, in an order that names nobody."""
    reviews = Review.objects.filter(
        assignment__application=decision.application_id, assignment__state=AssignmentState.DONE
    )
    return list(reviews.order_by("assignment__ended_at", "pk"))


def drafted_letter(
    decision: Decision, *, role: CallRole | None = None, signed_on: date | None = None
) -> dict[str, Any]:
    """What the letter of a decision says now; with the signatory and the day once it is being signed."""
    # Silence judged nothing: the reviews that go on meanwhile are told with the decision that rests on them.
    by_silence = decision.kind == DecisionKind.IMPLICIT
    unjudged = decision.outcome == DecisionOutcome.INADMISSIBLE or by_silence
    reviews = [] if unjudged else reviews_told(decision)
    grid = grid_of(decision.application.version) if reviews else Grid()
    lines = lines_of(grid, reviews)
    # A letter is signed before anyone knows the day on which it is told; silence has its own day.
    since = contested_from(decision) if by_silence else None
    application = decision.application
    retained = decision.outcome == DecisionOutcome.RETAINED
    return letter_of(
        decision,
        grants=purpose_of(application.call.purpose).grants(application) if retained else (),
        scores=[(line.label, line.weight, line.mean, [comment for *_, comment in line.scores]) for line in lines],
        means=[review.mean for review in reviews if review.mean is not None],
        threshold=grid.threshold,
        comments=[review.for_applicant for review in reviews if review.for_applicant.strip()],
        opinions=[] if by_silence else told_opinions(application, signed_on or localdate()),
        remedies=[one.sentence(since) for one in remedies_of(application.call.remedies)],
        signatory=role.person.name if role else "",
        act=role.act_reference if role else "",
        signed_on=signed_on,
    )


def prints_of(letters: Sequence[Decision]) -> dict[int, str]:
    """Letter -> the print of what it says: what was written of it, the reviews and the opinions that it tells.

    Two queries, whatever their number.
    """
    files = [one.application_id for one in letters]
    reviews: dict[int, list[Any]] = {}
    given = Review.objects.filter(assignment__application__in=files, assignment__state=AssignmentState.DONE)
    for application, *told in given.order_by("pk").values_list("assignment__application", "pk", "saved_at"):
        reviews.setdefault(application, []).append(told)
    opinions = {
        application: [(one.pk, one.answered_at, one.due_on) for one in asked]
        for application, asked in opinions_by_file(files).items()
    }
    return {
        one.pk: print_of(
            [
                *(one.outcome, one.reasons, one.advice, one.cents, one.failed, one.signed_at),
                # Signed, it is frozen whole.
                [] if one.signed_at else [reviews.get(one.application_id), opinions.get(one.application_id)],
            ]
        )
        for one in letters
    }


def shown_letter(decision: Decision) -> dict[str, Any]:
    """The letter as it was signed; before, as it would be."""
    # A letter that was signed before last days were told has none.
    return {"last_days": [], **decision.letter} if decision.letter else drafted_letter(decision)


def told_letter(decision: Decision, notified_on: date, remedies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The letter as it was signed, with what only its notification knows: the last day of each remedy."""
    if not decision.letter["remedies"]:
        return decision.letter
    ends = [
        f"{one.name.capitalize()} : jusqu’au {said(one.last_day(notified_on))} inclus." for one in remedies_of(remedies)
    ]
    return {
        **decision.letter,
        "last_days": [f"Décision notifiée le {said(notified_on)} : ces délais partent de ce jour.", *ends],
    }


def delegations_of(call: Call) -> list[CallRole]:
    """The roles by which the letters of a call are signed: each has its act, its ceiling, and its territory if any."""
    roles = CallRole.objects.current().filter(call=call, name=CallRoleName.SIGNATORY)
    return list(roles.select_related("person").order_by("pk"))


def in_state(rows: QuerySet[Decision], state: str) -> QuerySet[Decision]:
    """Those that are drafted, signed, told or replaced."""
    match state:
        case "drafted":
            return rows.filter(DRAFTED)
        case "signed":
            return rows.filter(SIGNED)
        case "notified":
            return rows.filter(notified_at__isnull=False, replaced_by__isnull=True)
        case "replaced":
            return rows.filter(replaced_by__isnull=False)
    return rows
