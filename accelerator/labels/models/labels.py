"""Labels, the conditions set at their award, and what precedes their suspension or withdrawal."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, IntegerRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.text import slugify
from django.utils.timezone import localdate

from accelerator.accounts.models import new_public_id
from accelerator.geography.names import plain
from accelerator.geography.perimeters import Perimeter
from accelerator.journal.retention import Retention
from accelerator.labels.models.candidacies import Candidacy
from accelerator.labels.models.categories import Category, CriteriaSet
from accelerator.labels.states import (
    ConditionState,
    HearingOutcome,
    Holder,
    LabelNature,
    LabelState,
    Outcome,
    Precision,
    ProceedingKind,
    ToldState,
)
from accelerator.workflow.dates import MOMENT, said

# A retrait erases the label from its first day: what never was overlaps nothing (CRPA L240-1).
_STANDS = ~Q(withdrawn_as=ProceedingKind.RETRAIT)


def _alone(field: str) -> tuple[Any, str]:
    """The server has no btree_gist: a number is compared as a range of one number (decision 16)."""
    one = Func(F(field), F(field), Value("[]"), function="int8range", output_field=IntegerRangeField())
    return one, RangeOperators.OVERLAPS


def next_label_number(at: datetime) -> str:
    """A number that no other label has, taken from the database's sequence: "FI-2026-00042"."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('labels_label_number')")
        (number,) = cursor.fetchone()
    return f"FI-{localdate(at).year}-{number:05d}"


class LabelQuerySet(models.QuerySet["Label"]):
    """Sentences about labels."""

    def standing(self) -> "LabelQuerySet":
        """Those in force or suspended, and the historic ones, whose end is not known."""
        return self.filter(state__in=(LabelState.ACTIVE, LabelState.SUSPENDED))

    def told(self, state: ToldState) -> "LabelQuerySet":
        """Those of which the register says so (`Label.told_state`)."""
        if state == ToldState.HISTORIC:
            return self.filter(nature=LabelNature.HISTORIC)
        others = self.exclude(nature=LabelNature.HISTORIC)
        if state in (ToldState.ABROGATED, ToldState.RETRACTED):
            withdrawn = others.filter(state=LabelState.WITHDRAWN)
            abrogated = Q(withdrawn_as=ProceedingKind.ABROGATION)
            return withdrawn.filter(abrogated if state == ToldState.ABROGATED else ~abrogated)
        return others.filter(state=state.value)


class Label(models.Model):
    """What was recognised, to whom, where, from when to when."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    number = models.CharField("numéro", max_length=20, unique=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="+")
    nature = models.CharField("nature", max_length=14, choices=LabelNature, default=LabelNature.REAL)
    state = models.CharField("état", max_length=10, choices=LabelState, default=LabelState.ACTIVE)
    # As the category had it on the day of the award.
    holder = models.CharField("tenu par", max_length=12, choices=Holder)
    candidacy = models.ForeignKey(Candidacy, null=True, on_delete=models.PROTECT, related_name="labels")
    # The chef de file, or the structure; unknown of some historic labels.
    organisation = models.ForeignKey("community.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField("nom", max_length=160)
    perimeter = ArrayField(models.CharField(max_length=24), default=list)
    perimeter_cover = ArrayField(models.CharField(max_length=24), default=list)
    # From the first day to the day after the last; without an end when the category has none, or when it is not known.
    period = DateRangeField("période")
    # How well its first day is known, of a historic label; the day of the decision, of the others.
    since_precision = models.CharField(max_length=5, choices=Precision, default=Precision.DAY)
    awarded_on = models.DateField("décidé le", null=True)
    # Where its holder was when it was awarded.
    seat = models.ForeignKey("geography.Place", null=True, on_delete=models.PROTECT, related_name="+")
    application = models.OneToOneField("calls.Application", null=True, on_delete=models.PROTECT, related_name="+")
    renews = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="renewed_by")
    suspended_on = models.DateField("suspendu depuis le", null=True)
    # How it was withdrawn: for the future (abrogation) or from the first day (retrait).
    withdrawn_as = models.CharField(max_length=12, choices=ProceedingKind, default="")
    withdrawn_on = models.DateField("retiré le", null=True)
    # [{"what": …, "url": …, "on": …}]
    sources = models.JSONField(default=list)
    recorded_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    objects = LabelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="label_has_a_first_day",
                condition=Q(period__startswith__isnull=False, period__isempty=False),
                violation_error_message="Un label commence un jour, et finit après.",
            ),
            models.CheckConstraint(
                name="label_comes_from_a_candidacy",
                condition=Q(nature=LabelNature.HISTORIC, candidacy__isnull=True, application__isnull=True)
                & ~Q(sources=[])
                | (
                    ~Q(nature=LabelNature.HISTORIC)
                    & Q(candidacy__isnull=False, application__isnull=False, organisation__isnull=False)
                ),
                violation_error_message=(
                    "Un label vient d’une candidature décidée ; un label historique n’en a pas, et a une source."
                ),
            ),
            models.CheckConstraint(
                name="label_suspended_since_a_day",
                condition=Q(state=LabelState.SUSPENDED, suspended_on__isnull=False)
                | (~Q(state=LabelState.SUSPENDED) & Q(suspended_on__isnull=True)),
                violation_error_message="Un label est suspendu depuis un jour.",
            ),
            models.CheckConstraint(
                name="label_withdrawn_in_one_way",
                condition=Q(
                    state=LabelState.WITHDRAWN,
                    withdrawn_as__in=(ProceedingKind.ABROGATION, ProceedingKind.RETRAIT),
                    withdrawn_on__isnull=False,
                )
                | (~Q(state=LabelState.WITHDRAWN) & Q(withdrawn_as="", withdrawn_on__isnull=True)),
                violation_error_message="Un label est abrogé ou retiré, un jour.",
            ),
            models.CheckConstraint(
                name="label_expires_at_its_end",
                condition=~Q(state=LabelState.EXPIRED) | Q(period__endswith__isnull=False),
                violation_error_message="Un label sans fin n’expire pas.",
            ),
            models.CheckConstraint(
                name="label_renews_another",
                condition=Q(renews__isnull=True) | ~Q(renews=F("pk")),
                violation_error_message="Un label en renouvelle un autre.",
            ),
            models.UniqueConstraint(
                fields=["category", "title"],
                condition=Q(nature=LabelNature.HISTORIC),
                name="historic_label_once",
                violation_error_message="Ce label historique est déjà inscrit.",
            ),
            ExclusionConstraint(
                name="label_of_a_candidacy_never_overlaps_itself",
                expressions=[_alone("candidacy"), ("period", RangeOperators.OVERLAPS)],
                condition=_STANDS & Q(candidacy__isnull=False),
                violation_error_message="Cette candidature a déjà un label sur cette période.",
            ),
            ExclusionConstraint(
                name="label_of_an_organisation_never_overlaps_itself",
                expressions=[_alone("category"), _alone("organisation"), ("period", RangeOperators.OVERLAPS)],
                condition=_STANDS & Q(holder=Holder.ORGANISATION, organisation__isnull=False),
                violation_error_message="Cette organisation a déjà ce label sur cette période.",
            ),
        ]
        indexes = [
            models.Index(fields=["category", "state"], name="label_category"),
            models.Index(fields=["organisation"], name="label_organisation"),
            GinIndex(fields=["perimeter"], name="label_perimeter"),
            GinIndex(fields=["perimeter_cover"], name="label_perimeter_cover"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def holder_is_shown(self) -> bool:
        """Whether its holder may be public, as anywhere else (a partial diffusion in the registers says no)."""
        return self.organisation is None or self.organisation.publishable

    @property
    def shown_title(self) -> str:
        """Its name for the public: its number instead when the name would give away a holder who is not shown.

        What a structure holds alone is named after it; a collective has a name of its own, unless it is its lead's.
        """
        holder = self.organisation
        named = holder is not None and (self.holder == Holder.ORGANISATION or plain(holder.name) in plain(self.title))
        return f"Label {self.number}" if named and not self.holder_is_shown else self.title

    @property
    def slug(self) -> str:
        """The readable part of the address: public, were the title not."""
        return slugify(self.shown_title)[:80] or "label"

    @property
    def key(self) -> str:
        """The address's last part: what is readable, then what never changes."""
        return f"{self.slug}-{self.public_id}"

    @property
    def where(self) -> Perimeter:
        """The territory labelled, or where the structure acts."""
        return Perimeter(tuple(self.perimeter), tuple(self.perimeter_cover))

    @property
    def last_day(self) -> date | None:
        """Its last day, included; None when it has no end, or when it is not known."""
        return self.period.upper - timedelta(days=1) if self.period.upper else None

    @property
    def told_state(self) -> ToldState:
        """What the register says of it."""
        if self.nature == LabelNature.HISTORIC:
            return ToldState.HISTORIC
        if self.state == LabelState.WITHDRAWN:
            is_abrogated = self.withdrawn_as == ProceedingKind.ABROGATION
            return ToldState.ABROGATED if is_abrogated else ToldState.RETRACTED
        return ToldState(self.state)

    @property
    def said_since(self) -> str:
        """Its first day, as precisely as it is known."""
        return said(self.period.lower, "F Y" if self.since_precision == Precision.MONTH else "j F Y")

    @property
    def said_last_day(self) -> str:
        """Its last day, or why there is none."""
        if self.last_day:
            return said(self.last_day)
        return "Non connu à ce jour" if self.nature == LabelNature.HISTORIC else "Sans terme"

    @property
    def said_period(self) -> str:
        """From when to when, in a few words."""
        if self.nature == LabelNature.HISTORIC:
            return f"Annoncé {'en' if self.since_precision == Precision.MONTH else 'le'} {self.said_since}"
        if self.told_state == ToldState.RETRACTED:
            return (
                f"Retiré le {said(self.withdrawn_on) if self.withdrawn_on else ''} : réputé n’avoir jamais été attribué"
            )
        until = f" au {self.said_last_day}" if self.last_day else ", sans terme"
        return f"Du {self.said_since}{until}"


class LabelCondition(models.Model):
    """Something asked at the award, for a day."""

    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="conditions")
    text = models.CharField("condition", max_length=300)
    due_on = models.DateField("pour le")
    state = models.CharField("état", max_length=8, choices=ConditionState, default=ConditionState.OPEN)
    closed_on = models.DateField(null=True)
    # How it was met, or why it was not.
    words = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="condition_closed_with_words",
                condition=Q(state=ConditionState.OPEN, closed_on__isnull=True, words="")
                | (~Q(state=ConditionState.OPEN) & Q(closed_on__isnull=False) & ~Q(words="")),
                violation_error_message="Une condition est remplie, ou non, un jour, et l’on dit comment.",
            ),
            models.UniqueConstraint(
                fields=["label", "text"],
                name="condition_once",
                violation_error_message="Cette condition est déjà inscrite.",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state=ConditionState.OPEN), name="condition_due"),
        ]

    def __str__(self) -> str:
        return self.text


class Proceeding(models.Model):
    """Grounds are notified, the holder answers, then someone decides: before a suspension, abrogation or retrait.

    Source: CRPA L121-1 and L122-1 (the person concerned answers first, is heard if they ask), L241-2 (what was obtained
    by fraud, at any time), L242-1 (four months), L242-2.
    """

    retention = Retention(
        holds="Les procédures de suspension ou de retrait que vous avez signées, et ce que vous y avez répondu",
        why="Répondre de la décision ; mission d’intérêt public.",
        until="La durée du label et des recours ; elles ne portent plus de nom après la suppression de votre compte.",
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="proceedings")
    kind = models.CharField("sorte", max_length=12, choices=ProceedingKind)
    grounds = models.TextField("griefs")
    legal_basis = models.CharField("fondement", max_length=300)
    notified_at = models.DateTimeField("notifiés le")
    notified_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The last day to answer.
    answer_until = models.DateField("réponse jusqu’au")
    answer = models.TextField("réponse", default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # What is withdrawn was obtained by fraud: the delay of a retrait does not run.
    fraud = models.BooleanField("obtenu par fraude", default=False)
    # The hearing: asked by the holder, set by the service, then what became of it and what was said.
    hearing_asked_at = models.DateTimeField("audition demandée le", null=True)
    hearing_on = models.DateTimeField("audition fixée au", null=True)
    hearing_where = models.CharField("lieu", max_length=300, default="")
    hearing = models.CharField("issue de l’audition", max_length=8, choices=HearingOutcome, default="")
    hearing_closed_at = models.DateTimeField(null=True)
    hearing_account = models.TextField("compte rendu", default="")
    outcome = models.CharField("issue", max_length=10, choices=Outcome, default=Outcome.PENDING)
    decided_at = models.DateTimeField(null=True)
    # What the public reads, and what the holder alone reads.
    reason = models.TextField("motif", default="")
    detail = models.TextField("détail", default="")
    signatory = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField("à compter du", null=True)
    # The last day of a suspension, or None: until it is lifted.
    until_on = models.DateField("jusqu’au", null=True)
    # The end that the label had before an abrogation cut it: what it gets back if the measure is undone.
    ended_before = models.DateField(null=True)
    # The letter as it left.
    letter = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["label"],
                condition=Q(outcome=Outcome.PENDING),
                name="one_proceeding_at_a_time",
                violation_error_message="Une procédure est déjà en cours sur ce label.",
            ),
            models.CheckConstraint(
                name="grounds_are_told",
                condition=~Q(grounds="") & ~Q(legal_basis=""),
                violation_error_message="Une procédure dit ses griefs et son fondement.",
            ),
            models.CheckConstraint(
                name="proceeding_leaves_time_to_answer",
                condition=Q(answer_until__gt=F("notified_at__date")),
                violation_error_message="Le délai pour répondre finit après la notification.",
            ),
            models.CheckConstraint(
                name="answer_at_a_moment",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                violation_error_message="Une réponse est donnée à un moment.",
            ),
            models.CheckConstraint(
                name="proceeding_decided_with_a_reason",
                condition=Q(outcome=Outcome.PENDING, decided_at__isnull=True, from_on__isnull=True, reason="")
                | (
                    Q(outcome=Outcome.DROPPED, decided_at__isnull=False, from_on__isnull=True, until_on__isnull=True)
                    & ~Q(reason="")
                )
                | (Q(outcome=Outcome.PRONOUNCED, decided_at__isnull=False, from_on__isnull=False) & ~Q(reason="")),
                violation_error_message="Une procédure se conclut un jour, pour un motif.",
            ),
            # Note [Nothing before the answer]
            # The law forbids it, and the database holds it: whoever writes, a page, a command or a hand. An answer that
            # came early changes nothing: until its last day it is completed, and a hearing is asked for.
            models.CheckConstraint(
                name="nothing_pronounced_before_the_answer",
                condition=~Q(outcome=Outcome.PRONOUNCED) | Q(decided_at__date__gt=F("answer_until")),
                violation_error_message="Rien n’est prononcé avant que le délai pour répondre soit passé.",
            ),
            models.CheckConstraint(
                name="nothing_pronounced_before_the_hearing",
                condition=~Q(outcome=Outcome.PRONOUNCED)
                | Q(hearing_asked_at__isnull=True)
                | Q(hearing_closed_at__isnull=False, decided_at__gte=F("hearing_closed_at")),
                violation_error_message="Rien n’est prononcé avant que le titulaire qui l’a demandé soit entendu.",
            ),
            models.CheckConstraint(
                name="hearing_set_once_asked",
                condition=Q(hearing_on__isnull=True, hearing_where="")
                | (Q(hearing_on__isnull=False, hearing_asked_at__isnull=False) & ~Q(hearing_where="")),
                violation_error_message="Une audition demandée est fixée à un moment et dans un lieu.",
            ),
            models.CheckConstraint(
                name="hearing_closed_with_an_account",
                condition=Q(hearing="", hearing_closed_at__isnull=True, hearing_account="")
                | (
                    Q(hearing_closed_at__isnull=False, hearing_asked_at__isnull=False)
                    & ~Q(hearing_account="")
                    & (Q(hearing=HearingOutcome.DECLINED) | (~Q(hearing="") & Q(hearing_on__isnull=False)))
                ),
                violation_error_message="Une audition se conclut par ce qui y a été dit, ou par le motif d’un refus.",
            ),
            models.CheckConstraint(
                name="fraud_is_withdrawn",
                condition=Q(fraud=False) | Q(kind=ProceedingKind.RETRAIT),
                violation_error_message="La fraude fonde un retrait.",
            ),
            models.CheckConstraint(
                name="only_a_suspension_ends",
                condition=Q(until_on__isnull=True) | Q(kind=ProceedingKind.SUSPENSION, until_on__gte=F("from_on")),
                violation_error_message="Seule une suspension a une fin, après son début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.label_id})"

    @property
    def awaits_hearing(self) -> bool:
        """Whether the holder asked to be heard, and neither was nor was told why not."""
        return self.hearing_asked_at is not None and self.hearing_closed_at is None

    def said_wait(self, on: date) -> str:
        """What its holder still has to do on a day while it is open, or what they await, in a few words of French."""
        if self.answered_at:
            told = f"vous avez répondu le {said(self.answered_at)}"
        elif on <= self.answer_until:
            told = f"répondez jusqu’au {said(self.answer_until)} inclus"
        else:
            told = f"le délai pour répondre a pris fin le {said(self.answer_until)}"
        if self.awaits_hearing:
            return f"{told}, {self._said_hearing_to_come(on)}"
        waits = self.answered_at or on > self.answer_until
        return f"{told}, la décision est attendue" if waits else told

    def _said_hearing_to_come(self, on: date) -> str:
        if self.hearing_on is None:
            return "le service doit fixer l’audition que vous avez demandée"
        if localdate(self.hearing_on) >= on:
            return f"audition le {said(self.hearing_on, MOMENT)}"
        return f"l’audition était fixée au {said(self.hearing_on)}, le service doit en écrire la suite"
