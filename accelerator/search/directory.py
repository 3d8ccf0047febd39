"""A public directory: a question read from an address, answered with its filters, its counts and what was understood.

One mechanism, as many uses as there are things to find. A subject declares its own once, over its index:

    PROJECTS = PublicDirectory(INDEX, Project, Things("projet", …), unfolded={"famille"})

    matches = PROJECTS.match(question)                 # what answers, in the order asked
    found = matches.shown(results, labels, places)     # what `search.pages.DirectoryPage` shows

Its model has a `seat` (a commune, or none) and `territories` of action (or `acts_on`), as an organisation has; the
facets `region` and `departement` bear the codes of `geography`.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final, Generic, NamedTuple, TypeVar

from django.db.models import Model, Q

from accelerator.geography.models import Place, PlaceKind
from accelerator.geography.queries import place_of, read_place
from accelerator.search.index import Index
from accelerator.search.nearness import RADIUS, Nearness, around, nearest_first
from accelerator.search.questions import NEAR, TERRITORY, PublicQuestion, Sort
from accelerator.search.streaming import every_id, meaning_of, number_of
from accelerator.search.types import CAP, Answer, Question

PAGE_SIZE: Final = 20
# How many an export gives at once.
EXPORT_LIMIT: Final = CAP
# Beyond, they are read as they stand: one by one from all over the table would take longer than writing them.
MOST_ORDERED: Final = 100_000
SORTS: Final = {Sort.RELEVANCE: "relevance", Sort.NAME: "name", Sort.RECENT: "date", Sort.DISTANCE: "relevance"}
_COMMUNE: Final = (PlaceKind.COMMUNE.value,)

Asked = TypeVar("Asked", bound=PublicQuestion)
Result = TypeVar("Result")
Labels = Mapping[str, Mapping[str, str]]


class Things(NamedTuple):
    """How a directory calls what it holds: « organisation », « organisations », « d’organisations », « celles »…"""

    one: str
    many: str
    of_many: str
    those: str
    none: str
    # What places one of them: « dont le siège ».
    seated: str
    # The order by date: « Plus récentes ».
    recent: str
    # One that came, several: « nouvelle organisation », « nouvelles organisations ».
    new: tuple[str, str]


@dataclass(frozen=True)
class Value:
    """One value of a filter, with how many results have it."""

    code: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class ShownFacet:
    """One filter of the panel; unfolded when it comes first or is in use."""

    name: str
    label: str
    values: list[Value]
    is_open: bool

    @property
    def selected(self) -> int:
        return sum(value.selected for value in self.values)


@dataclass(frozen=True)
class Chip(Generic[Asked]):
    """A filter in force, and the question without it."""

    label: str
    question: Asked


class NamedPlace(NamedTuple):
    """A place, as far as its name: a hundred of them are read for each page."""

    key: str
    kind: str
    code: str
    name: str
    is_current: bool


@dataclass(frozen=True)
class PlaceNames:
    """The names that a page needs, read in one query: départements, régions, and the territories of what it lists."""

    places: Mapping[str, NamedPlace]

    @classmethod
    def read(cls, keys: Iterable[str]) -> "PlaceNames":
        wanted = Q(kind__in=(PlaceKind.REGION, PlaceKind.DEPARTEMENT)) | Q(key__in=set(keys))
        named = map(NamedPlace._make, Place.objects.filter(wanted).named().values_list(*NamedPlace._fields))
        return cls({place.key: place for place in named})

    def departements(self) -> dict[str, str]:
        """The present départements by code, by name: what a map of them needs."""
        found = self.places.values()
        return {place.code: place.name for place in found if place.kind == PlaceKind.DEPARTEMENT and place.is_current}

    def labels(self) -> dict[str, dict[str, str]]:
        """What the values of the filters `region` and `departement` are called."""
        return {
            name: {place.code: place.name for place in self.places.values() if place.kind == kind}
            for name, kind in (("region", PlaceKind.REGION), ("departement", PlaceKind.DEPARTEMENT))
        }

    def where(self, seat: Place | None, territories: Sequence[str]) -> str:
        """Where something is, in a few words: its seat, or the territories where it acts."""
        if seat:
            return f"{seat.name} ({seat.departement.name})" if seat.departement else seat.name
        names = [self.places[key].name for key in territories if key in self.places]
        return ", ".join(names[:3]) + ("…" if names[3:] else "")


@dataclass(frozen=True)
class Understood(Generic[Asked]):
    """The question with its places read."""

    question: Asked
    near: Nearness | None
    territory: Place | None
    choices: list[Place]
    notes: list[str]

    @property
    def default_sort(self) -> Sort:
        return Sort.DISTANCE if self.near else Sort.RELEVANCE

    @property
    def sort(self) -> Sort:
        """The order in force: by distance near a commune, else by relevance when words are asked."""
        asked = Sort(self.question.sort) if self.question.sort else None
        if asked == Sort.DISTANCE and not self.near:
            asked = None
        return asked or self.default_sort

    def asked(self, *, page: int, size: int, sort: str) -> Question:
        """What the kernel is asked."""
        places: Sequence[str] = ()
        if self.near:
            places = self.near.keys
        elif self.territory:
            places = (self.territory.key,)
        question = self.question
        return Question(question.text, question.filters, places, sort, page, size)  # type: ignore[arg-type]  # one of its own


@dataclass(frozen=True)
class Shown(Generic[Asked, Result]):
    """Everything the page shows.

    question      as it was understood: a commune typed has become its key.
    total         how many answer; the cap when there are more (`capped`).
    reachable     how many can be reached by turning pages.
    suggestion    the text searched instead of the one typed, which finds nothing.
    near_choices  the communes among which to choose, when several may be meant.
    is_long       there are more than an export gives at once (`EXPORT_LIMIT`).
    """

    question: Asked
    results: list[Result]
    total: int
    capped: bool
    reachable: int
    facets: list[ShownFacet]
    chips: list[Chip[Asked]]
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
class Matches(Generic[Asked]):
    """What answers a question: the numbers of its page, and what the kernel said."""

    directory: "PublicDirectory"
    understood: Understood[Asked]
    answer: Answer
    ids: list[int]
    reachable: int

    @property
    def near(self) -> Nearness | None:
        return self.understood.near

    def facets(self, labels: Labels) -> list[ShownFacet]:
        """The filters with their counts; `labels` says what each value of each filter is called."""
        return self.directory.facets(self.understood.question, self.answer, labels)

    def shown(
        self, results: list[Result], labels: Labels, places: PlaceNames, notes: Iterable[str] = ()
    ) -> Shown[Asked, Result]:
        """What the page shows: `results` are the things of `ids`, as the subject shows them."""
        understood, answer = self.understood, self.answer
        sort = understood.sort
        return Shown(
            question=replace(understood.question, sort="" if sort == understood.default_sort else sort.value),
            results=results,
            total=answer.at_least,
            capped=is_capped(answer),
            reachable=self.reachable,
            facets=self.facets(labels),
            chips=_chips(understood, labels),
            suggestion=answer.corrected or "",
            near=understood.near.commune if understood.near else None,
            near_choices=understood.choices,
            by_departement=answer.facets.get("departement", {}),
            departements=places.departements(),
            is_long=answer.capped,
            notes=[*understood.notes, *self._relaxed(), *notes],
        )

    def _relaxed(self) -> list[str]:
        if not (self.answer.relaxed and self.answer.required):
            return []
        things = self.directory.things
        *before, last = (f"« {word} »" for word in self.answer.required)
        asked = f"{', '.join(before)} et {last}" if before else last
        return [f"Peu {things.of_many} ont tous ces mots : voici {things.those} qui ont {asked}."]


class PublicDirectory:
    """What a subject lets anyone find.

    unfolded   the filters that are open before anyone uses them.
    acts_on    the column of the model that holds the places where one of them acts.
    """

    def __init__(
        self,
        index: Index,
        model: type[Model],
        things: Things,
        unfolded: AbstractSet[str],
        acts_on: str = "territories",
    ) -> None:
        self.index = index
        self.model = model
        self.things = things
        self.unfolded = unfolded
        self.acts_on = acts_on

    def match(self, question: Asked) -> Matches[Asked]:
        """Answer a question, in at most eight queries whatever the number of results."""
        understood = self.understand(question)
        if understood.sort == Sort.DISTANCE and understood.near:
            answer, near_ids = self._near(understood, understood.near)
            reachable = min(CAP, len(near_ids))
            first = (question.page - 1) * PAGE_SIZE
            size = max(0, min(PAGE_SIZE, reachable - first))
            ids = nearest_first(self.model, near_ids, understood.near, first=first, size=size, acts_on=self.acts_on)
            return Matches(self, understood, answer, ids, reachable)
        asked = understood.asked(page=question.page, size=PAGE_SIZE, sort=SORTS[understood.sort])
        answer = self.index.search(asked)
        return Matches(self, understood, answer, answer.ids, min(answer.reachable, answer.at_least))

    def exported(self, question: PublicQuestion) -> list[int] | None:
        """All that a question finds, in the order of its page; None beyond `EXPORT_LIMIT`: see `every_number`."""
        understood = self.understand(question)
        near = understood.near if understood.sort == Sort.DISTANCE else None
        if near:
            answer, ids = self._near(understood, near)
        else:
            answer = self.index.search(understood.asked(page=1, size=EXPORT_LIMIT, sort=SORTS[understood.sort]))
            ids = answer.ids
        if answer.capped:
            return None
        if near:
            return nearest_first(self.model, ids, near, first=0, size=EXPORT_LIMIT, acts_on=self.acts_on)
        # When nothing is asked, pages stop before the last one.
        return ids if len(ids) == answer.total else list(self.every_number(question))

    def every_number(self, question: PublicQuestion) -> "array[int]":
        """All that a question finds, however many; eight bytes each.

        By name or the latest first; beyond `MOST_ORDERED`, as they were recorded.
        Call it in a transaction that does nothing else (see `search.streaming.every_id`).
        """
        understood = self.understand(question)
        meaning = meaning_of(self.index, understood.asked(page=1, size=1, sort="relevance"))
        found = chain.from_iterable(every_id(self.index, meaning, sort=None))
        if len(numbers := array("q", found)) > MOST_ORDERED:
            return array("q", sorted(numbers))
        named = understood.sort != Sort.RECENT
        return array("q", chain.from_iterable(every_id(self.index, meaning, sort="name" if named else "date")))

    def number_found(self, question: PublicQuestion) -> int:
        """How many answer, counted one by one: up to a second for a million."""
        return number_of(self.index, meaning_of(self.index, self.asked_of(question)))

    def asked_of(self, question: PublicQuestion) -> Question:
        """What the kernel is asked: the question with its places read."""
        understood = self.understand(question)
        return understood.asked(page=1, size=1, sort=SORTS[understood.sort])

    def _near(self, understood: Understood[Asked], near: Nearness) -> tuple[Answer, list[int]]:
        """What answers near a commune, in no order; beyond the cap, the commune's own come with the most prominent."""
        asked = understood.asked(page=1, size=CAP, sort="relevance")
        answer = self.index.search(asked)
        if not answer.capped:
            return answer, answer.ids
        own = self.index.search(replace(asked, places=(near.commune.key,), counted=()))
        return answer, list({*own.ids, *answer.ids})

    def understand(self, question: Asked) -> Understood[Asked]:
        """Read the places of a question, and say in French what could not be."""
        near, choices, notes = self._read_near(question.near) if question.near else (None, [], [])
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
        return Understood(question, near, territory, choices, notes)

    def _read_near(self, text: str) -> tuple[Nearness | None, list[Place], list[str]]:
        commune = place_of(text, _COMMUNE) if text.startswith("commune-") else None
        if commune is None:
            reading = read_place(text, _COMMUNE)
            commune = reading.place
            if commune is None:
                if reading.candidates:
                    return None, [found.place for found in reading.candidates[:6]], []
                return None, [], [f"Aucune commune ne porte le nom « {text} » : la France entière est montrée."]
        return around(commune), [], [self._said_near(commune)]

    def _said_near(self, commune: Place) -> str:
        things = self.things
        if commune.latitude is None:
            return (
                f"Près de {commune.name} : le centre de cette commune n’est pas connu. Viennent d’abord les "
                f"{things.many} de son intercommunalité, puis de son département, avec {things.those} qui agissent sur "
                "son territoire."
            )
        return (
            f"Près de {commune.name} : les {things.many} {things.seated} est dans une intercommunalité à moins de "
            f"{RADIUS:.0f} km ou dans le même département, et {things.those} qui agissent sur son territoire. "
            "Distances à vol d’oiseau entre communes ; quand un centre n’est pas connu, l’intercommunalité puis le "
            "département en tiennent lieu."
        )

    def facets(self, question: PublicQuestion, answer: Answer, labels: Labels) -> list[ShownFacet]:
        """The filters that have something to offer, each value with its count."""
        facets = []
        for name, (label, choices) in question.FILTERS.items():
            counts, selected = answer.facets.get(name, {}), question.filters.get(name, ())
            known = labels.get(name) or dict(choices.choices if choices else ())
            codes = [*known, *(code for code in counts if code not in known)]
            values = [
                Value(code, label_of(known, code), counts.get(code, 0), code in selected)
                for code in codes
                if counts.get(code) or code in selected
            ]
            if values:
                facets.append(ShownFacet(name, label, values, is_open=name in self.unfolded or bool(selected)))
        return facets


def is_capped(answer: Answer) -> bool:
    """Whether the totals only speak of the most prominent ones."""
    return answer.capped and answer.total is None


def label_of(known: Mapping[str, str], code: str) -> str:
    """What a value is called; a code that nobody names any more is read as it stands."""
    return known.get(code) or code.replace("-", " ").capitalize()


def _chips(understood: Understood[Asked], labels: Labels) -> list[Chip[Asked]]:
    question = understood.question
    chips = [Chip(f"« {question.text} »", question.without("q"))] if question.text else []
    for name, values in question.filters.items():
        choices = question.FILTERS[name].choices
        known = labels.get(name) or dict(choices.choices if choices else ())
        chips += [Chip(label_of(known, value), question.without(name, value)) for value in values]
    if understood.near:
        chips.append(Chip(f"Près de {understood.near.commune.name}", question.without(NEAR)))
    if understood.territory:
        chips.append(Chip(f"Territoire : {understood.territory.name}", question.without(TERRITORY)))
    return chips
