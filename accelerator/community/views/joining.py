"""Asking to join an organisation, and the answers."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from accelerator.community.forms import people as forms
from accelerator.community.models import JoinRequest, Role
from accelerator.community.operations import joining as operations
from accelerator.community.queries.organisation import of_record
from accelerator.community.states import JoinRequestState
from accelerator.community.views.within import ActWithin, Presenting, Within
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb
from accelerator.workflow import limits
from accelerator.workflow.dates import DAY, said


def _answer_url(request: JoinRequest) -> str:
    if request.state != JoinRequestState.OPEN:
        return ""
    return reverse("community:join_request", args=[request.organisation.key, request.pk])


class JoinRequests(Within, ListPage):
    """Those who ask to join."""

    rule = "community.decide_join"
    title = "Demandes à rejoindre l’organisation"
    template_name = "community/people/join_requests.html"
    things = ("demande", "demandes")
    order = "attendue"
    columns = (
        Column(
            "nom",
            "Personne",
            lambda one: one.person.name,
            sort=("person__family_name", "person__given_name"),
            url=_answer_url,
        ),
        Column("etat", "État", lambda one: one.get_state_display(), sort=("state",)),
        Column("demandee", "Demandée le", lambda one: one.asked_at, sort=("asked_at",), dated=DAY),
        Column("attendue", "Réponse attendue le", lambda one: one.expected_on, sort=("expected_on",), dated=DAY),
        Column(
            "suite", "Suite", lambda one: "Répondre" if one.state == JoinRequestState.OPEN else "—", url=_answer_url
        ),
    )
    empty_title = "Aucune demande"
    empty_advice = "Quand une personne demandera à rejoindre l’organisation, sa demande sera ici."

    def rows(self) -> QuerySet[Any]:
        return JoinRequest.objects.filter(of_record(self.organisation)).select_related("person", "organisation")


class AskToJoin(Presenting):
    """Ask to join."""

    rule = "community.ask_to_join"
    title = "Demander à rejoindre l’organisation"
    template_name = "community/people/ask_to_join.html"
    form_class = forms.AskToJoin
    submit_label = "Envoyer la demande"

    def before(self) -> None:
        limits.count_against(
            f"join:{self.person.actor_key}", limit=settings.JOIN_REQUESTS_PER_PERSON, per=timedelta(days=1), at=self.at
        )

    def perform(self, form: Any) -> JoinRequest:
        message = form.cleaned_data["message"]
        return operations.ask_to_join(organisation=self.organisation, message=message, by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        return reverse("portal:dashboard")

    def message_when_done(self, result: Any) -> str:
        return f"Votre demande est envoyée. Une réponse est attendue avant le {said(result.expected_on)}."

    def context(self) -> dict[str, Any]:
        managed = Role.objects.current().steering().filter(organisation=self.organisation).exists()
        return {**super().context(), "managed": managed, "days": settings.JOIN_ANSWER_DAYS}


class _OnRequest(ActWithin):
    rule = "community.decide_join"
    back = "join_requests"
    back_label = "Demandes"

    def load(self) -> None:
        super().load()
        found = JoinRequest.objects.select_related("person", "organisation").filter(of_record(self.organisation))
        asked = found.filter(pk=self.kwargs["asked"]).first()
        if asked is None:
            raise Http404
        self.asked = asked

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "asked": self.asked,
            "accept_url": self.address("join_request", self.asked.pk),
            "reject_url": self.address("join_request_refusal", self.asked.pk),
        }


class AcceptJoin(_OnRequest):
    """Let someone in, with a role."""

    title = "Répondre à une demande"
    template_name = "community/people/accept_join.html"
    form_class = forms.AcceptJoin
    submit_label = "Accepter la demande"
    done_message = "La demande est acceptée. La personne en est avertie."

    def form_arguments(self) -> dict[str, Any]:
        return {"first": not Role.objects.current().steering().filter(organisation=self.organisation).exists()}

    def perform(self, form: Any) -> JoinRequest:
        return operations.accept_join(request=self.asked, role=form.cleaned_data["role"], by=self.person, at=self.at)


class RejectJoin(_OnRequest):
    """Refuse, with a reason."""

    title = "Refuser une demande"
    template_name = "community/people/reject_join.html"
    form_class = forms.RejectJoin
    submit_label = "Refuser la demande"
    done_message = "La demande est refusée. La personne en est avertie, avec le motif."

    def perform(self, form: Any) -> JoinRequest:
        return operations.reject_join(
            request=self.asked, answer=form.cleaned_data["answer"], by=self.person, at=self.at
        )


class WithdrawJoin(ActionPage):
    """Take one's own request back."""

    title = "Retirer ma demande"
    template_name = "community/people/withdraw_join.html"
    form_class = forms.Confirmation
    submit_label = "Retirer ma demande"
    done_message = "Votre demande est retirée."

    def load(self) -> None:
        found = JoinRequest.objects.select_related("organisation", "person").filter(person=self.person)
        asked = found.filter(pk=self.kwargs["asked"]).first()
        if asked is None:
            raise Http404
        self.asked = asked

    def trail(self) -> list[Crumb]:
        return [Crumb("Mon espace", reverse("portal:dashboard"))]

    def perform(self, form: Any) -> JoinRequest:
        return operations.withdraw_join(request=self.asked, by=self.person, at=self.at)

    def done_url(self, result: Any) -> str:
        return reverse("portal:dashboard")

    def context(self) -> dict[str, Any]:
        return {"asked": self.asked, "back_url": reverse("portal:dashboard")}
