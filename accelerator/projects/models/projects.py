"""Projects, those who carry them, and what is being typed."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.text import slugify

from accelerator.accounts.models import new_public_id
from accelerator.community.models import Mandate, Role
from accelerator.community.models.organisations import of_any
from accelerator.journal.retention import Retention
from accelerator.projects.states import SHOWN, Maturity, PartnerRole, ProjectState
from accelerator.search.models import Document
from accelerator.workflow.steps import UnsavedInStep


class ProjectQuerySet(models.QuerySet["Project"]):
    """Sentences about projects."""

    def listed(self) -> "ProjectQuerySet":
        """Those that anyone may find."""
        return self.filter(state__in=SHOWN)

    def carried_by(self, person: Any) -> "ProjectQuerySet":
        """Those that this person may write: their own, those of the organisations that they steer or help."""
        steered = Role.objects.current().steering().filter(person=person).values("organisation")
        helped = Mandate.objects.current().filter(helper=person).values("organisation")
        partners = ProjectPartner.objects.of_any(steered).confirmed().filter(role=PartnerRole.CARRIER)
        own = Q(person=person) | of_any(steered) | of_any(helped)
        carried = self.filter(own | Q(pk__in=partners.values("project")))
        return carried.exclude(state__in=(ProjectState.PROPOSED, ProjectState.DECLINED))

    def visible_to(self, person: Any) -> "ProjectQuerySet":
        """Those that this person may open: the listed ones, those they carry, what they proposed or are proposed."""
        visible = Q(state__in=SHOWN)
        if getattr(person, "is_authenticated", False):
            if Role.objects.current().platform().filter(person=person).exists():
                return self
            steered = Role.objects.current().steering().filter(person=person).values("organisation")
            named = ProjectPartner.objects.of_any(steered).values("project")
            visible |= Q(pk__in=Project.objects.carried_by(person).values("pk"))
            visible |= Q(proposed_by=person) | (Q(state=ProjectState.PROPOSED) & of_any(steered))
            visible |= Q(pk__in=named) & ~Q(state__in=(ProjectState.PROPOSED, ProjectState.DECLINED))
        return self.filter(visible)


class Project(models.Model):
    """The file of one innovation."""

    retention = Retention(
        holds="Les projets que vous portez ou avez proposés, et l’adresse du référent d’un projet proposé",
        why="Tenir le dossier de l’innovation et savoir qui en répond ; exécution des conditions d’utilisation.",
        until="La vie du projet ; l’adresse d’un référent est effacée dès qu’il répond, au plus tard après 60 jours.",
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    state = models.CharField(max_length=10, choices=ProjectState, default=ProjectState.DRAFT)
    # Who carries it: the person who tells it, and the organisation (chef de file of a consortium) once there is one.
    person = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("community.Organisation", null=True, on_delete=models.PROTECT, related_name="+")

    # A third party's proposal: by whom, as what, and who is told of it (GDPR art. 14).
    proposed_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    proposed_as = models.CharField(max_length=200, default="")
    referent_email = models.EmailField(max_length=254, default="")
    claim_token = models.CharField(max_length=32, default="")
    claim_until = models.DateField(null=True)

    title = models.CharField("nom du projet", max_length=120)
    summary = models.CharField("en une phrase", max_length=300, default="")
    problem = models.TextField("besoin", default="")
    solution = models.TextField("solution", default="")
    novelty = models.TextField("ce qui est nouveau", default="")
    beneficiaries = models.TextField("bénéficiaires", default="")
    stakeholders = models.TextField("parties prenantes", default="")
    families = ArrayField(models.CharField(max_length=12), default=list)
    themes = ArrayField(models.CharField(max_length=3), default=list)
    # Whether someone saved their step: what the organisation has is offered no more.
    themes_told = models.BooleanField(default=False)
    goals = ArrayField(models.CharField(max_length=2), default=list)
    seat = models.ForeignKey("geography.Place", null=True, on_delete=models.PROTECT, related_name="+")
    territories = ArrayField(models.CharField(max_length=24), default=list)
    territories_cover = ArrayField(models.CharField(max_length=24), default=list)
    maturity = models.CharField("maturité", max_length=20, choices=Maturity, default="")
    began_on = models.DateField("premières actions", null=True)
    proof = models.TextField("preuves", default="")
    proof_territories = ArrayField(models.CharField(max_length=24), default=list)
    model = models.TextField("modèle économique", default="")
    # [{"year": 2026, "budget": 12000000, "resources": 9000000}]: euro cents; a missing figure is None.
    budget = models.JSONField("budget", default=list)
    # Full-time equivalents, in tenths.
    jobs = models.PositiveIntegerField("emplois", null=True)
    needs = ArrayField(models.CharField(max_length=16), default=list)
    needs_text = models.TextField("besoins", default="")
    website = models.URLField("site", max_length=300, default="")
    links = models.JSONField("liens", default=list)
    private = ArrayField(models.CharField(max_length=16), default=list)

    revision = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="project_is_carried",
                condition=Q(person__isnull=False)
                | Q(organisation__isnull=False)
                | Q(state__in=[ProjectState.PROPOSED, ProjectState.DECLINED]),
                violation_error_message="Une personne ou une organisation répond du projet.",
            ),
            models.CheckConstraint(
                name="project_proposed_has_a_token",
                condition=(Q(state=ProjectState.PROPOSED) & ~Q(claim_token="") & Q(claim_until__isnull=False))
                | (~Q(state=ProjectState.PROPOSED) & Q(claim_token="", claim_until__isnull=True, referent_email="")),
                violation_error_message="Un projet proposé attend une réponse jusqu’à une date ; les autres, aucune.",
            ),
            models.CheckConstraint(
                name="project_shown_was_published",
                condition=~Q(state__in=SHOWN) | Q(published_at__isnull=False),
                violation_error_message="Un projet visible a été publié à une date.",
            ),
            models.UniqueConstraint(
                fields=["claim_token"],
                condition=~Q(claim_token=""),
                name="project_claim_token_once",
                violation_error_message="Ce lien sert déjà.",
            ),
        ]
        indexes = [
            GinIndex(fields=["territories"], name="project_acts_on"),
            GinIndex(fields=["territories_cover"], name="project_territories"),
            models.Index(fields=["state", "-published_at"], name="project_latest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def slug(self) -> str:
        """The readable part of the address."""
        return slugify(self.title)[:80] or "projet"

    @property
    def key(self) -> str:
        """The address's last part: what is readable, then what never changes."""
        return f"{self.slug}-{self.public_id}"

    def hides(self, part: str) -> bool:
        """Whether the public page leaves a part out."""
        return part in self.private


class ProjectDocument(Document):
    """What search knows of a project (see `projects.search`)."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="+")


class ProjectPartnerQuerySet(models.QuerySet["ProjectPartner"]):
    """Sentences about partners."""

    def of_any(self, organisations: Any) -> "ProjectPartnerQuerySet":
        """Those of these organisations."""
        return self.filter(of_any(organisations))

    def confirmed(self) -> "ProjectPartnerQuerySet":
        """Those that said that they take part."""
        return self.filter(confirmed_at__isnull=False)


class ProjectPartner(models.Model):
    """Another organisation of a project: it says by itself whether it takes part."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey("community.Organisation", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=PartnerRole)
    invited_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)

    objects = ProjectPartnerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation"],
                name="partner_once",
                violation_error_message="Cette organisation est déjà parmi les structures du projet.",
            ),
            models.CheckConstraint(
                name="partner_answers_once",
                condition=Q(confirmed_at__isnull=True) | Q(declined_at__isnull=True),
                violation_error_message="Une organisation prend part au projet, ou non.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} ({self.role})"


class UnsavedText(UnsavedInStep):
    """What someone is typing in a step of a project."""

    retention = Retention(
        holds="Les textes de projet que vous avez commencé à taper sans les enregistrer",
        why="Ne rien perdre d’un long texte quand une session se ferme.",
        until="Jusqu’à ce que vous enregistriez l’étape ou l’oubliiez, et au plus 30 jours.",
    )

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "person", "step"],
                name="unsaved_text_once",
                violation_error_message="Un seul texte non enregistré par personne et par étape.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.step}"
