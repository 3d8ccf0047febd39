"""What the projects hold about a person: those they carry, what they proposed, what they typed."""

from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Q
from django.urls import reverse

from accelerator.accounts.holdings import Objection, PersonalData, register
from accelerator.accounts.models import Person
from accelerator.journal import Actor
from accelerator.projects.models import Project, ProjectFile, UnsavedText
from accelerator.projects.states import ProjectState
from accelerator.workflow import operation


def export(person: Person) -> dict[str, Any]:
    """Everything held about the person, in French words."""
    carried = Project.objects.filter(person=person).order_by("pk")
    proposed = Project.objects.filter(proposed_by=person).order_by("pk")
    named = Project.objects.filter(referent_email__iexact=person.email or "-").order_by("pk")
    return {
        "projets portés": [
            {"nom": one.title, "état": one.get_state_display(), "ouvert le": one.recorded_at} for one in carried
        ],
        "projets proposés": [
            {"nom": one.title, "à quel titre": one.proposed_as, "le": one.recorded_at} for one in proposed
        ],
        "projets proposés dont vous êtes le référent": [
            {"nom": one.title, "le": one.recorded_at, "réponse attendue avant le": one.claim_until} for one in named
        ],
        "textes non enregistrés": [
            {"projet": one.project.title, "étape": one.step, "texte": one.values, "tapé le": one.typed_at}
            for one in UnsavedText.objects.filter(person=person).select_related("project").order_by("pk")
        ],
    }


def objections(person: Person) -> list[Objection]:
    """A project that the public reads, and for which nobody else answers, cannot lose its only carrier."""
    alone = Project.objects.listed().filter(person=person, organisation__isnull=True).order_by("pk")
    return [
        Objection(
            f"Vous portez seul le projet publié « {one.title} » : rattachez-le à une structure, ou retirez-le "
            "d’abord de la publication.",
            reverse("projects:file", args=[one.key]),
            "Ouvrir le dossier",
        )
        for one in alone
    ]


@operation
def erase(*, person: Person, by: Actor, at: datetime) -> None:
    """Forget what was theirs alone, cut the rest from them: the file of an organisation stays its own."""
    UnsavedText.objects.filter(person=person).delete()
    alone = Project.objects.filter(person=person, organisation__isnull=True)
    for file in ProjectFile.objects.filter(project__in=alone):
        default_storage.delete(file.file.name or "")
    alone.delete()
    Project.objects.filter(person=person).update(person=None)
    waiting = Q(proposed_by=person) | Q(referent_email__iexact=person.email or "-")
    Project.objects.filter(waiting, state=ProjectState.PROPOSED).delete()
    Project.objects.filter(proposed_by=person).update(proposed_by=None, proposed_as="")


register(
    PersonalData(
        subject="projects",
        title="Vos projets",
        models=("projects.Project", "projects.UnsavedText"),
        export=export,
        erase=erase,
        objections=objections,
    )
)
