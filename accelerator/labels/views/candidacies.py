"""The file of a candidacy, for those who lead it: its steps, its assessment, its proofs."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.states import ALIVE
from accelerator.design.pages import Page
from accelerator.design.steps import ForgetStep, KeepStep, StepPage
from accelerator.design.unsaved import Resumed, Unsaved
from accelerator.design.uploads import attachment
from accelerator.geography.perimeters import sentence_of
from accelerator.journal.types import ref
from accelerator.labels.criteria import Criterion, criteria_of, drawn
from accelerator.labels.forms.applying import STEP_FORMS, AssessmentForm, Confirmation, ProofForm
from accelerator.labels.models import Candidacy, Proof
from accelerator.labels.operations.candidacies import assess, end, follow_criteria, tell_step
from accelerator.labels.operations.files import add_proof, remove_proof
from accelerator.labels.operations.unsaved import forget_unsaved, keep_unsaved
from accelerator.labels.queries.candidacies import (
    State,
    applications_of,
    candidacies_of,
    gaps_to,
    has_ceased,
    history_of,
    memberships_kept,
    memberships_to_answer,
    merged_names,
    proofs_of,
    reusable_files,
    state_of,
    unsaved_of,
)
from accelerator.labels.queries.categories import categories, criteria_in_force
from accelerator.labels.record import ASSESSMENT, STEPS
from accelerator.labels.views.within import ActWithin, Within
from accelerator.workflow.steps import Step as RecordStep
from accelerator.workflow.steps import Typed

# Where what is typed is kept meanwhile.
_TYPED = (*STEPS, ASSESSMENT)


class Candidacies(Page):
    """The candidacies that one leads, the collectives that wait for one's answer."""

    title = "Mes candidatures à un label"
    template_name = "labels/candidacies.html"

    def context(self) -> dict[str, Any]:
        return {
            "candidacies": list(candidacies_of(self.person)[:200]),
            "waiting": [
                (one, one.said_state(localdate(self.at)).lower()) for one in memberships_to_answer(self.person)
            ],
            "joined": memberships_kept(self.person),
            "categories": list(categories()),
        }


class CandidacyPage(Within):
    """The file: what is told, what is lacking, the collective, the gaps, the road map, what was applied for."""

    rule = "labels.read"
    template_name = "labels/candidacy.html"

    def load(self) -> None:
        super().load()
        self.title = self.candidacy.title
        call = self.candidacy.category.call
        self.begin_url = f"{reverse('calls:begin', args=[call.key])}?projet={ref(self.candidacy)}" if call else ""

    def trail(self) -> Any:
        return super().trail()[:-1]

    def context(self) -> dict[str, Any]:
        candidacy = self.candidacy
        state = state_of(candidacy)
        applications = applications_of(candidacy)
        return {
            **super().context(),
            "state": state,
            "members": [(one, one.said_state(localdate(self.at))) for one in state.members],
            "steps": [
                {
                    "title": step.title,
                    "url": self.address("step", step.code),
                    "state": _told(candidacy, step, state),
                }
                for step in STEPS.values()
            ],
            "lacking": [(one, self.address(one.page, *([one.step] if one.step else []))) for one in state.lacking],
            "where": sentence_of(candidacy.perimeter),
            "merged": merged_names(candidacy.perimeter),
            "lead_ceased": has_ceased(candidacy.organisation),
            "newer": state.newer,
            "awarded": candidacy.labels.select_related("organisation").order_by("-pk").first(),
            "applications": applications,
            "under_way": next((one for one in applications if one.told_state in ALIVE), None),
            "mine": self.standing.members,
        }


def _told(candidacy: Candidacy, step: RecordStep, state: State) -> str:
    """Where a step is, in the words of its line; what is lacking in it is never said to be told."""
    if not any(getattr(candidacy, name) for name in step.fields):
        return "à dire"
    lacks = any(one.page == "step" and one.step == step.code for one in state.lacking)
    return "à compléter" if lacks else "renseigné"


def _newer(candidacy: Candidacy) -> Any:
    """The criteria in force, when the candidacy answers others."""
    current = criteria_in_force(candidacy.category)
    return current if current and current != candidacy.criteria_set else None


class Step(StepPage, ActWithin):
    """One step of the file."""

    template_name = "labels/step.html"
    steps = STEPS
    forms = STEP_FORMS

    @property
    def thing(self) -> Candidacy:
        return self.candidacy

    def typed(self) -> Unsaved | None:
        return unsaved_of(self.candidacy, self.person, self.step.code)

    def perform(self, form: Any) -> Candidacy:
        return tell_step(
            candidacy=self.candidacy,
            step=self.step.code,
            values=form.values,
            seen=self.seen(),
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Candidacy) -> str:
        if self.following is None:
            return reverse("labels:candidacy", args=[result.key])
        return reverse("labels:step", args=[result.key, self.following.code])


class Keep(KeepStep, Within):
    """Where the script of a step or of the assessment sends what is being typed."""

    steps = _TYPED

    def keep(self, typed: Typed) -> None:
        keep_unsaved(candidacy=self.candidacy, step=self.kwargs["step"], values=typed, by=self.person, at=self.at)


class Forget(ForgetStep, ActWithin):
    """Forget what one was typing in a step or in the assessment."""

    form_class = Confirmation
    steps = _TYPED

    def forget(self) -> None:
        forget_unsaved(candidacy=self.candidacy, step=self.kwargs["step"], by=self.person, at=self.at)

    def page(self) -> str:
        return self.address("assessment") if self.kwargs["step"] == ASSESSMENT else super().page()


class Assessment(Resumed, ActWithin):
    """The self-assessment: where one is on each criterion, the gap, the proofs wanted and those that are joined."""

    title = "Auto-évaluation"
    template_name = "labels/assessment.html"
    form_class = AssessmentForm
    submit_label = "Enregistrer l’auto-évaluation"
    done_message = "C’est enregistré : voici l’écart à chaque critère."
    back = "assessment"

    def load(self) -> None:
        super().load()
        self.criteria = criteria_of(self.candidacy.criteria_set.criteria)

    def typed(self) -> Unsaved | None:
        return unsaved_of(self.candidacy, self.person, ASSESSMENT)

    def form_arguments(self) -> dict[str, Any]:
        return {"criteria": self.criteria}

    def initial(self) -> dict[str, Any]:
        return AssessmentForm.shown(self.candidacy.assessment)

    def context(self) -> dict[str, Any]:
        proofs = proofs_of(self.candidacy)
        gaps = gaps_to(self.candidacy, proofs)
        return {
            **super().context(),
            "back_url": self.address("candidacy"),
            "gaps": [
                (gap, [one for one in proofs if one.criterion == gap.criterion.code], self._proof_url(gap.criterion))
                for gap in gaps
            ],
            "picture": drawn(gaps),
            "criteria_set": self.candidacy.criteria_set,
            "newer": _newer(self.candidacy),
            "keep_url": self.address("keep", ASSESSMENT),
            "forget_url": self.address("forget", ASSESSMENT),
        }

    def _proof_url(self, criterion: Criterion) -> str:
        return self.address("add_proof", criterion.code)

    def perform(self, form: Any) -> Candidacy:
        return assess(candidacy=self.candidacy, answers=form.answers, by=self.person, at=self.at)


class FollowCriteria(ActWithin):
    """Answer the criteria now in force."""

    title = "Passer aux critères en vigueur"
    form_class = Confirmation
    submit_label = "Répondre à la nouvelle version"
    done_message = "Le dossier suit maintenant les critères en vigueur. Complétez ce qui est nouveau."
    back = "assessment"
    told = (
        "Ce que vous avez dit des critères qui demeurent est gardé ; ce que vous avez dit de ceux qui ont disparu ne "
        "l’est pas."
    )

    def perform(self, form: Any) -> Candidacy:
        return follow_criteria(candidacy=self.candidacy, by=self.person, at=self.at)


class AddProof(ActWithin):
    """Join what shows a criterion: a document, one given already, a link."""

    form_class = ProofForm
    submit_label = "Joindre cette preuve"
    done_message = "La preuve est jointe."
    back = "assessment"
    files = True

    def load(self) -> None:
        super().load()
        criteria = {one.code: one for one in criteria_of(self.candidacy.criteria_set.criteria)}
        if self.kwargs["criterion"] not in criteria:
            raise Http404
        self.criterion = criteria[self.kwargs["criterion"]]
        self.title = f"Joindre une preuve : {self.criterion.title.lower()}"
        wanted = " ; ".join(self.criterion.proofs)
        self.told = f"Ce qui est attendu : {wanted}." if wanted else ""

    def form_arguments(self) -> dict[str, Any]:
        return {"reusable": reusable_files(self.candidacy)}

    def perform(self, form: Any) -> Proof:
        said = form.cleaned_data
        return add_proof(
            candidacy=self.candidacy,
            criterion=self.criterion.code,
            what=said["what"],
            document=said.get("document"),
            reused=said.get("reused") or "",
            link=said.get("link") or "",
            by=self.person,
            at=self.at,
        )


class RemoveProof(ActWithin):
    """Take a proof out of a criterion."""

    title = "Retirer une preuve"
    form_class = Confirmation
    submit_label = "Retirer"
    done_message = "La preuve est retirée. Son fichier reste dans votre dossier."
    back = "assessment"

    def load(self) -> None:
        super().load()
        found = self.candidacy.proofs.select_related("candidacy").filter(pk=self.kwargs["number"]).first()
        if found is None:
            raise Http404
        self.proof = found
        self.told = f"« {found.what} » ne sera plus une preuve de ce critère."

    def perform(self, form: Any) -> None:
        remove_proof(proof=self.proof, by=self.person, at=self.at)


class FileOfCandidacy(Within):
    """A document of the file, to be saved, for whoever may read the file."""

    rule = "labels.read"
    title = "Fichier d’une candidature"
    template_name = "labels/candidacy.html"  # never rendered

    def content(self) -> HttpResponseBase:
        found = self.candidacy.files.filter(pk=self.kwargs["number"]).first()
        if found is None or not default_storage.exists(found.file.name or ""):
            raise Http404
        return attachment(default_storage.open(found.file.name or ""), name=found.name, kind=found.content_type)


class EndCandidacy(ActWithin):
    """Give the candidacy up."""

    rule = "labels.end"
    title = "Clore ce dossier de candidature"
    form_class = Confirmation
    submit_label = "Clore le dossier"
    done_message = "Le dossier est clos. Ce qui a été déposé suit son cours."
    told = (
        "Vous ne pourrez plus le modifier ni candidater avec lui. Une candidature déjà déposée ne s’arrête pas : "
        "retirez-la d’abord si vous y renoncez."
    )

    def perform(self, form: Any) -> Candidacy:
        return end(candidacy=self.candidacy, by=self.person, at=self.at)


class CandidacyHistory(Within):
    """All that was done to the file, by whom: for those who read it."""

    rule = "labels.read"
    title = "Historique de la candidature"
    template_name = "labels/candidacy_history.html"

    def context(self) -> dict[str, Any]:
        return {**super().context(), "lines": history_of(self.candidacy)}
