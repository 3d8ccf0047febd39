"""Questions about places asked together: the answers that each has alone."""

import random
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accelerator.search import asking, together, types
from accelerator.search.index import Index
from accelerator.search.together import ask_together
from accelerator.search.types import Entry, Question
from tests.search.documents import rebuild_with

pytestmark = pytest.mark.server

PLACES = ("commune-1", "commune-2", "epci-1", "agit-epci-1", "agit-pays-FR")
FEW = Question(places=("agit-epci-1", "agit-pays-FR"), size=4, counted=())
NOBODY = Question(places=("commune-9",), size=4, counted=())


@pytest.fixture
def filled(index: Index, monkeypatch: pytest.MonkeyPatch) -> Index:
    """A hundred and twenty things on three shelves; some places have more of them than the cap."""
    monkeypatch.setattr(types, "SHELVES", (20, 60))
    for module in (asking, together):
        monkeypatch.setattr(module, "SHELVES", (20, 60))
        monkeypatch.setattr(module, "CAP", 30)
    chance = random.Random(11)
    written = [
        Entry(
            number,
            f"Maison {number}",
            facets={"kind": [chance.choice(("porteur", "reseau"))]},
            places=chance.sample(PLACES, 2),
            prominence=1 - number / 200,
        )
        for number in range(1, 121)
    ]
    rebuild_with(index, written)
    return index


@pytest.mark.parametrize(
    "questions",
    [
        [Question(places=("commune-1",), size=20, counted=("kind",)), FEW],
        [Question(places=("agit-pays-FR",), size=3, counted=())],
        [Question(places=("agit-pays-FR",), size=3, page=2, counted=()), Question(places=("epci-1",), sort="name")],
        [NOBODY, Question(places=("commune-9", "epci-1"), size=200)],
        [Question(places=("epci-1",), filters={"kind": {"porteur"}}, counted=())],
    ],
)
def test_they_are_answered_as_each_would_be_alone(filled: Index, questions: Sequence[Question]) -> None:
    alone = [filled.search(question) for question in questions]
    with CaptureQueriesContext(connection) as asked:
        assert ask_together(filled.source, questions) == alone
    assert len(asked.captured_queries) == 1 + len(questions)


def test_more_than_the_cap_are_not_read_when_the_first_are_enough(
    filled: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "RANKED", 5)
    (answer,) = ask_together(filled.source, [FEW])
    assert answer.capped
    assert answer.total is None
    assert answer.ids == filled.search(FEW).ids
    with CaptureQueriesContext(connection) as asked:
        ask_together(filled.source, [FEW, NOBODY])
    read = [query["sql"] for query in asked.captured_queries]
    assert ["search_find" in one for one in read] == [False, False, True]
