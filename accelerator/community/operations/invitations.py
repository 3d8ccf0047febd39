"""Inviting someone by e-mail, to a role or to a helper's mandate.

The link is in the mail alone: only its digest is kept. Nothing that happens here tells whether an address has an
account. The link serves once, for the address it was sent to, for `settings.INVITATION_DAYS` days.
"""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community import rules
from accelerator.community.models import Invitation, Mandate, Organisation, Role
from accelerator.community.operations.locks import lock_organisation, lock_person
from accelerator.community.operations.people import grant_role
from accelerator.community.operations.powers import begin_mandate
from accelerator.community.queries.invitations import reason_against_answering, reason_closed
from accelerator.community.queries.organisation import living
from accelerator.community.states import ORGANISATION_ROLES, STEERING_ROLES
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation


@operation
def invite(*, organisation: Organisation, email: str, role: str, by: Person, at: datetime) -> Invitation:
    """Invite an address to a role in an organisation; the mail leaves after the transaction."""
    organisation = lock_organisation(organisation)
    rules.require("community.invite", by, organisation)
    if role not in ORGANISATION_ROLES:
        raise Refused("Choisissez un rôle dans l’organisation.", field="role")
    if role not in STEERING_ROLES and not Role.objects.current().steering().filter(organisation=organisation).exists():
        raise Refused("Personne ne gère encore cette fiche : invitez d’abord un gestionnaire.", field="role")
    return _invite(organisation, email, role=role, mandate_until=None, by=by, at=at)


@operation
def offer_mandate(*, organisation: Organisation, email: str, until: date, by: Person, at: datetime) -> Invitation:
    """Offer a helper a mandate to fill in the record until a day; it begins when they accept."""
    organisation = lock_organisation(organisation)
    rules.require("community.grant_mandate", by, organisation)
    today = localdate(at)
    if until <= today:
        raise Refused("Choisissez un jour à venir.", field="until")
    if until > today + timedelta(days=settings.MANDATE_MAX_DAYS):
        raise Refused(
            f"Un mandat dure au plus {settings.MANDATE_MAX_DAYS} jours ; il se renouvelle.",
            field="until",
        )
    running = Mandate.objects.current().filter(organisation=organisation, helper__email__iexact=email).first()
    if running:
        raise Refused(f"Cette personne a déjà un mandat, jusqu’au {running.ends_on:%d/%m/%Y}.", field="email")
    return _invite(organisation, email, role="", mandate_until=until, by=by, at=at)


@operation
def resend_invitation(*, invitation: Invitation, by: Person, at: datetime) -> Invitation:
    """Send a new link for an invitation that waits or is over; the former link no longer opens anything."""
    organisation, invitation = _held(invitation)
    rules.require("community.invite", by, organisation)
    if reason := reason_closed(invitation):
        raise Refused(reason)
    _send(invitation, by=by, at=at)
    record("community.invitation_resent", organisation, invitation, by=by, at=at, offer=invitation.offer)
    return invitation


@operation
def revoke_invitation(*, invitation: Invitation, by: Person, at: datetime) -> Invitation:
    """Take an invitation back: its link no longer opens anything."""
    organisation, invitation = _held(invitation)
    rules.require("community.invite", by, organisation)
    if reason := reason_closed(invitation):
        raise Refused(reason)
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    record("community.invitation_revoked", organisation, invitation, by=by, at=at, offer=invitation.offer)
    return invitation


@operation
def accept_invitation(*, invitation: Invitation, by: Person, at: datetime) -> Invitation:
    """Accept an invitation as the person it is for: the role or the mandate begins.

    Raises `Refused` when it is for another address, over, revoked, declined, already used, when the person is a
    member already, when the account was erased or the record merged meanwhile.
    """
    person = lock_person(by)
    organisation, invitation = _held(invitation)
    if reason := reason_against_answering(invitation, person, at):
        raise Refused(reason)
    if Invitation.objects.exclude(organisation=organisation).filter(pk=invitation.pk).exists():
        _require_host(invitation, organisation)
    if invitation.mandate_until:
        begin_mandate(
            organisation=organisation,
            helper=person,
            until=invitation.mandate_until,
            granter=invitation.invited_by,
            by=person,
            at=at,
        )
    else:
        if Role.objects.current().filter(person=person, organisation=organisation).exists():
            raise Refused("Vous êtes déjà membre de cette organisation : cette invitation n’a plus d’objet.")
        grant_role(person=person, name=invitation.role, organisation=organisation, by=by, at=at)
    invitation.accepted_at, invitation.accepted_by = at, person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record("community.invitation_accepted", organisation, person, invitation, by=by, at=at, offer=invitation.offer)
    data = {"organisation": organisation, "person": person, "offer": invitation.offer}
    tell("community/invitation_accepted", to=Recipient.of(invitation.invited_by), at=at, data=data)
    return invitation


@operation
def decline_invitation(*, invitation: Invitation, by: Person, at: datetime) -> Invitation:
    """Decline an invitation as the person it is for; those who invited are told."""
    organisation, invitation = _held(invitation)
    if reason := reason_against_answering(invitation, by, at):
        raise Refused(reason)
    invitation.declined_at = at
    invitation.save(update_fields=["declined_at"])
    record("community.invitation_declined", organisation, invitation, by=by, at=at, offer=invitation.offer)
    data = {"organisation": organisation, "email": invitation.email, "offer": invitation.offer}
    tell("community/invitation_declined", to=Recipient.of(invitation.invited_by), at=at, data=data)
    return invitation


def _invite(
    organisation: Organisation,
    email: str,
    *,
    role: str,
    mandate_until: date | None,
    by: Person,
    at: datetime,
) -> Invitation:
    email = email.strip().lower()
    if Role.objects.current().filter(organisation=organisation, person__email__iexact=email).exists():
        raise Refused("Cette adresse est déjà celle d’un membre de l’organisation.", field="email")
    waiting = Invitation.objects.waiting().filter(organisation=organisation, email=email).first()
    if waiting and waiting.expires_at > at:
        raise Refused(
            "Une invitation est déjà en cours pour cette adresse : vous pouvez la renvoyer ou l’annuler "
            "dans la page « Invitations ».",
            field="email",
        )
    if waiting:
        waiting.revoked_at = at
        waiting.save(update_fields=["revoked_at"])
    invitation = Invitation(
        organisation=organisation,
        email=email,
        role=role,
        mandate_until=mandate_until,
        invited_by=by,
        invited_at=at,
    )
    _send(invitation, by=by, at=at)
    # The address is not written in the journal: whoever it belongs to never asked anything.
    record("community.invited", organisation, invitation, by=by, at=at, offer=invitation.offer)
    return invitation


def _send(invitation: Invitation, *, by: Person, at: datetime) -> None:
    """Draw a new link and send it."""
    token = secrets.token_urlsafe(32)
    invitation.token_digest = hashlib.sha256(token.encode()).hexdigest()
    invitation.expires_at = at + timedelta(days=settings.INVITATION_DAYS)
    invitation.save()
    data = {
        "organisation": invitation.organisation,
        "person": by,
        "invitation": invitation,
        "link": settings.BASE_URL + reverse("community:invitation", args=[token]),
    }
    tell(
        "community/invited",
        to=Recipient(invitation.email),
        at=at,
        data=data,
        secret=True,
        expires_at=invitation.expires_at,
    )


def _require_host(invitation: Invitation, organisation: Organisation) -> None:
    """The record was united to another since: whoever invited must be someone who may invite there."""
    rule = "community.grant_mandate" if invitation.mandate_until else "community.invite"
    if rules.reason_against(rule, invitation.invited_by, organisation):
        raise Refused(
            f"La fiche a été réunie à celle de {organisation.name}, que la personne qui vous avait invité ne gère pas :"
            " demandez-y une nouvelle invitation."
        )


def _held(invitation: Invitation) -> tuple[Organisation, Invitation]:
    """The organisation (the one that lives on, if it was united to another), then the invitation, locked."""
    organisation = lock_organisation(living(invitation.organisation))
    held = Invitation.objects.select_for_update(of=("self",)).select_related("invited_by").get(pk=invitation.pk)
    held.organisation = organisation
    return organisation, held
