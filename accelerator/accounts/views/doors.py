"""What the ways in share: where to lead, who is let in."""

from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accelerator.accounts import browsers, operations, queries
from accelerator.accounts.models import Person
from accelerator.accounts.views.arrivals import arrived, forget_arrived
from accelerator.design.pages import ActionPage
from accelerator.journal import System

DOOR: Final = System("sign-in")
NEXT: Final = "next"


def safe_next(request: HttpRequest) -> str:
    """Where the visitor was going, if that is on this site; otherwise an empty text."""
    asked = request.GET.get(NEXT, "")
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else ""


def with_next(url: str, following: str) -> str:
    """An address that remembers where the visitor was going."""
    return f"{url}?{urlencode({NEXT: following})}" if following else url


def let_in(request: HttpRequest, person: Person, following: str) -> str:
    """Sign the person in; return where to lead: first to the conditions of use when they changed.

    The identity that waits in this browser is linked to the account when they have the same address, just proved.
    """
    target = following or resolve_url(settings.LOGIN_REDIRECT_URL)
    if not queries.has_accepted_current_terms(person):
        target = with_next(reverse("accounts:terms"), following)
    response = perform_login(request, person, redirect_url=target, email=person.email)
    _link_what_waits(request, person)
    return str(response.url)


def _link_what_waits(request: Any, person: Person) -> None:
    arrival = arrived(request)
    if arrival is None or arrival.email != (person.email or "").lower():
        return
    identity = queries.identity_of(arrival.issuer, arrival.sub)
    if identity is None or identity.person_id == person.pk:
        operations.link_identity(person=person, arrival=arrival, by=person, at=request.at)
        forget_arrived(request)


class Entrance(ActionPage):
    """A page of sign-in. Whoever is already in goes on their way."""

    public = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.person.is_authenticated:
            return HttpResponseRedirect(safe_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL))
        return super().get(request, *args, **kwargs)

    def respond(self, response: HttpResponseBase) -> None:
        super().respond(response)
        if self.person.is_authenticated and self.person.email:
            browsers.remember_entered(self.request, response, self.person.email)


class Leaves(ActionPage):
    """A page that ends the session: the browser forgets the pages that it kept."""

    def respond(self, response: HttpResponseBase) -> None:
        super().respond(response)
        response["Clear-Site-Data"] = '"cache"'
