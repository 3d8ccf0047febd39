"""The road map that a candidacy promises: défis, actions, minutes."""

from typing import Any

from django.http import Http404
from django.urls import reverse

from accelerator.design.pages import Crumb
from accelerator.labels.forms.applying import ActionForm, ChallengeForm, Confirmation, MinutesForm
from accelerator.labels.models import Action, Challenge, SteeringMinutes
from accelerator.labels.operations.roadmaps import (
    keep_minutes,
    plan_action,
    remove_action,
    remove_challenge,
    say_challenge,
)
from accelerator.labels.queries.candidacies import action_within, challenges_of, members_of
from accelerator.labels.queries.renewals import latest_of
from accelerator.labels.rules.labels import reason_against_minutes
from accelerator.labels.states import ChallengeKind, MemberState
from accelerator.labels.views.within import ActWithin, Within


class Plan(Within):
    """The défis and their actions, the minutes of the steering committee."""

    rule = "labels.read"
    title = "Défis et actions"
    template_name = "labels/plan.html"

    def context(self) -> dict[str, Any]:
        told = {one.position: one for one in challenges_of(self.candidacy)}
        wanted = range(1, max(self.candidacy.category.challenges_wanted, *(told or (0,))) + 1)
        return {
            **super().context(),
            "places": [(position, told.get(position)) for position in wanted],
            "minutes": list(self.candidacy.minutes.select_related("file").order_by("-held_on")),
        }


class _OfPlan(ActWithin):
    back = "plan"

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Défis et actions", self.address("plan"))]

    def challenge_at(self, position: int) -> Challenge | None:
        """The défi of a rank, if it is told."""
        return self.candidacy.challenges.select_related("candidacy").filter(position=position).first()


class SayChallenge(_OfPlan):
    """Say, or change, the priority défi of a rank."""

    form_class = ChallengeForm
    done_message = "Le défi est enregistré. Dites maintenant ce que vous ferez."

    def load(self) -> None:
        super().load()
        if not 1 <= self.kwargs["position"] <= self.candidacy.category.challenges_wanted:
            raise Http404
        self.challenge = self.challenge_at(self.kwargs["position"])
        self.title = f"Défi prioritaire {self.kwargs['position']}"

    def initial(self) -> dict[str, Any]:
        told = self.challenge
        return {"title": told.title, "kind": told.kind, "text": told.text} if told else {}

    def perform(self, form: Any) -> Challenge:
        said = form.cleaned_data
        return say_challenge(
            candidacy=self.candidacy,
            position=self.kwargs["position"],
            kind=ChallengeKind(said["kind"]),
            title=said["title"],
            text=said["text"],
            by=self.person,
            at=self.at,
        )


class RemoveChallenge(_OfPlan):
    """Take a défi out, with its actions."""

    title = "Retirer un défi"
    form_class = Confirmation
    submit_label = "Retirer"
    done_message = "Le défi est retiré, avec ses actions."

    def load(self) -> None:
        super().load()
        found = self.challenge_at(self.kwargs["position"])
        if found is None:
            raise Http404
        self.challenge = found
        self.told = f"« {found.title} » et ses actions ne seront plus dans la feuille de route."

    def perform(self, form: Any) -> None:
        remove_challenge(challenge=self.challenge, by=self.person, at=self.at)


class _Planning(_OfPlan):
    """What planning and changing an action share."""

    form_class = ActionForm
    challenge: Challenge
    action: Action | None = None

    def load(self) -> None:
        super().load()
        staying = (MemberState.ASKED, MemberState.CONFIRMED)
        self.members = [one for one in members_of(self.candidacy) if one.state in staying]

    def form_arguments(self) -> dict[str, Any]:
        return {"members": self.members}

    def perform(self, form: Any) -> Action:
        said = form.cleaned_data
        return plan_action(
            challenge=self.challenge,
            action=self.action,
            title=said["title"],
            pilot=next(one for one in self.members if str(one.pk) == said["pilot"]),
            due_on=said["due_on"],
            indicator=said["indicator"],
            unit=said["unit"],
            baseline=said["baseline"],
            target=said["target"],
            by=self.person,
            at=self.at,
        )


class PlanAction(_Planning):
    """Plan an action of a défi."""

    title = "Prévoir une action"
    done_message = "L’action est dans la feuille de route."

    def load(self) -> None:
        super().load()
        found = self.challenge_at(self.kwargs["position"])
        if found is None:
            raise Http404
        self.challenge = found
        self.told = f"Pour le défi « {found.title} »."


class ChangeAction(_Planning):
    """Change an action of a road map that is not public yet."""

    title = "Modifier une action"
    done_message = "L’action est modifiée."

    def load(self) -> None:
        super().load()
        found = action_within(self.candidacy, self.kwargs["number"])
        if found is None:
            raise Http404
        self.action, self.challenge = found, found.challenge
        self.told = f"Pour le défi « {found.challenge.title} »."

    def initial(self) -> dict[str, Any]:
        names = ("title", "due_on", "indicator", "unit", "baseline", "target")
        return {**{name: getattr(self.action, name) for name in names}, "pilot": str(self.action.pilot_id)}  # type: ignore[union-attr]  # loaded above


class RemoveAction(_OfPlan):
    """Take an action out."""

    title = "Retirer une action"
    form_class = Confirmation
    submit_label = "Retirer"
    done_message = "L’action est retirée."

    def load(self) -> None:
        super().load()
        found = action_within(self.candidacy, self.kwargs["number"])
        if found is None:
            raise Http404
        self.action = found
        self.told = f"« {found.title} » ne sera plus dans la feuille de route."

    def perform(self, form: Any) -> None:
        remove_action(action=self.action, by=self.person, at=self.at)


class KeepMinutes(_OfPlan):
    """Join what a steering committee decided, before the award as after."""

    title = "Joindre un compte rendu du comité de pilotage"
    form_class = MinutesForm
    submit_label = "Joindre ce compte rendu"
    done_message = "Le compte rendu est dans le dossier."

    def load(self) -> None:
        super().load()
        self.label = latest_of(self.candidacy)

    def forbidden(self) -> str | None:
        return reason_against_minutes(self.person, self.candidacy)

    def back_url(self) -> str:
        return reverse("labels:follow", args=[self.label.key]) if self.label else super().back_url()

    def perform(self, form: Any) -> SteeringMinutes:
        said = form.cleaned_data
        return keep_minutes(
            candidacy=self.candidacy,
            held_on=said["held_on"],
            summary=said["summary"],
            document=said["document"],
            is_public=said["is_public"],
            by=self.person,
            at=self.at,
        )
