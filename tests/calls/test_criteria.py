"""What reviewers judge on, and what their scores make together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.calls.criteria import Grid, GridFault, at_threshold, first, severities, standing


def criterion(**values: Any) -> dict[str, Any]:
    words = ["Rien ne le montre", "Un début", "Établi", "Exemplaire"]
    scale = [{"score": score, "words": word} for score, word in enumerate(words)]
    return {"code": "impact", "label": "Impact social", "weight": 2, "scale": scale, **values}


def grid(**values: Any) -> dict[str, Any]:
    return {"criteria": [criterion(), criterion(code="modele", label="Modèle économique", weight=1)], **values}


def test_a_grid_is_read_as_it_was_written() -> None:
    read = Grid.from_json(grid(threshold=60, readers=3, blind=True, days=10))
    assert Grid.from_json(read.to_json()) == read
    assert Grid.from_json({}) == Grid()
    assert read.criteria[0].words_of(3) == "Exemplaire"
    assert read.criteria[0].words_of(9) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"criteria": [criterion(code="Impact !")]}, "une lettre minuscule"),
        ({"criteria": [criterion(label=" ")]}, "n’a pas de nom"),
        ({"criteria": [criterion(), criterion()]}, "le même code : impact"),
        ({"criteria": [criterion(weight=0)]}, "Le poids"),
        ({"criteria": [criterion(weight=True)]}, "Le poids"),
        ({"criteria": [criterion(scale=[{"score": 1, "words": "Seul"}])]}, "au moins deux notes"),
        ({"criteria": [criterion(scale=[{"score": 2, "words": "a"}, {"score": 1, "words": "b"}])]}, "plus basse"),
        ({"criteria": [criterion(scale=[{"score": 0, "words": ""}, {"score": 1, "words": "b"}])]}, "Dites en mots"),
        ({"criteria": [criterion(code=f"c{n}") for n in range(21)]}, "au plus 20"),
        ({"threshold": 101}, "Le seuil"),
        ({"readers": 0}, "1 à 12 experts"),
        ({"days": 0}, "1 à 365 jours"),
    ],
)
def test_a_grid_that_cannot_serve_says_why_to_its_author(change: dict[str, Any], said: str) -> None:
    with pytest.raises(GridFault, match=said):
        Grid.from_json(grid(**change))


def test_the_mean_is_by_weight_out_of_a_hundred() -> None:
    read = Grid.from_json(grid())
    scores = {"impact": {"score": 3}, "modele": {"score": 0}}
    assert read.mean(scores) == pytest.approx(200 / 3)
    assert read.mean({"impact": {"score": 3}}) is None
    assert read.mean({**scores, "disparu": {"score": 0}}) == pytest.approx(200 / 3)
    assert Grid().mean({}) is None


@given(st.integers(0, 3), st.integers(0, 3), st.integers(1, 100), st.integers(1, 100))
def test_the_mean_stays_between_its_scores(impact: int, model: int, one: int, other: int) -> None:
    read = Grid.from_json({"criteria": [criterion(weight=one), criterion(code="modele", weight=other)]})
    mean = read.mean({"impact": {"score": impact}, "modele": {"score": model}})
    assert mean is not None
    assert min(impact, model) * 100 / 3 - 1e-9 <= mean <= max(impact, model) * 100 / 3 + 1e-9


def test_a_scale_that_does_not_start_at_zero_gives_zero_to_its_lowest() -> None:
    scale = [{"score": 1, "words": "Faible"}, {"score": 5, "words": "Fort"}]
    read = Grid.from_json({"criteria": [criterion(scale=scale)]})
    assert read.mean({"impact": {"score": 1}}) == 0
    assert read.mean({"impact": {"score": 5}}) == 100


def test_what_keeps_a_review_from_being_given_is_said_by_criterion() -> None:
    read = Grid.from_json({"criteria": [criterion(comment_required=True)]})
    assert "Donnez une note" in read.faults({})["impact"]
    assert "va de 0 à 3" in read.faults({"impact": {"score": 7, "comment": "Oui"}})["impact"]
    assert "le candidat lira pourquoi" in read.faults({"impact": {"score": 2, "comment": "  "}})["impact"]
    assert read.faults({"impact": {"score": 2, "comment": "Établi par l’enquête."}}) == {}


def test_disagreement_is_shown() -> None:
    assert standing([]).mean is None
    assert standing([70]).spread is None
    assert not standing([60, 80]).disagrees
    assert standing([50, 80]).disagrees
    assert standing([50, 80]).mean == 65


def test_the_severity_of_a_reviewer_is_measured_on_the_files_that_others_read_too() -> None:
    shared = [(reader, 20.0 + 20 * reader + n, 50.0 + n, 2) for n in range(4) for reader in (1, 2)]
    crowded = [(4, 30.0, 60.0, 4) for _ in range(3)]
    told = severities([*shared, *crowded, (3, 50.0, 50.0, 1)])
    assert told[4].offset == pytest.approx(30 - 70)
    assert told[1].offset == pytest.approx(-20)
    assert told[2].offset == pytest.approx(20)
    assert told[3].offset is None
    assert told[3].files == 1


def test_the_first_ones_leave_a_tie_to_the_commission() -> None:
    ranked = [(1, 90.0), (2, 80.0), (3, 80.0), (4, 70.0), (5, None)]
    assert first(ranked, 1).kept == (1,)
    assert first(ranked, 3).kept == (1, 2, 3)
    assert first(ranked, 3).sentence == ""
    cut = first(ranked, 2)
    assert cut.kept == (1,)
    assert cut.tied == (2, 3)
    assert "la commission les départage" in cut.sentence
    assert first(ranked, 9).kept == (1, 2, 3, 4)
    assert first(ranked, 0).kept == ()


def test_the_files_exactly_at_the_threshold_are_named() -> None:
    assert [at_threshold(mean, 60) for mean in (60.0, 60.04, 59.96, 60.06, None)] == [True, True, True, False, False]
    assert not at_threshold(60.0, None)
