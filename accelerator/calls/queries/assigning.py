"""What the solver is asked for a call, and what it proposes."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accelerator.calls.assignment import File, Plan, Reader, assign, reasons
from accelerator.calls.models import Application, Assignment, Call, Reviewer
from accelerator.calls.queries.conflicts import bars
from accelerator.calls.queries.judging import READ_IN, grid_of, running_version
from accelerator.calls.states import AssignmentState
from accelerator.community.models import Theme
from accelerator.geography.models import Place

# The ends of the codes of facts that tell which expertise reads a file best, and where it acts.
_THEMES = (".themes",)
_PLACES = (".places", ".territories")


@dataclass(frozen=True)
class Proposal:
    """What is proposed for a call.

    plan      the solver's answer.
    due_on    by when reviews are awaited.
    digest    the print of what is proposed: what is applied is what was read, or nothing.
    readers   reviewer number -> the reviewer.
    files     application number -> the application.
    """

    plan: Plan
    due_on: date
    digest: str
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


def proposal_for(call: Call, *, today: date) -> Proposal:
    """What the solver proposes now for every file that lacks readers. The same world has the same answer.

    Solving takes seconds for thousands of files; queries do not grow with them.
    """
    applications = files_to_read(call)
    reviewers = list(Reviewer.objects.current().filter(call=call).select_related("person").order_by("pk"))
    version = running_version(call)
    days = grid_of(version).days if version else 21
    due_on = today + timedelta(days=days)
    known = _readings(call)
    held: dict[int, set[int]] = {}
    gone: set[tuple[int, int]] = set()
    for application, reviewer, state in known:
        if state in (AssignmentState.GIVEN, AssignmentState.DONE):
            held.setdefault(application, set()).add(reviewer)
        else:
            gone.add((application, reviewer))
    by_person = {one.person_id: one.pk for one in reviewers}
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
    plan = assign(files, readers, apart=kept_apart | gone, first=today, last=due_on)
    print_of = hashlib.sha256(repr(sorted((one.file, one.reader) for one in plan.pairings)).encode()).hexdigest()[:16]
    return Proposal(
        plan=plan,
        due_on=due_on,
        digest=print_of,
        readers={one.pk: one for one in reviewers},
        files={one.pk: one for one in applications},
        names=names_of(plan),
    )


def _readings(call: Call) -> list[tuple[int, int, str]]:
    rows = Assignment.objects.filter(application__call=call).order_by("pk")
    return list(rows.values_list("application", "reviewer", "state"))


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
