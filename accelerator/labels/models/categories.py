"""What may be labelled, and on which criteria."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accelerator.journal.retention import Retention
from accelerator.labels.states import Holder

_OF_A_SET = ("category_id", "number", "criteria", "documents", "since", "published_by_id", "why")
_CHANGED_SINCE_PUBLISHED = (
    "OLD.since IS NOT NULL AND (OLD.until IS NOT NULL OR "
    f"({', '.join(f'OLD.{name}' for name in _OF_A_SET)}) IS DISTINCT FROM "
    f"({', '.join(f'NEW.{name}' for name in _OF_A_SET)}))"
)


class Category(models.Model):
    """A sort of label, as configuration."""

    code = models.SlugField(max_length=30, unique=True)
    title = models.CharField("titre", max_length=80)
    plural = models.CharField("titre au pluriel", max_length=80)
    holder = models.CharField("qui le tient", max_length=12, choices=Holder)
    summary = models.CharField("en une phrase", max_length=300)
    # What the label brings, a line each; and who decides, in a sentence.
    brings = ArrayField(models.CharField(max_length=200), default=list)
    decides = models.CharField("qui décide", max_length=300, default="")
    # None: without an end.
    duration_months = models.PositiveSmallIntegerField("durée, en mois", null=True)
    # The delay to answer grounds that were notified (the contradictoire), in days.
    answer_days = models.PositiveSmallIntegerField("délai pour répondre, en jours", default=15)
    # How long a member that is named has to answer, and how long before the last day it is reminded, once; in days.
    member_days = models.PositiveSmallIntegerField("délai d’un membre pour répondre, en jours", default=21)
    member_reminder_days = models.PositiveSmallIntegerField("rappel au membre, en jours avant", default=7)
    # How long an illegal award may be withdrawn, in months, and by which rule; none: its issuer sets no limit.
    retrait_months = models.PositiveSmallIntegerField("mois pour retirer", null=True, default=4)
    retrait_law = models.CharField(
        "texte", max_length=200, default="code des relations entre le public et l’administration, article L242-1"
    )
    # By which rule what was obtained by fraud is withdrawn at any time; none: its issuer's rules say nothing of it.
    fraud_law = models.CharField(
        "texte sur la fraude",
        max_length=200,
        default="code des relations entre le public et l’administration, article L241-2",
    )
    # Months before the end at which the holder is reminded of the renewal.
    reminders = ArrayField(models.PositiveSmallIntegerField(), default=list)
    # Whose opinion is asked: [{"who": …, "days": 30}].
    opinions = models.JSONField(default=list)
    # Who has to be together (see `labels.composition`); empty: no rule.
    composition = models.JSONField(default=dict)
    challenges_wanted = models.PositiveSmallIntegerField("défis attendus", default=0)
    # What no public source says, and that the platform proposes for want of better: a sentence each.
    defaults = ArrayField(models.CharField(max_length=200), default=list)
    # [{"what": …, "url": …, "on": …}]
    sources = models.JSONField(default=list)
    # Its permanent call, once there is one.
    call = models.OneToOneField("calls.Call", null=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="category_lasts_some_months",
                condition=Q(duration_months__isnull=True) | Q(duration_months__gte=1),
                violation_error_message="Un label dure au moins un mois, ou n’a pas de fin.",
            ),
            models.CheckConstraint(
                name="category_leaves_time_to_answer",
                condition=Q(answer_days__gte=1),
                violation_error_message="Qui reçoit des griefs a au moins un jour pour y répondre.",
            ),
            models.CheckConstraint(
                name="category_reminds_members_in_time",
                condition=Q(member_days__gt=F("member_reminder_days")),
                violation_error_message="Un membre est rappelé pendant son délai pour répondre.",
            ),
            models.CheckConstraint(
                name="category_wants_few_challenges",
                condition=Q(challenges_wanted__lte=9),
                violation_error_message="Neuf défis prioritaires au plus.",
            ),
        ]
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_collective(self) -> bool:
        """Whether a collective holds it."""
        return self.holder == Holder.COLLECTIVE


class CriteriaSet(models.Model):
    """The criteria of a category, in one version; without a first day, it is being written."""

    retention = Retention(
        holds="Les critères de labels que vous avez publiés",
        why="Savoir qui a changé la règle du jeu, quand et pourquoi ; mission d’intérêt public.",
        until="La durée du service ; ils ne portent plus de nom après la suppression de votre compte.",
    )

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="criteria_sets")
    number = models.PositiveSmallIntegerField()
    # See `labels.criteria` for the shape.
    criteria = models.JSONField(default=list)
    # What has to be joined whatever the criteria: [{"code": …, "title": …, "text": …}].
    documents = models.JSONField(default=list)
    since = models.DateField("à partir du", null=True)
    until = models.DateField("jusqu’au", null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField("ce qui change et pourquoi", default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "number"],
                name="criteria_set_once",
                violation_error_message="Cette version des critères existe déjà.",
            ),
            models.UniqueConstraint(
                fields=["category"],
                condition=Q(since__isnull=True),
                name="one_criteria_set_being_written",
                violation_error_message="Une version des critères est déjà en cours d’écriture.",
            ),
            models.UniqueConstraint(
                fields=["category"],
                condition=Q(since__isnull=False, until__isnull=True),
                name="one_criteria_set_in_force",
                violation_error_message="Une version des critères est déjà en vigueur.",
            ),
            models.CheckConstraint(
                name="criteria_set_published_with_why",
                condition=Q(since__isnull=True, until__isnull=True, published_by__isnull=True)
                | (Q(since__isnull=False) & ~Q(why="") & (Q(until__isnull=True) | Q(until__gt=F("since")))),
                violation_error_message="Des critères valent à partir d’un jour, et disent ce qu’ils changent.",
            ),
        ]
        triggers = [
            # Note [Published criteria never change]
            # A label is read under the criteria of its award, years later. Only the day on which a set stops being
            # asked may be written, once.
            pgtrigger.Trigger(
                name="published_criteria_never_change",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(_CHANGED_SINCE_PUBLISHED),
                func="RAISE EXCEPTION 'published criteria never change' USING ERRCODE = 'restrict_violation';",
            ),
            pgtrigger.Trigger(
                name="published_criteria_are_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__since__isnull=False),
                func="RAISE EXCEPTION 'published criteria are kept' USING ERRCODE = 'restrict_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id}, version {self.number}"
