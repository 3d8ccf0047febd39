"""Files on paper: one page each, best first."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.timezone import localdate

from accelerator.calls.criteria import said_score
from accelerator.calls.models import Application, Call, Opinion, Review
from accelerator.calls.queries.conflicts import bars
from accelerator.calls.queries.judging import grid_of
from accelerator.calls.queries.opinions import opinions_by_file, said_whole
from accelerator.calls.queries.ranking import best_first, lines_of, ranking
from accelerator.calls.questions import Questionnaire, said_answer
from accelerator.calls.states import AssignmentState, QuestionKind
from accelerator.geography.models import Place
from accelerator.workflow.dates import said

# What a page holds: beyond, the text is cut and says so.
_ROOM: Final = 2_200
_SHORTEST: Final = 160
MOST: Final = 400
_CUT: Final = "… (la suite est dans le dossier en ligne)"


def pack_of(call: Call, files: Sequence[int], *, title: str, barred_for: Any) -> dict[str, Any]:
    """The data of the pack, for the template "pack" of `calls.documents`; what a link keeps from a person is left out.

    Nine queries or so, whatever the number of files.
    """
    asked = ranking(call).filter(pk__in=list(files)[:MOST]).select_related("version", "organisation", "person")
    rows = list(best_first(asked))
    kept = bars(Application.objects.filter(pk__in=[one.pk for one in rows]), [barred_for.pk])
    out = [one for one in rows if (one.pk, barred_for.pk) in kept]
    rows = [one for one in rows if (one.pk, barred_for.pk) not in kept]
    reviews: dict[int, list[Review]] = {}
    given = Review.objects.filter(
        assignment__application__in=[one.pk for one in rows], assignment__state=AssignmentState.DONE
    ).select_related("assignment")
    for review in given.order_by("assignment__ended_at", "pk"):
        reviews.setdefault(review.assignment.application_id, []).append(review)
    opinions = opinions_by_file([one.pk for one in rows])
    places = dict(
        Place.objects.filter(key__in={key for one in rows for key in _places(one)}).values_list("key", "name")
    )
    left_out = f" Ceux avec lesquels vous avez un lien n’y sont pas ({len(out)})." if out else ""
    return {
        "title": title,
        "running": call.title,
        "introduction": (
            f"{len(rows)} dossier{'s' if len(rows) > 1 else ''}, du mieux noté au moins bien noté. Une page par "
            f"dossier ; le texte entier est en ligne.{left_out}"
        ),
        "contents": [
            [str(number), f"{one.number}, {one.title}", said_score(one.mean)] for number, one in enumerate(rows, 1)
        ],
        "files": [
            _page(number, one, reviews.get(one.pk, []), opinions.get(one.pk, []), places)
            for number, one in enumerate(rows, 1)
        ],
    }


def _page(
    number: int, one: Any, reviews: list[Review], opinions: list[Opinion], places: dict[str, str]
) -> dict[str, Any]:
    form = Questionnaire.from_json(one.version.form)
    asked = form.asked(one.answers)
    said_all = [(question.label, said_answer(question, one.answers.get(question.code), places)) for question in asked]
    texts = [(label, words) for label, words in said_all if words]
    asked_of = [(f"Avis de {opinion.who}", said_whole(opinion, localdate())) for opinion in opinions]
    room = max(_SHORTEST, _ROOM // max(1, len(texts) + len(asked_of)))
    applicant = one.organisation.name if one.organisation else (one.person.name if one.person else "—")
    return {
        "title": f"{number}. {one.title}",
        "facts": [
            ["Dossier", f"{one.number}, reçu le {said(one.received_on)}" if one.received_on else str(one.number)],
            ["Candidat", applicant],
            ["Note", f"{said_score(one.mean)} sur 100, écart {said_score(one.spread)}, {one.read} avis"],
        ],
        "scores": [
            [
                line.label,
                str(line.weight),
                said_score(line.mean),
                ", ".join(str(score) for score, *_ in line.scores if score is not None),
            ]
            for line in lines_of(grid_of(one.version), reviews)
        ]
        if reviews
        else [],
        "parts": [{"title": label, "words": _cut(words, room)} for label, words in [*asked_of, *texts]],
    }


def _cut(words: str, room: int) -> str:
    return words if len(words) <= room else f"{words[:room].rsplit(' ', 1)[0]}{_CUT}"


def _places(one: Application) -> list[str]:
    form = Questionnaire.from_json(one.version.form)
    return [
        str(key)
        for question in form.questions
        if question.kind == QuestionKind.PLACES
        for key in one.answers.get(question.code) or ()
    ]
