"""What links people to applicants, gathered from what the platform knows, and what was decided of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.conflicts import Applicant, Hint, Link, Ties, found, said_all, standing
from accelerator.calls.models import Application, Conflict
from accelerator.calls.purposes import purpose_of
from accelerator.calls.states import ConflictState
from accelerator.community.domains import domain_of, reason_unproving
from accelerator.community.models import EmailDomain, Mandate, Organisation, Role
from accelerator.community.queries.organisation import living_of
from accelerator.community.states import RoleName
from accelerator.workflow.together import Short, read_together

# The local authorities by their legal category (INSEE, level III), with the places that each governs: communes, then
# urban communities, metropolises, communities of communes and of agglomeration.
_LOCAL = {"7210": "commune-", **dict.fromkeys(("7343", "7344", "7346", "7348"), "epci-")}


@dataclass(frozen=True)
class Bar:
    """What keeps a person from a file.

    recusal  the déport, when there is one.
    hints    the links that nobody set aside.
    """

    recusal: Conflict | None = None
    hints: tuple[Hint, ...] = ()

    @property
    def why(self) -> str:
        """In French, after the person's name or « vous »."""
        if self.recusal:
            return f"déport : {self.recusal.reason}"
        return said_all(self.hints)


class Side(NamedTuple):
    """Who applies with a file, by what may link someone to them; and what the file is called."""

    pk: int
    public_id: str
    number: str | None
    title: str
    state: str
    organisation: int | None
    name: str | None
    address: str | None
    person: int | None
    email: str | None
    submitter: int | None
    purpose: str
    subject: str


def sides_of(applications: QuerySet[Application]) -> list[Side]:
    """Who applies with each of these files, in the order of the query. One query."""
    return [
        Side(*row)
        for row in applications.values_list(
            "pk",
            "public_id",
            "number",
            "title",
            "state",
            "organisation",
            "organisation__name",
            "organisation__contact_email",
            "person",
            "person__email",
            "submitted_by",
            "call__purpose",
            "subject",
        )
    ]


def bars(applications: QuerySet[Application], people: Collection[int]) -> dict[tuple[int, int], Bar]:
    """(application, person) -> what keeps them apart; pairs that nothing keeps apart are absent.

    Seven queries or so at most, whatever their number; what nobody's roles or address can touch is not asked.
    """
    judges = Person.objects.filter(pk__in=set(people)).only("email").order_by("pk")
    return bars_among(sides_of(applications.order_by("pk")), judges)


def bars_of(application: Application, people: Iterable[Person]) -> dict[int, Bar]:
    """Person -> what keeps them from this file; those that nothing keeps from it are absent. Five queries at most.

    The application comes with its call, its organisation and its person.
    """
    organisation, person = application.organisation, application.person
    side = Side(
        pk=application.pk,
        public_id=application.public_id,
        number=application.number,
        title=application.title,
        state=application.state,
        organisation=application.organisation_id,
        name=organisation.name if organisation else None,
        address=organisation.contact_email if organisation else None,
        person=application.person_id,
        email=person.email if person else None,
        submitter=application.submitted_by_id,
        purpose=application.call.purpose,
        subject=application.subject,
    )
    return {who: bar for (_, who), bar in bars_among([side], people).items()}


def bars_among(sides: Sequence[Side], judges: Iterable[Person]) -> dict[tuple[int, int], Bar]:
    """The same as `bars`, of files and people that were read already. Five queries or so at most."""
    emails = {one.pk: one.email for one in judges}
    people = list(emails)
    # Of the address of each; "" when it proves nothing.
    ties = {person: next(iter(_proving(email)), "") for person, email in emails.items()}
    proved_by = {side.organisation for side in sides if side.organisation} if any(ties.values()) else set()
    decided_of = Conflict.objects.filter(application__in=[side.pk for side in sides], person__in=people).order_by("pk")
    read = read_together(
        {
            "roles": Short(
                Role.objects.filter(person__in=people, organisation__isnull=False).order_by("pk"),
                ("person_id", "organisation_id", "name", "ended_at"),
            ),
            "mandates": Short(
                Mandate.objects.filter(helper__in=people).order_by("pk"),
                ("helper_id", "organisation_id", "revoked_at", "ends_on"),
            ),
            "conflicts": Short(decided_of, ("application_id", "person_id", "state", "hints", "reason")),
            "domains": Short(
                EmailDomain.objects.proving().filter(organisation__in=proved_by).order_by("pk"),
                ("organisation_id", "domain"),
            ),
        }
    )
    roles, mandates = read["roles"], read["mandates"]
    held = {*(role.organisation_id for role in roles), *(mandate.organisation_id for mandate in mandates)}
    partners = _partners(sides) if held else {}
    known = {side.organisation for side in sides} | held | {one for several in partners.values() for one in several}
    living = living_of(known) if held else {}
    # Organisation -> the domains of which an address shows that one is of it.
    domains: dict[int | None, set[str]] = {}
    for one in read["domains"]:
        domains.setdefault(one.organisation_id, set()).add(one.domain)
    governed = _governed(roles, living)
    places = _places({living.get(side.organisation, side.organisation) for side in sides}) if governed else {}
    applicants = [
        Applicant(
            application=side.pk,
            name=side.name or side.title,
            organisation=living.get(side.organisation, side.organisation),
            people=frozenset(one for one in (side.person, side.submitter) if one),
            # Who applies alone is known by their own address; otherwise the organisation's count.
            domains=frozenset(
                {
                    *domains.get(side.organisation, ()),
                    *_proving(side.address if side.organisation else side.email),
                }
            ),
            partners=frozenset(living.get(one, one) for one in partners.get(side.subject, ())),
            places=places.get(living.get(side.organisation, side.organisation), frozenset()),
        )
        for side in sides
    ]
    hints = found(_ties(ties, roles, mandates, living, governed), applicants)
    decided = {(one.application_id, one.person_id): one for one in read["conflicts"]}
    kept: dict[tuple[int, int], Bar] = {}
    for pair in hints.keys() | decided.keys():
        conflict = decided.get(pair)
        recusal = conflict if conflict and conflict.state == ConflictState.RECUSED else None
        remaining = standing(hints.get(pair, ()), conflict.hints if conflict and not recusal else ())
        if recusal or remaining:
            kept[pair] = Bar(recusal, remaining)
    return kept


def bar_between(application: Application, person: Person) -> Bar | None:
    """What keeps this person from this file, or None."""
    return bars(Application.objects.filter(pk=application.pk), [person.pk]).get((application.pk, person.pk))


def _governed(roles: Iterable[Role], living: Mapping[int | None, int]) -> dict[int, dict[str, str]]:
    """Person -> the places governed by the local authorities that they represent now, with the name of each.

    Communes and groups of communes: whoever heads a département or a region would be kept from nearly every file, and
    declares it instead. One query at most.
    """
    heads: dict[int, set[int]] = {}
    for role in roles:
        if role.name == RoleName.REPRESENTATIVE and role.ended_at is None and role.organisation_id:
            authority = living.get(role.organisation_id, role.organisation_id)
            heads.setdefault(authority, set()).add(role.person_id)
    if not heads:
        return {}
    governed: dict[int, dict[str, str]] = {}
    local = Organisation.objects.filter(pk__in=heads, legal_category__in=_LOCAL, seat__isnull=False).order_by("pk")
    for pk, name, category, cover in local.values_list("pk", "name", "legal_category", "seat__cover"):
        for key in cover:
            if key.startswith(_LOCAL[category]):
                for person in heads[pk]:
                    governed.setdefault(person, {})[key] = name
    return governed


def _places(organisations: Iterable[int | None]) -> dict[int | None, frozenset[str]]:
    """Organisation -> the places that hold its seat."""
    seated = Organisation.objects.filter(pk__in=[one for one in organisations if one], seat__isnull=False)
    return {pk: frozenset(cover) for pk, cover in seated.values_list("pk", "seat__cover")}


def _ties(
    people: dict[int, str],
    roles: Iterable[Role],
    mandates: Iterable[Mandate],
    living: dict[int | None, int],
    governed: Mapping[int, Mapping[str, str]],
) -> list[Ties]:
    held: dict[int, list[Link]] = {}
    helped: dict[int, list[Link]] = {}
    today = localdate()
    for role in roles:
        ended = localdate(role.ended_at) if role.ended_at else None
        organisation = role.organisation_id or 0
        link = Link(living.get(organisation, organisation), role.get_name_display(), ended)
        held.setdefault(role.person_id, []).append(link)
    for mandate in mandates:
        ended = localdate(mandate.revoked_at) if mandate.revoked_at else None
        if ended is None and mandate.ends_on < today:
            ended = mandate.ends_on
        link = Link(living.get(mandate.organisation_id, mandate.organisation_id), "accompagnateur", ended)
        helped.setdefault(mandate.helper_id, []).append(link)
    return [
        Ties(
            person=person,
            roles=tuple(held.get(person, ())),
            mandates=tuple(helped.get(person, ())),
            governs=governed.get(person, {}),
            domain=domain,
        )
        for person, domain in people.items()
    ]


def _partners(sides: Iterable[Side]) -> dict[str, frozenset[int]]:
    """Subject -> the organisations that take part in it, as its purpose tells them. One query a purpose, or so."""
    subjects: dict[str, set[str]] = {}
    for side in sides:
        if side.subject:
            subjects.setdefault(side.purpose, set()).add(side.subject)
    return {
        subject: organisations
        for purpose, refs in sorted(subjects.items())
        for subject, organisations in purpose_of(purpose).partners(sorted(refs)).items()
    }


def _proving(email: str | None) -> set[str]:
    """The domain of an address, unless strangers share it."""
    domain = domain_of(email)
    return {domain} if domain and reason_unproving(domain) is None else set()
