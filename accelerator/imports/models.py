"""The lists that are brought to the organisations; what is kept of a run is kept by `registers`."""

from django.db import models


class ListSource(models.Model):
    """A list of organisations that someone publishes, and how its columns are read, import after import."""

    code = models.SlugField(primary_key=True, max_length=40)
    # What is said of where a value comes from.
    name = models.CharField("nom", max_length=80, unique=True)
    url = models.URLField("adresse", max_length=500, default="")
    licence = models.CharField("licence", max_length=80, default="")
    # {"name": "Raison sociale", "siret": "N° SIRET"}: ours -> the list's own column.
    mapping = models.JSONField(default=dict)

    class Meta:
        db_table = "community_listsource"

    def __str__(self) -> str:
        return self.name
