"""The ranking of a call, and each file's reviews."""

from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import NullIf
from django.http.response import HttpResponseBase

from accelerator.calls.criteria import DISAGREEMENT, at_threshold, least_at, said_score
from accelerator.calls.documents import PAPERS
from accelerator.calls.forms import reviewing as forms
from accelerator.calls.queries.conflicts import bars_of
from accelerator.calls.queries.judging import grid_of, readings_of, running_version
from accelerator.calls.queries.opinions import counted_senses
from accelerator.calls.queries.packs import pack_of
from accelerator.calls.queries.ranking import Standings, lines_of, ranking, severities_of, standings_of, undrafted
from accelerator.calls.queries.reading import reading_of
from accelerator.calls.queries.standing import judged_in
from accelerator.calls.rules.applications import examine
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.states import DecisionOutcome, JuryOpinion
from accelerator.calls.views.judging import Judging, JudgingFile
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import Crumb
from accelerator.design.papers import pdf, saved_pdf


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _read(one: Any) -> str:
    return f"{one.read} sur {one.read + one.awaited}"


def _signs(one: Any) -> str:
    signs = []
    if one.spread is not None and one.spread >= DISAGREEMENT:
        signs.append("désaccord")
    if one.tied:
        signs.append("juste au seuil")
    return ", ".join(signs)


class Ranking(Judging, ListPage):
    """Where files stand: mean, spread, what is not read yet; nothing is corrected, disagreement is shown."""

    rule = "calls.see_ranking"
    title = "Classement"
    template_name = "calls/judging/ranking.html"
    things = ("dossier", "dossiers")
    order = "-note"
    page_size = 50
    export_name = "classement"
    filter_form = forms.RankingFilters
    columns = (
        Column("rang", "Rang", lambda one: one.rank, number=True),
        Column(
            "dossier",
            "Dossier",
            lambda one: f"{one.number}, {one.title}",
            sort=("number",),
            url=lambda one: one.url,
            long=True,
        ),
        Column(
            "note",
            "Note sur 100",
            lambda one: said_score(one.mean),
            sort=("mean",),
            number=True,
            nullable=True,
            export=lambda one: _number(one.mean),
        ),
        Column(
            "ecart",
            "Écart",
            lambda one: said_score(one.spread),
            sort=("spread",),
            number=True,
            nullable=True,
            export=lambda one: _number(one.spread),
        ),
        Column("lectures", "Lectures", _read, sort=("read",)),
        Column(
            "jury",
            "Avis du jury",
            lambda one: JuryOpinion(one.jury_opinion).label if one.jury_opinion else None,
            sort=("jury_opinion",),
            nullable=True,
        ),
        Column("signes", "À regarder", lambda one: _signs(one) or "—"),
        Column(
            "decision",
            "Décision",
            lambda one: DecisionOutcome(one.outcome).label if one.outcome else "—",
            sort=("outcome",),
            nullable=True,
        ),
        Column("basse", "Note la plus basse", lambda one: _number(one.low), screen=False),
        Column("haute", "Note la plus haute", lambda one: _number(one.high), screen=False),
        Column("avis", "Avis demandés", lambda one: counted_senses(one.senses), screen=False),
        Column("etat", "État", lambda one: one.get_state_display(), screen=False),
    )
    empty_title = "Aucun dossier en instruction"
    empty_advice = "Un dossier entre au classement quand l’affectation l’a confié à des experts."

    def load(self) -> None:
        super().load()
        version = running_version(self.call)
        self.grid = grid_of(version) if version else None
        self.threshold = self.grid.threshold if self.grid else None

    @cached_property
    def standings(self) -> Standings:
        return standings_of(self.call)

    def rows(self) -> QuerySet[Any]:
        rows = ranking(self.call, judged_in(self.standing))
        heard = rows.annotate(jury_opinion=NullIf("slot__opinion", Value("")))
        return heard.only("public_id", "number", "title", "state")

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        if q := values.get("q"):
            rows = rows.filter(Q(title__icontains=q) | Q(number__icontains=q))
        match values.get("etat"):
            case "unread":
                rows = rows.filter(awaited__gt=0)
            case "read":
                rows = rows.filter(awaited=0, read__gt=0)
            case "disagreement":
                rows = rows.filter(spread__gte=DISAGREEMENT)
        if (side := values.get("seuil")) and self.threshold is not None:
            least = least_at(self.threshold)
            rows = rows.filter(Q(mean__gte=least) if side == "above" else Q(mean__lt=least))
        if decision := values.get("decision"):
            rows = undrafted(rows) if decision == "none" else rows.filter(outcome=decision)
        return rows

    def prepared(self, rows: list[Any]) -> list[Any]:
        for one in rows:
            one.rank, one.tied = self.standings.rank(one.mean), at_threshold(one.mean, self.threshold)
            one.url = self.address("reviews", one.public_id)
        return rows

    def context(self) -> dict[str, Any]:
        threshold = self.threshold
        return {
            **super().context(),
            "threshold": threshold,
            "above": 0 if threshold is None else self.standings.reaching(threshold),
            "tied": 0 if threshold is None else self.standings.just_at(threshold),
            "may_draft": reason_within("calls.draft_decisions", self.standing) is None,
            "draft_url": self.address("draft_decisions"),
            "pack_url": self.address("pack"),
        }


class RankingPack(Judging):
    """The files of the ranking, one page each."""

    rule = "calls.see_ranking"

    def answer(self) -> HttpResponseBase:
        files = [one.pk for one in ranking(self.call, judged_in(self.standing)).order_by("pk")]
        data = pack_of(self.call, files, title=f"Dossiers : {self.call.title}", barred_for=self.person)
        return saved_pdf(pdf("pack", data, at=self.at, folder=PAPERS), f"dossiers-{self.call.public_id}")


class FileReviews(JudgingFile):
    """What each reviewer says of a file, criterion by criterion."""

    rule = "calls.see_ranking"
    template_name = "calls/judging/file_reviews.html"
    opens_pieces = False

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the file
        return f"Dossier {self.application.number}"

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Classement", self.address("ranking"))]

    def context(self) -> dict[str, Any]:
        application = self.application
        grid = grid_of(application.version)
        reviews, waiting = readings_of(application)
        kept = bars_of(application, [one.assignment.reviewer.person for one in reviews]) if reviews else {}
        harsh = severities_of([one.assignment.reviewer_id for one in reviews]) if reviews else {}
        return {
            **super().context(),
            "application": application,
            "reading": reading_of(application, blind=False),
            "lines": [(line, said_score(line.mean)) for line in lines_of(grid, reviews)],
            "reviews": [
                {
                    "review": one,
                    "name": one.assignment.reviewer.person.name,
                    "mean": said_score(one.mean),
                    "offset": _offset(harsh, one.assignment.reviewer_id),
                    "bar": kept.get(one.assignment.reviewer.person_id),
                    "take_back_url": self.address("take_back", one.assignment_id),
                }
                for one in reviews
            ],
            "waiting": [(one.reviewer.person.name, one.due_on) for one in waiting],
            "draft_url": self.address("draft_decision", application.public_id),
            "promise_url": self.address("promise_new", application.public_id),
            "may_draft": examine(self.of_file) is None,
        }


def _offset(harsh: dict[int, Any], reviewer: int) -> str:
    """How severe a reviewer is, in words."""
    severity = harsh.get(reviewer)
    if severity is None or severity.offset is None:
        return "trop peu de dossiers communs pour le dire"
    if abs(severity.offset) < 0.05:
        return "comme les autres"
    side = "au-dessus" if severity.offset > 0 else "au-dessous"
    return f"en moyenne {said_score(abs(severity.offset))} points {side} des autres lecteurs des mêmes dossiers"
