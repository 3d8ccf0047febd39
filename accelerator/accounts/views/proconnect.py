"""In by ProConnect, and what becomes of an identity that is not linked yet.

Note [What the browser must come back with]
Each departure leaves in the session a state, a nonce and a verifier, that serve once and for half an hour. Several tabs
may leave together. Whoever comes back without a state that left from this browser is not let in.

Note [An address that ProConnect gives is not proved]
It is what an employer declared. Somebody's address, declared by someone else, would open their account, or lie in wait
for them in a new one. So an identity that we do not know yet never opens anything: a code goes to its address first,
whether the address has an account or not.
"""

import logging
import secrets
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accelerator.accounts import browsers, clients, forms, operations, queries
from accelerator.accounts.clients import Arrival, Unavailable, Untrusted
from accelerator.accounts.models import Challenge, ExternalIdentity, Person
from accelerator.accounts.proof import with_next
from accelerator.accounts.states import (
    MOST_WAYS,
    PER,
    WAY_LASTS,
    WAYS_PER_PLACE,
    Door,
    Purpose,
)
from accelerator.accounts.views.account import AccountPage
from accelerator.accounts.views.arrivals import arrived, forget_arrived, wait
from accelerator.accounts.views.codes import AsksCode, TypedCode, count_code_asked
from accelerator.accounts.views.doors import DOOR, Recent, let_in, safe_next, this_session
from accelerator.design.pages import ActionPage, Page, Unkept
from accelerator.design.visitors import client_address
from accelerator.workflow import Refused, transaction
from accelerator.workflow.limits import count_against

logger = logging.getLogger(__name__)

_WAYS: Final = "proconnect_ways"
_OPENED_BY: Final = "proconnect_opened_by"
_LEAVING: Final = "proconnect_leaving"

AWAY: Final = "ProConnect ne répond pas pour le moment. Réessayez dans quelques minutes, ou entrez autrement."
NOT_BELIEVED: Final = (
    "La réponse de ProConnect n’a pas pu être vérifiée : personne n’est entré. Recommencez, ou entrez autrement."
)
NOT_FROM_HERE: Final = (
    "Cette réponse de ProConnect a déjà servi, a plus d’une demi-heure, ou a été demandée dans un autre navigateur. "
    "Recommencez."
)
GIVEN_UP: Final = "Vous n’êtes pas allé au bout de ProConnect : personne n’est entré."
WITHOUT_ADDRESS: Final = (
    "ProConnect n’a pas donné d’adresse électronique utilisable pour vous : entrez avec un code, puis liez votre "
    "identité depuis « Mon compte »."
)


def _address(name: str) -> str:
    """The address that ProConnect was told, to the letter."""
    return f"{settings.BASE_URL}{reverse(name)}"


class _Way(Unkept, Page):
    """A step of the way to ProConnect and back. When it fails, a page says why and shows the other doors."""

    title = "ProConnect"
    template_name = "accounts/proconnect_failed.html"
    public = True
    # Where the visitor was going, once the way back has said it.
    following = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not clients.is_configured():
            raise Http404
        try:
            return self.go()
        except Unavailable as reason:
            logger.warning("ProConnect away: %s", reason)
            return self.fail(AWAY, status=503)
        except Untrusted as reason:
            logger.warning("ProConnect not believed: %s", reason)
            return self.fail(NOT_BELIEVED)
        except Refused as refusal:
            return self.fail(refusal.message, status=429)

    def go(self) -> HttpResponseBase:
        """The step itself."""
        raise NotImplementedError

    def fail(self, reason: str, *, status: int = 400) -> HttpResponse:
        self.status = status
        self.reason = reason
        return self.rendered()

    def context(self) -> dict[str, Any]:
        following = self.following or safe_next(self.request)
        return {
            "reason": self.reason,
            "again": with_next(reverse("accounts:proconnect"), following),
            "by_code": with_next(reverse("account_login"), following),
        }


class Depart(_Way):
    """Off to ProConnect: a link, since a form that leads elsewhere is refused by our own content policy."""

    def go(self) -> HttpResponseBase:
        place = client_address(self.request)
        count_against(f"proconnect:{place}", limit=WAYS_PER_PLACE, per=PER, at=self.at)
        departure = clients.depart(redirect_uri=_address("accounts:proconnect_back"), at=self.at)
        way = {
            "nonce": departure.nonce,
            "verifier": departure.verifier,
            "following": safe_next(self.request),
            "at": self.at.isoformat(),
        }
        ways = list(self.request.session.get(_WAYS, {}).items())[-(MOST_WAYS - 1) :]
        self.request.session[_WAYS] = {**dict(ways), departure.state: way}
        return HttpResponseRedirect(departure.url)


class Return(_Way):
    """Back from ProConnect. The one reading address that writes: a provider knows no other way (decision 13)."""

    def go(self) -> HttpResponseBase:
        given = self.request.GET
        way = self._take_way(given.get("state", ""))
        if way is None or given.get("iss", settings.PROCONNECT_ISSUER) != settings.PROCONNECT_ISSUER:
            return self.fail(NOT_FROM_HERE)
        self.following = way["following"]
        if "error" in given:
            logger.info("ProConnect gave up: %s", given["error"][:40].encode("ascii", "replace").decode())
            return self.fail(GIVEN_UP if given["error"] == "access_denied" else AWAY)
        arrival = clients.arrive(
            code=given.get("code", "")[:1000],
            nonce=way["nonce"],
            verifier=way["verifier"],
            redirect_uri=_address("accounts:proconnect_back"),
            at=self.at,
        )
        self.request.session[_OPENED_BY] = arrival.id_token
        identity = queries.identity_of(arrival.issuer, arrival.sub)
        if self.person.is_authenticated:
            return self._already_in(arrival, identity)
        if identity is not None:
            return self._enter(arrival, identity)
        return self._prove_address(arrival)

    def _take_way(self, state: str) -> dict[str, Any] | None:
        """What was left for this state, which serves no more; None when nothing was, or too long ago."""
        ways = dict(self.request.session.get(_WAYS, {}))
        known = [kept for kept in ways if constant_time_compare(kept, state)]
        if not known:
            return None
        way: dict[str, Any] = ways.pop(known[0])
        self.request.session[_WAYS] = ways
        return way if self.at < datetime.fromisoformat(way["at"]) + WAY_LASTS else None

    def _already_in(self, arrival: Arrival, identity: ExternalIdentity | None) -> HttpResponseBase:
        if identity is not None and identity.person_id == self.person.pk:
            with transaction():
                operations.attest(identity=identity, arrival=arrival, by=self.person, at=self.at)
            messages.success(self.request, f"ProConnect confirme votre identité ({identity}).")
            return HttpResponseRedirect(self.following or reverse("accounts:account"))
        wait(self.request, arrival)
        moving = "accounts:identity_move" if identity is not None else "accounts:identity_link"
        return HttpResponseRedirect(with_next(reverse(moving), self.following))

    def _enter(self, arrival: Arrival, identity: ExternalIdentity) -> HttpResponseBase:
        with transaction():
            operations.attest(identity=identity, arrival=arrival, by=DOOR, at=self.at)
            target = let_in(self.request, identity.person, self.following, door=Door.PROCONNECT)
        response = HttpResponseRedirect(target)
        if self.person.is_authenticated:
            browsers.remember_entered(self.request, response, identity.person.email or "")
        return response

    def _prove_address(self, arrival: Arrival) -> HttpResponseBase:
        """See Note [An address that ProConnect gives is not proved]."""
        form = forms.AddressForm({"email": arrival.email})
        if not form.is_valid():
            return self.fail(WITHOUT_ADDRESS)
        length = count_code_asked(self.request, arrival.email)
        with transaction():
            challenge = operations.ask_code(email=arrival.email, length=length, by=DOOR, at=self.at)
        wait(self.request, arrival)
        response = HttpResponseRedirect(with_next(reverse("accounts:code", args=[challenge.token]), self.following))
        browsers.remember_asked(self.request, response, challenge.token)
        return response


class _Waiting(AccountPage, Recent, ActionPage):
    """A page about the identity that came and waits."""

    form_class = forms.EmptyForm

    def load(self) -> None:
        arrival = arrived(self.request)
        if arrival is None:
            raise Http404
        self.arrival = arrival
        self.identity = queries.identity_of(arrival.issuer, arrival.sub)

    def after(self) -> str:
        """Where to lead once done."""
        return safe_next(self.request) or reverse("accounts:account")


class LinkIdentity(_Waiting):
    """Link to this account the identity that just came by ProConnect."""

    title = "Lier mon identité ProConnect"
    template_name = "accounts/identity_link.html"
    submit_label = "Lier à mon compte"
    done_message = "Votre identité ProConnect est liée : elle permet d’entrer dans ce compte."

    def context(self) -> dict[str, Any]:
        return {"arrival": self.arrival, "me": self.person, "later": self.after()}

    def perform(self, form: Any) -> ExternalIdentity:
        return operations.link_identity(person=self.person, arrival=self.arrival, by=self.person, at=self.at)

    def done_url(self, result: ExternalIdentity) -> str:
        forget_arrived(self.request)
        return self.after()


class MoveIdentity(_Waiting, AsksCode):
    """The identity is linked to another account: say which, and offer to move it on proof."""

    title = "Cette identité est liée à un autre compte"
    template_name = "accounts/identity_move.html"
    submit_label = "Recevoir un code à l’adresse de l’autre compte"

    def load(self) -> None:
        super().load()
        if self.identity is None or self.identity.person_id == self.person.pk:
            raise Http404
        self.other: Person = self.identity.person

    def context(self) -> dict[str, Any]:
        return {
            "arrival": self.arrival,
            "me": self.person,
            "other": queries.masked(self.other.email or ""),
            "later": self.after(),
        }

    def address(self) -> str:
        return self.other.email or ""

    def perform(self, form: Any) -> Challenge:
        return operations.ask_code(
            email=self.address(),
            length=self.length,
            purpose=Purpose.MOVE,
            person=self.person,
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Challenge) -> str:
        return with_next(reverse("accounts:identity_move_code", args=[result.token]), safe_next(self.request))


class MoveCode(AccountPage, Recent, TypedCode):
    """Type the code received at the address of the other account: the identity comes to this one."""

    title = "Déplacer mon identité ProConnect"
    template_name = "accounts/code.html"
    purpose = Purpose.MOVE
    done_message = "Votre identité ProConnect est désormais liée à ce compte. L’autre compte reste le vôtre."

    def load(self) -> None:
        super().load()
        arrival = arrived(self.request)
        if self.challenge.person != self.person or arrival is None:
            raise Http404
        self.arrival = arrival

    def context(self) -> dict[str, Any]:
        return {**super().context(), "email": queries.masked(self.challenge.email)}

    def again(self) -> str:
        return reverse("accounts:identity_move")

    def perform(self, form: Any) -> ExternalIdentity:
        return operations.move_identity(
            challenge=self.challenge,
            code=form.cleaned_data["code"],
            rank=self.rank,
            arrival=self.arrival,
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: ExternalIdentity) -> str:
        return safe_next(self.request) or reverse("accounts:account")


class UnlinkIdentity(AccountPage, Recent, ActionPage):
    """Take a linked identity away; the e-mail code always lets in."""

    title = "Délier mon identité ProConnect"
    template_name = "accounts/identity_unlink.html"
    form_class = forms.EmptyForm
    submit_label = "Délier"
    done_message = "L’identité est déliée. Vous entrez toujours avec un code reçu par courriel."

    def load(self) -> None:
        found = queries.identities_of(self.person).filter(pk=self.kwargs["number"]).first()
        if found is None:
            raise Http404
        self.identity = found

    def context(self) -> dict[str, Any]:
        return {"identity": self.identity, "me": self.person}

    def perform(self, form: Any) -> None:
        operations.unlink_identity(identity=self.identity, keep=this_session(self.request), by=self.person, at=self.at)

    def done_url(self, result: None) -> str:
        return reverse("accounts:account")


# -------------------------------------------------------------------------------------------------------- leaving


def remember_leaving(request: HttpRequest, id_token: str) -> None:
    """Keep, in the empty session that follows, what lets ProConnect forget this browser too."""
    if id_token:
        request.session[_LEAVING] = {"token": id_token, "state": secrets.token_urlsafe(32)}


def token_of(request: HttpRequest) -> str:
    """The token with which this session was opened, if it was by ProConnect."""
    return str(request.session.get(_OPENED_BY, ""))


class Left(Page):
    """After leaving: the session here is over; the one at ProConnect's may not be."""

    title = "Vous êtes sorti"
    template_name = "accounts/left.html"
    public = True

    def context(self) -> dict[str, Any]:
        return {"proconnect": _LEAVING in self.request.session}


class LeaveProConnect(_Way):
    """Off to ProConnect, to be forgotten there."""

    def go(self) -> HttpResponseBase:
        leaving = self.request.session.get(_LEAVING)
        if leaving is None:
            return HttpResponseRedirect(resolve_url(settings.LOGOUT_REDIRECT_URL))
        back = _address("accounts:proconnect_left")
        url = clients.farewell(id_token=leaving["token"], state=leaving["state"], redirect_uri=back, at=self.at)
        return HttpResponseRedirect(url)


class LeftProConnect(_Way):
    """Back from being forgotten."""

    def go(self) -> HttpResponseBase:
        leaving = self.request.session.get(_LEAVING)
        if leaving and constant_time_compare(leaving["state"], self.request.GET.get("state", "")):
            del self.request.session[_LEAVING]
            messages.success(self.request, "Vous êtes aussi sorti de ProConnect.")
        return HttpResponseRedirect(resolve_url(settings.LOGOUT_REDIRECT_URL))
