"""Many files at once, done one after the other by the worker (decision 58)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, Max, Q

from accelerator.accounts.models import new_public_id
from accelerator.calls.models.applications import Application, Decision
from accelerator.calls.models.calls import WITH_THE_FILE, Call
from accelerator.calls.states import LetterAct, LotAct, LotState
from accelerator.journal.retention import Retention

# A file takes less than a second, a job waits seconds; what a worker that died was doing is taken up in two minutes.
LOT_IS_LOST = timedelta(minutes=10)


class LotQuerySet(models.QuerySet["Lot"]):
    """Sentences about lots."""

    def counted(self) -> "LotQuerySet":
        """With `total`, `settled`, `aside` (how many files) and `told_at` (when the last one was settled)."""
        settled = Q(files__settled_at__isnull=False)
        return self.annotate(
            total=Count("files"),
            settled=Count("files", filter=settled),
            aside=Count("files", filter=Q(files__why__gt="")),
            told_at=Max("files__settled_at"),
        )


class Lot(models.Model):
    """What someone asked to be done to many files: in their name, each in a transaction of its own."""

    retention = Retention(
        holds="Ce que vous avez demandé de faire à plusieurs dossiers à la fois",
        why="Répondre de qui a fait quoi à chacun ; mission d’intérêt public.",
        until=WITH_THE_FILE,
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    act = models.CharField("acte", max_length=12, choices=[*LotAct.choices, *LetterAct.choices])
    # That of letters; files of the desk may be of several.
    call = models.ForeignKey(Call, null=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # What was typed once for all its files: what a service is asked about each, or what every letter says.
    said = models.JSONField(default=dict)
    # The print of what was asked.
    digest = models.CharField(max_length=16)
    # None while it waits for a worker.
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LotQuerySet.as_manager()

    # Of those that were `counted`.
    total: int
    settled: int
    aside: int
    told_at: datetime | None

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="lot_of_letters_is_of_a_call",
                condition=Q(act__in=LetterAct.values, call__isnull=False) | Q(act__in=LotAct.values, call__isnull=True),
                violation_error_message="Des courriers sont ceux d’un appel.",
            ),
            models.CheckConstraint(
                name="lot_says_what_was_typed_for_all",
                condition=~Q(act__in=[LotAct.ASK_OPINION, LetterAct.DRAFT]) & Q(said={})
                | Q(act=LetterAct.DRAFT, said__has_key="outcome")
                | Q(act=LotAct.ASK_OPINION, said__has_keys=["who", "question", "due_on"])
                # The address of a service goes once the lot is over.
                & (Q(said__has_key="email") | Q(ended_at__isnull=False)),
                violation_error_message="Un lot dit ce qui est demandé de tous ses dossiers, quand il faut le dire.",
            ),
            models.CheckConstraint(
                name="lot_ends_once_begun",
                condition=Q(ended_at__isnull=True) | Q(started_at__isnull=False),
                violation_error_message="Un lot prend fin une fois commencé.",
            ),
            models.UniqueConstraint(
                fields=["asked_by", "digest"],
                condition=Q(ended_at__isnull=True),
                name="lot_asked_once",
                violation_error_message="Ce lot est déjà demandé.",
            ),
        ]
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="lot_of_person")]

    def __str__(self) -> str:
        return f"lot {self.public_id}"

    def state(self, at: datetime) -> LotState:
        """Where one that was `counted` is: lost when no worker began it, or says anything of it, for long."""
        if self.ended_at:
            return LotState.ENDED
        if at - (self.told_at or self.started_at or self.asked_at) > LOT_IS_LOST:
            return LotState.LOST
        return LotState.RUNNING if self.started_at else LotState.WAITING


class LotFile(models.Model):
    """One file of a lot: as it was when it was asked, then what became of it."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="files")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    # The letter, in a lot that signs or tells; none any more once the applicant withdrew its file before it was told.
    decision = models.ForeignKey(Decision, null=True, on_delete=models.SET_NULL, related_name="+")
    # The print of the file, as one who drafts or examines reads it, or of its letter, when the lot was asked.
    seen = models.CharField(max_length=16)
    # Done, or left aside; None while it waits.
    settled_at = models.DateTimeField(null=True)
    # Why it was left aside; empty when it was done.
    why = models.TextField("motif", default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "application"],
                name="lot_file_once",
                violation_error_message="Un dossier est une fois dans un lot.",
            ),
            models.CheckConstraint(
                name="lot_file_aside_at_a_moment",
                condition=Q(why="") | Q(settled_at__isnull=False),
                violation_error_message="Un dossier est laissé de côté à un moment.",
            ),
        ]

    def __str__(self) -> str:
        return f"dossier {self.application_id} du lot {self.lot_id}"
