"""Invitations: sent by an organisation, answered by whom they are for."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse

from accelerator.accounts.proof import with_next
from accelerator.accounts.queries import masked
from accelerator.community import rules
from accelerator.community.forms import people as forms
from accelerator.community.models import Invitation, Organisation
from accelerator.community.operations import invitations as operations
from accelerator.community.queries.invitations import (
    invitation_by,
    invitations_for,
    reason_against_answering,
    state_of,
)
from accelerator.community.queries.organisation import of_record
from accelerator.community.views.within import ActWithin, Within
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb, Page, Unkept
from accelerator.workflow import limits
from accelerator.workflow.dates import DAY
from accelerator.workflow.names import in_sentence

_DAY = timedelta(days=1)


def count_invitation(person: Any, organisation: Organisation, email: str, at: datetime) -> None:
    """Count a mail about to leave: by sender, by organisation, by address (nobody is flooded)."""
    limits.count_against(f"invite:{person.actor_key}", limit=settings.INVITATIONS_PER_PERSON, per=_DAY, at=at)
    limits.count_against(f"invite:{organisation.pk}", limit=settings.INVITATIONS_PER_ORGANISATION, per=_DAY, at=at)
    limits.count_against(f"invite:{email.lower()}", limit=settings.INVITATIONS_PER_ADDRESS, per=_DAY, at=at)


def _manage(invitation: Invitation) -> str:
    return "Renvoyer ou annuler" if invitation.is_waiting else "—"


def _manage_url(invitation: Invitation) -> str:
    if not invitation.is_waiting:
        return ""
    return reverse("community:invitation_sent", args=[invitation.organisation.key, invitation.pk])


class Invitations(Within, ListPage):
    """The invitations that the organisation sent."""

    rule = "community.invite"
    title = "Invitations"
    template_name = "community/people/invitations.html"
    things = ("invitation", "invitations")
    order = "-envoyee"
    filter_form = forms.InvitationFilters
    columns = (
        Column("adresse", "Adresse", lambda one: one.shown_address, sort=("email",), url=_manage_url),
        Column("role", "Proposé", lambda one: one.offer, sort=("role",)),
        Column("envoyee", "Envoyée le", lambda one: one.invited_at, sort=("invited_at",), dated=DAY),
        Column("par", "Par", lambda one: one.invited_by.name),
        Column("etat", "État", state_of),
        Column("expire", "Expire le", lambda one: one.expires_at, sort=("expires_at",), dated=DAY),
        Column("gerer", "Suite", _manage, url=_manage_url),
    )
    empty_title = "Aucune invitation"
    empty_advice = "Invitez les personnes de votre organisation par leur adresse électronique."

    @property
    def invite_url(self) -> str:
        return self.address("invite")

    def rows(self) -> QuerySet[Any]:
        sent = Invitation.objects.filter(of_record(self.organisation))
        return sent.showing_addresses(self.may["see_addresses"]).select_related("invited_by", "organisation")

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        match values.get("etat"):
            case "waiting":
                return rows.open(self.at)  # type: ignore[attr-defined]  # an InvitationQuerySet
            case "over":
                return rows.waiting().filter(expires_at__lte=self.at)  # type: ignore[attr-defined]  # the same
            case "accepted" | "declined" | "revoked" as state:
                return rows.filter(**{f"{state}_at__isnull": False})
        return rows


class Invite(ActWithin):
    """Invite someone."""

    rule = "community.invite"
    title = "Inviter une personne"
    template_name = "community/people/invite.html"
    form_class = forms.Invite
    submit_label = "Envoyer l’invitation"
    back = "invitations"
    back_label = "Invitations"
    done_message = "L’invitation est partie."

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.asked_email = request.POST.get("email", "")
        return super().post(request, *args, **kwargs)

    def before(self) -> None:
        count_invitation(self.person, self.organisation, self.asked_email, self.at)

    def perform(self, form: Any) -> Invitation:
        values = form.cleaned_data
        return operations.invite(
            organisation=self.organisation, email=values["email"], role=values["role"], by=self.person, at=self.at
        )

    def context(self) -> dict[str, Any]:
        return {**super().context(), "days": settings.INVITATION_DAYS}


class InvitationSent(Within):
    """One invitation that the organisation sent: send it again, or take it back."""

    rule = "community.invite"
    title = "Invitation"
    template_name = "community/people/invitation_sent.html"

    @property
    def resend_url(self) -> str:
        return self.address("resend_invitation", self.invitation.pk)

    @property
    def revoke_url(self) -> str:
        return self.address("revoke_invitation", self.invitation.pk)

    def load(self) -> None:
        super().load()
        self.invitation = _sent(self)

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Invitations", self.address("invitations"))]

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "invitation": self.invitation,
            "state": state_of(self.invitation),
            "waiting": self.invitation.is_waiting,
        }


def _sent(page: Within) -> Invitation:
    sent = Invitation.objects.filter(of_record(page.organisation)).showing_addresses(page.may["see_addresses"])
    found = sent.select_related("invited_by", "organisation").filter(pk=page.kwargs["invitation"]).first()
    if found is None:
        raise Http404
    return found


class _OnSent(ActWithin):
    rule = "community.invite"
    form_class = forms.Confirmation
    back = "invitations"
    back_label = "Invitations"

    def load(self) -> None:
        super().load()
        self.invitation = _sent(self)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "invitation": self.invitation, "days": settings.INVITATION_DAYS}


class ResendInvitation(_OnSent):
    """Send a new link; the former one no longer opens anything."""

    title = "Renvoyer une invitation"
    template_name = "community/people/resend_invitation.html"
    submit_label = "Renvoyer"
    done_message = "L’invitation est renvoyée. L’ancien lien ne sert plus."

    def before(self) -> None:
        count_invitation(self.person, self.organisation, self.invitation.email, self.at)

    def perform(self, form: Any) -> Invitation:
        return operations.resend_invitation(invitation=self.invitation, by=self.person, at=self.at)


class RevokeInvitation(_OnSent):
    """Take an invitation back."""

    title = "Annuler une invitation"
    template_name = "community/people/revoke_invitation.html"
    submit_label = "Annuler l’invitation"
    done_message = "L’invitation est annulée. Son lien ne sert plus."

    def perform(self, form: Any) -> Invitation:
        return operations.revoke_invitation(invitation=self.invitation, by=self.person, at=self.at)


class _Answer(ActionPage):
    """What is proposed is shown first; the button answers."""

    form_class = forms.Confirmation
    template_name = "community/people/answer_invitation.html"
    declines: ClassVar[bool] = False
    invitation: Invitation

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the organisation
        verb = "Décliner l’invitation de" if self.declines else "Rejoindre"
        return f"{verb} {in_sentence(self.invitation.organisation.name)}"

    @property
    def submit_label(self) -> str:  # type: ignore[override]  # depends on the answer
        return "Décliner l’invitation" if self.declines else "Accepter l’invitation"

    def perform(self, form: Any) -> Invitation:
        answer = operations.decline_invitation if self.declines else operations.accept_invitation
        return answer(invitation=self.invitation, by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        if self.declines:
            return reverse("portal:dashboard")
        name = "community:organisation" if result.mandate_until else "community:members"
        return reverse(name, args=[result.organisation.key])

    def message_when_done(self, result: Any) -> str:
        if self.declines:
            return "Vous avez décliné l’invitation. L’organisation en est avertie."
        return f"Vous avez accepté l’invitation de {in_sentence(result.organisation.name)}."

    def context(self) -> dict[str, Any]:
        person = self.person
        reason = reason_against_answering(self.invitation, person, self.at) if person.is_authenticated else None
        return {
            "invitation": self.invitation,
            "organisation": self.invitation.organisation,
            "reason": reason,
            "declines": self.declines,
            "other_url": self.other_url(),
            "sign_in_url": with_next(reverse(settings.LOGIN_URL), self.request.path),
            "masked_email": masked(self.invitation.email),
            "email": getattr(person, "email", ""),
        }

    def other_url(self) -> str:
        """Where the opposite answer is given."""
        raise NotImplementedError


class AnswerByLink(Unkept, _Answer):
    """The page that the mail's link opens. To answer, one signs in with the address it was sent to."""

    public = True

    def load(self) -> None:
        found = invitation_by(self.kwargs["token"])
        if found is None:
            raise Http404
        self.invitation = found

    def forbidden(self) -> str | None:
        if self.request.method == "POST" and not self.person.is_authenticated:
            return rules.SIGN_IN
        return None

    def other_url(self) -> str:
        name = "invitation" if self.declines else "invitation_refusal"
        return reverse(f"community:{name}", args=[self.kwargs["token"]])


class AnswerOwn(_Answer):
    """An invitation for the address of the person signed in: no link needed."""

    def load(self) -> None:
        found = Invitation.objects.filter(pk=self.kwargs["invitation"], email=(self.person.email or "").lower())
        invitation = found.select_related("organisation", "organisation__seat", "invited_by", "accepted_by").first()
        if invitation is None:
            raise Http404
        self.invitation = invitation

    def trail(self) -> list[Crumb]:
        return [Crumb("Mon espace", reverse("portal:dashboard")), Crumb("Mes invitations", reverse(MY_INVITATIONS))]

    def other_url(self) -> str:
        name = "my_invitation" if self.declines else "my_invitation_refusal"
        return reverse(f"community:{name}", args=[self.invitation.pk])


MY_INVITATIONS = "community:my_invitations"


class MyInvitations(Page):
    """The invitations that wait for my answer."""

    title = "Mes invitations"
    template_name = "community/people/my_invitations.html"

    def trail(self) -> list[Crumb]:
        return [Crumb("Mon espace", reverse("portal:dashboard"))]

    def context(self) -> dict[str, Any]:
        return {"invitations": invitations_for(self.person, self.at)}
