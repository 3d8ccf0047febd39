"""Who may do what to a project, and the French reason when not: a test holds it to docs/rules/projets.md."""

from dataclasses import dataclass
from typing import Any, Final

from accelerator.community.models import Mandate, Role
from accelerator.community.queries.organisation import canonical
from accelerator.community.states import PLATFORM_ROLES, STEERING_ROLES
from accelerator.journal import System
from accelerator.projects.models import Project, ProjectPartner
from accelerator.projects.states import PartnerRole, ProjectState
from accelerator.workflow.rules import Rules

CARRIERS: Final = (
    "Seuls ceux qui portent le projet le peuvent : la personne qui l’a ouvert, ou un représentant légal ou "
    "gestionnaire de la structure qui le porte."
)
NOT_YET: Final = "Ce projet est une proposition : son référent doit d’abord le reprendre."


@dataclass(frozen=True)
class Standing:
    """What a person is to a project at this moment."""

    person: Any
    project: Project
    is_owner: bool = False
    # Representative or manager of the organisation that carries it (or that a proposal names).
    is_steering: bool = False
    is_helper: bool = False
    # Representative or manager of a co-carrier that confirmed.
    is_co_carrier: bool = False
    is_moderator: bool = False
    is_proposer: bool = False
    # The partners (their numbers) for which this person may answer.
    answers_for: frozenset[int] = frozenset()


def standing_of(person: Any, project: Project) -> Standing:
    """What this person is to this project; three queries at most, none for a visitor."""
    if not getattr(person, "is_authenticated", False):
        return Standing(person, project)
    roles = list(Role.objects.current().filter(person=person))
    steered = {role.organisation_id for role in roles if role.name in STEERING_ROLES and role.organisation_id}
    partners = list(ProjectPartner.objects.of_any(steered).filter(project=project)) if steered else []
    carrier = canonical(project.organisation).pk if project.organisation else None
    helped = carrier is not None and Mandate.objects.current().filter(helper=person, organisation=carrier).exists()
    return Standing(
        person=person,
        project=project,
        is_owner=project.person_id == person.pk,
        is_steering=carrier in steered,
        is_helper=helped,
        is_co_carrier=any(one.role == PartnerRole.CARRIER and one.confirmed_at for one in partners),
        is_moderator=any(role.name in PLATFORM_ROLES for role in roles),
        is_proposer=project.proposed_by_id == person.pk,
        answers_for=frozenset(one.pk for one in partners),
    )


_RULES: Final[Rules[Standing]] = Rules("projects")
rule, names = _RULES.rule, _RULES.names
reason_within, allowed = _RULES.reason_within, _RULES.allowed


@rule("projects.read_private")
def read_private(standing: Standing) -> str | None:
    """The parts kept private; a moderator reads them to answer a report, and does not change them."""
    reader = standing.is_owner or standing.is_steering or standing.is_helper or standing.is_co_carrier
    # What a third party told stays readable by them until the referent takes the file over.
    tells = standing.is_proposer and standing.project.state == ProjectState.PROPOSED
    return None if reader or tells or standing.is_moderator else CARRIERS


@rule("projects.edit")
def edit(standing: Standing) -> str | None:
    if standing.project.state in (ProjectState.PROPOSED, ProjectState.DECLINED):
        return NOT_YET
    writer = standing.is_owner or standing.is_steering or standing.is_helper or standing.is_co_carrier
    return None if writer else CARRIERS


@rule("projects.manage")
def manage(standing: Standing) -> str | None:
    """Publishing, ending, naming the organisations: not the helper, who only fills in."""
    if standing.project.state in (ProjectState.PROPOSED, ProjectState.DECLINED):
        return NOT_YET
    if standing.is_owner or standing.is_steering:
        return None
    if standing.is_helper:
        return "Votre mandat permet de compléter le dossier, pas de décider de sa publication ni de ses structures."
    return CARRIERS


@rule("projects.unpublish")
def unpublish(standing: Standing) -> str | None:
    return None if standing.is_moderator else manage(standing)


@rule("projects.take_over")
def take_over(standing: Standing) -> str | None:
    if standing.project.state != ProjectState.PROPOSED:
        return "Ce projet n’est pas, ou plus, une proposition à reprendre."
    if standing.is_steering:
        return None
    return "Seul le référent, par le lien qu’il a reçu, ou un gestionnaire de la structure nommée peut le reprendre."


def require(name: str, by: Any, project: Project) -> None:
    """Raise `Refused` with the reason when this person may not. A system actor may."""
    _RULES.demand_known(name)
    if not isinstance(by, System):
        _RULES.require_within(name, standing_of(by, project))
