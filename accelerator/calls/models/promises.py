"""What a laureate is promised."""

from datetime import date

from django.db import models
from django.db.models import Q

from accelerator.calls.models.applications import Application
from accelerator.calls.states import PromiseKind, PromiseState


class Promise(models.Model):
    """Someone promises something to a laureate, for a day. What became of it is told by its dates, never stored."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="promises")
    kind = models.CharField("sorte", max_length=12, choices=PromiseKind)
    what = models.CharField("promesse", max_length=300)
    # Who answers for it: in words, and the organisation when it is known here.
    owner = models.CharField("tenue par", max_length=200)
    organisation = models.ForeignKey("community.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField("pour le")
    made_at = models.DateTimeField()
    kept_on = models.DateField("tenue le", null=True)
    broken_on = models.DateField("rompue le", null=True)
    # How it was kept, or why it was not.
    words = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="promise_kept_or_broken",
                condition=Q(kept_on__isnull=True, broken_on__isnull=True, words="")
                | (Q(kept_on__isnull=False, broken_on__isnull=True) & ~Q(words=""))
                | (Q(kept_on__isnull=True, broken_on__isnull=False) & ~Q(words="")),
                violation_error_message="Une promesse est tenue, ou rompue, et l’on dit comment ou pourquoi.",
            ),
            models.UniqueConstraint(
                fields=["application", "kind", "what"],
                name="promise_once",
                violation_error_message="Cette promesse est déjà inscrite.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(kept_on__isnull=True, broken_on__isnull=True), name="promise_due"
            )
        ]

    def __str__(self) -> str:
        return self.what

    def state(self, on: date) -> PromiseState:
        """What it is worth on a day."""
        if self.kept_on:
            return PromiseState.KEPT
        if self.broken_on:
            return PromiseState.BROKEN
        return PromiseState.LATE if self.due_on < on else PromiseState.RUNNING
