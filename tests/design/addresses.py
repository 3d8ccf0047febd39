"""Pages made for the tests of the kernel, beside the real addresses."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import path

from accelerator.design.forms import FilterForm, Form
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage
from accelerator.workflow import Refused
from accelerator.workflow.models import Submission
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as real

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class Filters(FilterForm):
    sender = forms.CharField(label="Expéditeur", max_length=100)
    answered = forms.BooleanField(label="Avec réponse")
    kinds = forms.MultipleChoiceField(label="Genres", choices=[("a", "Genre A"), ("b", "Genre B")])
    year = forms.IntegerField(label="Année")


class Submissions(ListPage):
    title = "Envois"
    public = True
    columns = (
        Column("expediteur", "Expéditeur", lambda row: row.sender, sort=("sender",), url=lambda row: f"/e/{row.pk}"),
        Column("reponse", "Réponse", lambda row: row.answer, sort=("answer",), number=True),
        Column("jour", "Jour", lambda row: row.received_at, screen=False),
        Column("jeton", "Jeton", lambda row: str(row.token)[:4]),
    )
    filter_form = Filters
    order = "expediteur"
    export_name = "envois"
    page_size = 2
    things = ("envoi", "envois")

    def rows(self) -> QuerySet[Any]:
        return Submission.objects.all()

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        if "sender" in values:
            rows = rows.filter(sender__icontains=values["sender"])
        if "kinds" in values:
            rows = rows.filter(answer__in=values["kinds"])
        return rows


class EveryWidget(Form):
    """One field of each kind."""

    name = forms.CharField(label="Nom", max_length=200, help_text="Celui des statuts.")
    short = forms.CharField(label="Sigle", max_length=10, required=False)
    text = forms.CharField(label="Présentation", max_length=50, widget=forms.Textarea, required=False)
    email = forms.EmailField(label="Adresse électronique")
    day = forms.DateField(label="Jour", widget=forms.DateInput(attrs={"type": "date"}))
    number = forms.IntegerField(label="Nombre", min_value=1)
    choice = forms.ChoiceField(label="Choix", choices=[("", "Choisir"), ("a", "Un"), ("b", "Deux")])
    several = forms.MultipleChoiceField(label="Plusieurs", choices=[("a", "Un"), ("b", "Deux")])
    radio = forms.ChoiceField(
        label="Radio", choices=[("a", "Un"), ("b", "Deux")], widget=forms.RadioSelect, help_text="Un seul."
    )
    boxes = forms.MultipleChoiceField(
        label="Cases", choices=[("a", "Un"), ("b", "Deux")], widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField(label="J’accepte la charte", help_text="Version 1.")
    file = forms.FileField(label="Pièce")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


class Everything(ActionPage):
    title = "Tout"
    public = True
    form_class = EveryWidget

    def perform(self, form: Any) -> Any:
        raise Refused("Cette demande est refusée parce que c’est un essai.", field="name")


class Broken(ActionPage):
    title = "Panne"
    public = True
    form_class = EveryWidget

    def load(self) -> None:
        raise ZeroDivisionError


urlpatterns = [
    path("essai/envois", Submissions.as_view(), name="trial-list"),
    path("essai/tout", Everything.as_view(), name="trial-form"),
    path("essai/panne", Broken.as_view(), name="trial-broken"),
    *real,
]
