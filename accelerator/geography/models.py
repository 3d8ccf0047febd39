"""The places."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class PlaceKind(models.TextChoices):
    """From the smallest to the largest."""

    COMMUNE = "commune", "Commune"
    EPT = "ept", "Établissement public territorial"
    EPCI = "epci", "Intercommunalité"
    DEPARTEMENT = "departement", "Département"
    REGION = "region", "Région"
    PAYS = "pays", "France entière"


class Place(models.Model):
    """One place of the Code officiel géographique."""

    key = models.CharField(primary_key=True, max_length=24)
    kind = models.CharField(max_length=12, choices=PlaceKind)
    code = models.CharField(max_length=9)
    name = models.CharField(max_length=120)
    # The name without accents, hyphens or articles, "saint" and "sainte" shortened: what a person types is folded too.
    folded = models.CharField(max_length=120)
    sort_name = models.CharField(max_length=120)
    nature = models.CharField(max_length=12, default="")
    population = models.PositiveIntegerField(null=True)
    postal_codes = ArrayField(models.CharField(max_length=5), default=list)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    # The place's own ancestors, where it has one of that kind (an EPCI may straddle two départements: it has none).
    epci = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    ept = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    departement = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    cover = ArrayField(models.CharField(max_length=24))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"], name="place_unique", violation_error_message="Ce lieu existe déjà."
            ),
        ]
        indexes = [
            GinIndex(fields=["cover"], name="place_cover", fastupdate=False),
            GinIndex(fields=["postal_codes"], name="place_postal_codes", fastupdate=False),
            models.Index(fields=["folded"], name="place_folded", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name
