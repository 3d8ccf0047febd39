"""The reviewers of a call, what links them to applicants, and what is given to them."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.assignment import Pairing
from accelerator.calls.forms import reviewing as forms
from accelerator.calls.models import Application, Assignment, AssignmentProposal, Conflict, Reviewer
from accelerator.calls.operations import assigning
from accelerator.calls.operations import reviewing as operations
from accelerator.calls.queries.assigning import Proposal, followed, kept_proposal, latest_proposal
from accelerator.calls.queries.conflicts import Side, bars_among, bars_of, sides_of
from accelerator.calls.queries.judging import RANKED_IN, READ_IN, judges_of, reviewers_with_loads
from accelerator.calls.states import AssignmentState, ConflictState
from accelerator.calls.views.judging import ActJudging, Judging
from accelerator.community.models import Theme
from accelerator.design.lists import Column, ListPage, WorkedOutList
from accelerator.design.pages import ActionPage
from accelerator.design.paging import Pages
from accelerator.geography.names import plain
from accelerator.geography.perimeters import sentences_of
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from accelerator.workflow.numbers import counted, grouped

_SHOWN_PAIRINGS = 50
# Where a file is while a link of whoever judges it matters.
_LINKED_IN = {*READ_IN, *RANKED_IN}


_NAMED_THEMES = 1


def _shortened(names: list[str]) -> str:
    """The first of many names, and how many more."""
    more = len(names) - _NAMED_THEMES
    if more < 2:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED_THEMES])} et {more} autres"


def all_themes() -> list[Theme]:
    """The nomenclature in force, in its order."""
    return list(Theme.objects.filter(until="").order_by("position"))


class Reviewers(Judging, ListPage):
    """Who reads the files of the call: what they know, where, how many."""

    rule = "calls.run_reviews"
    title = "Experts"
    template_name = "calls/judging/reviewers.html"
    things = ("expert", "experts")
    order = "nom"
    export_name = "experts"
    filter_form = forms.ReviewerFilters
    columns = (
        Column(
            "nom",
            "Expert",
            lambda one: one.person.name,
            sort=("person__family_name", "person__given_name"),
            url=lambda one: one.url,
        ),
        Column("expertise", "Expertise", lambda one: one.said_themes or "Non dite", export=lambda one: one.all_themes),
        Column("territoire", "Territoire", lambda one: one.said_where or "Toute la France"),
        Column("alire", "À lire", lambda one: one.given, sort=("given",), number=True),
        Column("rendus", "Rendus", lambda one: one.done, sort=("done",), number=True),
        Column("plus", "Au plus", lambda one: one.most, sort=("most",), number=True),
        Column("absences", "Absences", lambda one: one.said_absences or "Aucune"),
    )
    empty_title = "Aucun expert"
    empty_advice = "Nommez les personnes qui liront les dossiers : il leur faut un compte."

    @property
    def appoint_url(self) -> str:
        return self.address("reviewer_new")

    def rows(self) -> QuerySet[Any]:
        return reviewers_with_loads(self.call)

    def filter_arguments(self) -> dict[str, Any]:
        self.themes = all_themes()
        return {"themes": self.themes}

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        if q := values.get("q"):
            rows = rows.filter(person__family_name__icontains=q) | rows.filter(person__given_name__icontains=q)
        return rows.filter(themes__contains=[values["theme"]]) if values.get("theme") else rows

    def prepared(self, rows: list[Any]) -> list[Any]:
        names = {theme.code: theme.label for theme in self.themes}
        for one, where in zip(rows, sentences_of([one.perimeter for one in rows]), strict=True):
            one.all_themes = [names.get(code, code) for code in one.themes]
            one.said_themes = _shortened(one.all_themes)
            one.said_where = where
            one.said_absences = " ; ".join(f"du {said(first)} au {said(last)}" for first, last in one.away)
            one.url = self.address("reviewer", one.pk)
        return rows


class AppointReviewer(ActJudging):
    """Someone becomes a reviewer."""

    rule = "calls.run_reviews"
    title = "Nommer un expert"
    form_class = forms.Appoint
    submit_label = "Nommer"
    back = "reviewers"
    back_label = "Experts"
    done_message = "La personne est nommée et en est avertie."

    def form_arguments(self) -> dict[str, Any]:
        return {"themes": all_themes()}

    def perform(self, form: Any) -> Reviewer:
        values = form.cleaned_data
        return operations.appoint_reviewer(
            call=self.call,
            email=values["email"],
            themes=values["themes"],
            where=values["where"],
            most=values["most"],
            absences=values["absences"],
            by=self.person,
            at=self.at,
        )


class _OnReviewer(ActJudging):
    rule = "calls.run_reviews"
    back = "reviewers"
    back_label = "Experts"
    reviewer: Reviewer

    def load(self) -> None:
        super().load()
        found = Reviewer.objects.current().filter(call=self.call, pk=self.kwargs["reviewer"]).select_related("person")
        reviewer = found.first()
        if reviewer is None:
            raise Http404
        reviewer.call = self.call
        self.reviewer = reviewer

    def said(self) -> list[tuple[str, str]]:
        return [("Expert", self.reviewer.person.name)]


class Expertise(ActionPage):
    """What a reviewer knows, where, how many files they take, when they are away: told by the service or by them."""

    form_class = forms.ReviewerDetails
    done_message = "C’est enregistré."
    reviewer: Reviewer

    def form_arguments(self) -> dict[str, Any]:
        return {"themes": all_themes()}

    def initial(self) -> dict[str, Any]:
        one = self.reviewer
        return {"themes": one.themes, "where": one.where, "most": one.most, "absences": one.away}

    def perform(self, form: Any) -> Reviewer:
        values = form.cleaned_data
        return operations.change_reviewer(
            reviewer=self.reviewer,
            themes=values["themes"],
            where=values["where"],
            most=values["most"],
            absences=values["absences"],
            by=self.person,
            at=self.at,
        )


class ReviewerPage(Expertise, _OnReviewer):
    """What a reviewer knows and takes; the files that they have."""

    template_name = "calls/judging/reviewer.html"

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the reviewer
        return self.reviewer.person.name

    def context(self) -> dict[str, Any]:
        standing = Assignment.objects.standing().filter(reviewer=self.reviewer)
        given = standing.filter(application__in=followed(self.standing)).select_related("application")
        return {
            **super().context(),
            "assignments": [
                {
                    "application": one.application,
                    "state": one.get_state_display(),
                    "due_on": one.due_on,
                    "take_back_url": self.address("take_back", one.pk),
                }
                for one in given.order_by("state", "due_on", "pk")
            ],
            "end_url": self.address("reviewer_end", self.reviewer.pk),
        }


class EndReviewer(_OnReviewer):
    """Someone reads no more."""

    title = "Mettre fin au rôle d’un expert"
    form_class = forms.WithReason
    submit_label = "Mettre fin"
    done_message = (
        "C’est fait ; la personne en est avertie. Les dossiers qu’elle avait à lire sont à confier à d’autres."
    )

    def perform(self, form: Any) -> Reviewer:
        return operations.end_reviewer(
            reviewer=self.reviewer, reason=form.cleaned_data["reason"], by=self.person, at=self.at
        )

    def said(self) -> list[tuple[str, str]]:
        waiting = Assignment.objects.waiting().filter(reviewer=self.reviewer).count()
        return [
            *super().said(),
            ("Dossiers à lire, qui lui seront repris", str(waiting)),
            ("Avis déjà rendus", "ils restent, et comptent"),
        ]


class TakeBack(ActJudging):
    """A file is no longer given to a reviewer."""

    rule = "calls.run_reviews"
    title = "Reprendre un dossier"
    form_class = forms.WithReason
    submit_label = "Reprendre le dossier"
    back = "assigning"
    back_label = "Affectation"
    done_message = "Le dossier est repris, l’expert en est averti. L’affectation peut le confier à quelqu’un d’autre."

    def load(self) -> None:
        super().load()
        mine = followed(self.standing)
        found = Assignment.objects.standing().filter(application__in=mine, pk=self.kwargs["assignment"])
        assignment = found.select_related("application__call", "reviewer__person").first()
        if assignment is None:
            raise Http404
        self.assignment = assignment

    def perform(self, form: Any) -> Assignment:
        return operations.take_back(
            assignment=self.assignment, reason=form.cleaned_data["reason"], by=self.person, at=self.at
        )

    def said(self) -> list[tuple[str, str]]:
        told = [
            ("Dossier", f"{self.assignment.application.number}, {self.assignment.application.title}"),
            ("Expert", self.assignment.reviewer.person.name),
        ]
        if self.assignment.state == AssignmentState.DONE:
            told.append(("Avis rendu", "il ne comptera plus"))
        return told


@dataclass(frozen=True)
class ShownPairing:
    """A pairing that is proposed, as it is read."""

    file: Application
    reader: str
    why: str


class AskProposal(ActJudging):
    """Ask who would read what; the worker makes it."""

    rule = "calls.run_reviews"
    title = "Demander une proposition"
    form_class = forms.Nothing
    submit_label = "Demander une proposition"
    back = "assigning"
    back_label = "Affectation"

    def said(self) -> list[tuple[str, str]]:
        return [
            ("Dossiers à lire", grouped(Application.objects.filter(call=self.call, state__in=READ_IN).count())),
            ("Experts", grouped(Reviewer.objects.current().filter(call=self.call).count())),
            ("Ensuite", "rien n’est confié : vous lirez la proposition et ses raisons, puis vous l’appliquerez"),
        ]

    def perform(self, form: Any) -> AssignmentProposal:
        return assigning.ask_proposal(call=self.call, by=self.person, at=self.at)


class ProposalNews(Judging):
    """How far the proposal is, for the script of its page."""

    rule = "calls.run_reviews"

    def answer(self) -> HttpResponseBase:
        row = latest_proposal(self.call)
        running = row is not None and row.is_running(self.at)
        percent, text = progress_of(row) if row else (100, "")
        return JsonResponse({"part": percent, "texte": text, "fini": not running})


def progress_of(row: AssignmentProposal) -> tuple[int, str]:
    """How far a proposal is, in per cent and in French: the solver itself tells nothing before it ends."""
    return (50, "en cours de calcul") if row.started_at else (10, "dans la file d’attente")


class Assigning(ActJudging):
    """What the solver proposed, with its reasons; applied in one go."""

    rule = "calls.run_reviews"
    title = "Affectation"
    template_name = "calls/judging/assigning.html"
    form_class = forms.ApplyPlan
    submit_label = "Confier ces dossiers"
    back = "assigning"

    def load(self) -> None:
        super().load()
        self.row = latest_proposal(self.call)

    def perform(self, form: Any) -> list[Pairing]:
        if self.row is None or self.row.pk != form.cleaned_data["proposal"] or not self.row.is_made:
            raise Refused("Une autre proposition a pris la place de celle que vous avez lue. Lisez-la d’abord.")
        proposal = kept_proposal(self.row)
        self.due_on = proposal.due_on
        return assigning.assign_files(call=self.call, proposal=proposal, by=self.person, at=self.at)

    def message_when_done(self, result: list[Pairing]) -> str:
        given = counted(len(result), "lecture est confiée", "lectures sont confiées")
        return f"{given}, pour le {said(self.due_on)}."

    def context(self) -> dict[str, Any]:
        row = self.row
        mine = set(followed(self.standing).values_list("pk", flat=True))
        reading = Application.objects.filter(call=self.call, state__in=READ_IN, pk__in=mine)
        running = row is not None and row.is_running(self.at)
        return {
            **super().context(),
            "files": reading.count(),
            "given": Assignment.objects.standing().filter(application__in=reading).count(),
            "row": row,
            "running": running,
            "progress": progress_of(row) if row is not None and running else None,
            "lost": row is not None and (row.failed or not (row.is_made or running)),
            "ask_url": self.address("ask_proposal"),
            "news_url": self.address("proposal_news"),
            **(self._proposed(kept_proposal(row), mine) if row is not None and row.is_made else {"proposal": None}),
        }

    def _proposed(self, proposal: Proposal, mine: set[int]) -> dict[str, Any]:
        """What is shown of a proposal: the files that this person follows; of the others, how many readings."""
        plan = proposal.plan
        pairings = [one for one in plan.pairings if one.file in mine]
        lacks = [one for one in plan.lacks if one.file in mine]
        try:
            pages = Pages.of(self.request, count=len(pairings), size=_SHOWN_PAIRINGS)
        except ValueError as fault:
            raise Http404(str(fault)) from fault
        return {
            "proposal": proposal,
            "pages": pages,
            "proposed": len(pairings),
            "elsewhere": len(plan.pairings) - len(pairings),
            "pairings": [
                ShownPairing(
                    proposal.files[one.file],
                    proposal.readers[one.reader].person.name,
                    proposal.reason(one.to_json()),
                )
                for one in pairings[pages.slice_of(_SHOWN_PAIRINGS)]
            ],
            "lacks": [(proposal.files[one.file], one.why) for one in lacks[:_SHOWN_PAIRINGS]],
            "more_lacks": max(0, len(lacks) - _SHOWN_PAIRINGS),
            "uncovered": [
                (
                    proposal.files[file],
                    ", ".join(proposal.names.get(code, code) if code else "son territoire" for code in codes),
                )
                for file, codes in plan.uncovered.items()
                if file in mine
            ][:_SHOWN_PAIRINGS],
            "loads": sorted(
                (proposal.readers[reader].person.name, load, plan.capacities[reader])
                for reader, load in plan.loads.items()
                if reader in proposal.readers
            ),
        }


@dataclass(frozen=True)
class Tie:
    """A link between a person and an applicant, as the service examines it; once set aside, by whom and why."""

    application: Side
    person: Person
    sort_name: str
    why: str
    recused: bool = False
    dismissed: Conflict | None = None
    dismiss_url: str = ""

    @property
    def code(self) -> str:
        """What became of it, as the filter says it."""
        return "dismissed" if self.dismissed else "recused" if self.recused else "open"

    @property
    def rank(self) -> int:
        """What is to be examined comes first, what was set aside last."""
        return ("open", "recused", "dismissed").index(self.code)

    @property
    def outcome(self) -> str:
        """What became of it."""
        if self.dismissed:
            return f"Écarté par {self.dismissed.decided_by.name}, le {said(localdate(self.dismissed.decided_at))}"
        return "Déport" if self.recused else "À examiner"

    @property
    def reason(self) -> str:
        return self.dismissed.reason if self.dismissed else ""

    @property
    def number(self) -> str:
        return self.application.number or ""

    def answers(self, folded: str) -> bool:
        """Whether a search finds it: the person, the title or the number."""
        return any(folded in plain(text) for text in (self.person.name, self.application.title, self.number))


def _sort_name(person: Person) -> str:
    return plain(f"{person.family_name} {person.given_name}")


def _next(one: Tie) -> str:
    """What became of a link, or what there is to do of it, as a link says it on its own."""
    if one.code != "open":
        return one.outcome
    return format_html(
        'Écarter<span class="fr-sr-only"> le lien entre {} et le dossier {}</span>', one.person.name, one.number
    )


class Links(Judging, WorkedOutList):
    """What links reviewers, jurors and members of commissions to applicants; déports; links set aside."""

    rule = "calls.run_reviews"
    title = "Liens et déports"
    template_name = "calls/judging/links.html"
    things = ("lien", "liens")
    page_size = 50
    order = "suite"
    export_name = "liens"
    filter_form = forms.LinkFilters
    columns = (
        Column("personne", "Personne", lambda one: one.person.name, sort=("sort_name", "number")),
        Column(
            "numero",
            "Dossier",
            lambda one: f"{one.number}, {one.application.title}",
            sort=("number", "sort_name"),
            long=True,
            export=lambda one: one.number,
        ),
        Column("titre", "Candidature", lambda one: one.application.title, screen=False),
        Column("lien", "Lien", lambda one: one.why, long=True),
        Column(
            "suite",
            "Suite",
            _next,
            sort=("rank", "sort_name", "number"),
            long=True,
            url=lambda one: one.dismiss_url,
            export=lambda one: one.outcome,
        ),
        Column("motif", "Motif", lambda one: one.reason or "—", long=True, export=lambda one: one.reason),
    )
    empty_title = "Aucun lien connu"
    empty_advice = (
        "Sont comparés : les rôles et anciens rôles, les mandats, les fiches réunies et les domaines de messagerie. Un "
        "lien que la plateforme ne connaît pas reste à déclarer par la personne."
    )

    def rows(self) -> list[Tie]:  # type: ignore[override]  # worked out
        files = {one.pk: one for one in sides_of(followed(self.standing).order_by("pk"))}
        judged = [one for one in files.values() if one.state in _LINKED_IN]
        people = {one.pk: one for one in judges_of(self.call)}
        names = {pk: _sort_name(one) for pk, one in people.items()}
        ties = [
            Tie(files[application], people[person], names[person], bar.why, recused=bar.recusal is not None)
            for (application, person), bar in bars_among(judged, people.values()).items()
        ]
        dismissed = Conflict.objects.filter(application__call=self.call, state=ConflictState.DISMISSED)
        ties += [
            Tie(
                files[one.application_id],
                one.person,
                _sort_name(one.person),
                " ; ".join(hint["words"] for hint in one.hints),
                dismissed=one,
            )
            for one in dismissed.select_related("person", "decided_by").order_by("pk")
            if one.application_id in files
        ]
        self.open = sum(one.code == "open" for one in ties)
        return ties

    def filtered(self, rows: list[Tie], values: dict[str, Any]) -> list[Tie]:  # type: ignore[override]  # worked out
        if q := plain(values.get("q", "")):
            rows = [one for one in rows if one.answers(q)]
        if code := values.get("suite"):
            rows = [one for one in rows if one.code == code]
        return rows

    def prepared(self, rows: list[Tie]) -> list[Tie]:
        return [
            replace(one, dismiss_url=self.address("dismiss_link", one.application.public_id, one.person.public_id))
            if one.code == "open"
            else one
            for one in rows
        ]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "open": self.open}


class DismissLink(ActJudging):
    """Say that a link keeps nobody from judging."""

    rule = "calls.run_reviews"
    title = "Écarter un lien"
    form_class = forms.WithReason
    submit_label = "Écarter ce lien"
    back = "links"
    back_label = "Liens et déports"
    done_message = "Le lien est écarté, avec son motif. Un lien d’une autre sorte serait montré de nouveau."

    def load(self) -> None:
        super().load()
        files = followed(self.standing).filter(public_id=self.kwargs["application"])
        application = files.select_related("call", "organisation", "person").first()
        person = Person.objects.filter(public_id=self.kwargs["person"]).first()
        if application is None or person is None:
            raise Http404
        bar = bars_of(application, [person]).get(person.pk)
        if bar is None or bar.recusal:
            raise Http404
        self.application, self.judge, self.bar = application, person, bar

    def perform(self, form: Any) -> Conflict:
        return operations.dismiss_hint(
            application=self.application,
            person=self.judge,
            reason=form.cleaned_data["reason"],
            by=self.person,
            at=self.at,
        )

    def said(self) -> list[tuple[str, str]]:
        return [
            ("Dossier", f"{self.application.number}, {self.application.title}"),
            ("Personne", self.judge.name),
            ("Lien connu", self.bar.why),
        ]
