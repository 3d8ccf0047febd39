"""What the files of the public registers say, and the runs that loaded them.

Only what may be published, and the number of what must not be (decision 8): a unit that opposes publication keeps
its SIREN and nothing else, so that the organisation that it concerns leaves the directory and does not come back.
"""

from django.db import models
from django.db.models import Q

from accelerator.registers.states import RunState, Source


class Run(models.Model):
    """One import, from its file to the search index: what it read, what it did of it, where it is."""

    source = models.CharField("source", max_length=6, choices=Source)
    # Which list, when it is one.
    list_code = models.SlugField(max_length=40, default="")
    # The names of the files as given, their digest (all of them together) and their size in bytes.
    files = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField(default=0)
    # The day of what the files say: said by whoever imports, in the name of the file, or read in it.
    file_on = models.DateField(null=True)
    selection = models.JSONField(default=dict)
    state = models.CharField("état", max_length=12, choices=RunState, default=RunState.RUNNING)

    step = models.CharField(max_length=60, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)

    # `read` counts the rows of every file; `left_out` says why units were not taken; `rejected` counts faulty rows.
    read = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    ceased = models.BigIntegerField(default=0)
    withdrawn = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    left_out = models.JSONField(default=dict)
    # Organisations entered in the directory.
    entered = models.BigIntegerField(default=0)
    rejects = models.FileField(upload_to="imports", null=True)
    failure = models.TextField(default="")

    by = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    told_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # How many times it was taken up again after it died.
    resumed = models.PositiveSmallIntegerField(default=0)
    is_indexed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state=RunState.RUNNING),
                name="one_run_at_a_time",
                violation_error_message="Un import est déjà en cours.",
            ),
            models.CheckConstraint(
                name="ended_run_has_a_date",
                condition=Q(state=RunState.RUNNING, ended_at__isnull=True)
                | (~Q(state=RunState.RUNNING) & Q(ended_at__isnull=False)),
                violation_error_message="Un import qui n’est plus en cours a une fin.",
            ),
        ]
        indexes = [models.Index(fields=["-started_at"], name="run_latest")]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def percent(self) -> int:
        """How far the present step is, from 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0


class Unit(models.Model):
    """A legal unit, as SIRENE's file gives it. Never a natural person."""

    siren = models.CharField(primary_key=True, max_length=9)
    name = models.CharField(max_length=200, default="")
    acronym = models.CharField(max_length=40, default="")
    legal_category = models.CharField(max_length=4, default="")
    # In the nomenclature in force, and in the one of 2025 when the file gives it beside.
    activity_code = models.CharField(max_length=6, default="")
    activity_code_2025 = models.CharField(max_length=6, default="")
    is_ess = models.BooleanField(null=True)
    is_mission_driven = models.BooleanField(null=True)
    rna = models.CharField(max_length=10, default="")
    created_on = models.DateField(null=True)
    is_active = models.BooleanField(default=True)
    # It may not be published any more: everything else is blank.
    is_withdrawn = models.BooleanField(default=False)
    # It is so, also, because of its seat: the file of units alone does not end it.
    seat_opposes = models.BooleanField(default=False)
    seat_nic = models.CharField(max_length=5, default="")
    # The INSEE code of the commune of the seat, and its street address (never an association's).
    commune = models.CharField(max_length=5, default="")
    address = models.CharField(max_length=300, default="")
    # The other open establishments: [{"nic": "00025", "commune": "46102", "address": ""}, …]
    others = models.JSONField(default=list)
    # Of what the file of units says, and of what that of establishments does: the same digest, nothing changed.
    digest = models.BigIntegerField()
    sites_digest = models.BigIntegerField(default=0)
    # The last run that changed it. No constraint in the database: a million rows point to one run.
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    def __str__(self) -> str:
        return self.name or self.siren


class Association(models.Model):
    """An association, as the RNA's files give it: its commune, never its address."""

    # "W" and nine characters, or the older number of the file of before 2009.
    number = models.CharField(primary_key=True, max_length=14)
    title = models.CharField(max_length=250)
    short_title = models.CharField(max_length=40, default="")
    purpose = models.TextField(default="")
    siren = models.CharField(max_length=9, default="")
    commune = models.CharField(max_length=5, default="")
    website = models.CharField(max_length=300, default="")
    created_on = models.DateField(null=True)
    is_active = models.BooleanField(default=True)
    digest = models.BigIntegerField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    def __str__(self) -> str:
        return self.title
