"""Changes of state: a table, and one function that applies it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import models

from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.workflow.refusals import Refused

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Transition:
    """A passage.

    name     the verb: "withdraw".
    sources  the states it may start from.
    target   the state it leads to.
    event    the code of the event recorded.
    refusal  the French sentence when the object is in another state.
    """

    name: str
    sources: frozenset[str]
    target: str
    event: str
    refusal: str


def move(
    thing: M,
    transition: Transition,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    changes: dict[str, Any] | None = None,
    about: Sequence[models.Model] = (),
    **data: Any,
) -> M:
    """Lock the object, check the table, change the state (and the fields tied to it), record one event.

    changes  fields that belong to the new state, saved in the same statement.
    about    the other objects that the event concerns, in whose history it is read too.
    data     what the event's sentence needs.
    Returns the locked, up-to-date object. Raises `Refused` when the state does not allow the passage.
    """
    locked = type(thing)._default_manager.select_for_update(of=("self",)).get(pk=thing.pk)
    if locked.state not in transition.sources:  # type: ignore[attr-defined]  # a model with a state
        raise Refused(transition.refusal)
    values = {"state": transition.target, **(changes or {})}
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(values))
    record(transition.event, locked, *about, by=by, at=at, reason=reason, **data)
    return locked
