"""Messages to an organisation and their answers, without any address being shown to either side."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accelerator.accounts.models import Person
from accelerator.community import rules
from accelerator.community.events import MESSAGE_ANSWERED, MESSAGE_SENT
from accelerator.community.models import ContactMessage, Organisation
from accelerator.community.queries.messages import may_read, reason_against_writing_to
from accelerator.community.queries.organisation import living
from accelerator.community.queries.people import steering_people
from accelerator.journal.operations import record
from accelerator.notices import Recipient
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation


@operation
def write_to(*, organisation: Organisation, subject: str, body: str, by: Person, at: datetime) -> ContactMessage:
    """Write to those who steer an organisation; raises `Refused` when nobody does, or when it has ceased."""
    people = steering_people(organisation)
    if reason := reason_against_writing_to(organisation, people):
        raise Refused(reason)
    message = ContactMessage.objects.create(
        organisation=organisation, sender=by, subject=subject, body=body, sent_at=at
    )
    record(MESSAGE_SENT.code, organisation, message, by=by, at=at)
    data = _facts(organisation, message, message)
    tell("community/message_received", to=[Recipient.of(one) for one in people], at=at, data=data)
    return message


@operation
def reply(*, message: ContactMessage, body: str, by: Person, at: datetime) -> ContactMessage:
    """Answer in an exchange: the sender to the organisation, or one who steers it in its name."""
    if not may_read(message, by):
        raise Refused("Cet échange n’est pas le vôtre.")
    organisation = living(message.organisation)
    from_organisation = message.sender_id != by.pk
    if from_organisation and (reason := rules.reason_against("community.read_messages", by, organisation)):
        raise Refused(reason)
    answer = ContactMessage.objects.create(
        organisation=message.organisation,
        sender=by,
        subject=message.subject,
        body=body,
        in_reply_to=message,
        sent_at=at,
    )
    data = _facts(organisation, message, answer)
    if from_organisation:
        record(MESSAGE_ANSWERED.code, organisation, answer, by=by, at=at)
        tell("community/message_answered", to=Recipient.of(message.sender), at=at, data=data)
    else:
        record(MESSAGE_SENT.code, organisation, answer, by=by, at=at)
        people = [Recipient.of(one) for one in steering_people(organisation)]
        tell("community/message_received", to=people, at=at, data=data)
    return answer


def _facts(organisation: Organisation, first: ContactMessage, last: ContactMessage) -> dict[str, Any]:
    return {
        "message": last,
        "organisation": organisation,
        "sender": last.sender.name,
        "page": settings.BASE_URL + reverse("community:message", args=[first.public_id]),
    }
