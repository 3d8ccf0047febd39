"""Following a road map: the desk of the chef de file."""

from typing import Any

from django.http import Http404
from django.utils.timezone import localdate

from accelerator.design.pages import Page
from accelerator.labels.forms import following as forms
from accelerator.labels.models import Action, ActionNote, SteeringMinutes
from accelerator.labels.operations import following
from accelerator.labels.queries.holders import labels_led_by, lead_has_ceased
from accelerator.labels.queries.labels import roadmap_of
from accelerator.labels.states import ActionState
from accelerator.labels.views.labels import ActOnLabel, OnLabel


class MyLabels(Page):
    """The labels of the organisations that a person steers or may act for, and what is awaited of them."""

    title = "Mes labels"
    template_name = "labels/mine.html"

    def context(self) -> dict[str, Any]:
        today = localdate(self.at)
        labels = list(labels_led_by(self.person))
        for label in labels:
            label.waits = [(one, one.said_wait(today)) for one in label.pending]
        return {"labels": labels, "today": today}


class Follow(OnLabel):
    """The road map, to be followed: what is late first."""

    rule = "labels.follow"
    title = "Suivre la feuille de route"
    template_name = "labels/follow.html"

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "roadmap": roadmap_of(self.label.candidacy, self.today),
            "minutes": SteeringMinutes.objects.filter(candidacy=self.label.candidacy_id).order_by("-held_on")
            if self.label.candidacy_id
            else [],
            "has_ceased": lead_has_ceased(self.label),
        }


class _OnAction(ActOnLabel):
    """A page with a form about an action of the road map."""

    rule = "labels.follow"
    back = "follow"
    action: Action

    def load(self) -> None:
        super().load()
        of_label = Action.objects.filter(challenge__candidacy=self.label.candidacy_id, pk=self.kwargs["number"])
        found = of_label.select_related("challenge").first() if self.label.candidacy_id else None
        if found is None:
            raise Http404
        self.action = found

    def said(self) -> list[tuple[str, str]]:
        return [("Défi", self.action.challenge.title), ("Action", self.action.title)]


class Note(_OnAction):
    """Say how an action goes."""

    title = "Faire le point"
    form_class = forms.NoteForm
    done_message = "Le point est public, sur la page du label."

    def form_arguments(self) -> dict[str, Any]:
        action = self.action
        return {"indicator": f"{action.indicator} ({action.unit})" if action.unit else action.indicator}

    def initial(self) -> dict[str, Any]:
        return {"on": self.today}

    def perform(self, form: Any) -> ActionNote:
        values = form.cleaned_data
        return following.note_action(
            action=self.action,
            label=self.label,
            on=values["on"],
            value=values.get("value"),
            text=values["text"],
            done=values["done"],
            by=self.person,
            at=self.at,
        )


class Drop(_OnAction):
    """Give up an action."""

    title = "Abandonner une action"
    form_class = forms.ReasonForm
    submit_label = "Abandonner l’action"
    done_message = "L’action est dite abandonnée, avec son motif."
    told = "L’action reste sur la page du label, dite abandonnée, avec son motif."

    def perform(self, form: Any) -> Action:
        reason = form.cleaned_data["reason"]
        return following.drop_action(action=self.action, label=self.label, reason=reason, by=self.person, at=self.at)


class Resume(_OnAction):
    """Take an action up again."""

    title = "Reprendre une action"
    form_class = forms.Nothing
    submit_label = "Reprendre l’action"
    done_message = "L’action est de nouveau en cours."

    def load(self) -> None:
        super().load()
        if self.action.state not in (ActionState.DONE, ActionState.DROPPED):
            raise Http404

    def perform(self, form: Any) -> Action:
        return following.resume_action(action=self.action, label=self.label, by=self.person, at=self.at)
