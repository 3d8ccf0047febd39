"""The roles of the platform, given and ended by its administrators."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accelerator.accounts.models import Person
from accelerator.accounts.proof import is_proved, where_to_prove
from accelerator.community import rules
from accelerator.community.forms import people as forms
from accelerator.community.models import Role
from accelerator.community.operations import platform as operations
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.geography.models import Place, PlaceKind
from accelerator.geography.perimeters import perimeter_of, sentences_of
from accelerator.workflow import Refused, limits
from accelerator.workflow.dates import DAY

_LIST = "community:platform_roles"


def _perimeter(role: Role) -> str:
    """The names of the places on screen (one query for the page gives them); their keys in exports."""
    return getattr(role, "perimeter_sentence", " ; ".join(role.perimeter)) or operations.EVERYWHERE


class _ByAdministrators(Page):
    def forbidden(self) -> str | None:
        return rules.reason_against_appointing(self.person)

    def trail(self) -> list[Crumb]:
        return [Crumb("Mon espace", reverse("portal:dashboard"))]


class PlatformRoles(_ByAdministrators, ListPage):
    """Who moderates, who administers, and where."""

    title = "Rôles de la plateforme"
    template_name = "community/people/platform_roles.html"
    things = ("rôle", "rôles")
    order = "nom"
    export_name = "roles-de-la-plateforme"
    filter_form = forms.PlatformRoleFilters
    columns = (
        Column("nom", "Personne", lambda role: role.person.name, sort=("person__family_name", "person__given_name")),
        Column("adresse", "Adresse", lambda role: role.person.email or "", sort=("person__email",)),
        Column("role", "Rôle", lambda role: role.get_name_display(), sort=("name",)),
        Column("perimetre", "Périmètre", _perimeter),
        Column("depuis", "Depuis", lambda role: role.started_at, sort=("started_at",), dated=DAY),
        Column(
            "suite",
            "Suite",
            lambda role: "Retirer",
            url=lambda role: reverse("community:platform_role_end", args=[role.pk]),
        ),
    )

    @property
    def appoint_url(self) -> str:
        return reverse("community:appoint")

    @property
    def clear_factors_url(self) -> str:
        return reverse("community:clear_factors")

    def rows(self) -> QuerySet[Any]:
        return Role.objects.current().platform().select_related("person")

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        for word in values.get("q", "").split()[:5]:
            rows = rows.filter(
                Q(person__family_name__icontains=word)
                | Q(person__given_name__icontains=word)
                | Q(person__email__icontains=word)
            )
        return rows.filter(name=values["role"]) if "role" in values else rows

    def context(self) -> dict[str, Any]:
        context = super().context()
        sentences = sentences_of([role.perimeter for role in context["rows"]])
        for role, sentence in zip(context["rows"], sentences, strict=True):
            role.perimeter_sentence = sentence
        context["lines"] = [self.cells(role) for role in context["rows"]]
        return context


class AppointPage(_ByAdministrators, ActionPage):
    """Give a role on the platform."""

    title = "Donner un rôle sur la plateforme"
    template_name = "community/people/appoint.html"
    form_class = forms.Appoint
    submit_label = "Donner le rôle"
    done_message = "Le rôle est donné. La personne en est avertie."

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb(PlatformRoles.title, reverse(_LIST))]

    def form_arguments(self) -> dict[str, Any]:
        places = Place.objects.filter(kind__in=[PlaceKind.REGION, PlaceKind.DEPARTEMENT]).order_by("sort_name", "key")
        groups: dict[str, list[tuple[str, str]]] = {"Régions": [], "Départements": []}
        for place in places:
            groups["Régions" if place.kind == PlaceKind.REGION else "Départements"].append((place.key, place.name))
        return {"places": list(groups.items())}

    def before(self) -> None:
        limits.count_against(f"appoint:{self.person.actor_key}", limit=50, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> Role:
        values = form.cleaned_data
        person = Person.objects.filter(email__iexact=values["email"]).first()
        if person is None:
            raise Refused("Aucun compte n’a cette adresse. La personne doit d’abord se connecter.", field="email")
        perimeter = perimeter_of(values["places"])
        return operations.appoint(person=person, name=values["name"], perimeter=perimeter, by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        return reverse(_LIST)

    def context(self) -> dict[str, Any]:
        return {"back_url": reverse(_LIST)}


class ClearFactorsPage(_ByAdministrators, ActionPage):
    """Take the second factors away from somebody who lost them."""

    title = "Retirer les seconds facteurs d’une personne"
    template_name = "community/people/clear_factors.html"
    form_class = forms.ClearFactors
    submit_label = "Retirer ses seconds facteurs"
    done_message = "Ils sont retirés, et ses connexions fermées. La personne en est avertie, avec le motif."

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whoever may do it proves first that it is them: a screen left open would open everyone's account."""
        if not self.forbidden() and not is_proved(request):
            return HttpResponseRedirect(where_to_prove(request))
        return super().dispatch(request, *args, **kwargs)

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb(PlatformRoles.title, reverse(_LIST))]

    def before(self) -> None:
        limits.count_against(f"clear-factors:{self.person.actor_key}", limit=20, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> int:
        values = form.cleaned_data
        person = Person.objects.filter(email__iexact=values["email"]).first()
        if person is None:
            raise Refused("Aucun compte n’a cette adresse.", field="email")
        return operations.clear_second_factors(person=person, reason=values["reason"], by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        return reverse(_LIST)

    def context(self) -> dict[str, Any]:
        return {"back_url": reverse(_LIST)}


class DismissPage(_ByAdministrators, ActionPage):
    """End a role on the platform."""

    title = "Retirer un rôle de la plateforme"
    template_name = "community/people/dismiss.html"
    form_class = forms.Reason
    submit_label = "Retirer le rôle"
    done_message = "Le rôle est retiré. La personne en est avertie, avec le motif."

    def load(self) -> None:
        held = Role.objects.current().platform().select_related("person")
        role = held.filter(pk=self.kwargs["role"]).first()
        if role is None:
            raise Http404
        self.role = role

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb(PlatformRoles.title, reverse(_LIST))]

    def perform(self, form: Any) -> Role:
        return operations.dismiss(role=self.role, reason=form.cleaned_data["reason"], by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        return reverse(_LIST)

    def context(self) -> dict[str, Any]:
        return {"role": self.role, "back_url": reverse(_LIST)}
