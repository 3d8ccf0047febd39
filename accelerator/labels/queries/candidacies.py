"""One candidacy as its pages show it: the collective, the gaps, the road map, what is lacking."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Prefetch, QuerySet, Sum

from accelerator.accounts.queries import Line, with_actor_names
from accelerator.calls.models import Application
from accelerator.community.models import Organisation, Role
from accelerator.community.models.organisations import of_any
from accelerator.community.queries.organisation import canonical
from accelerator.community.states import OrganisationState
from accelerator.geography.models import OtherName, Place
from accelerator.journal.queries import history_of as history
from accelerator.journal.types import ref
from accelerator.labels.composition import Composition
from accelerator.labels.composition import Line as Found
from accelerator.labels.criteria import Gap, criteria_of, gaps_of, is_complete
from accelerator.labels.models import (
    Action,
    Candidacy,
    CandidacyFile,
    Category,
    Challenge,
    CriteriaSet,
    Member,
    Proof,
    UnsavedStep,
)
from accelerator.labels.models.candidacies import answering_for
from accelerator.labels.states import CandidacyState, MemberRole, MemberState
from accelerator.projects.models import ProjectFile
from accelerator.projects.states import FileKind
from accelerator.workflow.numbers import counted
from accelerator.workflow.ordering import alphabetical
from accelerator.workflow.together import Short, read_together

_LINES = 200
_STAYING = (MemberState.ASKED, MemberState.CONFIRMED)
# What the first page of a candidacy shows of a member.
_OF_A_MEMBER: Final = (
    *("role", "state", "reason", "belonging", "answer_until", "agreement_id"),
    *("organisation__pk", "organisation__name", "organisation__state"),
    *("organisation__merged_into__pk", "organisation__merged_into__name", "organisation__merged_into__state"),
)


def candidacies_of(person: Any) -> QuerySet[Candidacy]:
    """Those that a person may write, the latest changed first."""
    mine = Candidacy.objects.led_by(person).select_related("category", "organisation__merged_into")
    return mine.order_by("-changed_at", "-pk")


def memberships_to_answer(person: Any) -> QuerySet[Member]:
    """The collectives that name an organisation that a person steers or may act for, and wait for its answer."""
    waiting = Member.objects.filter(state=MemberState.ASKED, candidacy__state=CandidacyState.PREPARING)
    mine = waiting.filter(of_any(answering_for(person)))
    return mine.select_related("candidacy", "organisation").order_by("asked_at", "pk")


def members_to_remind(category: Category, on: date) -> QuerySet[Member]:
    """The organisations named in candidacies to a category that have not answered, whose last day comes soon, and that
    were not reminded yet.
    """
    until = on + timedelta(days=category.member_reminder_days)
    waiting = Member.objects.filter(state=MemberState.ASKED, candidacy__state=CandidacyState.PREPARING)
    soon = waiting.filter(candidacy__category=category, answer_until__gte=on, answer_until__lte=until)
    return soon.filter(reminded_at__isnull=True)


def memberships_kept(person: Any) -> list[Member]:
    """The collectives led by others in which an organisation that a person steers or may act for takes part, the latest
    first.
    """
    kept = Member.objects.filter(state=MemberState.CONFIRMED).exclude(role=MemberRole.LEAD)
    mine = kept.filter(of_any(answering_for(person)))
    return list(mine.select_related("candidacy__category", "organisation").order_by("-answered_at", "-pk"))


def organisations_steered(person: Any) -> list[Organisation]:
    """The organisations in whose name a person may open a candidacy."""
    steered = Role.objects.current().steering().filter(person=person).values("organisation")
    return list(
        Organisation.objects.filter(pk__in=steered, state=OrganisationState.ACTIVE).order_by(alphabetical("name"), "pk")
    )


def members_of(candidacy: Candidacy) -> list[Member]:
    """The members, the chef de file first, those who refused or left last."""
    read = candidacy.members.select_related("organisation__merged_into", "agreement", "answered_by")
    return _in_order(read.order_by("asked_at", "pk"))


def _in_order(members: Iterable[Member]) -> list[Member]:
    order = {MemberState.CONFIRMED.value: 0, MemberState.ASKED.value: 1}
    return sorted(members, key=lambda one: (one.role != MemberRole.LEAD, order.get(one.state, 2)))


def confirmed(members: list[Member]) -> list[Member]:
    """Those that said that they take part, and that still exist: what the rules count."""
    return [one for one in members if one.state == MemberState.CONFIRMED and not has_ceased(one.organisation)]


def has_ceased(organisation: Organisation) -> bool:
    """Whether an organisation, or the one that it was united to, has ceased."""
    return canonical(organisation).state == OrganisationState.CEASED


def shares_of(candidacy: Candidacy, *, but: Member | None = None) -> int:
    """The points that the members share out, one of them left out."""
    told = candidacy.members.filter(state__in=_STAYING)
    if but is not None:
        told = told.exclude(pk=but.pk)
    return int(told.aggregate(points=Sum("share"))["points"] or 0)


def composition_of(candidacy: Candidacy, members: list[Member]) -> tuple[Composition, list[Found]] | None:
    """What the rule of the category finds of the members that confirmed, or None without a rule."""
    rule = Composition.from_json(candidacy.category.composition)
    if rule is None:
        return None
    return rule, rule.examine([one.belonging for one in confirmed(members)])


def challenges_of(candidacy: Candidacy) -> list[Challenge]:
    """The défis with their actions. Two queries."""
    actions = Action.objects.select_related("pilot__organisation").order_by("due_on", "pk")
    return list(candidacy.challenges.prefetch_related(Prefetch("actions", actions)).order_by("position"))


def action_within(candidacy: Candidacy, number: int) -> Action | None:
    """An action of the road map of a candidacy, if it is one."""
    read = Action.objects.select_related("challenge__candidacy")
    return read.filter(pk=number, challenge__candidacy=candidacy).first()


def unsaved_of(candidacy: Candidacy, person: Any, step: str) -> UnsavedStep | None:
    """What this person was typing in a step and did not save."""
    return UnsavedStep.objects.filter(candidacy=candidacy, person=person, step=step).first()


def proofs_of(candidacy: Candidacy) -> list[Proof]:
    """The proofs, in the order in which they were joined."""
    return list(candidacy.proofs.select_related("file").order_by("added_at", "pk"))


def gaps_to(candidacy: Candidacy, proofs: list[Proof]) -> list[Gap]:
    """The gap to each criterion of the set that the candidacy answers."""
    counted = Counter(one.criterion for one in proofs)
    return gaps_of(criteria_of(candidacy.criteria_set.criteria), candidacy.assessment, counted)


@dataclass(frozen=True)
class Reusable:
    """A file already given once: in this file, in another candidacy, in a project of the organisation."""

    key: str
    name: str
    where: str


def reusable_files(candidacy: Candidacy) -> list[Reusable]:
    """What was said once and can prove something again: the files of the lifelong file of the organisation."""
    lead = canonical(candidacy.organisation)
    mine = CandidacyFile.objects.filter(candidacy=candidacy).order_by("-added_at", "-pk")
    others = CandidacyFile.objects.filter(candidacy__organisation=lead).exclude(candidacy=candidacy)
    told = ProjectFile.objects.filter(project__organisation=lead, kind=FileKind.DOCUMENT, removed_at__isnull=True)
    held = {one.digest for one in mine}
    elsewhere = [
        *(
            (one.digest, Reusable(f"candidacy:{one.pk}", one.name, f"dossier « {one.candidacy.title} »"))
            for one in others.select_related("candidacy").order_by("-added_at", "-pk")[:50]
        ),
        *(
            (one.digest, Reusable(f"project:{one.pk}", one.name, f"projet « {one.project.title} »"))
            for one in told.select_related("project").order_by("-added_at", "-pk")[:50]
        ),
    ]
    found = [Reusable(f"candidacy:{one.pk}", one.name, "ce dossier") for one in mine]
    for digest, one in elsewhere:
        if digest not in held:
            held.add(digest)
            found.append(one)
    return found


def merged_names(keys: list[str]) -> list[tuple[str, Place]]:
    """The communes of these keys that joined another: the old name, and the commune that they are now part of."""
    communes = {key for key in keys if key.startswith("commune-")}
    gone = communes - set(Place.objects.current().filter(pk__in=communes).values_list("pk", flat=True))
    if not gone:
        return []
    codes = [key.removeprefix("commune-") for key in gone]
    others = OtherName.objects.filter(code__in=codes).exclude(nature=OtherName.Nature.ARRONDISSEMENT)
    read = others.select_related("place__departement").order_by("code", "key")
    return [(one.name or one.code, one.place) for one in read]


@dataclass(frozen=True)
class Lacking:
    """Something to do before one applies, and the page where it is done (a name, and the step)."""

    label: str
    page: str
    step: str = ""


@dataclass(frozen=True)
class State:
    """What the first page of a candidacy shows of it, and what it lacks.

    challenges  with `planned`, how many actions each has.
    newer       the criteria in force, when the candidacy answers others.
    """

    members: list[Member]
    challenges: list[Any]
    gaps: list[Gap]
    composition: tuple[Composition, list[Found]] | None
    has_minutes: bool
    newer: CriteriaSet | None
    lacking: list[Lacking] = field(default_factory=list)


def state_of(candidacy: Candidacy) -> State:
    """Read all of a candidacy that its first page shows, in one query."""
    category = candidacy.category
    named = candidacy.members.order_by("asked_at", "pk") if category.is_collective else Member.objects.none()
    challenges = candidacy.challenges.annotate(planned=Count("actions")).order_by("position")
    in_force = category.criteria_sets.filter(since__isnull=False, until__isnull=True)
    read = read_together(
        {
            "members": Short(named, _OF_A_MEMBER),
            "challenges": Short(challenges, ("position", "title", "kind", "planned")),
            "proofs": Short(candidacy.proofs.order_by("added_at", "pk"), ("criterion",)),
            "minutes": Short(candidacy.minutes.order_by("pk")[:1], ("held_on",)),
            "criteria": Short(in_force.order_by("pk")[:1], ("number",)),
        }
    )
    members = _in_order(read["members"])
    current = read["criteria"][0] if read["criteria"] else None
    state = State(
        members=members,
        challenges=read["challenges"],
        gaps=gaps_to(candidacy, read["proofs"]),
        composition=composition_of(candidacy, members),
        has_minutes=bool(read["minutes"]),
        newer=current if current != candidacy.criteria_set else None,
    )
    state.lacking.extend(_lacking(candidacy, state))
    return state


def _lacking(candidacy: Candidacy, state: State) -> list[Lacking]:
    """What is advised before one applies: it stops nobody."""
    category, lacking = candidacy.category, []
    if not candidacy.summary:
        lacking.append(Lacking("une phrase qui dit ce que vous êtes", "step", "essentiel"))
    if not candidacy.perimeter:
        lacking.append(Lacking("le territoire", "step", "territoire"))
    if not candidacy.presentation:
        lacking.append(Lacking("une présentation", "step", "presentation"))
    if category.is_collective:
        if len(confirmed(state.members)) < 2:
            lacking.append(Lacking("au moins un membre qui a confirmé, à côté du chef de file", "members"))
        if state.composition and any(line.holds is not True for line in state.composition[1]):
            lacking.append(Lacking("la composition attendue", "members"))
    if len(state.challenges) < category.challenges_wanted:
        missing = category.challenges_wanted - len(state.challenges)
        lacking.append(Lacking(counted(missing, "défi prioritaire", "défis prioritaires"), "plan"))
    elif category.challenges_wanted and any(not one.planned for one in state.challenges):
        lacking.append(Lacking("une action au moins par défi", "plan"))
    if not is_complete(criteria_of(candidacy.criteria_set.criteria), candidacy.assessment):
        lacking.append(Lacking("l’auto-évaluation de chaque critère", "assessment"))
    elif any(gap.proofs == 0 for gap in state.gaps):
        lacking.append(Lacking("une preuve pour chaque critère", "assessment"))
    return [*lacking, *_documents_lacking(candidacy, state)]


def _documents_lacking(candidacy: Candidacy, state: State) -> list[Lacking]:
    """Of what the category wants joined, what has its place in the file and is not there."""
    wanted, lacking = {one["code"] for one in candidacy.criteria_set.documents}, []
    if "engagement" in wanted and any(one.agreement_id is None for one in confirmed(state.members)):
        lacking.append(Lacking("l’accord signé de chaque membre", "members"))
    if "pilotage" in wanted and not state.has_minutes:
        lacking.append(Lacking("un compte rendu du comité de pilotage", "plan"))
    return lacking


def applications_of(candidacy: Candidacy) -> list[Application]:
    """What was applied for with this file, the latest first."""
    made = Application.objects.filter(subject=ref(candidacy)).select_related("call", "wave")
    return list(made.order_by("-begun_at", "-pk"))


def history_of(candidacy: Candidacy) -> list[Line]:
    """What was done to the file, the latest first, with the names of those who did it."""
    return with_actor_names(history(candidacy)[:_LINES])
