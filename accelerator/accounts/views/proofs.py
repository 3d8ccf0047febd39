"""Pages where one proves who one is: the second factor of sign-in, the passkey as a door, the proof asked for again."""

from datetime import timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accelerator.accounts import factors, forms, operations, queries
from accelerator.accounts.factors import State
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.proof import prove, with_next
from accelerator.accounts.states import FACTOR_TRIES, PER, Door, FactorKind, Purpose
from accelerator.accounts.views.codes import AsksCode, TypedCode
from accelerator.accounts.views.doors import DOOR, Entrance, halfway, open_session, safe_next
from accelerator.design.pages import ActionPage, Unkept
from accelerator.design.visitors import client_address
from accelerator.workflow import Refused
from accelerator.workflow.limits import count_against

_CEREMONY: Final = "passkey_ceremony"
PASSKEYS_PER_PLACE: Final = 60


class UsesPasskey(Unkept, ActionPage):
    """A page where a passkey may be used: what it must sign changes each time that the page is shown."""

    acts_once = False
    ceremony = "get"

    def begin(self) -> tuple[str, State]:
        """What the browser needs, and what must come back."""
        raise NotImplementedError

    def shown(self, form: Any, **extra: Any) -> HttpResponse:
        options, state = self.begin()
        self.request.session[_CEREMONY] = state
        form.ask(self.ceremony, options)
        return super().shown(form, **extra)

    def take_state(self) -> State:
        """What was asked of the passkey; it serves once."""
        state: State | None = self.request.session.pop(_CEREMONY, None)
        if state is None:
            raise Refused("Cette page a déjà servi. Recommencez.")
        return state


class PasskeyEntrance(UsesPasskey, Entrance):
    """Enter with a passkey, which says who one is."""

    title = "Entrer avec une clé d’accès"
    template_name = "accounts/passkey.html"
    form_class = forms.PasskeyDoorForm
    submit_label = "Utiliser ma clé d’accès"

    def begin(self) -> tuple[str, State]:
        return factors.begin_using()

    def context(self) -> dict[str, Any]:
        return {"by_code": with_next(reverse("account_login"), safe_next(self.request))}

    def before(self) -> None:
        count_against(f"passkey:{client_address(self.request)}", limit=PASSKEYS_PER_PLACE, per=PER, at=self.at)

    def perform(self, form: Any) -> Person:
        given = form.cleaned_data["credential"]
        return operations.give_passkey(state=self.take_state(), response=given, by=DOOR, at=self.at).person

    def done_url(self, result: Person) -> str:
        return open_session(self.request, result, safe_next(self.request), door=Door.PASSKEY, two_factors=True)


class GivesFactor(UsesPasskey):
    """A page where somebody known gives their second factor: a code, or a passkey of theirs."""

    form_class = forms.FactorForm
    template_name = "accounts/second_factor.html"
    submit_label = "Valider"
    owner: Person

    def begin(self) -> tuple[str, State]:
        return factors.begin_using(queries.passkeys_of(self.owner))

    def context(self) -> dict[str, Any]:
        kinds = set(queries.factors_of(self.owner).values_list("kind", flat=True))
        return {
            "has_passkey": FactorKind.PASSKEY in kinds,
            "has_application": FactorKind.TOTP in kinds,
            "recovery_left": queries.recovery_codes_left(self.owner),
        }

    def before(self) -> None:
        count_against(f"factor:{self.owner.actor_key}", limit=FACTOR_TRIES, per=timedelta(hours=1), at=self.at)

    def give(self, form: Any) -> None:
        """Prove the second factor. Raises `Refused`."""
        given = form.cleaned_data
        if given["credential"]:
            state = self.take_state()
            operations.give_passkey(person=self.owner, state=state, response=given["credential"], by=DOOR, at=self.at)
        else:
            operations.give_code(person=self.owner, code=given["code"], by=DOOR, at=self.at)


class SecondFactor(GivesFactor, Entrance):
    """The second factor, after the code or ProConnect."""

    title = "Votre second facteur"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        known = halfway(request)
        if known is None and not request.user.is_authenticated:
            return HttpResponseRedirect(with_next(reverse("account_login"), safe_next(request)))
        self.owner, self.door = known or (request.user, Door.CODE)  # type: ignore[assignment]  # who is in goes on
        return super().dispatch(request, *args, **kwargs)

    def perform(self, form: Any) -> Person:
        if halfway(self.request) is None:
            raise Refused("Trop de temps a passé depuis votre premier facteur. Recommencez.")
        self.give(form)
        return self.owner

    def done_url(self, result: Person) -> str:
        return open_session(self.request, result, safe_next(self.request), door=self.door, two_factors=True)


class Confirm(GivesFactor):
    """Prove again who one is before changing a way into the account: by the second factor, else by a code."""

    title = "Confirmer que c’est bien vous"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.owner = self.person
        if not queries.factors_of(self.owner).exists():
            return HttpResponseRedirect(with_next(reverse("accounts:confirm_by_code"), safe_next(request)))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.owner = self.person
        return super().post(request, *args, **kwargs)

    def perform(self, form: Any) -> None:
        self.give(form)
        prove(self.request)

    def done_url(self, result: None) -> str:
        return safe_next(self.request) or reverse("accounts:account")


class ConfirmByCode(AsksCode):
    """Ask a code at the address of the account; only for who has no second factor."""

    title = "Confirmer que c’est bien vous"
    template_name = "accounts/confirm.html"
    form_class = forms.EmptyForm
    submit_label = "Recevoir un code"

    def load(self) -> None:
        if queries.factors_of(self.person).exists():
            raise Http404

    def address(self) -> str:
        return self.person.email or ""

    def context(self) -> dict[str, Any]:
        return {"me": self.person}

    def perform(self, form: Any) -> Challenge:
        return operations.ask_code(
            email=self.address(),
            length=self.length,
            purpose=Purpose.CONFIRM,
            person=self.person,
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Challenge) -> str:
        return with_next(reverse("accounts:confirm_code", args=[result.token]), safe_next(self.request))


class ConfirmCode(TypedCode):
    """Type the code received at the address of the account."""

    title = "Confirmer que c’est bien vous"
    template_name = "accounts/code.html"
    purpose = Purpose.CONFIRM

    def load(self) -> None:
        super().load()
        mine = self.challenge.person == self.person and self.challenge.email == (self.person.email or "").lower()
        if not mine or queries.factors_of(self.person).exists():
            raise Http404

    def again(self) -> str:
        return with_next(reverse("accounts:confirm_by_code"), safe_next(self.request))

    def perform(self, form: Any) -> Challenge:
        return operations.confirm(
            challenge=self.challenge, code=form.cleaned_data["code"], rank=self.rank, by=self.person, at=self.at
        )

    def done_url(self, result: Challenge) -> str:
        prove(self.request)
        return safe_next(self.request) or reverse("accounts:account")
