"""Reading the journal."""

from typing import Any

from django.db import models

from accelerator.journal.models import Event
from accelerator.journal.types import declared_types, ref


def history_of(thing: models.Model) -> models.QuerySet[Event]:
    """Everything that happened to an object, latest first."""
    return Event.objects.filter(about__contains=[ref(thing)]).order_by("-at", "-id")


def public_history_of(thing: models.Model) -> models.QuerySet[Event]:
    """What anyone may read of the history of an object, latest first."""
    return public_history([ref(thing)])


def public_history(about: Any) -> models.QuerySet[Event]:
    """The same of what these references name, or an expression of them (`workflow.kept`)."""
    public = [kind.code for kind in declared_types() if kind.public]
    return Event.objects.filter(about__contains=about, code__in=public).order_by("-at", "-id")


def acts_of(actor_key: str) -> models.QuerySet[Event]:
    """Everything that an actor did, latest first."""
    return Event.objects.filter(actor=actor_key).order_by("-at", "-id")
