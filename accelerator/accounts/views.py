"""Pages of the account."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import RedirectView

from accelerator.accounts import browsers, forms, operations, queries
from accelerator.accounts.holdings import holdings
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.states import (
    CODE_LASTS,
    CODE_LENGTH,
    LONG_CODE_LENGTH,
    PER,
    PER_ADDRESS,
    PER_ADDRESS_AND_PLACE,
    PER_PLACE,
    SHORT_CODES_A_DAY,
    Purpose,
)
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page, Unkept
from accelerator.design.visitors import client_address
from accelerator.journal import System
from accelerator.journal.retention import declared_retentions
from accelerator.notices.queries import notices_of
from accelerator.workflow import transaction
from accelerator.workflow.limits import count, count_against

DOOR = System("sign-in")
NEXT = "next"


def safe_next(request: HttpRequest) -> str:
    """Where the visitor was going, if that is on this site; otherwise an empty text."""
    asked = request.GET.get(NEXT, "")
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else ""


def with_next(url: str, following: str) -> str:
    """An address that remembers where the visitor was going."""
    return f"{url}?{urlencode({NEXT: following})}" if following else url


def let_in(request: HttpRequest, person: Person, following: str) -> str:
    """Sign the person in; return where to lead: first to the conditions of use when they changed."""
    target = following or resolve_url(settings.LOGIN_REDIRECT_URL)
    if not queries.has_accepted_current_terms(person):
        target = with_next(reverse("accounts:terms"), following)
    response = perform_login(request, person, redirect_url=target, email=person.email)
    return str(response.url)


def count_code_asked(request: HttpRequest, email: str) -> int:
    """Count a code asked, against the address and against the place it is asked from; raises `Refused`.

    Returns how many digits the code must have: see Note [A few short codes a day].
    """
    at, place = request.at, client_address(request)  # type: ignore[attr-defined]  # RequestMiddleware
    # The counters do not tell whose addresses they count.
    who = browsers.pseudonym(email)
    count_against(f"code:place:{place}", limit=PER_PLACE, per=PER, at=at)
    if browsers.entered_here(request, email):
        count_against(f"code:known:{who}", limit=PER_ADDRESS, per=PER, at=at)
        return CODE_LENGTH
    count_against(f"code:both:{place}:{who}", limit=PER_ADDRESS_AND_PLACE, per=PER, at=at)
    count_against(f"code:address:{who}", limit=PER_ADDRESS, per=PER, at=at)
    today = count(f"code:day:{who}", per=timedelta(days=1), at=at)
    return CODE_LENGTH if today <= SHORT_CODES_A_DAY else LONG_CODE_LENGTH


class Entrance(ActionPage):
    """A page of sign-in. Whoever is already in goes on their way."""

    public = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.person.is_authenticated:
            return HttpResponseRedirect(safe_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL))
        return super().get(request, *args, **kwargs)

    def _act(self, form: Any) -> Any:
        response = super()._act(form)
        if self.person.is_authenticated and self.person.email:
            browsers.remember_entered(self.request, response, self.person.email)
        return response


class AsksCode:
    """To put before a page that sends a code: it is counted, and this browser will be the one that may type it."""

    request: HttpRequest
    length: int

    def _act(self, form: Any) -> Any:
        self.length = count_code_asked(self.request, form.cleaned_data["email"])
        response = super()._act(form)  # type: ignore[misc]  # an ActionPage follows
        if token := response["Location"].partition("?")[0].rpartition("/")[2]:
            browsers.remember_asked(self.request, response, token)
        return response


class SignIn(AsksCode, Entrance):
    """Type an address; known or not, what follows is the same."""

    title = "Se connecter ou créer un compte"
    template_name = "accounts/sign_in.html"
    form_class = forms.AddressForm
    submit_label = "Recevoir un code"

    def perform(self, form: Any) -> Challenge:
        return operations.ask_code(email=form.cleaned_data["email"], length=self.length, by=DOOR, at=self.at)

    def done_url(self, result: Challenge) -> str:
        return with_next(reverse("accounts:code", args=[result.token]), safe_next(self.request))


class TypedCode(Unkept, ActionPage):
    """A page where a code is typed back: each try is counted before it is read.

    No `_once` token: a button pressed twice must let in twice, for the browser keeps the last answer's session only.
    """

    form_class = forms.CodeForm
    submit_label = "Valider"
    purpose: Purpose
    challenge: Challenge
    rank: int

    def load(self) -> None:
        found = queries.pending_challenges(self.purpose).filter(token=self.kwargs["token"])
        challenge = found.select_related("person").first()
        if not browsers.asked_here(self.request, self.kwargs["token"]):
            raise Http404
        if challenge is None or self.at >= challenge.asked_at + timedelta(days=1):
            raise Http404
        self.challenge = challenge

    def before(self) -> None:
        with transaction():
            self.rank = operations.count_try(challenge=self.challenge, by=DOOR, at=self.at)

    def context(self) -> dict[str, Any]:
        until = self.challenge.asked_at + CODE_LASTS
        return {
            "email": self.challenge.email,
            "until": until,
            "late": self.at >= until,
            "again": self.again(),
        }

    def again(self) -> str:
        """Where to ask another code."""
        raise NotImplementedError

    def _rendered(self, **extra: Any) -> Any:
        return super()._rendered(**{**extra, "once": ""})


class EnterCode(TypedCode, Entrance):
    """Type the code: in, or to the page of newcomers."""

    title = "Saisir le code reçu"
    template_name = "accounts/code.html"
    purpose = Purpose.SIGN_IN
    submit_label = "Entrer"

    def again(self) -> str:
        return with_next(reverse("account_login"), safe_next(self.request))

    def perform(self, form: Any) -> tuple[Challenge, Person | None]:
        code = form.cleaned_data["code"]
        return operations.enter(challenge=self.challenge, code=code, rank=self.rank, by=DOOR, at=self.at)

    def done_url(self, result: tuple[Challenge, Person | None]) -> str:
        challenge, person = result
        following = safe_next(self.request)
        if person is None:
            return with_next(reverse("accounts:join", args=[challenge.token]), following)
        return let_in(self.request, person, following)


class Join(Unkept, Entrance):
    """A newcomer, whose address is proved, reads and accepts the terms; the account is opened then."""

    title = "Bienvenue"
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
        return let_in(self.request, result, safe_next(self.request))

    def message_when_done(self, result: Person) -> str:
        return "Votre compte est créé. Bienvenue !"

    def _rendered(self, **extra: Any) -> Any:
        return super()._rendered(**{**extra, "once": ""})


@method_decorator(login_not_required, name="dispatch")
class SignUp(RedirectView):
    """One journey: signing up is signing in for the first time."""

    pattern_name = "account_login"
    query_string = True


class Leaves:
    """To put before a page that ends the session: the browser forgets the pages that it kept."""

    request: HttpRequest

    def _act(self, form: Any) -> Any:
        response = super()._act(form)  # type: ignore[misc]  # an ActionPage follows
        response["Clear-Site-Data"] = '"cache"'
        return response


class SignOut(Leaves, ActionPage):
    """Leave, by POST."""

    title = "Se déconnecter"
    public = True
    template_name = "accounts/sign_out.html"
    form_class = forms.EmptyForm
    submit_label = "Se déconnecter"
    done_message = "Vous êtes sorti de votre compte."

    def perform(self, form: Any) -> None:
        logout(self.request)

    def done_url(self, result: None) -> str:
        return resolve_url(settings.LOGOUT_REDIRECT_URL)


class AccountPage:
    """What the pages under "Mon compte" share."""

    def trail(self) -> list[Crumb]:
        return [Crumb("Mon compte", reverse("accounts:account"))]


class Terms(AccountPage, ActionPage):
    """The conditions of use changed: asked once at each sign-in, never a trap."""

    title = "Les conditions d’utilisation ont changé"
    template_name = "accounts/terms.html"
    form_class = forms.TermsForm
    submit_label = "Accepter"
    done_message = "Merci, votre accord est enregistré."

    def context(self) -> dict[str, Any]:
        following = safe_next(self.request) or resolve_url(settings.LOGIN_REDIRECT_URL)
        return {"later": following, "version": settings.TERMS_VERSION}

    def perform(self, form: Any) -> Person:
        version = settings.TERMS_VERSION
        return operations.accept_terms(person=self.person, terms_version=version, by=self.person, at=self.at)

    def done_url(self, result: Person) -> str:
        return safe_next(self.request) or resolve_url(settings.LOGIN_REDIRECT_URL)


class Account(Page):
    """The person's account."""

    title = "Mon compte"
    template_name = "accounts/account.html"

    def context(self) -> dict[str, Any]:
        return {
            "me": self.person,
            "notices": notices_of(self.person.actor_key)[:3],
            "terms_current": queries.has_accepted_current_terms(self.person),
        }


class Rename(AccountPage, ActionPage):
    """Change the name shown to others."""

    title = "Changer mon nom"
    form_class = forms.NameForm
    template_name = "accounts/rename.html"
    done_message = "Votre nom est changé."

    def initial(self) -> dict[str, Any]:
        return {"given_name": self.person.given_name, "family_name": self.person.family_name}

    def perform(self, form: Any) -> Person:
        return operations.rename(person=self.person, **form.cleaned_data, by=self.person, at=self.at)

    def done_url(self, result: Person) -> str:
        return reverse("accounts:account")


class ChangeAddress(AsksCode, AccountPage, ActionPage):
    """Ask a code at the new address."""

    title = "Changer d’adresse électronique"
    template_name = "accounts/change_address.html"
    form_class = forms.AddressForm
    submit_label = "Recevoir un code à cette adresse"

    def context(self) -> dict[str, Any]:
        return {"me": self.person}

    def perform(self, form: Any) -> Challenge:
        return operations.ask_code(
            email=form.cleaned_data["email"],
            length=self.length,
            purpose=Purpose.NEW_ADDRESS,
            person=self.person,
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Challenge) -> str:
        return reverse("accounts:address_code", args=[result.token])


class AddressCode(AccountPage, TypedCode):
    """Type the code received at the new address."""

    title = "Confirmer la nouvelle adresse"
    template_name = "accounts/code.html"
    purpose = Purpose.NEW_ADDRESS
    done_message = "Votre adresse est changée : les codes iront désormais à la nouvelle."

    def load(self) -> None:
        super().load()
        if self.challenge.person != self.person:
            raise Http404

    def again(self) -> str:
        return reverse("accounts:address")

    def perform(self, form: Any) -> Person:
        code = form.cleaned_data["code"]
        return operations.change_address(
            challenge=self.challenge, code=code, rank=self.rank, by=self.person, at=self.at
        )

    def done_url(self, result: Person) -> str:
        return reverse("accounts:account")


class Notices(AccountPage, ListPage):
    """What the platform told the person."""

    title = "Mes courriels"
    columns = (
        Column(
            "objet",
            "Objet",
            lambda notice: notice.subject,
            sort=("subject",),
            url=lambda notice: reverse("accounts:notice", args=[notice.pk]),
        ),
        Column("le", "Le", lambda notice: notice.asked_at, sort=("asked_at",)),
        Column("envoi", "Envoi", lambda notice: "envoyé" if notice.sent_at else "en attente"),
    )
    order = "-le"
    export_name = "mes-courriels"
    things = ("courriel", "courriels")
    empty_title = "Aucun courriel pour le moment"
    empty_advice = "Ce que la plateforme vous écrit se retrouve ici pendant un an."

    def rows(self) -> Any:
        return notices_of(self.person.actor_key)


class OneNotice(AccountPage, Page):
    """One message, read again."""

    template_name = "accounts/notice.html"

    def load(self) -> None:
        self.notice = notices_of(self.person.actor_key).filter(pk=self.kwargs["number"]).first()
        if self.notice is None:
            raise Http404
        self.title = self.notice.subject

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Mes courriels", reverse("accounts:notices"))]

    def context(self) -> dict[str, Any]:
        return {"notice": self.notice}


class Data(AccountPage, Page):
    """What is kept about the person, why, how long; take it away, or delete the account."""

    title = "Mes données personnelles"
    template_name = "accounts/data.html"

    def context(self) -> dict[str, Any]:
        return {"retentions": [retention for _, retention in declared_retentions()], "holdings": holdings()}


class Export(AccountPage, Unkept, Page):
    """Everything that each subject holds about the person, in one file."""

    title = "Mes données"

    def answer(self) -> HttpResponseBase:
        content = {
            "service": settings.SITE_NAME,
            "le": self.at,
            "données": {holding.title: holding.export(self.person) for holding in holdings()},
        }
        response = JsonResponse(
            content, encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
        response["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
        return response


class Deletion(Leaves, AccountPage, ActionPage):
    """Delete the account: what it does, what stands in the way, and a box to tick."""

    title = "Supprimer mon compte"
    template_name = "accounts/deletion.html"
    form_class = forms.DeletionForm
    submit_label = "Supprimer mon compte"
    done_message = "Votre compte est supprimé. Un dernier courriel vous le confirme."

    def context(self) -> dict[str, Any]:
        return {"obstacles": [one for holding in holdings() for one in holding.objections(self.person)]}

    def perform(self, form: Any) -> None:
        operations.delete_account(person=self.person, by=self.person, at=self.at)
        logout(self.request)

    def done_url(self, result: None) -> str:
        return resolve_url(settings.LOGOUT_REDIRECT_URL)
