"""The form of a version: sections, typed questions, conditions; and what an answer is.

What an answer is, by kind: text and long, a text; number, a number; money, euro cents; date, "2026-11-26"; yes_no,
true or false; choice, a code; choices, codes; places, keys of places; table, {line: {year: cents}}. Files are pieces,
kept apart: what is told here of them is only which questions have one.

Note [A question whose condition no longer holds]
Its answer is kept aside in the draft, never sent, and shown again if the condition comes back. A condition looks at
earlier questions only, and a question on which another depends must itself be asked: so that what is asked is found in
one reading, from the first question to the last.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db import models

from accelerator.calls.states import FactKind, QuestionKind
from accelerator.workflow.dates import said

MOST_QUESTIONS: Final = 120
# The most files of a question whose author does not say.
MOST_FILES: Final = 5
# What a text may hold when its author does not say.
DEFAULT_LIMITS: Final = {QuestionKind.TEXT: 200, QuestionKind.LONG: 3000}
_CHOSEN: Final = (QuestionKind.CHOICE, QuestionKind.CHOICES)
# The questions whose answer the eligibility rules may look at.
FACTS_OF_ANSWERS: Final = {
    QuestionKind.NUMBER: FactKind.NUMBER,
    QuestionKind.MONEY: FactKind.MONEY,
    QuestionKind.DATE: FactKind.DATE,
    QuestionKind.YES_NO: FactKind.YES_NO,
    QuestionKind.CHOICE: FactKind.CHOICE,
    QuestionKind.CHOICES: FactKind.CHOICES,
    QuestionKind.PLACES: FactKind.PLACES,
}


class When(models.TextChoices):
    """What a condition looks at in an earlier answer."""

    IS = "is", "est"
    HAS = "has", "contient"
    AT_LEAST = "at_least", "est d’au moins"
    AT_MOST = "at_most", "est d’au plus"
    ANSWERED = "answered", "a une réponse"


_CONDITIONS: Final = {
    QuestionKind.YES_NO: (When.IS,),
    QuestionKind.CHOICE: (When.IS,),
    QuestionKind.CHOICES: (When.HAS,),
    QuestionKind.NUMBER: (When.AT_LEAST, When.AT_MOST),
    QuestionKind.MONEY: (When.AT_LEAST, When.AT_MOST),
}


@dataclass(frozen=True)
class Condition:
    """The question is asked when an earlier one was answered so."""

    question: str
    test: When
    value: Any = None

    def holds(self, answer: Any) -> bool:
        if answer is None or answer in ("", []):
            return False
        if self.test == When.ANSWERED:
            return True
        if self.test == When.HAS:
            return isinstance(answer, list) and self.value in answer
        if self.test == When.IS:
            return bool(answer == self.value)
        try:
            measured, limit = Decimal(str(answer)), Decimal(str(self.value))
        except InvalidOperation:
            return False
        return measured >= limit if self.test == When.AT_LEAST else measured <= limit

    def to_json(self) -> dict[str, Any]:
        return {"question": self.question, "test": str(self.test), "value": self.value}


@dataclass(frozen=True)
class Question:
    """One question.

    code     stable from a version to the next: a draft keeps its answer by it.
    limit    the most characters of a text, the most files of a file question.
    choices  (code, label) of a choice; (code, label) of the lines of a table.
    years    the columns of a table.
    when     asked when the condition holds; always, without one.
    reuse    the `Reusable` of the purpose that fills it in beforehand, or whose files are joined to it.
    blind    hidden from reviewers when the review is blind, its files too.
    """

    code: str
    kind: QuestionKind
    label: str
    help: str = ""
    required: bool = True
    limit: int | None = None
    choices: tuple[tuple[str, str], ...] = ()
    years: tuple[int, ...] = ()
    when: Condition | None = None
    reuse: str = ""
    blind: bool = False

    @property
    def most(self) -> int | None:
        """The limit that holds, the author's or ours."""
        return self.limit or DEFAULT_LIMITS.get(self.kind)

    def overflow(self, answer: Any) -> int:
        """How many characters of a text are too many: what is taken up from elsewhere was told under another limit."""
        is_text = self.kind in (QuestionKind.TEXT, QuestionKind.LONG) and isinstance(answer, str)
        return max(0, len(answer) - self.most) if is_text and self.most else 0

    def to_json(self) -> dict[str, Any]:
        written: dict[str, Any] = {"code": self.code, "kind": str(self.kind), "label": self.label}
        for name in ("help", "limit", "reuse", "blind"):
            if value := getattr(self, name):
                written[name] = value
        if not self.required:
            written["required"] = False
        if self.choices:
            written["choices"] = [list(choice) for choice in self.choices]
        if self.years:
            written["years"] = list(self.years)
        if self.when:
            written["when"] = self.when.to_json()
        return written

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Question":
        """Raises `KeyError` or `ValueError` for what was never written by `to_json`."""
        when = written.get("when")
        return cls(
            code=written["code"],
            kind=QuestionKind(written["kind"]),
            label=written["label"],
            help=written.get("help", ""),
            required=written.get("required", True),
            limit=written.get("limit"),
            choices=tuple((code, label) for code, label in written.get("choices", ())),
            years=tuple(written.get("years", ())),
            when=Condition(when["question"], When(when["test"]), when["value"]) if when else None,
            reuse=written.get("reuse", ""),
            blind=written.get("blind", False),
        )


@dataclass(frozen=True)
class Section:
    """Questions that are answered and saved together."""

    code: str
    title: str
    help: str = ""
    questions: tuple[Question, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "title": self.title,
            "help": self.help,
            "questions": [question.to_json() for question in self.questions],
        }


@dataclass(frozen=True)
class Questionnaire:
    """The whole form."""

    sections: tuple[Section, ...] = field(default=())

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Questionnaire":
        return cls(
            tuple(
                Section(
                    section["code"],
                    section["title"],
                    section.get("help", ""),
                    tuple(Question.from_json(question) for question in section["questions"]),
                )
                for section in written.get("sections", ())
            )
        )

    def to_json(self) -> dict[str, Any]:
        return {"sections": [section.to_json() for section in self.sections]}

    @property
    def questions(self) -> Iterator[Question]:
        """Every question, in the order in which it is asked."""
        for section in self.sections:
            yield from section.questions

    def question(self, code: str) -> Question:
        """Raises `LookupError` when no question has this code."""
        for question in self.questions:
            if question.code == code:
                return question
        raise LookupError(f"Aucune question « {code} ».")

    def section(self, code: str) -> Section:
        """Raises `LookupError` when no section has this code."""
        for section in self.sections:
            if section.code == code:
                return section
        raise LookupError(f"Aucune section « {code} ».")

    def asked(self, answers: Mapping[str, Any], files: Collection[str] = ()) -> list[Question]:
        """The questions that are asked, given what is answered; `files` are the codes of those that have a file."""
        asked: dict[str, Question] = {}
        for question in self.questions:
            condition = question.when
            if condition is not None:
                if condition.question not in asked:
                    continue
                earlier = True if condition.question in files else answers.get(condition.question)
                if not condition.holds(earlier):
                    continue
            asked[question.code] = question
        return list(asked.values())

    def sent(self, answers: Mapping[str, Any], files: Collection[str] = ()) -> dict[str, Any]:
        """The answers to what is asked: what leaves with the application."""
        asked = {question.code for question in self.asked(answers, files)}
        return {code: value for code, value in answers.items() if code in asked}

    def aside(self, answers: Mapping[str, Any], files: Collection[str] = ()) -> list[Question]:
        """The questions that are answered and no longer asked: kept in the draft, never sent."""
        asked = {question.code for question in self.asked(answers, files)}
        held = {code for code, value in answers.items() if is_answered(value)} | set(files)
        return [question for question in self.questions if question.code in held and question.code not in asked]

    def missing(self, answers: Mapping[str, Any], files: Collection[str] = ()) -> list[Question]:
        """The questions that are asked, required, and not answered."""
        return [
            question
            for question in self.asked(answers, files)
            if question.required and question.code not in files and not is_answered(answers.get(question.code))
        ]

    def too_long(self, answers: Mapping[str, Any], files: Collection[str] = ()) -> list[Question]:
        """The questions that are asked, and whose answer is longer than they allow."""
        return [one for one in self.asked(answers, files) if one.overflow(answers.get(one.code))]

    def faults(self) -> list[str]:
        """What its author must mend before publishing, in French."""
        faults: list[str] = []
        seen: dict[str, Question] = {}
        if not any(True for _ in self.questions):
            faults.append("Le formulaire n’a aucune question.")
        if sum(1 for _ in self.questions) > MOST_QUESTIONS:
            faults.append(f"Le formulaire a plus de {MOST_QUESTIONS} questions : personne n’ira au bout.")
        for section in self.sections:
            if not section.questions:
                faults.append(f"La section « {section.title} » n’a aucune question.")
            for question in section.questions:
                faults += self._faults_of(question, seen)
                seen[question.code] = question
        return faults

    @staticmethod
    def _faults_of(question: Question, earlier: Mapping[str, Question]) -> list[str]:
        faults = []
        name = f"« {question.label} »"
        if question.code in earlier:
            faults.append(f"{name} : le code « {question.code} » sert déjà à une autre question.")
        if question.kind in _CHOSEN and len(question.choices) < 2:
            faults.append(f"{name} : un choix se fait entre deux réponses au moins.")
        if question.kind == QuestionKind.TABLE and not (question.choices and question.years):
            faults.append(f"{name} : un tableau a des lignes et des années.")
        codes = [code for code, _ in question.choices]
        if len(codes) != len(set(codes)):
            faults.append(f"{name} : deux réponses ont le même code.")
        if question.when:
            faults += _faults_of_condition(name, question.when, earlier)
        return faults


def _faults_of_condition(name: str, condition: Condition, earlier: Mapping[str, Question]) -> list[str]:
    on = earlier.get(condition.question)
    if on is None:
        return [f"{name} : sa condition regarde une question qui n’existe pas, ou qui vient après elle."]
    if condition.test != When.ANSWERED and condition.test not in _CONDITIONS.get(on.kind, ()):
        return [f"{name} : sa condition ne convient pas à « {on.label} » ({on.kind.label.lower()})."]
    if on.kind in _CHOSEN and condition.test != When.ANSWERED and condition.value not in dict(on.choices):
        return [f"{name} : sa condition attend une réponse que « {on.label} » ne propose pas."]
    return []


def is_answered(value: Any) -> bool:
    """Whether a question has an answer; no and zero are answers."""
    if isinstance(value, dict):
        return any(is_answered(one) for one in value.values())
    return value not in (None, "", [])


def conditions_on(question: Question) -> Sequence[When]:
    """The conditions that later questions may have on this one."""
    return (*_CONDITIONS.get(question.kind, ()), When.ANSWERED)


def said_answer(question: Question, value: Any, places: Mapping[str, str] | None = None) -> str:
    """An answer as it is read; `places` gives the names of places. Empty when there is none."""
    if not is_answered(value):
        return ""
    labels = dict(question.choices)
    match question.kind:
        case QuestionKind.YES_NO:
            return "Oui" if value else "Non"
        case QuestionKind.CHOICE:
            return labels.get(value, str(value))
        case QuestionKind.CHOICES:
            return ", ".join(labels.get(code, str(code)) for code in value)
        case QuestionKind.PLACES:
            return ", ".join((places or {}).get(key, key) for key in value)
        case QuestionKind.DATE:
            return said(date.fromisoformat(value))
        case QuestionKind.MONEY:
            return said_cents(value)
        case QuestionKind.NUMBER:
            return said_number(value)
        case QuestionKind.TABLE:
            return " ; ".join(
                f"{label} : " + ", ".join(f"{said_cents(cents)} en {year}" for year, cents in sorted(amounts.items()))
                for line, label in labels.items()
                if (amounts := value.get(line))
            )
    return str(value)


def said_cents(cents: int) -> str:
    """An amount in French: 1 234 567 cents is "12 345,67 €"."""
    euros, rest = divmod(abs(int(cents)), 100)
    whole = f"{euros:,}".replace(",", "\u202f")
    return f"{'−' if cents < 0 else ''}{whole}{f',{rest:02d}' if rest else ''}\u00a0€"


def said_number(value: float) -> str:
    """A number in French."""
    return f"{value:,}".replace(",", "\u202f").replace(".", ",")
