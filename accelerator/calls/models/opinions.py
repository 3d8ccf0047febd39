"""What services are asked to say of a file."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accelerator.accounts.models import new_public_id
from accelerator.calls.models.applications import Application
from accelerator.calls.models.calls import WITH_THE_FILE
from accelerator.calls.states import DECIDABLE, OpinionSense, OpinionState
from accelerator.journal.retention import Retention

_WAITS = Q(answered_at__isnull=True, withdrawn_at__isnull=True)


class OpinionQuerySet(models.QuerySet["Opinion"]):
    """Sentences about opinions."""

    def standing(self) -> "OpinionQuerySet":
        """Those that were asked and not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def awaited(self) -> "OpinionQuerySet":
        """Those that may still be given: their file is examined."""
        return self.filter(_WAITS, application__state__in=DECIDABLE)


class Opinion(models.Model):
    """A service is asked what it thinks of a file, for a day; it answers by the link of its mail, without account."""

    retention = Retention(
        holds=(
            "Les avis que vous avez demandés à des services, enregistrés pour eux, ou rendus par un lien reçu à votre "
            "adresse, avec votre nom et votre qualité"
        ),
        why="Répondre de ce qui a été demandé, et de ce qui a été pris en compte ; mission d’intérêt public.",
        until=WITH_THE_FILE,
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="opinions")
    who = models.CharField("service consulté", max_length=200)
    email = models.EmailField("adresse électronique", max_length=254)
    question = models.TextField("question")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField("attendu le")
    # The day from which it is reminded, once; then when it was, and when its officer was told that it is late.
    remind_on = models.DateField()
    reminded_at = models.DateTimeField(null=True)
    late_told_at = models.DateTimeField(null=True)

    sense = models.CharField("sens", max_length=12, choices=OpinionSense, default="")
    words = models.TextField("avis", default="")
    # Who answers for the service: name and quality.
    author = models.CharField("signataire de l’avis", max_length=200, default="")
    given_on = models.DateField("rendu le", null=True)
    answered_at = models.DateTimeField(null=True)
    # Whoever entered an opinion received otherwise than by the link.
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(upload_to="opinions", max_length=200, default="")
    file_name = models.CharField(max_length=120, default="")
    file_kind = models.CharField(max_length=100, default="")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(default="")

    objects = OpinionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="opinion_is_answered_whole",
                condition=Q(answered_at__isnull=True, given_on__isnull=True, recorded_by__isnull=True)
                & Q(sense="", words="", author="", file="")
                | (Q(answered_at__isnull=False, given_on__isnull=False) & ~Q(sense="") & ~Q(author="")),
                violation_error_message="Un avis rendu a un sens, un jour, et quelqu’un qui en répond.",
            ),
            models.CheckConstraint(
                name="opinion_withdrawn_with_a_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, answered_at__isnull=True) & ~Q(withdrawn_because="")),
                violation_error_message="Une demande d’avis se retire avant la réponse, et l’on dit pourquoi.",
            ),
            models.CheckConstraint(
                name="opinion_reminded_before_its_day",
                condition=Q(remind_on__lte=F("due_on")),
                violation_error_message="Un avis se rappelle avant le jour où il est attendu.",
            ),
            models.UniqueConstraint(
                fields=["application", "email"],
                condition=_WAITS,
                name="opinion_asked_once",
                violation_error_message="L’avis de ce service est déjà demandé pour ce dossier.",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=_WAITS, name="opinion_awaited"),
        ]

    def __str__(self) -> str:
        return f"avis de {self.who}"

    def state(self, on: date) -> OpinionState:
        """Where it is on a day; its file comes with it."""
        if self.withdrawn_at is not None:
            return OpinionState.WITHDRAWN
        if self.answered_at is not None:
            return OpinionState.ANSWERED
        if self.due_on < on:
            return OpinionState.LATE
        return OpinionState.ASKED if self.application.state in DECIDABLE else OpinionState.PASSED
