"""Two small tables: forms already received, and counters of limits."""

from django.db import models


class Submission(models.Model):
    """A form that was received and acted upon: the same one sent again gets the same answer (a double click)."""

    token = models.UUIDField(primary_key=True)
    sender = models.CharField(max_length=80)
    answer = models.CharField(max_length=500)
    received_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.token)


class Limit(models.Model):
    """How many times something was done under a key since the start of its window."""

    key = models.CharField(max_length=200, primary_key=True)
    count = models.PositiveIntegerField()
    window_ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
