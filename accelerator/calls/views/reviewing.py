"""The reviewer's side: what waits, the file as it is read, the review, the déport."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.criteria import said_score
from accelerator.calls.forms import reviewing as forms
from accelerator.calls.models import Assignment, Conflict, Review, Reviewer
from accelerator.calls.operations import reviewing as operations
from accelerator.calls.queries.conflicts import bars_of
from accelerator.calls.queries.judging import assignments_of, grid_of, late, marks_of, review_of
from accelerator.calls.queries.reading import reading_of
from accelerator.calls.rules.judging import reason_against_judging
from accelerator.calls.states import AssignmentState
from accelerator.calls.views.reviewers import Expertise
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.design.unsaved import Resumed, forget_posted
from accelerator.design.uploads import attachment
from accelerator.workflow.dates import DAY

_LIST = "Mes lectures"
_REOPENED = "vos notes redeviennent un brouillon, et ne comptent plus tant que vous ne les avez pas rendues de nouveau"


def _title(one: Assignment) -> str:
    """How a file is called: by its number alone in a blind reading."""
    number = f"Dossier {one.application.number}"
    return number if grid_of(one.application.version).blind else f"{number}, {one.application.title}"


class MyReviews(ListPage):
    """What was given to me, with the day on which it is awaited."""

    title = _LIST
    template_name = "calls/judging/my_reviews.html"
    things = ("dossier", "dossiers")
    order = "pour"
    export_name = "mes-lectures"
    filter_form = forms.MyReviewFilters
    columns = (
        Column(
            "dossier",
            "Dossier",
            _title,
            sort=("application__number",),
            url=lambda one: reverse("calls:review", args=[one.pk]),
        ),
        Column("appel", "Appel", lambda one: one.application.call.title, sort=("application__call__title",)),
        Column("pour", "Attendu le", lambda one: one.due_on, sort=("is_read", "due_on"), dated=DAY),
        Column("etat", "État", lambda one: one.said_state, sort=("state",)),
    )
    empty_title = "Aucun dossier à lire"
    empty_advice = "Quand un dossier vous sera confié, un courriel vous le dira et il sera rangé ici."

    def rows(self) -> QuerySet[Any]:
        # What is still to be read comes before what is read.
        return assignments_of(self.person).annotate(is_read=~Q(state=AssignmentState.GIVEN))

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        state = values.get("etat")
        if state == "late":
            return rows.filter(state=AssignmentState.GIVEN, due_on__lt=localdate(self.at))
        return rows.filter(state=state) if state else rows

    def prepared(self, rows: list[Any]) -> list[Any]:
        today = localdate(self.at)
        for one in rows:
            one.said_state = "En retard" if late(one, today) else one.get_state_display()
        return rows

    def context(self) -> dict[str, Any]:
        calls = Reviewer.objects.current().filter(person=self.person).select_related("call").order_by("call__title")
        return {
            **super().context(),
            "calls": [(one.call, reverse("calls:my_expertise", args=[one.pk])) for one in calls],
        }


class MyExpertise(Expertise):
    """What I know, where, how many files I take, when I am away."""

    template_name = "calls/judging/plain.html"
    title = "Mon expertise et mes absences"
    form_class = forms.OwnDetails

    def load(self) -> None:
        found = Reviewer.objects.current().filter(person=self.person, pk=self.kwargs["reviewer"])
        reviewer = found.select_related("call", "person").first()
        if reviewer is None:
            raise Http404
        self.reviewer = reviewer

    def trail(self) -> list[Crumb]:
        return [Crumb(_LIST, reverse("calls:my_reviews"))]

    def done_url(self, result: Any) -> str:
        return reverse("calls:my_reviews")

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "back_url": reverse("calls:my_reviews"),
            "said": [("Appel", self.reviewer.call.title)],
        }


class _Mine(Page):
    """A page about a file that was given to me; nobody else's exists."""

    assignment: Assignment

    def load(self) -> None:
        found = assignments_of(self.person).select_related(
            "application__call",
            "application__version",
            "application__organisation",
            "application__person",
            "reviewer__person",
        )
        assignment = found.filter(pk=self.kwargs["assignment"]).first()
        if assignment is None:
            raise Http404
        self.assignment = assignment
        self.bar = bars_of(assignment.application, [assignment.reviewer.person]).get(assignment.reviewer.person_id)

    def trail(self) -> list[Crumb]:
        return [Crumb(_LIST, reverse("calls:my_reviews"))]

    def address(self, name: str, *arguments: Any) -> str:
        return reverse(f"calls:{name}", args=[self.assignment.pk, *arguments])


class ReviewPage(Resumed, _Mine, ActionPage):
    """The file beside the review: a draft is kept, then the review is given."""

    template_name = "calls/judging/review.html"
    form_class = forms.ReviewForm
    # What the reviewer reads here leads to the files.
    opens_pieces = True

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the file
        return _title(self.assignment)

    def form_arguments(self) -> dict[str, Any]:
        return {"grid": grid_of(self.assignment.application.version)}

    def initial(self) -> dict[str, Any]:
        review = review_of(self.assignment)
        if review is None:
            return {"revision": 0}
        kept = forms.ReviewForm.initial_of(grid_of(self.assignment.application.version), review.scores)
        return {
            **kept,
            "revision": review.revision,
            "for_applicant": review.for_applicant,
            "for_service": review.for_service,
        }

    def shown(self, form: Any, **extra: Any) -> HttpResponse:
        # What waited was typed over an older review: its author has it on the page, and reads the newer one next.
        if form.is_bound and form.cleaned_data.get("revision") != self.initial()["revision"]:
            forget_posted(self.request, self.request.path)
        return super().shown(form, **extra)

    def perform(self, form: Any) -> Review:
        values = form.cleaned_data
        self.gives = "give" in self.request.POST
        act = operations.give_review if self.gives else operations.save_review
        return act(
            assignment=self.assignment,
            scores=form.scores,
            for_applicant=values["for_applicant"],
            for_service=values["for_service"],
            revision=values["revision"],
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: Review) -> str:
        if self.gives:
            return "Votre avis est rendu. Merci."
        return "Le brouillon est gardé ; personne d’autre ne le lit."

    def done_url(self, result: Any) -> str:
        return reverse("calls:my_reviews") if self.gives else self.address("review")

    def context(self) -> dict[str, Any]:
        assignment = self.assignment
        review = review_of(assignment)
        grid = grid_of(assignment.application.version)
        return {
            **super().context(),
            "assignment": assignment,
            "reading": reading_of(assignment.application),
            "grid": grid,
            "review": review,
            "late": late(assignment, localdate(self.at)),
            "closed": reason_against_judging(assignment, self.bar),
            "is_done": assignment.state == AssignmentState.DONE,
            "mean": said_score(review.mean) if review else "",
            "marks": marks_of(grid, review.scores) if review else [],
            "bar": self.bar,
            "recuse_url": self.address("recuse"),
            "reopen_url": self.address("reopen_review"),
        }


class ReviewedPiece(_Mine):
    """A file joined to what I read; in a blind reading, those that could name the applicant do not exist."""

    def answer(self) -> HttpResponseBase:
        reading = reading_of(self.assignment.application)
        shown = reading.pieces.get(self.kwargs["piece"])
        if shown is None or self.bar:
            raise Http404
        name = shown.name
        if reading.blind:
            name = f"{name}.{'png' if shown.piece.kind == 'image/png' else 'jpg'}"
        return attachment(shown.piece.file, name=name, kind=shown.piece.kind)


class Recuse(_Mine, ActionPage):
    """Se déporter."""

    template_name = "calls/judging/plain.html"
    title = "Me déporter"
    form_class = forms.Declare
    submit_label = "Me déporter de ce dossier"
    done_message = "Votre déport est inscrit. Le dossier sera confié à quelqu’un d’autre."

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb(_title(self.assignment), self.address("review"))]

    def perform(self, form: Any) -> Conflict:
        return operations.declare_conflict(
            application=self.assignment.application, reason=form.cleaned_data["reason"], by=self.person, at=self.at
        )

    def done_url(self, result: Any) -> str:
        return reverse("calls:my_reviews")

    def context(self) -> dict[str, Any]:
        told = [("Dossier", _title(self.assignment))]
        if self.bar:
            told.append(("Lien connu", self.bar.why))
        told.append(("Ce que cela fait", "vous ne le lirez plus ; ni débat ni vote si vous siégez en commission"))
        return {**super().context(), "said": told, "back_url": self.address("review")}


class ReopenReview(_Mine, ActionPage):
    """Take a given review up again."""

    template_name = "calls/judging/plain.html"
    title = "Corriger mon avis"
    form_class = forms.Nothing
    submit_label = "Rouvrir mon avis"
    done_message = "Votre avis est rouvert : il ne compte plus tant que vous ne l’avez pas rendu de nouveau."

    def load(self) -> None:
        super().load()
        if self.assignment.state != AssignmentState.DONE:
            raise Http404

    def perform(self, form: Any) -> Assignment:
        return operations.reopen_review(assignment=self.assignment, by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        return self.address("review")

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "said": [
                ("Dossier", _title(self.assignment)),
                ("Ce que cela fait", _REOPENED),
            ],
            "back_url": self.address("review"),
        }
