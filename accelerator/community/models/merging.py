"""Records that may be the same, and records that were united."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accelerator.community.models.organisations import Organisation
from accelerator.community.states import DuplicateState, Likeness, MergeState, OrganisationState
from accelerator.journal.retention import Retention


class Duplicate(models.Model):
    """Two records that may be the same, with the reasons: found by the nightly task, decided by a person."""

    retention = Retention(
        holds="Les doublons sur lesquels vous avez tranché",
        why="Répondre de ce qui a été décidé, et ne pas proposer deux fois ; mission de la plateforme.",
        until="La durée du service ; ils ne portent plus de nom après la suppression de votre compte.",
    )

    # The smaller number first: a pair is written once.
    first = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reasons = ArrayField(models.CharField(max_length=10, choices=Likeness), default=list)
    # How alike, out of 100.
    likeness = models.PositiveSmallIntegerField()
    state = models.CharField("état", max_length=10, choices=DuplicateState, default=DuplicateState.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="duplicate_once",
                violation_error_message="Ces deux fiches sont déjà rapprochées.",
            ),
            models.CheckConstraint(
                name="duplicate_in_order",
                condition=Q(first__lt=F("second")),
                violation_error_message="Deux fiches rapprochées sont deux fiches, la plus ancienne d’abord.",
            ),
            models.CheckConstraint(
                name="duplicate_decided_by_someone",
                condition=Q(state=DuplicateState.OPEN, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state=DuplicateState.OPEN) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                violation_error_message="Un doublon tranché l’est par quelqu’un, à une date.",
            ),
        ]
        indexes = [models.Index(fields=["state", "-likeness", "id"], name="duplicate_desk")]

    def __str__(self) -> str:
        return f"doublon {self.pk}"

    @property
    def said(self) -> str:
        """The reasons, in French."""
        return ", ".join(Likeness(code).label for code in self.reasons)


class Merge(models.Model):
    """A record was united to another, which lives on. What is kept here is what undoing it needs."""

    retention = Retention(
        holds="Les fiches que vous avez réunies ou séparées",
        why="Pouvoir défaire une réunion et répondre de ce qui a été décidé ; mission de la plateforme.",
        until="La durée du service ; elles ne portent plus de nom après la suppression de votre compte.",
    )

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="merges")
    into = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="absorptions")
    state = models.CharField("état", max_length=10, choices=MergeState, default=MergeState.DONE)
    former_state = models.CharField(max_length=10, choices=OrganisationState)
    # {"name": {"before", "before_origin", "after", "after_origin"}}: the values taken from the merged record.
    taken = models.JSONField(default=dict)
    # {"roles" | "mandates" | "delegations": {"ended": [number], "begun": [[number, number it stands for]]}}
    moved = models.JSONField(default=dict)
    # The records that led to the merged one, and lead to the survivor meanwhile.
    redirected = ArrayField(models.BigIntegerField(), default=list)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undo_reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state=MergeState.DONE),
                name="merge_once",
                violation_error_message="Cette fiche est déjà réunie à une autre.",
            ),
            models.CheckConstraint(
                name="merge_into_another",
                condition=~Q(organisation=F("into")),
                violation_error_message="On réunit deux fiches différentes.",
            ),
            models.CheckConstraint(
                name="merge_undone_by_someone",
                condition=Q(state=MergeState.DONE, undone_at__isnull=True, undone_by__isnull=True)
                | (Q(state=MergeState.UNDONE, undone_at__isnull=False, undone_by__isnull=False) & ~Q(undo_reason="")),
                violation_error_message="Une réunion est défaite par quelqu’un, à une date, pour un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"réunion {self.pk}"
