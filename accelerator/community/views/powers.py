"""Delegations of the legal representative, mandates of helpers."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.community import rules
from accelerator.community.forms import people as forms
from accelerator.community.models import Delegation, Mandate, Role
from accelerator.community.operations import invitations, powers
from accelerator.community.states import DelegationScope
from accelerator.community.views.invitations import count_invitation
from accelerator.community.views.within import ActWithin, Within
from accelerator.design.lists import Column, ListPage
from accelerator.workflow.dates import DAY
from accelerator.workflow.ordering import alphabetical


def _state(power: Any) -> str:
    today = localdate()
    if power.revoked_at and localdate(power.revoked_at) <= power.ends_on:
        return "Terminée avant son terme"
    if power.ends_on < today:
        return "Arrivée à son terme"
    if getattr(power, "starts_on", today) > today:
        return "À venir"
    return "En cours"


def _running(power: Any) -> bool:
    return power.revoked_at is None and power.ends_on >= localdate()


def _end_of(name: str) -> Any:
    return lambda one: reverse(name, args=[one.organisation.key, one.pk]) if _running(one) and one.mine_to_end else ""


def _end_label(one: Any) -> str:
    return "Mettre fin" if _running(one) and one.mine_to_end else "—"


class Delegations(Within, ListPage):
    """The delegations given, running and past."""

    rule = "community.see_delegations"
    title = "Délégations"
    template_name = "community/people/delegations.html"
    things = ("délégation", "délégations")
    order = "-fin"
    columns = (
        Column("a", "À", lambda one: one.delegate.name, sort=("delegate__family_name", "delegate__given_name")),
        Column("objet", "Pour", lambda one: one.get_scope_display(), sort=("scope",)),
        Column("par", "Donnée par", lambda one: one.giver.name),
        Column("debut", "Du", lambda one: one.starts_on, sort=("starts_on",), dated=DAY),
        Column("fin", "Au", lambda one: one.ends_on, sort=("ends_on",), dated=DAY),
        Column("etat", "État", _state),
        Column("suite", "Suite", _end_label, url=_end_of("community:delegation_end")),
    )
    empty_title = "Aucune délégation"
    empty_advice = (
        "Le représentant légal peut laisser un membre déposer des dossiers ou signer au nom de l’organisation."
    )

    @property
    def give_url(self) -> str:
        return self.address("give_delegation")

    def rows(self) -> QuerySet[Any]:
        given = Delegation.objects.filter(organisation=self.organisation)
        mine = given.ending_allowed(all_of_them=self.may["revoke_delegation"], person=self.person)
        return mine.select_related("delegate", "giver", "organisation")


class GiveDelegation(ActWithin):
    """Give a delegation."""

    rule = "community.give_delegation"
    title = "Donner une délégation"
    template_name = "community/people/give_delegation.html"
    form_class = forms.GiveDelegation
    submit_label = "Donner la délégation"
    done_message = "La délégation est donnée. La personne en est avertie."
    back = "delegations"
    back_label = "Délégations"

    def load(self) -> None:
        super().load()
        others = Role.objects.current().filter(organisation=self.organisation).select_related("person")
        self.others = {
            role.person.public_id: role.person
            for role in others.order_by(alphabetical("person__family_name"), alphabetical("person__given_name"), "pk")
            if role.person != self.person
        }

    def form_arguments(self) -> dict[str, Any]:
        return {"members": [(public_id, person.name) for public_id, person in self.others.items()]}

    def initial(self) -> dict[str, Any]:
        return {"starts_on": localdate(self.at)}

    def perform(self, form: Any) -> Delegation:
        values = form.cleaned_data
        return powers.give_delegation(
            organisation=self.organisation,
            delegate=self.others[values["delegate"]],
            scope=values["scope"],
            starts_on=values["starts_on"],
            ends_on=values["ends_on"],
            by=self.person,
            at=self.at,
        )

    def context(self) -> dict[str, Any]:
        today = localdate(self.at)
        cannot_sign = rules.may_act_for(self.person, self.organisation, DelegationScope.SIGN, today)
        return {**super().context(), "others": self.others, "cannot_sign": cannot_sign}


class EndDelegation(ActWithin):
    """End a delegation before its day."""

    rule = "community.see_delegations"
    title = "Mettre fin à une délégation"
    template_name = "community/people/end_delegation.html"
    form_class = forms.Confirmation
    submit_label = "Mettre fin à la délégation"
    done_message = "La délégation a pris fin. Les personnes concernées en sont averties."
    back = "delegations"
    back_label = "Délégations"

    def load(self) -> None:
        super().load()
        given = Delegation.objects.select_related("delegate", "giver", "organisation")
        found = given.filter(organisation=self.organisation, pk=self.kwargs["delegation"]).first()
        if found is None:
            raise Http404
        self.delegation = found

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        if self.delegation.delegate == self.person:
            return None
        return rules.reason_within("community.revoke_delegation", self.standing)

    def perform(self, form: Any) -> Delegation:
        return powers.revoke_delegation(delegation=self.delegation, by=self.person, at=self.at)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "delegation": self.delegation}


class Mandates(Within, ListPage):
    """The helpers who may fill in the record."""

    rule = "community.see_mandates"
    title = "Mandats d’accompagnateurs"
    template_name = "community/people/mandates.html"
    things = ("mandat", "mandats")
    order = "-fin"
    columns = (
        Column("a", "Accompagnateur", lambda one: one.helper.name, sort=("helper__family_name", "helper__given_name")),
        Column("par", "Donné par", lambda one: one.granted_by.name),
        Column("fin", "Jusqu’au", lambda one: one.ends_on, sort=("ends_on",), dated=DAY),
        Column("etat", "État", lambda one: _state(one).replace("ée", "é")),
        Column("suite", "Suite", _end_label, url=_end_of("community:mandate_end")),
    )
    empty_title = "Aucun mandat"
    empty_advice = "Un accompagnateur peut compléter la fiche à votre place, tant que vous le voulez."

    @property
    def offer_url(self) -> str:
        return self.address("offer_mandate")

    def rows(self) -> QuerySet[Any]:
        granted = Mandate.objects.filter(organisation=self.organisation)
        if not self.may["see_people"]:
            granted = granted.filter(helper=self.person)
        mine = granted.ending_allowed(all_of_them=self.may["revoke_mandate"], person=self.person)
        return mine.select_related("helper", "granted_by", "organisation")


class OfferMandate(ActWithin):
    """Offer a mandate to a helper."""

    rule = "community.grant_mandate"
    title = "Proposer un mandat à un accompagnateur"
    template_name = "community/people/offer_mandate.html"
    form_class = forms.OfferMandate
    submit_label = "Proposer le mandat"
    done_message = "La proposition est partie. Le mandat commencera quand la personne l’aura accepté."
    back = "mandates"
    back_label = "Mandats"

    def before(self) -> None:
        count_invitation(self.person, self.organisation, self.request.POST.get("email", ""), self.at)

    def perform(self, form: Any) -> Any:
        values = form.cleaned_data
        return invitations.offer_mandate(
            organisation=self.organisation, email=values["email"], until=values["until"], by=self.person, at=self.at
        )


class EndMandate(ActWithin):
    """End a mandate at once."""

    rule = "community.see_mandates"
    title = "Mettre fin à un mandat"
    template_name = "community/people/end_mandate.html"
    form_class = forms.Confirmation
    submit_label = "Mettre fin au mandat"
    done_message = "Le mandat a pris fin."

    def load(self) -> None:
        super().load()
        granted = Mandate.objects.select_related("helper", "granted_by", "organisation")
        found = granted.filter(organisation=self.organisation, pk=self.kwargs["mandate"]).first()
        if found is None:
            raise Http404
        self.mandate = found

    back = "mandates"
    back_label = "Mandats"

    def forbidden(self) -> str | None:
        if reason := super().forbidden():
            return reason
        if self.mandate.helper == self.person:
            return None
        return rules.reason_within("community.revoke_mandate", self.standing)

    def perform(self, form: Any) -> Mandate:
        return powers.revoke_mandate(mandate=self.mandate, by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        if result.helper == self.person:
            return reverse("portal:dashboard")
        return super().done_url(result)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "mandate": self.mandate, "own": self.mandate.helper == self.person}
