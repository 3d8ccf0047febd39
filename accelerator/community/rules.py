"""Who may do what to an organisation and its people, and the French reason when not.

Each rule is a question asked of a `Standing` (what this person is to this organisation). The table for jurists is
docs/rules/qui-peut-quoi.md: a test holds the two together.
"""

from datetime import date
from typing import Any, Final

from accelerator.community.models import Delegation, JoinRequest, Organisation, Role
from accelerator.community.queries.claims import let_in_by, on_probation
from accelerator.community.queries.people import Standing, platform_roles_of, standing_of
from accelerator.community.states import DelegationScope, OrganisationState, RoleName
from accelerator.journal import System
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from accelerator.workflow.rules import Rules

_RULES: Final[Rules[Standing]] = Rules("community")
rule, names = _RULES.rule, _RULES.names
reason_within, allowed = _RULES.reason_within, _RULES.allowed

SIGN_IN = "Connectez-vous pour continuer."
STEERING = "Seuls un représentant légal ou un gestionnaire de cette organisation peuvent le faire."
REPRESENTATIVE = "Seul le représentant légal de cette organisation peut le faire."
PLATFORM = "Seule la modération de la plateforme peut le faire."


def reason_against(name: str, person: Any, organisation: Organisation) -> str | None:
    """Why this person may not, or None when they may. A system actor may. Raises `LookupError` for an unknown rule."""
    _RULES.demand_known(name)
    return None if isinstance(person, System) else reason_within(name, standing_of(person, organisation))


def require(name: str, person: Any, organisation: Organisation) -> None:
    """Raise `Refused` with the reason when this person may not."""
    if reason := reason_against(name, person, organisation):
        raise Refused(reason)


# The record


@rule("community.edit_record")
def edit_record(standing: Standing) -> str | None:
    if standing.is_steering or standing.is_helper or standing.is_moderator:
        return None
    if standing.is_member:
        return "Un membre lit la fiche ; un gestionnaire peut vous donner le rôle qui permet de la modifier."
    return "Seuls les gestionnaires de cette organisation, ou la personne qu’ils ont mandatée, modifient sa fiche."


@rule("community.decide_themes")
def decide_themes(standing: Standing) -> str | None:
    """Keeping or setting aside a theme that the text lets one think of: the moderation only where nobody manages."""
    if standing.is_steering or standing.is_helper:
        return None
    if not standing.is_moderator:
        return edit_record(standing)
    if Role.objects.current().steering().filter(organisation=standing.organisation).exists():
        return "Des personnes gèrent cette fiche : le thème leur est proposé, c’est à elles de le retenir."
    return None


@rule("community.cease")
def cease(standing: Standing) -> str | None:
    """Saying that it has ceased, or that it resumes."""
    return None if standing.is_steering or standing.is_moderator else STEERING


@rule("community.confirm_record")
def confirm_record(standing: Standing) -> str | None:
    """« Toujours exact ? » : the organisation's own word, not its helper's nor the platform's."""
    return None if standing.is_steering else STEERING


@rule("community.accept_charter")
def accept_charter(standing: Standing) -> str | None:
    return None if standing.is_representative else REPRESENTATIVE


@rule("community.read_messages")
def read_messages(standing: Standing) -> str | None:
    return None if standing.is_steering else STEERING


@rule("community.moderate")
def moderate(standing: Standing) -> str | None:
    """Answering a report, merging, hiding, correcting what is contested: the platform's own acts on a record."""
    return None if standing.is_moderator else PLATFORM


# The people


@rule("community.see_people")
def see_people(standing: Standing) -> str | None:
    if standing.is_member or standing.is_moderator:
        return None
    return "La liste des membres n’est lue que par les membres de l’organisation."


@rule("community.see_addresses")
def see_addresses(standing: Standing) -> str | None:
    """Not even the moderators: they write through the platform."""
    return None if standing.is_steering else STEERING


@rule("community.invite")
def invite(standing: Standing) -> str | None:
    return None if standing.is_steering or standing.is_moderator else STEERING


@rule("community.change_roles")
def change_roles(standing: Standing) -> str | None:
    return None if standing.is_steering or standing.is_moderator else STEERING


def reason_against_touching(person: Any, role: Role) -> str | None:
    """Why this person, who may change roles, may not change or end that one.

    A legal representative answers for the organisation: a manager invited yesterday does not remove them, not even
    by declaring themself a representative first. Only a confirmed one may. Whoever manages by a claim that may still be
    reversed touches only those who entered by it.
    """
    if isinstance(person, System) or role.person == person:
        return None
    if role.organisation is None:
        return reason_against_appointing(person) if role.name == RoleName.REPRESENTATIVE else None
    claim = on_probation(person, role.organisation)
    if claim and role.person_id not in let_in_by(claim):
        return (
            "Vous gérez cette fiche à la suite d’une revendication récente, que les autres peuvent encore contester :"
            f" jusqu’au {said(claim.reversible_until)} compris, vous ne changez que le rôle des personnes qu’elle a"
            " fait entrer."
        )
    if role.name != RoleName.REPRESENTATIVE:
        return None
    standing = standing_of(person, role.organisation)
    if standing.is_confirmed_representative or standing.is_moderator:
        return None
    return (
        "Le rôle d’un représentant légal n’est changé que par lui-même, par un représentant légal que la plateforme a "
        "confirmé, ou par la modération."
    )


@rule("community.confirm_representative")
def confirm_representative(standing: Standing) -> str | None:
    if not standing.is_moderator:
        return PLATFORM
    if standing.is_member:
        return "Vous êtes membre de cette organisation : un autre modérateur doit examiner la preuve."
    return None


@rule("community.claim")
def claim(standing: Standing) -> str | None:
    """The proof is examined by the operation: the rule says who may give one."""
    if not getattr(standing.person, "is_authenticated", False):
        return SIGN_IN
    if standing.is_steering:
        return "Vous gérez déjà cette fiche."
    if standing.is_member:
        return "Vous êtes déjà membre de cette organisation : un gestionnaire peut changer votre rôle."
    return None


@rule("community.see_claims")
def see_claims(standing: Standing) -> str | None:
    return see_people(standing)


@rule("community.see_merges")
def see_merges(standing: Standing) -> str | None:
    return see_people(standing)


@rule("community.manage_domains")
def manage_domains(standing: Standing) -> str | None:
    return None if standing.is_steering else STEERING


@rule("community.ask_to_join")
def ask_to_join(standing: Standing) -> str | None:
    if not getattr(standing.person, "is_authenticated", False):
        return SIGN_IN
    if standing.is_member:
        return "Vous êtes déjà membre de cette organisation."
    if standing.organisation.state == OrganisationState.MERGED:
        return "Cette fiche a été réunie à une autre : faites votre demande sur celle-ci."
    return None


@rule("community.decide_join")
def decide_join(standing: Standing) -> str | None:
    """The managers; the platform when there are none, or when a request has waited past its date."""
    if standing.is_steering:
        return None
    if not standing.is_moderator:
        return STEERING
    if standing.is_member:
        return "Vous êtes membre de cette organisation : ses gestionnaires, ou un autre modérateur, répondront."
    if not Role.objects.current().steering().filter(organisation=standing.organisation).exists():
        return None
    if JoinRequest.objects.overdue().filter(organisation=standing.organisation).exists():
        return None
    return "Les gestionnaires de l’organisation ont encore le temps de répondre : la modération n’intervient qu’après."


@rule("community.leave")
def leave(standing: Standing) -> str | None:
    return None if standing.is_member else "Vous n’êtes pas membre de cette organisation."


@rule("community.hand_over")
def hand_over(standing: Standing) -> str | None:
    return None if standing.is_steering else STEERING


@rule("community.show_own_name")
def show_own_name(standing: Standing) -> str | None:
    return None if standing.is_member else "Vous n’êtes pas membre de cette organisation."


# Acting in its name


@rule("community.give_delegation")
def give_delegation(standing: Standing) -> str | None:
    return None if standing.is_representative else REPRESENTATIVE


@rule("community.revoke_delegation")
def revoke_delegation(standing: Standing) -> str | None:
    """The delegate may also give up their own: the operation sees to it."""
    return None if standing.is_representative or standing.is_moderator else REPRESENTATIVE


@rule("community.see_delegations")
def see_delegations(standing: Standing) -> str | None:
    return see_people(standing)


@rule("community.grant_mandate")
def grant_mandate(standing: Standing) -> str | None:
    return None if standing.is_steering else STEERING


@rule("community.revoke_mandate")
def revoke_mandate(standing: Standing) -> str | None:
    """The helper may also give up their own: the operation sees to it."""
    return None if standing.is_steering or standing.is_moderator else STEERING


@rule("community.see_mandates")
def see_mandates(standing: Standing) -> str | None:
    if standing.is_helper:
        return None
    return see_people(standing)


def may_act_for(
    person: Any, organisation: Organisation, scope: DelegationScope, on: date, standing: Standing | None = None
) -> str | None:
    """Whether a person may submit or sign in the name of an organisation on a day, else the French reason.

    standing  what they are to it, when it was read already.
    A legal representative may submit as soon as declared, and sign once confirmed. A delegate may what the delegation
    says, on the days it says; a delegation to sign lets one submit too. Règle : docs/rules/roles-et-mandats.md.
    """
    standing = standing or standing_of(person, organisation)
    if standing.is_representative:
        if scope == DelegationScope.SUBMIT or standing.is_confirmed_representative:
            return None
        return (
            "Votre qualité de représentant légal est déclarée mais pas encore confirmée par la plateforme : "
            "vous pouvez déposer, pas encore signer."
        )
    if standing.is_member:
        scopes = [DelegationScope.SIGN] if scope == DelegationScope.SIGN else list(DelegationScope)
        held = Delegation.objects.current(on).filter(organisation=organisation, delegate=person, scope__in=scopes)
        if held.exists():
            return None
    return (
        f"{DelegationScope(scope).label} au nom de cette organisation revient à son représentant légal, "
        "ou à un membre qui a reçu sa délégation pour cela."
    )


# The platform


def reason_against_appointing(person: Any) -> str | None:
    """Only administrators give and end the roles of the platform. A system actor (the command) may."""
    if isinstance(person, System):
        return None
    if any(role.name == RoleName.ADMINISTRATOR for role in platform_roles_of(person)):
        return None
    return "Seul un administrateur de la plateforme donne ou retire ces rôles."
