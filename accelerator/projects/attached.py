"""What the projects add to the page of an organisation."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accelerator.community.attached import Attached, Attachment, Offer, register
from accelerator.community.models import Organisation
from accelerator.projects import search
from accelerator.projects.models import Project
from accelerator.projects.queries.directory import projects_about
from accelerator.projects.queries.projects import projects_alone


def _of(organisation: Organisation) -> Sequence[Attachment]:
    return [
        Attachment(one.title, reverse("projects:project", args=[one.key]), one.summary)
        for one in projects_about(organisation)
    ]


def _offers(person: Any, organisation: Organisation) -> Sequence[Offer]:
    return [
        Offer(
            f"Votre projet « {one.title} » n’a pas de structure porteuse.",
            "Le rattacher à cette organisation",
            reverse("projects:carrier", args=[one.key]),
            [("organisation", organisation.public_id)],
        )
        for one in projects_alone(person)
    ]


def _written(organisations: QuerySet[Organisation]) -> None:
    """A project is found by who carries it, unless it is hidden."""
    named = Project.objects.listed().filter(organisation__in=organisations)
    search.refresh_ids(list(named.values_list("pk", flat=True)))


register(Attached(subject="projects", title="Ses projets", read=_of, offers=_offers, written=_written))
