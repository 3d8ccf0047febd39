"""The extension point by which each subject answers for the personal data that it holds (decision 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from accelerator.journal import Actor

if TYPE_CHECKING:  # the models are not loaded yet when the applications are declared
    from accelerator.accounts.models import Person


class Erase(Protocol):
    """The operation that erases what a subject holds about a person, in the transaction of the account's erasure."""

    def __call__(self, *, person: "Person", by: Actor, at: datetime) -> None: ...


@dataclass(frozen=True)
class Objection:
    """Why an account cannot be deleted yet, in French, and the page where to do what comes first, if any."""

    reason: str
    url: str = ""
    label: str = ""

    def __str__(self) -> str:
        return self.reason


def _no_objection(person: "Person") -> list[Objection]:
    return []


@dataclass(frozen=True)
class PersonalData:
    """What one subject answers for.

    subject     the folder's name: "community".
    title       what it is, in French, for the person: "Vos organisations"; several subjects may hold parts of it.
    models      the labels of the models that name a person ("community.Role"): a test finds those that nobody holds.
    export      everything held about the person, as JSON values by their French words.
    erase       remove it, or cut it from the person where history must stay; an `@operation`.
    objections  why the account cannot be deleted yet, each with what to do first.
    """

    subject: str
    title: str
    models: tuple[str, ...]
    export: Callable[["Person"], dict[str, Any]]
    erase: Erase
    objections: Callable[["Person"], list[Objection]] = _no_objection


_registered: dict[str, PersonalData] = {}


def register(holding: PersonalData) -> None:
    """Register what a subject holds; twice for one subject raises `ValueError`."""
    if holding.subject in _registered:
        raise ValueError(f"Les données personnelles de {holding.subject} sont déclarées deux fois.")
    _registered[holding.subject] = holding


def holdings() -> list[PersonalData]:
    """Every registration, in the order of the applications: lowest subject first."""
    return list(_registered.values())


def held_about(person: "Person") -> dict[str, dict[str, Any]]:
    """Everything held about a person, by title; what several subjects hold parts of is told together."""
    held: dict[str, dict[str, Any]] = {}
    for holding in holdings():
        held.setdefault(holding.title, {}).update(holding.export(person))
    return held
