"""Filters, facets, orders and pages, against a naive reading of the same entries."""

import random
import struct
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelerator.search import asking, types
from accelerator.search.facets import Facet, Packing, TooManyValuesError
from accelerator.search.index import Index
from accelerator.search.text import sort_key
from accelerator.search.types import Answer, Entry, Question
from accelerator.workflow import transaction
from tests.search.documents import PlayDocument, play_index, rebuild_with

pytestmark = pytest.mark.server

WORDS = ("ferme", "jardin", "atelier", "vélo", "épicerie", "ressourcerie", "crèche", "théâtre")
KINDS = ("porteur", "reseau", "ruche")
THEMES = tuple(f"t{n:02}" for n in range(40))
REGIONS = ("76", "75", "11")
DEPARTEMENTS = {"46": "76", "31": "76", "33": "75", "75": "11"}


@st.composite
def entries(draw: Any) -> list[Entry]:
    made = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        departement = draw(st.sampled_from([*DEPARTEMENTS, None]))
        facets: dict[str, list[str]] = {
            "kind": draw(st.lists(st.sampled_from(KINDS), unique=True, max_size=3)),
            "theme": draw(st.lists(st.sampled_from(THEMES), unique=True, max_size=4)),
        }
        if departement:
            facets |= {"departement": [departement], "region": [DEPARTEMENTS[departement]]}
        made.append(
            Entry(
                number,
                " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))),
                facets=facets,
                places=[f"departement-{departement}", "pays-FR"] if departement else [],
                prominence=draw(st.sampled_from([0.0, 0.25, 0.5, 1.0])),
            )
        )
    return made


questions = st.builds(
    Question,
    text=st.lists(st.sampled_from(WORDS), max_size=2, unique=True).map(" ".join),
    filters=st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sets(st.sampled_from(KINDS), max_size=2),
            "theme": st.sets(st.sampled_from(THEMES[:6]), max_size=2),
            "region": st.sets(st.sampled_from(REGIONS), max_size=2),
            "departement": st.sets(st.sampled_from(list(DEPARTEMENTS)), max_size=1),
        },
    ),
    places=st.sets(st.sampled_from(["departement-46", "departement-33", "commune-99999"]), max_size=2),
    sort=st.sampled_from(["relevance", "name", "date"]),
)


def _passes(entry: Entry, question: Question, *, but: str = "") -> bool:
    filters = {name: values for name, values in question.filters.items() if values and name != but}
    return (
        all(word in entry.name.split() for word in question.text.split())
        and all(set(entry.facets.get(name, ())) & set(values) for name, values in filters.items())
        and (not question.places or bool(set(entry.places) & set(question.places)))
    )


def _naive(written: list[Entry], question: Question) -> tuple[set[int], dict[str, dict[str, int]]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("kind", "theme", "departement", "region")}
    for name, counter in counts.items():
        for entry in written:
            if _passes(entry, question, but=name):
                counter.update(entry.facets.get(name, ()))
    found = {entry.id for entry in written if _passes(entry, question)}
    return found, {name: dict(counter) for name, counter in counts.items()}


def _write(index: Index, written: list[Entry]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE play_document, search_lexeme, search_word, search_touch, search_state")
    index.put(written)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=entries(), question=questions)
def test_an_answer_is_what_a_naive_reading_finds(index: Index, written: list[Entry], question: Question) -> None:
    _write(index, written)
    found, facets = _naive(written, question)
    known = {word for entry in written for word in entry.name.split()}
    if not found and len(question.text.split()) and not question.filters and not question.places:
        return  # words are then relaxed or corrected: other tests
    if len(question.text.split()) > 1 or set(question.text.split()) - known:
        return
    answer = index.search(question)
    assert set(answer.ids) == found
    assert answer.total == len(found)
    assert answer.facets == facets
    names = {entry.id: sort_key(entry.name) for entry in written}
    if question.sort == "name":
        assert [names[one] for one in answer.ids] == sorted(names[one] for one in answer.ids)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=entries(), second=entries(), removed=st.sets(st.integers(1, 12), max_size=4), question=questions)
def test_putting_and_removing_equals_rebuilding(
    index: Index, first: list[Entry], second: list[Entry], removed: set[int], question: Question
) -> None:
    _write(index, first)
    index.put(second)
    index.remove(removed)
    final = {entry.id: entry for entry in [*first, *second] if entry.id not in removed}
    step_by_step = _untied(index.search(question), question, final), _remembered()
    assert rebuild_with(index, final.values()) == len(final)
    assert (_untied(index.search(question), question, final), _remembered()) == step_by_step


def _untied(answer: Answer, question: Question, written: Mapping[int, Entry]) -> Answer:
    """When nothing is asked, those that are as prominent as each other come in any order."""
    if question.text or any(question.filters.values()) or question.places or question.sort != "relevance":
        return answer
    prominences = [written[one].prominence for one in answer.ids]
    assert prominences == sorted(prominences, reverse=True)
    return replace(answer, ids=sorted(answer.ids))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    written=st.lists(entries(), min_size=2, max_size=3).map(
        lambda some: [one._replace(id=n) for n, one in enumerate((one for each in some for one in each), 1)]
    ),
    asked=st.lists(st.sampled_from(WORDS), min_size=2, max_size=6, unique=True),
    filters=st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sets(st.sampled_from(KINDS), min_size=1, max_size=2),
            "region": st.sets(st.sampled_from(REGIONS), min_size=1, max_size=2),
        },
    ),
    few=st.sampled_from([0, 2, 1000]),
    cap=st.sampled_from([3, 1000]),
)
def test_as_many_words_are_required_as_leave_enough_answers(
    index: Index, written: list[Entry], asked: list[str], filters: dict[str, set[str]], few: int, cap: int
) -> None:
    _write(index, written)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(asking, "FEW", few)
        patched.setattr(asking, "CAP", cap)
        patched.setattr(asking, "ENOUGH", 4)
        answer = index.search(Question(" ".join(asked), filters=filters, size=50))
    words = [*answer.required, *answer.optional]
    least = 4 if len(words) > asking.SHORT else 1

    def having(count: int, but: str = "") -> list[Entry]:
        passing = [one for one in written if _passes(one, Question(filters=filters), but=but)]
        if count:
            return [one for one in passing if set(words[:count]) <= set(one.name.split())]
        return [one for one in passing if set(words[:3]) & set(one.name.split())]

    if not words:
        return
    kept = max((count for count in range(1, len(words) + 1) if len(having(count)) >= least), default=0)
    kept = 1 if len(words) == 1 else kept
    assert len(answer.required) == kept
    found = having(kept)
    assert answer.capped == (len(found) > cap)
    if len(found) <= cap:
        assert set(answer.ids) == {one.id for one in found}
        assert answer.total == len(found)
    for name in ("kind", "region", "departement"):
        others = having(kept, but=name)
        if len(others) <= cap:
            assert answer.facets[name] == dict(Counter(value for one in others for value in one.facets.get(name, ())))


def _remembered() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lexeme, sum(documents) FROM search_lexeme GROUP BY 1 HAVING sum(documents) <> 0")
        return dict(cursor.fetchall())


def _many(index: Index, count: int) -> list[Entry]:
    chance = random.Random(4)
    written = [
        Entry(
            number,
            f"{chance.choice(WORDS)} {chance.choice(WORDS)} {number}",
            facets={"kind": [chance.choice(KINDS)], "region": [chance.choice(REGIONS)]},
            prominence=chance.random(),
        )
        for number in range(1, count + 1)
    ]
    index.put(written)
    return written


@pytest.mark.parametrize("sort", ["relevance", "name", "date"])
@pytest.mark.parametrize("text", ["", "ferme"])
def test_pages_neither_repeat_nor_forget(index: Index, sort: Any, text: str) -> None:
    written = _many(index, 700)
    expected = {entry.id for entry in written if text in entry.name.split() or not text}
    seen: list[int] = []
    for page in range(1, 100):
        ids = index.search(Question(text, sort=sort, page=page, size=9)).ids
        if not ids:
            break
        seen += ids
    assert len(seen) == len(set(seen))
    assert set(seen) == expected


@pytest.mark.parametrize("sort", ["relevance", "name", "date"])
@pytest.mark.parametrize("text", ["", "ferme"])
def test_beyond_the_cap_the_answer_says_so(index: Index, monkeypatch: pytest.MonkeyPatch, sort: Any, text: str) -> None:
    written = _many(index, 300)
    monkeypatch.setattr(asking, "CAP", 20)
    monkeypatch.setattr(asking, "MOST_TURNED", 15)
    answer = index.search(Question(text, sort=sort, size=10))
    found = [entry for entry in written if text in entry.name.split() or not text]
    assert answer.capped
    assert answer.total == len(found), "a word alone, or nothing: the total is known all the same"
    assert answer.reachable == (20 if text and sort == "relevance" else 15)
    if not text:
        assert sum(answer.facets["kind"].values()) == len(written), "nothing asked: the facets count everything"
    else:
        assert sum(answer.facets["kind"].values()) == 20
    if sort == "name":
        assert answer.ids == [entry.id for entry in sorted(found, key=lambda one: (sort_key(one.name), one.id))][:10]
    if not text and sort == "relevance":
        assert answer.ids == [entry.id for entry in sorted(found, key=lambda one: -one.prominence)][:10]
    assert index.search(Question(text, sort=sort, size=10, page=50)).ids == []


@pytest.mark.parametrize("text", ["maison", "maison ferme", "ferme jardin atelier", "maison ferme zibeline", ""])
@pytest.mark.parametrize("filters", [{}, {"kind": {"porteur"}}, {"region": {"76", "75"}, "kind": {"reseau"}}])
def test_reading_the_first_shelves_changes_no_answer(
    index: Index, monkeypatch: pytest.MonkeyPatch, text: str, filters: dict[str, set[str]]
) -> None:
    monkeypatch.setattr(types, "SHELVES", (20, 60))
    monkeypatch.setattr(asking, "CAP", 5)
    chance = random.Random(7)
    written = [
        Entry(
            number,
            f"Maison {chance.choice(WORDS)} {chance.choice(WORDS)}",
            facets={"kind": [chance.choice(KINDS)], "region": [chance.choice(REGIONS)]},
            prominence=1 - number / 200,
        )
        for number in range(1, 121)
    ]
    rebuild_with(index, written)
    shelves = PlayDocument.objects.order_by("pk").values_list("shelf", flat=True)
    assert list(shelves) == [1] * 20 + [2] * 40 + [3] * 60
    for page in (1, 2):
        question = Question(text, filters=filters, page=page, size=3)
        monkeypatch.setattr(asking, "SHELVES", ())
        whole = index.search(question)
        monkeypatch.setattr(asking, "SHELVES", (20, 60))
        assert index.search(question) == whole
    if text == "maison" and not filters:
        PlayDocument.objects.filter(pk=1).update(shelf=3)
        assert index.search(Question(text, size=5)).ids != whole.ids
        assert 1 not in index.search(Question(text, size=5)).ids, "the first shelf is what was read"


@pytest.mark.parametrize(
    ("question", "queries"),
    [
        (Question(), 2),
        (Question("ferme"), 2),
        (Question("fermme"), 3),
        (Question("fermme jardn", filters={"kind": {"porteur"}, "region": {"76"}}, places={"x"}), 3),
        (Question("xyzzyqwk"), 1),
    ],
)
def test_a_search_makes_at_most_three_queries(
    index: Index, django_assert_num_queries: Callable[..., Any], question: Question, queries: int
) -> None:
    _many(index, 30)
    with django_assert_num_queries(queries):
        index.search(question)
    with django_assert_num_queries(queries):
        index.search(question)


def test_an_unknown_filter_finds_nothing(index: Index) -> None:
    _many(index, 10)
    assert index.search(Question(filters={"kind": {"' | 'x"}})).ids == []
    assert index.search(Question(places={"nowhere'"})).total == 0


def test_an_index_never_written_answers_nothing(index: Index) -> None:
    answer = index.search(Question("ferme"))
    assert (answer.ids, answer.total) == ([], 0)
    assert index.search(Question()).total == 0


def test_search_works_where_nothing_may_be_written(index: Index) -> None:
    _many(index, 10)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    assert index.search(Question("ferme jardn")).ids


def test_what_changes_during_a_rebuild_is_kept(index: Index) -> None:
    index.put([Entry(1, "Ancienne"), Entry(2, "Disparue"), Entry(3, "Stable")])

    def read() -> Any:
        yield from [Entry(1, "Ancienne"), Entry(2, "Disparue"), Entry(3, "Stable")]
        with transaction():
            index.put([Entry(1, "Renommée"), Entry(4, "Nouvelle")])
            index.remove([2])

    assert rebuild_with(index, read()) == 3
    assert [index.search(Question(text)).ids for text in ("ancienne", "renommée", "nouvelle", "stable")] == [
        [],
        [1],
        [4],
        [3],
    ]
    assert index.search(Question("disparue")).ids == []
    assert index.search(Question("nouvvlle")).corrected == "nouvelle"


def test_a_rebuild_keeps_the_table_as_django_knows_it(index: Index) -> None:
    def described() -> Any:
        with connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, "play_document")
            return sorted((name, str(one)) for name, one in constraints.items())

    index.put([Entry(1, "Une")])
    before = described()
    rebuild_with(index, [Entry(1, "Une")])
    rebuild_with(index, [Entry(1, "Une")])
    assert described() == before


def test_a_rebuild_forgets_the_words_of_the_past_in_every_process(index: Index) -> None:
    index.put([Entry(1, "Chocolaterie"), Entry(2, "Boulangerie")])
    elsewhere = play_index()
    assert elsewhere.search(Question("chocolatrie")).corrected == "chocolaterie"
    rebuild_with(index, [Entry(2, "Boulangerie"), Entry(3, "Chocolateries")])
    assert elsewhere.search(Question("chocolatrie")).corrected == "chocolateries"


def test_a_put_outside_a_transaction_is_refused(index: Index) -> None:
    refused: list[BaseException] = []

    def put() -> None:
        try:
            index.put([Entry(1, "Une")])
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=put)
    thread.start()
    thread.join()
    assert len(refused) == 1


@pytest.mark.parametrize("documents", [0, 1, 255, 256, 1000])
def test_facets_are_counted_one_by_one(documents: int) -> None:
    chance = random.Random(documents)
    packing = Packing(
        [Facet("many", values=40, multiple=True), Facet("one", values=120), Facet("few", 9, multiple=True)]
    )
    positions: dict[str, dict[str, int]] = {}
    for name, values in (("many", 40), ("one", 120), ("few", 9)):
        for n in range(values):
            packing.take(name, f"{name}{n}", positions)
    given = [
        {
            "many": {f"many{chance.randrange(40)}" for _ in range(5)},
            "one": {f"one{chance.randrange(120)}"},
            "few": {"few8"},
        }
        for _ in range(documents)
    ]
    both = [packing.pack(values, positions) for values in given]
    columns = b"".join(struct.pack(">q", one) for one, _ in both), b"".join(struct.pack(">q", one) for _, one in both)
    for limit in (3000, 100):
        counted = packing.count(dict.fromkeys(("many", "one", "few"), columns), positions, limit)
        for name in counted:
            assert counted[name] == dict(Counter(value for values in given[:limit] for value in values[name]))


def test_facets_must_fit() -> None:
    with pytest.raises(ValueError, match="ne tient pas"):
        Packing([Facet("a", values=60, multiple=True), Facet("b", values=60, multiple=True), Facet("c", values=20)])
    packing = Packing([Facet("a", values=1)])
    positions: dict[str, dict[str, int]] = {}
    packing.take("a", "x", positions)
    with pytest.raises(TooManyValuesError):
        packing.take("a", "y", positions)
