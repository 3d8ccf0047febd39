"""Telling a project: its file, its steps, what is typed meanwhile."""

from datetime import timedelta
from functools import cached_property
from typing import Any

from django.urls import reverse

from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.design.steps import ForgetStep, KeepStep, StepPage
from accelerator.design.unsaved import Unsaved
from accelerator.geography.models import Place
from accelerator.projects import stages
from accelerator.projects.forms import STEP_FORMS, Confirmation, StartForm
from accelerator.projects.models import Diagnosis, Project
from accelerator.projects.operations.projects import forget_unsaved, keep_unsaved, start, take_commune, tell_step
from accelerator.projects.queries.directory import similar_to
from accelerator.projects.queries.projects import (
    commune_to_take,
    organisations_steered,
    organisations_to_name,
    partnerships_to_answer,
    projects_carried,
    proposals_of,
    sheet_of,
    territories_to_take,
    themes_to_take,
    unsaved_of,
)
from accelerator.projects.record import STEPS
from accelerator.projects.states import ProjectState
from accelerator.projects.views.within import ActWithin, Within
from accelerator.workflow.limits import count_against
from accelerator.workflow.steps import Typed

PROJECTS_A_DAY = 20
_ORDER = tuple(STEPS)
# The steps where what is written may resemble another project.
_RESEMBLING = ("essentiel", "reponse")


class MyProjects(Page):
    """The projects that one carries, those that wait for one's answer, those that one proposed."""

    title = "Mes projets"
    template_name = "projects/mine.html"

    def context(self) -> dict[str, Any]:
        carried = list(projects_carried(self.person)[:200])
        return {
            "carried": [
                (one, stages.purposes_of(one, has_organisation=bool(one.organisation_id))[0]) for one in carried
            ],
            "waiting": partnerships_to_answer(self.person),
            "proposals": proposals_of(self.person),
        }


class Start(ActionPage):
    """The first page: a name, a sentence, who carries it. The rest is told step by step."""

    title = "Présenter un projet"
    template_name = "projects/start.html"
    form_class = StartForm
    submit_label = "Ouvrir le dossier"

    def trail(self) -> list[Crumb]:
        return [Crumb("Mes projets", reverse("projects:mine"))]

    def form_arguments(self) -> dict[str, Any]:
        self.organisations = organisations_steered(self.person)
        return {"organisations": self.organisations}

    def before(self) -> None:
        key = f"projects:{self.person.actor_key}"
        count_against(key, limit=PROJECTS_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> Project:
        chosen = form.cleaned_data["organisation"]
        return start(
            title=form.cleaned_data["title"],
            summary=form.cleaned_data["summary"],
            organisation=next((one for one in self.organisations if one.public_id == chosen), None),
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Project) -> str:
        return reverse("projects:step", args=[result.key, _ORDER[1]])

    def message_when_done(self, result: Project) -> str:
        return (
            "Le dossier est ouvert : personne d’autre que vous ne le voit. Continuez, ou revenez plus tard par "
            "« Mes projets »."
        )


class File(Within):
    """The file: each step and what is told of it, what is lacking and for what, what one can do."""

    rule = "projects.edit"
    title = "Le dossier du projet"
    template_name = "projects/file.html"

    def context(self) -> dict[str, Any]:
        project = self.project
        return {
            **super().context(),
            "state": ProjectState(project.state),
            "steps": [
                {
                    "title": step.title,
                    "url": self.address("step", step.code),
                    "told": stages.is_told(project, step.code),
                }
                for step in STEPS.values()
            ],
            "purposes": [
                (purpose, [(one, self._step_url(one.step)) for one in purpose.lacking])
                for purpose in self._purposes(project)
            ],
            "sheet": sheet_of(project, whole=True),
            "mine": organisations_to_name(project, self.person) if self.may["manage"] else [],
            "diagnosed": Diagnosis.objects.filter(project=project).first(),
        }

    def _purposes(self, project: Project) -> list[stages.Purpose]:
        purposes = stages.purposes_of(project, has_organisation=project.organisation_id is not None)
        stage = stages.stage_of(project)
        return [*purposes, *([stage] if stage else [])]

    def _step_url(self, step: str) -> str:
        return self.address("carrier") if step == "structure" else self.address("step", step)


class Step(StepPage, ActWithin):
    """One step of the file; what resembles the project, and where its organisation is, are shown where they help."""

    rule = "projects.edit"
    template_name = "projects/step.html"
    steps = STEPS
    forms = STEP_FORMS

    @property
    def thing(self) -> Project:
        return self.project

    @cached_property
    def themes(self) -> list[str]:
        """What is ticked beforehand: saving the step is what takes them. Sent, it shows what was sent."""
        asks = "themes" in self.step.fields and self.request.method != "POST" and not self.unsaved
        return themes_to_take(self.project) if asks else []

    def initial(self) -> dict[str, Any]:
        return super().initial() | ({"themes": self.themes} if self.themes else {})

    def typed(self) -> Unsaved | None:
        return unsaved_of(self.project, self.person, self.step.code)

    def context(self) -> dict[str, Any]:
        project, resembling = self.project, self.step.code in _RESEMBLING
        commune = self._commune()
        return {
            **super().context(),
            "previous_url": self.address("step", self.previous.code) if self.previous else "",
            "commune": commune,
            "acts_in": territories_to_take(project) if commune else [],
            "themes_taken": bool(self.themes),
            "resembling": resembling,
            "similar": similar_to(f"{project.title} {project.summary}", but=project) if resembling else [],
        }

    def _commune(self) -> Place | None:
        """The commune of the organisation, offered in one click where places are told, and never taken in silence."""
        asks = self.step.code == "territoires" and not self.unsaved
        return commune_to_take(self.project) if asks else None

    def perform(self, form: Any) -> Project:
        return tell_step(
            project=self.project,
            step=self.step.code,
            values=form.values,
            seen=self.seen(),
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Project) -> str:
        if self.following is None:
            return reverse("projects:file", args=[result.key])
        return reverse("projects:step", args=[result.key, self.following.code])


class TakeCommune(ActWithin):
    """Take the commune of the organisation as that of the project."""

    rule = "projects.edit"
    title = "Prendre la commune de la structure"
    form_class = Confirmation
    submit_label = "Prendre cette commune"

    def load(self) -> None:
        super().load()
        commune, acts_in = commune_to_take(self.project), territories_to_take(self.project)
        where = f"agira sur {', '.join(place.label for place in acts_in)}" if acts_in else "y agira aussi"
        self.told = (
            f"La structure est à {commune.label} : le projet {where}, et sera mené de cette commune s’il n’en a pas"
            " encore."
            if commune
            else "Rien à prendre : la structure n’a pas de commune connue, ou le projet dit déjà où il est."
        )

    def perform(self, form: Any) -> Project:
        return take_commune(project=self.project, by=self.person, at=self.at)

    def message_when_done(self, result: Project) -> str:
        return "C’est enregistré : vérifiez ci-dessous la commune principale et les territoires d’action."

    def done_url(self, result: Project) -> str:
        return reverse("projects:step", args=[result.key, "territoires"])


class Keep(KeepStep, Within):
    """Where the script of a step sends what is being typed."""

    rule = "projects.edit"
    steps = STEPS

    def keep(self, typed: Typed) -> None:
        keep_unsaved(project=self.project, step=self.kwargs["step"], values=typed, by=self.person, at=self.at)


class Forget(ForgetStep, ActWithin):
    """Forget what one was typing in a step."""

    rule = "projects.edit"
    form_class = Confirmation
    steps = STEPS

    def forget(self) -> None:
        forget_unsaved(project=self.project, step=self.kwargs["step"], by=self.person, at=self.at)
