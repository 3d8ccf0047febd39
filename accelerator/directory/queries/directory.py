"""The directory of organisations as it is shown, exported and mapped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Final

from django.db.models import Case, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left
from django.utils.text import slugify

from accelerator.community.models import Distinction, Organisation, Theme
from accelerator.community.queries.organisation import kinds_of
from accelerator.community.search import DIRECTORY
from accelerator.community.states import PIONEER_DISTINCTION, TERRITORY_DISTINCTION
from accelerator.design.site import before_key
from accelerator.directory.queries.question import Question
from accelerator.geography.models import beyond_its_name
from accelerator.search.directory import (
    PlaceNames,
    PublicDirectory,
    Shown,
    ShownFacet,
    Things,
    is_capped,
    label_of,
)
from accelerator.search.nearness import Nearness
from accelerator.search.text import sort_key
from accelerator.workflow.kept import Given, Kept

ORGANISATIONS: Final = PublicDirectory(
    DIRECTORY,
    Organisation,
    Things(
        "organisation",
        "organisations",
        "d’organisations",
        "celles",
        "Aucune organisation",
        "dont le siège",
        "Plus récentes",
        ("nouvelle organisation", "nouvelles organisations"),
    ),
    unfolded=frozenset({"type", "famille"}),
)
_NAMED: Final = {slugify(name): name for name in (TERRITORY_DISTINCTION, PIONEER_DISTINCTION)}
# What no list shows, and is long to read.
_NOT_LISTED: Final = (
    *("presentation", "provenance", "links"),
    *("seat__folded", "seat__found_by", "seat__cover", "seat__postal_codes"),
    *beyond_its_name("seat__departement"),
)
# How much of a presentation is shown to say, where no sentence does, what an organisation is for.
_OPENING: Final = 160


@dataclass(frozen=True)
class Result:
    """One organisation of the page.

    url       its page.
    where     its seat, or the territories where it acts.
    opening   how its presentation begins, in whole words, when no sentence says what it is for.
    distance  from the commune asked to its seat, in kilometres; None when a centre is not known.
    """

    organisation: Organisation
    url: str
    kinds: list[str]
    themes: list[Theme]
    where: str
    distinctions: list[str]
    opening: str
    distance: float | None = None


Directory = Shown[Question, Result]


def directory(question: Question) -> Directory:
    """Answer a question of the directory, in at most ten queries whatever the number of results."""
    matches = ORGANISATIONS.match(question)
    organisations = organisations_of(matches.ids)
    themes, places = _themes(), PlaceNames.read(key for one in organisations if not one.seat for key in one.territories)
    results = _results(organisations, themes, places, matches.near)
    return matches.shown(results, _labels(themes, places), places, notes=_notes(matches.understood.question))


@dataclass(frozen=True)
class Mapped:
    """What the map shows: how many, by code of département, and (code, name, how many) by région."""

    question: Question
    total: int
    capped: bool
    facets: list[ShownFacet]
    by_departement: Mapping[str, int]
    departements: Mapping[str, str]
    by_region: list[tuple[str, str, int]]


def mapped(question: Question) -> Mapped:
    """Only the counts of a question, with the filters that the map offers."""
    answer = DIRECTORY.search(ORGANISATIONS.understand(question).asked(page=1, size=1, sort="name"))
    places = PlaceNames.read(())
    labels = _labels(_themes(), places)
    by_region = [
        (code, label_of(labels["region"], code), count) for code, count in answer.facets.get("region", {}).items()
    ]
    return Mapped(
        question=question,
        total=answer.at_least,
        capped=is_capped(answer),
        facets=[facet for facet in ORGANISATIONS.facets(question, answer, labels) if facet.name in ("type", "theme")],
        by_departement=answer.facets.get("departement", {}),
        departements=places.departements(),
        by_region=sorted(by_region, key=lambda line: (-line[2], sort_key(line[1]))),
    )


def organisations_of(ids: Sequence[int]) -> list[Organisation]:
    """The listed organisations of these identifiers, in their order."""
    found = {one.pk: one for one in _LISTED(list(ids))} if ids else {}
    return [found[pk] for pk in ids if pk in found]


_LISTED: Final = Kept(
    lambda: (
        Organisation.objects.listed()
        .filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [Given(0)]))
        .select_related("seat__departement")
        .defer(*_NOT_LISTED)
        .annotate(opening=Case(When(summary="", then=Left("presentation", _OPENING + 1)), default=Value("")))
    )
)


def _themes() -> dict[str, Theme]:
    return {theme.code: theme for theme in _THEMES()}


_THEMES: Final = Kept(lambda: Theme.objects.order_by("position"))


def _labels(themes: Mapping[str, Theme], places: PlaceNames) -> dict[str, Mapping[str, str]]:
    """What the values of the filters without closed choices are called."""
    return {"distinction": _NAMED, "theme": {code: theme.label for code, theme in themes.items()}, **places.labels()}


def _results(
    organisations: Sequence[Organisation], themes: Mapping[str, Theme], places: PlaceNames, near: Nearness | None
) -> list[Result]:
    """The lines of the page."""
    before = before_key("community:organisation")
    distinctions: dict[int, list[str]] = {}
    for distinction in _DISTINCTIONS([one.pk for one in organisations]) if organisations else ():
        distinctions.setdefault(distinction.organisation_id, []).append(distinction.name)
    return [
        Result(
            organisation=one,
            url=f"{before}{one.key}",
            kinds=kinds_of(one),
            themes=[themes[code] for code in one.themes if code in themes],
            where=places.where(one.seat, one.territories),
            distinctions=sorted(distinctions.get(one.pk, ())),
            opening=shorten(one.opening, _OPENING, placeholder=" …"),  # type: ignore[attr-defined]  # `_LISTED`
            distance=near.distances.get(one.seat_id) if near and one.seat_id else None,
        )
        for one in organisations
    ]


_DISTINCTIONS: Final = Kept(
    lambda: Distinction.objects.filter(organisation__in=RawSQL("SELECT unnest(%s::bigint[])", [Given(0)]))
)


def _notes(question: Question) -> list[str]:
    if slugify(PIONEER_DISTINCTION) not in question.filters.get("distinction", ()):
        return []
    return ["22 pionniers ont été distingués en juin 2018. 18 figurent ici ; 4 des 22 n’ont pas été retrouvés."]
