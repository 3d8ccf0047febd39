"""The desk of those who examine: what is theirs, what is late, what comes next, the load, the funnel."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Least

from accelerator.calls.eligibility import Result
from accelerator.calls.models import Appeal, Application, Call, CallRole
from accelerator.calls.queries.standing import judged, own_side
from accelerator.calls.states import PENDING, ApplicationState, CallRoleName
from accelerator.workflow.kept import Given, Kept
from accelerator.workflow.ordering import alphabetical

# How many officers the load names.
_MOST_OFFICERS: Final = 10
# How far ahead the desk looks.
SOON: Final = timedelta(days=14)
# What the service owes an answer to: a request, or an appeal (`expected_on` is then the day on which it is due).
_OWED: Final = (*PENDING, ApplicationState.APPEALED)
_ANSWER_ON: Final = Case(
    When(state=ApplicationState.APPEALED, then=F("expected_on")),
    # What is answered, or withdrawn, presses nobody.
    When(state__in=PENDING, then=Coalesce(Least("silence_on", "expected_on"), "silence_on", "expected_on")),
)
_STEPS: Final = (
    ("Déposées", tuple(state for state in ApplicationState.values if state != ApplicationState.DRAFT)),
    (
        "Recevables",
        (
            ApplicationState.ADMISSIBLE,
            ApplicationState.REVIEW,
            ApplicationState.HEARING,
        ),
    ),
    ("En instruction ou en audition", (ApplicationState.REVIEW, ApplicationState.HEARING)),
    ("Décidées", (ApplicationState.DECIDED,)),
    ("Notifiées", (ApplicationState.NOTIFIED, ApplicationState.APPEALED)),
)


def files_of(person: Any, roles: Sequence[CallRole] | None = None) -> QuerySet[Application]:
    """The submitted applications that a person examines, signs or presides over, with the day that presses first.

    One query, for what is theirs to ask and not to judge; two when their `roles` were not read already.
    """
    return (
        judged(person, own_side(person), roles)
        .annotate(due_on=_ANSWER_ON)
        .select_related("call", "organisation", "officer", "person")
        # What a list does not show, and that weighs: the answers, the texts of the call and of the record.
        .defer(
            *("answers", "facts", "sections", "reused", "call__presentation", "call__remedies", "call__sources"),
            *("organisation__presentation", "organisation__provenance", "organisation__territories_cover"),
        )
    )


def files_shown(chosen: Iterable[int]) -> list[Application]:
    """A few of them in that order, with what a list shows on screen and no more. One query."""
    keys = list(chosen)
    found = {one.pk: one for one in _SHOWN(keys)} if keys else {}
    return [found[key] for key in keys if key in found]


_SHOWN: Final = Kept(
    lambda: (
        Application.objects.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [Given(0)]))
        .annotate(due_on=_ANSWER_ON)
        .select_related("organisation", "officer")
        .only(
            *("public_id", "number", "title", "state", "received_on", "findings", "paper"),
            *("aside_at", "aside_because"),
            *("organisation__name", "officer__given_name", "officer__family_name"),
        )
    )
)


def searched(
    files: QuerySet[Application], values: Mapping[str, Any], *, person: Any, on: date
) -> QuerySet[Application]:
    """Those of the files that a search of the desk keeps; `values` are its filters, the valid ones."""
    if call := values.get("appel"):
        files = files.filter(call__public_id=call)
    if q := values.get("q"):
        said = Q(title__icontains=q) | Q(number__icontains=q) | Q(organisation__name__icontains=q)
        files = files.filter(said | Q(paper__name__icontains=q))
    if state := values.get("etat"):
        files = files.filter(state=state)
    match values.get("instructeur"):
        case "moi":
            files = files.filter(officer=person)
        case "personne":
            files = files.filter(officer__isnull=True)
    match values.get("conditions"):
        case "remplies":
            files = files.exclude(unmet())
        case "manquent":
            files = files.filter(unmet())
    match values.get("delai"):
        case "retard":
            files = files.filter(late(on))
        case "bientot":
            files = files.filter(soon(on))
        case "reprendre":
            files = files.filter(to_take_up())
        case "recours":
            files = files.filter(Exists(Appeal.objects.in_progress().filter(application=OuterRef("pk"))))
    return files


def late(on: date) -> Q:
    """Waiting past the day on which silence decides, on which an answer was promised, or due to an appeal."""
    return Q(state__in=PENDING) & Q(silence_on__lt=on) | Q(state__in=_OWED) & Q(expected_on__lt=on)


def to_take_up() -> Q:
    """Of which something was to be told, and could not be, as `Application.to_take_up` says of one."""
    return Q(state__in=PENDING, aside_at__isnull=False)


def unmet_by(application: Application) -> tuple[str, ...]:
    """The conditions of the call that were not met when it was submitted: they advise, and decide nothing."""
    return tuple(finding["label"] for finding in application.findings if finding["result"] == Result.FAILS)


def unmet() -> Q:
    """Some condition of the call was not met when it was submitted, as `unmet_by` says of one."""
    return Q(findings__contains=[{"result": Result.FAILS}])


def soon(on: date) -> Q:
    """Waiting, and due within two weeks."""
    until = on + SOON
    near = Q(state__in=PENDING) & Q(silence_on__lte=until) | Q(state__in=_OWED) & Q(expected_on__lte=until)
    return near & ~late(on)


@dataclass(frozen=True)
class DeskFigures:
    """What the desk says first.

    filed   how many files there are.
    load    (officer's name, waiting files), the heaviest first.
    funnel  (step, how many files are there).
    """

    filed: int
    waiting: int
    late: int
    soon: int
    unassigned: int
    to_take_up: int
    load: list[tuple[str, int]]
    funnel: list[tuple[str, int]]


def figures_of(files: QuerySet[Application], on: date) -> DeskFigures:
    """The figures of some files. One query."""
    counted = (
        files.order_by()
        .values("state", "officer", given=F("officer__given_name"), family=F("officer__family_name"))
        .annotate(
            number=Count("pk"),
            late=Count("pk", filter=late(on)),
            soon=Count("pk", filter=soon(on)),
            aside=Count("pk", filter=to_take_up()),
        )
    )
    steps: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    load: Counter[tuple[str, int]] = Counter()
    for row in counted:
        steps[row["state"]] += row["number"]
        if row["state"] not in _OWED:
            continue
        waiting.update({name: row[name] for name in ("number", "late", "soon", "aside")})
        if row["officer"] is None:
            waiting["unassigned"] += row["number"]
        else:
            load[f"{row['given']} {row['family']}".strip(), row["officer"]] += row["number"]
    heaviest = sorted(load.items(), key=lambda one: (-one[1], one[0][1]))
    return DeskFigures(
        filed=steps.total(),
        waiting=waiting["number"],
        late=waiting["late"],
        soon=waiting["soon"],
        unassigned=waiting["unassigned"],
        to_take_up=waiting["aside"],
        load=[(name, number) for (name, _), number in heaviest[:_MOST_OFFICERS]],
        funnel=[(label, sum(steps[state] for state in states)) for label, states in _STEPS],
    )


def calls_served(roles: Iterable[CallRole]) -> list[Call]:
    """The calls in which these roles are, each once."""
    return list({role.call_id: role.call for role in roles}.values())


def officers_of(call: Call) -> list[Any]:
    """The officers of a call."""
    roles = CallRole.objects.current().filter(call=call, name=CallRoleName.OFFICER).select_related("person")
    return [role.person for role in roles.order_by(alphabetical("person__family_name"), "pk")]
