"""What becomes of a project: who carries it, publishing, ending, files, self-diagnosis."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from accelerator.community.queries.duplicates import known_by
from accelerator.design.unsaved import Resumed
from accelerator.projects.diagnosis import CURRENT, questions
from accelerator.projects.forms import (
    CarrierForm,
    Confirmation,
    DiagnosisForm,
    PaperForm,
    PictureForm,
    ReasonForm,
)
from accelerator.projects.models import Diagnosis, Project, ProjectFile
from accelerator.projects.operations.files import add_file, diagnose, remove_file
from accelerator.projects.operations.projects import attach, end, publish, resume, unpublish
from accelerator.projects.queries.projects import organisations_steered
from accelerator.projects.states import FileKind
from accelerator.projects.views.within import ActWithin
from accelerator.registers.identifiers import Misread, understand
from accelerator.workflow import Refused


class CarrierPage(ActWithin):
    """Which organisation carries it: one's own, one found by its number, or one to be entered in the directory."""

    rule = "projects.manage"
    title = "La structure qui porte le projet"
    form_class = CarrierForm

    def form_arguments(self) -> dict[str, Any]:
        self.organisations = organisations_steered(self.person)
        return {"organisations": self.organisations}

    def initial(self) -> dict[str, Any]:
        """The one that carries it; else the one that was just entered in the directory for it."""
        entered = self.request.GET.get("organisation", "")
        return {"organisation": self.project.organisation.public_id if self.project.organisation else entered}

    def perform(self, form: Any) -> Project | str:
        number = form.cleaned_data["number"]
        if not number:
            chosen = form.cleaned_data["organisation"]
            named = next((one for one in self.organisations if one.public_id == chosen), None)
            return attach(project=self.project, organisation=named, by=self.person, at=self.at)
        try:
            identifier = understand(number)
        except Misread as misread:
            raise Refused(str(misread), field="number") from misread
        if found := known_by(identifier):
            try:
                return attach(project=self.project, organisation=found, by=self.person, at=self.at)
            except Refused as refusal:
                raise Refused(refusal.message, field="number") from refusal
        # Not known here: its record is entered first, then it is one of one's own, and one comes back with it.
        asked = {"numero": identifier.value, "suite": self.address("carrier")}
        return f"{reverse('community:register')}?{urlencode(asked)}"

    def done_url(self, result: Project | str) -> str:
        return result if isinstance(result, str) else super().done_url(result)

    def message_when_done(self, result: Project | str) -> str:
        if isinstance(result, str):
            return "Inscrivez d’abord la structure : vous reviendrez au projet, où elle sera déjà choisie."
        return "C’est enregistré."


class Publish(ActWithin):
    """Show the project to anyone."""

    rule = "projects.manage"
    title = "Publier le projet"
    form_class = Confirmation
    submit_label = "Publier"
    back = "project"
    done_message = "Le projet est publié : tout le monde peut le trouver."
    told = (
        "La page du projet devient publique, avec ses images ; ce que vous avez dit privé ne l’est pas. Vous pourrez "
        "le retirer à tout moment. Votre nom n’y figure pas."
    )

    def perform(self, form: Any) -> Project:
        return publish(project=self.project, by=self.person, at=self.at)


class Unpublish(ActWithin):
    """Take it back."""

    rule = "projects.unpublish"
    title = "Retirer le projet de la publication"
    form_class = ReasonForm
    submit_label = "Retirer"
    done_message = "Le projet n’est plus public."
    told = "La page ne sera plus visible que de ceux qui portent le projet. Rien n’est effacé."

    def perform(self, form: Any) -> Project:
        if not self.may["manage"] and not form.cleaned_data["reason"]:
            raise Refused("Dites pourquoi : ceux qui portent le projet le liront.", field="reason")
        return unpublish(project=self.project, reason=form.cleaned_data["reason"], by=self.person, at=self.at)

    def done_url(self, result: Project) -> str:
        return self.address("file") if self.may["edit"] else reverse("projects:directory")


class End(ActWithin):
    """Say that it has ended."""

    rule = "projects.manage"
    title = "Dire le projet terminé"
    form_class = ReasonForm
    submit_label = "Dire terminé"
    back = "project"
    done_message = "Le projet est dit terminé."
    told = "Sa page reste publique et le dit : ce qui a été appris sert à d’autres."

    def perform(self, form: Any) -> Project:
        return end(project=self.project, reason=form.cleaned_data["reason"], by=self.person, at=self.at)


class Resume(ActWithin):
    """Say that it goes on."""

    rule = "projects.manage"
    title = "Dire que le projet reprend"
    form_class = Confirmation
    submit_label = "Il reprend"
    back = "project"
    done_message = "Le projet est de nouveau en cours."

    def perform(self, form: Any) -> Project:
        return resume(project=self.project, by=self.person, at=self.at)


class AddFile(ActWithin):
    """Join a picture or a document."""

    rule = "projects.edit"
    submit_label = "Joindre"
    kind: FileKind

    def load(self) -> None:
        super().load()
        self.kind = FileKind(self.kwargs["kind"])
        self.title = "Joindre une image" if self.kind == FileKind.PICTURE else "Joindre un document"
        self.form_class = PictureForm if self.kind == FileKind.PICTURE else PaperForm

    def perform(self, form: Any) -> ProjectFile:
        return add_file(
            project=self.project,
            document=form.cleaned_data["file"],
            kind=self.kind,
            described=form.cleaned_data.get("described", ""),
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: ProjectFile) -> str:
        return f"« {result.name} » est joint au projet."


class RemoveFile(ActWithin):
    """Take a file out."""

    rule = "projects.edit"
    title = "Retirer un fichier"
    form_class = Confirmation
    submit_label = "Retirer"
    done_message = "Le fichier est retiré."

    def load(self) -> None:
        super().load()
        found = ProjectFile.objects.filter(project=self.project, pk=self.kwargs["number"], removed_at=None).first()
        if found is None:
            raise Http404
        self.file = found
        self.told = f"« {found.name} » sera effacé."

    def perform(self, form: Any) -> None:
        remove_file(file=self.file, by=self.person, at=self.at)


class Diagnose(Resumed, ActWithin):
    """The self-diagnosis of social innovation: questions, evidence; the profile is on the page of the project."""

    rule = "projects.edit"
    title = "Auto-diagnostic d’innovation sociale"
    template_name = "projects/diagnosis.html"
    form_class = DiagnosisForm
    submit_label = "Enregistrer et voir le profil"
    done_message = "Votre profil est à jour."

    def form_arguments(self) -> dict[str, Any]:
        return {"questions": questions(CURRENT)}

    def initial(self) -> dict[str, Any]:
        made = Diagnosis.objects.filter(project=self.project).first()
        answers = made.answers if made else {}
        said = {f"said_{code}": answer["answer"] for code, answer in answers.items()}
        return said | {f"evidence_{code}": answer["evidence"] for code, answer in answers.items()}

    def context(self) -> dict[str, Any]:
        return {**super().context(), "questions": questions(CURRENT)}

    def perform(self, form: Any) -> Diagnosis:
        return diagnose(project=self.project, version=CURRENT, answers=form.answers, by=self.person, at=self.at)

    def done_url(self, result: Diagnosis) -> str:
        return f"{self.address('project')}#profil"
