"""Categories as anyone reads them, and opening a candidacy."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from accelerator.calls.queries.timing import expected_delay
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.labels.composition import Composition
from accelerator.labels.criteria import criteria_of
from accelerator.labels.forms.applying import StartForm
from accelerator.labels.models import Candidacy, Category
from accelerator.labels.operations.candidacies import start
from accelerator.labels.queries.candidacies import organisations_steered
from accelerator.labels.queries.categories import (
    categories,
    criteria_in_force,
    criteria_sets,
    published,
    reading_of,
    readings,
)
from accelerator.workflow.limits import count_against

CANDIDACIES_A_DAY = 20


class Categories(Page):
    """Every category: what it recognises, when it is read next."""

    title = "Quel label pour vous ?"
    description = "Les labels French IMPACT : ce qu’ils reconnaissent, leurs critères, leur prochaine lecture."
    public = True
    template_name = "labels/categories.html"

    def context(self) -> dict[str, Any]:
        shown = list(categories())
        reading = readings(shown, self.at)
        return {"categories": [(one, reading[one.pk]) for one in shown]}


class OfCategory(Page):
    """A page about one category; 404 for a code that is none."""

    category: Category

    def load(self) -> None:
        found = categories().filter(code=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        self.category = found

    def trail(self) -> list[Crumb]:
        return [Crumb("Labels", reverse("labels:categories"))]


class CategoryPage(OfCategory):
    """The criteria, what the label brings, who decides, when it is read next, what silence does."""

    public = True
    template_name = "labels/category.html"

    def load(self) -> None:
        super().load()
        self.title = f"Label {self.category.title}"
        self.description = self.category.summary

    def context(self) -> dict[str, Any]:
        category = self.category
        versions = criteria_sets(category)
        current = next((one for one in versions if one.until is None), None)
        return {
            "category": category,
            "current": current,
            "criteria": criteria_of(current.criteria) if current else (),
            "versions": versions,
            "composition": Composition.from_json(category.composition),
            "reading": reading_of(category, self.at),
            "call": category.call,
            "expected": expected_delay(category.call) if category.call else None,
            "is_demonstration": category.call is not None and category.call.nature == "demonstration",
            "twin": reverse("labels:category_data", args=[category.code]),
            "sources": [(one, date.fromisoformat(one["on"]) if "on" in one else None) for one in category.sources],
        }


class CategoryData(OfCategory):
    """The same category for a machine, every version of its criteria included."""

    public = True
    title = "Données d’une catégorie de label"
    template_name = "labels/category.html"  # never rendered

    def answer(self) -> HttpResponseBase:
        page = f"{settings.BASE_URL}{reverse('labels:category', args=[self.category.code])}"
        told = {**published(self.category, self.at), "page": page, "licence": "Licence Ouverte 2.0"}
        response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Access-Control-Allow-Origin"] = "*"
        return response


class Start(OfCategory, ActionPage):
    """« Se porter candidat »: who applies, under what name. The rest is told step by step."""

    template_name = "labels/start.html"
    form_class = StartForm
    submit_label = "Ouvrir le dossier"

    def load(self) -> None:
        super().load()
        self.title = f"Se porter candidat au label {self.category.title}"
        self.organisations = organisations_steered(self.person)

    def forbidden(self) -> str | None:
        if criteria_in_force(self.category) is None:
            return "Cette catégorie n’a pas encore de critères : on ne peut pas encore y candidater."
        return None

    def trail(self) -> list[Crumb]:
        page = reverse("labels:category", args=[self.category.code])
        return [*super().trail(), Crumb(f"Label {self.category.title}", page)]

    def form_arguments(self) -> dict[str, Any]:
        return {"organisations": self.organisations}

    def initial(self) -> dict[str, Any]:
        """The only organisation that one steers, or the one that was just entered in the directory to apply."""
        entered = self.request.GET.get("organisation", "")
        known = [one for one in self.organisations if one.public_id == entered] or self.organisations
        if len(known) != 1:
            return {}
        one = known[0]
        told = {"organisation": one.public_id}
        return told if self.category.is_collective else {**told, "title": one.name, "summary": one.summary}

    def context(self) -> dict[str, Any]:
        reading = reading_of(self.category, self.at)
        return {
            **super().context(),
            "category": self.category,
            "reading": reading,
            "organisations": self.organisations,
            "register_url": f"{reverse('community:register')}?{urlencode({'suite': self.request.path})}",
        }

    def before(self) -> None:
        key = f"candidacies:{self.person.actor_key}"
        count_against(key, limit=CANDIDACIES_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> Candidacy:
        said = form.cleaned_data
        chosen = next(one for one in self.organisations if one.public_id == said["organisation"])
        return start(
            category=self.category,
            organisation=chosen,
            title=said["title"],
            summary=said["summary"],
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Candidacy) -> str:
        return reverse("labels:candidacy", args=[result.key])

    def message_when_done(self, result: Candidacy) -> str:
        return "Le dossier est ouvert. Complétez-le dans l’ordre que vous voulez : rien ne part avant le dépôt."
