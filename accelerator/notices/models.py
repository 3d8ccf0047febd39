"""What was told, to whom, and when."""

from django.db import models

from accelerator.journal.retention import Retention

# Days during which what was told is kept.
RETENTION = 365


class Notice(models.Model):
    """One message to one recipient."""

    retention = Retention(
        holds="Les courriels que la plateforme vous a envoyés",
        why="Vous les montrer à nouveau, et répondre de ce qui a été dit ; intérêt légitime.",
        until="Un an ; l’adresse de qui n’a pas de compte est oubliée dès l’envoi, le texte d’un code aussi.",
    )

    template = models.CharField(max_length=80)
    recipient = models.CharField(max_length=80, default="")
    # Forgotten once sent when the address has no account.
    email = models.EmailField(max_length=254, default="")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    reply_to = models.EmailField(max_length=254, default="")
    # Where a mail program stops such mails in one click (RFC 8058); none for what nobody subscribed to.
    unsubscribe_url = models.URLField(max_length=300, default="")
    # A code or a link that opens something: its text is forgotten as soon as it is sent.
    secret = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    # A code is useless after its time: a late worker drops it.
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["recipient", "-asked_at"], name="notice_recipient")]

    def __str__(self) -> str:
        return f"{self.template} → {self.recipient or 'sans compte'}"
