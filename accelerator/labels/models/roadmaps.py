"""The road map of a collective: its défis, what is done about them, and how it is steered."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from accelerator.journal.retention import Retention
from accelerator.labels.models.candidacies import Candidacy, CandidacyFile, Member
from accelerator.labels.states import ActionState, ChallengeKind


class Challenge(models.Model):
    """A priority défi."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="challenges")
    position = models.PositiveSmallIntegerField("rang")
    kind = models.CharField("sorte", max_length=14, choices=ChallengeKind)
    title = models.CharField("défi", max_length=160)
    text = models.TextField("pourquoi c’est une priorité", default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidacy", "position"],
                name="challenge_ranked_once",
                violation_error_message="Un défi a déjà ce rang.",
            ),
            models.CheckConstraint(
                name="challenge_ranked_from_one",
                condition=Q(position__gte=1, position__lte=9),
                violation_error_message="Les défis sont rangés de 1 à 9.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Action(models.Model):
    """What someone does about a défi, for a day, and how it is seen."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="actions")
    title = models.CharField("action", max_length=200)
    pilot = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField("pour le")
    indicator = models.CharField("indicateur", max_length=160, default="")
    unit = models.CharField("unité", max_length=40, default="")
    baseline = models.DecimalField("valeur de départ", max_digits=14, decimal_places=2, null=True)
    target = models.DecimalField("valeur visée", max_digits=14, decimal_places=2, null=True)
    state = models.CharField("état", max_length=10, choices=ActionState, default=ActionState.PLANNED)
    reason = models.TextField("pourquoi elle est abandonnée", default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="action_dropped_with_a_reason",
                condition=(Q(state=ActionState.DROPPED) & ~Q(reason=""))
                | (~Q(state=ActionState.DROPPED) & Q(reason="")),
                violation_error_message="Une action abandonnée dit pourquoi.",
            ),
            models.CheckConstraint(
                name="action_target_has_an_indicator",
                condition=Q(target__isnull=True, baseline__isnull=True) | ~Q(indicator=""),
                violation_error_message="Une valeur visée est celle d’un indicateur.",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="action_due")]

    def __str__(self) -> str:
        return self.title

    def is_late(self, on: date) -> bool:
        """Whether its day is past and it is neither done nor dropped."""
        return self.due_on < on and self.state in (ActionState.PLANNED, ActionState.UNDER_WAY)


class ActionNote(models.Model):
    """How an action goes, on a day."""

    retention = Retention(
        holds="Les notes que vous avez écrites sur les actions d’une feuille de route",
        why="Suivre en public ce qui a été promis ; mission d’intérêt public.",
        until="La vie du dossier ; elles ne portent plus de nom après la suppression de votre compte.",
    )

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="notes")
    on = models.DateField("le")
    value = models.DecimalField("valeur de l’indicateur", max_digits=14, decimal_places=2, null=True)
    text = models.TextField("où l’on en est", default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="note_says_something",
                condition=Q(value__isnull=False) | ~Q(text=""),
                violation_error_message="Une note donne une valeur, ou dit où l’on en est.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_id}, {self.on}"


class SteeringMinutes(models.Model):
    """A meeting of the steering committee."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="minutes")
    held_on = models.DateField("tenu le")
    summary = models.TextField("ce qui a été décidé")
    file = models.ForeignKey(CandidacyFile, null=True, on_delete=models.PROTECT, related_name="+")
    is_public = models.BooleanField("public", default=False)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidacy", "held_on"],
                name="minutes_once_a_day",
                violation_error_message="Le compte rendu de ce jour est déjà dans le dossier.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidacy_id}, {self.held_on}"
