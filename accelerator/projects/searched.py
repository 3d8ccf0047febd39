"""Projects are followed and taken away as organisations are (docs/decisions/0052-one-mechanism-each.md)."""

from collections.abc import Collection
from typing import Final

from django.urls import reverse

from accelerator.directory.queries.searched import Named, Searched, register
from accelerator.projects.models import Project
from accelerator.projects.queries.directory import DIRECTORY, FIELDS, ProjectQuestion, directory, rows_of


def _named(ids: Collection[int]) -> dict[int, Named]:
    listed = Project.objects.listed().select_related("seat").only("title", "public_id", "seat__name").in_bulk(ids)
    return {
        pk: Named(one.title, one.seat.name if one.seat else "", reverse("projects:project", args=[one.key]))
        for pk, one in listed.items()
    }


SEARCHED_PROJECTS: Final = register(
    Searched(
        code="projets",
        directory=DIRECTORY,
        question=ProjectQuestion,
        title="Projets",
        whole="tous les projets",
        page="projects:directory",
        reuse="projects:reuse",
        file_url=lambda kind: reverse("projects:directory_file", args=[kind]),
        file_name="projets",
        find=directory,
        columns=[field.name for field in FIELDS],
        rows=rows_of,
        named=_named,
    )
)
