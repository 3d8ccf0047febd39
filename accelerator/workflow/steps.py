"""A long file is told a step at a time: what a step is, and what is being typed in one and is not saved yet.

What is typed is kept for its author alone, as it was sent, until they save the step or forget it (`design.steps`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import models

from accelerator.workflow.refusals import Refused

# Characters of one form.
LONGEST: Final = 60_000
# How long a text is kept that nobody comes back to.
KEPT: Final = timedelta(days=30)

# By name of field, as it was sent.
Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Step:
    """What is told together, on one page.

    fields  the values of the file that it tells, by name.
    """

    code: str
    title: str
    fields: tuple[str, ...]


def demand_short(typed: Typed) -> None:
    """Raise `Refused` when it is too long to be kept."""
    if sum(len(one) for given in typed.values() for one in given) > LONGEST:
        raise Refused("Ce texte est trop long pour être gardé : enregistrez cette partie, ou raccourcissez-le.")


class UnsavedTexts(models.QuerySet[Any]):
    """Texts of a subject."""

    def keep(self, typed: Typed, *, at: datetime, **where: Any) -> None:
        """Keep what is being typed in place of what was there: of a person, in a step of a file.

        Raises `Refused` when it is too long to be kept.
        """
        demand_short(typed)
        values = {name: list(given) for name, given in typed.items()}
        self.update_or_create(**where, defaults={"values": values, "typed_at": at})

    def left(self, at: datetime) -> "UnsavedTexts":
        """What nobody came back to."""
        return self.filter(typed_at__lt=at - KEPT)


class UnsavedInStep(models.Model):
    """What someone is typing in a step, kept as it was sent until they save it; nobody else ever reads it.

    A subject adds its file and its step, which make one text of each person, and says how long it holds it.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # By name of field, as it was sent: a list of texts.
    values = models.JSONField(default=dict)
    typed_at = models.DateTimeField()

    objects = UnsavedTexts.as_manager()

    class Meta:
        abstract = True
