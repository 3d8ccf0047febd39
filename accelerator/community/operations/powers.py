"""Acting for an organisation: delegations of its legal representative, mandates of its helpers."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community import rules
from accelerator.community.models import Delegation, Mandate, Organisation, Role
from accelerator.community.operations.locks import lock_organisation, lock_person
from accelerator.community.states import DelegationScope
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation


@operation
def give_delegation(
    *,
    organisation: Organisation,
    delegate: Person,
    scope: str,
    starts_on: date,
    ends_on: date,
    by: Person,
    at: datetime,
) -> Delegation:
    """The legal representative lets a member submit or sign, from a day to another.

    Only a confirmed representative may delegate the signature: nobody gives more than they have.
    """
    organisation = lock_organisation(organisation)
    rules.require("community.give_delegation", by, organisation)
    today = localdate(at)
    if scope == DelegationScope.SIGN and (reason := rules.may_act_for(by, organisation, DelegationScope.SIGN, today)):
        raise Refused(reason, field="scope")
    if delegate == by:
        raise Refused("On ne se délègue rien à soi-même.", field="delegate")
    if not Role.objects.current().filter(person=delegate, organisation=organisation).exists():
        raise Refused("Cette personne n’est plus membre de l’organisation.", field="delegate")
    if ends_on < starts_on:
        raise Refused("La délégation finit après avoir commencé.", field="ends_on")
    if ends_on < today:
        raise Refused("La délégation finirait avant d’avoir servi.", field="ends_on")
    if ends_on > starts_on + timedelta(days=settings.DELEGATION_MAX_DAYS):
        raise Refused(f"Une délégation dure au plus {settings.DELEGATION_MAX_DAYS} jours.", field="ends_on")
    running = Delegation.objects.filter(
        organisation=organisation,
        delegate=delegate,
        scope=scope,
        revoked_at__isnull=True,
        starts_on__lte=ends_on,
        ends_on__gte=starts_on,
    ).first()
    if running:
        raise Refused(
            f"Cette personne a déjà cette délégation du {running.starts_on:%d/%m/%Y} au {running.ends_on:%d/%m/%Y}.",
            field="starts_on",
        )
    delegation = Delegation.objects.create(
        organisation=organisation,
        giver=by,
        delegate=delegate,
        scope=scope,
        starts_on=starts_on,
        ends_on=ends_on,
        given_at=at,
    )
    record(
        "community.delegation_given",
        organisation,
        delegate,
        by=by,
        at=at,
        person=delegate.name,
        scope=delegation.get_scope_display(),
        start=f"{starts_on:%d/%m/%Y}",
        end=f"{ends_on:%d/%m/%Y}",
    )
    data = {"organisation": organisation, "delegation": delegation}
    tell("community/delegation_given", to=Recipient.of(delegate), at=at, data=data)
    return delegation


@operation
def revoke_delegation(*, delegation: Delegation, by: Actor, at: datetime) -> Delegation:
    """End a delegation before its day: by a representative, by the platform, or by the delegate who gives it up."""
    organisation = lock_organisation(delegation.organisation)
    delegation = Delegation.objects.select_related("delegate", "giver", "organisation").get(pk=delegation.pk)
    if by.actor_key != delegation.delegate.actor_key:
        rules.require("community.revoke_delegation", by, organisation)
    if delegation.revoked_at:
        raise Refused("Cette délégation a déjà pris fin.")
    _revoke_delegation(delegation, by=by, at=at)
    return delegation


@operation
def begin_mandate(
    *, organisation: Organisation, helper: Person, until: date, granter: Person, by: Person, at: datetime
) -> Mandate:
    """A helper accepts to fill in an organisation's record until a day. The caller checked the offer (invitations)."""
    helper = lock_person(helper)
    organisation = lock_organisation(organisation)
    if Role.objects.current().filter(person=helper, organisation=organisation).exists():
        raise Refused("Vous êtes membre de cette organisation : un mandat ne vous est pas utile.")
    today = localdate(at)
    if until < today:
        raise Refused("Le mandat proposé est déjà passé. Demandez à l’organisation de vous en proposer un autre.")
    held = Mandate.objects.filter(organisation=organisation, helper=helper, revoked_at__isnull=True).first()
    if held and held.ends_on >= today:
        raise Refused(f"Vous avez déjà un mandat pour cette organisation, jusqu’au {held.ends_on:%d/%m/%Y}.")
    if held:
        _close_mandate(held, at=at)
    mandate = Mandate.objects.create(
        organisation=organisation,
        helper=helper,
        granted_by=granter,
        granted_at=at,
        ends_on=until,
    )
    record("community.mandate_accepted", organisation, helper, by=by, at=at, end=f"{until:%d/%m/%Y}")
    return mandate


@operation
def revoke_mandate(*, mandate: Mandate, by: Actor, at: datetime) -> Mandate:
    """End a mandate at once: by a manager, by the platform, or by the helper who gives it up."""
    organisation = lock_organisation(mandate.organisation)
    mandate = Mandate.objects.select_related("helper", "organisation").get(pk=mandate.pk)
    if by.actor_key != mandate.helper.actor_key:
        rules.require("community.revoke_mandate", by, organisation)
    if mandate.revoked_at:
        raise Refused("Ce mandat a déjà pris fin.")
    _revoke_mandate(mandate, by=by, at=at)
    return mandate


@operation
def expire_mandates(*, by: Actor, at: datetime) -> int:
    """Close the mandates whose last day is past, and tell the helpers; return how many (a nightly job).

    Rights end with the day itself, whether or not this ran: it only says so.
    """
    over = Mandate.objects.filter(revoked_at__isnull=True, ends_on__lt=localdate(at)).order_by("organisation", "pk")
    count = 0
    for mandate in over.select_for_update(of=("self",), skip_locked=True).select_related("helper", "organisation"):
        _close_mandate(mandate, at=at)
        record(
            "community.mandate_expired",
            mandate.organisation,
            mandate.helper,
            by=by,
            at=at,
            person=mandate.helper.name,
        )
        data = {"organisation": mandate.organisation, "mandate": mandate}
        tell("community/mandate_expired", to=Recipient.of(mandate.helper), at=at, data=data)
        count += 1
    return count


def end_powers_of(
    person: Person, organisation: Organisation, *, by: Actor, at: datetime, received: bool = True
) -> None:
    """End the delegations that a person gave in an organisation, and those they received there.

    A signature delegated by someone who no longer represents the organisation would bind nobody.
    """
    concerned = Q(giver=person)
    if received:
        concerned |= Q(delegate=person)
    delegations = Delegation.objects.filter(
        concerned, organisation=organisation, revoked_at__isnull=True, ends_on__gte=localdate(at)
    )
    for delegation in delegations.select_related("delegate", "giver", "organisation"):
        _revoke_delegation(delegation, by=by, at=at)


def end_powers_of_all(organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """End the mandates of an organisation that nobody manages any more."""
    for mandate in Mandate.objects.current().filter(organisation=organisation).select_related("helper", "organisation"):
        _revoke_mandate(mandate, by=by, at=at)


def revoke_mandates_of(helper: Person, *, by: Actor, at: datetime) -> None:
    """End the mandates of a helper whose account is being deleted."""
    for mandate in Mandate.objects.filter(helper=helper, revoked_at__isnull=True).select_related(
        "helper", "organisation"
    ):
        _revoke_mandate(mandate, by=by, at=at)


def _revoke_delegation(delegation: Delegation, *, by: Actor, at: datetime) -> None:
    delegation.revoked_at = at
    delegation.save(update_fields=["revoked_at"])
    record(
        "community.delegation_revoked",
        delegation.organisation,
        delegation.delegate,
        by=by,
        at=at,
        person=delegation.delegate.name,
        scope=delegation.get_scope_display(),
    )
    data = {"organisation": delegation.organisation, "delegation": delegation}
    told = [one for one in (delegation.delegate, delegation.giver) if one.actor_key != by.actor_key]
    tell("community/delegation_revoked", to=[Recipient.of(one) for one in told], at=at, data=data)


def _revoke_mandate(mandate: Mandate, *, by: Actor, at: datetime) -> None:
    _close_mandate(mandate, at=at)
    record("community.mandate_revoked", mandate.organisation, mandate.helper, by=by, at=at, person=mandate.helper.name)
    if by.actor_key != mandate.helper.actor_key:
        data = {"organisation": mandate.organisation, "mandate": mandate}
        tell("community/mandate_revoked", to=Recipient.of(mandate.helper), at=at, data=data)


def _close_mandate(mandate: Mandate, *, at: datetime) -> None:
    mandate.revoked_at = at
    mandate.save(update_fields=["revoked_at"])
