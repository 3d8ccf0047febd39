"""The e-mail domains by which one proves that one belongs to an organisation."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from accelerator.community.domains import domain_of, said_domain
from accelerator.community.forms.claims import AddDomain as AddDomainForm
from accelerator.community.forms.people import Confirmation
from accelerator.community.models import EmailDomain
from accelerator.community.operations import domains as operations
from accelerator.community.views.within import ActWithin, Within
from accelerator.design.lists import Column, ListPage
from accelerator.workflow import limits
from accelerator.workflow.dates import DAY, said


def _remove_url(domain: EmailDomain) -> str:
    return reverse("community:remove_domain", args=[domain.organisation.key, domain.pk])


def _confirm_url(domain: EmailDomain) -> str:
    if domain.confirmed_at or not domain.is_mine:  # type: ignore[attr-defined]  # `confirmable`
        return ""
    return reverse("community:confirm_domain", args=[domain.organisation.key, domain.pk])


def _confirmation(domain: EmailDomain) -> str:
    if domain.confirmed_at:
        return f"Confirmé le {said(domain.confirmed_at)}"
    return "Confirmer" if _confirm_url(domain) else "À confirmer par un gestionnaire qui y a une adresse"


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
        Column("suite", "Suite", lambda one: "Retirer", url=_remove_url),
    )
    empty_title = "Aucun domaine"
    empty_advice = "Ajoutez le domaine de vos adresses : vos collègues prouveront ainsi qu’ils sont de l’organisation."

    @property
    def add_url(self) -> str:
        return self.address("add_domain")

    def rows(self) -> QuerySet[Any]:
        kept = EmailDomain.objects.kept().filter(organisation=self.organisation)
        return kept.confirmable(domain_of(self.person.email)).select_related("added_by", "organisation")


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
        if domain_of(self.person.email) == result.domain:
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

    def context(self) -> dict[str, Any]:
        return {**super().context(), "domain": said_domain(self.domain.domain)}


class ConfirmDomain(_OnDomain):
    """Confirm a domain on which one has an address."""

    title = "Confirmer un domaine"
    template_name = "community/claims/confirm_domain.html"
    submit_label = "Confirmer le domaine"
    done_message = "Le domaine est confirmé : une adresse y prouve que l’on est de l’organisation."

    def perform(self, form: Any) -> EmailDomain:
        return operations.confirm_domain(domain=self.domain, by=self.person, at=self.at)


class RemoveDomain(_OnDomain):
    """Remove a domain."""

    title = "Retirer un domaine"
    template_name = "community/claims/remove_domain.html"
    submit_label = "Retirer le domaine"
    done_message = "Le domaine est retiré. Les rôles déjà obtenus restent."

    def perform(self, form: Any) -> EmailDomain:
        return operations.remove_domain(domain=self.domain, by=self.person, at=self.at)
