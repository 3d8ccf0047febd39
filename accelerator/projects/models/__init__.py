"""Tables of the projects, a module per noun."""

from accelerator.projects.models.files import Diagnosis, ProjectFile
from accelerator.projects.models.projects import Project, ProjectDocument, ProjectPartner, UnsavedText

__all__ = ["Diagnosis", "Project", "ProjectDocument", "ProjectFile", "ProjectPartner", "UnsavedText"]
