"""Errors reported, as the desk reads them."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accelerator.community.models import ErrorReport
from accelerator.community.queries.people import platform_roles_of
from accelerator.community.states import ReportState


def reports_for(person: Any) -> QuerySet[ErrorReport]:
    """The reports that a moderator answers: all, or those of the organisations of their perimeter."""
    every = ErrorReport.objects.select_related("organisation", "reporter", "about_message")
    wanted = Q(pk__in=[])
    for role in platform_roles_of(person):
        if not role.perimeter:
            return every
        seated = Q(organisation__seat__cover__overlap=role.perimeter)
        wanted |= seated | Q(organisation__seat=None, organisation__territories_cover__overlap=role.perimeter)
    return every.filter(wanted)


def overdue(reports: QuerySet[ErrorReport], today: date) -> QuerySet[ErrorReport]:
    """Those that should have been answered before today."""
    return reports.filter(state=ReportState.OPEN, due_on__lt=today)
