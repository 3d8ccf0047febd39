"""Choices of what people keep of the directory and take away: the leaf."""

from datetime import timedelta

from django.db import models


class AlertRhythm(models.TextChoices):
    """How often a person is told what is new to a search that they keep."""

    NEVER = "never", "Pas d’alerte"
    DAILY = "daily", "Chaque matin"
    WEEKLY = "weekly", "Chaque lundi"


class ExportKind(models.TextChoices):
    """The formats of an export."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class ExportState(models.TextChoices):
    """Where an export is."""

    WAITING = "waiting", "En attente"
    RUNNING = "running", "En cours"
    READY = "ready", "Prêt"
    FAILED = "failed", "Non fait"
    EXPIRED = "expired", "Expiré"


# An export is ready by then, or is given up and said to be.
EXPORT_IS_DUE = timedelta(hours=1)
# A file of yesterday still holds who opposed publication since: it does not stay longer.
EXPORT_LASTS = timedelta(days=2)
