"""What the rules find in a file that is not submitted yet."""

from datetime import date

from accelerator.calls.eligibility import Finding, thawed
from accelerator.calls.models import Application
from accelerator.calls.purposes import Told, purpose_of
from accelerator.calls.queries.facts import examine, facts_of, known_facts
from accelerator.calls.queries.standing import applying
from accelerator.calls.questions import Questionnaire


def facts_now(application: Application) -> dict[str, object]:
    """All that is known now of who applies, with what, and what they answered."""
    form = Questionnaire.from_json(application.version.form)
    known = known_facts(application.call.purpose, form)
    told: Told | None = None
    if application.subject:
        told = purpose_of(application.call.purpose).reads(application.subject)
    return facts_of(
        known=known,
        form=form,
        declared=thawed(application.facts, known),
        answers=application.answers,
        organisation=applying(application),
        told=told,
    )


def findings_now(application: Application, on: date) -> list[Finding]:
    """What the rules of the version find in it on a day."""
    return examine(application.version, application.call, facts_now(application), on)
