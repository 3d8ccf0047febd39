"""Calls, what they asked in each version, their waves and their people."""

from datetime import date, datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.text import slugify

from accelerator.accounts.models import new_public_id
from accelerator.calls.states import CallRoleName, CallState, IssuerKind, Nature, Silence
from accelerator.geography.perimeters import Perimeter
from accelerator.journal.retention import Retention

# How long what a file holds of a person is kept, and what those who judge it said.
WITH_THE_FILE = (
    "Le temps du dossier et celui des recours, puis celui que fixent les archives publiques ; "
    "il ne porte plus votre nom après la suppression de votre compte."
)


class CallQuerySet(models.QuerySet["Call"]):
    """Sentences about calls."""

    def published(self) -> "CallQuerySet":
        """Those that anyone may read, over or not."""
        return self.filter(state=CallState.PUBLISHED)

    def open(self, at: datetime) -> "CallQuerySet":
        """Those that receive applications at that moment."""
        return self.published().filter(Q(closes_at__isnull=True) | Q(closes_at__gt=at), opens_at__lte=at)

    def told(self) -> "CallQuerySet":
        """Those that anyone may read, the cancelled ones with why."""
        return self.filter(opens_at__isnull=False, versions__published_at__isnull=False).distinct()


class Call(models.Model):
    """Someone invites people to apply."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    state = models.CharField("état", max_length=10, choices=CallState, default=CallState.DRAFT)
    nature = models.CharField("nature", max_length=14, choices=Nature, default=Nature.REAL)
    title = models.CharField("titre", max_length=160)
    summary = models.CharField("en une phrase", max_length=300, default="")
    presentation = models.TextField("présentation", default="")
    # The code of a registered `Purpose`.
    purpose = models.CharField("objet", max_length=60)

    organisation = models.ForeignKey("community.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    issuer_name = models.CharField("émetteur", max_length=200)
    issuer_kind = models.CharField("sorte d’émetteur", max_length=12, choices=IssuerKind)
    # The service in charge, as an acknowledgement of receipt has to name it (CRPA R112-11-1).
    service = models.CharField("service chargé du dossier", max_length=200, default="")
    service_address = models.CharField("adresse", max_length=300, default="")
    service_email = models.EmailField("adresse électronique", max_length=254, default="")
    service_phone = models.CharField("téléphone", max_length=30, default="")

    # Whether the code of relations between the public and the administration applies: the issuer decides.
    crpa = models.BooleanField("le code des relations entre le public et l’administration s’applique", default=True)
    silence = models.CharField("silence", max_length=10, choices=Silence, default=Silence.REJECTION)
    silence_months = models.PositiveSmallIntegerField("mois de silence", null=True)
    # {"law": …, "url": …, "since": "2019-01-01"}
    silence_source = models.JSONField(default=dict)
    # [{"kind": "gracieux", "before": …, "months": 2, "source": …}]
    remedies = models.JSONField(default=list)

    opens_at = models.DateTimeField("ouverture", null=True)
    # None: permanent, read in waves.
    closes_at = models.DateTimeField("clôture", null=True)
    # Where applicants act; empty: everywhere.
    perimeter = ArrayField(models.CharField(max_length=24), default=list)
    perimeter_cover = ArrayField(models.CharField(max_length=24), default=list)
    # [{"what": …, "url": …, "on": …}]: where what is said of the call comes from; what is a default says so.
    sources = models.JSONField(default=list)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.TextField(default="")
    made_at = models.DateTimeField(db_default=Now())

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="call_closes_after_opening",
                condition=Q(closes_at__isnull=True) | Q(opens_at__isnull=False, closes_at__gt=F("opens_at")),
                violation_error_message="Un appel se clôt après son ouverture.",
            ),
            models.CheckConstraint(
                name="call_published_can_be_answered",
                condition=~Q(state=CallState.PUBLISHED)
                | (
                    Q(opens_at__isnull=False)
                    & ~Q(service="")
                    & ~Q(service_address="")
                    & ~Q(service_email="")
                    & ~Q(service_phone="")
                ),
                violation_error_message=(
                    "Un appel publié a une date d’ouverture et un service que l’on peut joindre : nom, adresse, "
                    "adresse électronique et téléphone figurent sur l’accusé de réception."
                ),
            ),
            models.CheckConstraint(
                name="call_silence_has_a_delay",
                condition=Q(silence=Silence.NONE, silence_months__isnull=True)
                | (~Q(silence=Silence.NONE) & Q(silence_months__gte=1)),
                violation_error_message="Le silence décide au bout d’un nombre de mois ; sinon il ne décide rien.",
            ),
            models.CheckConstraint(
                name="call_cancelled_with_a_reason",
                condition=(Q(state=CallState.CANCELLED, cancelled_at__isnull=False) & ~Q(cancelled_because=""))
                | (~Q(state=CallState.CANCELLED) & Q(cancelled_at__isnull=True, cancelled_because="")),
                violation_error_message="Un appel est annulé à une date, pour un motif.",
            ),
        ]
        indexes = [models.Index(fields=["state", "closes_at"], name="call_open")]

    def __str__(self) -> str:
        return self.title

    @property
    def slug(self) -> str:
        """The readable part of the address."""
        return slugify(self.title)[:80] or "appel"

    @property
    def key(self) -> str:
        """The address's last part: what is readable, then what never changes."""
        return f"{self.slug}-{self.public_id}"

    @property
    def is_permanent(self) -> bool:
        """Whether it has no end, and is read in waves."""
        return self.closes_at is None

    def is_open(self, at: datetime) -> bool:
        """Whether it receives applications at that moment, exact to the second (decision 11)."""
        if self.state != CallState.PUBLISHED or self.opens_at is None or at < self.opens_at:
            return False
        return self.closes_at is None or at < self.closes_at

    @property
    def where(self) -> Perimeter:
        """Where applicants act; empty: everywhere."""
        return Perimeter(tuple(self.perimeter), tuple(self.perimeter_cover))


class CallVersion(models.Model):
    """What a call asks and how it judges, as it was published; or as it is being written."""

    retention = Retention(
        holds="Les versions d’appels que vous avez publiées",
        why="Savoir qui a changé la règle du jeu, quand et pourquoi ; mission d’intérêt public.",
        until="La durée du service ; elles ne portent plus de nom après la suppression de votre compte.",
    )

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    # See `calls.questions`, `calls.eligibility`, `calls.criteria` for the shapes.
    form = models.JSONField(default=dict)
    eligibility = models.JSONField(default=dict)
    criteria = models.JSONField(default=dict)
    # {"pieces_days": 15, …}: what is asked or promised, each a default until the author says otherwise.
    delays = models.JSONField(default=dict)
    # Two authors writing at the same time: the second is told.
    revision = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "number"],
                name="call_version_once",
                violation_error_message="Cette version existe déjà.",
            ),
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(published_at__isnull=True),
                name="one_version_being_written",
                violation_error_message="Une version de cet appel est déjà en cours d’écriture.",
            ),
            models.CheckConstraint(
                name="call_version_published_with_why",
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | (Q(published_at__isnull=False) & ~Q(why="")),
                violation_error_message="Une version est publiée à une date, et dit ce qu’elle change.",
            ),
        ]
        triggers = [
            # Note [A published version never changes]
            # An application is read with the version that it was made under, years later.
            pgtrigger.Trigger(
                name="published_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func="RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'restrict_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class Wave(models.Model):
    """A reading of a permanent call: what came until a day is read together."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="waves")
    number = models.PositiveSmallIntegerField()
    # The last day on which a file is submitted to be read in this wave.
    reads_until = models.DateField("dépôt jusqu’au")
    decision_expected_on = models.DateField("décision attendue le")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "number"], name="wave_once", violation_error_message="Cette vague existe déjà."
            ),
            models.UniqueConstraint(
                fields=["call", "reads_until"],
                name="one_wave_a_day",
                violation_error_message="Une vague se lit déjà ce jour-là.",
            ),
            models.CheckConstraint(
                name="wave_decides_after_reading",
                condition=Q(decision_expected_on__gt=F("reads_until")),
                violation_error_message="La décision d’une vague vient après le dernier jour de dépôt.",
            ),
        ]

    def __str__(self) -> str:
        return f"vague {self.number}"


class CallRoleQuerySet(models.QuerySet["CallRole"]):
    """Sentences about the people of a call."""

    def current(self) -> "CallRoleQuerySet":
        return self.filter(ended_at__isnull=True)


class CallRole(models.Model):
    """What someone does for a call, where, and by which act when they sign."""

    retention = Retention(
        holds="Vos rôles dans les appels : auteur, instructeur, signataire, président de commission",
        why="Savoir qui a pu écrire, instruire et décider ; obligation légale.",
        until="La durée du service ; ils ne portent plus de nom après la suppression de votre compte.",
    )

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="roles")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=10, choices=CallRoleName)
    # Where an officer's files are; empty: everywhere.
    perimeter = ArrayField(models.CharField(max_length=24), default=list)
    perimeter_cover = ArrayField(models.CharField(max_length=24), default=list)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # The delegation of a signatory: the act, the days that it covers, the largest amount in cents (None: no limit).
    act_reference = models.CharField("référence de l’acte", max_length=200, default="")
    acts_from = models.DateField("à compter du", null=True)
    acts_until = models.DateField("jusqu’au", null=True)
    most_cents = models.BigIntegerField("montant le plus grand", null=True)

    objects = CallRoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "person", "name"],
                condition=Q(ended_at__isnull=True),
                name="call_role_once",
                violation_error_message="Cette personne a déjà ce rôle dans cet appel.",
            ),
            models.CheckConstraint(
                name="signatory_has_an_act",
                condition=(Q(name=CallRoleName.SIGNATORY, acts_from__isnull=False) & ~Q(act_reference=""))
                | (
                    ~Q(name=CallRoleName.SIGNATORY)
                    & Q(acts_from__isnull=True, acts_until__isnull=True, most_cents__isnull=True, act_reference="")
                ),
                violation_error_message="Un signataire tient sa signature d’un acte, à compter d’un jour.",
            ),
            models.CheckConstraint(
                name="signature_ends_after_start",
                condition=Q(acts_until__isnull=True) | Q(acts_until__gte=F("acts_from")),
                violation_error_message="La délégation de signature finit après avoir commencé.",
            ),
        ]
        indexes = [models.Index(fields=["person", "name"], name="call_role_of_person")]

    def __str__(self) -> str:
        return f"{self.get_name_display()} ({self.person_id})"

    @property
    def where(self) -> Perimeter:
        """Where the role is exercised; empty: everywhere."""
        return Perimeter(tuple(self.perimeter), tuple(self.perimeter_cover))

    def covers(self, on: date, cents: int | None = None) -> bool:
        """Whether the signatory may sign on a day, for an amount in cents."""
        if self.ended_at or self.acts_from is None or on < self.acts_from:
            return False
        if self.acts_until is not None and on > self.acts_until:
            return False
        return cents is None or self.most_cents is None or cents <= self.most_cents
