"""Handing over the management of a record."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from accelerator.accounts.models import new_public_id
from accelerator.community.models.organisations import Organisation
from accelerator.community.states import STEERING_ROLES, HandoverState, RoleName
from accelerator.journal.retention import Retention


class HandoverQuerySet(models.QuerySet["Handover"]):
    """Sentences about handovers."""

    def open(self, at: datetime) -> "HandoverQuerySet":
        """Those that can still be accepted."""
        return self.filter(state=HandoverState.OPEN, expires_at__gt=at)


class Handover(models.Model):
    """Someone who manages a record offers their place to an address; accepted, one arrives and the other leaves."""

    retention = Retention(
        holds="Les passages de main proposés et reçus : l’adresse, le rôle, la date",
        why="Vous faire prendre la suite de quelqu’un, à sa demande ; intérêt légitime.",
        until="La durée du service ; l’adresse est effacée avec votre compte.",
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="handovers")
    state = models.CharField("état", max_length=10, choices=HandoverState, default=HandoverState.OPEN)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, choices=RoleName)
    email = models.EmailField(max_length=254)
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "giver"],
                condition=Q(state=HandoverState.OPEN),
                name="handover_once",
                violation_error_message="Vous proposez déjà de passer la main.",
            ),
            models.CheckConstraint(
                name="handover_of_who_manages",
                condition=Q(role__in=STEERING_ROLES),
                violation_error_message="Ne passe la main que qui gère la fiche.",
            ),
            models.CheckConstraint(
                name="handover_closed_on_a_day",
                condition=Q(state=HandoverState.OPEN, closed_at__isnull=True)
                | (~Q(state=HandoverState.OPEN) & Q(closed_at__isnull=False)),
                violation_error_message="Un passage de main clos l’est à une date.",
            ),
            models.CheckConstraint(
                name="handover_accepted_by_someone",
                condition=~Q(state=HandoverState.ACCEPTED) | Q(receiver__isnull=False),
                violation_error_message="Un passage de main accepté l’est par quelqu’un.",
            ),
        ]
        indexes = [models.Index(fields=["email"], name="handover_email")]

    def __str__(self) -> str:
        return f"passage de main {self.pk}"
