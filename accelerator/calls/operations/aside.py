"""Files of which something was to be told, and could not be: left aside with why, the others go on."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from accelerator.calls.models import Application
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.workflow import Refused, operation, part

T = TypeVar("T")
# What a file is again once what stopped it was mended.
TAKEN_UP: Final[dict[str, Any]] = {"aside_at": None, "aside_because": ""}


@operation
def attempt(*, act: Callable[[], T], application: Application, by: Actor, at: datetime) -> tuple[T | None, str]:
    """Do what tells something of a file; return what was done, and why it was refused (empty when it was not).

    Refused, it alone is undone, and the file is to be taken up. The history says it once for each reason, however many
    nights it is tried again.
    """
    try:
        with part():
            return act(), ""
    except Refused as refusal:
        why = refusal.message
    held = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if held.aside_because != why:
        held.aside_at, held.aside_because = at, why
        held.save(update_fields=["aside_at", "aside_because"])
        record("calls.left_aside", held, by=by, at=at, reason=why)
    return None, why
