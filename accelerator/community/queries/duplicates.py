"""Records that may be the same organisation: by number, then by name and place, each with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from rapidfuzz import fuzz

from accelerator.community.models import Organisation
from accelerator.community.queries.organisation import canonical
from accelerator.community.search import DIRECTORY
from accelerator.community.states import OrganisationState
from accelerator.geography.models import Place
from accelerator.geography.names import words
from accelerator.registers.identifiers import Identifier, Scheme
from accelerator.search.types import Question

# How alike two names must be, out of 100 (rapidfuzz, words sorted); tried in tests/community/test_duplicates.py.
ALIKE = 86
PROPOSED = 5
# Beyond so many records of one commune, only those that search finds by some of the words are compared.
COMPARED = 5000
FOUND = 300
# Words that say a legal form and not a name.
FORMS = frozenset(
    [
        "association",
        "asso",
        "assoc",
        "sas",
        "sasu",
        "sarl",
        "sa",
        "scop",
        "scic",
        "sca",
        "eurl",
        "gip",
        "fondation",
        "collectif",
        "et",
    ]
)


@dataclass(frozen=True)
class Lookalike:
    """A record that may be the same, and why we think so."""

    organisation: Organisation
    reason: str
    likeness: int


def known_by(identifier: Identifier) -> Organisation | None:
    """The record that already bears this number, whoever may see it; a merged one gives the one that lives on."""
    if identifier.siren:
        wanted = Q(siren=identifier.siren)
    elif identifier.scheme == Scheme.RNA:
        wanted = Q(rna=identifier.value)
    else:
        wanted = Q(amalia=identifier.value)
    found = Organisation.objects.filter(wanted).select_related("merged_into", "seat").first()
    return canonical(found) if found else None


def lookalikes(name: str, seat: Place | None) -> list[Lookalike]:
    """The listed records whose name is close, in the same commune or in a commune that is not known.

    Two queries, up to eight in a large city; the records compared are bounded, the closest are given first.
    """
    asked = _named(name)
    if not asked:
        return []
    close: list[tuple[int, int, str]] = []
    for pk, other, acronym, place in _compared(asked, seat):
        likeness = _likeness(asked, other, acronym)
        if likeness >= ALIKE:
            close.append((likeness, pk, _reason(likeness, seat, place)))
    close.sort(key=lambda one: (-one[0], one[1]))
    found = Organisation.objects.select_related("seat").in_bulk([pk for _, pk, _ in close[:PROPOSED]])
    return [Lookalike(found[pk], reason, likeness) for likeness, pk, reason in close[:PROPOSED]]


def _compared(asked: str, seat: Place | None) -> Sequence[tuple[int, str, str, str | None]]:
    """The records that may be alike: number, name, acronym, commune."""
    here = Q(seat__isnull=True) if seat is None else Q(seat=seat) | Q(seat__isnull=True)
    there = Organisation.objects.listed().exclude(state=OrganisationState.CEASED).filter(here)
    read = there.values_list("pk", "name", "acronym", "seat_id")
    if len(every := list(read[: COMPARED + 1])) <= COMPARED:
        return every
    found = {*DIRECTORY.search(Question(asked, size=FOUND, counted=())).ids}
    if seat:
        found |= {*DIRECTORY.search(Question(asked, places=(seat.pk,), size=FOUND, counted=())).ids}
    return list(read.filter(pk__in=found))


def _named(name: str) -> str:
    every = words(name)
    return " ".join([word for word in every if word not in FORMS] or every)


def _likeness(asked: str, name: str, acronym: str) -> int:
    if acronym and asked == _named(acronym):
        return 100
    return round(fuzz.token_sort_ratio(asked, _named(name), score_cutoff=ALIKE - 1))


def _reason(likeness: int, seat: Place | None, place: str | None) -> str:
    name = "même nom" if likeness == 100 else "nom très proche"
    if place and seat and place == seat.pk:
        return f"{name}, même commune"
    return f"{name}, commune non connue"
