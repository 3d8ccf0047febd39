"""What proves that a person acts for an organisation, and what a claimant did since."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.accounts.queries import Line, attested_siret, with_actor_names
from accelerator.community.domains import domain_of, reason_unproving, said_domain
from accelerator.community.models import Claim, EmailDomain, Invitation, Organisation, Role
from accelerator.community.queries.organisation import absorbed_by
from accelerator.community.queries.people import Standing, covered, platform_roles_of
from accelerator.community.queries.register import said
from accelerator.community.record import KEPT, LABELS, is_confirmed, plain
from accelerator.community.states import ClaimState, ProofKind
from accelerator.geography.models import Place
from accelerator.journal.models import Event
from accelerator.journal.queries import history_of
from accelerator.workflow.dates import said as said_on


@dataclass(frozen=True)
class Proof:
    """What proves that a person acts for an organisation: which kind, and the SIRET or the domain."""

    kind: ProofKind
    evidence: str


def proof_of(person: Person, organisation: Organisation, at: datetime) -> Proof | None:
    """What proves at this moment that the person acts for the organisation, ProConnect first; None: nothing does."""
    attested = attested_siret(person, at)
    if attested and attested.siren in sirens_of(organisation):
        return Proof(ProofKind.PROCONNECT, attested.siret)
    domain = domain_of(person.email)
    # Asked again: the list of open providers may have grown since the domain was confirmed.
    if domain and not reason_unproving(domain) and _proving(organisation, domain):
        return Proof(ProofKind.DOMAIN, domain)
    return None


def employer_of(person: Person, at: datetime) -> Organisation | None:
    """The record, if the directory has it, of where ProConnect says at this moment that the person works."""
    attested = attested_siret(person, at)
    return Organisation.objects.listed().filter(siren=attested.siren).first() if attested else None


def sirens_of(organisation: Organisation) -> set[str]:
    """The SIREN by which it is known: its own, and those of the records united to it."""
    return {one.siren for one in [organisation, *absorbed_by(organisation)] if one.siren}


def _proving(organisation: Organisation, domain: str) -> bool:
    return EmailDomain.objects.proving().filter(organisation=organisation, domain=domain).exists()


def last_reversed(person: Person, organisation: Organisation) -> Claim | None:
    """The claim of this person on this organisation that was reversed, if any: the same proof is not enough again."""
    return Claim.objects.filter(person=person, organisation=organisation, state=ClaimState.REVERSED).last()


def on_probation(person: Any, organisation: Organisation) -> Claim | None:
    """The claim that may still be reversed and to which this person owes their place: their own, or an inviter's.

    An accomplice whom a claimant lets in has no more power over the others than the claimant has.
    """
    claims = list(Claim.objects.reversible().filter(organisation=organisation).order_by("claimed_at", "pk"))
    own = next((claim for claim in claims if claim.person_id == person.pk), None)
    return own or next((claim for claim in claims if person.pk in let_in_by(claim)), None)


def let_in_by(claim: Claim) -> set[int]:
    """Whom a claimant let in since, and whom these let in: by an invitation, or by saying yes to a request to join.

    Neither who was there before, nor who has a proof of their own, nor a representative whom the platform confirmed.
    """
    organisation, since = claim.organisation_id, claim.claimed_at
    roles = Role.objects.filter(organisation=organisation)
    present = Q(started_at__lt=since) & (Q(ended_at__isnull=True) | Q(ended_at__gt=since))
    proved = Claim.objects.standing().filter(organisation=organisation).values("person")
    apart = roles.filter(present | Q(ended_at__isnull=True, confirmed_at__isnull=False) | Q(person__in=proved))
    others = set(roles.exclude(person__in=apart.values("person")).values_list("person", flat=True))
    if not others:
        return set()
    invitations = Invitation.objects.filter(accepted_at__gte=since, accepted_by__in=others)
    gave: dict[str, set[int]] = {}
    for inviter, invited in invitations.values_list("invited_by", "accepted_by").filter(organisation=organisation):
        gave.setdefault(f"person:{inviter}", set()).add(int(invited or 0))
    granted = history_of(claim.organisation).filter(code="community.role_granted", at__gte=since)
    for actor, about in granted.values_list("actor", "about"):
        gave.setdefault(actor, set()).update(pk for pk in others if f"{Person._meta.label_lower}:{pk}" in about)
    found: set[int] = set()
    waiting = [claim.person_id]
    while waiting:
        new = (gave.get(f"person:{waiting.pop()}", set()) & others) - found
        found |= new
        waiting += new
    return found


def reason_against_confirming(domain: EmailDomain, person: Person, probation: Claim | None) -> str | None:
    """Why this person, who manages the organisation, may not confirm that domain, or None.

    probation  the claim to which they owe their place (`on_probation`): a wrong claim must not bring others.
    """
    if domain.confirmed_at:
        return "Ce domaine est déjà confirmé."
    if domain_of(person.email) != domain.domain:
        return (
            "Un domaine est confirmé par quelqu’un qui y a une adresse : la vôtre n’est pas sur"
            f" {said_domain(domain.domain)}. Demandez à un gestionnaire qui en a une."
        )
    if probation:
        return (
            "Vous gérez cette fiche à la suite d’une revendication récente : vous pourrez confirmer un domaine après"
            f" le {said_on(probation.reversible_until)}."
        )
    return reason_unproving(domain.domain)


def reason_against_removing(domain: EmailDomain, person: Person, probation: Claim | None) -> str | None:
    """Why this person, who manages the organisation, may not remove that domain, or None.

    probation  the same: a wrong claim must not close the door to the others.
    """
    if probation and (domain.added_by_id != person.pk or domain.confirmed_at):
        return (
            "Vous gérez cette fiche à la suite d’une revendication récente : jusqu’au"
            f" {said_on(probation.reversible_until)} compris, vous ne retirez qu’un domaine que vous avez ajouté et que"
            " personne n’a confirmé."
        )
    return None


def reason_against_reversing(standing: Standing, claim: Claim, at: datetime) -> str | None:
    """Why this person may not reverse that claim, or None. They may still contest it if they are a member."""
    if claim.state == ClaimState.REVERSED:
        return "Cette revendication a déjà été annulée."
    if not claim.is_reversible(localdate(at)):
        last = said_on(claim.reversible_until)
        return f"Cette revendication s’annulait jusqu’au {last} compris. Depuis, la modération change les rôles."
    if standing.is_moderator and not standing.is_member:
        return None
    if not standing.is_steering:
        return "Seuls un gestionnaire, un représentant légal ou la modération annulent une revendication."
    if standing.person == claim.person:
        return "C’est votre propre revendication : pour y renoncer, quittez l’organisation."
    if on_probation(standing.person, claim.organisation):
        return (
            "Vous gérez vous-même cette fiche à la suite d’une revendication récente : contestez celle-ci, la"
            " modération tranchera."
        )
    return None


def reason_against_contesting(person: Any, claim: Claim, at: datetime) -> str | None:
    """Why this person, who may read that claim, may not contest it, or None."""
    if claim.reversed_at:
        return f"Cette revendication a déjà été annulée, le {said_on(claim.reversed_at)}."
    if not claim.is_reversible(localdate(at)):
        last = said_on(claim.reversible_until)
        return f"Cette revendication se contestait jusqu’au {last} compris. Depuis, écrivez à la modération."
    if claim.person == person:
        return "C’est votre propre revendication : pour y renoncer, quittez l’organisation."
    if claim.contested_at:
        return f"Cette revendication est déjà contestée, depuis le {said_on(claim.contested_at)}."
    return None


def claims_for(person: Any) -> QuerySet[Claim]:
    """The claims on the organisations that a moderator covers."""
    within = Q(pk__in=[])
    for role in platform_roles_of(person):
        within |= covered(role)
    claims = Claim.objects.select_related("organisation", "person", "contested_by", "reversed_by")
    return claims.filter(organisation__in=Organisation.objects.filter(within).values("pk"))


@dataclass(frozen=True)
class Change:
    """A value that differs from what it was before a claim.

    back  whether it can be put back: the claimant said the present value, or confirmed it; nobody else did since.
    """

    name: str
    label: str
    before: str
    now: str
    back: bool
    why_not: str


def changes_since(claim: Claim, organisation: Organisation) -> list[Change]:
    """The values that are not what they were when the organisation was claimed, in the order of the record.

    Where each present value comes from says whose it is: what the register gave, or what someone else said since,
    is not the claimant's and stays.
    """
    before, changes = claim.before, []
    if not before:
        return []
    for name in KEPT:
        was, entry = before["values"].get(name), before["provenance"].get(name, {})
        now, present = plain(getattr(organisation, name)), organisation.provenance.get(name, {})
        if was == now and entry == present:
            continue
        key = claim.person.actor_key
        theirs = present.get("by") == key or present.get("confirmed_by") == key
        confirmed_only = was == now and is_confirmed(organisation.provenance, name)
        changes.append(
            Change(
                name=name,
                label=LABELS[name],
                before=_said(name, was),
                now=f"{_said(name, now)}{' (confirmée)' if confirmed_only else ''}",
                back=theirs,
                why_not="" if theirs else "vient d’ailleurs ou a été revue depuis par quelqu’un d’autre",
            )
        )
    return changes


def acts_since(claim: Claim) -> list[Line]:
    """Everything that the claimant did about the organisation since, from the journal, latest first."""
    acts: QuerySet[Event] = history_of(claim.organisation).filter(
        actor=claim.person.actor_key, at__gte=claim.claimed_at
    )
    return with_actor_names(acts.exclude(code="community.claimed")[:100])


def _said(name: str, value: Any) -> str:
    if name == "seat" and value:
        return str(Place.objects.get(pk=value).name)
    return said(name, value)
