"""Pages of the demonstration: become someone, read the mail."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View

from accelerator.accounts.models import Person
from accelerator.accounts.states import Door
from accelerator.accounts.views.doors import open_session
from accelerator.design.forms import FilterForm
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import Crumb, Page
from accelerator.workflow import transaction
from accelerator.workflow.dates import MOMENT, said
from demonstration.cast import BY_KEY, CAST
from demonstration.models import Mail

VISITOR = "visiteur"


@method_decorator(login_not_required, name="dispatch")
class Become(View):
    """Leave who one is and become a fictitious person, or nobody. POST only, with its CSRF token."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        key, following = request.POST.get("who", ""), request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(following, {request.get_host()}, require_https=request.is_secure()):
            following = resolve_url("portal:home")
        if key != VISITOR and key not in BY_KEY:
            raise Http404
        logout(request)
        if key == VISITOR:
            return HttpResponseRedirect(following)
        person = Person.objects.filter(email=BY_KEY[key].email).first()
        if person is None:
            messages.error(request, "Les personnes fictives ne sont pas encore créées : lancez « seed_demonstration ».")
            return HttpResponseRedirect(following)
        # One click is what the demonstration is for: it stands for both factors, whoever one becomes.
        with transaction():
            open_session(request, person, following, door=Door.CODE, two_factors=True)
        return HttpResponseRedirect(following)


class People(Page):
    """Who the fictitious people are."""

    title = "Les personnes de la démonstration"
    template_name = "demonstration/people.html"
    public = True

    def context(self) -> dict[str, Any]:
        return {"cast": CAST}


class MailFilters(FilterForm):
    """Find a mail."""

    a = forms.CharField(label="Destinataire")


class Mails(ListPage):
    """The mails that would have left, latest first."""

    title = "Courriels de la démonstration"
    public = True
    columns = (
        Column(
            "objet",
            "Objet",
            lambda mail: mail.subject,
            sort=("subject",),
            url=lambda mail: reverse("demonstration:mail", args=[mail.pk]),
        ),
        Column("a", "À", lambda mail: mail.to, sort=("to",)),
        Column("le", "Envoyé le", lambda m: said(m.sent_at, MOMENT), sort=("sent_at",), export=lambda m: m.sent_at),
    )
    order = "-le"
    stacked = True
    filter_form = MailFilters
    things = ("courriel", "courriels")
    export_name = "courriels"
    empty_title = "Aucun courriel pour le moment"
    empty_advice = "Rien ne part de cette machine : ce que la plateforme écrit arrive ici en une ou deux secondes."

    def rows(self) -> Any:
        return Mail.objects.all()

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        return rows.filter(to__icontains=values["a"]) if values.get("a") else rows


class OneMail(Page):
    """One mail."""

    template_name = "demonstration/mail.html"
    public = True

    def load(self) -> None:
        self.mail = Mail.objects.filter(pk=self.kwargs["number"]).first()
        if self.mail is None:
            raise Http404
        self.title = self.mail.subject

    def trail(self) -> list[Crumb]:
        return [Crumb("Courriels de la démonstration", reverse("demonstration:mails"))]

    def context(self) -> dict[str, Any]:
        return {"mail": self.mail}
