"""What a reviewer reads of a file; in a blind reading, without what could say who applies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from accelerator.calls.models import Application, Piece
from accelerator.calls.queries.judging import grid_of
from accelerator.calls.questions import Question, Questionnaire, said_answer
from accelerator.calls.states import QuestionKind
from accelerator.geography.models import Place

# Drawn again when they came: nothing is left in them of who made them. Other documents name their author, their
# company, those who commented; a blind reading does without.
CLEAN: Final = ("image/png", "image/jpeg")


@dataclass(frozen=True)
class ShownPiece:
    """A file as a reviewer sees it; in a blind reading its own name is not shown."""

    piece: Piece
    name: str


@dataclass(frozen=True)
class ShownAnswer:
    """A question, its answer, its files; `withheld` says how many files a blind reading does not show."""

    label: str
    words: str
    pieces: tuple[ShownPiece, ...] = ()
    withheld: int = 0


@dataclass(frozen=True)
class ShownSection:
    title: str
    answers: tuple[ShownAnswer, ...]


@dataclass(frozen=True)
class Reading:
    """A file as one reviewer reads it.

    title, applicant  empty in a blind reading.
    hidden            how many answers a blind reading leaves out.
    """

    title: str
    applicant: str
    blind: bool
    sections: tuple[ShownSection, ...]
    hidden: int = 0

    @property
    def pieces(self) -> dict[str, ShownPiece]:
        """The files that may be opened, by public identifier."""
        return {
            one.piece.public_id: one for section in self.sections for answer in section.answers for one in answer.pieces
        }


def reading_of(application: Application, *, blind: bool | None = None) -> Reading:
    """The file as it is read; blind when its version says so, unless told. Two queries besides the application."""
    if blind is None:
        blind = grid_of(application.version).blind
    form = Questionnaire.from_json(application.version.form)
    pieces: dict[str, list[Piece]] = {}
    for piece in Piece.objects.filter(application=application, removed_at__isnull=True).order_by("pk"):
        pieces.setdefault(piece.question, []).append(piece)
    asked = {question.code for question in form.asked(application.answers, set(pieces))}
    places = _places(form, application.answers)
    sections, hidden = [], 0
    for section in form.sections:
        answers = []
        for question in section.questions:
            if question.code not in asked:
                continue
            if blind and question.blind:
                hidden += 1
                continue
            answers.append(_shown(question, application.answers, pieces.get(question.code, []), places, blind=blind))
        if answers:
            sections.append(ShownSection(section.title, tuple(answers)))
    applicant = application.organisation.name if application.organisation else _person(application)
    if blind:
        return Reading("", "", True, tuple(sections), hidden)
    return Reading(application.title, applicant, False, tuple(sections))


def _person(application: Application) -> str:
    if application.person:
        return application.person.name
    return str(application.paper.get("name", ""))


def _shown(
    question: Question,
    answers: Mapping[str, Any],
    pieces: list[Piece],
    places: Mapping[str, str],
    *,
    blind: bool,
) -> ShownAnswer:
    words = said_answer(question, answers.get(question.code), places)
    if not blind:
        return ShownAnswer(question.label, words, tuple(ShownPiece(piece, piece.name) for piece in pieces))
    clean = [piece for piece in pieces if piece.kind in CLEAN]
    return ShownAnswer(
        question.label,
        words,
        tuple(ShownPiece(piece, f"Image {number}") for number, piece in enumerate(clean, 1)),
        len(pieces) - len(clean),
    )


def _places(form: Questionnaire, answers: Mapping[str, Any]) -> dict[str, str]:
    keys = {
        str(key)
        for question in form.questions
        if question.kind == QuestionKind.PLACES
        for key in answers.get(question.code) or ()
    }
    return dict(Place.objects.filter(key__in=keys).values_list("key", "name")) if keys else {}
