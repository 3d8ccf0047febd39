"""Mail is kept to be read in the browser."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from demonstration.models import Mail


class Backend(BaseEmailBackend):
    """Django's mail backend that posts to the table of the demonstration."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        kept: list[Any] = [
            Mail(
                to=recipient,
                reply_to=", ".join(message.reply_to),
                subject=str(message.subject)[:250],
                body=str(message.body),
                sent_at=timezone.now(),
            )
            for message in email_messages
            for recipient in message.recipients()
        ]
        Mail.objects.bulk_create(kept)
        return len(email_messages)
