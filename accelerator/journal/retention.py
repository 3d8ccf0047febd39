"""How long what names a person is kept: declared on each model that holds some (`retention = Retention(…)`)."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models

from accelerator.journal.types import name_of


@dataclass(frozen=True)
class Retention:
    """A period of retention, in French, as it is shown on the page about personal data.

    holds  what is kept: "Vos rôles dans les organisations".
    why    what for, and on what ground.
    until  how long, and what ends it.
    """

    holds: str
    why: str
    until: str


def declared_retentions() -> list[tuple[type[models.Model], Retention]]:
    """Every declared period, by model."""
    declared = [(model, model.__dict__["retention"]) for model in apps.get_models() if "retention" in model.__dict__]
    return sorted(declared, key=lambda pair: name_of(pair[0]))
