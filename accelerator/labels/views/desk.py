"""The service's desk: the labels that a person follows."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.design.lists import Column, ListPage
from accelerator.labels.forms import following as forms
from accelerator.labels.models import Label
from accelerator.labels.queries.proceedings import categories_followed, desk_labels, waiting_for_the_service
from accelerator.labels.rules import labels as rules
from accelerator.labels.states import ToldState
from accelerator.workflow.dates import DAY


class Desk(ListPage):
    """The labels of the categories that a person examines or signs for."""

    title = "Suivi des labels"
    template_name = "labels/desk.html"
    export_name = "suivi-des-labels"
    things = ("label", "labels")
    order = "titre"
    empty_title = "Aucun label à suivre"
    empty_advice = "Les labels attribués dans les catégories que vous instruisez apparaissent ici."
    filter_form = forms.DeskFilters
    columns = (
        Column("numero", "Numéro", lambda one: one.number, sort=("number",)),
        Column(
            "titre",
            "Label",
            lambda one: one.title,
            sort=("title",),
            url=lambda one: reverse("labels:proceedings", args=[one.key]),
        ),
        Column("categorie", "Catégorie", lambda one: one.category.title, sort=("category__title",)),
        Column("titulaire", "Titulaire", lambda one: one.organisation.name if one.organisation else ""),
        Column("etat", "État", lambda one: one.told_state.label, sort=("state",)),
        Column("fin", "Dernier jour", lambda one: one.last_day, sort=("period__endswith",), nullable=True, dated=DAY),
    )

    def load(self) -> None:
        self.followed = categories_followed(self.person)
        self.mine = desk_labels(self.person)

    def forbidden(self) -> str | None:
        return None if self.followed.exists() else rules.SERVICE

    def filter_arguments(self) -> dict[str, Any]:
        return {"categories": list(self.followed.values_list("code", "title"))}

    def rows(self) -> QuerySet[Label]:
        return self.mine

    def filtered(self, rows: Any, values: dict[str, Any]) -> QuerySet[Label]:
        if text := values.get("q"):
            rows = rows.filter(title__icontains=text) | rows.filter(number__icontains=text)
        if category := values.get("category"):
            rows = rows.filter(category__code=category)
        if state := values.get("state"):
            rows = rows.told(ToldState(state))
        if values.get("waiting"):
            rows = waiting_for_the_service(rows, localdate(self.at))
        return rows
