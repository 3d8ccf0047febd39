"""Who acts: a person, or a named system actor."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class Actor(Protocol):
    """Whoever does something. `accounts.Person` and `System` are actors."""

    @property
    def actor_key(self) -> str:
        """A stable key without a name in it: "person:42" or "system:import-sirene"."""


@dataclass(frozen=True)
class System:
    """A named part of the platform that acts by itself: a nightly job, an import, the first load."""

    name: str

    @property
    def actor_key(self) -> str:
        return f"system:{self.name}"


def actor_key(actor: Actor) -> str:
    """The key of an actor.

    Raises `TypeError` for anything that is not one (an anonymous visitor, `None`): every act has an author.
    """
    key = getattr(actor, "actor_key", "")
    if not key:
        raise TypeError(f"{actor!r} ne peut pas agir : ni personne, ni acteur système.")
    return str(key)
