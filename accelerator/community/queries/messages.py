"""The messages that a person may read."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from accelerator.accounts.models import Person
from accelerator.community.models import ContactMessage, Organisation, Role
from accelerator.community.states import OrganisationState


def reason_against_writing_to(organisation: Organisation, steering: Sequence[Person]) -> str | None:
    """Why nobody writes here to this organisation, that these people steer, or None."""
    if organisation.state == OrganisationState.CEASED:
        return "Cette organisation a cessé son activité : on ne lui écrit plus par la plateforme."
    if not steering:
        return (
            "Personne ne répond encore pour cette organisation sur la plateforme : un message n’y serait lu par"
            " personne. Écrivez-lui par son site, ou signalez une erreur dans sa fiche."
        )
    return None


def exchanges_of(person: Any) -> QuerySet[ContactMessage]:
    """The first messages of the exchanges of a person: those they sent, and those of organisations they steer."""
    steered = Role.objects.current().steering().filter(person=person).values("organisation")
    mine = Q(sender=person) | Q(organisation__in=steered) | Q(organisation__merged_into__in=steered)
    return ContactMessage.objects.filter(mine, in_reply_to__isnull=True).select_related("organisation", "sender")


def may_read(message: ContactMessage, person: Any) -> bool:
    """Whether an exchange is this person's."""
    return exchanges_of(person).filter(pk=message.in_reply_to_id or message.pk).exists()


def received(messages: Sequence[ContactMessage], person: Any) -> bool:
    """Whether one of these messages was written by someone else: only such a message may be complained of."""
    return any(message.sender_id != person.pk for message in messages)


def exchange(first: ContactMessage) -> list[ContactMessage]:
    """Every message of an exchange, in order."""
    replies = first.replies.select_related("sender").order_by("sent_at", "pk")
    return [first, *replies]
