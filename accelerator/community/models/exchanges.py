"""What is written about an organisation, and to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accelerator.accounts.models import new_public_id
from accelerator.community.models.organisations import Organisation
from accelerator.community.states import (
    ReportState,
    ReportTopic,
)
from accelerator.journal.retention import Retention


class ErrorReport(models.Model):
    """Someone says that a record is wrong, or that a message is abusive."""

    retention = Retention(
        holds="Les erreurs que vous avez signalées et les réponses",
        why="Corriger l’annuaire et vous répondre ; intérêt légitime.",
        until="La durée du service ; votre adresse est oubliée quand le signalement est clos ou votre compte supprimé.",
    )

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reports")
    state = models.CharField("état", max_length=10, choices=ReportState, default=ReportState.OPEN)
    topic = models.CharField("sujet", max_length=10, choices=ReportTopic, default=ReportTopic.OTHER)
    # The message complained of, when it is one.
    about_message = models.ForeignKey("ContactMessage", null=True, on_delete=models.PROTECT, related_name="+")
    message = models.TextField()
    # Whom to answer; forgotten when the report is closed.
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reporter_email = models.EmailField(max_length=254, default="")
    reported_at = models.DateTimeField()
    # The day by which an answer was promised.
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="closed_report_has_answer",
                condition=Q(state=ReportState.OPEN, closed_at__isnull=True)
                | (~Q(state=ReportState.OPEN) & Q(closed_at__isnull=False) & ~Q(answer="")),
                violation_error_message="Un signalement se clôt avec une réponse.",
            ),
            models.CheckConstraint(
                name="closed_report_forgets_address",
                condition=Q(state=ReportState.OPEN) | Q(reporter_email=""),
                violation_error_message="L’adresse de qui a signalé est oubliée dès que le signalement est clos.",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="report_desk")]

    def __str__(self) -> str:
        return f"signalement {self.pk}"


class ContactMessage(models.Model):
    """A message sent to an organisation through the platform; addresses are never shown to either side."""

    retention = Retention(
        holds="Les messages que vous avez écrits aux organisations",
        why="Les transmettre, à votre demande.",
        until="La durée du service ; leur texte est effacé avec votre compte.",
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="messages")
    # The first message of the exchange; none for the first itself.
    in_reply_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=150)
    body = models.TextField()
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["sender", "-sent_at"], name="message_sender")]

    def __str__(self) -> str:
        return f"message {self.pk}"
