"""The organisations of a collective: named by those who lead it, each says by itself whether it takes part."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.community.models import Organisation
from accelerator.community.queries.organisation import canonical, living
from accelerator.community.queries.people import steering_people
from accelerator.community.states import OrganisationState
from accelerator.design.uploads import Document
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.labels.events import (
    MEMBER_ASKED,
    MEMBER_CONFIRMED,
    MEMBER_DESCRIBED,
    MEMBER_LEFT,
    MEMBER_REFUSED,
    MEMBER_REMINDED,
)
from accelerator.labels.models import Action, Candidacy, Category, Member
from accelerator.labels.operations.files import keep_file
from accelerator.labels.operations.locks import lock_candidacy
from accelerator.labels.queries.candidacies import members_to_remind, shares_of
from accelerator.labels.queries.holders import binding_people
from accelerator.labels.record import MOST_MEMBERS
from accelerator.labels.rules import candidacies as rules
from accelerator.labels.states import Belonging, CandidacyState, MemberRole, MemberState
from accelerator.notices.operations import tell
from accelerator.notices.recipients import Recipient
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said as said_day

CEASED = "« {name} » a cessé son activité : elle ne peut pas prendre part au collectif."
GONE = "Cette organisation n’est plus nommée dans ce collectif."


@operation
def ask_member(
    *,
    candidacy: Candidacy,
    organisation: Organisation,
    role: MemberRole,
    belonging: Belonging | None,
    by: Person,
    at: datetime,
) -> Member:
    """Name an organisation; those who steer or bind it are told, and until when the answer is awaited.

    After a refusal, it is asked again.
    """
    held = lock_candidacy(candidacy)
    rules.require("labels.manage", by, held)
    if not held.category.is_collective:
        raise Refused("Ce label est tenu par une seule organisation.")
    found = living(organisation)
    if found.state == OrganisationState.CEASED:
        raise Refused(CEASED.format(name=found.name), field="organisation")
    if role == MemberRole.LEAD:
        raise Refused("Le chef de file est déjà nommé : il porte la candidature.", field="role")
    same = held.members.filter(organisation=found) | held.members.filter(organisation__merged_into=found)
    known = same.select_for_update(of=("self",)).first()
    if known is not None and known.state not in rules.GONE_OUT:
        raise Refused(f"« {found.name} » est déjà nommée dans le collectif.", field="organisation")
    if held.members.exclude(state__in=rules.GONE_OUT).count() >= MOST_MEMBERS:
        raise Refused(f"Un collectif nomme {MOST_MEMBERS} organisations au plus.")
    member = known or Member(candidacy=held, organisation=found)
    member.role, member.state, member.asked_at = role, MemberState.ASKED, at
    member.answer_until = localdate(at) + timedelta(days=held.category.member_days)
    member.reminded_at = None
    member.belonging = belonging or rules.belonging_of(found)
    member.answered_at, member.answered_by, member.reason = None, None, ""
    member.save()
    said = member.get_role_display().lower()
    until = said_day(member.answer_until)
    record(MEMBER_ASKED.code, held, found, by=by, at=at, organisation=found.name, role=said, until=until)
    _tell_asked("labels/member_asked", member, held, at)
    return member


def _tell_asked(template: str, member: Member, held: Candidacy, at: datetime) -> None:
    organisation = canonical(member.organisation)
    link = f"{settings.BASE_URL}{reverse('labels:answer_member', args=[held.key, member.pk])}"
    data = {"candidacy": held, "organisation": organisation, "member": member, "link": link}
    data["lead"] = canonical(held.organisation)
    to = [Recipient.of(one) for one in binding_people(organisation, localdate(at))]
    tell(template, to=to, at=at, data=data)


@operation
def remind_members(*, category: Category, members: Collection[int], by: Actor, at: datetime) -> int:
    """Remind, among these numbers, the organisations whose answer is still awaited, once each; return how many."""
    due = members_to_remind(category, localdate(at)).filter(pk__in=members)
    related = ("candidacy__category", "candidacy__organisation__merged_into", "organisation__merged_into")
    held = list(due.select_for_update(of=("self",), skip_locked=True).select_related(*related).order_by("pk"))
    for member in held:
        member.reminded_at = at
        member.save(update_fields=["reminded_at"])
        name = canonical(member.organisation).name
        record(MEMBER_REMINDED.code, member.candidacy, by=by, at=at, organisation=name)
        _tell_asked("labels/member_reminded", member, member.candidacy, at)
    return len(held)


@operation
def answer_member(*, member: Member, takes_part: bool, reason: str, by: Person, at: datetime) -> Member:
    """Say that one's organisation takes part, or does not and why; it may change its mind later.

    A refusal takes it out of the collective, and those who lead it are told with its reason. Answered the same again,
    nothing happens. Raises `Refused` for whoever may not bind the organisation, when it has ceased, and when it left or
    was removed: those who lead the collective name it again, or it would come back in spite of them.
    """
    candidacy = lock_candidacy(member.candidacy)
    held = _held(member)
    if held is None or held.candidacy_id != candidacy.pk:
        raise Refused(GONE)
    organisation = canonical(held.organisation)
    if refusal := rules.reason_against_answering(by, held, at):
        raise Refused(refusal)
    if held.role == MemberRole.LEAD:
        raise Refused("Le chef de file ne se retire pas : confiez d’abord ce rôle à un autre membre.")
    if takes_part and organisation.state == OrganisationState.CEASED:
        raise Refused(CEASED.format(name=organisation.name))
    if takes_part and held.state == MemberState.CONFIRMED:
        return held
    if not takes_part and held.state in rules.GONE_OUT:
        return held
    if not takes_part and not reason.strip():
        raise Refused("Dites en quelques mots pourquoi : le chef de file le lira.", field="reason")
    if takes_part and held.state == MemberState.LEFT:
        raise Refused(rules.OUT)
    if takes_part and candidacy.state == CandidacyState.ENDED:
        raise Refused(rules.ENDED)
    left = held.state == MemberState.CONFIRMED
    refused = MemberState.LEFT if left else MemberState.REFUSED
    held.state = MemberState.CONFIRMED if takes_part else refused
    held.answered_at, held.answered_by = at, by
    held.reason = "" if takes_part else reason.strip()
    held.save(update_fields=["state", "answered_at", "answered_by", "reason"])
    event = MEMBER_CONFIRMED if takes_part else MEMBER_LEFT if left else MEMBER_REFUSED
    record(event.code, candidacy, organisation, by=by, at=at, reason=held.reason, organisation=organisation.name)
    link = f"{settings.BASE_URL}{reverse('labels:members', args=[candidacy.key])}"
    lead = canonical(candidacy.organisation)
    data = {"candidacy": candidacy, "organisation": organisation, "member": held, "link": link}
    tell("labels/member_answered", to=[Recipient.of(one) for one in steering_people(lead)], at=at, data=data)
    return held


@operation
def describe_member(
    *,
    member: Member,
    role: MemberRole | None,
    belonging: Belonging | None,
    share: int | None,
    engagement: str,
    agreement: Document | None,
    by: Person,
    at: datetime,
) -> Member:
    """Say a member's role, nature, share of the means and engagement, and join its signed agreement.

    By those who lead the file, or by those who may bind the member. Raises `Refused` when the shares pass 100 points.
    """
    candidacy = lock_candidacy(member.candidacy)
    held = _held(member)
    if held is None:
        raise Refused(GONE)
    held.candidacy = candidacy
    if reason := rules.reason_against_describing(by, held, at):
        raise Refused(reason)
    if share is not None and (others := shares_of(candidacy, but=held)) + share > 100:
        raise Refused(
            f"Les autres membres ont déjà {others} points sur 100 : il en reste {max(0, 100 - others)}.", field="share"
        )
    if role is not None and held.role != MemberRole.LEAD:
        held.role = role
    held.belonging = belonging or ""
    held.share, held.engagement = share, engagement
    if agreement is not None:
        held.agreement = keep_file(candidacy=candidacy, document=agreement, by=by, at=at)
    held.save(update_fields=["role", "belonging", "share", "engagement", "agreement"])
    organisation = canonical(held.organisation)
    record(MEMBER_DESCRIBED.code, candidacy, organisation, by=by, at=at, organisation=organisation.name)
    return held


@operation
def remove_member(*, member: Member, reason: str, by: Person, at: datetime) -> Member:
    """Take an organisation out of the collective; one that is out already stays out. Its actions want another pilot.

    Those who steer or bind it are told, with the reason.
    """
    candidacy = lock_candidacy(member.candidacy)
    rules.require("labels.manage", by, candidacy)
    held = _held(member)
    if held is None:
        raise Refused(GONE)
    if held.role == MemberRole.LEAD:
        raise Refused("Le chef de file ne se retire pas : confiez d’abord ce rôle à un autre membre.")
    if held.state in rules.GONE_OUT:
        return held
    piloted = Action.objects.filter(pilot=held).order_by("due_on", "pk").first()
    if piloted is not None:
        raise Refused(f"Elle pilote l’action « {piloted.title} » : donnez d’abord un autre pilote à ses actions.")
    held.state, held.answered_at, held.answered_by = MemberState.LEFT, at, by
    held.reason = reason.strip() or "Retirée par le chef de file."
    held.save(update_fields=["state", "answered_at", "answered_by", "reason"])
    organisation = canonical(held.organisation)
    record(MEMBER_LEFT.code, candidacy, organisation, by=by, at=at, reason=held.reason, organisation=organisation.name)
    data = {"candidacy": candidacy, "organisation": organisation, "lead": canonical(candidacy.organisation)}
    to = [Recipient.of(one) for one in binding_people(organisation, localdate(at))]
    tell("labels/member_removed", to=to, at=at, data={**data, "reason": reason.strip()})
    return held


def _held(member: Member) -> Member | None:
    read = Member.objects.select_for_update(of=("self",)).select_related("organisation__merged_into")
    return read.filter(pk=member.pk).first()
