"""What the doors keep: figures that would be too long to count at each visit."""

from django.db import models


class KeptFigures(models.Model):
    """The figures of the home page, counted at a moment. One row; recounted by a task, replaced as a whole."""

    organisations = models.PositiveIntegerField()
    # How many organisations sit or act in each département, by code.
    by_departement = models.JSONField()
    counted_at = models.DateTimeField()
    only = models.BooleanField(default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["only"], name="one_row_of_figures", violation_error_message="Ces chiffres n’ont qu’une ligne."
            ),
        ]

    def __str__(self) -> str:
        return f"chiffres du {self.counted_at:%d/%m/%Y}"
