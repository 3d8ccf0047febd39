"""Who may write a call, publish it, and say who does what in it."""

from accelerator.calls.models import CallVersion
from accelerator.calls.queries.standing import CallStanding
from accelerator.calls.rules.registry import rule
from accelerator.calls.states import CallState
from accelerator.community.queries.people import platform_roles_of
from accelerator.community.states import RoleName

AUTHOR = "Seul un auteur de cet appel peut le faire."
SIGN_IN = "Connectez-vous pour continuer."


@rule("calls.write")
def write(standing: CallStanding) -> str | None:
    """Writing what a call says, asks and how it judges; publishing it; its waves."""
    return None if standing.is_author else AUTHOR


@rule("calls.appoint")
def appoint(standing: CallStanding) -> str | None:
    """The author says who does what; an administrator of the platform names the first author."""
    return None if standing.is_author or standing.is_administrator else AUTHOR


@rule("calls.see_call")
def see_call(standing: CallStanding) -> str | None:
    """A call that is not published yet is for those who prepare it."""
    if standing.call.opens_at and standing.call.state != CallState.DRAFT:
        return None
    return None if standing.roles or standing.is_administrator else "Cet appel n’est pas publié."


@rule("calls.serve")
def serve(standing: CallStanding) -> str | None:
    """Reading the files of a call: those who examine, sign or preside."""
    if standing.reads_files:
        return None
    return "Les dossiers d’un appel ne sont lus que par ceux qui les instruisent, signent ou président."


@rule("calls.enter_paper")
def enter_paper(standing: CallStanding) -> str | None:
    return None if standing.is_officer else "Seul un instructeur de cet appel enregistre un dossier reçu sur papier."


def reason_against_discarding(version: CallVersion) -> str | None:
    """Why a version is not given up, or None: what was published stays, and a call has one version at least."""
    if version.published_at is not None:
        return "Aucune version n’est en préparation."
    if version.number == 1:
        return "C’est la première version de l’appel : changez-la, ou annulez l’appel."
    return None


def reason_against_creating(person: object) -> str | None:
    """Calls are opened by the administrators of the platform, who name their first author."""
    if any(role.name == RoleName.ADMINISTRATOR for role in platform_roles_of(person)):
        return None
    return "Seul un administrateur de la plateforme ouvre un appel et en nomme le premier auteur."
