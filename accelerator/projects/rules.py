"""Who may do what to a project, and the French reason when not: a test holds it to docs/rules/projets.md."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from accelerator.community.models import Mandate, Role
from accelerator.community.queries.organisation import canonical
from accelerator.community.states import PLATFORM_ROLES, STEERING_ROLES
from accelerator.journal import System
from accelerator.projects.models import Project, ProjectPartner
from accelerator.projects.states import PartnerRole, ProjectState
from accelerator.workflow import Refused

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


Rule = Callable[[Standing], str | None]


def _read_private(standing: Standing) -> str | None:
    """The parts kept private; a moderator reads them to answer a report, and does not change them."""
    reader = standing.is_owner or standing.is_steering or standing.is_helper or standing.is_co_carrier
    # What a third party told stays readable by them until the referent takes the file over.
    tells = standing.is_proposer and standing.project.state == ProjectState.PROPOSED
    return None if reader or tells or standing.is_moderator else CARRIERS


def _edit(standing: Standing) -> str | None:
    if standing.project.state in (ProjectState.PROPOSED, ProjectState.DECLINED):
        return NOT_YET
    writer = standing.is_owner or standing.is_steering or standing.is_helper or standing.is_co_carrier
    return None if writer else CARRIERS


def _manage(standing: Standing) -> str | None:
    """Publishing, ending, naming the organisations: not the helper, who only fills in."""
    if standing.project.state in (ProjectState.PROPOSED, ProjectState.DECLINED):
        return NOT_YET
    if standing.is_owner or standing.is_steering:
        return None
    if standing.is_helper:
        return "Votre mandat permet de compléter le dossier, pas de décider de sa publication ni de ses structures."
    return CARRIERS


def _unpublish(standing: Standing) -> str | None:
    return None if standing.is_moderator else _manage(standing)


def _take_over(standing: Standing) -> str | None:
    if standing.project.state != ProjectState.PROPOSED:
        return "Ce projet n’est pas, ou plus, une proposition à reprendre."
    if standing.is_steering:
        return None
    return "Seul le référent, par le lien qu’il a reçu, ou un gestionnaire de la structure nommée peut le reprendre."


RULES: Final[dict[str, Rule]] = {
    "projects.read_private": _read_private,
    "projects.edit": _edit,
    "projects.manage": _manage,
    "projects.unpublish": _unpublish,
    "projects.take_over": _take_over,
}


def reason_within(name: str, standing: Standing) -> str | None:
    """Why not, or None. Raises `KeyError` for an unknown rule."""
    return RULES[name](standing)


def require(name: str, by: Any, project: Project) -> None:
    """Raise `Refused` with the reason when this person may not. A system actor may."""
    if isinstance(by, System):
        return
    if reason := reason_within(name, standing_of(by, project)):
        raise Refused(reason)


def allowed(standing: Standing) -> dict[str, bool]:
    """For a page: each rule, without its subject's prefix -> whether it allows."""
    return {name.partition(".")[2]: rule(standing) is None for name, rule in RULES.items()}
