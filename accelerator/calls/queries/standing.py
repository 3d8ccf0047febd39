"""Who is what to a call, and to an application."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from operator import or_
from typing import Any, Final

from django.db.models import Q, QuerySet

from accelerator.calls.models import Application, Call, CallRole
from accelerator.calls.purposes import purpose_of, purposes
from accelerator.calls.states import CallRoleName
from accelerator.community.models import Mandate, Organisation, Role
from accelerator.community.models.organisations import of_each
from accelerator.community.queries.organisation import canonical
from accelerator.community.queries.people import Standing, platform_roles_of, standing_of
from accelerator.community.states import STEERING_ROLES, RoleName
from accelerator.geography.perimeters import Perimeter, touching
from accelerator.workflow.kept import Given, Kept
from accelerator.workflow.transactions import plans_kept


@dataclass(frozen=True)
class CallStanding:
    """What a person is to a call: read once, asked many times by the rules.

    platform  their roles on the platform itself, when they were read already.
    """

    person: Any
    call: Call
    roles: tuple[CallRole, ...]
    platform: tuple[Role, ...] | None = None

    @cached_property
    def is_administrator(self) -> bool:
        """Read when it is asked: whoever has a role in the call is never asked it."""
        held = platform_roles_of(self.person) if self.platform is None else self.platform
        return any(role.name == RoleName.ADMINISTRATOR for role in held)

    def holds(self, name: CallRoleName) -> bool:
        return any(role.name == name for role in self.roles)

    @property
    def is_author(self) -> bool:
        return self.holds(CallRoleName.AUTHOR)

    @property
    def is_officer(self) -> bool:
        return self.holds(CallRoleName.OFFICER)

    @property
    def reading(self) -> tuple[CallRole, ...]:
        """Those that examine, sign or preside; the author writes the rules and reads nobody's file."""
        return tuple(role for role in self.roles if role.name != CallRoleName.AUTHOR)

    @property
    def reads_files(self) -> bool:
        return bool(self.reading)


@dataclass(frozen=True)
class FileStanding:
    """What a person is to an application; `of_call` when what they are to the call was read already."""

    person: Any
    application: Application
    organisation: Standing | None
    of_call: CallStanding | None = None

    @cached_property
    def call(self) -> CallStanding:
        """What the person is to the call: read when it is asked, for an applicant never needs it."""
        if self.of_call is not None:
            return self.of_call
        platform = self.organisation.platform if self.organisation else None
        return call_standing_of(self.person, self.application.call, platform)

    @cached_property
    def is_applicant(self) -> bool:
        """On the side of who applies: may read the file and fill it in.

        Whoever began it, as long as they belong to the organisation that applies; those who steer it; its helper;
        those who may edit what is applied with.
        """
        person, application = self.person, self.application
        if not getattr(person, "is_authenticated", False):
            return False
        if self.organisation is None:
            if application.person_id == person.pk:
                return True
        elif (
            self.organisation.is_steering
            or self.organisation.is_helper
            or (self.organisation.is_member and application.person_id == person.pk)
        ):
            return True
        return bool(application.subject) and purpose_of(application.call.purpose).may_edit(person, application.subject)

    @cached_property
    def is_service(self) -> bool:
        """On the side of the service: in the perimeter of one of one's roles in the call."""
        return any(
            role.name != CallRoleName.AUTHOR and covers(role, self.application.organisation) for role in self.call.roles
        )

    @cached_property
    def is_officer(self) -> bool:
        return any(
            role.name == CallRoleName.OFFICER and covers(role, self.application.organisation)
            for role in self.call.roles
        )

    @property
    def is_of_applicant(self) -> bool:
        """Whether the person applies, submitted, or belongs to the organisation that applies: nobody examines their own
        file.
        """
        own = getattr(self.person, "pk", None)
        if own is not None and own in (self.application.person_id, self.application.submitted_by_id):
            return True
        if self.organisation is not None and (self.organisation.is_member or self.organisation.is_helper):
            return True
        return self.is_applicant


def covers(role: CallRole, organisation: Organisation | None) -> bool:
    """Whether the perimeter of a role holds who applies."""
    if not role.where:
        return True
    if organisation is None:
        return False
    if organisation.seat is not None:
        return not set(role.where.keys).isdisjoint(organisation.seat.cover)
    return role.where.touches(Perimeter(tuple(organisation.territories), tuple(organisation.territories_cover)))


def call_standing_of(person: Any, call: Call, platform: Sequence[Role] | None = None) -> CallStanding:
    """What this person is to this call. One query (none for a visitor), and one if their roles on the platform matter
    and were not read already (`platform`).
    """
    if not getattr(person, "is_authenticated", False):
        return CallStanding(person, call, (), ())
    roles = tuple(call.roles.current().filter(person=person).order_by("pk"))
    return CallStanding(person, call, roles, None if platform is None else tuple(platform))


def file_standing_of(person: Any, application: Application) -> FileStanding:
    """What this person is to this application. Two queries, and one when the call is looked at."""
    organisation = applying(application)
    within = standing_of(person, organisation) if organisation else None
    return FileStanding(person, application, within)


def applying(application: Application) -> Organisation | None:
    """The organisation that applies, as it lives on: its record may have been united to another since (decision 7)."""
    return canonical(application.organisation) if application.organisation else None


def _either(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions)


def mine(person: Any) -> Q:
    """The applications on whose side a person is, as a condition; those of subjects that they edit come by `begun`."""
    steered = Role.objects.current().filter(person=person, name__in=STEERING_ROLES).values("organisation")
    belonging = Role.objects.current().filter(person=person, organisation__isnull=False).values("organisation")
    helped = Mandate.objects.current().filter(helper=person).values("organisation")
    own = Q(person=person) & (Q(organisation__isnull=True) | _either(of_each(belonging)))
    return own | _either([*of_each(steered), *of_each(helped)])


def within(role: CallRole) -> Q:
    """The files of its call that the perimeter of a role holds, as a condition."""
    of_call = Q(call=role.call_id)
    if not role.where:
        return of_call
    seated = Q(organisation__seat__cover__overlap=list(role.where.keys))
    unseated = Q(organisation__seat__isnull=True) & touching("organisation__territories", role.where)
    return of_call & (seated | unseated)


def roles_of(person: Any) -> list[CallRole]:
    """The roles by which a person examines, signs or presides, by the title of their calls. One query."""
    return _ROLES(person.pk)


_ROLES: Final = Kept(
    lambda: (
        CallRole.objects.current()
        .filter(person=Given(0))
        .exclude(name=CallRoleName.AUTHOR)
        .select_related("call")
        .order_by("call__title", "call", "pk")
    )
)


def served(roles: Iterable[CallRole]) -> Q | None:
    """The applications that these roles give to examine, sign or preside over; None when there are none."""
    condition: Q | None = None
    everywhere: list[int] = []
    for role in roles:
        if not role.where:
            everywhere.append(role.call_id)
            continue
        condition = within(role) if condition is None else condition | within(role)
    if everywhere:
        every = Q(call__in=sorted(set(everywhere)))
        condition = every if condition is None else condition | every
    return condition


def of_applicant(person: Any) -> Q:
    """The applications on whose side a person is, were it as a mere member: they judge none of them."""
    return _either(_sides(person))


def _sides(person: Any) -> list[Q]:
    """The same, a condition for each reason."""
    belonging = Role.objects.current().filter(person=person, organisation__isnull=False).values("organisation")
    helped = Mandate.objects.current().filter(helper=person).values("organisation")
    # Those who carry together what is applied with read the file as applicants (`FileStanding.is_applicant`).
    carrying = [
        Q(call__purpose=purpose.code, subject__in=carried)
        for purpose in purposes()
        if purpose.has_subject and (carried := purpose.carried(person)) is not None
    ]
    return [Q(person=person), Q(submitted_by=person), *of_each(belonging), *of_each(helped), *carrying]


def examined(person: Any) -> QuerySet[Application]:
    """The submitted applications that a person may examine, as an officer: what `calls.examine` says of each."""
    roles = CallRole.objects.current().filter(person=person, name=CallRoleName.OFFICER).order_by("pk")
    held = Q(pk__in=[])
    for role in roles:
        held |= within(role)
    return Application.objects.submitted().filter(held).exclude(of_applicant(person))


def judged(
    person: Any, own: Collection[int] | None = None, roles: Sequence[CallRole] | None = None
) -> QuerySet[Application]:
    """The submitted applications that a person examines, signs or presides over, none of their own side.

    own    those of their own side (`own_side`), when they were read already: a page that asks about its files several
           times so asks once who is on whose side.
    roles  theirs (`roles_of`), when they were read already; those of one call give its files alone.
    """
    condition = served(roles_of(person) if roles is None else roles)
    if condition is None:
        return Application.objects.none()
    theirs = of_applicant(person) if own is None else Q(pk__in=own)
    return Application.objects.submitted().filter(condition).exclude(theirs)


def judged_in(standing: CallStanding) -> QuerySet[Application]:
    """Those of one call, for a person whose standing was read. One query, for what is of their own side."""
    return judged(standing.person, own_side(standing.person), standing.reading)


def examined_in(standing: CallStanding) -> QuerySet[Application]:
    """The same, of those that they examine, as an officer: what `calls.examine` says of each."""
    examining = tuple(role for role in standing.roles if role.name == CallRoleName.OFFICER)
    return judged(standing.person, own_side(standing.person), examining)


def own_side(person: Any) -> list[int]:
    """The submitted applications on whose side a person is. One query, longer to plan than to answer."""
    with plans_kept():
        return [one.pk for one in _own_side(tuple(purpose.code for purpose in purposes()))(person.pk)]


@cache
def _own_side(codes: tuple[str, ...]) -> Kept[Application]:
    """Each subject that calls serve says what its people carry: it is written once, as long as they are the same.

    A question for each reason, which its index answers: all of them in one condition read every application.
    """

    def asked() -> QuerySet[Application]:
        first, *others = (Application.objects.filter(one).order_by().values("pk") for one in _sides(Given(0)))
        return Application.objects.submitted().filter(pk__in=first.union(*others)).order_by("pk").only("pk")

    return Kept(asked)
