"""The directory as it is shown: results, filters with their counts, what was understood of the question."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from django.db.models import Q, prefetch_related_objects
from django.utils.text import slugify

from accelerator.community.models import Organisation, Theme
from accelerator.community.queries.nearness import RADIUS, Nearness, around, nearest_first
from accelerator.community.queries.organisation import kinds_of
from accelerator.community.queries.question import FACETS, NEAR, TERRITORY, Question, Sort
from accelerator.community.search import DIRECTORY
from accelerator.community.states import PIONEER_DISTINCTION, TERRITORY_DISTINCTION
from accelerator.geography.models import Place, PlaceKind, beyond_its_name
from accelerator.geography.queries import place_of, read_place
from accelerator.search.streaming import every_id, meaning_of, number_of
from accelerator.search.types import CAP, Answer
from accelerator.search.types import Question as Asked

PAGE_SIZE: Final = 20
EXPORT_LIMIT: Final = CAP
MOST_ORDERED: Final = 100_000
_UNFOLDED: Final = frozenset({"type", "famille"})
_SORTS: Final = {Sort.RELEVANCE: "relevance", Sort.NAME: "name", Sort.RECENT: "date", Sort.DISTANCE: "relevance"}
_NAMED: Final = {slugify(name): name for name in (TERRITORY_DISTINCTION, PIONEER_DISTINCTION)}
# What no list shows, and is long to read.
_NOT_LISTED: Final = (
    *("presentation", "provenance", "links"),
    *("seat__folded", "seat__found_by", "seat__cover", "seat__postal_codes"),
    *beyond_its_name("seat__departement"),
)
_COMMUNE: Final = (PlaceKind.COMMUNE.value,)


@dataclass(frozen=True)
class Value:
    """One value of a filter, with how many results have it."""

    code: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class Facet:
    """One filter of the panel; unfolded when it comes first or is in use."""

    name: str
    label: str
    values: list[Value]
    is_open: bool

    @property
    def selected(self) -> int:
        return sum(value.selected for value in self.values)


@dataclass(frozen=True)
class Result:
    """One organisation of the page.

    where     its seat, or the territories where it acts.
    distance  from the commune asked to its seat, in kilometres; None when a centre is not known.
    """

    organisation: Organisation
    kinds: list[str]
    themes: list[Theme]
    where: str
    distinctions: list[str]
    distance: float | None = None


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the question without it."""

    label: str
    question: Question


@dataclass(frozen=True)
class Directory:
    """Everything the page shows.

    question      as it was understood: a commune typed has become its key.
    total         how many answer; the cap when there are more (`capped`).
    reachable     how many can be reached by turning pages.
    suggestion    the text searched instead of the one typed, which finds nothing.
    near_choices  the communes among which to choose, when several may be meant.
    is_long       there are more than an export gives at once (`EXPORT_LIMIT`).
    """

    question: Question
    results: list[Result]
    total: int
    capped: bool
    reachable: int
    facets: list[Facet]
    chips: list[Chip]
    suggestion: str
    near: Place | None
    near_choices: list[Place]
    by_departement: Mapping[str, int]
    departements: Mapping[str, str]
    is_long: bool
    notes: list[str] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return max(1, -(-self.reachable // PAGE_SIZE))


@dataclass(frozen=True)
class _Understood:
    """The question with its places read."""

    question: Question
    near: Nearness | None
    territory: Place | None
    choices: list[Place]
    notes: list[str]

    @property
    def sort(self) -> Sort:
        """The order in force: by distance near a commune, else by relevance when words are asked."""
        asked = Sort(self.question.sort) if self.question.sort else None
        if asked == Sort.DISTANCE and not self.near:
            asked = None
        return asked or (Sort.DISTANCE if self.near else Sort.RELEVANCE)

    def asked(self, *, page: int, size: int, sort: str) -> Asked:
        """What the kernel is asked."""
        places: Sequence[str] = ()
        if self.near:
            places = self.near.keys
        elif self.territory:
            places = (self.territory.key,)
        question = self.question
        return Asked(question.text, question.filters, places, sort, page, size)  # type: ignore[arg-type]  # one of its own


def directory(question: Question) -> Directory:
    """Answer a question of the directory, in at most ten queries whatever the number of results."""
    understood = _understand(question)
    sort = understood.sort
    if sort == Sort.DISTANCE and understood.near:
        answer, near_ids = _near(understood, understood.near)
        reachable = min(CAP, len(near_ids))
        first = (question.page - 1) * PAGE_SIZE
        ids = nearest_first(near_ids, understood.near, first=first, size=max(0, min(PAGE_SIZE, reachable - first)))
    else:
        answer = DIRECTORY.search(understood.asked(page=question.page, size=PAGE_SIZE, sort=_SORTS[sort]))
        ids, reachable = answer.ids, min(answer.reachable, answer.at_least)
    names = _Names.for_results(organisations := organisations_of(ids))
    labels = names.labels()
    return Directory(
        question=replace(understood.question, sort="" if sort == _default_sort(understood) else sort.value),
        results=_results(organisations, names, understood.near),
        total=answer.at_least,
        capped=_is_capped(answer),
        reachable=reachable,
        facets=_facets(understood.question, answer, labels),
        chips=_chips(understood, labels),
        suggestion=answer.corrected or "",
        near=understood.near.commune if understood.near else None,
        near_choices=understood.choices,
        by_departement=answer.facets.get("departement", {}),
        departements=names.departements(),
        is_long=answer.capped,
        notes=[*understood.notes, *_notes(understood.question, answer)],
    )


def exported(question: Question) -> list[int] | None:
    """The organisations of a question in the order of its page; None beyond `EXPORT_LIMIT`: see `every_number`."""
    understood = _understand(question)
    sort = understood.sort
    if sort == Sort.DISTANCE and understood.near:
        answer, ids = _near(understood, understood.near)
        return None if answer.capped else nearest_first(ids, understood.near, first=0, size=EXPORT_LIMIT)
    answer = DIRECTORY.search(understood.asked(page=1, size=EXPORT_LIMIT, sort=_SORTS[sort]))
    if answer.capped:
        return None
    # When nothing is asked, pages stop before the last one.
    return answer.ids if len(answer.ids) == answer.total else list(every_number(question))


def every_number(question: Question) -> "array[int]":
    """The organisations of a question, all of them; eight bytes each.

    By name or the latest first; beyond `MOST_ORDERED`, as they were recorded: they are then read as they stand, when
    one by one from all over the table would take longer than writing them.
    Call it in a transaction that does nothing else (see `search.streaming.every_id`).
    """
    understood = _understand(question)
    meaning = meaning_of(DIRECTORY, understood.asked(page=1, size=1, sort="relevance"))
    numbers = array("q")
    for some in every_id(DIRECTORY, meaning, sort="date" if understood.sort == Sort.RECENT else "name"):
        numbers.extend(some)
    return numbers if len(numbers) <= MOST_ORDERED else array("q", sorted(numbers))


def number_found(question: Question) -> int:
    """How many organisations answer, counted one by one: up to a second for a million."""
    return number_of(DIRECTORY, meaning_of(DIRECTORY, asked_of(question)))


def asked_of(question: Question) -> Asked:
    """What the kernel is asked: the question with its places read."""
    understood = _understand(question)
    return understood.asked(page=1, size=1, sort=_SORTS[understood.sort])


def _near(understood: _Understood, near: Nearness) -> tuple[Answer, list[int]]:
    """What answers near a commune, in no order; beyond the cap, the commune's own come with the most prominent."""
    asked = understood.asked(page=1, size=CAP, sort="relevance")
    answer = DIRECTORY.search(asked)
    if not answer.capped:
        return answer, answer.ids
    own = DIRECTORY.search(replace(asked, places=(near.commune.key,), counted=()))
    return answer, list({*own.ids, *answer.ids})


@dataclass(frozen=True)
class Mapped:
    """What the map shows: how many, by code of département, and (code, name, how many) by région."""

    total: int
    capped: bool
    facets: list[Facet]
    by_departement: Mapping[str, int]
    departements: Mapping[str, str]
    by_region: list[tuple[str, str, int]]


def mapped(question: Question) -> Mapped:
    """Only the counts of a question, with the filters that the map offers."""
    answer = DIRECTORY.search(_understand(question).asked(page=1, size=1, sort="name"))
    names = _Names.for_results(())
    labels = names.labels()
    by_region = [
        (code, _label(labels["region"], code), count) for code, count in answer.facets.get("region", {}).items()
    ]
    return Mapped(
        total=answer.at_least,
        capped=_is_capped(answer),
        facets=[facet for facet in _facets(question, answer, labels) if facet.name in ("type", "theme")],
        by_departement=answer.facets.get("departement", {}),
        departements=names.departements(),
        by_region=sorted(by_region, key=lambda line: (-line[2], line[1])),
    )


def _is_capped(answer: Answer) -> bool:
    """Whether the totals only speak of the most prominent ones."""
    return answer.capped and answer.total is None


def organisations_of(ids: Sequence[int]) -> list[Organisation]:
    """The listed organisations of these identifiers, in their order."""
    found = Organisation.objects.listed().select_related("seat__departement").defer(*_NOT_LISTED).in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


class _Named(NamedTuple):
    """A place, as far as its name: a hundred of them are read for each page."""

    key: str
    kind: str
    code: str
    name: str
    is_current: bool


@dataclass(frozen=True)
class _Names:
    """The names that the page needs, read in two queries: themes; départements, régions and territories."""

    themes: Mapping[str, Theme]
    places: Mapping[str, _Named]

    @classmethod
    def for_results(cls, organisations: Sequence[Organisation]) -> "_Names":
        keys = {key for one in organisations if not one.seat for key in one.territories}
        wanted = Q(kind__in=(PlaceKind.REGION, PlaceKind.DEPARTEMENT)) | Q(key__in=keys)
        named = map(_Named._make, Place.objects.filter(wanted).named().values_list(*_Named._fields))
        themes = {theme.code: theme for theme in Theme.objects.order_by("position")}
        places = {place.key: place for place in named}
        return cls(themes, places)

    def departements(self) -> dict[str, str]:
        """The present départements by code, by name: what a map of them needs."""
        found = self.places.values()
        return {place.code: place.name for place in found if place.kind == PlaceKind.DEPARTEMENT and place.is_current}

    def labels(self) -> dict[str, dict[str, str]]:
        """What each value of each filter is called."""
        labels = {name: dict(choices.choices) if choices else {} for name, (_, choices) in FACETS.items()}
        labels["distinction"] = _NAMED
        labels["theme"] = {code: theme.label for code, theme in self.themes.items()}
        for name, kind in (("region", PlaceKind.REGION), ("departement", PlaceKind.DEPARTEMENT)):
            labels[name] = {place.code: place.name for place in self.places.values() if place.kind == kind}
        return labels


def _results(organisations: Sequence[Organisation], names: _Names, near: Nearness | None) -> list[Result]:
    """The lines of the page."""
    prefetch_related_objects(organisations, "distinctions")
    return [
        Result(
            organisation=one,
            kinds=kinds_of(one),
            themes=[names.themes[code] for code in one.themes if code in names.themes],
            where=_where(one, names.places),
            distinctions=sorted(distinction.name for distinction in one.distinctions.all()),
            distance=near.distances.get(one.seat_id) if near and one.seat_id else None,
        )
        for one in organisations
    ]


def _where(organisation: Organisation, places: Mapping[str, _Named]) -> str:
    if seat := organisation.seat:
        return f"{seat.name} ({seat.departement.name})" if seat.departement else seat.name
    names = [places[key].name for key in organisation.territories if key in places]
    return ", ".join(names[:3]) + ("…" if names[3:] else "")


def _default_sort(understood: _Understood) -> Sort:
    return Sort.DISTANCE if understood.near else Sort.RELEVANCE


def _understand(question: Question) -> _Understood:
    near, choices, notes = _read_near(question.near) if question.near else (None, [], [])
    territory = place_of(question.territory) if question.territory and not near else None
    if question.ignored:
        notes.append(f"Filtres inconnus, laissés de côté : {', '.join(question.ignored)}.")
    if question.territory and not near and territory is None:
        notes.append("Ce territoire n’existe pas (ou plus) : toute la France est montrée.")
    question = replace(
        question,
        near=near.commune.key if near else question.near,
        territory=territory.key if territory else "",
    )
    return _Understood(question, near, territory, choices, notes)


def _read_near(text: str) -> tuple[Nearness | None, list[Place], list[str]]:
    commune = place_of(text, _COMMUNE) if text.startswith("commune-") else None
    if commune is None:
        reading = read_place(text, _COMMUNE)
        commune = reading.place
        if commune is None:
            if reading.candidates:
                return None, [found.place for found in reading.candidates[:6]], []
            return None, [], [f"Aucune commune ne porte le nom « {text} » : la France entière est montrée."]
    return around(commune), [], [_said_near(commune)]


def _said_near(commune: Place) -> str:
    if commune.latitude is None:
        return (
            f"Près de {commune.name} : le centre de cette commune n’est pas connu. Viennent d’abord les organisations "
            "de son intercommunalité, puis de son département, avec celles qui agissent sur son territoire."
        )
    return (
        f"Près de {commune.name} : les organisations dont le siège est dans une intercommunalité à moins de "
        f"{RADIUS:.0f} km ou dans le même département, et celles qui agissent sur son territoire. Distances à vol "
        "d’oiseau entre communes ; quand un centre n’est pas connu, l’intercommunalité puis le département en tiennent "
        "lieu."
    )


def _notes(question: Question, answer: Answer) -> list[str]:
    notes = []
    if answer.relaxed and answer.required:
        asked = " et ".join(f"« {word} »" for word in answer.required)
        notes.append(f"Peu d’organisations ont tous ces mots : voici celles qui ont {asked}.")
    if slugify(PIONEER_DISTINCTION) in question.filters.get("distinction", ()):
        notes.append(
            "22 pionniers ont été distingués en juin 2018. 18 figurent ici ; 4 des 22 n’ont pas été retrouvés."
        )
    return notes


def _facets(question: Question, answer: Answer, labels: Mapping[str, Mapping[str, str]]) -> list[Facet]:
    facets = []
    for name, (label, _) in FACETS.items():
        counts, selected = answer.facets.get(name, {}), question.filters.get(name, ())
        known = labels[name]
        codes = [*known, *(code for code in counts if code not in known)]
        values = [
            Value(code, _label(known, code), counts.get(code, 0), code in selected)
            for code in codes
            if counts.get(code) or code in selected
        ]
        if values:
            facets.append(Facet(name, label, values, is_open=name in _UNFOLDED or bool(selected)))
    return facets


def _label(known: Mapping[str, str], code: str) -> str:
    return known.get(code) or code.replace("-", " ").capitalize()


def _chips(understood: _Understood, labels: Mapping[str, Mapping[str, str]]) -> list[Chip]:
    question = understood.question
    chips = [Chip(f"« {question.text} »", question.without("q"))] if question.text else []
    for name, values in question.filters.items():
        chips += [Chip(_label(labels[name], value), question.without(name, value)) for value in values]
    if understood.near:
        chips.append(Chip(f"Près de {understood.near.commune.name}", question.without(NEAR)))
    if understood.territory:
        chips.append(Chip(f"Territoire : {understood.territory.name}", question.without(TERRITORY)))
    return chips
