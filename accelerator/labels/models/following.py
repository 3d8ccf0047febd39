"""What follows an award: the reminders that left, the files of an answer, appeals, and what search knows."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accelerator.accounts.models import new_public_id
from accelerator.calls.states import AppealKind
from accelerator.journal.retention import Retention
from accelerator.labels.models.labels import Label, Proceeding
from accelerator.labels.states import AppealResult
from accelerator.search.models import Document


class LabelDocument(Document):
    """What search knows of a label (see `labels.search`)."""

    label = models.OneToOneField(Label, on_delete=models.CASCADE, primary_key=True, related_name="+")


class Reminder(models.Model):
    """The holder was reminded that the label ends, so many months before."""

    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="reminders")
    months = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["label", "months"],
                name="reminded_once",
                violation_error_message="Ce rappel est déjà parti.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label_id}, {self.months} mois"


class ProceedingFile(models.Model):
    """A file joined to an answer: read by the service and by the holder, by nobody else."""

    retention = Retention(
        holds="Les fichiers que vous avez joints à la réponse d’une organisation à une procédure",
        why="Décider au vu de la réponse, et en répondre ; mission d’intérêt public.",
        until="La durée du label et des recours ; ils ne portent plus de nom après la suppression de votre compte.",
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    proceeding = models.ForeignKey(Proceeding, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="labels/reponses", max_length=200)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["proceeding", "digest"],
                name="proceeding_file_once",
                violation_error_message="Ce fichier est déjà joint.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LabelAppeal(models.Model):
    """What was pronounced is contested; the decision stands until it is answered."""

    retention = Retention(
        holds="Les recours que vous avez formés contre une mesure sur un label, ou auxquels vous avez répondu",
        why="Y répondre et en répondre ; obligation légale.",
        until="La durée du label et des recours ; ils ne portent plus de nom après la suppression de votre compte.",
    )

    proceeding = models.ForeignKey(Proceeding, on_delete=models.PROTECT, related_name="appeals")
    kind = models.CharField("sorte", max_length=12, choices=AppealKind)
    grounds = models.TextField("ce qui est contesté")
    filed_on = models.DateField("formé le")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    result = models.CharField("issue", max_length=10, choices=AppealResult, default="")
    # What the holder alone reads, and what the public reads.
    answer = models.TextField("réponse", default="")
    reason = models.TextField("motif public", default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["proceeding", "kind"],
                condition=Q(answered_at__isnull=True),
                name="one_label_appeal_of_a_kind",
                violation_error_message="Un recours de cette sorte est déjà en cours.",
            ),
            models.CheckConstraint(
                name="label_appeal_answered_with_reasons",
                condition=Q(answered_at__isnull=True, answer="", reason="", result="")
                | (Q(answered_at__isnull=False) & ~Q(answer="") & ~Q(reason="") & ~Q(result="")),
                violation_error_message="Un recours reçoit une réponse motivée, à une date.",
            ),
        ]

    def __str__(self) -> str:
        return f"recours {self.pk}"
