"""Errors reported on a record, abuses reported in messages, and the answers given."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from accelerator.accounts.models import Person
from accelerator.community import rules
from accelerator.community.deadlines import working_days_after
from accelerator.community.events import ERROR_REPORTED, REPORT_ANSWERED
from accelerator.community.models import ContactMessage, ErrorReport, Organisation
from accelerator.community.states import ReportState, ReportTopic
from accelerator.journal import System
from accelerator.journal.operations import record
from accelerator.notices import Recipient
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation

VISITOR = System("visiteur")


@operation
def report_error(
    *,
    organisation: Organisation,
    topic: str,
    message: str,
    by: Person | None,
    at: datetime,
    email: str = "",
    about_message: ContactMessage | None = None,
) -> ErrorReport:
    """Say that a record is wrong. Anyone may; without account, an address is needed to be answered.

    The reporter is told at once by which day an answer is due.
    """
    if by is None and not email:
        raise Refused("Donnez une adresse électronique : c’est là que vous sera envoyée la réponse.", field="email")
    report = ErrorReport.objects.create(
        organisation=organisation,
        topic=topic,
        message=message,
        reporter=by,
        reporter_email="" if by else email,
        reported_at=at,
        due_on=working_days_after(localtime(at).date(), settings.REPORT_ANSWER_WORKING_DAYS),
        about_message=about_message,
    )
    label = ReportTopic(topic).label
    record(ERROR_REPORTED.code, organisation, report, by=by or VISITOR, at=at, topic=label.lower())
    tell("community/report_received", to=_reporter(report), at=at, data=_facts(report))
    return report


@operation
def answer_report(*, report: ErrorReport, outcome: str, answer: str, by: Person, at: datetime) -> ErrorReport:
    """Close a report with an answer, sent to whoever reported; their address is then forgotten.

    outcome  `ReportState.CORRECTED` or `REJECTED`. Raises `Refused` when someone answered already.
    """
    held = ErrorReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    rules.require("community.moderate", by, held.organisation)
    if held.state != ReportState.OPEN:
        raise Refused("Ce signalement a déjà reçu une réponse.")
    recipient = _reporter(held)
    held.state, held.answer, held.closed_at, held.reporter_email = outcome, answer, at, ""
    held.save(update_fields=["state", "answer", "closed_at", "reporter_email"])
    record(REPORT_ANSWERED.code, held.organisation, held, by=by, at=at, outcome=ReportState(outcome).label.lower())
    tell("community/report_answered", to=recipient, at=at, data=_facts(held))
    return held


def _reporter(report: ErrorReport) -> Recipient:
    if report.reporter:
        return Recipient.of(report.reporter)
    return Recipient(email=report.reporter_email)


def _facts(report: ErrorReport) -> dict[str, Any]:
    return {
        "report": report,
        "organisation": report.organisation,
        "page": settings.BASE_URL + reverse("community:organisation", args=[report.organisation.key]),
    }
