"""The file of a candidacy: opening it, telling it, assessing it, closing it."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.utils.timezone import localdate, make_aware

from accelerator.accounts.models import Person
from accelerator.calls.models import Application
from accelerator.community.models import Organisation
from accelerator.community.operations.locks import lock_organisation, lock_person
from accelerator.community.queries.organisation import living
from accelerator.community.queries.people import standing_of as standing_in
from accelerator.community.states import OrganisationState
from accelerator.geography.perimeters import perimeter_of
from accelerator.journal import ref
from accelerator.journal.operations import record
from accelerator.labels.criteria import criteria_of
from accelerator.labels.events import (
    ASSESSED,
    CANDIDACY_CHANGED,
    CANDIDACY_ENDED,
    CANDIDACY_STARTED,
    CRITERIA_FOLLOWED,
    LEAD_CHANGED,
)
from accelerator.labels.models import Candidacy, Category, Label, Member, UnsavedStep
from accelerator.labels.operations.locks import lock_candidacy, lock_label
from accelerator.labels.operations.proving import prove
from accelerator.labels.operations.register import publish
from accelerator.labels.queries.categories import category_of_call, criteria_in_force
from accelerator.labels.queries.holders import holders_of
from accelerator.labels.record import ASSESSMENT, LABELS, STEPS
from accelerator.labels.rules import candidacies as rules
from accelerator.labels.rules.labels import reason_against_leading
from accelerator.labels.states import CandidacyState, LabelState, MemberRole, MemberState
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation
from accelerator.workflow.prints import changed_meanwhile

_RUNNING = (LabelState.ACTIVE, LabelState.SUSPENDED)
NOT_STEERED = "Vous ne gérez pas la fiche « {name} » : demandez d’abord à la rejoindre."
CEASED = (
    "« {name} » a cessé son activité : elle ne peut ni porter une candidature ni y prendre part. Si c’est une erreur, "
    "corrigez sa fiche."
)


def _demand_living(organisation: Organisation) -> Organisation:
    found = living(organisation)
    if found.state == OrganisationState.CEASED:
        raise Refused(CEASED.format(name=found.name), field="organisation")
    return found


@operation
def start(
    *, category: Category, organisation: Organisation, title: str, summary: str, by: Person, at: datetime
) -> Candidacy:
    """Open the file of a candidacy, led by an organisation that one steers.

    A category held by one organisation has one file an organisation: asked again, it is the one that is there.
    Raises `Refused` when they do not steer it, or when it has ceased.
    """
    person = lock_person(by)
    held = lock_organisation(_demand_living(organisation))
    if not standing_in(person, held).is_steering:
        raise Refused(NOT_STEERED.format(name=held.name), field="organisation")
    # Whoever opens the file answers for its chef de file, who says so by opening it.
    return _opened(category, held, title=title, summary=summary, answered_at=at, answered_by=person, by=by, at=at)


@operation
def open_from_paper(*, application: Application, by: Person, at: datetime) -> str:
    """Open the file of a candidacy from one that came on paper, for the calls (`Purpose.opens`): its reference.

    Its chef de file said on paper that it applies, on the day on which the paper came.
    """
    category = category_of_call(application.call)
    if category is None or application.organisation is None:
        raise Refused("Dites d’abord quelle fiche de l’annuaire est celle de qui candidate.")
    held = lock_organisation(_demand_living(application.organisation))
    came_on = application.received_on or localdate(at)
    came_at = min(at, make_aware(datetime.combine(came_on, time(12))))
    title = application.title[:120]
    return ref(_opened(category, held, title=title, summary="", answered_at=came_at, answered_by=None, by=by, at=at))


def _opened(
    category: Category,
    lead: Organisation,
    *,
    title: str,
    summary: str,
    answered_at: datetime,
    answered_by: Person | None,
    by: Person,
    at: datetime,
) -> Candidacy:
    if not category.is_collective:
        known = Candidacy.objects.filter(category=category, organisation=lead, state=CandidacyState.PREPARING).first()
        if known is not None:
            return known
    criteria_set = criteria_in_force(category)
    if criteria_set is None:
        raise Refused("Cette catégorie n’a pas encore de critères : on ne peut pas encore y candidater.")
    candidacy = Candidacy.objects.create(
        category=category,
        criteria_set=criteria_set,
        organisation=lead,
        title=title,
        summary=summary,
        recorded_at=at,
        changed_at=at,
    )
    if category.is_collective:
        Member.objects.create(
            candidacy=candidacy,
            organisation=lead,
            role=MemberRole.LEAD,
            belonging=rules.belonging_of(lead),
            state=MemberState.CONFIRMED,
            asked_at=answered_at,
            answered_at=answered_at,
            answered_by=answered_by,
        )
    record(CANDIDACY_STARTED.code, candidacy, lead, by=by, at=at, category=category.title)
    return candidacy


@operation
def tell_step(
    *, candidacy: Candidacy, step: str, values: Mapping[str, Any], seen: Mapping[str, str], by: Person, at: datetime
) -> Candidacy:
    """Change the values of one step; a commune that joined another is kept as the one that it joined.

    seen  the prints of the values as they were when the page was opened (`workflow.prints`).
    Raises `Refused` when someone else changed one of them meanwhile, saying which.
    """
    held = lock_candidacy(candidacy)
    rules.require("labels.edit", by, held)
    told = dict(values)
    if "perimeter" in told:
        told["perimeter"] = list(perimeter_of(told["perimeter"]).keys)
    fields = [name for name in STEPS[step].fields if name in told]
    if clashes := changed_meanwhile(held, {name: told[name] for name in fields}, seen):
        named = ", ".join(f"« {LABELS[name]} »" for name in clashes)
        raise Refused(
            f"Pendant que vous écriviez, quelqu’un d’autre a modifié {named}. Ce que vous avez tapé est gardé "
            "ci-dessous : vérifiez, puis enregistrez à nouveau pour le retenir."
        )
    changed = [name for name in fields if told[name] != getattr(held, name)]
    UnsavedStep.objects.filter(candidacy=held, person=by, step=step).delete()
    if not changed:
        return held
    for name in changed:
        setattr(held, name, told[name])
    if "perimeter" in changed:
        held.perimeter_cover = list(perimeter_of(held.perimeter).cover)
    _save(held, [*changed, "perimeter_cover"], at)
    listed = ", ".join(LABELS[name] for name in changed)
    record(CANDIDACY_CHANGED.code, held, by=by, at=at, step=STEPS[step].title, values=listed)
    return held


@operation
def assess(*, candidacy: Candidacy, answers: Mapping[str, Mapping[str, Any]], by: Person, at: datetime) -> Candidacy:
    """Keep what a candidacy says of itself on each criterion; the same again changes nothing."""
    held = lock_candidacy(candidacy)
    rules.require("labels.edit", by, held)
    criteria = {one.code: one for one in criteria_of(held.criteria_set.criteria)}
    kept: dict[str, Any] = {}
    for code, told in answers.items():
        criterion = criteria.get(code)
        if criterion is None:
            continue
        level = criterion.level(told.get("level"))
        text = str(told.get("text", "")).strip()
        if level is not None or text:
            kept[code] = {"level": level.value if level else None, "text": text}
    UnsavedStep.objects.filter(candidacy=held, person=by, step=ASSESSMENT).delete()
    if kept == held.assessment:
        return held
    held.assessment = kept
    _save(held, ["assessment"], at)
    record(ASSESSED.code, held, by=by, at=at)
    return held


@operation
def follow_criteria(*, candidacy: Candidacy, by: Person, at: datetime) -> Candidacy:
    """Assess oneself under the criteria now in force; what was said of a criterion that stayed is kept."""
    held = lock_candidacy(candidacy)
    rules.require("labels.edit", by, held)
    current = criteria_in_force(held.category)
    if current is None or current == held.criteria_set:
        return held
    codes = {one.code: one for one in criteria_of(current.criteria)}
    held.criteria_set = current
    held.assessment = {
        code: told
        for code, told in held.assessment.items()
        if code in codes and (told["level"] is None or codes[code].level(told["level"]) is not None)
    }
    _save(held, ["criteria_set", "assessment"], at)
    record(CRITERIA_FOLLOWED.code, held, by=by, at=at, number=current.number)
    return held


@operation
def change_lead(*, candidacy: Candidacy, member: Member, by: Person, at: datetime) -> Candidacy:
    """Let a member that confirmed be the chef de file: it is what to do when the chef de file ceased, or steps back.

    By those who lead the file; when the chef de file has ceased, by those who may bind the member itself, or by the
    service when there is a label. A label that runs goes on, and is then its; so is the attestation: the one that named
    the former chef de file is withdrawn, another names this one.
    """
    held = lock_candidacy(candidacy)
    chosen = held.members.select_for_update(of=("self",)).select_related("organisation").filter(pk=member.pk).first()
    if chosen is None or chosen.state != MemberState.CONFIRMED:
        raise Refused("Le chef de file est un membre du collectif qui a confirmé.")
    if chosen.role == MemberRole.LEAD:
        return held
    if reason := reason_against_leading(by, held, chosen, at):
        raise Refused(reason)
    organisation = _demand_living(chosen.organisation)
    held.members.filter(role=MemberRole.LEAD).update(role=MemberRole.OTHER)
    chosen.role = MemberRole.LEAD
    chosen.save(update_fields=["role"])
    held.organisation = organisation
    _save(held, ["organisation"], at)
    running = Label.objects.filter(candidacy=held, state__in=_RUNNING).order_by("pk")
    labels = [lock_label(label) for label in running]
    code = "labels.label_lead_changed" if labels else LEAD_CHANGED.code
    # The history of a label is public: whoever reads it is told the name of an organisation that may be shown alone.
    record(code, *labels, held, organisation, by=by, at=at, organisation=organisation.name)
    for label in labels:
        label.organisation, label.seat, label.changed_at = organisation, organisation.seat, at
        label.save(update_fields=["organisation", "seat", "changed_at"])
        prove(label=label, by=by, at=at)
        publish(label=label, by=by, at=at)
        tell("labels/lead_changed", to=holders_of(label), at=at, data={"label": label, "organisation": organisation})
    return held


@operation
def end(*, candidacy: Candidacy, by: Person, at: datetime) -> Candidacy:
    """Close a file that is given up; closed already, nothing happens. What it was awarded stays."""
    held = lock_candidacy(candidacy)
    rules.require("labels.end", by, held)
    if held.state == CandidacyState.ENDED:
        return held
    held.state = CandidacyState.ENDED
    _save(held, ["state"], at)
    record(CANDIDACY_ENDED.code, held, by=by, at=at)
    return held


def _save(held: Candidacy, fields: list[str], at: datetime) -> None:
    held.revision += 1
    held.changed_at = at
    held.save(update_fields=list(dict.fromkeys([*fields, "revision", "changed_at"])))
