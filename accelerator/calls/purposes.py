"""What is applied for, and with what: the extension point of the calls (decision 1).

A higher subject registers a `Purpose` in its `AppConfig.ready()`. Calls ask it for what one may apply with, read it at
each opening of a draft and a last time at submission, when what it told is frozen; and tell it of decisions.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from accelerator.calls.states import FactKind
from accelerator.journal import Actor, number_in, ref

if TYPE_CHECKING:  # the models are not loaded yet when purposes are registered
    from django.db.models import QuerySet

    from accelerator.accounts.models import Person
    from accelerator.calls.models import Application, Call, Decision
    from accelerator.community.models import Organisation

# Number; amount in cents; text or code of a choice; codes, or keys of places; day; yes or no.
FactValue = int | float | str | bool | date | tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """Something that the eligibility rules may look at.

    code     "project.budget": stable, it is written in the published rules.
    label    French, with its article, to be read in a rule: "le budget annuel du projet".
    kind     its type. A `money` is in euro cents.
    choices  (code, label) of a choice.
    unit     said after a number: "ans".
    asked    how it is asked of someone; by its label otherwise.
    """

    code: str
    label: str
    kind: FactKind
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    asked: str = ""


@dataclass(frozen=True)
class Reusable:
    """An answer that the subject already holds, offered to the questions of a form: "project.problem".

    is_file  it is files that the subject keeps, for a question to files.
    """

    code: str
    label: str
    is_file: bool = False


@dataclass(frozen=True)
class KeptFile:
    """A file that a subject keeps, checked when it came: the application that takes it up has a copy of its own.

    path    where it is in the storage.
    kind    its media type; `digest`, the SHA-256 of its content.
    """

    name: str
    path: str
    kind: str
    size: int
    digest: str


@dataclass(frozen=True)
class Subject:
    """Something that a person may apply with: its reference ("projects.project:12") and its title."""

    ref: str
    title: str


@dataclass(frozen=True)
class Wanted:
    """An opinion that is asked of every file of a call: of whom, and how many days are given."""

    who: str
    days: int


@dataclass(frozen=True)
class Told:
    """What a subject tells at a moment.

    organisation  the one that applies, or None: then the person does.
    facts         fact code -> value; a fact that is not known is left out.
    answers       code of a `Reusable` -> value, in the shape of an answer of `calls.questions`.
    on            the day on which the subject was last changed: shown beside what is reused.
    """

    title: str
    summary: str = ""
    organisation: "Organisation | None" = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    on: date | None = None


class OnDecided(Protocol):
    """What follows from a decision, in the transaction that tells it; an `@operation`."""

    def __call__(self, *, application: "Application", decision: "Decision", by: Actor, at: datetime) -> None: ...


class Opens(Protocol):
    """Open a subject from a file that came on paper, and tell its reference; an `@operation`."""

    def __call__(self, *, application: "Application", by: "Person", at: datetime) -> str: ...


def _nothing_follows(*, application: "Application", decision: "Decision", by: Actor, at: datetime) -> None:
    return None


@dataclass(frozen=True)
class Purpose:
    """What a call may be for.

    code        "projects.qualification".
    title       French: "Qualification d’un projet".
    asks        what one applies with, in French, for the first page: "votre projet". Empty: nothing but oneself.
    subjects    what a person may apply with: to one call, or whatever the call (None).
    reads       what a subject tells now. Raises `LookupError` when it is gone.
    may_edit    whether a person may fill in an application for a subject.
    files       the files that a subject keeps, by code of a `Reusable`; nothing when it is gone.
    page        the address of a subject's page, or an empty text.
    facts, reusable  what it can tell, for the author of a call to choose from.
    carried     the references of what a person carries, as one column of a query: they judge none of it.
    partners    of some subjects, the organisations that take part besides the one that applies: reference -> numbers.
                Who judges is looked at beside them as they are now (`calls.queries.conflicts`).
    begins      the address where one tells something to apply to a call with, or an empty text.
    grants      what a favourable decision gives besides, said in its letter before it is signed: (name, words).
    ties        what a file that came on paper may be about: those of who applies that answer its call.
    opens       opens one from such a file, when none is there yet; None: its carriers alone do.
    opinions    the opinions that a call wants on each of its files.
    on_decided  called as a decision is told, never when it is only signed: what is undone was never decided. It may
                raise `Refused`: nothing is told of the file then, and it is left aside, to be taken up.
    """

    code: str
    title: str
    asks: str
    subjects: Callable[["Person", "Call | None"], Sequence[Subject]]
    reads: Callable[[str], Told]
    may_edit: Callable[["Person", str], bool]
    page: Callable[[str], str]
    facts: tuple[Fact, ...] = ()
    reusable: tuple[Reusable, ...] = ()
    carried: Callable[["Person"], "QuerySet[Any] | None"] = lambda _: None
    files: Callable[[str], Mapping[str, Sequence[KeptFile]]] = lambda subject: {}
    partners: Callable[[Collection[str]], Mapping[str, frozenset[int]]] = lambda _: {}
    begins: Callable[["Call"], str] = lambda call: ""
    grants: Callable[["Application"], Sequence[tuple[str, str]]] = lambda application: ()
    ties: Callable[["Application"], Sequence[Subject]] = lambda _: ()
    opens: Opens | None = None
    opinions: Callable[["Call"], Sequence[Wanted]] = lambda call: ()
    on_decided: OnDecided = _nothing_follows

    @property
    def has_subject(self) -> bool:
        """Whether one applies with something, and not only in one's own name or an organisation's."""
        return bool(self.asks)


_registered: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Register a purpose; a code given twice raises `ValueError`."""
    if purpose.code in _registered:
        raise ValueError(f"L’objet d’appel {purpose.code} est déclaré deux fois.")
    _registered[purpose.code] = purpose


def purposes() -> list[Purpose]:
    """Every registration, in the order of the applications: lowest subject first."""
    return list(_registered.values())


def purpose_of(code: str) -> Purpose:
    """The purpose of a code; raises `LookupError` when nobody registered it."""
    try:
        return _registered[code]
    except KeyError:
        raise LookupError(f"L’objet d’appel {code} n’est déclaré par aucun sujet.") from None


def _no_subject(person: "Person", call: "Call | None") -> Sequence[Subject]:
    return ()


def _reads_nothing(ref: str) -> Told:
    raise LookupError("Cet appel se répond sans projet.")


def _nobody(person: "Person", ref: str) -> bool:
    return False


def _no_page(ref: str) -> str:
    return ""


def taking_part(rows: "QuerySet[Any]", field: str, subjects: Collection[str]) -> Mapping[str, frozenset[int]]:
    """For `Purpose.partners`: of some subjects, the organisations of these rows.

    rows    each has an `organisation`, and in `field` the subject that it takes part in.
    """
    kind: Any = rows.model._meta.get_field(field).related_model
    numbers = [number for number in (number_in(one, kind) for one in subjects) if number is not None]
    found: dict[str, set[int]] = {}
    for subject, organisation in rows.filter(**{f"{field}__in": numbers}).values_list(field, "organisation"):
        found.setdefault(ref(kind(pk=subject)), set()).add(organisation)
    return {subject: frozenset(organisations) for subject, organisations in found.items()}


# The person or the organisation applies for itself; the facts are those of the organisation.
OPEN = Purpose(
    code="calls.open",
    title="Appel ouvert : une organisation ou une personne répond pour elle-même",
    asks="",
    subjects=_no_subject,
    reads=_reads_nothing,
    may_edit=_nobody,
    page=_no_page,
)
register(OPEN)
