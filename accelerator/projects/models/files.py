"""What is joined to a project, and its self-diagnosis."""

from django.db import models
from django.db.models import Q

from accelerator.projects.models.projects import Project
from accelerator.projects.states import FileKind


class ProjectFile(models.Model):
    """A picture (drawn again) or a document (looked at) of a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=10, choices=FileKind)
    name = models.CharField(max_length=120)
    # What a picture shows, for those who do not see it.
    described = models.CharField(max_length=200, default="")
    file = models.FileField(upload_to="projects")
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "digest"],
                condition=Q(removed_at__isnull=True),
                name="project_file_once",
                violation_error_message="Ce fichier est déjà joint au projet.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Diagnosis(models.Model):
    """The self-diagnosis of a project, answered with one version of the questions."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="diagnosis")
    version = models.CharField(max_length=10)
    # By code of criterion, what was said ("answer": "oui") and its "evidence".
    answers = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.project_id} ({self.version})"
