"""What the projects add to the page of an organisation."""

from collections.abc import Sequence

from django.urls import reverse

from accelerator.community.attached import Attached, Attachment, register
from accelerator.community.models import Organisation
from accelerator.projects.queries.directory import projects_about


def _of(organisation: Organisation) -> Sequence[Attachment]:
    return [
        Attachment(one.title, reverse("projects:project", args=[one.key]), one.summary)
        for one in projects_about(organisation)
    ]


register(Attached(subject="projects", title="Ses projets", read=_of))
