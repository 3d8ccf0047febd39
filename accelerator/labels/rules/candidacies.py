"""Who may do what to a candidacy, and the French reason when not: a test holds it to docs/rules/labels.md."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.timezone import localdate

from accelerator.community.models import Mandate, Organisation, Role
from accelerator.community.models.organisations import of_any
from accelerator.community.queries.organisation import canonical
from accelerator.community.rules import may_act_for
from accelerator.community.states import (
    PLATFORM_ROLES,
    STEERING_ROLES,
    DelegationScope,
    LegalFamily,
)
from accelerator.journal import System
from accelerator.labels.models import Candidacy, Member
from accelerator.labels.queries.holders import bound_by
from accelerator.labels.rules import registry
from accelerator.labels.rules.registry import rule
from accelerator.labels.states import TAKING_PART, Belonging, CandidacyState, MemberRole, MemberState

reason_within = registry.reason_within
LEADERS: Final = (
    "Seuls ceux qui portent la candidature le peuvent : un représentant légal ou gestionnaire de l’organisation qui "
    "la porte, ou son aidant."
)
ENDED: Final = "Ce dossier est clos : il ne se modifie plus."
OUT: Final = "Cette organisation ne fait plus partie du collectif : demandez au chef de file de la nommer à nouveau."
GONE_OUT: Final = (MemberState.REFUSED, MemberState.LEFT)
# Of the ESS by their form (loi 2014-856, article 1, II, 1°).
_ESS_BY_FORM: Final = (
    *(LegalFamily.ASSOCIATION, LegalFamily.COOPERATIVE, LegalFamily.MUTUELLE, LegalFamily.FONDATION),
    LegalFamily.SOCIETE_ESS,
)
_COMPANIES: Final = (LegalFamily.SOCIETE,)
_OTHERS: Final = (LegalFamily.PUBLIC,)


@dataclass(frozen=True)
class Standing:
    """What a person is to a candidacy at this moment."""

    person: Any
    candidacy: Candidacy
    is_steering: bool = False
    is_helper: bool = False
    is_moderator: bool = False
    # The members (their numbers) whose organisation this person steers or may act for, the chef de file aside; those
    # that refused, left or were removed read nothing more.
    members: frozenset[int] = frozenset()


def standing_of(person: Any, candidacy: Candidacy) -> Standing:
    """What this person is to this candidacy; four queries at most, none for a visitor."""
    if not getattr(person, "is_authenticated", False):
        return Standing(person, candidacy)
    roles = list(Role.objects.current().filter(person=person))
    steered = {role.organisation_id for role in roles if role.name in STEERING_ROLES and role.organisation_id}
    lead = canonical(candidacy.organisation).pk
    belonging = frozenset(role.organisation_id for role in roles if role.organisation_id)
    is_steering, others = lead in steered, (steered | bound_by(person, belonging - steered)) - {lead}
    named = candidacy.members.filter(of_any(others), state__in=TAKING_PART).exclude(role=MemberRole.LEAD)
    return Standing(
        person=person,
        candidacy=candidacy,
        is_steering=is_steering,
        is_helper=not is_steering and Mandate.objects.current().filter(helper=person, organisation=lead).exists(),
        is_moderator=any(role.name in PLATFORM_ROLES for role in roles),
        members=frozenset(named.values_list("pk", flat=True)) if others else frozenset(),
    )


@rule("labels.read")
def read(standing: Standing) -> str | None:
    """The whole file: those who lead it, each organisation that is asked or takes part, a moderator."""
    reader = standing.is_steering or standing.is_helper or standing.is_moderator or standing.members
    return None if reader else LEADERS


@rule("labels.edit")
def edit(standing: Standing) -> str | None:
    if standing.candidacy.state == CandidacyState.ENDED:
        return ENDED
    return None if standing.is_steering or standing.is_helper else LEADERS


@rule("labels.end")
def end(standing: Standing) -> str | None:
    """Giving the candidacy up, which nothing reopens: not the helper."""
    if standing.is_helper:
        return "Votre mandat permet de compléter le dossier, pas de le clore."
    return None if standing.is_steering else LEADERS


@rule("labels.manage")
def manage(standing: Standing) -> str | None:
    """Naming the members: not the helper, who only fills in."""
    if standing.candidacy.state == CandidacyState.ENDED:
        return ENDED
    if standing.is_steering:
        return None
    if standing.is_helper:
        return "Votre mandat permet de compléter le dossier, pas de choisir les membres du collectif."
    return LEADERS


OF_A_CANDIDACY: Final = ("labels.read", "labels.edit", "labels.end", "labels.manage")


def allowed(standing: Standing) -> dict[str, bool]:
    """For a page of a candidacy: each rule, without its subject's prefix -> whether it allows."""
    return registry.allowed(standing, OF_A_CANDIDACY)


def require(name: str, by: Any, candidacy: Candidacy) -> None:
    """Raise `Refused` with the reason when this person may not. A system actor may."""
    registry.demand_known(name)
    if not isinstance(by, System):
        registry.require_within(name, standing_of(by, candidacy))


def reason_against_answering(person: Any, member: Member, at: datetime) -> str | None:
    """Whether a person may say that an organisation takes part: it commits it, so whoever may submit in its name."""
    return may_act_for(person, canonical(member.organisation), DelegationScope.SUBMIT, localdate(at))


def reason_against_describing(person: Any, member: Member, at: datetime) -> str | None:
    """Why a person may not say what a member brings: those who lead the file do, and those who may bind the member.

    Nobody once the file is closed; of a member that is out, those who lead alone.
    """
    leading = reason_within("labels.edit", standing_of(person, member.candidacy))
    if leading is None or member.candidacy.state == CandidacyState.ENDED:
        return leading
    return reason_against_answering(person, member, at) or (OUT if member.state in GONE_OUT else None)


def belonging_of(organisation: Organisation) -> str:
    """What an organisation is for the rules of composition, as the registers say it; empty when they do not."""
    if organisation.legal_family in _OTHERS:
        return Belonging.OTHER.value
    if organisation.is_ess or (organisation.is_ess is None and organisation.legal_family in _ESS_BY_FORM):
        return Belonging.ESS.value
    if organisation.is_ess is False and organisation.legal_family in _COMPANIES:
        return Belonging.COMPANY.value
    return ""
