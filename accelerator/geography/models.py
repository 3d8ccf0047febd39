"""The places."""

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class PlaceKind(models.TextChoices):
    """From the smallest to the largest."""

    COMMUNE = "commune", "Commune"
    EPT = "ept", "Établissement public territorial"
    EPCI = "epci", "Intercommunalité"
    DEPARTEMENT = "departement", "Département"
    REGION = "region", "Région"
    PAYS = "pays", "France entière"


class Nature(models.TextChoices):
    """What an EPCI, a département or a région is, where that is worth saying."""

    CC = "CC", "Communauté de communes"
    CA = "CA", "Communauté d’agglomération"
    CU = "CU", "Communauté urbaine"
    METRO = "METRO", "Métropole"
    MET69 = "MET69", "Métropole"
    EPT = "EPT", "Établissement public territorial"
    COM = "com", "Collectivité d’outre-mer"


# All that a page which only names a place, and leads to it, does not read.
_BEYOND_ITS_NAME = (
    *("folded", "sort_name", "nature", "population", "postal_codes", "latitude", "longitude", "found_by", "cover"),
    *("epci", "ept", "departement", "region", "is_current"),
)


def beyond_its_name(*paths: str) -> list[str]:
    """What to defer of the places that these paths lead to, when they are only named: kind, code and name remain."""
    return [f"{path}__{field}" for path in paths for field in _BEYOND_ITS_NAME]


class PlaceQuerySet(models.QuerySet["Place"]):
    """Sentences about places."""

    def current(self) -> "PlaceQuerySet":
        """Those of the current Code officiel géographique; the others only explain old files."""
        return self.filter(is_current=True)

    def of_kind(self, *kinds: str) -> "PlaceQuerySet":
        """Those of some kinds."""
        return self.filter(kind__in=kinds)

    def inside(self, key: str) -> "PlaceQuerySet":
        """The place of this key and those that it overlaps among the smaller ones."""
        return self.filter(cover__contains=[key])

    def named(self) -> "PlaceQuerySet":
        """In the order of names."""
        return self.order_by("sort_name", "key")


class Place(models.Model):
    """One place of the Code officiel géographique."""

    key = models.CharField(primary_key=True, max_length=24)
    kind = models.CharField(max_length=12, choices=PlaceKind)
    code = models.CharField(max_length=9)
    name = models.CharField(max_length=120)
    # The name without accents, hyphens or articles, "saint" and "sainte" shortened: what a person types is folded too.
    folded = models.CharField(max_length=120)
    # The name in lower case without accents or punctuation: the server sorts by bytes.
    sort_name = models.CharField(max_length=120)
    nature = models.CharField(max_length=12, default="")
    population = models.PositiveIntegerField(null=True)
    postal_codes = ArrayField(models.CharField(max_length=5), default=list)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    # The place's own ancestors, where it has one of that kind (an EPCI may straddle two départements: it has none).
    # A région overseas has its only département: they are one land.
    epci = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    ept = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    departement = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    # Its own key and that of every larger place that it overlaps, "pays-FR" included.
    cover = ArrayField(models.CharField(max_length=24))
    # A place that left the code stays, because files name it; it is no longer offered.
    is_current = models.BooleanField(default=True)
    # The words by which it is found: its name (A), its codes (B), its département (C).
    found_by = SearchVectorField(default="")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"], name="place_unique", violation_error_message="Ce lieu existe déjà."
            ),
            models.CheckConstraint(
                name="place_point_whole",
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message="Un point a une latitude et une longitude.",
            ),
        ]
        indexes = [
            GinIndex(fields=["cover"], name="place_cover", fastupdate=False),
            GinIndex(fields=["postal_codes"], name="place_postal_codes", fastupdate=False),
            GinIndex(fields=["found_by"], name="place_found_by", fastupdate=False),
            models.Index(fields=["latitude", "longitude"], name="place_point"),
            models.Index(fields=["folded"], name="place_folded", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name with what tells it from its namesakes: "Figeac (46)", "Lot (département)"."""
        if self.kind == PlaceKind.COMMUNE:
            return f"{self.name} ({(self.departement_id or '-').partition('-')[2]})"
        if self.kind in (PlaceKind.DEPARTEMENT, PlaceKind.REGION):
            return f"{self.name} ({self.described.lower()})"
        return self.name

    @property
    def described(self) -> str:
        """What the place is, in French: "Commune", "Communauté d’agglomération"…"""
        known: Collection[str] = Nature.values
        return Nature(self.nature).label if self.nature in known else PlaceKind(self.kind).label


class OtherName(models.Model):
    """A name or a code that leads to a commune: one of its arrondissements, or a commune that joined it."""

    class Nature(models.TextChoices):
        ARRONDISSEMENT = "arrondissement", "Arrondissement municipal"
        DELEGUEE = "deleguee", "Commune déléguée"
        ASSOCIEE = "associee", "Commune associée"
        ANCIENNE = "ancienne", "Ancienne commune"

    key = models.CharField(primary_key=True, max_length=24)
    nature = models.CharField(max_length=16, choices=Nature)
    code = models.CharField(max_length=5, db_index=True)
    # Empty when only the code is known.
    name = models.CharField(max_length=120, default="")
    folded = models.CharField(max_length=120, default="")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="other_names")
    found_by = SearchVectorField(default="")

    class Meta:
        indexes = [GinIndex(fields=["found_by"], name="othername_found_by", fastupdate=False)]

    def __str__(self) -> str:
        return self.name or self.code


class Edition(models.Model):
    """What was last loaded of some reference data: the digest of the file and of the way it is read."""

    subject = models.CharField(primary_key=True, max_length=20)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subject} {self.digest[:12]}"
