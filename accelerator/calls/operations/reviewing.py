"""Reviewers, the links that keep them from a file, and what they say of those that they read."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Assignment, Call, Conflict, Review, Reviewer
from accelerator.calls.operations.tallies import tally
from accelerator.calls.queries.conflicts import bar_between
from accelerator.calls.queries.judging import grid_of
from accelerator.calls.rules import judging as rules
from accelerator.calls.rules.applications import require_other_side
from accelerator.calls.states import (
    DECLINE,
    GIVE_REVIEW,
    REOPEN_REVIEW,
    TAKE_BACK,
    ConflictState,
)
from accelerator.geography.perimeters import Perimeter
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said
from accelerator.workflow.transitions import move

LONGEST_TEXT = 5000


@operation
def appoint_reviewer(
    *,
    call: Call,
    email: str,
    themes: Sequence[str],
    where: Perimeter,
    most: int,
    absences: Sequence[tuple[date, date]] = (),
    by: Any,
    at: datetime,
) -> Reviewer:
    """Make someone who has an account a reviewer of a call, and tell them."""
    rules.require("calls.run_reviews", by, call)
    person = Person.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        raise Refused(
            "Aucun compte n’a cette adresse. Demandez à cette personne d’ouvrir un compte, puis recommencez.",
            field="email",
        )
    Call.objects.select_for_update().get(pk=call.pk)
    if Reviewer.objects.current().filter(call=call, person=person).exists():
        raise Refused("Cette personne est déjà experte de cet appel.", field="email")
    reviewer = Reviewer.objects.create(
        call=call,
        person=person,
        themes=list(themes),
        perimeter=list(where.keys),
        perimeter_cover=list(where.cover),
        most=most,
        absences=_written(absences),
        appointed_at=at,
    )
    record("calls.reviewer_appointed", call, person, by=by, at=at, person=person.name)
    tell("calls/reviewer_appointed", to=Recipient.of(person), at=at, data={"call": call})
    return reviewer


def _written(absences: Sequence[tuple[date, date]]) -> list[list[str]]:
    for first, last in absences:
        if last < first:
            raise Refused(f"L’absence du {said(first)} finit avant d’avoir commencé.", field="absences")
    return [[first.isoformat(), last.isoformat()] for first, last in sorted(absences)]


@operation
def change_reviewer(
    *,
    reviewer: Reviewer,
    themes: Sequence[str],
    where: Perimeter,
    most: int,
    absences: Sequence[tuple[date, date]],
    by: Any,
    at: datetime,
) -> Reviewer:
    """What a reviewer knows, where they look, how many files they take, when they are away: they may say it too."""
    if reviewer.person != by:
        rules.require("calls.run_reviews", by, reviewer.call)
    locked = _current(reviewer)
    locked.themes, locked.most, locked.absences = list(themes), most, _written(absences)
    locked.perimeter, locked.perimeter_cover = list(where.keys), list(where.cover)
    locked.save(update_fields=["themes", "most", "absences", "perimeter", "perimeter_cover"])
    record("calls.reviewer_changed", reviewer.call, reviewer.person, by=by, at=at, person=reviewer.person.name)
    return locked


def _current(reviewer: Reviewer) -> Reviewer:
    locked = Reviewer.objects.select_for_update(of=("self",)).select_related("call", "person").get(pk=reviewer.pk)
    if locked.ended_at:
        raise Refused("Cette personne n’est plus experte de cet appel.")
    return locked


@operation
def end_reviewer(*, reviewer: Reviewer, reason: str, by: Any, at: datetime) -> Reviewer:
    """Someone reads no more for this call: what they have to read is taken back; the reviews that they gave stay."""
    rules.require("calls.run_reviews", by, reviewer.call)
    locked = _current(reviewer)
    waiting = list(Assignment.objects.waiting().filter(reviewer=locked).order_by("pk"))
    for assignment in waiting:
        move(assignment, TAKE_BACK, by=by, at=at, changes={"ended_at": at}, person=locked.person.name)
    locked.ended_at, locked.ended_because = at, reason
    locked.save(update_fields=["ended_at", "ended_because"])
    record(
        "calls.reviewer_ended",
        locked.call,
        locked.person,
        by=by,
        at=at,
        reason=reason,
        person=locked.person.name,
        files=len(waiting),
    )
    tell(
        "calls/reviewer_ended",
        to=Recipient.of(locked.person),
        at=at,
        data={"call": locked.call, "reason": reason, "files": len(waiting)},
    )
    tally(one.application_id for one in waiting)
    return locked


# Conflicts of interest


@operation
def declare_conflict(*, application: Application, reason: str, by: Person, at: datetime) -> Conflict:
    """Se déporter: whoever says so reads, debates and votes no more on this file, and gives back what they had of it.

    A review already given no longer counts. It cannot be undone by the person: only judged again by others.
    """
    conflict = _decided(application, by, ConflictState.RECUSED, reason, by, at)
    record("calls.conflict_declared", application, by, by=by, at=at, reason=reason)
    _give_back(application, by, by, at)
    return conflict


@operation
def dismiss_hint(*, application: Application, person: Person, reason: str, by: Any, at: datetime) -> Conflict:
    """Say that the links known today between a person and an applicant keep them from nothing, and why."""
    rules.require("calls.run_reviews", by, application.call)
    require_other_side(by, application)
    if person == by:
        raise Refused("Ce lien vous concerne : quelqu’un d’autre l’examine.")
    bar = bar_between(application, person)
    if bar is None:
        raise Refused("Aucun lien n’est plus à examiner entre cette personne et le candidat.")
    if bar.recusal:
        raise Refused("Cette personne s’est déportée : son déport ne s’écarte pas.")
    hints = [hint.to_json() for hint in bar.hints]
    conflict = _decided(application, person, ConflictState.DISMISSED, reason, by, at, hints)
    record(
        "calls.hint_dismissed",
        application,
        person,
        by=by,
        at=at,
        reason=reason,
        person=person.name,
        hints=bar.why,
    )
    return conflict


def _decided(
    application: Application,
    person: Person,
    state: ConflictState,
    reason: str,
    by: Any,
    at: datetime,
    hints: Sequence[Mapping[str, str]] = (),
) -> Conflict:
    Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    before = Conflict.objects.filter(application=application, person=person).first()
    if before and before.state == ConflictState.RECUSED:
        raise Refused("Le déport est déjà inscrit pour ce dossier.")
    kept = [*(before.hints if before else ()), *hints]
    if before is None:
        before = Conflict(application=application, person=person)
    before.state, before.hints, before.reason = state, kept, reason
    before.decided_at, before.decided_by = at, by
    before.save()
    return before


def _give_back(application: Application, person: Person, by: Any, at: datetime) -> None:
    for assignment in Assignment.objects.standing().filter(application=application, reviewer__person=person):
        move(assignment, DECLINE, by=by, at=at, changes={"ended_at": at}, about=[application])
    tally([application.pk])


# What was given to read


@operation
def take_back(*, assignment: Assignment, reason: str, by: Any, at: datetime) -> Assignment:
    """A file is no longer given to a reviewer; a review that was given no longer counts. The reviewer is told."""
    call, person = assignment.application.call, assignment.reviewer.person
    rules.require("calls.run_reviews", by, call)
    require_other_side(by, assignment.application)
    taken = move(
        assignment,
        TAKE_BACK,
        by=by,
        at=at,
        reason=reason,
        changes={"ended_at": at},
        about=[assignment.application],
        person=person.name,
    )
    tell(
        "calls/assignment_taken_back",
        to=Recipient.of(person),
        at=at,
        data={"call": call, "number": assignment.application.number, "reason": reason},
    )
    tally([assignment.application_id])
    return taken


@operation
def save_review(
    *,
    assignment: Assignment,
    scores: Mapping[str, Mapping[str, Any]],
    for_applicant: str,
    for_service: str,
    revision: int,
    by: Person,
    at: datetime,
) -> Review:
    """Keep what a reviewer wrote so far; nothing of it counts, and nobody else reads it.

    revision  that of the review which the page showed: what was written elsewhere since is not overwritten.
    """
    return _saved(assignment, scores, for_applicant, for_service, revision, by, at)


def _saved(
    assignment: Assignment,
    scores: Mapping[str, Mapping[str, Any]],
    for_applicant: str,
    for_service: str,
    revision: int,
    by: Person,
    at: datetime,
) -> Review:
    locked = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("reviewer__person", "application__version")
        .get(pk=assignment.pk)
    )
    if locked.reviewer.person != by:
        raise Refused("Ce dossier n’est pas confié à vous.")
    if reason := rules.reason_against_judging(locked, bar_between(locked.application, by)):
        raise Refused(reason)
    review = Review.objects.filter(assignment=locked).first() or Review(assignment=locked)
    if review.revision != revision:
        raise Refused(
            "Cet avis a été enregistré depuis, dans un autre onglet ou sur un autre appareil. Votre texte est gardé "
            "ci-dessous : copiez ce qui compte, puis rechargez la page."
        )
    known = {one.code for one in grid_of(locked.application.version).criteria}
    review.scores = {code: dict(kept) for code, kept in scores.items() if code in known}
    review.for_applicant, review.for_service = for_applicant[:LONGEST_TEXT], for_service[:LONGEST_TEXT]
    review.saved_at, review.revision = at, review.revision + 1
    review.save()
    return review


@operation
def give_review(
    *,
    assignment: Assignment,
    scores: Mapping[str, Mapping[str, Any]],
    for_applicant: str,
    for_service: str,
    revision: int,
    by: Person,
    at: datetime,
) -> Review:
    """Give a review: every criterion has its score, and its comment where one is required."""
    review = _saved(assignment, scores, for_applicant, for_service, revision, by, at)
    grid = grid_of(review.assignment.application.version)
    for code, fault in grid.faults(review.scores).items():
        raise Refused(fault, field=f"score_{code}")
    if not for_applicant.strip():
        raise Refused("Écrivez au candidat ce que vous retenez de son dossier.", field="for_applicant")
    review.mean = grid.mean(review.scores)
    if review.mean is None:
        raise Refused("Cet appel n’a pas de critères : un avis ne peut pas être noté. Prévenez le service.")
    review.save(update_fields=["mean"])
    move(review.assignment, GIVE_REVIEW, by=by, at=at, changes={"ended_at": at}, about=[review.assignment.application])
    tally([review.assignment.application_id])
    return review


@operation
def reopen_review(*, assignment: Assignment, by: Person, at: datetime) -> Assignment:
    """Take a given review up again, as long as the file is being judged."""
    if assignment.reviewer.person != by:
        raise Refused("Ce dossier n’est pas confié à vous.")
    application = Application.objects.select_for_update(of=("self",)).get(pk=assignment.application_id)
    if application.items.filter(~Q(outcome="")).exists() or application.decisions.filter(kind="express").exists():
        raise Refused("La commission a conclu, ou la décision est préparée : votre avis ne se rouvre plus.")
    if application.state not in rules.JUDGED_IN:
        raise Refused("Ce dossier n’est plus en instruction : votre avis ne se rouvre plus.")
    opened = move(assignment, REOPEN_REVIEW, by=by, at=at, changes={"ended_at": None}, about=[application])
    Review.objects.filter(assignment=opened).update(mean=None)
    tally([application.pk])
    return opened
