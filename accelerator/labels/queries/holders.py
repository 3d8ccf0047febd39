"""Who holds a label, who speaks for it, who is told; what a person is to a label."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, Case, IntegerField, Prefetch, QuerySet, When
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.queries.recipients import told_of
from accelerator.calls.queries.standing import CallStanding, call_standing_of, covers
from accelerator.calls.states import CallRoleName
from accelerator.community.models import Delegation, Mandate, Organisation, Role
from accelerator.community.models.organisations import of_any
from accelerator.community.queries.organisation import canonical
from accelerator.community.queries.people import steering_people
from accelerator.community.states import PLATFORM_ROLES, STEERING_ROLES, OrganisationState, RoleName
from accelerator.labels.models import Label, LabelCondition, Member, Proceeding
from accelerator.labels.models.candidacies import answering_for
from accelerator.labels.states import ConditionState, LabelNature, MemberRole, MemberState, Outcome
from accelerator.notices.recipients import Recipient


def members_of(label: Label) -> QuerySet[Member]:
    """The organisations of the collective that said that they take part, the chef de file first."""
    confirmed = Member.objects.filter(candidacy=label.candidacy_id, state=MemberState.CONFIRMED)
    lead_first = Case(When(role=MemberRole.LEAD, then=0), default=1, output_field=IntegerField())
    return confirmed.select_related("organisation__merged_into").order_by(lead_first, "asked_at", "pk")


def lead_has_ceased(label: Label) -> bool:
    """Whether its holder, or chef de file, is said to have ceased."""
    return label.organisation is not None and label.organisation.state == OrganisationState.CEASED


@dataclass(frozen=True)
class LabelStanding:
    """What a person is to a label: read once, asked many times by the rules.

    steered  the organisations that they steer (numbers of the records).
    bound    those of which they are a member, with a delegation in force to submit or to sign.
    members  the organisations of the collective that confirmed; empty for a label that one organisation holds.
    """

    person: Any
    label: Label
    steered: frozenset[int] = frozenset()
    bound: frozenset[int] = frozenset()
    belonging: frozenset[int] = frozenset()
    helped: frozenset[int] = frozenset()
    members: frozenset[int] = frozenset()
    is_administrator: bool = False
    of_call: CallStanding | None = None

    @property
    def holder(self) -> int | None:
        """The record of who holds the label, or leads the collective."""
        return canonical(self.label.organisation).pk if self.label.organisation else None

    @property
    def leads(self) -> bool:
        """Whether they steer the holder; when it has ceased, any member of the collective."""
        if self.holder in self.steered:
            return True
        return lead_has_ceased(self.label) and not self.members.isdisjoint(self.steered)

    @property
    def speaks(self) -> bool:
        """Whether they answer for the holder: they lead, or act for whoever leads under a delegation."""
        return (
            self.leads
            or self.holder in self.bound
            or (lead_has_ceased(self.label) and not self.members.isdisjoint(self.bound))
        )

    @property
    def follows(self) -> bool:
        """Whether they write the road map: they lead, or help whoever leads under a mandate."""
        return self.leads or self.holder in self.helped

    @property
    def takes_part(self) -> bool:
        """On the side of the holder, were it as a mere member: they examine and sign nothing of it."""
        side = {self.holder, *self.members}
        return not side.isdisjoint(self.belonging | self.steered | self.helped)

    @cached_property
    def roles(self) -> tuple[CallRoleName, ...]:
        """What they do for the call of the category, for this holder."""
        if self.of_call is None:
            return ()
        return tuple(CallRoleName(role.name) for role in self.of_call.roles if covers(role, self.label.organisation))

    @property
    def is_service(self) -> bool:
        """Whether they examine or sign for the category."""
        return CallRoleName.OFFICER in self.roles or CallRoleName.SIGNATORY in self.roles


def label_standing_of(person: Any, label: Label) -> LabelStanding:
    """What this person is to this label: six queries at most, none for a visitor."""
    if not getattr(person, "is_authenticated", False):
        return LabelStanding(person, label)
    held = list(Role.objects.current().filter(person=person))
    members = (
        frozenset(canonical(one.organisation).pk for one in members_of(label)) if label.candidacy_id else frozenset()
    )
    helped = Mandate.objects.current().filter(helper=person).values_list("organisation", flat=True)
    call = label.category.call
    platform = [role for role in held if role.name in PLATFORM_ROLES]
    belonging = frozenset(one.organisation_id for one in held if one.organisation_id)
    steered = frozenset(one.organisation_id for one in held if one.name in STEERING_ROLES and one.organisation_id)
    return LabelStanding(
        person,
        label,
        steered=steered,
        bound=bound_by(person, belonging - steered),
        belonging=belonging,
        helped=frozenset(helped),
        members=members,
        is_administrator=any(role.name == RoleName.ADMINISTRATOR for role in platform),
        of_call=call_standing_of(person, call, platform) if call else None,
    )


def bound_by(person: Any, among: frozenset[int]) -> frozenset[int]:
    """The organisations, among those of which a person is a member, for which they may act under a delegation."""
    if not among:
        return frozenset()
    held = Delegation.objects.current(localdate()).filter(delegate=person, organisation__in=among)
    return frozenset(held.values_list("organisation", flat=True))


def binding_people(organisation: Organisation, on: date) -> list[Person]:
    """Those who steer an organisation, and its delegates on a day: among them, whoever may bind it. Each once."""
    people = {one.pk: one for one in steering_people(organisation)}
    given = Delegation.objects.current(on).filter(organisation=organisation).values("delegate")
    members = Role.objects.current().filter(organisation=organisation, person__in=given).select_related("person")
    people |= {one.person_id: one.person for one in members.order_by("pk")}
    return list(people.values())


def holders_of(label: Label) -> list[Recipient]:
    """Who is told of what happens to a label: those who steer its holder, and the members when it has ceased.

    With nobody left there, whoever applied for it. Each once.
    """
    organisations: list[Organisation] = [canonical(label.organisation)] if label.organisation else []
    if lead_has_ceased(label):
        organisations += [canonical(one.organisation) for one in members_of(label)]
    people: dict[int, Person] = {one.pk: one for org in organisations for one in steering_people(org)}
    if people:
        return [Recipient.of(one) for one in people.values()]
    return told_of(label.application) if label.application else []


def service_of(label: Label) -> list[Recipient]:
    """Where the service in charge is written to; nobody for a label without a call."""
    call = label.category.call
    return [Recipient(call.service_email)] if call and call.service_email else []


def labels_led_by(person: Any) -> QuerySet[Any]:
    """The labels of the organisations that a person steers (`leads`), or for which they may act under a delegation, the
    latest first; never the historic ones. Three queries.

    Each with what waits: `pending`, its proceeding under way if any, and `conditions_open`, the first due first.
    """
    steered = Role.objects.current().steering().filter(person=person).values("organisation")
    mine = Label.objects.filter(of_any(answering_for(person))).exclude(nature=LabelNature.HISTORIC)
    leads = Case(When(of_any(steered), then=True), default=False, output_field=BooleanField())
    pending = Proceeding.objects.filter(outcome=Outcome.PENDING)
    conditions = LabelCondition.objects.filter(state=ConditionState.OPEN).order_by("due_on", "pk")
    waiting = (
        Prefetch("proceedings", pending, to_attr="pending"),
        Prefetch("conditions", conditions, to_attr="conditions_open"),
    )
    told = mine.annotate(leads=leads).select_related("category", "organisation").prefetch_related(*waiting)
    return told.order_by("-period", "-pk")
