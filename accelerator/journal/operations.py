"""Writing in the journal."""

from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import Q

from accelerator.journal.actors import Actor, actor_key
from accelerator.journal.middleware import current_request_id
from accelerator.journal.models import Event
from accelerator.journal.types import declared_types, event_type, ref


def record(code: str, *about: models.Model, by: Actor, at: datetime, reason: str = "", **data: Any) -> Event:
    """Add an event; called inside the transaction of what it remembers.

    about   the objects concerned, the main one first (at least one).
    data    what the sentence needs; JSON values only.
    Raises `LookupError` for a code that no subject declared, `ValueError` without an object.
    """
    event_type(code)
    if not about:
        raise ValueError(f"L'événement {code} ne porte sur rien.")
    return Event.objects.create(
        code=code,
        at=at,
        actor=actor_key(by),
        about=[ref(thing) for thing in about],
        reason=reason,
        data=data,
        request_id=current_request_id(),
    )


def erase(*, actor: str, about: str) -> int:
    """Blank the personal data of every event done by an actor or about a person; return how many.

    The events stay, with their moment, their code and the actor's key, which no longer leads to a name.
    The one declared exception to "append-only" (see Note [The journal is append-only]).
    """
    erased = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL journal.erasing = 'on'")
        for kind in declared_types():
            if not kind.personal:
                continue
            events = Event.objects.filter(Q(actor=actor) | Q(about__contains=[about]), code=kind.code)
            for event in events.iterator():
                kept = {key: value for key, value in event.data.items() if key not in kind.personal}
                if kept != event.data:
                    Event.objects.filter(pk=event.pk).update(data=kept)
                    erased += 1
        cursor.execute("SET LOCAL journal.erasing = 'off'")
    return erased
