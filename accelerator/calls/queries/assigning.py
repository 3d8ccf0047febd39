"""What the solver is asked for a call, and what it proposes."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from accelerator.calls.assignment import File, Plan, Reader, assign, reasons
from accelerator.calls.models import Application, Assignment, AssignmentProposal, Call, Conflict, Reviewer
from accelerator.calls.queries.conflicts import bars
from accelerator.calls.queries.judging import READ_IN, grid_of, running_version
from accelerator.calls.queries.standing import CallStanding, judged
from accelerator.calls.states import AssignmentState, ConflictState
from accelerator.community.models import Theme
from accelerator.geography.models import Place
from accelerator.workflow.prints import print_of

# The ends of the codes of facts that tell which expertise reads a file best, and where it acts.
_THEMES = (".themes",)
_PLACES = (".places", ".territories")


@dataclass(frozen=True)
class World:
    """What the solver is asked: the files, the readers, who is kept from what, between which days.

    digest  its print: a proposal is applied to the world that it was made for, or not at all.
    """

    files: tuple[File, ...]
    readers: tuple[Reader, ...]
    apart: frozenset[tuple[int, int]]
    today: date
    due_on: date
    applications: dict[int, Application]
    reviewers: dict[int, Reviewer]

    @property
    def digest(self) -> str:
        """The same world has the same print, whatever the process that looks."""
        files = [(one.key, one.wanted, sorted(one.themes), sorted(one.places), sorted(one.held)) for one in self.files]
        readers = [(one.key, one.most, sorted(one.themes), sorted(one.places), one.away) for one in self.readers]
        return print_of([files, readers, sorted(self.apart), self.today, self.due_on])


@dataclass(frozen=True)
class Proposal:
    """What is proposed for a call.

    plan      the solver's answer.
    due_on    by when reviews are awaited.
    world     the print of what it was made for (`World.digest`).
    readers   reviewer number -> the reviewer.
    files     application number -> the application.
    """

    plan: Plan
    due_on: date
    world: str
    readers: dict[int, Reviewer]
    files: dict[int, Application]
    names: dict[str, str]

    def reason(self, why: dict[str, Any]) -> str:
        """Why a pairing, in French."""
        return reasons(why, self.names)


def files_to_read(call: Call) -> list[Application]:
    """The files that are read now: admissible, or already being read."""
    return list(
        Application.objects.filter(call=call, state__in=READ_IN)
        .select_related("version", "organisation")
        .order_by("pk")
    )


def world_of(call: Call, *, today: date) -> World:
    """What there is to give and to whom, now. Queries do not grow with it."""
    applications = files_to_read(call)
    reviewers = list(Reviewer.objects.current().filter(call=call).select_related("person").order_by("pk"))
    version = running_version(call)
    days = grid_of(version).days if version else 21
    due_on = today + timedelta(days=days)
    by_person = {one.person_id: one.pk for one in reviewers}
    held: dict[int, set[int]] = {}
    gone: set[tuple[int, int]] = set()
    for application, reviewer, person, state in _readings(call):
        # Whoever left and came back reads no file twice, nor again what they gave back.
        reader = by_person.get(person, reviewer)
        if state in (AssignmentState.GIVEN, AssignmentState.DONE):
            held.setdefault(application, set()).add(reader)
        else:
            gone.add((application, reader))
    kept_apart = {
        (application, by_person[person])
        for application, person in bars(Application.objects.filter(pk__in=[a.pk for a in applications]), by_person)
    }
    places = _places(applications)
    grids = {one.version_id: grid_of(one.version) for one in applications}
    files = [
        File(
            key=one.pk,
            wanted=grids[one.version_id].readers,
            themes=frozenset(_listed(one, _THEMES, one.organisation.themes if one.organisation else [])),
            places=places.get(one.pk, frozenset()),
            held=frozenset(held.get(one.pk, ())),
        )
        for one in applications
    ]
    readers = [
        Reader(
            key=one.pk,
            most=one.most,
            themes=frozenset(one.themes),
            places=frozenset(one.perimeter),
            away=one.away,
        )
        for one in reviewers
    ]
    return World(
        files=tuple(files),
        readers=tuple(readers),
        apart=frozenset(kept_apart | gone),
        today=today,
        due_on=due_on,
        applications={one.pk: one for one in applications},
        reviewers={one.pk: one for one in reviewers},
    )


def proposal_for(call: Call, *, today: date) -> Proposal:
    """What the solver proposes now for every file that lacks readers. The same world has the same answer.

    Seconds and hundreds of megabytes for thousands of files: the worker asks it, never a page.
    """
    world = world_of(call, today=today)
    plan = assign(world.files, world.readers, apart=world.apart, first=today, last=world.due_on)
    return Proposal(plan, world.due_on, world.digest, world.reviewers, world.applications, names_of(plan))


def latest_proposal(call: Call) -> AssignmentProposal | None:
    """The proposal that was asked last and that nobody applied, made or not, or None."""
    return AssignmentProposal.objects.filter(call=call, applied_at__isnull=True).order_by("-asked_at", "-pk").first()


def kept_proposal(row: AssignmentProposal) -> Proposal:
    """A proposal as it was made; those who left since are looked up all the same. Four queries."""
    plan = Plan.from_json(row.plan)
    files = {one.file for one in plan.pairings} | {one.file for one in plan.lacks} | set(plan.uncovered)
    readers = Reviewer.objects.filter(pk__in=plan.loads).select_related("person")
    return Proposal(
        plan,
        row.due_on or row.asked_at.date(),
        row.world,
        {one.pk: one for one in readers.order_by("pk")},
        Application.objects.select_related("version", "organisation").in_bulk(files),
        names_of(plan),
    )


def followed(standing: CallStanding) -> QuerySet[Application]:
    """The files of a call of which a person of the service may know who reads them, and say so.

    Those of their territory, of neither their own side nor one that they said they are linked to.
    """
    declared = Conflict.objects.filter(person=standing.person, state=ConflictState.RECUSED).values("application")
    return judged(standing.person, roles=standing.reading).exclude(pk__in=declared)


def _readings(call: Call) -> list[tuple[int, int, int, str]]:
    rows = Assignment.objects.filter(application__call=call).order_by("pk")
    return list(rows.values_list("application", "reviewer", "reviewer__person", "state"))


def names_of(plan: Plan) -> dict[str, str]:
    """The themes and the places that a plan speaks of, by code."""
    names = dict(Theme.objects.values_list("code", "label"))
    keys = {one.place for one in plan.pairings if one.place}
    return {**names, **dict(Place.objects.filter(key__in=keys).values_list("key", "name"))}


def _listed(application: Application, ends: tuple[str, ...], otherwise: list[str]) -> list[str]:
    """What was frozen with the application, the project before the organisation; else what its organisation says."""
    for code in sorted(application.facts, reverse=True):
        value = application.facts[code]
        # Places are frozen with their cover (`calls.eligibility.frozen`).
        value = value.get("keys") if isinstance(value, dict) else value
        if code.endswith(ends) and isinstance(value, list) and value:
            return [str(one) for one in value]
    return otherwise


def _places(applications: list[Application]) -> dict[int, frozenset[str]]:
    """Application -> the keys of where it acts, and of the larger places around."""
    own: dict[int, list[str]] = {}
    for one in applications:
        organisation = one.organisation
        own[one.pk] = _listed(one, _PLACES, organisation.territories if organisation else [])
    wanted = {key for keys in own.values() for key in keys}
    covers = dict(Place.objects.filter(key__in=wanted).values_list("key", "cover"))
    return {
        pk: frozenset(place for key in keys for place in (*covers.get(key, ()), key))
        for pk, keys in own.items()
        if keys
    }
