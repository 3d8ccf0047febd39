"""To whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Addressee(Protocol):
    """An actor with an address: a person."""

    @property
    def actor_key(self) -> str: ...

    @property
    def email(self) -> str | None: ...


@dataclass(frozen=True)
class Recipient:
    """Where a notice goes.

    email  the address.
    key    the actor's key, or "" when the address has no account: it is then forgotten once the mail has left.
    """

    email: str
    key: str = ""

    @classmethod
    def of(cls, person: Addressee) -> "Recipient":
        """The recipient that a person is. An erased person has no address: `tell` skips it."""
        return cls(email=person.email or "", key=person.actor_key)


@dataclass(frozen=True)
class Letter:
    """What one of many is told.

    data             what the template needs besides what all have.
    unsubscribe_url  for what one subscribes to, as in `operations.tell`.
    """

    to: Recipient
    data: Mapping[str, Any]
    unsubscribe_url: str = ""
