"""What was answered to the themes proposed from a text."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accelerator.community.models.organisations import Organisation, Theme


class ThemeRefusal(models.Model):
    """A theme that was set aside for an organisation: not proposed again as long as the same words lead to it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="theme_refusals")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="+")
    # The words that led to it, folded.
    words = ArrayField(models.CharField(max_length=200))
    refused_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "theme"],
                name="theme_refused_once",
                violation_error_message="Ce thème a déjà été écarté pour cette organisation.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.theme_id}"
