"""Claiming an organisation with a proof, contesting, reversing (docs/rules/revendiquer.md)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community import rules, search
from accelerator.community.domains import domain_of, reason_unproving
from accelerator.community.models import Claim, EmailDomain, Invitation, JoinRequest, Organisation, Role
from accelerator.community.operations.locks import lock_organisation, lock_person
from accelerator.community.operations.people import grant_role
from accelerator.community.operations.powers import end_powers_of
from accelerator.community.queries.claims import (
    changes_since,
    last_reversed,
    let_in_by,
    proof_of,
    reason_against_contesting,
    reason_against_reversing,
)
from accelerator.community.queries.people import moderating_people, reason_nameless, standing_of
from accelerator.community.record import LABELS, set_plain, snapshot_of
from accelerator.community.states import REVERSE_CLAIM, JoinRequestState, RoleName
from accelerator.geography.perimeters import cover_of
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said
from accelerator.workflow.transitions import move

NOTHING_PROVES = (
    "Rien ne prouve encore que vous agissez pour cette organisation : entrez avec ProConnect, ou demandez à la"
    " rejoindre."
)


@operation
def claim(*, organisation: Organisation, by: Person, at: datetime) -> Claim:
    """« C’est mon organisation », with a proof: the claimant manages the record at once; everyone concerned is told.

    A proof says that one works there, not that one represents it: the claimant becomes a manager, and may then declare
    themself a representative, whom the platform confirms on evidence. A request to join that waited is settled by it.
    Raises `Refused` without a name, without proof, for a member, and for whoever claimed it before: reversed, left or
    removed since.
    """
    person = lock_person(by)
    organisation = lock_organisation(organisation)
    rules.require("community.claim", person, organisation)
    if reason := reason_nameless(person):
        raise Refused(reason)
    if former := last_reversed(person, organisation):
        raise Refused(
            f"Votre revendication du {said(former.claimed_at)} a été annulée. La même preuve ne suffit plus :"
            " demandez à rejoindre l’organisation."
        )
    if earlier := Claim.objects.standing().filter(person=person, organisation=organisation).first():
        raise Refused(
            f"Vous avez déjà revendiqué cette organisation, le {said(earlier.claimed_at)}, et n’en êtes plus membre :"
            " demandez à la rejoindre."
        )
    proof = proof_of(person, organisation, at)
    if proof is None:
        raise Refused(reason_unproving(domain_of(person.email)) or NOTHING_PROVES)
    members = [role.person for role in _roles(organisation)]
    role = grant_role(person=person, name=RoleName.MANAGER, organisation=organisation, by=person, at=at)
    made = Claim.objects.create(
        organisation=organisation,
        person=person,
        proof=proof.kind,
        evidence=proof.evidence,
        role=role,
        claimed_at=at,
        reversible_until=localdate(at) + timedelta(days=settings.CLAIM_REVERSIBLE_DAYS),
        before=snapshot_of(organisation),
    )
    asked = JoinRequest.objects.open().filter(organisation=organisation, person=person)
    asked.update(state=JoinRequestState.WITHDRAWN, answered_at=at)
    record("community.claimed", organisation, person, made, by=by, at=at, proof=made.get_proof_display())
    data = {"organisation": organisation, "claim": made, "person": person}
    told = [one for one in [*members, *moderating_people(organisation)] if one != person]
    tell("community/claimed", to=[Recipient.of(one) for one in told], at=at, data={**data, "page": _page(made)})
    tell("community/claim_made", to=Recipient.of(person), at=at, data=data)
    return made


@operation
def contest(*, claim: Claim, words: str, by: Person, at: datetime) -> Claim:
    """A member who cannot reverse a claim says that it is wrong: managers and moderators are told, and decide."""
    organisation = lock_organisation(claim.organisation)
    rules.require("community.see_claims", by, organisation)
    held = _held(claim)
    if reason := reason_against_contesting(by, held, at):
        raise Refused(reason)
    held.contested_at, held.contested_by, held.contest = at, by, words
    held.save(update_fields=["contested_at", "contested_by", "contest"])
    record("community.claim_contested", organisation, held.person, held, by=by, at=at)
    steering = [role.person for role in _roles(organisation) if role.is_steering]
    told = [one for one in [*steering, *moderating_people(organisation)] if one not in (by, held.person)]
    data = {"organisation": organisation, "claim": held, "person": held.person, "page": _page(held)}
    tell("community/claim_contested", to=[Recipient.of(one) for one in told], at=at, data=data)
    return held


@operation
def reverse_claim(*, claim: Claim, back: Collection[str], reason: str, by: Person, at: datetime) -> Claim:
    """End the role that a claim gave, and put back the values that are chosen among those the claimant changed.

    back    names of values (`queries.claims.changes_since`); those that are not the claimant's are left.
    Their invitations, delegations and domains end too. The managers whom the claimant let in leave with them, and when
    nobody else manages the record, everyone who came since.
    Everyone concerned is told. Raises `Refused` when it is too late, not for this person to do, or when members who
    were there before would be left without anyone to manage the record.
    """
    organisation = lock_organisation(claim.organisation)
    held = _held(claim)
    if reason_against := reason_against_reversing(standing_of(by, organisation), held, at):
        raise Refused(reason_against)
    restored = _put_back(held, organisation, back, at)
    ended = _end_roles(held, organisation, at)
    for role in ended:
        end_powers_of(role.person, organisation, by=by, at=at)
        waiting = Invitation.objects.waiting().filter(organisation=organisation, invited_by=role.person)
        waiting.update(revoked_at=at)
        theirs = EmailDomain.objects.kept().filter(organisation=organisation, confirmed_by=role.person)
        theirs.filter(confirmed_at__gte=held.claimed_at).update(removed_at=at)
    moved = move(
        held,
        REVERSE_CLAIM,
        by=by,
        at=at,
        reason=reason,
        changes={"reversed_at": at, "reversed_by": by, "reason": reason, "before": {}},
        about=[organisation, held.person],
        values=", ".join(LABELS[name] for name in restored) or "rien",
    )
    data = {"organisation": organisation, "claim": moved, "reason": reason, "restored": [LABELS[n] for n in restored]}
    data["join_days"] = settings.JOIN_ANSWER_DAYS
    tell("community/claim_lost", to=[Recipient.of(role.person) for role in ended], at=at, data=data)
    others = [*(role.person for role in _roles(organisation)), *moderating_people(organisation)]
    told = [Recipient.of(one) for one in others if one != by]
    tell("community/claim_reversed", to=told, at=at, data={**data, "person": held.person})
    return moved


@operation
def forget_snapshots(*, by: Actor, at: datetime) -> int:
    """Forget how records were before claims that can no longer be reversed; return how many (a nightly job)."""
    over = Claim.objects.standing().filter(reversible_until__lt=localdate(at)).exclude(before={})
    return over.update(before={})


def _held(claim: Claim) -> Claim:
    return (
        Claim.objects.select_for_update(of=("self",)).select_related("person", "role", "organisation").get(pk=claim.pk)
    )


def _roles(organisation: Organisation) -> list[Role]:
    held = Role.objects.current().filter(organisation=organisation)
    return list(held.select_related("person").order_by("started_at", "pk"))


def _put_back(claim: Claim, organisation: Organisation, back: Collection[str], at: datetime) -> list[str]:
    """Put back the chosen values that are the claimant's, with where they came from; their names."""
    names = [change.name for change in changes_since(claim, organisation) if change.back and change.name in back]
    for name in names:
        set_plain(organisation, name, claim.before["values"].get(name))
        organisation.provenance.pop(name, None)
        if name in claim.before["provenance"]:
            organisation.provenance[name] = claim.before["provenance"][name]
    if names:
        organisation.territories_cover = cover_of(organisation.territories)
        organisation.changed_at = at
        organisation.save(update_fields=[*names, "territories_cover", "provenance", "changed_at"])
        search.refresh([organisation])
    return names


def _end_roles(claim: Claim, organisation: Organisation, at: datetime) -> list[Role]:
    """End the roles of the claimant and of the managers that they let in; of all who came since, when nobody manages.

    A manager let in by a wrong claim would otherwise go on, and the next day remove those who were there before.
    """
    roles, let_in = _roles(organisation), let_in_by(claim)
    theirs = [role for role in roles if role.person_id == claim.person_id]
    theirs += [role for role in roles if role.person_id in let_in and role.is_steering]
    others = [role for role in roles if role not in theirs]
    if others and not any(role.is_steering for role in others):
        since = [role for role in others if role.started_at >= claim.claimed_at]
        if len(since) < len(others):
            raise Refused(
                "Cette personne est la seule à gérer la fiche, qui a d’autres membres : donnez d’abord à l’un d’eux le"
                " rôle de gestionnaire (page « Membres »)."
            )
        theirs += since
    for role in theirs:
        role.ended_at = at
        role.save(update_fields=["ended_at"])
    return theirs


def _page(claim: Claim) -> str:
    return settings.BASE_URL + reverse("community:claim_made", args=[claim.organisation.key, claim.pk])
