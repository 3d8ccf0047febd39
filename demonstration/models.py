"""The mails that would have left."""

from django.db import models


class Mail(models.Model):
    """One mail to one address, kept to be read in the browser."""

    to = models.EmailField("destinataire", max_length=254)
    reply_to = models.CharField(max_length=254, default="")
    subject = models.CharField("objet", max_length=250)
    body = models.TextField()
    sent_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
