"""Reading what was told."""

from django.db import models

from accelerator.notices.models import Notice


def notices_of(actor_key: str) -> models.QuerySet[Notice]:
    """What was told to someone, latest first; secret notices are not shown again."""
    return Notice.objects.filter(recipient=actor_key, secret=False).order_by("-asked_at", "-id")
