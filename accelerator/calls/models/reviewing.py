"""Who reads the files of a call, what links them to applicants, what they were given and what they said."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accelerator.calls.models.applications import Application
from accelerator.calls.models.calls import WITH_THE_FILE, Call
from accelerator.calls.states import AssignmentState, ConflictState
from accelerator.geography.perimeters import Perimeter
from accelerator.journal.retention import Retention

# 5,000 files take seconds; a worker that restarted has lost the rest.
PROPOSAL_IS_LOST = timedelta(minutes=10)


class ReviewerQuerySet(models.QuerySet["Reviewer"]):
    """Sentences about reviewers."""

    def current(self) -> "ReviewerQuerySet":
        return self.filter(ended_at__isnull=True)


class Reviewer(models.Model):
    """Someone reads files of a call: what they know, where they look, how many they take, when they are away."""

    retention = Retention(
        holds="Votre rôle d’expert dans des appels : expertise, territoire, absences",
        why="Vous confier des dossiers que vous pouvez lire, et répondre de qui les a lus ; mission d’intérêt public.",
        until=WITH_THE_FILE,
    )

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="reviewers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Codes of themes.
    themes = ArrayField(models.CharField(max_length=3), default=list)
    # Where they look; empty: everywhere.
    perimeter = ArrayField(models.CharField(max_length=24), default=list)
    perimeter_cover = ArrayField(models.CharField(max_length=24), default=list)
    most = models.PositiveSmallIntegerField("dossiers au plus", default=10)
    # [["2026-12-20", "2027-01-04"], …]: first and last days.
    absences = models.JSONField(default=list)
    appointed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(default="")

    objects = ReviewerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "person"],
                condition=Q(ended_at__isnull=True),
                name="reviewer_once",
                violation_error_message="Cette personne est déjà experte de cet appel.",
            ),
            models.CheckConstraint(
                name="reviewer_takes_files",
                condition=Q(most__gte=1, most__lte=500),
                violation_error_message="Un expert prend de 1 à 500 dossiers.",
            ),
            models.CheckConstraint(
                name="reviewer_ended_with_a_reason",
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                violation_error_message="Un expert cesse de l’être à une date, pour un motif.",
            ),
        ]
        indexes = [models.Index(fields=["person"], name="reviewer_person")]

    def __str__(self) -> str:
        return f"expert {self.pk}"

    @property
    def where(self) -> Perimeter:
        """Where they look; empty: everywhere."""
        return Perimeter(tuple(self.perimeter), tuple(self.perimeter_cover))

    @property
    def away(self) -> tuple[tuple[date, date], ...]:
        """The absences, as days."""
        return tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in self.absences)


class Conflict(models.Model):
    """What was decided of a link between a person and an application: a déport, or nothing that keeps them away."""

    retention = Retention(
        holds="Vos déports, et les liens avec des candidats que quelqu’un a examinés",
        why="Prouver que personne n’a jugé un dossier qui le touche ; obligation légale.",
        until=WITH_THE_FILE,
    )

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="conflicts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("état", max_length=10, choices=ConflictState)
    # The hints as they were when someone decided: [{"code": "former", "words": "a été membre de…"}].
    hints = models.JSONField(default=list)
    reason = models.TextField("motif")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "person"],
                name="conflict_once",
                violation_error_message="Ce lien a déjà été examiné.",
            ),
            models.CheckConstraint(
                name="conflict_decided_with_a_reason",
                condition=~Q(reason=""),
                violation_error_message="Un déport, comme un lien écarté, est motivé.",
            ),
            # Nobody sets aside a link of their own.
            models.CheckConstraint(
                name="conflict_dismissed_by_another",
                condition=Q(state=ConflictState.RECUSED) | ~Q(decided_by=F("person")),
                violation_error_message="On n’écarte pas un lien qui vous concerne.",
            ),
        ]
        indexes = [models.Index(fields=["person"], name="conflict_person")]

    def __str__(self) -> str:
        return f"{self.get_state_display()} ({self.application_id}, {self.person_id})"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Sentences about what is given to read."""

    def standing(self) -> "AssignmentQuerySet":
        """To be read, or read: what a file counts on."""
        return self.filter(state__in=(AssignmentState.GIVEN, AssignmentState.DONE))

    def waiting(self) -> "AssignmentQuerySet":
        """To be read."""
        return self.filter(state=AssignmentState.GIVEN)

    def done(self) -> "AssignmentQuerySet":
        """Read, and judged."""
        return self.filter(state=AssignmentState.DONE)


class Assignment(models.Model):
    """A file is given to a reviewer, with why it was this one."""

    retention = Retention(
        holds="Les dossiers qui vous ont été confiés",
        why="Répondre de qui a lu quoi ; mission d’intérêt public.",
        until=WITH_THE_FILE,
    )

    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="assignments")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="assignments")
    state = models.CharField("état", max_length=10, choices=AssignmentState, default=AssignmentState.GIVEN)
    # See `calls.assignment.Pairing`.
    why = models.JSONField(default=dict)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField("attendu le")
    ended_at = models.DateTimeField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer", "application"],
                condition=Q(state__in=[AssignmentState.GIVEN, AssignmentState.DONE]),
                name="assignment_once",
                violation_error_message="Ce dossier est déjà confié à cet expert.",
            ),
            models.CheckConstraint(
                name="assignment_ended_at_a_moment",
                condition=Q(state=AssignmentState.GIVEN, ended_at__isnull=True)
                | (~Q(state=AssignmentState.GIVEN) & Q(ended_at__isnull=False)),
                violation_error_message="Un dossier rendu ou repris l’est à une date.",
            ),
        ]
        indexes = [
            models.Index(fields=["application", "state"], name="assignment_of_application"),
            models.Index(fields=["reviewer", "state", "due_on"], name="assignment_of_reviewer"),
        ]

    def __str__(self) -> str:
        return f"dossier confié {self.pk}"


class Review(models.Model):
    """What a reviewer says of a file: a draft until the assignment is done."""

    retention = Retention(
        holds="Les avis que vous avez rendus sur des candidatures",
        why="Motiver les décisions et en répondre ; mission d’intérêt public.",
        until=WITH_THE_FILE,
    )

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="review")
    # By criterion: {"score": 3, "comment": "…"}.
    scores = models.JSONField(default=dict)
    for_applicant = models.TextField("pour le candidat", default="")
    for_service = models.TextField("pour le service seulement", default="")
    # Out of 100 (`calls.criteria.Grid.mean`), once given.
    mean = models.FloatField("note", null=True)
    saved_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"avis {self.pk}"

    def score_of(self, criterion: str) -> Any:
        """The score given to a criterion, or None."""
        return (self.scores.get(criterion) or {}).get("score")

    def comment_of(self, criterion: str) -> str:
        """The comment that goes with it."""
        return str((self.scores.get(criterion) or {}).get("comment", ""))


class Tally(models.Model):
    """What the reviews of a file say together, counted by the operations that give or take them (decision 48).

    There is one for each file that was ever given to someone to read.
    """

    application = models.OneToOneField(Application, on_delete=models.PROTECT, primary_key=True, related_name="tally")
    # Of the reviews that stand, out of 100; the mean to a millionth, so that those that are equal are so to the bit.
    mean = models.FloatField("note", null=True)
    low = models.FloatField("note la plus basse", null=True)
    high = models.FloatField("note la plus haute", null=True)
    # How many reviews stand, how many are still to come.
    read = models.PositiveIntegerField("avis rendus", default=0)
    awaited = models.PositiveIntegerField("avis attendus", default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tally_has_scores_once_read",
                condition=Q(read=0, mean__isnull=True, low__isnull=True, high__isnull=True)
                | Q(read__gt=0, mean__isnull=False, low__isnull=False, high__isnull=False, low__lte=F("high")),
                violation_error_message="Un dossier a une note dès son premier avis, et pas avant.",
            ),
        ]

    def __str__(self) -> str:
        return f"note du dossier {self.application_id}"


class AssignmentProposal(models.Model):
    """Who would read what: asked by someone, made by the worker, read, then applied; the next one takes its place.

    It names nobody: the journal says who asked and who applied.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="proposals")
    asked_at = models.DateTimeField()
    # None while it waits for a worker.
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False)
    # `Plan.to_json`, with why each pairing.
    plan = models.JSONField(default=dict)
    # The print of the world that it was made for.
    world = models.CharField(max_length=16, default="")
    due_on = models.DateField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="proposal_is_made_or_failed",
                condition=Q(ended_at__isnull=True, failed=False, world="", due_on__isnull=True)
                | Q(ended_at__isnull=False, failed=True, world="")
                | (Q(ended_at__isnull=False, failed=False, due_on__isnull=False) & ~Q(world="")),
                violation_error_message="Une proposition est en cours, faite, ou n’a pas pu se faire.",
            ),
            models.CheckConstraint(
                name="proposal_is_made_before_it_is_applied",
                condition=Q(applied_at__isnull=True) | Q(ended_at__isnull=False, failed=False),
                violation_error_message="Une proposition s’applique une fois faite.",
            ),
        ]
        indexes = [models.Index(fields=["call", "asked_at"], name="proposal_of_call")]

    def __str__(self) -> str:
        return f"affectation proposée {self.pk}"

    @property
    def is_made(self) -> bool:
        return self.ended_at is not None and not self.failed

    def is_running(self, at: datetime) -> bool:
        """Whether a worker may still be making it: one that died says nothing."""
        return self.ended_at is None and at - (self.started_at or self.asked_at) < PROPOSAL_IS_LOST
