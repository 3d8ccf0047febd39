"""What a higher subject adds to the page of an organisation, and knows by its name: an extension point (decision 1).

A subject registers in its `AppConfig.ready()`; the page shows each section that has something to say, in the order of
the applications. What it gives is public: the page is everyone's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # the models are not loaded yet when the applications are declared
    from django.db.models import QuerySet

    from accelerator.community.models import Organisation


class Attachment(NamedTuple):
    """One line: something of the subject's, its page, what it is in a few words."""

    label: str
    url: str
    text: str = ""


class Twin(NamedTuple):
    """What a machine reads of the organisation: its address, and that of the page where each field is explained."""

    url: str
    explained_url: str


class Offer(NamedTuple):
    """What whoever steers the organisation may do with it at once: why, the button, where it sends and what."""

    text: str
    label: str
    action: str
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Attached:
    """What one subject adds.

    subject  the folder's name: "projects".
    title    the heading of the section, in French; without one, the subject adds no section.
    read     the lines for an organisation, in one query; none shows nothing.
    twin     what a machine reads of an organisation; one subject gives it.
    offers   what is offered to a person who steers it, in one query: seen by them alone.
    written  called when what search knows of organisations is written again, in that transaction: what the subject lets
             anyone find by their names follows at once, for one of them may be hidden from now on.
    """

    subject: str
    title: str = ""
    read: Callable[["Organisation"], Sequence[Attachment]] = lambda organisation: ()
    twin: Callable[["Organisation"], Twin | None] = lambda organisation: None
    offers: Callable[[Any, "Organisation"], Sequence[Offer]] = lambda person, organisation: ()
    written: Callable[["QuerySet[Organisation]"], None] = lambda organisations: None


_registered: dict[str, Attached] = {}


def register(attached: Attached) -> None:
    """Register what a subject adds; twice for one subject raises `ValueError`."""
    if attached.subject in _registered:
        raise ValueError(f"Ce que {attached.subject} ajoute à une organisation est déclaré deux fois.")
    _registered[attached.subject] = attached


def registrations() -> list[Attached]:
    """Every registration, lowest subject first."""
    return list(_registered.values())


def attached_to(organisation: "Organisation") -> list[tuple[str, Sequence[Attachment]]]:
    """The sections of a page: title, lines; those that have nothing are left out."""
    sections = [(one.title, one.read(organisation)) for one in _registered.values()]
    return [(title, lines) for title, lines in sections if lines]


def twin_of(organisation: "Organisation") -> Twin | None:
    """What a machine reads of an organisation, if a subject gives it."""
    return next(filter(None, (one.twin(organisation) for one in _registered.values())), None)


def offered_with(person: Any, organisation: "Organisation") -> list[Offer]:
    """What the subjects offer to a person who steers an organisation."""
    return [offer for one in _registered.values() for offer in one.offers(person, organisation)]


def tell_written(organisations: "QuerySet[Organisation]") -> None:
    """Tell the subjects that these organisations were written, in the transaction that writes them in the index."""
    for one in _registered.values():
        one.written(organisations)
