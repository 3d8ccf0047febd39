"""The account: its name, its address, the conditions of use that it accepted."""

from typing import Any

from django.conf import settings
from django.http import Http404
from django.shortcuts import resolve_url
from django.urls import reverse

from accelerator.accounts import clients, forms, operations, queries
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.states import Purpose
from accelerator.accounts.views.arrivals import arrived
from accelerator.accounts.views.codes import AsksCode, TypedCode
from accelerator.accounts.views.doors import Recent, safe_next, this_session
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.notices.queries import notices_of


class AccountPage:
    """What the pages under "Mon compte" share."""

    def trail(self) -> list[Crumb]:
        return [Crumb("Mon compte", reverse("accounts:account"))]


class Account(Page):
    """The person's account."""

    title = "Mon compte"
    template_name = "accounts/account.html"

    def context(self) -> dict[str, Any]:
        return {
            "me": self.person,
            "notices": notices_of(self.person.actor_key)[:3],
            "proconnect": clients.is_configured(),
            "identities": list(queries.identities_of(self.person)),
            "factors": list(queries.factors_of(self.person)),
            "waiting": arrived(self.request),
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
        return safe_next(self.request) or reverse("accounts:account")


class ChangeAddress(AccountPage, Recent, AsksCode):
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
            challenge=self.challenge,
            code=code,
            rank=self.rank,
            keep=this_session(self.request),
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Person) -> str:
        return reverse("accounts:account")


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
