"""The form: what is asked, what is kept aside, what is missing, what its author must mend."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.calls.questions import (
    Condition,
    Question,
    Questionnaire,
    Section,
    When,
    is_answered,
    said_answer,
    said_cents,
)
from accelerator.calls.states import QuestionKind

YES_NO = Question("helped", QuestionKind.YES_NO, "Êtes-vous accompagné ?")
WHO = Question("who", QuestionKind.TEXT, "Par qui ?", when=Condition("helped", When.IS, True))
LETTER = Question("letter", QuestionKind.FILE, "Sa lettre", when=Condition("who", When.ANSWERED))
BUDGET = Question("budget", QuestionKind.MONEY, "Budget", required=False)
FORM = Questionnaire((Section("one", "Vous", "", (YES_NO, WHO, LETTER)), Section("two", "Argent", "", (BUDGET,))))


def test_a_condition_opens_a_question_and_closes_what_hangs_on_it() -> None:
    assert [one.code for one in FORM.asked({})] == ["helped", "budget"]
    assert [one.code for one in FORM.asked({"helped": True})] == ["helped", "who", "budget"]
    assert [one.code for one in FORM.asked({"helped": True, "who": "Ruche"})] == ["helped", "who", "letter", "budget"]
    assert [one.code for one in FORM.asked({"helped": False, "who": "Ruche"})] == ["helped", "budget"]


def test_what_is_no_longer_asked_is_kept_aside_and_not_sent() -> None:
    answers: dict[str, Any] = {"helped": False, "who": "Ruche", "budget": 0}
    assert FORM.sent(answers, {"letter"}) == {"helped": False, "budget": 0}
    assert [one.code for one in FORM.aside(answers, {"letter"})] == ["who", "letter"]
    assert FORM.sent({**answers, "helped": True})["who"] == "Ruche"


def test_what_is_missing_is_what_is_asked_and_required() -> None:
    assert [one.code for one in FORM.missing({})] == ["helped"]
    assert [one.code for one in FORM.missing({"helped": True, "who": "Ruche"})] == ["letter"]
    assert FORM.missing({"helped": True, "who": "Ruche"}, {"letter"}) == []
    assert FORM.missing({"helped": False}) == []


@pytest.mark.parametrize(
    ("condition", "answer", "holds"),
    [
        (Condition("q", When.HAS, "a"), ["a", "b"], True),
        (Condition("q", When.HAS, "a"), ["b"], False),
        (Condition("q", When.AT_LEAST, 10), 10, True),
        (Condition("q", When.AT_MOST, 10), 11, False),
        (Condition("q", When.AT_LEAST, 10), "onze", False),
        (Condition("q", When.IS, False), False, True),
        (Condition("q", When.ANSWERED), "", False),
    ],
)
def test_a_condition(condition: Condition, answer: Any, holds: bool) -> None:
    assert condition.holds(answer) is holds


def test_the_faults_are_said_to_the_author() -> None:
    late = Question("late", QuestionKind.TEXT, "Tôt", when=Condition("helped", When.IS, True))
    faulty = Questionnaire(
        (
            Section(
                "one",
                "Une",
                "",
                (
                    late,
                    YES_NO,
                    Question("helped", QuestionKind.CHOICE, "Encore", choices=(("a", "A"),)),
                    Question("deep", QuestionKind.TEXT, "Dessous", when=Condition("helped", When.AT_LEAST, 3)),
                    Question("table", QuestionKind.TABLE, "Budget par an"),
                ),
            ),
            Section("two", "Vide"),
        )
    )
    faults = " ".join(faulty.faults())
    for words in (
        "n’existe pas, ou qui vient après",
        "sert déjà",
        "deux réponses au moins",
        "ne convient pas",
        "des lignes et des années",
        "« Vide » n’a aucune question",
    ):
        assert words in faults
    assert FORM.faults() == []
    assert Questionnaire().faults() == ["Le formulaire n’a aucune question."]


def test_a_condition_on_a_choice_expects_one_of_its_answers() -> None:
    choice = Question("c", QuestionKind.CHOICE, "Choix", choices=(("a", "A"), ("b", "B")))
    asks = Question("d", QuestionKind.TEXT, "Suite", when=Condition("c", When.IS, "z"))
    assert "ne propose pas" in Questionnaire((Section("s", "S", "", (choice, asks)),)).faults()[0]


def test_answers_are_said_in_french() -> None:
    table = Question("t", QuestionKind.TABLE, "T", choices=(("jobs", "Salaires"),), years=(2025, 2026))
    choices = Question("c", QuestionKind.CHOICES, "C", choices=(("a", "Un"), ("b", "Deux")))
    assert (
        said_answer(table, {"jobs": {"2025": 1_200_000, "2026": 50}})
        == "Salaires : 12\u202f000\u00a0€ en 2025, 0,50\u00a0€ en 2026"
    )
    assert said_answer(choices, ["a", "b"]) == "Un, Deux"
    assert said_answer(Question("d", QuestionKind.DATE, "D"), "2026-03-01") == "1er mars 2026"
    assert said_answer(Question("p", QuestionKind.PLACES, "P"), ["departement-46"], {"departement-46": "Lot"}) == "Lot"
    assert said_answer(YES_NO, False) == "Non"
    assert said_answer(BUDGET, None) == ""
    assert said_cents(-123456) == "−1\u202f234,56\u00a0€"


def test_nothing_is_lost_in_json() -> None:
    assert Questionnaire.from_json(FORM.to_json()) == FORM


def test_what_is_looked_for_and_absent() -> None:
    assert FORM.question("who") == WHO
    assert FORM.section("two").title == "Argent"
    for ask in (FORM.question, FORM.section):
        with pytest.raises(LookupError):
            ask("nothing")


codes = st.integers(0, 9).map(lambda n: f"q{n}")


@st.composite
def questionnaires(draw: Any) -> Questionnaire:
    questions: list[Question] = []
    for number in range(draw(st.integers(1, 10))):
        when = None
        if questions and draw(st.booleans()):
            when = Condition(draw(st.sampled_from(questions)).code, When.IS, draw(st.booleans()))
        questions.append(
            Question(f"q{number}", QuestionKind.YES_NO, f"Q{number}", required=draw(st.booleans()), when=when)
        )
    return Questionnaire((Section("s", "S", "", tuple(questions)),))


@given(form=questionnaires(), answers=st.dictionaries(codes, st.booleans()))
def test_what_is_sent_asks_for_itself_again(form: Questionnaire, answers: dict[str, bool]) -> None:
    sent = form.sent(answers)
    assert form.sent(sent) == sent
    assert form.asked(sent) == form.asked(answers)
    assert form.aside(sent) == []
    assert {one.code for one in form.aside(answers)} == {q.code for q in form.questions} & answers.keys() - sent.keys()
    assert all(not is_answered(sent.get(one.code)) for one in form.missing(answers))
    assert Questionnaire.from_json(form.to_json()) == form
