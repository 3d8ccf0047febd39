"""Where people sit to judge: juries that hear applicants, commissions that conclude."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from accelerator.accounts.models import new_public_id
from accelerator.calls.models.applications import Application
from accelerator.calls.models.calls import WITH_THE_FILE, Call, Wave
from accelerator.calls.states import Ballot, CommissionState, DecisionOutcome, JuryOpinion, MemberQuality
from accelerator.journal.retention import Retention


class Jury(models.Model):
    """A few people hear applicants."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="juries")
    name = models.CharField("nom", max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "name"], name="jury_named_once", violation_error_message="Un jury porte déjà ce nom."
            ),
        ]

    def __str__(self) -> str:
        return self.name


class JuryMember(models.Model):
    """Someone sits in a jury."""

    retention = Retention(
        holds="Les jurys dont vous êtes membre",
        why="Vous convoquer et répondre de qui a entendu qui ; mission d’intérêt public.",
        until=WITH_THE_FILE,
    )

    jury = models.ForeignKey(Jury, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jury", "person"],
                condition=Q(left_at__isnull=True),
                name="jury_member_once",
                violation_error_message="Cette personne est déjà membre de ce jury.",
            ),
        ]
        indexes = [models.Index(fields=["person"], name="jury_member_person")]

    def __str__(self) -> str:
        return f"membre {self.pk}"


class Slot(models.Model):
    """An applicant is heard by a jury, from a moment to another; then what the jury thought of it."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    jury = models.ForeignKey(Jury, on_delete=models.PROTECT, related_name="slots")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="slot")
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    where = models.CharField("lieu ou lien", max_length=300)
    # Each change of time or place: calendars replace what they had.
    revision = models.PositiveIntegerField(default=0)
    opinion = models.CharField("avis du jury", max_length=12, choices=JuryOpinion, default="")
    words = models.TextField("ce que le jury en dit", default="")
    heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="slot_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="Une audition finit après avoir commencé.",
            ),
            # The server has no btree_gist: the number of the jury is compared as a range of one number.
            ExclusionConstraint(
                name="jury_hears_one_at_a_time",
                expressions=[
                    (
                        Func(F("jury"), F("jury"), Value("[]"), function="int8range", output_field=IntegerRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("starts_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Ce jury entend déjà quelqu’un à ce moment-là.",
            ),
            models.CheckConstraint(
                name="jury_opinion_with_words",
                condition=Q(opinion="", heard_at__isnull=True)
                | (~Q(opinion="") & ~Q(words="") & Q(heard_at__isnull=False)),
                violation_error_message="L’avis d’un jury est motivé, après l’audition.",
            ),
        ]
        indexes = [models.Index(fields=["jury", "starts_at"], name="slot_of_jury")]

    def __str__(self) -> str:
        return f"audition {self.public_id}"


class Commission(models.Model):
    """A sitting: convened with notice, opened with a quorum, closed with conclusions."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="commissions")
    wave = models.ForeignKey(Wave, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("nom", max_length=160)
    state = models.CharField("état", max_length=10, choices=CommissionState, default=CommissionState.DRAFT)
    held_at = models.DateTimeField("séance du")
    where = models.CharField("lieu ou lien", max_length=300)
    convened_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # The rules it sits under, as they were when it was convened (`calls.sittings.Rules`).
    rules = models.JSONField(default=dict)
    # Convened again on the same agenda, for want of quorum: none is asked.
    second_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="second")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="commission_dates_follow_its_state",
                condition=(
                    Q(state=CommissionState.DRAFT, convened_at__isnull=True, opened_at__isnull=True)
                    | Q(state=CommissionState.CONVENED, convened_at__isnull=False, opened_at__isnull=True)
                    | Q(state=CommissionState.ADJOURNED, convened_at__isnull=False, opened_at__isnull=True)
                    | Q(state=CommissionState.CANCELLED, opened_at__isnull=True)
                    | Q(state=CommissionState.HELD, opened_at__isnull=False, closed_at__isnull=True)
                    | Q(state=CommissionState.CLOSED, opened_at__isnull=False, closed_at__isnull=False)
                ),
                violation_error_message="Une commission est convoquée, puis ouverte, puis close.",
            ),
        ]
        indexes = [models.Index(fields=["call", "held_at"], name="commission_of_call")]

    def __str__(self) -> str:
        return self.name


class CommissionMember(models.Model):
    """Someone sits in a commission."""

    retention = Retention(
        holds="Les commissions dont vous êtes membre, votre présence, vos votes et vos déports",
        why="Prouver que la commission a siégé régulièrement ; obligation légale.",
        until=WITH_THE_FILE,
    )

    commission = models.ForeignKey(Commission, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    quality = models.CharField("qualité", max_length=10, choices=MemberQuality, default=MemberQuality.MEMBER)
    title = models.CharField("au titre de", max_length=160, default="")
    # An observer speaks and does not vote.
    voting = models.BooleanField("prend part au vote", default=True)
    present = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commission", "person"],
                name="commission_member_once",
                violation_error_message="Cette personne est déjà membre de cette commission.",
            ),
            models.UniqueConstraint(
                fields=["commission"],
                condition=Q(quality=MemberQuality.CHAIR),
                name="commission_has_one_chair",
                violation_error_message="Une commission a un seul président.",
            ),
        ]
        indexes = [models.Index(fields=["person"], name="commission_member_person")]

    def __str__(self) -> str:
        return f"membre {self.pk}"


class CommissionItem(models.Model):
    """A file on the agenda: what is proposed, then what the commission concluded."""

    commission = models.ForeignKey(Commission, on_delete=models.PROTECT, related_name="items")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    proposal = models.CharField("proposition", max_length=12, choices=DecisionOutcome)
    outcome = models.CharField("conclusion", max_length=12, choices=DecisionOutcome, default="")
    # Why, as the letter will say it.
    words = models.TextField("motifs", default="")
    # Each ballot, in order, ties included: {"at": …, "for": 1, "against": 1, "abstain": 0, "adopted": null, "cast": …}.
    # cast: the member whose casting vote decided, or null. How each voted the last time is in `votes`.
    ballots = models.JSONField("scrutins", default=list)
    concluded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commission", "application"],
                name="commission_item_once",
                violation_error_message="Ce dossier est déjà à l’ordre du jour.",
            ),
            models.UniqueConstraint(
                fields=["commission", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="commission_item_position",
                violation_error_message="Deux dossiers ont le même rang.",
            ),
            models.CheckConstraint(
                name="commission_concludes_with_reasons",
                condition=Q(outcome="", concluded_at__isnull=True)
                | (~Q(outcome="") & ~Q(words="") & Q(concluded_at__isnull=False)),
                violation_error_message="Une conclusion est motivée.",
            ),
        ]
        indexes = [models.Index(fields=["application"], name="commission_item_application")]

    def __str__(self) -> str:
        return f"point {self.position}"


class Vote(models.Model):
    """How a member voted on what is proposed for a file."""

    item = models.ForeignKey(CommissionItem, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(CommissionMember, on_delete=models.PROTECT, related_name="votes")
    ballot = models.CharField("vote", max_length=8, choices=Ballot)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "member"], name="vote_once", violation_error_message="Ce membre a déjà voté."
            ),
        ]

    def __str__(self) -> str:
        return f"vote {self.pk}"


class Recusal(models.Model):
    """A member left the debate and the vote on a file."""

    item = models.ForeignKey(CommissionItem, on_delete=models.PROTECT, related_name="recusals")
    member = models.ForeignKey(CommissionMember, on_delete=models.PROTECT, related_name="recusals")
    reason = models.TextField("motif")
    left_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "member"],
                name="recusal_once",
                violation_error_message="Ce membre s’est déjà déporté pour ce dossier.",
            ),
            models.CheckConstraint(
                name="recusal_with_a_reason", condition=~Q(reason=""), violation_error_message="Un déport est motivé."
            ),
        ]

    def __str__(self) -> str:
        return f"déport {self.pk}"
