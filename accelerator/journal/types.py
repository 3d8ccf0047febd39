"""The types of events, declared by each subject in its `events.py`."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models.functions import Cast, Concat


@dataclass(frozen=True)
class EventType:
    """A kind of event.

    code      "<subject>.<what_happened>", past tense: "community.member_joined".
    sentence  French, read after the actor's name, with data between braces: "a invité {email}".
    personal  the data that name or describe a person: blanked when that person is erased.
    public    whether the event may be read by anyone on the object's public page.
    """

    code: str
    sentence: str
    personal: frozenset[str] = field(default_factory=frozenset)
    public: bool = False


_declared: dict[str, EventType] = {}


def declare(code: str, sentence: str, *, personal: tuple[str, ...] = (), public: bool = False) -> EventType:
    """Declare an event type; declaring one code twice raises `ValueError`."""
    if code in _declared:
        raise ValueError(f"Le type d'événement {code} est déclaré deux fois.")
    event_type = EventType(code, sentence, frozenset(personal), public)
    _declared[code] = event_type
    return event_type


def event_type(code: str) -> EventType:
    """The declared type of a code; raises `LookupError` when nobody declared it."""
    try:
        return _declared[code]
    except KeyError:
        raise LookupError(f"Le type d'événement {code} n'est déclaré dans aucun events.py.") from None


def declared_types() -> list[EventType]:
    """Every declared type, by code."""
    return [_declared[code] for code in sorted(_declared)]


def name_of(kind: type[models.Model]) -> str:
    """The name of a kind of objects in the journal: "community.organisation".

    A model that moved to another subject says the one that it had (`remembered_as`): what is written stays written.
    """
    return str(getattr(kind, "remembered_as", kind._meta.label_lower))


def ref(thing: models.Model) -> str:
    """The key of an object in the journal: "community.organisation:12"."""
    # Not `type`: the person of a request is read only when something is asked of them.
    return f"{name_of(thing.__class__)}:{thing.pk}"


def refs(things: models.QuerySet[Any]) -> models.QuerySet[Any, Any]:
    """The keys of these objects, as one column of a query."""
    prefix = models.Value(f"{name_of(things.model)}:")
    key = Concat(prefix, Cast("pk", models.TextField()), output_field=models.TextField())
    return things.annotate(ref=key).order_by().values("ref")


def number_in(key: str, kind: type[models.Model]) -> int | None:
    """The number of the object of this kind that a key names; None when it names none, or one of another kind."""
    named, _, number = key.partition(":")
    return int(number) if named == name_of(kind) and number.isdecimal() else None
