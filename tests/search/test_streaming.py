"""Everything that answers: the same as the pages, beyond the cap; and what came to answer since last time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accelerator.search import asking
from accelerator.search.index import Index
from accelerator.search.models import Before
from accelerator.search.streaming import every_id, meaning_of, number_of, readings_of
from accelerator.search.types import Entry, Question
from accelerator.search.watching import Look, Watch, take_in_what_was_rebuilt
from accelerator.workflow import transaction
from tests.search.documents import PlayDocument, borne

pytestmark = pytest.mark.server

QUESTIONS = (
    Question(),
    Question("ferme"),
    Question("ferme solidaire"),
    Question("fermes solidaires"),
    Question("ferme zibeline"),
    Question("fermme"),
    Question("zibeline"),
    Question("une ferme solidaire qui lutte contre le gaspillage dans le Lot"),
    Question("552100554"),
    Question("55210055400013"),
    Question("552100554 404833048", filters={"kind": ["ruche"], "theme": ["t03", "t00"]}, places=["departement-31"]),
    Question(filters={"kind": ["porteur"]}),
    Question(filters={"kind": ["porteur", "ruche"], "theme": ["t01"]}),
    Question("ferme", filters={"kind": ["porteur"]}, places=["departement-46"]),
    Question(places=["departement-46", "departement-31"]),
    Question(places=["departement-00"]),
    Question(filters={"kind": ["inconnu"]}),
)


def entries(number: int) -> list[Entry]:
    """As many organisations as asked, all a little different."""
    return [
        Entry(
            id=n,
            name=f"{('Ferme', 'Atelier', 'Épicerie')[n % 3]} {('solidaire', 'du Lot')[n % 2]} {n}",
            summary=["lutte contre le gaspillage"] if n % 5 == 0 else [],
            facets={"kind": [("porteur", "ruche")[n % 2]], "theme": [f"t0{n % 4}"]},
            places=[f"departement-{(46, 31)[n % 2]}", "pays-FR"],
            prominence=n % 10 / 10,
            dated_at=datetime(2026, 1, 1 + n % 28, tzinfo=UTC),
        )
        for n in range(1, number + 1)
    ]


def everything(index: Index, question: Question) -> list[int]:
    return [pk for some in every_id(index, meaning_of(index, question), sort="name") for pk in some]


@pytest.fixture
def filled(index: Index) -> Index:
    with transaction():
        index.put(entries(60))
    index.bearing = borne({"552100554": 7, "404833048": 8})
    return index


@pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
def test_everything_is_what_the_pages_show(filled: Index, question: Question) -> None:
    shown = filled.search(Question(question.text, question.filters, question.places, size=1000))
    found = everything(filled, question)
    assert sorted(found) == sorted(shown.ids)
    assert number_of(filled, meaning_of(filled, question)) == len(found)


def test_questions_read_together_may_mean_what_their_pages_mean(filled: Index) -> None:
    readings = readings_of(filled, {str(n): question for n, question in enumerate(QUESTIONS)})
    for n, question in enumerate(QUESTIONS):
        reading, meaning = readings.get(str(n)), meaning_of(filled, question)
        assert bool(reading) is bool(meaning.query)
        if reading:
            possible = [reading.requiring(kept) for kept in range(reading.least, len(reading.words) + 1)]
            assert meaning in possible
            found = [{pk for some in every_id(filled, one, sort=None) for pk in some} for one in possible]
            assert all(more <= less for less, more in pairwise(found))


@pytest.mark.parametrize("number", [1, 3])
def test_questions_are_read_together_in_as_many_queries(
    filled: Index, number: int, django_assert_num_queries: Any
) -> None:
    questions = {str(n): Question(f"ferme solidaire {n}", places=[f"departement-{n}"]) for n in range(number)}
    with django_assert_num_queries(1):
        assert len(readings_of(filled, questions)) == number


def test_everything_goes_beyond_the_cap(filled: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "CAP", 5)
    assert filled.search(Question("ferme solidaire")).capped
    assert len(everything(filled, Question("ferme solidaire"))) == 10
    assert len(everything(filled, Question())) == 60


def test_everything_comes_in_order(filled: Index) -> None:
    meaning = meaning_of(filled, Question("ferme"))
    ids = [pk for some in every_id(filled, meaning, sort="name") for pk in some]
    names = [PlayDocument.objects.get(pk=pk).sort_name for pk in ids]
    assert names == sorted(names)
    ids = [pk for some in every_id(filled, meaning, sort="date") for pk in some]
    days = [PlayDocument.objects.get(pk=pk).dated_at for pk in ids]
    assert all(one >= other for one, other in pairwise(days))


# What came to answer since last time


@pytest.fixture
def watched(filled: Index) -> Index:
    """An index that remembers, in which nothing has changed yet."""
    filled.watched = True
    return filled


def put(index: Index, *written: Entry) -> None:
    with transaction():
        index.put(written)


def looks(index: Index, *questions: Question, documents: int = 100, most: int = 10) -> Iterator[Look]:
    return Watch(index, {str(n): question for n, question in enumerate(questions)}).looks(
        documents=documents, most=most
    )


def new(index: Index, *questions: Question, documents: int = 100) -> dict[str, list[int]]:
    """What is new to each question, which is then forgotten."""
    found: dict[str, list[int]] = {}
    for look in looks(index, *questions, documents=documents):
        for name, one in look.new.items():
            found.setdefault(name, []).extend(pk for pk, _ in one.documents)
        look.forget()
    return {name: sorted(ids) for name, ids in found.items()}


def test_nothing_is_new_when_nothing_changed(watched: Index) -> None:
    assert new(watched, Question(), Question("ferme")) == {}


@pytest.mark.parametrize("number", [1, 3])
def test_what_was_not_there_is_new(watched: Index, number: int) -> None:
    put(watched, *(Entry(100 + n, f"Ferme nouvelle {n}") for n in range(number)))
    expected = [100 + n for n in range(number)]
    asked = (Question("ferme"), Question(), Question("atelier"), Question("ferme nouvelle"))
    assert new(watched, *asked) == {"0": expected, "1": expected, "3": expected}
    assert new(watched, *asked) == {}


def test_what_answered_already_is_not_new(watched: Index) -> None:
    before = entries(60)[2]  # « Ferme… 3 »
    assert before.id in everything(watched, Question("ferme"))
    put(watched, Entry(before.id, f"{before.name} corrigée", facets=before.facets))
    assert new(watched, Question("ferme"), Question("corrigée")) == {"1": [before.id]}


def test_what_came_to_answer_is_new_and_what_left_is_not(watched: Index) -> None:
    put(watched, Entry(1, "Ferme devenue"), Entry(3, "Atelier devenu"))
    assert new(watched, Question("ferme")) == {"0": [1]}


def test_only_the_first_and_the_last_state_count(watched: Index) -> None:
    put(watched, Entry(1, "Ferme de passage"))
    put(watched, Entry(1, "Atelier revenu"))
    put(watched, Entry(2, "Rien"))
    put(watched, Entry(2, "Ferme enfin"))
    assert new(watched, Question("ferme")) == {"0": [2]}


def test_a_number_tells_who_bears_it_when_they_come(watched: Index) -> None:
    watched.bearing = borne({"552100554": 7, "404833048": 100, "W123456789": 101})
    put(watched, Entry(7, "Épicerie corrigée"), Entry(100, "Ferme nouvelle"), Entry(101, "Ferme nouvelle"))
    asked = (
        Question("552100554"),
        Question("404833048"),
        Question("404 833 048 00022 w123456789"),
        Question("999999999"),
    )
    assert new(watched, *asked) == {"1": [100], "2": [100, 101]}
    put(watched, Entry(102, "Ferme d’ailleurs"))
    assert new(watched, *asked) == {}


def test_what_was_removed_is_told_to_nobody(watched: Index) -> None:
    put(watched, Entry(100, "Ferme éphémère"))
    with transaction():
        watched.remove([100, 3])
    assert new(watched, Question("ferme"), Question()) == {}
    assert not Before.objects.exists()


def test_a_look_that_was_not_forgotten_comes_again(watched: Index) -> None:
    put(watched, Entry(100, "Ferme nouvelle"))
    assert [list(look.new) for look in looks(watched, Question("ferme"))] == [["0"]]
    assert new(watched, Question("ferme")) == {"0": [100]}


def test_what_changes_while_it_is_looked_at_is_looked_at_again(watched: Index) -> None:
    put(watched, Entry(100, "Ferme nouvelle"))
    for look in looks(watched, Question("ferme")):
        Before.objects.update(changed_at=timezone.now())  # as a change in another transaction does
        look.forget()
    assert new(watched, Question("ferme")) == {"0": [100]}


def test_changes_are_taken_a_few_at_a_time(watched: Index) -> None:
    put(watched, *(Entry(100 + n, f"Ferme nouvelle {n}") for n in range(7)))
    assert len(list(looks(watched, Question("ferme"), documents=3))) == 3
    assert new(watched, Question("ferme"), documents=3) == {"0": list(range(100, 107))}


def test_the_latest_are_named_and_all_are_counted(watched: Index) -> None:
    put(watched, *(Entry(100 + n, f"Ferme nouvelle {n}") for n in range(7)))
    (look,) = looks(watched, Question("ferme"), most=2)
    assert (len(look.new["0"].documents), look.new["0"].number) == (2, 7)


def test_a_sentence_means_what_its_page_means(watched: Index) -> None:
    sentence = Question("une ferme solidaire contre le gaspillage des zibelines dans le Lot")
    put(watched, Entry(100, "Ferme du gaspillage"), Entry(101, "Crèche"))
    answering = set(everything(watched, sentence))
    assert new(watched, sentence) == ({"0": sorted({100, 101} & answering)} if answering & {100, 101} else {})


# Some words stand in most documents, others in few, in one or in none.
WORDS = (
    *("ferme", "atelier", "jardin", "crèche", "vélo", "lavoir", "moulin"),
    *("théâtre", "verger", "ruche", "fournil", "lutherie", "zibeline"),
)


def drawn(chance: Random, most: int) -> str:
    words = chance.choices(WORDS, [1 / (1 + rank) for rank in range(len(WORDS))], k=chance.randint(1, most))
    return " ".join(dict.fromkeys(words))


def came_to_answer(index: Index, question: Question) -> list[int]:
    """What its page finds and what changed, one by one: slow and plain."""
    meaning = meaning_of(index, question).query
    if not meaning:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.document FROM search_before AS b JOIN play_document AS d ON thing = b.document"
            " WHERE d.tsv @@ %s::tsquery AND NOT coalesce(b.tsv @@ %s::tsquery, false) ORDER BY 1",
            [meaning, meaning],
        )
        return [pk for (pk,) in cursor.fetchall()]


@pytest.mark.parametrize("seed", range(4))
def test_questions_asked_together_find_what_each_alone_would(index: Index, seed: int) -> None:
    chance = Random(seed)
    facets = [{"kind": ["porteur"]}, {"kind": ["ruche"]}]
    put(index, *(Entry(n, drawn(chance, 5), facets=chance.choice(facets)) for n in range(1, 120)))
    index.watched = True
    put(index, *(Entry(n, drawn(chance, 5), facets=chance.choice(facets)) for n in chance.sample(range(1, 150), 12)))
    asked = [
        Question(drawn(chance, 7), filters=chance.choice([{}, *facets]), places=chance.choice([[], [], ["pays-FR"]]))
        for _ in range(150)
    ]
    expected = {str(n): found for n, one in enumerate(asked) if (found := came_to_answer(index, one))}
    assert new(index, *asked, documents=1000) == expected
    lengths = {len(readings_of(index, {"": asked[int(n)]})[""].words) for n in expected}
    assert lengths >= {1, 2, 3, 4, 5}


def test_what_a_rebuild_brings_is_new_from_the_second_time_on(watched: Index) -> None:
    with transaction():
        assert take_in_what_was_rebuilt(watched) == 0  # what is already there is news to nobody
    watched.watched = False  # an import in bulk writes no put
    put(watched, Entry(100, "Ferme importée", dated_at=timezone.now()))
    with transaction():
        assert take_in_what_was_rebuilt(watched) == 1
    assert new(watched, Question("ferme")) == {"0": [100]}


def test_an_index_that_is_not_watched_remembers_nothing(filled: Index) -> None:
    put(filled, Entry(100, "Ferme nouvelle"))
    assert not Before.objects.exists()


def test_a_change_rolled_back_leaves_nothing(watched: Index) -> None:
    def put_and_fail() -> None:
        with transaction():
            watched.put([Entry(100, "Ferme nouvelle")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        put_and_fail()
    assert not Before.objects.exists()
