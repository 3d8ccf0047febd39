"""Candidacies, the organisations together in them, and what proves what they say."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, Q
from django.db.models.functions import Now
from django.utils.text import slugify
from django.utils.timezone import localdate

from accelerator.accounts.models import new_public_id
from accelerator.community.models import Delegation, Mandate, Role
from accelerator.community.models.organisations import of_any
from accelerator.community.states import STEERING_ROLES
from accelerator.geography.perimeters import Perimeter
from accelerator.journal.retention import Retention
from accelerator.labels.models.categories import Category, CriteriaSet
from accelerator.labels.states import Belonging, CandidacyState, MemberRole, MemberState
from accelerator.workflow.dates import said
from accelerator.workflow.steps import UnsavedInStep


def answering_for(person: Any) -> Any:
    """The organisations that a person steers, or for which they may act under a delegation, as a subquery."""
    given = Delegation.objects.current(localdate()).filter(delegate=person).values("organisation")
    held = Role.objects.current().filter(person=person)
    return held.filter(Q(name__in=STEERING_ROLES) | Q(organisation__in=given)).values("organisation")


class CandidacyQuerySet(models.QuerySet["Candidacy"]):
    """Sentences about candidacies."""

    def led_by(self, person: Any) -> "CandidacyQuerySet":
        """Those of the organisations that this person steers or helps: theirs to write."""
        steered = Role.objects.current().steering().filter(person=person).values("organisation")
        helped = Mandate.objects.current().filter(helper=person).values("organisation")
        return self.filter(of_any(steered) | of_any(helped))

    def visible_to(self, person: Any) -> "CandidacyQuerySet":
        """Those that this person may open: the ones they lead, the ones that name an organisation they answer for.

        The platform's staff sees all of them; what the public reads of a label is told by the label.
        """
        if not getattr(person, "is_authenticated", False):
            return self.none()
        others = Member.objects.exclude(role=MemberRole.LEAD)
        named = others.filter(of_any(answering_for(person))).values("candidacy")
        staff = Exists(Role.objects.current().platform().filter(person=person))
        return self.filter(Q(staff) | Q(pk__in=Candidacy.objects.led_by(person).values("pk")) | Q(pk__in=named))


class Candidacy(models.Model):
    """The lifelong file of a label, from the first word to the last renewal."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    # The criteria that the assessment answers.
    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("état", max_length=10, choices=CandidacyState, default=CandidacyState.PREPARING)
    # The chef de file of a collective, or the structure itself.
    organisation = models.ForeignKey("community.Organisation", on_delete=models.PROTECT, related_name="+")

    title = models.CharField("nom", max_length=120)
    summary = models.CharField("en une phrase", max_length=300, default="")
    presentation = models.TextField("présentation", default="")
    governance = models.TextField("gouvernance", default="")
    ambition = models.TextField("ambition", default="")
    perimeter = ArrayField(models.CharField(max_length=24), default=list)
    perimeter_cover = ArrayField(models.CharField(max_length=24), default=list)
    # By code of criterion, the "level" that it says it has and the "text" that explains it.
    assessment = models.JSONField(default=dict)

    revision = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    objects = CandidacyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation"], name="candidacy_organisation"),
            GinIndex(fields=["perimeter"], name="candidacy_perimeter"),
            GinIndex(fields=["perimeter_cover"], name="candidacy_perimeter_cover"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def slug(self) -> str:
        """The readable part of the address."""
        return slugify(self.title)[:80] or "candidature"

    @property
    def key(self) -> str:
        """The address's last part: what is readable, then what never changes."""
        return f"{self.slug}-{self.public_id}"

    @property
    def where(self) -> Perimeter:
        """The territory concerned."""
        return Perimeter(tuple(self.perimeter), tuple(self.perimeter_cover))


class CandidacyFile(models.Model):
    """A document of the lifelong file: an agreement, minutes, what proves a criterion."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="labels")
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidacy", "digest"],
                name="candidacy_file_once",
                violation_error_message="Ce fichier est déjà dans le dossier.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """An organisation of a collective, and what it answered."""

    retention = Retention(
        holds="Les réponses que vous avez données pour une organisation nommée dans un collectif",
        why="Savoir qui a engagé l’organisation ; mission d’intérêt public.",
        until="La vie du dossier ; elles ne portent plus de nom après la suppression de votre compte.",
    )

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="members")
    organisation = models.ForeignKey("community.Organisation", on_delete=models.PROTECT, related_name="+")
    role = models.CharField("rôle", max_length=12, choices=MemberRole)
    # What the rules of composition look at; empty: not said.
    belonging = models.CharField("nature", max_length=8, choices=Belonging, default="")
    # Its share in the means of the collective, in points of a hundred.
    share = models.PositiveSmallIntegerField("part", null=True)
    engagement = models.TextField("engagement", default="")
    # Its signed agreement.
    agreement = models.ForeignKey(CandidacyFile, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("réponse", max_length=10, choices=MemberState, default=MemberState.ASKED)
    asked_at = models.DateTimeField()
    # The last day to answer, as it was said; late, an answer is still received.
    answer_until = models.DateField("réponse jusqu’au", null=True)
    reminded_at = models.DateTimeField("rappelé le", null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # Why it refused or left.
    reason = models.TextField("motif", default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidacy", "organisation"],
                name="member_once",
                violation_error_message="Cette organisation est déjà nommée dans le collectif.",
            ),
            models.UniqueConstraint(
                fields=["candidacy"],
                condition=Q(role=MemberRole.LEAD),
                name="one_lead",
                violation_error_message="Un collectif a un seul chef de file.",
            ),
            models.CheckConstraint(
                name="member_share_in_points",
                condition=Q(share__isnull=True) | Q(share__lte=100),
                violation_error_message="Une part est un nombre de points sur cent.",
            ),
            models.CheckConstraint(
                name="member_answers_at_a_moment",
                condition=Q(state=MemberState.ASKED, answered_at__isnull=True, answered_by__isnull=True, reason="")
                | (
                    ~Q(state=MemberState.ASKED)
                    & Q(answered_at__isnull=False)
                    & (~Q(state__in=(MemberState.REFUSED, MemberState.LEFT)) | ~Q(reason=""))
                ),
                violation_error_message="Une organisation répond à un moment, et dit pourquoi quand elle refuse.",
            ),
            models.CheckConstraint(
                name="member_asked_until_a_day",
                condition=~Q(state=MemberState.ASKED) | Q(answer_until__isnull=False),
                violation_error_message="Une organisation nommée a un jour pour répondre.",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"], name="member_organisation"),
            models.Index(fields=["answer_until"], condition=Q(state=MemberState.ASKED), name="member_awaited"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} ({self.role})"

    def said_state(self, on: date) -> str:
        """Its answer, or until when it is awaited, or since when it is late, on a day."""
        if self.state != MemberState.ASKED or self.answer_until is None:
            return str(self.get_state_display())
        if on > self.answer_until:
            return f"Sans réponse depuis le {said(self.answer_until)}"
        return f"Réponse attendue jusqu’au {said(self.answer_until)}"


class Proof(models.Model):
    """What shows something of a criterion: a file of the lifelong file, or a link."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="proofs")
    criterion = models.SlugField(max_length=30)
    what = models.CharField("ce que c’est", max_length=200)
    file = models.ForeignKey(CandidacyFile, null=True, on_delete=models.PROTECT, related_name="proofs")
    link = models.URLField("lien", max_length=300, default="")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="proof_is_a_file_or_a_link",
                condition=(Q(file__isnull=False) & Q(link="")) | (Q(file__isnull=True) & ~Q(link="")),
                violation_error_message="Une preuve est un fichier, ou un lien.",
            ),
            models.UniqueConstraint(
                fields=["candidacy", "criterion", "file"],
                condition=Q(file__isnull=False),
                name="file_proves_a_criterion_once",
                violation_error_message="Ce fichier prouve déjà ce critère.",
            ),
        ]

    def __str__(self) -> str:
        return self.what


class UnsavedStep(UnsavedInStep):
    """What someone is typing in a step of a candidacy, or in its assessment."""

    retention = Retention(
        holds="Les textes de candidature à un label que vous avez commencé à taper sans les enregistrer",
        why="Ne rien perdre d’un long texte quand une session se ferme.",
        until="Jusqu’à ce que vous enregistriez la page ou l’oubliiez, et au plus 30 jours.",
    )

    candidacy = models.ForeignKey(Candidacy, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidacy", "person", "step"],
                name="unsaved_step_once",
                violation_error_message="Un seul texte non enregistré par personne et par page.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidacy_id} {self.step}"
