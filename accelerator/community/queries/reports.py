"""Errors reported, as the desk reads them."""

from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from accelerator.community.models import ErrorReport, Organisation
from accelerator.community.queries.people import covered, platform_roles_of
from accelerator.community.states import ReportState


def reports_for(person: Any) -> QuerySet[ErrorReport]:
    """The reports that a moderator answers: all, or those of the organisations of their perimeter."""
    moderated = [covered(role) for role in platform_roles_of(person)]
    within = Organisation.objects.filter(reduce(or_, moderated, Q(pk__in=[])))
    reports = ErrorReport.objects.select_related("organisation", "reporter", "about_message")
    return reports.filter(organisation__in=within.values("pk"))


def overdue(reports: QuerySet[ErrorReport], today: date) -> QuerySet[ErrorReport]:
    """Those that should have been answered before today."""
    return reports.filter(state=ReportState.OPEN, due_on__lt=today)
