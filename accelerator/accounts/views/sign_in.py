"""In by a code, and out."""

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import RedirectView

from accelerator.accounts import browsers, clients, forms, operations, queries
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.proof import with_next
from accelerator.accounts.states import Door, Purpose
from accelerator.accounts.views.arrivals import arrived
from accelerator.accounts.views.codes import AsksCode, TypedCode
from accelerator.accounts.views.doors import DOOR, Entrance, Leaves, let_in, safe_next
from accelerator.accounts.views.proconnect import remember_leaving, token_of
from accelerator.design.pages import Unkept


class SignIn(AsksCode, Entrance):
    """Type an address; known or not, what follows is the same."""

    title = "Se connecter ou créer un compte"
    template_name = "accounts/sign_in.html"
    form_class = forms.AddressForm
    submit_label = "Recevoir un code"

    def context(self) -> dict[str, Any]:
        following = safe_next(self.request)
        asked = clients.is_configured()
        return {
            "following": following,
            "proconnect": with_next(reverse("accounts:proconnect"), following) if asked else "",
            "passkey": with_next(reverse("accounts:passkey"), following),
        }

    def perform(self, form: Any) -> Challenge:
        return operations.ask_code(email=form.cleaned_data["email"], length=self.length, by=DOOR, at=self.at)

    def done_url(self, result: Challenge) -> str:
        return with_next(reverse("accounts:code", args=[result.token]), safe_next(self.request))


class EnterCode(TypedCode, Entrance):
    """Type the code: in, or to the page of newcomers."""

    title = "Saisir le code reçu"
    template_name = "accounts/code.html"
    purpose = Purpose.SIGN_IN
    submit_label = "Entrer"

    def again(self) -> str:
        return with_next(reverse("account_login"), safe_next(self.request))

    def context(self) -> dict[str, Any]:
        arrival = arrived(self.request)
        return {
            **super().context(),
            "by_proconnect": arrival is not None and arrival.email == self.challenge.email,
        }

    def perform(self, form: Any) -> tuple[Challenge, Person | None]:
        code = form.cleaned_data["code"]
        return operations.enter(challenge=self.challenge, code=code, rank=self.rank, by=DOOR, at=self.at)

    def done_url(self, result: tuple[Challenge, Person | None]) -> str:
        challenge, person = result
        following = safe_next(self.request)
        if person is None:
            return with_next(reverse("accounts:join", args=[challenge.token]), following)
        return let_in(self.request, person, following, door=Door.CODE)


class Join(Unkept, Entrance):
    """A newcomer, whose address is proved, reads and accepts the terms; the account is opened then."""

    title = "Bienvenue"
    acts_once = False
    template_name = "accounts/join.html"
    form_class = forms.JoinForm
    submit_label = "Créer mon compte"

    def load(self) -> None:
        found = queries.pending_challenges(Purpose.SIGN_IN).filter(token=self.kwargs["token"])
        challenge = found.filter(proved_at__isnull=False).first()
        until = queries.joining_until(challenge) if challenge else None
        if challenge is None or until is None or self.at >= until:
            raise Http404
        if not browsers.asked_here(self.request, challenge.token):
            raise Http404
        self.challenge = challenge

    def initial(self) -> dict[str, Any]:
        arrival = arrived(self.request)
        if arrival is None or arrival.email != self.challenge.email:
            return {}
        return {"given_name": arrival.given_name, "family_name": arrival.family_name}

    def context(self) -> dict[str, Any]:
        return {"email": self.challenge.email, "version": settings.TERMS_VERSION}

    def perform(self, form: Any) -> Person:
        return operations.join(
            challenge=self.challenge,
            terms_version=settings.TERMS_VERSION,
            given_name=form.cleaned_data["given_name"],
            family_name=form.cleaned_data["family_name"],
            by=DOOR,
            at=self.at,
        )

    def done_url(self, result: Person) -> str:
        return let_in(self.request, result, safe_next(self.request), door=Door.CODE)

    def message_when_done(self, result: Person) -> str:
        return "Votre compte est créé. Bienvenue !"


@method_decorator(login_not_required, name="dispatch")
class SignUp(RedirectView):
    """One journey: signing up is signing in for the first time."""

    pattern_name = "account_login"
    query_string = True


class SignOut(Leaves):
    """Leave, by POST."""

    title = "Se déconnecter"
    public = True
    template_name = "accounts/sign_out.html"
    form_class = forms.EmptyForm
    submit_label = "Se déconnecter"
    done_message = "Vous êtes sorti de votre compte."

    def perform(self, form: Any) -> str:
        token = token_of(self.request)
        logout(self.request)
        remember_leaving(self.request, token)
        return token

    def message_when_done(self, result: str) -> str:
        return "" if result else self.done_message  # the page that follows says it

    def done_url(self, result: str) -> str:
        return reverse("accounts:left") if result else resolve_url(settings.LOGOUT_REDIRECT_URL)
