"""Writing in the journal."""

import re
from collections.abc import Collection
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


ERASED = "[effacé]"


def without(words: Collection[str], text: str) -> str:
    """A text in which each of the words, whatever its capitals, is said to be erased."""
    for word in words:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", ERASED, text, flags=re.IGNORECASE)
    return text


def erase(*, actor: str, about: str, words: Collection[str] = ()) -> int:
    """Blank the personal data of every event done by an actor or about a person; return how many.

    The events stay, with their moment, their code and the actor's key, which no longer leads to a name. A reason
    given about the person goes whole; elsewhere, only the words that name them.
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
        named = Q(about__contains=[about]) & ~Q(reason="")
        for word in words:
            named |= Q(reason__icontains=word)
        for event in Event.objects.filter(named).iterator():
            kept_reason = ERASED if about in event.about else without(words, event.reason)
            if kept_reason != event.reason:
                Event.objects.filter(pk=event.pk).update(reason=kept_reason)
                erased += 1
        cursor.execute("SET LOCAL journal.erasing = 'off'")
    return erased
