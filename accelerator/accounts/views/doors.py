"""What the ways in share: where to lead, who is let in."""

from datetime import datetime
from typing import Any, Final

from allauth.account.utils import perform_login
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accelerator.accounts import browsers, operations, queries
from accelerator.accounts.duties import SECOND_FACTOR_MISSING, reason_for_second_factor
from accelerator.accounts.models import Person
from accelerator.accounts.proof import NEXT, is_proved, prove, where_to_prove, with_next
from accelerator.accounts.states import SECOND_FACTOR_LASTS, Door
from accelerator.accounts.views.arrivals import arrived, forget_arrived
from accelerator.design.pages import ActionPage, Page
from accelerator.design.unsaved import forget_what_others_posted
from accelerator.journal import System

DOOR: Final = System("sign-in")
_HALFWAY: Final = "halfway"


def safe_next(request: HttpRequest) -> str:
    """Where the visitor was going, if that is on this site; otherwise an empty text."""
    asked = request.GET.get(NEXT, "")
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else ""


def let_in(request: Any, person: Person, following: str, *, door: Door) -> str:
    """Let in somebody who proved an address or an identity; return where to lead.

    Whoever has a second factor gives it first. A passkey, two factors in one, is a door of its own (`open_session`).
    """
    if queries.factors_of(person).exists():
        request.session[_HALFWAY] = {
            "person": person.pk,
            "door": door.value,
            "at": request.at.isoformat(),
        }
        return with_next(reverse("accounts:second_factor"), following)
    return open_session(request, person, following, door=door, two_factors=False)


def halfway(request: Any) -> tuple[Person, Door] | None:
    """Who gave their first factor in this browser in the last quarter of an hour, and by which door; or None."""
    kept = request.session.get(_HALFWAY)
    if not kept or request.at >= datetime.fromisoformat(kept["at"]) + SECOND_FACTOR_LASTS:
        return None
    person = Person.objects.filter(pk=kept["person"], is_active=True).first()
    return (person, Door(kept["door"])) if person else None


def open_session(request: Any, person: Person, following: str, *, door: Door, two_factors: bool) -> str:
    """Sign the person in; return where to lead: first to the conditions of use when they changed.

    The identity that waits in this browser is linked to the account when they have the same address, just proved.
    """
    target = following or resolve_url(settings.LOGIN_REDIRECT_URL)
    if not queries.has_accepted_current_terms(person):
        target = with_next(reverse("accounts:terms"), following)
    response = perform_login(request, person, redirect_url=target, email=person.email)
    if not request.user.is_authenticated:  # the account was closed meanwhile
        return str(response.url)
    session = request.session
    if not session.session_key:  # someone else was in: their session was emptied, and this one has no name yet
        session.cycle_key()
    session.pop(_HALFWAY, None)
    forget_what_others_posted(request, person.actor_key)
    prove(request)
    session.pop(SECOND_FACTOR_MISSING, None)
    if not two_factors and reason_for_second_factor(person):
        session[SECOND_FACTOR_MISSING] = True
    operations.note_session(
        person=person,
        session_key=session.session_key,
        door=door,
        two_factors=two_factors,
        browser=browsers.label_of(request),
        by=person,
        at=request.at,
    )
    _link_what_waits(request, person)
    return str(response.url)


def this_session(request: Any) -> str:
    """The key of the session of whoever is here."""
    return str(request.session.session_key or "")


def _link_what_waits(request: Any, person: Person) -> None:
    arrival = arrived(request)
    if arrival is None or arrival.email != (person.email or "").lower():
        return
    identity = queries.identity_of(arrival.issuer, arrival.sub)
    if identity is None or identity.person_id == person.pk:
        operations.link_identity(person=person, arrival=arrival, by=person, at=request.at)
        forget_arrived(request)


class Recent(Page):
    """A page that changes the ways into an account: asked for again, first, of whoever has been in for a while."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_proved(request):
            return HttpResponseRedirect(where_to_prove(request))
        return super().dispatch(request, *args, **kwargs)


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
