"""The handovers that a person may accept, and why not."""

from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from accelerator.accounts.models import Person
from accelerator.accounts.queries import masked
from accelerator.community.models import Handover, Role
from accelerator.community.states import HandoverState
from accelerator.workflow.dates import said

_CLOSED: Final = {
    HandoverState.ACCEPTED.value: "Vous avez déjà accepté cette proposition,",
    HandoverState.DECLINED.value: "Vous avez décliné cette proposition",
    HandoverState.WITHDRAWN.value: "Vous n’avez plus rien à faire : cette proposition a été retirée",
}


def handovers_for(person: Person, at: datetime) -> QuerySet[Handover]:
    """Those that wait for this person's answer."""
    if not person.email:
        return Handover.objects.none()
    found = Handover.objects.open(at).filter(email=person.email.lower())
    return found.select_related("organisation", "giver").order_by("expires_at", "pk")


def reason_against_taking(handover: Handover, person: Person, at: datetime) -> str | None:
    """Why this person may not accept or decline it, or None."""
    if (person.email or "").lower() != handover.email:
        return (
            f"Cette proposition est pour une autre adresse ({masked(handover.email)}). Connectez-vous avec elle, ou"
            " demandez qu’elle soit faite à l’adresse de votre compte."
        )
    if handover.closed_at:
        return f"{_CLOSED[handover.state]} le {said(handover.closed_at)}."
    if handover.expires_at <= at:
        return f"Cette proposition a expiré le {said(handover.expires_at)}. Demandez-en une nouvelle."
    held = Role.objects.current().steering().filter(person=handover.giver, organisation=handover.organisation)
    if not held.exists():
        return f"{handover.giver.name} ne gère plus cette fiche : sa proposition n’a plus d’objet."
    return None
