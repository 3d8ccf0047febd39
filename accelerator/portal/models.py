"""The public figures, as they were counted day after day, and their pictures."""

from django.db import models


class Census(models.Model):
    """One day on which the public figures were counted; counted again, the day keeps the last count."""

    day = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.day.isoformat()


class Measure(models.Model):
    """One figure of a day: how many organisations are in one category of one series (see `portal.figures`)."""

    census = models.ForeignKey(Census, on_delete=models.CASCADE, related_name="measures")
    series = models.CharField(max_length=20)
    category = models.CharField(max_length=80)
    value = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["census", "series", "category"],
                name="measure_once",
                violation_error_message="Ce chiffre est déjà compté pour ce jour.",
            ),
        ]
        # A total from day to day.
        indexes = [models.Index(fields=["series", "category", "census"], include=["value"], name="measure_evolution")]

    def __str__(self) -> str:
        return f"{self.series} {self.category} {self.value}"


class Picture(models.Model):
    """The drawing of a series in one look, of the last census only: a request reads it, and draws nothing."""

    series = models.CharField(max_length=20)
    look = models.CharField(max_length=16)
    census = models.ForeignKey(Census, on_delete=models.CASCADE, related_name="pictures")
    svg = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "look"], name="picture_once", violation_error_message="Ce dessin existe déjà."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.look}"
