"""From a question to an answer: look the words up, correct the unknown ones, find."""

import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, zip_longest
from typing import Any, Final

from django.db import connection
from psycopg import sql

from accelerator.search.facets import Packed, Packing, Positions
from accelerator.search.lexicon import SHORTEST_CORRECTED, Lexicon
from accelerator.search.text import (
    LONGEST_QUESTION,
    POLITE,
    Word,
    folded,
    identifiers_of,
    sort_key,
    stems_of,
    without_identifiers,
    words_of,
)
from accelerator.search.types import (
    CAP,
    EVERYTHING,
    SHELVES,
    Answer,
    Question,
    Sort,
    any_of,
    facet_key,
    place_key,
    quoted,
)

RANKED = 300  # how many answers are ranked
ENOUGH = 20  # a long question is shortened until it has this many answers
SHORT = 3  # a question of so many words asks for all of them, if anything has them all
SENTENCE = 6  # from so many words, articles included, on, only slips of one letter are corrected
# What is looked for first is expected in so few documents; words that go together come up to ten times as often.
FEW = 250
MOST_WORDS = 12  # the rarest words of a question; the others are left out
MOST_TURNED = 1000  # how many can be reached by name or by date when there are more than the cap
# How answers that are all read are ordered.
ORDERS: Final[dict[Sort, sql.SQL]] = {
    "name": sql.SQL("sort_name, {key}"),
    "date": sql.SQL("dated_at DESC NULLS LAST, {key}"),
    "relevance": sql.SQL("prominence DESC, {key}"),
}


def held(table: str) -> sql.Composable:
    """What comes before a function of the database that reads the table of an index: `FROM {held} search_find(…)`.

    The functions are given the table itself, and read it several times. When a rebuild gives its place to the next one
    between two reads, or while they wait for it, they would ask for a table that is no more. Named beside them, it is
    locked before they are given it: whoever waits is given the next one, and the next one waits for whoever reads.
    """
    return sql.SQL("(SELECT FROM {} LIMIT 0) AS held RIGHT JOIN").format(sql.Identifier(table))


# The documents of those that bear any of some registration numbers.
Bearing = Callable[[Collection[str]], Collection[int]]


def nobody(numbers: Collection[str]) -> Collection[int]:
    """Who bears a number where nothing has one."""
    return ()


@dataclass(frozen=True)
class Source:
    """Where to ask."""

    name: str
    table: str
    key: str
    packing: Packing
    lexicon: Lexicon
    bearing: Bearing = nobody


# A query, and how many documents it finds at most.
Part = tuple[str, int]


class Known:
    """What the index knows of the words and keys that it was asked about."""

    def __init__(self) -> None:
        self.positions: Positions = {}
        self.stems: dict[str, str | None] = {}
        self.documents: dict[str, int] = {}
        self.compounds: dict[str, list[str]] = {}
        self.totals: dict[str, int] | None = None

    def look(self, source: Source, words: Iterable[Word], keys: Iterable[str] = (), *, totals: bool = False) -> None:
        """Ask about some words, and learn what this process's lexicon lacks if one of them is unknown."""
        forms = list(dict.fromkeys(form for word in words for form in word.forms))
        lexicon = source.lexicon
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT generation, positions, stems, compounds, keys, totals, fresh, latest"
                " FROM search_look(%s, %s, %s, %s, %s, %s)",
                [source.name, forms, list(keys), totals, lexicon.generation, lexicon.latest],
            )
            generation, *described, fresh, latest = cursor.fetchone()
        positions, stems, compounds, documents, counts = (json.loads(one) if one else {} for one in described)
        self.positions = positions
        self.stems |= dict.fromkeys(forms) | {form: stem for form, (stem, _) in stems.items()}
        self.documents |= dict(stems.values()) | documents
        self.compounds |= compounds
        if totals:
            self.totals = counts
        if fresh:
            lexicon.learn(fresh, generation=generation, latest=latest)

    def of(self, word: Word) -> dict[str, int]:
        """The stems of a word, with how many documents each has; nothing for a stop word."""
        return {stem: self.documents[stem] for stem in stems_of(word, self.stems)}


@dataclass(frozen=True)
class Term:
    """One word asked, or two that are also written as one; `place` is its rank among those that were typed."""

    text: str
    stems: tuple[str, ...]
    documents: int
    query: str
    place: int = 0


def ask(source: Source, question: Question) -> Answer:
    """Answer a question in at most three queries."""
    return Asking(source, question).answer()


class Asking:
    """One question being answered. `streaming` asks in the same way, and keeps what was required instead."""

    def __init__(self, source: Source, question: Question) -> None:
        self.source, self.question = source, question
        self.text = question.text[:LONGEST_QUESTION].replace("\x00", " ")
        self.identifiers = identifiers_of(self.text)
        words = [word for word in words_of(without_identifiers(self.text)) if not word.joined]
        self.words = [word for word in words if word.folded not in POLITE] or words
        self.filters = {name: tuple(values) for name, values in question.filters.items()}
        self.filters = {name: values for name, values in self.filters.items() if values}
        self.places = list(question.places)
        self.ids_wanted = True
        self.known = Known()
        self.corrected: str | None = None
        self.unknown: list[Word] = []

    @property
    def looked_up(self) -> tuple[list[Word], list[str]]:
        """The words and the keys that must be known before anything is found."""
        return [*self.words, *_pairs(self.words)], [EVERYTHING, *(key for some in self._keys() for key in some)]

    @cached_property
    def among(self) -> tuple[int, ...] | None:
        """The documents that bear one of the numbers asked; None when none is asked."""
        return tuple(self.source.bearing(self.identifiers)) if self.identifiers else None

    def answer(self) -> Answer:
        nothing_typed = not self.words and not self.identifiers
        self.known.look(self.source, *self.looked_up, totals=nothing_typed and not self.places)
        terms = self._terms()
        if self.unknown and not self.identifiers:
            self._correct()
            terms = self._terms()
        if self.unknown and not terms and not self.identifiers:
            return Answer([], 0, False, 0, {}, unknown=tuple(word.shown for word in self.unknown))
        return self.find(terms)

    @property
    def _alone(self) -> str | None:
        """The only key asked, when nothing else is: how many documents have it is known exactly."""
        keys = [key for some in self._keys() for key in some]
        return keys[0] if len(keys) == 1 and not self.words and not self.identifiers else None

    def _keys(self) -> list[list[str]]:
        """The keys asked, any of each list: those of each filter, then those of the places if some are asked."""
        keys = [[facet_key(name, value) for value in values] for name, values in self.filters.items()]
        return [*keys, [place_key(key) for key in self.places]] if self.places else keys

    # Words

    def _terms(self) -> list[Term]:
        """What is asked, the rarest first; `unknown` is set on the way."""
        self.unknown = []
        terms: dict[str, Term] = {}
        skip = False
        for word, following in zip_longest(self.words, self.words[1:]):
            if skip:
                skip = False
                continue
            term = self._term(word)
            if following and (whole := self._whole(word, following)):
                term, skip = whole, True
            if term is not None:
                terms.setdefault(term.query, replace(term, place=len(terms)))
        return sorted(terms.values(), key=lambda term: (term.documents, term.text))[:MOST_WORDS]

    def _term(self, word: Word) -> Term | None:
        counts = self.known.of(word)
        if not counts:
            return None
        present = {stem: count for stem, count in counts.items() if count > 0}
        queries = [quoted(stem) for stem in present]
        compounds = (self.known.compounds.get(form) for form in word.forms)
        queries += ["(" + " & ".join(quoted(part) for part in parts) + ")" for parts in compounds if parts]
        if not queries:
            self.unknown.append(word)
            return None
        return Term(word.shown, tuple(present), max(present.values(), default=0), any_of(queries))

    def _whole(self, first: Word, second: Word) -> Term | None:
        """Two words that documents also write as one: « tiers lieu », « tierslieu »."""
        if not _may_join(first, second):
            return None
        joined = {stem: count for stem, count in self.known.of(_join(first, second)).items() if count > 0}
        parts = [self._term(one) for one in (first, second)] if joined else []
        both = [part for part in parts if part]
        if len(both) < 2:
            return None
        query = any_of(["(" + " & ".join(part.query for part in both) + ")", *map(quoted, joined)])
        return Term(
            f"{first.shown} {second.shown}",
            tuple(stem for part in both for stem in part.stems) + tuple(joined),
            min(part.documents for part in both),
            query,
        )

    def _correct(self) -> None:
        """Replace unknown words by the nearest known ones: by distance, then by how many documents have them."""
        lexicon = self.source.lexicon
        # In a sentence, a word that stands nowhere is more often out of place than mistyped.
        most = 1 if len(self.words) > SENTENCE else None
        near = {word.folded: lexicon.near(word.folded, most) for word in self.unknown if _may_be_corrected(word)}
        shown = {candidate: lexicon.display(candidate) for found in near.values() for candidate in found}
        if not shown:
            return
        candidates = {candidate: [one for one in words_of(shown[candidate]) if not one.joined] for candidate in shown}
        self.known.look(self.source, [word for words in candidates.values() for word in words])

        def documents(candidate: str) -> int:
            return min((max(self.known.of(word).values(), default=0) for word in candidates[candidate]), default=0)

        better: dict[str, str] = {}
        for word, found in near.items():
            alive = [candidate for candidate in found if documents(candidate) > 0]
            if alive:
                better[word] = min(alive, key=lambda one: (found[one], -documents(one), one))
        if better:
            replaced = {word: shown[candidate] for word, candidate in better.items()}
            self.words = [one for word in self.words for one in candidates.get(better.get(word.folded, ""), [word])]
            self.corrected = re.sub(r"[^\W_]+", lambda found: replaced.get(folded(found[0]), found[0]), self.text)

    # Documents

    def find(self, terms: list[Term]) -> Answer:
        if self.among is not None:
            return self._find_among(self.among)
        question, known, source = self.question, self.known, self.source
        fixed: list[Part] = []
        if self.places:
            fixed.append(_any_of_keys(map(place_key, self.places), known.documents))
        filters = {
            name: _any_of_keys((facet_key(name, value) for value in values), known.documents)
            for name, values in self.filters.items()
        }
        everything = max(1, known.documents.get(EVERYTHING, 1))
        least = enough(len(terms))
        size = max(1, min(question.size, CAP)) if self.ids_wanted else 0
        first = (max(1, question.page) - 1) * size
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT kept, loose, answering, ids, packed_0, packed_1, others_0, others_1"
                    " FROM {held} search_find(%s::regclass, %s, %s::text[], %s::bigint[], %s::text[], %s::bigint[],"
                    " %s::text[], %s::bigint[], %s::float8[], %s, %s, %s, %s::float8[],"
                    " %s, %s, %s, %s, %s, %s, %s, %s, %s::float8[]) ON true"
                ).format(held=held(source.table)),
                [
                    connection.ops.quote_name(source.table),
                    source.key,
                    *_apart(fixed),
                    *_apart(filters.values()),
                    *_apart((term.query, term.documents) for term in terms),
                    [math.log(1 + everything / max(1, term.documents)) for term in terms],
                    everything,
                    *_beginning(fixed, filters.values(), terms, everything, least),
                    sort_key(self.corrected or self.text),
                    question.sort,
                    min(first, CAP),
                    size if first < CAP else 0,
                    CAP,
                    MOST_TURNED,
                    RANKED,
                    least,
                    [min(1.0, shelf / everything) for shelf in SHELVES],
                ],
            )
            kept, loose, found, ids, packed_0, packed_1, others_0, others_1 = cursor.fetchone()
        capped = found > CAP
        total = self._total(terms) if capped else found
        if total is not None and total <= CAP:
            capped = False
        reachable = found if not capped else CAP if terms and question.sort == "relevance" else MOST_TURNED
        packed = dict.fromkeys(source.packing.facets, (packed_0, packed_1))
        packed |= {name: (others_0[n], others_1[n]) for n, name in enumerate(filters)}
        required = terms[: 0 if loose else kept]
        optional = terms[len(required) :]
        return Answer(
            ids=list(ids or ()) if first < reachable else [],
            total=total,
            capped=capped,
            reachable=reachable,
            facets=self._counted(packed, bare=not fixed and not terms),
            corrected=self.corrected,
            required=tuple(term.text for term in sorted(required, key=lambda term: term.place)),
            optional=tuple(term.text for term in optional),
            unknown=tuple(word.shown for word in self.unknown),
            stems=tuple(dict.fromkeys(stem for term in terms for stem in term.stems)),
        )

    def _find_among(self, ids: Sequence[int]) -> Answer:
        """The few documents that bear the numbers asked, whatever the words beside; places and filters hold."""
        source, question = self.source, self.question
        key = sql.Identifier(source.key)
        reading = sql.SQL(
            "SELECT {key}, int8send(packed_0), int8send(packed_1),"
            " ARRAY(SELECT tsv @@ filter FROM unnest(%s::tsquery[]) WITH ORDINALITY AS f(filter, n) ORDER BY n)"
            " FROM {table} WHERE {key} = ANY(%s) AND tsv @@ %s::tsquery ORDER BY {order}"
        ).format(key=key, table=sql.Identifier(source.table), order=ORDERS[question.sort].format(key=key))
        asked = [any_of(map(quoted, some)) for some in self._keys()]
        filters, around = asked[: len(self.filters)], asked[len(self.filters) :] or [quoted(EVERYTHING)]
        with connection.cursor() as cursor:
            cursor.execute(reading, [filters, list(ids), *around])
            read = cursor.fetchall()
        found = [row for row in read if all(row[3])]
        packed = dict.fromkeys(source.packing.facets, _packed(found))
        for n, name in enumerate(self.filters):
            packed[name] = _packed(row for row in read if all(row[3][:n] + row[3][n + 1 :]))
        first = (max(1, question.page) - 1) * question.size
        return Answer(
            ids=[row[0] for row in found[first : first + question.size]],
            total=len(found),
            capped=False,
            reachable=len(found),
            facets=self._counted(packed, bare=False),
            unknown=tuple(word.shown for word in self.unknown),
        )

    def _total(self, terms: list[Term]) -> int | None:
        """How many answer beyond the cap, when counts kept beforehand tell it."""
        if self._alone:
            return self.known.documents[self._alone]
        if self.filters or self.places:
            return None
        if not terms:
            return self.known.documents[EVERYTHING]
        return terms[0].documents if len(terms) == 1 and len(terms[0].stems) == 1 else None

    def _counted(self, packed: Mapping[str, Packed], *, bare: bool) -> dict[str, dict[str, int]]:
        """The counts of the facets asked; those of the whole index where nothing else is."""
        known, wanted = self.known, self.question.counted
        asked = {name: given for name, given in packed.items() if wanted is None or name in wanted}
        totals = known.totals if bare and known.totals is not None else {}
        whole = {name for name in asked if totals and set(self.filters) <= {name}}
        rest = {name: given for name, given in asked.items() if name not in whole}
        counted = self.source.packing.count(rest, known.positions, CAP)
        for name in whole:
            counts = {value: totals.get(facet_key(name, value), 0) for value in known.positions.get(name, {})}
            counted[name] = {value: count for value, count in counts.items() if count > 0}
        return {name: counted[name] for name in asked}


def _packed(read: Iterable[tuple[Any, ...]]) -> Packed:
    """The facets of some documents, as `search_find` gives them."""
    rows = list(read)
    return b"".join(row[1] for row in rows), b"".join(row[2] for row in rows)


def _beginning(
    fixed: Collection[Part], filters: Collection[Part], terms: Sequence[Term], everything: int, least: int
) -> tuple[int, bool, list[float]]:
    """What to look for first, as `search_find` asks it: how many words, whether the filters too, what is expected."""
    around = math.prod(documents / everything for _, documents in fixed)
    passing = math.prod(documents / everything for _, documents in filters)
    expected = [everything * around]
    for term in terms:
        expected.append(expected[-1] * term.documents / everything)
    begin = _first_under(FEW, expected)
    nothing_else = not fixed and not terms
    filtered = bool(filters) and (nothing_else or expected[begin] > CAP / 4 or expected[begin] * passing < least)
    if filtered:
        begin = _first_under(FEW, [one * passing for one in expected])
    return begin, filtered, [one * passing for one in expected[1:]]


def _first_under(few: int, expected: Sequence[float]) -> int:
    """How many words it takes to expect so few documents; one at least, if there is one."""
    last = len(expected) - 1
    return next((n for n in range(min(1, last), last) if expected[n] <= few), last)


def _any_of_keys(keys: Iterable[str], documents: Mapping[str, int]) -> Part:
    """Any of these keys, and how many documents that is at most."""
    some = list(keys)
    return any_of(map(quoted, some)), sum(documents.get(key, 0) for key in some)


def _apart(parts: Iterable[Part]) -> tuple[list[str], list[int]]:
    """The queries, and how many documents have each."""
    given = list(parts)
    return [query for query, _ in given], [documents for _, documents in given]


def enough(words: int) -> int:
    """How many answers a question of so many words must have, else it is shortened."""
    return 1 if words <= SHORT else ENOUGH


def _pairs(words: list[Word]) -> list[Word]:
    return [_join(first, second) for first, second in pairwise(words) if _may_join(first, second)]


def _may_join(first: Word, second: Word) -> bool:
    return len(first.raw) > 1 and len(second.raw) > 1


def _join(first: Word, second: Word) -> Word:
    return Word(first.raw + second.raw, first.folded + second.folded, first.raw + second.raw)


def _may_be_corrected(word: Word) -> bool:
    return len(word.folded) >= SHORTEST_CORRECTED and word.folded.isalpha()
