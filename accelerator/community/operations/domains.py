"""The e-mail domains of an organisation: added by whoever manages it, confirmed by whoever has an address there."""

from datetime import datetime

from accelerator.accounts.models import Person
from accelerator.community import rules
from accelerator.community.domains import reason_unproving, said_domain
from accelerator.community.models import EmailDomain, Organisation
from accelerator.community.operations.locks import lock_organisation
from accelerator.community.queries.claims import on_probation, reason_against_confirming, reason_against_removing
from accelerator.community.queries.people import steering_people
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation

AT_MOST = 20


@operation
def add_domain(*, organisation: Organisation, domain: str, by: Person, at: datetime) -> EmailDomain:
    """Say that the organisation alone gives addresses on a domain (`domains.understand_domain` read it).

    It proves nothing yet: someone who manages the record and has an address there confirms it. The others are told.
    """
    held = lock_organisation(organisation)
    rules.require("community.manage_domains", by, held)
    if reason := reason_unproving(domain):
        raise Refused(reason, field="domain")
    kept = EmailDomain.objects.kept().filter(organisation=held)
    if kept.filter(domain=domain).exists():
        raise Refused("Ce domaine est déjà dans la liste.", field="domain")
    if kept.count() >= AT_MOST:
        raise Refused(f"Une organisation a au plus {AT_MOST} domaines : retirez-en un d’abord.", field="domain")
    added = EmailDomain.objects.create(organisation=held, domain=domain, added_by=by, added_at=at)
    record("community.domain_added", held, added, by=by, at=at, domain=domain)
    others = [Recipient.of(one) for one in steering_people(held) if one != by]
    data = {"organisation": held, "domain": said_domain(domain), "person": by}
    tell("community/domain_added", to=others, at=at, data=data)
    return added


@operation
def confirm_domain(*, domain: EmailDomain, by: Person, at: datetime) -> EmailDomain:
    """Confirm that addresses on a domain are the organisation's: by someone who manages it and has one, proved.

    Raises `Refused` for whoever manages it by a claim that may still be reversed: a wrong claim must not bring others.
    """
    held, domain = _held(domain)
    rules.require("community.manage_domains", by, held)
    if reason := reason_against_confirming(domain, by, on_probation(by, held)):
        raise Refused(reason)
    domain.confirmed_at, domain.confirmed_by = at, by
    domain.save(update_fields=["confirmed_at", "confirmed_by"])
    record("community.domain_confirmed", held, domain, by=by, at=at, domain=domain.domain)
    return domain


@operation
def remove_domain(*, domain: EmailDomain, by: Person, at: datetime) -> EmailDomain:
    """An address on the domain proves nothing any more; the roles that it gave stay.

    Whoever manages it by a claim that may still be reversed removes only what they added and nobody confirmed: a wrong
    claim must not close the door to the others. Raises `Refused` otherwise.
    """
    held, domain = _held(domain)
    rules.require("community.manage_domains", by, held)
    if domain.removed_at:
        raise Refused("Ce domaine est déjà retiré.")
    if reason := reason_against_removing(domain, by, on_probation(by, held)):
        raise Refused(reason)
    domain.removed_at = at
    domain.save(update_fields=["removed_at"])
    record("community.domain_removed", held, domain, by=by, at=at, domain=domain.domain)
    return domain


def _held(domain: EmailDomain) -> tuple[Organisation, EmailDomain]:
    organisation = lock_organisation(domain.organisation)
    return organisation, EmailDomain.objects.select_for_update(of=("self",)).get(pk=domain.pk)
