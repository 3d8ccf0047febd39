"""What awaits a person in the community: the reads of their own space, in a few queries."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accelerator.community.models import (
    Claim,
    ContactMessage,
    Delegation,
    ErrorReport,
    Handover,
    Invitation,
    JoinRequest,
    Mandate,
    Organisation,
    Role,
)
from accelerator.community.queries.handovers import handovers_for
from accelerator.community.queries.invitations import invitations_for
from accelerator.community.queries.people import covered
from accelerator.community.queries.register import Contradiction, contradictions_of
from accelerator.community.states import ReportState
from accelerator.workflow.ordering import alphabetical
from accelerator.workflow.together import Short, read_together

# How long before its end a mandate or a delegation is worth a line.
SOON = timedelta(days=30)
SHOWN_AT_MOST = 20


@dataclass(frozen=True)
class Space:
    """What the community has to say to a person."""

    roles: list[Role]
    platform_roles: list[Role]
    contradicted: list[tuple[Organisation, list[Contradiction]]]
    mandates: list[Mandate]
    invitations: list[Invitation]
    handovers: list[Handover]
    to_decide: list[JoinRequest]
    asked: list[JoinRequest]
    ending_mandates: list[Mandate]
    delegations: list[Delegation]
    reports: list[ErrorReport]
    to_answer: list[ContactMessage]
    contested: list[Claim]

    @property
    def is_new(self) -> bool:
        """Someone with nothing yet: neither organisation, nor role, nor anything that waits."""
        return not (
            self.roles or self.platform_roles or self.mandates or self.invitations or self.handovers or self.asked
        )

    @property
    def awaits(self) -> int:
        """How many things wait for this person."""
        answers = (self.invitations, self.handovers, self.to_decide, self.to_answer, self.contested)
        return sum(len(one) for one in (*answers, self.ending_mandates, self.reports))


_NAMED: Final = ("organisation__pk", "organisation__name", "organisation__public_id")
_PERSON: Final = ("pk", "given_name", "family_name", "erased_at")


def _who(name: str) -> tuple[str, ...]:
    """What is read of a person to name them."""
    return tuple(f"{name}__{field}" for field in _PERSON)


def space_of(person: Any, at: datetime, today: date) -> Space:
    """Everything the person's own space shows of the community: four queries at most, whatever the numbers."""
    current = Role.objects.current().filter(person=person).select_related("organisation")
    held = list(current.order_by(alphabetical("organisation__name"), "pk"))
    roles = [role for role in held if role.organisation_id]
    platform_roles = [role for role in held if not role.organisation_id]
    steered = [role.organisation_id for role in roles if role.is_steering]
    moderated = _moderated(platform_roles)
    ending = Q(organisation__in=steered, ends_on__lte=today + SOON)
    mandates = Mandate.objects.current().filter(Q(helper=person) | ending).order_by("ends_on", "pk")
    delegations = Delegation.objects.filter(delegate=person, revoked_at__isnull=True, ends_on__gte=today)
    asked = JoinRequest.objects.open().filter(person=person).order_by("expected_on", "pk")
    read = read_together(
        {
            "mandates": Short(mandates, ("ends_on", *_NAMED, *_who("helper"))),
            "invitations": Short(invitations_for(person, at), ("role", "expires_at", *_NAMED)),
            "handovers": Short(handovers_for(person, at), ("public_id", "role", "expires_at", *_NAMED, *_who("giver"))),
            "to_decide": Short(_to_decide(person, steered, moderated), ("expected_on", *_NAMED, *_who("person"))),
            "asked": Short(asked, ("asked_at", "expected_on", *_NAMED)),
            "delegations": Short(delegations.order_by("ends_on", "pk"), ("scope", "starts_on", "ends_on", *_NAMED)),
            "contested": Short(_contested(person, steered, moderated), ("reversible_until", *_NAMED, *_who("person"))),
            "reports": Short(_reports(moderated), ("due_on", *_NAMED)),
            "to_answer": Short(
                _to_answer(person, steered), ("public_id", "subject", "last_at", *_NAMED, *_who("sender"))
            ),
        }
    )
    known = read.pop("mandates")
    return Space(
        roles=roles,
        platform_roles=platform_roles,
        contradicted=_contradicted([role.organisation for role in roles if role.is_steering and role.organisation]),
        mandates=[mandate for mandate in known if mandate.helper == person],
        ending_mandates=[mandate for mandate in known if mandate.helper != person][:SHOWN_AT_MOST],
        **read,
    )


def _contradicted(organisations: list[Organisation]) -> list[tuple[Organisation, list[Contradiction]]]:
    found = contradictions_of(organisations)
    return [(one, found[one.pk]) for one in organisations if one.pk in found][:SHOWN_AT_MOST]


def _moderated(platform_roles: list[Role]) -> Q | None:
    """The condition, on an organisation, of being in what these roles moderate; None when they moderate nothing."""
    return reduce(or_, [covered(role) for role in platform_roles]) if platform_roles else None


def _within(moderated: Q) -> Q:
    """The same, on what is about an organisation."""
    return Q(organisation__in=Organisation.objects.filter(moderated).values("pk"))


def _moderated_by(person: Any, moderated: Q) -> Q:
    """The same, without the organisations of which the moderator is a member: others settle what concerns them."""
    member = Role.objects.current().filter(organisation=OuterRef("organisation"), person=person)
    return _within(moderated) & ~Q(Exists(member))


def _to_decide(person: Any, steered: list[int | None], moderated: Q | None) -> QuerySet[JoinRequest]:
    if not steered and moderated is None:
        return JoinRequest.objects.none()
    mine = Q(organisation__in=steered) | Q(organisation__merged_into__in=steered)
    if moderated is not None:
        managed = Role.objects.current().steering().filter(organisation=OuterRef("organisation"))
        overdue = JoinRequest.objects.overdue().values("pk")
        mine |= _moderated_by(person, moderated) & (~Q(Exists(managed)) | Q(pk__in=overdue))
    return JoinRequest.objects.open().filter(mine).order_by("expected_on", "pk")[:SHOWN_AT_MOST]


def _contested(person: Any, steered: list[int | None], moderated: Q | None) -> QuerySet[Claim]:
    """The contested claims that this person may still reverse; never one's own, nor beside one's own."""
    if not steered and moderated is None:
        return Claim.objects.none()
    mine = Q(organisation__in=steered)
    if moderated is not None:
        mine |= _moderated_by(person, moderated)
    own = Claim.objects.reversible().filter(organisation=OuterRef("organisation"), person=person)
    contested = Claim.objects.reversible().filter(mine, ~Q(Exists(own)), contested_at__isnull=False)
    return contested.order_by("reversible_until", "pk")[:SHOWN_AT_MOST]


def _reports(moderated: Q | None) -> QuerySet[ErrorReport]:
    if moderated is None:
        return ErrorReport.objects.none()
    reports = ErrorReport.objects.filter(_within(moderated), state=ReportState.OPEN)
    return reports.order_by("due_on", "pk")[:SHOWN_AT_MOST]


def _to_answer(person: Any, steered: list[int | None]) -> QuerySet[ContactMessage]:
    """The exchanges of these organisations in which the last word is not theirs, oldest first."""
    if not steered:
        return ContactMessage.objects.none()
    same = Q(pk=OuterRef("pk")) | Q(in_reply_to=OuterRef("pk"))
    last = ContactMessage.objects.filter(same).order_by("-sent_at", "-pk")
    theirs = Q(organisation__in=steered) | Q(organisation__merged_into__in=steered)
    firsts = ContactMessage.objects.filter(theirs, in_reply_to__isnull=True).exclude(sender=person)
    waiting = firsts.annotate(
        last_sender=Subquery(last.values("sender")[:1]), last_at=Subquery(last.values("sent_at")[:1])
    ).filter(last_sender=F("sender"))
    return waiting.order_by("last_at", "pk")[:SHOWN_AT_MOST]
