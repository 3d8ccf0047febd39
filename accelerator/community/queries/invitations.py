"""Invitations: found by their link, and why they may not be answered."""

import hashlib
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.accounts.queries import masked
from accelerator.community.models import Invitation
from accelerator.workflow.dates import said


def invitation_by(token: str) -> Invitation | None:
    """The invitation that a link opens. The link itself is kept nowhere: its digest is compared."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = Invitation.objects.filter(token_digest=digest)
    return found.select_related("organisation", "organisation__seat", "invited_by", "accepted_by").first()


def state_of(invitation: Invitation) -> str:
    """Where an invitation stands, in French."""
    if invitation.accepted_at:
        return "Acceptée"
    if invitation.declined_at:
        return "Déclinée"
    if invitation.revoked_at:
        return "Annulée"
    return "Expirée" if invitation.expires_at <= timezone.now() else "En attente"


def reason_closed(invitation: Invitation) -> str | None:
    """Why an invitation no longer waits for an answer (being over is another matter: it can be sent again)."""
    if invitation.accepted_at:
        return "Cette invitation a déjà servi."
    if invitation.declined_at:
        return "Cette invitation a été déclinée."
    if invitation.revoked_at:
        return "Cette invitation a été annulée par l’organisation."
    return None


def reason_against_answering(invitation: Invitation, person: Person, at: datetime) -> str | None:
    """Why this person may not accept or decline this invitation, or None."""
    if invitation.accepted_at and invitation.accepted_by == person:
        return "Vous avez déjà accepté cette invitation."
    if (person.email or "").lower() != invitation.email:
        return (
            f"Cette invitation est pour une autre adresse ({masked(invitation.email)}). Connectez-vous avec elle, "
            "ou demandez à l’organisation de vous inviter à l’adresse de votre compte."
        )
    if reason := reason_closed(invitation):
        return f"{reason} Si besoin, demandez-en une nouvelle à l’organisation."
    if invitation.expires_at <= at:
        day = said(invitation.expires_at)
        return f"Cette invitation a expiré le {day}. Demandez à l’organisation de vous la renvoyer."
    return None


def invitations_for(person: Person, at: datetime) -> QuerySet[Invitation]:
    """The invitations that wait for a person's answer, first to expire first."""
    if not person.email:
        return Invitation.objects.none()
    found = Invitation.objects.open(at).filter(email=person.email.lower())
    return found.select_related("organisation", "invited_by").order_by("expires_at", "pk")
