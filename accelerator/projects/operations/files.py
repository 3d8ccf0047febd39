"""What is joined to a project, and its self-diagnosis."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage

from accelerator.accounts.models import Person
from accelerator.design.uploads import Document
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.projects import rules
from accelerator.projects.diagnosis import questions
from accelerator.projects.events import DIAGNOSED, FILE_ADDED, FILE_REMOVED
from accelerator.projects.models import Diagnosis, Project, ProjectFile
from accelerator.projects.operations.locks import lock_project
from accelerator.projects.record import MOST_FILES
from accelerator.projects.states import FileKind
from accelerator.workflow import Refused, operation


@operation
def add_file(
    *, project: Project, document: Document, kind: FileKind, described: str, by: Person, at: datetime
) -> ProjectFile:
    """Join a file that was looked at (`design.uploads`); the same one again is the one that is there."""
    held = lock_project(project)
    rules.require("projects.edit", by, held)
    there = held.files.filter(removed_at__isnull=True)
    if same := there.filter(digest=document.digest).first():
        return same
    if there.count() >= MOST_FILES:
        raise Refused(f"Un projet a {MOST_FILES} fichiers au plus : retirez-en un d’abord.")
    # Taken out, and joined again before the night: it is brought back, or the night would erase what is kept.
    if gone := held.files.select_for_update().filter(digest=document.digest, kind=kind).order_by("-pk").first():
        gone.removed_at, gone.name, gone.described, gone.added_at = None, document.name, described, at
        gone.save(update_fields=["removed_at", "name", "described", "added_at"])
        record(FILE_ADDED.code, held, by=by, at=at, name=gone.name)
        return gone
    extension = document.name.rpartition(".")[2]
    # Named by its content, for this project alone: what is removed here is never another's.
    path = f"projects/{held.public_id}/{document.digest[:32]}.{extension}"
    if not default_storage.exists(path):
        path = default_storage.save(path, document.file)
    added = ProjectFile.objects.create(
        project=held,
        kind=kind,
        name=document.name,
        described=described,
        file=path,
        size=document.size,
        content_type=document.kind,
        digest=document.digest,
        added_at=at,
    )
    record(FILE_ADDED.code, held, by=by, at=at, name=document.name)
    return added


@operation
def remove_file(*, file: ProjectFile, by: Person, at: datetime) -> None:
    """Take a file out of the project; it is no longer served, and erased in the night. One that is gone is gone."""
    project = lock_project(file.project)
    rules.require("projects.edit", by, project)
    held = ProjectFile.objects.filter(pk=file.pk, removed_at__isnull=True).first()
    if held is None:
        return
    held.removed_at = at
    held.save(update_fields=["removed_at"])
    record(FILE_REMOVED.code, project, by=by, at=at, name=held.name)


@operation
def erase_removed_files(*, by: Actor, at: datetime) -> int:
    """Erase the files that were taken out, with their rows; return how many.

    Not when they are taken out: what a transaction gives up cannot come back from a disk.
    """
    removed = list(ProjectFile.objects.filter(removed_at__isnull=False).select_for_update(skip_locked=True))
    names = {file.file.name or "" for file in removed}
    kept = ProjectFile.objects.filter(removed_at__isnull=True, file__in=names).values_list("file", flat=True)
    for name in sorted(names - set(kept)):
        default_storage.delete(name)
    ProjectFile.objects.filter(pk__in=[file.pk for file in removed]).delete()
    return len(removed)


@operation
def diagnose(
    *, project: Project, version: str, answers: Mapping[str, Mapping[str, Any]], by: Person, at: datetime
) -> Diagnosis:
    """Keep the answers of a self-diagnosis, with the version of the questions that were asked."""
    held = lock_project(project)
    rules.require("projects.edit", by, held)
    known = {criterion.code for criterion in questions(version).criteria}
    kept = {code: dict(answer) for code, answer in answers.items() if code in known}
    made, _ = Diagnosis.objects.update_or_create(
        project=held, defaults={"version": version, "answers": kept, "changed_at": at}
    )
    record(DIAGNOSED.code, held, by=by, at=at, version=version)
    return made
