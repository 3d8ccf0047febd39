"""Handing over a record: one offers their place, the other takes it, and the first leaves, all at once."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from accelerator.accounts.models import Person
from accelerator.community import rules
from accelerator.community.models import Handover, Organisation, Role
from accelerator.community.operations.locks import lock_organisation, lock_person
from accelerator.community.operations.people import take_over
from accelerator.community.queries.claims import on_probation
from accelerator.community.queries.handovers import reason_against_taking
from accelerator.community.states import (
    ACCEPT_HANDOVER,
    DECLINE_HANDOVER,
    WITHDRAW_HANDOVER,
    HandoverState,
)
from accelerator.journal.operations import record
from accelerator.notices import Letter, Recipient
from accelerator.notices.operations import tell, tell_each
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said
from accelerator.workflow.transitions import move


@operation
def offer_handover(*, organisation: Organisation, email: str, by: Person, at: datetime) -> Handover:
    """Offer one's place to an address, a member's or anyone's. Nothing changes until it is accepted."""
    held = lock_organisation(organisation)
    rules.require("community.hand_over", by, held)
    if claim := on_probation(by, held):
        raise Refused(
            f"Vous gérez cette fiche à la suite d’une revendication récente : vous pourrez passer la main après le"
            f" {said(claim.reversible_until)}."
        )
    email = email.strip().lower()
    if email == (by.email or "").lower():
        raise Refused("C’est votre propre adresse.", field="email")
    waiting = Handover.objects.filter(organisation=held, giver=by, state=HandoverState.OPEN).first()
    if waiting and waiting.expires_at > at:
        raise Refused("Vous proposez déjà de passer la main : retirez d’abord cette proposition.", field="email")
    if waiting:
        waiting.state, waiting.closed_at = HandoverState.WITHDRAWN, at
        waiting.save(update_fields=["state", "closed_at"])
    role = Role.objects.current().get(person=by, organisation=held)
    offered = Handover.objects.create(
        organisation=held,
        giver=by,
        role=role.name,
        email=email,
        offered_at=at,
        expires_at=at + timedelta(days=settings.INVITATION_DAYS),
    )
    # The address is not written in the journal: whoever it belongs to never asked anything.
    record("community.handover_offered", held, offered, by=by, at=at)
    page = settings.BASE_URL + reverse("community:handover", args=[offered.public_id])
    data = {"organisation": held, "handover": offered, "person": by, "page": page}
    tell("community/handover_offered", to=Recipient(email), at=at, data=data, expires_at=offered.expires_at)
    return offered


@operation
def accept_handover(*, handover: Handover, by: Person, at: datetime) -> Handover:
    """Take the place: the receiver has the giver's role, the giver leaves. Everyone who manages the record is told.

    Raises `Refused` when it is for another address, over, closed, or when the giver no longer manages the record.
    """
    for person in sorted({handover.giver, by}, key=lambda one: one.pk):
        lock_person(person)
    organisation, held = _held(handover)
    if reason := reason_against_taking(held, by, at):
        raise Refused(reason)
    name = take_over(organisation=organisation, giver=held.giver, by=by, at=at)
    changes = {"closed_at": at, "receiver": by}
    moved = move(
        held, ACCEPT_HANDOVER, by=by, at=at, changes=changes, about=[organisation, held.giver], giver=held.giver.name
    )
    others = Role.objects.current().steering().filter(organisation=organisation).exclude(person=by)
    told = [held.giver, *(role.person for role in others.select_related("person").order_by("pk"))]
    data = {"organisation": organisation, "giver": held.giver, "receiver": by, "role": name}
    letters = [Letter(Recipient.of(one), {**data, "reader": one}) for one in told]
    tell_each("community/handed_over", letters, at=at)
    return moved


@operation
def decline_handover(*, handover: Handover, by: Person, at: datetime) -> Handover:
    """Decline, as the person it is for; the giver is told."""
    organisation, held = _held(handover)
    if reason := reason_against_taking(held, by, at):
        raise Refused(reason)
    moved = move(held, DECLINE_HANDOVER, by=by, at=at, changes={"closed_at": at}, about=[organisation])
    data = {"organisation": organisation, "email": held.email}
    tell("community/handover_declined", to=Recipient.of(held.giver), at=at, data=data)
    return moved


@operation
def withdraw_handover(*, handover: Handover, by: Person, at: datetime) -> Handover:
    """Take one's own offer back; whoever could still accept it is told."""
    organisation, held = _held(handover)
    if held.giver != by:
        raise Refused("Cette proposition n’est pas la vôtre.")
    moved = move(held, WITHDRAW_HANDOVER, by=by, at=at, changes={"closed_at": at}, about=[organisation])
    if held.expires_at > at:
        data = {"organisation": organisation, "handover": moved, "person": by}
        tell("community/handover_withdrawn", to=Recipient(held.email), at=at, data=data)
    return moved


def _held(handover: Handover) -> tuple[Organisation, Handover]:
    organisation = lock_organisation(handover.organisation)
    held = Handover.objects.select_for_update(of=("self",)).select_related("giver", "organisation").get(pk=handover.pk)
    return organisation, held
