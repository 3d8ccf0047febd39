"""Holding a project still: after persons and organisations (Note [Lock order] of the community), never before."""

from accelerator.projects.models import Project


def lock_project(project: Project) -> Project:
    """The project as it is now, held until the end of the transaction."""
    held = Project.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation", "seat")
    return held.get(pk=project.pk)
