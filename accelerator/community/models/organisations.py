"""Organisations, and what is known of them."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import JSONObject, Now
from django.utils.text import slugify

from accelerator.accounts.models import new_public_id
from accelerator.community.models.people import Mandate, Role
from accelerator.community.states import (
    Family,
    Identity,
    LegalFamily,
    OrganisationState,
)
from accelerator.search.models import Document


class Theme(models.Model):
    """One theme of the nomenclature (`data/reference/themes.csv`): stable code, versions by date."""

    code = models.CharField(primary_key=True, max_length=3)
    label = models.CharField(max_length=80)
    family = models.CharField(max_length=12, choices=Family)
    definition = models.TextField()
    # Words that lead to the theme, and that search knows.
    words = ArrayField(models.CharField(max_length=60), default=list)
    position = models.PositiveSmallIntegerField(unique=True)
    since = models.CharField(max_length=10)
    until = models.CharField(max_length=10, default="")

    def __str__(self) -> str:
        return self.label


def of_any(organisations: Any) -> Q:
    """The condition of belonging to one of these records, or to one that was united to them (decision 7)."""
    return Q(organisation__in=organisations) | Q(organisation__merged_into__in=organisations)


def of_each(organisations: models.QuerySet[Any, Any]) -> tuple[Q, Q]:
    """The two halves of `of_any`, for one question each: in one condition, the planner reads every row instead of two
    indexes.
    """
    united = Organisation.objects.filter(merged_into__in=organisations).values("pk")
    return Q(organisation__in=organisations), Q(organisation__in=united)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Sentences about organisations."""

    def listed(self) -> "OrganisationQuerySet":
        """Those that anyone may see (decision 8), merged ones left out."""
        return self.filter(publishable=True).exclude(state=OrganisationState.MERGED)

    def with_united_numbers(self) -> "OrganisationQuerySet":
        """With `united`: the numbers of the records that were united to each, unless these may not be published."""
        numbers = JSONObject(siren="siren", rna="rna", amalia="amalia")
        united = Organisation.objects.filter(merged_into=OuterRef("pk"), publishable=True).order_by("pk")
        return self.annotate(united=ArraySubquery(united.values(numbers=numbers)))

    def with_managed(self) -> "OrganisationQuerySet":
        """With `is_managed`: whether somebody manages each, and reads what is written to it."""
        managing = Role.objects.current().steering().filter(organisation=OuterRef("pk"))
        return self.annotate(is_managed=Exists(managing))

    def visible_to(self, person: Any) -> "OrganisationQuerySet":
        """Those that this person may see: the listed ones, their own, all of them for the platform's staff."""
        visible = Q(publishable=True)
        if getattr(person, "is_authenticated", False):
            visible |= Q(pk__in=Role.objects.current().filter(person=person).values("organisation"))
            visible |= Q(pk__in=Mandate.objects.current().filter(helper=person).values("organisation"))
            if Role.objects.current().platform().filter(person=person).exists():
                return self
        return self.filter(visible)


class Organisation(models.Model):
    """The lifelong record of an organisation."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    state = models.CharField(max_length=10, choices=OrganisationState, default=OrganisationState.ACTIVE)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    name = models.CharField("nom", max_length=200)
    acronym = models.CharField("sigle", max_length=40, default="")
    siren = models.CharField("SIREN", max_length=9, null=True, unique=True)
    rna = models.CharField("RNA", max_length=10, null=True, unique=True)
    amalia = models.CharField("AMALIA", max_length=20, null=True)
    identity = models.CharField(max_length=10, choices=Identity, default=Identity.UNKNOWN)

    legal_family = models.CharField("famille juridique", max_length=12, choices=LegalFamily, default="", blank=True)
    legal_category = models.CharField("catégorie juridique (INSEE)", max_length=4, default="")
    activity_code = models.CharField("activité principale (NAF)", max_length=6, default="")
    # None means unknown, and is shown as such.
    is_ess = models.BooleanField("appartient à l’ESS", null=True)
    is_esus = models.BooleanField("agréée ESUS", null=True)
    is_mission_driven = models.BooleanField("société à mission", null=True)
    created_on = models.DateField("création", null=True)

    kinds = ArrayField(models.CharField(max_length=14), default=list)
    themes = ArrayField(models.CharField(max_length=3), default=list)
    summary = models.CharField("en une phrase", max_length=300, default="")
    presentation = models.TextField("présentation", default="")
    website = models.URLField("site", max_length=300, default="")
    links = models.JSONField("liens", default=list)
    logo = models.ImageField("logo", upload_to="logos", null=True)
    contact_email = models.EmailField("adresse de contact", max_length=254, default="")

    seat = models.ForeignKey("geography.Place", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    address = models.CharField("adresse", max_length=300, default="")
    # Territories of action: the keys of the places, and their cover (see geography.perimeters).
    territories = ArrayField(models.CharField(max_length=24), default=list)
    territories_cover = ArrayField(models.CharField(max_length=24), default=list)

    # Where the record comes from, and the exceptions value by value (decision 6):
    # {"field": {"source": …, "url": …, "on": "2019-02-25", "confirmed_by": "person:3", "confirmed_at": …}}
    source = models.CharField(max_length=80)
    source_url = models.URLField(max_length=500, default="")
    source_on = models.DateField(null=True)
    provenance = models.JSONField(default=dict)

    publishable = models.BooleanField(default=True)
    charter_version = models.CharField(max_length=10, default="")
    charter_accepted_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            # Indexed for those who have one: nearly nobody does (docs/decisions/0044). So is `merged_into`, below.
            models.UniqueConstraint(
                fields=["amalia"],
                condition=Q(amalia__isnull=False),
                name="amalia_once",
                violation_error_message="Ce numéro AMALIA est déjà celui d’une fiche.",
            ),
            models.CheckConstraint(
                name="merged_into_another",
                condition=(Q(state=OrganisationState.MERGED) & Q(merged_into__isnull=False) & ~Q(merged_into=F("pk")))
                | (~Q(state=OrganisationState.MERGED) & Q(merged_into__isnull=True)),
                violation_error_message="Une fiche réunie désigne celle qui la remplace.",
            ),
            models.CheckConstraint(
                name="verified_has_a_number",
                condition=~Q(identity=Identity.VERIFIED)
                | Q(siren__isnull=False)
                | Q(rna__isnull=False)
                | Q(amalia__isnull=False),
                violation_error_message="Une identité vérifiée s’appuie sur un numéro SIREN, RNA ou AMALIA.",
            ),
            models.CheckConstraint(
                name="charter_has_version_and_date",
                condition=Q(charter_version="", charter_accepted_at__isnull=True)
                | (~Q(charter_version="") & Q(charter_accepted_at__isnull=False)),
                violation_error_message="La charte est acceptée à une date, dans une version.",
            ),
        ]
        indexes = [
            models.Index(fields=["seat"], name="organisation_seat"),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="organisation_merged_into"
            ),
            # The desk of themes: the first ones to propose some for.
            models.Index(
                fields=["id"],
                condition=Q(themes=[], publishable=True, state=OrganisationState.ACTIVE),
                name="organisation_without_theme",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def slug(self) -> str:
        """The readable part of the address."""
        return slugify(self.name)[:80] or "organisation"

    @property
    def key(self) -> str:
        """The address's last part: what is readable, then what never changes."""
        return f"{self.slug}-{self.public_id}"

    @property
    def logo_digest(self) -> str:
        """What names the logo in its address: its content."""
        return (self.logo.name or "").removeprefix("logos/").removesuffix(".webp")


class OrganisationDocument(Document):
    """What the directory's search knows of an organisation (see `community.search`)."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True, related_name="+")


class Establishment(models.Model):
    """One establishment of an organisation: a SIRET and a place."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="establishments")
    siret = models.CharField("SIRET", max_length=14, unique=True)
    is_seat = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    place = models.ForeignKey("geography.Place", null=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=300, default="")

    def __str__(self) -> str:
        return self.siret


class Distinction(models.Model):
    """A fact of the past, with its source: never a label."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="distinctions")
    name = models.CharField(max_length=120)
    # As precise as the source is: "2018", "2019-12" or "2019-02-25".
    granted_on = models.CharField(max_length=10, default="")
    detail = models.CharField(max_length=300, default="")
    source_url = models.URLField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="distinction_once",
                violation_error_message="Cette distinction est déjà inscrite.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
