"""What protects the account: second factors, recovery codes, open sessions."""

import json
from datetime import datetime
from typing import Any, Final

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import Http404
from django.urls import reverse

from accelerator.accounts import factors, forms, operations, queries
from accelerator.accounts.duties import SECOND_FACTOR_MISSING, reason_for_second_factor
from accelerator.accounts.factors import State
from accelerator.accounts.models import Factor, OpenSession
from accelerator.accounts.states import FACTOR_TRIES, MOST_PASSKEYS, PER, RECOVERY_SHOWN, Door, FactorKind
from accelerator.accounts.views.account import AccountPage
from accelerator.accounts.views.doors import Recent, this_session
from accelerator.accounts.views.proofs import UsesPasskey
from accelerator.design import codes
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page, Unkept
from accelerator.workflow.dates import MOMENT
from accelerator.workflow.limits import count_against

_APPLICATION: Final = "new_application"
_RECOVERY: Final = "new_recovery_codes"


class SecurityPage(AccountPage):
    """What the pages under "Sécurité de mon compte" share."""

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Sécurité", reverse("accounts:security"))]


class Security(AccountPage, Page):
    """The second factors of the account, its recovery codes, its sessions."""

    title = "Sécurité de mon compte"
    template_name = "accounts/security.html"

    def context(self) -> dict[str, Any]:
        held = list(queries.factors_of(self.person))
        return {
            "factors": held,
            "may_add_application": not any(factor.kind == FactorKind.TOTP for factor in held),
            "may_add_passkey": sum(factor.kind == FactorKind.PASSKEY for factor in held) < MOST_PASSKEYS,
            "recovery_left": queries.recovery_codes_left(self.person) if held else 0,
            "must": "" if held else reason_for_second_factor(self.person),
            "open_sessions": queries.sessions_of(self.person, self.at).count(),
        }


class _Adds(SecurityPage, Recent, ActionPage):
    """A page that adds a factor: the first one comes with recovery codes, shown next."""

    made_codes = False

    def add(self, form: Any) -> Factor:
        """Add it."""
        raise NotImplementedError

    def perform(self, form: Any) -> Factor:
        factor = self.add(form)
        self.request.session.pop(SECOND_FACTOR_MISSING, None)
        if not queries.recovery_codes_left(self.person):
            codes = operations.make_recovery_codes(person=self.person, by=self.person, at=self.at)
            keep_to_show(self.request, codes)
            self.made_codes = True
        return factor

    def message_when_done(self, result: Factor) -> str:
        return f"« {result.name} » protège désormais votre compte. Vos autres connexions sont fermées."

    def done_url(self, result: Factor) -> str:
        return reverse("accounts:recovery_codes" if self.made_codes else "accounts:security")


class AddPasskey(_Adds, UsesPasskey):
    """Make a passkey on this machine, on a phone or on a key."""

    title = "Ajouter une clé d’accès"
    template_name = "accounts/passkey_add.html"
    form_class = forms.NewPasskeyForm
    submit_label = "Créer la clé d’accès"
    ceremony = "create"

    def begin(self) -> tuple[str, State]:
        return factors.begin_making(self.person, queries.passkeys_of(self.person))

    def add(self, form: Any) -> Factor:
        return operations.add_passkey(
            person=self.person,
            name=form.cleaned_data["name"],
            state=self.take_state(),
            response=form.cleaned_data["credential"],
            keep=this_session(self.request),
            by=self.person,
            at=self.at,
        )


class AddApplication(Unkept, _Adds):
    """Copy a secret into an application that gives codes, and type its first code."""

    title = "Ajouter une application de codes"
    template_name = "accounts/application_add.html"
    form_class = forms.NewApplicationForm
    submit_label = "Vérifier et ajouter"
    acts_once = False

    def load(self) -> None:
        kept = self.request.session.get(_APPLICATION)
        if kept is None:
            kept = self.request.session[_APPLICATION] = factors.sealed(factors.new_secret())
        self.secret = factors.unsealed(kept)

    def context(self) -> dict[str, Any]:
        address = factors.provisioning(self.secret, self.person.email or "")
        grouped = " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))
        return {"picture": codes.picture(address), "secret": grouped}

    def before(self) -> None:
        count_against(f"factor:{self.person.actor_key}", limit=FACTOR_TRIES, per=PER, at=self.at)

    def add(self, form: Any) -> Factor:
        factor = operations.add_application(
            person=self.person,
            name=FactorKind.TOTP.label,
            secret=self.secret,
            code=form.cleaned_data["code"],
            keep=this_session(self.request),
            by=self.person,
            at=self.at,
        )
        del self.request.session[_APPLICATION]
        return factor


class RemoveFactor(SecurityPage, Recent, ActionPage):
    """Take a factor away."""

    title = "Retirer un second facteur"
    template_name = "accounts/factor_remove.html"
    form_class = forms.EmptyForm
    submit_label = "Retirer"
    done_message = "Il est retiré. Vos autres connexions sont fermées."

    def load(self) -> None:
        found = queries.factors_of(self.person).filter(pk=self.kwargs["number"]).first()
        if found is None:
            raise Http404
        self.factor = found

    def context(self) -> dict[str, Any]:
        return {"factor": self.factor, "is_last": queries.factors_of(self.person).count() == 1}

    def perform(self, form: Any) -> None:
        operations.remove_factor(factor=self.factor, keep=this_session(self.request), by=self.person, at=self.at)

    def done_url(self, result: None) -> str:
        return reverse("accounts:security")


def keep_to_show(request: Any, codes: list[str]) -> None:
    """Keep codes just made, sealed, for the few minutes in which they can be read."""
    request.session[_RECOVERY] = {"sealed": factors.sealed(json.dumps(codes)), "at": request.at.isoformat()}


def just_made(request: Any) -> list[str]:
    """The recovery codes made in this session in the last minutes."""
    kept = request.session.get(_RECOVERY)
    if not kept or request.at >= datetime.fromisoformat(kept["at"]) + RECOVERY_SHOWN:
        return []
    codes: list[str] = json.loads(factors.unsealed(kept["sealed"]))
    return codes


class RecoveryCodes(Unkept, SecurityPage, Recent, ActionPage):
    """Codes for paper: those just made, or the button that makes others."""

    title = "Codes de secours"
    template_name = "accounts/recovery_codes.html"
    form_class = forms.EmptyForm
    submit_label = "Faire de nouveaux codes"
    done_message = "Voici vos nouveaux codes. Les anciens ne valent plus rien."

    def context(self) -> dict[str, Any]:
        return {
            "codes": just_made(self.request),
            "left": queries.recovery_codes_left(self.person),
            "protected": queries.factors_of(self.person).exists(),
            "minutes": int(RECOVERY_SHOWN.total_seconds() // 60),
        }

    def perform(self, form: Any) -> None:
        codes = operations.make_recovery_codes(person=self.person, by=self.person, at=self.at)
        keep_to_show(self.request, codes)

    def done_url(self, result: None) -> str:
        return reverse("accounts:recovery_codes")


def _door(session: OpenSession) -> str:
    door = session.get_door_display()
    return f"{door}, puis second facteur" if session.two_factors and session.door != Door.PASSKEY else door


class Sessions(SecurityPage, ListPage):
    """The sessions that are open in the person's name."""

    title = "Mes connexions"
    columns = (
        Column("navigateur", "Navigateur", lambda one: one.browser, sort=("browser",)),
        Column("porte", "Façon d’entrer", _door, sort=("door",)),
        Column("depuis", "Ouverte le", lambda one: one.opened_at, sort=("opened_at",), dated=MOMENT),
        Column(
            "suite",
            "Suite",
            lambda one: "Cette connexion" if one.is_this else "Fermer",
            url=lambda one: "" if one.is_this else reverse("accounts:session_end", args=[one.pk]),
        ),
    )
    order = "-depuis"
    filter_form = forms.SessionFilters
    template_name = "accounts/sessions.html"
    export_name = "mes-connexions"
    things = ("connexion", "connexions")
    empty_title = "Aucune connexion notée"
    empty_advice = "Une connexion est notée quand elle s’ouvre, et oubliée quand elle se ferme."

    def rows(self) -> Any:
        mine = ExpressionWrapper(Q(session_key=this_session(self.request)), output_field=BooleanField())
        return queries.sessions_of(self.person, self.at).annotate(is_this=mine)

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        return rows.filter(door=values["porte"]) if values.get("porte") else rows

    def context(self) -> dict[str, Any]:
        context = super().context()
        return {**context, "others": any(not one.is_this for one in context["rows"])}


class EndSession(SecurityPage, ActionPage):
    """End one session: whoever is in it is asked who they are at the next page."""

    title = "Fermer une connexion"
    template_name = "accounts/session_end.html"
    form_class = forms.EmptyForm
    submit_label = "Fermer cette connexion"
    done_message = "La connexion est fermée."

    def load(self) -> None:
        found = queries.sessions_of(self.person, self.at).filter(pk=self.kwargs["number"]).first()
        if found is None or found.session_key == this_session(self.request):
            raise Http404
        self.session: OpenSession = found

    def context(self) -> dict[str, Any]:
        return {"session": self.session}

    def perform(self, form: Any) -> None:
        operations.end_sessions(person=self.person, only=self.session, by=self.person, at=self.at)

    def done_url(self, result: None) -> str:
        return reverse("accounts:sessions")


class EndOtherSessions(SecurityPage, ActionPage):
    """End every session but this one."""

    title = "Fermer mes autres connexions"
    template_name = "accounts/session_end.html"
    form_class = forms.EmptyForm
    submit_label = "Fermer toutes les autres"
    done_message = "Vos autres connexions sont fermées."

    def context(self) -> dict[str, Any]:
        return {"session": None}

    def perform(self, form: Any) -> None:
        operations.end_sessions(person=self.person, keep=this_session(self.request), by=self.person, at=self.at)

    def done_url(self, result: None) -> str:
        return reverse("accounts:sessions")
