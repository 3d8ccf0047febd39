"""Who may fill in, submit, read and examine an application."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from accelerator.calls.models import Application, Call, Decision
from accelerator.calls.purposes import purpose_of
from accelerator.calls.queries.standing import FileStanding, applying, file_standing_of
from accelerator.calls.rules.registry import rule
from accelerator.calls.states import APPEAL, PENDING, CallState, DecisionKind, Origin
from accelerator.community.rules import may_act_for
from accelerator.community.states import DelegationScope
from accelerator.workflow import Refused
from accelerator.workflow.dates import MOMENT, said

OFFICER = "Seul un instructeur de cet appel, sur ce territoire, peut le faire."
APPLICANT = "Seules les personnes qui portent cette candidature peuvent le faire."
# A file on paper that would have waited longer is a slip of the pen: silence decided long before.
OLDEST_PAPER = timedelta(days=2 * 365)
ANSWERED_BY_A_DECISION = (
    "Ce recours vise ce que le silence a décidé : y répondre, maintenir compris, c’est décider. Préparez la décision ; "
    "elle répond au recours quand elle est notifiée, avec ses motifs, son signataire et ses voies de recours."
)
OWN_FILE = "Vous êtes du côté de qui candidate : un autre instructeur doit examiner ce dossier."


@rule("calls.read_file")
def read_file(standing: FileStanding) -> str | None:
    """Both sides read it; the service from the day on which it is submitted."""
    if standing.is_applicant:
        return None
    if standing.is_service and standing.application.submitted_at:
        return None
    return "Ce dossier n’est lu que par les personnes qui le portent et par celles qui l’instruisent."


@rule("calls.fill_in")
def fill_in(standing: FileStanding) -> str | None:
    return None if standing.is_applicant else APPLICANT


@rule("calls.write_in_file")
def write_in_file(standing: FileStanding) -> str | None:
    """Messages: both sides, once the file is submitted."""
    if not standing.application.submitted_at:
        return "Les échanges avec le service commencent au dépôt de la candidature."
    return read_file(standing)


@rule("calls.examine")
def examine(standing: FileStanding) -> str | None:
    """Completeness, admissibility, the course of the file: an officer, never of one's own file."""
    if not standing.is_officer:
        return OFFICER
    return OWN_FILE if standing.is_of_applicant else None


def reason_against_judging_file(standing: FileStanding) -> str | None:
    """Why someone of the service reads nothing of how a file is judged: it is elsewhere, or on their own side."""
    if not standing.is_service:
        return "Ce dossier est suivi par d’autres : il n’est pas de votre territoire."
    return OWN_FILE if standing.is_of_applicant else None


def require_other_side(person: Any, application: Application) -> None:
    """Raise `Refused` when a person is on the applicant's side: they change nothing of how their file is judged."""
    if file_standing_of(person, application).is_of_applicant:
        raise Refused(OWN_FILE)


def reason_against_submitting(standing: FileStanding, on: date) -> str | None:
    """Only the legal representative or a delegate submits, withdraws and appeals; alone, the person themself."""
    application, organisation = standing.application, applying(standing.application)
    if organisation is not None:
        return may_act_for(standing.person, organisation, DelegationScope.SUBMIT, on, standing.organisation)
    if application.person_id == standing.person.pk:
        return None
    return "Seule la personne qui candidate en son nom dépose ou retire sa candidature."


def reason_against_appealing(standing: FileStanding, on: date) -> str | None:
    """One contests the decision that stands, told or made by silence, once at a time; as one submits."""
    application = standing.application
    stands = application.decisions.notified().first()
    contested = stands is not None and application.appeals.in_progress().exists()
    return reason_against_contesting(standing, on, stands, contested=contested)


def reason_against_contesting(
    standing: FileStanding, on: date, stands: Decision | None, *, contested: bool
) -> str | None:
    """The same when the decision that stands was read, and whether it is contested already."""
    state = standing.application.state
    contestable = state in APPEAL.sources or (
        # What silence decided leaves the file where it was: it is contested from there.
        state in PENDING and stands is not None and stands.kind == DecisionKind.IMPLICIT
    )
    if stands is None or not contestable or contested:
        return APPEAL.refusal
    return reason_against_submitting(standing, on)


def reason_against_arriving(call: Call, came_on: date, today: date) -> str | None:
    """Why a file on paper cannot have come on a day, or None. Too late is no reason: a person says it, not a form."""
    if came_on > today:
        return f"Ce jour est à venir : nous sommes le {said(today)}."
    if call.opens_at is not None and came_on < (opened := localdate(call.opens_at)):
        return f"Cet appel n’a ouvert que le {said(opened)} : un dossier n’a pas pu arriver avant. Vérifiez la date."
    if came_on < today - OLDEST_PAPER:
        return "Ce jour remonte à plus de deux ans : vérifiez l’année."
    return None


def reason_against_tying(application: Application) -> str | None:
    """Why a file is tied to no subject now: only one that came on paper names none, and until its decision is told."""
    if not purpose_of(application.call.purpose).has_subject:
        return "On répond à cet appel sans rien présenter d’autre que soi : il n’y a rien à quoi rattacher ce dossier."
    if application.subject:
        return "Ce dossier désigne déjà ce qu’il présente."
    if application.origin != Origin.PAPER or application.state not in PENDING:
        return "Seul un dossier reçu sur papier se rattache, tant que sa décision n’est pas notifiée."
    return None


def reason_against_timing(call: Call, at: datetime) -> str | None:
    """Why a call receives nothing at a moment, exact to the second: what counts is when the request arrived."""
    if call.state == CallState.CANCELLED:
        return f"Cet appel a été annulé : {call.cancelled_because}"
    if call.state != CallState.PUBLISHED or call.opens_at is None:
        return "Cet appel n’est pas publié."
    if at < call.opens_at:
        return f"Cet appel ouvre le {said(call.opens_at, MOMENT)}."
    if call.closes_at is not None and at >= call.closes_at:
        return f"Cet appel est clos depuis le {said(call.closes_at, MOMENT)}."
    return None
