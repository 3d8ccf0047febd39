"""The file: opening it, telling it step by step, publishing it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accelerator.accounts.models import Person
from accelerator.community.models import Organisation
from accelerator.community.operations.locks import lock_person
from accelerator.community.queries.organisation import canonical, living
from accelerator.community.queries.people import standing_of as standing_in
from accelerator.geography.perimeters import cover_of
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.projects import rules, search
from accelerator.projects.events import ATTACHED, CHANGED, STARTED
from accelerator.projects.models import Project, ProjectPartner, UnsavedText
from accelerator.projects.operations.locks import lock_project
from accelerator.projects.queries.projects import listed, said
from accelerator.projects.record import LABELS, PRIVATE_AT_FIRST, STEPS
from accelerator.projects.stages import lacking_to_publish
from accelerator.projects.states import END, PUBLISH, RESUME, SHOWN, UNPUBLISH
from accelerator.workflow import Refused, operation
from accelerator.workflow.prints import changed_meanwhile
from accelerator.workflow.steps import Typed
from accelerator.workflow.transitions import move


@operation
def start(*, title: str, summary: str, organisation: Organisation | None, by: Person, at: datetime) -> Project:
    """Open the file of a project, carried by a person, or by an organisation that they steer.

    Raises `Refused` when they do not steer it.
    """
    person = lock_person(by)
    if organisation:
        organisation = living(organisation)
        _demand_steering(person, organisation)
    project = Project.objects.create(
        title=title,
        summary=summary,
        person=person,
        organisation=organisation,
        private=list(PRIVATE_AT_FIRST),
        recorded_at=at,
        changed_at=at,
    )
    record(STARTED.code, project, *([organisation] if organisation else []), by=by, at=at)
    return project


def _demand_steering(person: Person, organisation: Organisation) -> None:
    if not standing_in(person, organisation).is_steering:
        raise Refused(
            f"Vous ne gérez pas la fiche « {organisation.name} » : demandez à la rejoindre, ou restez sans structure.",
            field="organisation",
        )


@operation
def tell_step(
    *, project: Project, step: str, values: Mapping[str, Any], seen: Mapping[str, str], by: Person, at: datetime
) -> Project:
    """Change the values of one step; what was kept of the same text unsaved is forgotten.

    seen  the prints of the values as they were when the page was opened (`workflow.prints`).
    Raises `Refused` when someone else changed one of them meanwhile, saying which and to what.
    """
    held = lock_project(project)
    rules.require("projects.edit", by, held)
    fields = [name for name in STEPS[step].fields if name in values]
    if clashes := changed_meanwhile(held, {name: values[name] for name in fields}, seen):
        now = " ; ".join(f"« {LABELS[name]} » est maintenant : {said(name, getattr(held, name))}" for name in clashes)
        raise Refused(
            f"Pendant que vous écriviez, quelqu’un d’autre a modifié cette partie. {now}. Ce que vous avez tapé est"
            " gardé ci-dessous : vérifiez, puis enregistrez à nouveau pour le retenir."
        )
    changed = [name for name in fields if values[name] != getattr(held, name)]
    UnsavedText.objects.filter(project=held, person=by, step=step).delete()
    if "themes" in fields and not held.themes_told:
        # None, kept as none, is told too: it changes nothing that anyone reads.
        held.themes_told = True
        held.save(update_fields=["themes_told"])
    if not changed:
        return held
    for name in changed:
        setattr(held, name, values[name])
    if held.state in SHOWN and (lacking := lacking_to_publish(held)):
        raise Refused(f"Ce projet est publié : il doit garder {_and([one.label for one in lacking])}.")
    _save(held, changed, at)
    record(CHANGED.code, held, by=by, at=at, step=STEPS[step].title, values=listed(changed), fields=changed)
    return held


@operation
def take_commune(*, project: Project, by: Person, at: datetime) -> Project:
    """Take where the organisation that carries the project is and acts: its commune as the main one, when there is
    none; its territories of action, when there are none, otherwise its commune when none of them covers it. Done
    again, it changes nothing.

    Raises `Refused` when nothing says where that organisation is.
    """
    held = lock_project(project)
    rules.require("projects.edit", by, held)
    lead = canonical(held.organisation) if held.organisation else None
    seat = lead.seat if lead else None
    if lead is None or seat is None:
        raise Refused("La structure qui porte le projet n’a pas de commune connue : choisissez celle du projet.")
    if held.seat_id and held.territories:
        return held
    changed = []
    if held.seat_id is None:
        held.seat = seat
        changed.append("seat")
    if not held.territories and lead.territories:
        held.territories = list(lead.territories)
        changed.append("territories")
    elif not {seat.key, *seat.cover} & set(held.territories):
        held.territories = [*held.territories, seat.key]
        changed.append("territories")
    if changed:
        _save(held, changed, at)
        step = STEPS["territoires"].title
        record(CHANGED.code, held, by=by, at=at, step=step, values=listed(changed), fields=changed)
    return held


def _save(held: Project, fields: Sequence[str], at: datetime) -> None:
    held.changed_at = at
    held.revision += 1
    if "territories" in fields:
        held.territories_cover = cover_of(held.territories)
        fields = [*fields, "territories_cover"]
    held.save(update_fields=[*fields, "changed_at", "revision"])
    if held.state in SHOWN:
        search.refresh(held)


@operation
def keep_unsaved(*, project: Project, step: str, values: Typed, by: Person, at: datetime) -> None:
    """Keep what is being typed in a step, for the one who types alone; the file itself does not change.

    Raises `Refused` when it is too long to be kept.
    """
    rules.require("projects.edit", by, project)
    UnsavedText.objects.keep(values, project=project, person=by, step=step, at=at)


@operation
def forget_unsaved(*, project: Project, step: str, by: Person, at: datetime) -> None:
    """Forget what one was typing in a step."""
    UnsavedText.objects.filter(project=project, person=by, step=step).delete()


@operation
def attach(*, project: Project, organisation: Organisation | None, by: Person, at: datetime) -> Project:
    """Name the organisation that carries the project, or none; who does it must steer that organisation.

    A partner that becomes the chef de file is no longer counted among the others.
    Raises `Refused` when nobody would answer for the project any more.
    """
    person = lock_person(by)
    held = lock_project(project)
    rules.require("projects.manage", by, held)
    if organisation:
        organisation = living(organisation)
        _demand_steering(person, organisation)
        ProjectPartner.objects.filter(project=held, organisation=organisation).delete()
    if held.organisation == organisation:
        return held
    if organisation is None and held.person_id is None:
        raise Refused("Quelqu’un doit répondre du projet : nommez une autre structure d’abord.")
    held.organisation = organisation
    _save(held, ["organisation"], at)
    name = organisation.name if organisation else "personne d’autre"
    record(ATTACHED.code, held, *([organisation] if organisation else []), by=by, at=at, organisation=name)
    return held


@operation
def publish(*, project: Project, by: Person, at: datetime) -> Project:
    """Show the project to anyone. Raises `Refused` with what it lacks."""
    held = lock_project(project)
    rules.require("projects.manage", by, held)
    if lacking := lacking_to_publish(held):
        raise Refused(f"Pour publier ce projet, il manque {_and([one.label for one in lacking])}.")
    moved = move(held, PUBLISH, by=by, at=at, changes={"published_at": held.published_at or at})
    search.refresh(moved)
    return moved


@operation
def unpublish(*, project: Project, reason: str, by: Actor, at: datetime) -> Project:
    """Take the project back from the public: its carriers may, and a moderator, who says why."""
    held = lock_project(project)
    rules.require("projects.unpublish", by, held)
    moved = move(held, UNPUBLISH, by=by, at=at, reason=reason)
    search.refresh(moved)
    return moved


@operation
def end(*, project: Project, reason: str, by: Person, at: datetime) -> Project:
    """Say that the project has ended; its page stays, and says so."""
    held = lock_project(project)
    rules.require("projects.manage", by, held)
    moved = move(held, END, by=by, at=at, reason=reason)
    search.refresh(moved)
    return moved


@operation
def resume(*, project: Project, by: Person, at: datetime) -> Project:
    """Say that an ended project goes on."""
    held = lock_project(project)
    rules.require("projects.manage", by, held)
    moved = move(held, RESUME, by=by, at=at)
    search.refresh(moved)
    return moved


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} et {names[-1]}"
