"""Handing over a record: the offer, and its answer."""

from typing import Any, ClassVar, Final

from django.http import Http404
from django.urls import reverse

from accelerator.accounts.queries import masked
from accelerator.community.forms import closing as forms
from accelerator.community.forms.people import Confirmation
from accelerator.community.models import Handover, Role
from accelerator.community.operations import handovers as operations
from accelerator.community.queries.handovers import reason_against_taking
from accelerator.community.states import HandoverState
from accelerator.community.views.invitations import count_invitation
from accelerator.community.views.within import ActWithin
from accelerator.design.pages import ActionPage, Crumb
from accelerator.workflow.dates import said
from accelerator.workflow.names import in_sentence

_WAITING: Final = "Une proposition attend sa réponse"


class HandOver(ActWithin):
    """Offer one's place."""

    rule = "community.hand_over"
    title = "Passer la main"
    template_name = "community/closing/hand_over.html"
    form_class = forms.HandOver
    submit_label = "Proposer de passer la main"
    back = "members"
    back_label = "Membres"

    def load(self) -> None:
        super().load()
        others = Role.objects.current().filter(organisation=self.organisation).exclude(person=self.person)
        self.others = {role.person.public_id: role.person for role in others.select_related("person").order_by("pk")}

    def form_arguments(self) -> dict[str, Any]:
        return {"members": [(key, person.name) for key, person in self.others.items()]}

    def make_form(self, **bound: Any) -> Any:
        self.form = super().make_form(**bound)
        return self.form

    def _email(self) -> str:
        values = self.form.cleaned_data
        person = self.others.get(values["member"])
        return str(person.email if person else values["email"])

    def before(self) -> None:
        count_invitation(self.person, self.organisation, self._email(), self.at)

    def perform(self, form: Any) -> Handover:
        return operations.offer_handover(
            organisation=self.organisation, email=self._email(), by=self.person, at=self.at
        )

    def message_when_done(self, result: Handover) -> str:
        return (
            f"La proposition est partie ; elle attend une réponse avant le {said(result.expires_at)}. Rien ne change"
            " sans son accord ; « Passer la main » permet de la retirer."
        )

    def context(self) -> dict[str, Any]:
        mine = Handover.objects.open(self.at).filter(organisation=self.organisation, giver=self.person).first()
        email = masked(mine.email) if mine else ""
        return {**super().context(), "withheld": mine and _WAITING, "waiting": mine, "masked_email": email}


class WithdrawHandover(ActWithin):
    """Take one's offer back."""

    rule = "community.hand_over"
    title = "Retirer la proposition de passer la main"
    template_name = "community/closing/withdraw_handover.html"
    form_class = Confirmation
    submit_label = "Retirer la proposition"
    back = "members"
    back_label = "Membres"
    done_message = "La proposition est retirée : vous gardez votre rôle."

    def load(self) -> None:
        super().load()
        mine = Handover.objects.filter(organisation=self.organisation, giver=self.person, state=HandoverState.OPEN)
        found = mine.select_related("organisation", "giver").first()
        if found is None:
            raise Http404
        self.handover = found

    def perform(self, form: Any) -> Handover:
        return operations.withdraw_handover(handover=self.handover, by=self.person, at=self.at)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "handover": self.handover, "masked_email": masked(self.handover.email)}


class TakeOver(ActionPage):
    """What the mail leads to: what is offered is shown first; the button answers."""

    template_name = "community/closing/take_over.html"
    form_class = Confirmation
    declines: ClassVar[bool] = False
    handover: Handover

    @property
    def title(self) -> str:  # type: ignore[override]  # depends on the organisation
        verb = "Décliner" if self.declines else "Prendre la suite"
        return f"{verb} : {in_sentence(self.handover.organisation.name)}"

    @property
    def submit_label(self) -> str:  # type: ignore[override]  # depends on the answer
        return "Décliner la proposition" if self.declines else "Prendre la suite"

    @property
    def other_url(self) -> str:
        name = "handover" if self.declines else "handover_refusal"
        return reverse(f"community:{name}", args=[self.handover.public_id])

    def load(self) -> None:
        found = Handover.objects.filter(public_id=self.kwargs["public_id"])
        handover = found.select_related("organisation", "giver").first()
        if handover is None:
            raise Http404
        self.handover = handover

    def forbidden(self) -> str | None:
        return reason_against_taking(self.handover, self.person, self.at)

    def trail(self) -> list[Crumb]:
        return [self.way_back()]

    def way_back(self) -> Crumb:
        return Crumb("Mon espace", reverse("portal:dashboard"))

    def perform(self, form: Any) -> Handover:
        answer = operations.decline_handover if self.declines else operations.accept_handover
        return answer(handover=self.handover, by=self.person, at=self.at)

    def done_url(self, result: Handover) -> str:
        if self.declines:
            return reverse("portal:dashboard")
        return reverse("community:members", args=[result.organisation.key])

    def message_when_done(self, result: Handover) -> str:
        if self.declines:
            return "Vous avez décliné. La personne en est avertie ; elle garde son rôle."
        return f"Vous gérez maintenant la fiche de {in_sentence(result.organisation.name)}."

    def context(self) -> dict[str, Any]:
        return {
            "handover": self.handover,
            "organisation": self.handover.organisation,
            "declines": self.declines,
        }
