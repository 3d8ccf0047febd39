"""The e-mail domains by which one proves that one belongs to an organisation."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from accelerator.community.domains import said_domain
from accelerator.community.forms.claims import AddDomain as AddDomainForm
from accelerator.community.forms.people import Confirmation
from accelerator.community.models import Claim, EmailDomain
from accelerator.community.operations import domains as operations
from accelerator.community.queries.claims import on_probation, reason_against_confirming, reason_against_removing
from accelerator.community.views.within import ActWithin, Within
from accelerator.design.lists import Column, ListPage
from accelerator.workflow import limits
from accelerator.workflow.dates import DAY, said


def _remove_url(domain: Any) -> str:
    return reverse("community:remove_domain", args=[domain.organisation.key, domain.pk]) if domain.may_remove else ""


def _confirm_url(domain: Any) -> str:
    return reverse("community:confirm_domain", args=[domain.organisation.key, domain.pk]) if domain.may_confirm else ""


def _confirmation(domain: Any) -> str:
    if domain.confirmed_at:
        return f"Confirmé le {said(domain.confirmed_at)}"
    return "Confirmer" if domain.may_confirm else "À confirmer par un gestionnaire qui y a une adresse"


class Domains(Within, ListPage):
    """The domains, and whether they prove anything yet."""

    rule = "community.manage_domains"
    title = "Domaines de messagerie"
    template_name = "community/claims/domains.html"
    things = ("domaine", "domaines")
    order = "domaine"
    export_name = "domaines"
    columns = (
        Column("domaine", "Domaine", lambda one: said_domain(one.domain), sort=("domain",)),
        Column("ajoute", "Ajouté le", lambda one: one.added_at, sort=("added_at",), dated=DAY),
        Column("par", "Par", lambda one: one.added_by.name),
        Column("preuve", "Confirmation", _confirmation, sort=("confirmed_at",), nullable=True, url=_confirm_url),
        Column("suite", "Suite", lambda one: "Retirer" if one.may_remove else "—", url=_remove_url),
    )
    empty_title = "Aucun domaine"
    empty_advice = "Ajoutez le domaine de vos adresses : vos collègues prouveront ainsi qu’ils sont de l’organisation."

    @property
    def add_url(self) -> str:
        return self.address("add_domain")

    def rows(self) -> QuerySet[Any]:
        kept = EmailDomain.objects.kept().filter(organisation=self.organisation)
        return kept.select_related("added_by", "organisation")

    def prepared(self, rows: list[Any]) -> list[Any]:
        """With what whoever looks may do of each; whom a claimant let in reads it on the page of the domain only."""
        own = Claim.objects.reversible().filter(organisation=self.organisation, person=self.person)
        probation = own.order_by("claimed_at", "pk").first()
        for one in rows:
            one.may_confirm = not reason_against_confirming(one, self.person, probation)
            one.may_remove = not reason_against_removing(one, self.person, probation)
        return rows


class AddDomain(ActWithin):
    """Add a domain."""

    rule = "community.manage_domains"
    title = "Ajouter un domaine de messagerie"
    template_name = "community/claims/add_domain.html"
    form_class = AddDomainForm
    submit_label = "Ajouter le domaine"
    back = "domains"
    back_label = "Domaines"

    def before(self) -> None:
        key = f"domains:{self.person.actor_key}"
        limits.count_against(key, limit=settings.DOMAINS_PER_PERSON, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> EmailDomain:
        domain = form.cleaned_data["domain"]
        return operations.add_domain(organisation=self.organisation, domain=domain, by=self.person, at=self.at)

    def message_when_done(self, result: EmailDomain) -> str:
        if not reason_against_confirming(result, self.person, on_probation(self.person, self.organisation)):
            return "Le domaine est ajouté. Votre adresse y est : confirmez-le maintenant, il ne prouve rien sans cela."
        return (
            "Le domaine est ajouté. Il ne prouve rien tant qu’une personne qui gère la fiche, et dont l’adresse y est,"
            " ne l’a pas confirmé ici."
        )


class _OnDomain(ActWithin):
    rule = "community.manage_domains"
    form_class = Confirmation
    back = "domains"
    back_label = "Domaines"

    def load(self) -> None:
        super().load()
        found = EmailDomain.objects.kept().filter(organisation=self.organisation, pk=self.kwargs["domain"])
        domain = found.select_related("organisation").first()
        if domain is None:
            raise Http404
        self.domain = domain

    def reason_against(self, probation: Claim | None) -> str | None:
        """Why this person may not do it, who owes their place to that claim, if to any."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        reason = self.reason_against(on_probation(self.person, self.organisation))
        return {**super().context(), "domain": said_domain(self.domain.domain), "withheld": reason}


class ConfirmDomain(_OnDomain):
    """Confirm a domain on which one has an address."""

    title = "Confirmer un domaine"
    template_name = "community/claims/confirm_domain.html"
    submit_label = "Confirmer le domaine"
    done_message = "Le domaine est confirmé : une adresse y prouve que l’on est de l’organisation."

    def reason_against(self, probation: Claim | None) -> str | None:
        return reason_against_confirming(self.domain, self.person, probation)

    def perform(self, form: Any) -> EmailDomain:
        return operations.confirm_domain(domain=self.domain, by=self.person, at=self.at)


class RemoveDomain(_OnDomain):
    """Remove a domain."""

    title = "Retirer un domaine"
    template_name = "community/claims/remove_domain.html"
    submit_label = "Retirer le domaine"
    done_message = "Le domaine est retiré. Les rôles déjà obtenus restent."

    def reason_against(self, probation: Claim | None) -> str | None:
        return reason_against_removing(self.domain, self.person, probation)

    def perform(self, form: Any) -> EmailDomain:
        return operations.remove_domain(domain=self.domain, by=self.person, at=self.at)
