"""Conflicts of interest that facts let one think of: no database here.

A hint says what links a person to an applicant, in words. It keeps the person from reading, judging and voting until
someone who answers for the call sets it aside, with a reason; a hint of another kind that comes later stands again.
Nothing is trusted: a person who declares no conflict is looked at all the same (docs/rules/expertise.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from accelerator.workflow.dates import said

APPLICANT: Final = "applicant"
MEMBER: Final = "member"
FORMER: Final = "former"
MANDATE: Final = "mandate"
FORMER_MANDATE: Final = "former_mandate"
DOMAIN: Final = "domain"
ELECTED: Final = "elected"
PARTNER: Final = "partner"
FORMER_PARTNER: Final = "former_partner"


@dataclass(frozen=True)
class Hint:
    """One link.

    code   its kind: a kind that was set aside is not shown again.
    words  what links them, in French.
    """

    code: str
    words: str

    def to_json(self) -> dict[str, str]:
        """What is kept of it when someone decides."""
        return {"code": self.code, "words": self.words}


@dataclass(frozen=True)
class Link:
    """What a person is, or was, to an organisation: the role in French, and when it ended."""

    organisation: int
    quality: str
    ended_on: date | None = None


@dataclass(frozen=True)
class Ties:
    """What is known of a person. Organisations are those that live on: those united to another count as that other."""

    person: int
    roles: tuple[Link, ...] = ()
    mandates: tuple[Link, ...] = ()
    # Key of a place -> the local authority that governs it and that they represent now.
    governs: Mapping[str, str] = field(default_factory=dict)
    # Of the address; "" when it proves nothing (a free-mail, a shared suffix).
    domain: str = ""


@dataclass(frozen=True)
class Applicant:
    """What is known of who applies."""

    application: int
    name: str = ""
    organisation: int | None = None
    people: frozenset[int] = frozenset()
    domains: frozenset[str] = frozenset()
    # Those who take part in what is applied with, besides the organisation that applies; as in `Ties`, those living on.
    partners: frozenset[int] = frozenset()
    # The keys of the places that hold its seat.
    places: frozenset[str] = frozenset()


Found = dict[tuple[int, int], tuple[Hint, ...]]


def found(people: Iterable[Ties], applicants: Iterable[Applicant]) -> Found:
    """(application, person) -> what links them; pairs without any link are absent."""
    index = _Index()
    for applicant in applicants:
        index.add(applicant)
    hints: dict[tuple[int, int], list[Hint]] = {}
    for ties in people:
        for applicant, hint in index.hints(ties):
            hints.setdefault((applicant.application, ties.person), []).append(hint)
    return {pair: tuple(several) for pair, several in hints.items()}


def standing(hints: Iterable[Hint], dismissed: Iterable[Mapping[str, Any]]) -> tuple[Hint, ...]:
    """The hints that nobody set aside; `dismissed` is what was kept of those that were."""
    gone = {one["code"] for one in dismissed}
    return tuple(hint for hint in hints if hint.code not in gone)


def said_all(hints: Iterable[Hint]) -> str:
    """The hints in one sentence."""
    return " ; ".join(hint.words for hint in hints)


@dataclass
class _Index:
    """The applicants by what may link someone to them."""

    people: dict[int, list[Applicant]] = field(default_factory=dict)
    organisations: dict[int, list[Applicant]] = field(default_factory=dict)
    domains: dict[str, list[Applicant]] = field(default_factory=dict)
    partners: dict[int, list[Applicant]] = field(default_factory=dict)
    places: dict[str, list[Applicant]] = field(default_factory=dict)

    def add(self, applicant: Applicant) -> None:
        for person in applicant.people:
            self.people.setdefault(person, []).append(applicant)
        if applicant.organisation is not None:
            self.organisations.setdefault(applicant.organisation, []).append(applicant)
        for place in applicant.places:
            self.places.setdefault(place, []).append(applicant)
        for partner in applicant.partners - {applicant.organisation}:
            self.partners.setdefault(partner, []).append(applicant)
        for domain in applicant.domains:
            self.domains.setdefault(domain, []).append(applicant)

    def hints(self, ties: Ties) -> Iterable[tuple[Applicant, Hint]]:
        for applicant in self.people.get(ties.person, ()):
            yield applicant, Hint(APPLICANT, "a déposé ou commencé cette candidature")
        for link in ties.roles:
            for applicant in self.organisations.get(link.organisation, ()):
                yield applicant, _role(link, applicant)
        for link in ties.mandates:
            for applicant in self.organisations.get(link.organisation, ()):
                yield applicant, _mandate(link, applicant)
        for link in (*ties.roles, *ties.mandates):
            for applicant in self.partners.get(link.organisation, ()):
                yield applicant, _partner(link, applicant)
        for place, authority in ties.governs.items():
            for applicant in self.places.get(place, ()):
                yield applicant, Hint(ELECTED, f"représente {authority}, sur le territoire de qui est le candidat")
        for applicant in self.domains.get(ties.domain, ()) if ties.domain else ():
            yield applicant, Hint(DOMAIN, f"a une adresse électronique du candidat (@{ties.domain})")


def _role(link: Link, applicant: Applicant) -> Hint:
    quality = link.quality[:1].lower() + link.quality[1:]
    if link.ended_on is None:
        return Hint(MEMBER, f"est {quality} de {applicant.name}")
    return Hint(FORMER, f"a été {quality} de {applicant.name}, jusqu’au {said(link.ended_on)}")


def _partner(link: Link, applicant: Applicant) -> Hint:
    quality = link.quality[:1].lower() + link.quality[1:]
    said_of = f"d’une structure qui porte ce projet avec {applicant.name}"
    if link.ended_on is None:
        return Hint(PARTNER, f"est {quality} {said_of}")
    return Hint(FORMER_PARTNER, f"a été {quality} {said_of}, jusqu’au {said(link.ended_on)}")


def _mandate(link: Link, applicant: Applicant) -> Hint:
    if link.ended_on is None:
        return Hint(MANDATE, f"a un mandat pour aider {applicant.name}")
    return Hint(FORMER_MANDATE, f"a eu un mandat pour aider {applicant.name}, jusqu’au {said(link.ended_on)}")
