"""Searches that a person keeps, what they found, and exports of what they find.

Note [Names kept]
These were a part of `community`: their tables bear its name still, and so does what the journal says of them.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5

from accelerator.accounts.models import new_token
from accelerator.directory.states import EXPORT_IS_DUE, AlertRhythm, ExportKind, ExportState
from accelerator.journal.retention import Retention


class SavedSearch(models.Model):
    """A question of a directory that a person keeps, and how often they are told what is new to it."""

    retention = Retention(
        holds="Les recherches que vous avez enregistrées, et ce qu’une alerte a trouvé",
        why="Les retrouver, et vous écrire ce qui est nouveau si vous le demandez.",
        until="Jusqu’à ce que vous les supprimiez, ou votre compte ; ce qu’une alerte a trouvé : quatre mois.",
    )

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("nom", max_length=100)
    # What is searched, by its code (`queries.searched.Searched`).
    things = models.CharField(max_length=20, default="organisations")
    # As the question is written in an address: two people who ask the same have the same text.
    query = models.TextField()
    rhythm = models.CharField("alerte", max_length=8, choices=AlertRhythm, default=AlertRhythm.NEVER)
    saved_at = models.DateTimeField()
    # What changed before is not news; None when there is no alert.
    watched_since = models.DateTimeField(null=True)
    # The day of the last look at what there was to tell.
    digested_on = models.DateField()
    # How many were new since then besides those that are named.
    unnamed = models.PositiveIntegerField(default=0)

    # Note [Names kept]
    remembered_as = "community.savedsearch"

    class Meta:
        db_table = "community_savedsearch"
        constraints = [
            # By its print: a question of many filters is longer than an index can hold.
            models.UniqueConstraint(
                "person",
                "things",
                MD5("query"),
                name="search_saved_once",
                violation_error_message="Vous avez déjà enregistré cette recherche.",
            ),
            models.CheckConstraint(
                name="alert_since_a_moment",
                condition=Q(rhythm=AlertRhythm.NEVER, watched_since__isnull=True)
                | (~Q(rhythm=AlertRhythm.NEVER) & Q(watched_since__isnull=False)),
                violation_error_message="Une alerte court depuis un moment.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Finding(models.Model):
    """What is new to a saved search: told once."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="findings")
    # The number of what was found, in the index that is searched: it may be gone since.
    thing = models.BigIntegerField()
    found_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "community_finding"
        constraints = [
            models.UniqueConstraint(
                fields=["search", "thing"],
                name="found_once",
                violation_error_message="Ceci a déjà été trouvé par cette recherche.",
            ),
        ]
        indexes = [
            models.Index(fields=["search"], condition=Q(told_at__isnull=True), name="finding_to_tell"),
            models.Index(fields=["found_at"], name="finding_old"),
        ]

    def __str__(self) -> str:
        return f"{self.search_id} → {self.thing}"


class ExportQuerySet(models.QuerySet["Export"]):
    """Sentences about exports."""

    def waiting(self, at: datetime) -> "ExportQuerySet":
        """Those that are not done and may still be."""
        return self.filter(ready_at__isnull=True, failed_at__isnull=True, asked_at__gt=at - EXPORT_IS_DUE)

    def open_to(self, person: object) -> "ExportQuerySet":
        """Those whose page this person may see, if they know its address: their own, and those of nobody."""
        mine = Q(person__isnull=True)
        if getattr(person, "is_authenticated", False):
            mine |= Q(person=person)
        return self.filter(mine)


class Export(models.Model):
    """Everything that answers a question of a directory, written in a file by the worker.

    Its file exists for others once `ready_at` is known, and until `expires_at`.
    """

    retention = Retention(
        holds="Les exports que vous avez demandés",
        why="Vous donner le fichier.",
        until="Deux jours, fichier compris.",
    )

    # Nobody guesses it: it is all that a visitor without account has to show.
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # What it holds, said as the page of the search says it.
    name = models.CharField("recherche", max_length=100)
    things = models.CharField(max_length=20, default="organisations")
    query = models.TextField()
    kind = models.CharField("format", max_length=4, choices=ExportKind)
    # How many were found when it was asked, then how many there are in the file.
    number = models.PositiveIntegerField()
    written = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    # Note [Names kept]
    remembered_as = "community.export"

    objects = ExportQuerySet.as_manager()

    class Meta:
        db_table = "community_export"
        constraints = [
            models.CheckConstraint(
                name="export_ready_or_failed",
                condition=Q(ready_at__isnull=True) | Q(failed_at__isnull=True),
                violation_error_message="Un export est prêt, ou a échoué.",
            ),
            models.CheckConstraint(
                name="export_ready_is_whole",
                condition=Q(ready_at__isnull=True) | Q(written=F("number"), started_at__isnull=False),
                violation_error_message="Un export prêt est entier.",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-asked_at"], name="export_person"),
            models.Index(fields=["expires_at"], name="export_expiry"),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def due_at(self) -> datetime:
        """When it is given up if it is not ready."""
        return self.asked_at + EXPORT_IS_DUE

    def state(self, at: datetime) -> ExportState:
        """Where it is: its moments say it."""
        if at >= self.expires_at:
            return ExportState.EXPIRED
        if self.ready_at:
            return ExportState.READY
        if self.failed_at or at >= self.due_at:
            return ExportState.FAILED
        return ExportState.RUNNING if self.started_at else ExportState.WAITING

    @property
    def file_name(self) -> str:
        """Its file, under `MEDIA_ROOT`: a CSV is kept gzipped."""
        return f"exports/{self.token}.{self.kind}{'.gz' if self.kind == ExportKind.CSV else ''}"
