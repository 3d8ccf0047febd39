"""« Toujours exact ? » : once a year, those who manage a record say that it is."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accelerator.community.models.organisations import Organisation
from accelerator.journal.retention import Retention


class YearlyCheck(models.Model):
    """Where a managed record stands in its year. Records that nobody manages have none."""

    retention = Retention(
        holds="La dernière fois que vous avez confirmé qu’une fiche est exacte",
        why="Dire au public depuis quand la fiche est vérifiée ; mission de la plateforme.",
        until="La durée du service ; elle ne porte plus de nom après la suppression de votre compte.",
    )

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, primary_key=True, related_name="check_up"
    )
    # The moment from which a year runs: the last confirmation, else when someone began to manage the record.
    since = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    # Without an answer, the public page says so.
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="check_in_order",
                condition=(Q(reminded_at__isnull=True) | Q(asked_at__isnull=False))
                & (Q(lapsed_at__isnull=True) | Q(reminded_at__isnull=False)),
                violation_error_message="On demande, puis on rappelle, puis on constate.",
            ),
            models.CheckConstraint(
                name="check_confirmed_by_someone",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                violation_error_message="Une fiche est confirmée par quelqu’un.",
            ),
        ]
        indexes = [models.Index(fields=["since"], name="check_due")]

    def __str__(self) -> str:
        return f"exactitude {self.pk}"
