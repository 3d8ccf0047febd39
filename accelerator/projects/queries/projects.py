"""One project as its pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from accelerator.accounts.queries import Line, with_actor_names
from accelerator.community.models import Organisation, Role, Theme
from accelerator.community.models.organisations import of_any
from accelerator.community.queries.organisation import canonical, territories_of
from accelerator.community.states import Family
from accelerator.geography.models import Place
from accelerator.geography.perimeters import sentence_of
from accelerator.journal.queries import history_of as history
from accelerator.journal.queries import public_history_of
from accelerator.projects.models import Project, ProjectFile, ProjectPartner, UnsavedText
from accelerator.projects.record import LABELS, MOST_THEMES, PRIVATE
from accelerator.projects.states import FileKind, Goal, Maturity, Need, ProjectState
from accelerator.workflow.dates import said as day_said
from accelerator.workflow.ordering import alphabetical

NOTHING: Final = "rien"
_CUT: Final = 80
_LINES: Final = 200
_CHOICES: Final[Mapping[str, Any]] = {"families": Family, "goals": Goal, "needs": Need}


def said(name: str, value: Any) -> str:
    """A value of the file in a few words, for a sentence."""
    if value in (None, "", []):
        return NOTHING
    if name == "maturity":
        return str(Maturity(value).label)
    if name in _CHOICES:
        return ", ".join(str(_CHOICES[name](code).label) for code in value)
    if name in ("territories", "proof_territories"):
        return sentence_of(value)
    if name == "private":
        return ", ".join(PRIVATE[one].lower() for one in value if one in PRIVATE)
    if name == "budget":
        return ", ".join(str(line["year"]) for line in value)
    if name == "links":
        return ", ".join(link["url"] for link in value)
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, date):
        return day_said(value)
    text = str(getattr(value, "name", value))
    return text if len(text) <= _CUT else f"{text[:_CUT].rstrip()}…"


def listed(names: list[str]) -> str:
    """The French names of some values."""
    return ", ".join(LABELS[name] for name in names)


@dataclass(frozen=True)
class BudgetLine:
    """A year of the budget, in euro cents; None is not told."""

    year: int
    budget: int | None
    resources: int | None

    @property
    def spent(self) -> int | None:
        """In whole euros."""
        return None if self.budget is None else self.budget // 100

    @property
    def received(self) -> int | None:
        return None if self.resources is None else self.resources // 100


@dataclass(frozen=True)
class Sheet:
    """What the page of a project shows to whoever reads it; a part kept private is there for its carriers only."""

    families: list[str]
    themes: list[Theme]
    goals: list[str]
    needs: list[str]
    territories: list[Place]
    proof_territories: list[Place]
    partners: list[ProjectPartner]
    pictures: list[ProjectFile]
    documents: list[ProjectFile]
    budget: list[BudgetLine]


def sheet_of(project: Project, *, whole: bool) -> Sheet:
    """Read what surrounds a project, in four queries. `whole`: private parts too."""

    def shown(part: str) -> bool:
        return whole or not project.hides(part)

    keys = {*project.territories, *project.proof_territories}
    places = list(Place.objects.filter(pk__in=keys).order_by("sort_name", "key")) if keys else []
    files = list(project.files.filter(removed_at__isnull=True).order_by("added_at", "pk"))
    partners = list(project.partners.select_related("organisation").order_by("role", "pk")) if shown("partners") else []
    if not whole:
        partners = [one for one in partners if one.confirmed_at and one.organisation.publishable]
    lines = [BudgetLine(one["year"], one.get("budget"), one.get("resources")) for one in project.budget]
    return Sheet(
        families=[str(Family(code).label) for code in project.families],
        themes=list(Theme.objects.filter(pk__in=project.themes).order_by("position")) if project.themes else [],
        goals=[str(Goal(code).label) for code in project.goals],
        needs=[str(Need(code).label) for code in project.needs] if shown("needs") else [],
        territories=[place for place in places if place.key in project.territories],
        proof_territories=[p for p in places if p.key in project.proof_territories] if shown("proof") else [],
        partners=partners,
        pictures=[one for one in files if one.kind == FileKind.PICTURE],
        documents=[one for one in files if one.kind == FileKind.DOCUMENT] if shown("documents") else [],
        budget=lines if shown("budget") else [],
    )


def commune_to_take(project: Project) -> Place | None:
    """The commune of the organisation that carries a project, while the project does not say where it is or acts."""
    if project.organisation is None or (project.seat_id and project.territories):
        return None
    return canonical(project.organisation).seat


def territories_to_take(project: Project) -> list[Place]:
    """Where the organisation that carries a project acts, beyond its own commune, while the project does not say."""
    if project.organisation is None or project.territories:
        return []
    lead = canonical(project.organisation)
    return territories_of(lead) if lead.territories != [lead.seat_id] else []


def themes_to_take(project: Project) -> list[str]:
    """The themes of the organisation that carries a project, until someone says its own: at most what it may have."""
    if project.organisation is None or project.themes or project.themes_told:
        return []
    return canonical(project.organisation).themes[:MOST_THEMES]


def projects_carried(person: Any) -> QuerySet[Project]:
    """« Mes projets »: those that a person may write, the latest changed first."""
    return Project.objects.carried_by(person).select_related("organisation").order_by("-changed_at", "-pk")


def projects_alone(person: Any, most: int = 3) -> list[Project]:
    """The projects that a person carries without any organisation, the latest changed first."""
    alone = Project.objects.filter(person=person, organisation__isnull=True)
    told = alone.exclude(state__in=(ProjectState.PROPOSED, ProjectState.DECLINED))
    return list(told.order_by("-changed_at", "-pk")[:most])


def proposals_of(person: Any) -> list[Project]:
    """What a person proposed, and what is proposed to the organisations that they steer."""
    steered = Role.objects.current().steering().filter(person=person).values("organisation")
    theirs = Q(proposed_by=person) | (Q(state=ProjectState.PROPOSED) & of_any(steered))
    return list(Project.objects.filter(theirs).select_related("organisation").order_by("-recorded_at", "-pk"))


def partnerships_to_answer(person: Any) -> list[ProjectPartner]:
    """The projects that name an organisation steered by a person, and wait for its answer."""
    steered = Role.objects.current().steering().filter(person=person).values("organisation")
    waiting = ProjectPartner.objects.of_any(steered).filter(confirmed_at=None, declined_at=None)
    return list(waiting.select_related("project", "organisation").order_by("invited_at", "pk"))


def organisations_steered(person: Any) -> list[Organisation]:
    """The organisations in whose name a person may carry a project."""
    steered = Role.objects.current().steering().filter(person=person).values("organisation")
    return list(
        Organisation.objects.filter(pk__in=steered).exclude(state="merged").order_by(alphabetical("name"), "pk")
    )


def organisations_to_name(project: Project, person: Any, most: int = 3) -> list[Organisation]:
    """The organisations of a person that may carry a project that none carries."""
    return organisations_steered(person)[:most] if project.organisation_id is None else []


def unsaved_of(project: Project, person: Any, step: str) -> UnsavedText | None:
    """What this person was typing in a step and did not save."""
    return UnsavedText.objects.filter(project=project, person=person, step=step).first()


def by_token(token: str, at: datetime) -> Project | None:
    """The proposal that a link opens, while it waits."""
    if not token:
        return None
    waiting = Project.objects.filter(state=ProjectState.PROPOSED, claim_token=token, claim_until__gte=at.date())
    return waiting.select_related("organisation").first()


def history_of(project: Project) -> list[Line]:
    """What was done to the file, the latest first, with the names of those who did it: for its carriers."""
    return with_actor_names(history(project)[:_LINES])


def public_history(project: Project) -> list[Line]:
    """What anyone may read of it: persons are never named."""
    return [
        Line(
            at=event.at,
            who="La plateforme" if event.actor.startswith("system:") else "Une personne",
            sentence=event.sentence,
            reason="",
        )
        for event in public_history_of(project)[:20]
    ]
