"""A file that came on paper, made to name who applies and what it is about: its decision has no sequel otherwise."""

from datetime import datetime

from accelerator.accounts.models import Person
from accelerator.calls.eligibility import frozen
from accelerator.calls.models import Application, Call
from accelerator.calls.operations.files import lock_file
from accelerator.calls.purposes import Purpose, purpose_of
from accelerator.calls.queries.findings import facts_now
from accelerator.calls.rules.applications import reason_against_tying, require_other_side
from accelerator.calls.rules.registry import require
from accelerator.calls.states import ALIVE
from accelerator.community.models import Organisation
from accelerator.journal.operations import record
from accelerator.workflow import Refused, operation

# The choice of opening a subject from the paper, beside those that are there.
NEW = "nouveau"


def _held(application: Application, by: Person) -> Application:
    # As whoever begins an application does: two files of one subject do not pass each other.
    Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=application.call_id)
    held, standing = lock_file(application, by)
    require("calls.examine", standing)
    if reason := reason_against_tying(held):
        raise Refused(reason)
    return held


@operation
def name_applicant(*, application: Application, organisation: Organisation, by: Person, at: datetime) -> Application:
    """Say which record of the directory is that of who applied on paper; once said, it stays."""
    held = _held(application, by)
    if held.organisation_id is not None:
        raise Refused("La fiche de qui candidate est déjà dite.")
    held.organisation = organisation
    require_other_side(by, held)
    held.save(update_fields=["organisation"])
    record("calls.applicant_named", held, organisation, by=by, at=at, organisation=organisation.name)
    return held


@operation
def tie(*, application: Application, subject: str, by: Person, at: datetime) -> Application:
    """Tie a file that came on paper to what it is about, or open it from the paper (`NEW`).

    What the subject tells that day is frozen with the file, as a submission does. Raises `Refused` when the subject is
    not of who applied or already has a file in this call; when whoever examines turns out to be on its side.
    """
    held = _held(application, by)
    purpose = purpose_of(held.call.purpose)
    if subject == NEW:
        subject = _opened(purpose, held, by, at)
    elif subject not in {one.ref for one in purpose.ties(held)}:
        raise Refused("Choisissez à quoi ce dossier se rattache.", field="subject")
    if other := Application.objects.filter(call=held.call_id, subject=subject, state__in=ALIVE).first():
        named = f" ({other.number})" if other.number else ""
        raise Refused(f"Une candidature est déjà en cours à cet appel pour ce choix{named}.", field="subject")
    held.subject = subject
    require_other_side(by, held)
    held.facts = frozen(facts_now(held))
    held.save(update_fields=["subject", "facts"])
    record("calls.tied", held, by=by, at=at, what=purpose.reads(subject).title)
    return held


def _opened(purpose: Purpose, held: Application, by: Person, at: datetime) -> str:
    if purpose.opens is None:
        raise Refused("Seuls ceux qui le portent ouvrent ce dossier en ligne.", field="subject")
    return purpose.opens(application=held, by=by, at=at)
