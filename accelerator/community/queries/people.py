"""Who is what to an organisation."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from accelerator.accounts.models import Person
from accelerator.community.models import Mandate, Organisation, Role
from accelerator.community.states import PLATFORM_ROLES, STEERING_ROLES, RoleName
from accelerator.geography.perimeters import Perimeter, touching
from accelerator.workflow.kept import Given, Kept


@dataclass(frozen=True)
class Standing:
    """What a person is to an organisation at this moment: read once, asked many times by the rules.

    role       the current role in the organisation, if any (there is one at most).
    mandate    the helper's mandate that runs, if any.
    platform   the current roles on the platform itself.
    """

    person: Any
    organisation: Organisation
    role: Role | None
    mandate: Mandate | None
    platform: tuple[Role, ...]

    @property
    def is_member(self) -> bool:
        return self.role is not None

    @property
    def is_steering(self) -> bool:
        """Representative or manager."""
        return self.role is not None and self.role.name in STEERING_ROLES

    @property
    def is_representative(self) -> bool:
        return self.role is not None and self.role.name == RoleName.REPRESENTATIVE

    @property
    def is_confirmed_representative(self) -> bool:
        return self.role is not None and self.role.confirmed_at is not None

    @property
    def is_helper(self) -> bool:
        return self.mandate is not None

    @cached_property
    def is_moderator(self) -> bool:
        """Moderator of a perimeter that holds the organisation, or administrator."""
        return any(covers(role, self.organisation) for role in self.platform)


def covers(role: Role, organisation: Organisation) -> bool:
    """Whether a platform role extends to an organisation.

    An administrator's always does; a moderator's too when no perimeter limits it. Otherwise the perimeter holds the
    organisation's seat, or, when the seat is unknown, touches its territories of action. An organisation of which no
    place is known is left to those whom no perimeter limits.
    """
    if role.name == RoleName.ADMINISTRATOR or not role.where:
        return True
    if organisation.seat is not None:
        return not set(role.where.keys).isdisjoint(organisation.seat.cover)
    return role.where.touches(Perimeter(tuple(organisation.territories), tuple(organisation.territories_cover)))


def covered(role: Role) -> Q:
    """The same as `covers`, as a condition on organisations."""
    if role.name == RoleName.ADMINISTRATOR or not role.where:
        return Q(pk__isnull=False)
    seated = Q(seat__cover__overlap=role.perimeter)
    return seated | (Q(seat__isnull=True) & touching("territories", role.where))


def standing_of(person: Any, organisation: Organisation) -> Standing:
    """What this person is to this organisation; a visitor is nothing. Two queries (none for a visitor)."""
    if not getattr(person, "is_authenticated", False):
        return Standing(person, organisation, None, None, ())
    role: Role | None = None
    platform: list[Role] = []
    held = Role.objects.current().filter(person=person)
    for one in held.filter(organisation=organisation) | held.platform():
        if one.name in PLATFORM_ROLES:
            platform.append(one)
        else:
            role = one
    mandate = Mandate.objects.current().filter(helper=person, organisation=organisation).first()
    return Standing(person, organisation, role, mandate, tuple(platform))


def platform_roles_of(person: Any) -> list[Role]:
    """The current roles of a person on the platform itself."""
    if not getattr(person, "is_authenticated", False):
        return []
    return list(Role.objects.current().platform().filter(person=person).order_by("name", "pk"))


def steering_people(organisation: Organisation) -> list[Person]:
    """Those who may be written to about the organisation's affairs: its representatives and managers."""
    roles = Role.objects.current().steering().filter(organisation=organisation).select_related("person")
    return [role.person for role in roles.order_by("started_at", "pk")]


def moderating_people(organisation: Organisation) -> list[Person]:
    """Those who answer for the platform about this organisation: its moderators, or without any the administrators."""
    held = Role.objects.current().platform().select_related("person").order_by("pk")
    roles = [role for role in held if covers(role, organisation)]
    moderators = [role for role in roles if role.name == RoleName.MODERATOR]
    return list({role.person_id: role.person for role in moderators or roles}.values())


def shown_members(organisation: Organisation) -> list[Role]:
    """The roles whose holders agreed that the public page names them, representatives first."""
    order = list(RoleName.values)
    return sorted(_SHOWN(organisation.pk), key=lambda role: (order.index(role.name), role.person.family_name, role.pk))


_SHOWN: Final = Kept(lambda: Role.objects.current().filter(organisation=Given(0), shown=True).select_related("person"))


@dataclass(frozen=True)
class SoleResponsibilities:
    """What nobody else could take over if a person disappeared.

    organisations  those that have other members and that the person alone can manage.
    platform       whether the person is the only administrator.
    """

    organisations: list[Organisation]
    platform: bool


def sole_responsibilities(person: Person) -> SoleResponsibilities:
    """What a person must hand over before leaving."""
    current = Role.objects.current()
    mine = current.steering().filter(person=person)
    others = current.filter(organisation=OuterRef("pk")).exclude(person=person)
    organisations = (
        Organisation.objects.filter(pk__in=mine.values("organisation"))
        .filter(Exists(others))
        .exclude(Exists(others.steering()))
        .order_by("name", "pk")
    )
    administrators = list(current.platform().filter(name=RoleName.ADMINISTRATOR).values_list("person", flat=True)[:2])
    return SoleResponsibilities(list(organisations), administrators == [person.pk])


def reason_nameless(person: Person) -> str | None:
    """Why this person may not present themself to an organisation yet, or None."""
    if person.is_named:
        return None
    return (
        "Dites d’abord votre nom : les personnes de l’organisation doivent pouvoir lire qui s’y présente. Votre adresse"
        " électronique ne leur est pas montrée."
    )
