"""Opinions: the pages of whoever examines, and the page of the service that is asked, by the link of its mail."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate

from accelerator.calls.forms import opinions as forms
from accelerator.calls.models import Application, Opinion
from accelerator.calls.operations import opinions as operations
from accelerator.calls.purposes import Wanted
from accelerator.calls.queries.files import answered
from accelerator.calls.queries.opinions import opinions_of, read_link, said_opinion, wanted_of
from accelerator.calls.queries.timing import opinion_days
from accelerator.calls.rules.opinions import reason_against_asking, reason_against_giving, reason_against_reading_link
from accelerator.calls.states import OpinionSense
from accelerator.calls.views.desk import ActOnFile, OfFile
from accelerator.design.pages import ActionPage, Page, Unkept
from accelerator.design.unsaved import Resumed, Unsaved
from accelerator.design.uploads import attachment
from accelerator.journal import System
from accelerator.workflow.limits import count_against

ASKED_A_DAY = 200
TRIES_AN_HOUR = 20
SERVICE = System("asked-service")


def chosen_of(wanted: Iterable[Wanted], request: HttpRequest) -> Wanted | None:
    """The service whose form the address of a page asks for, among those that calls want."""
    who = request.GET.get("service", "")
    return next((one for one in wanted if one.who == who), None)


def first_asked(chosen: Wanted | None, days: int, on: date) -> dict[str, Any]:
    """What the form says first: the service that was chosen and its delay, otherwise so many days."""
    return {"who": chosen.who if chosen else "", "due_on": on + timedelta(days=chosen.days if chosen else days)}


class AskOpinion(Resumed, ActOnFile):
    """Ask a service; what the call wants on each of its files is offered, with its delay."""

    title = "Demander un avis"
    template_name = "calls/ask_opinion.html"
    form_class = forms.AskOpinionForm
    submit_label = "Demander cet avis"
    done_message = "La demande est partie. Le dossier n’attend pas : sans réponse ce jour-là, l’examen se poursuit."

    def load(self) -> None:
        super().load()
        self.wanted = wanted_of(self.application, opinions_of(self.application))
        self.chosen = chosen_of(self.wanted, self.request)

    @cached_property
    def unsaved(self) -> Unsaved | None:
        """What was typed for another service stays out of the form of the one that was chosen."""
        typed = super().unsaved
        return None if typed and self.chosen and typed.values.get("who") != [self.chosen.who] else typed

    def forbidden(self) -> str | None:
        reason = super().forbidden()
        return reason or (reason_against_asking(self.application) if self.request.method == "GET" else None)

    def initial(self) -> dict[str, Any]:
        return first_asked(self.chosen, opinion_days(self.application.version), localdate(self.at))

    def before(self) -> None:
        key = f"calls-opinions-asked:{self.person.actor_key}"
        count_against(key, limit=ASKED_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> Opinion:
        return operations.ask_opinion(application=self.application, by=self.person, at=self.at, **form.cleaned_data)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "wanted": self.wanted, "chosen": self.chosen, "ask_url": self.request.path}


class _OfOpinion:
    """To put before a page about one opinion of a file."""

    application: Application
    at: datetime
    kwargs: dict[str, Any]
    opinion: Opinion

    def load(self) -> None:
        super().load()  # type: ignore[misc]  # a page follows
        found = self.application.opinions.filter(public_id=self.kwargs["opinion"]).first()
        if found is None:
            raise Http404
        found.application = self.application
        self.opinion = found

    def context(self) -> dict[str, Any]:
        told = {"opinion": self.opinion, "said": said_opinion(self.opinion, localdate(self.at))}
        return {**super().context(), **told}  # type: ignore[misc]  # a page follows


class _ActOnOpinion(_OfOpinion, ActOnFile):
    template_name = "calls/opinion.html"

    def forbidden(self) -> str | None:
        reason = super().forbidden()
        return reason or (reason_against_giving(self.opinion) if self.request.method == "GET" else None)


class RecordOpinion(_ActOnOpinion):
    """Enter an opinion that came otherwise than by the link."""

    title = "Enregistrer un avis reçu"
    form_class = forms.RecordOpinionForm
    submit_label = "Enregistrer cet avis"
    done_message = "L’avis est enregistré. Le candidat le lira avec la décision, pas avant."

    def perform(self, form: Any) -> Opinion:
        values = {**form.cleaned_data, "sense": OpinionSense(form.cleaned_data["sense"])}
        return operations.record_opinion(opinion=self.opinion, by=self.person, at=self.at, **values)


class WithdrawOpinion(_ActOnOpinion):
    """Ask no more; the service is told why."""

    title = "Retirer une demande d’avis"
    form_class = forms.WithdrawOpinionForm
    submit_label = "Retirer cette demande"
    done_message = "La demande est retirée ; le service en est averti."

    def perform(self, form: Any) -> Opinion:
        reason = form.cleaned_data["reason"]
        return operations.withdraw_opinion(opinion=self.opinion, reason=reason, by=self.person, at=self.at)


class OpinionFile(_OfOpinion, OfFile):
    """The document that holds an opinion, for the service that examines the file."""

    title = "Avis joint"

    def answer(self) -> HttpResponseBase:
        if not self.opinion.file:
            raise Http404
        return attachment(self.opinion.file, name=self.opinion.file_name, kind=self.opinion.file_kind)


class _DeadLink(LookupError):
    """A link that opens nothing: not ours, too old, or of an opinion that is gone."""


class DeadLink(Unkept, Page):
    """What a link that opens nothing says: the same words whatever it was for."""

    public = True
    title = "Ce lien ne sert plus"
    template_name = "calls/dead_link.html"
    http_method_names = ["get", "head", "post", "options"]
    status = 410

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """An answer typed too late is answered as the link is."""
        return self.get(request)


class GiveOpinion(Unkept, ActionPage):
    """From the mail: the service reads the file and says what it thinks, without an account; read again afterwards."""

    public = True
    title = "Donner un avis"
    template_name = "calls/give_opinion.html"
    form_class = forms.GiveOpinionForm
    submit_label = "Rendre cet avis"
    done_message = "Votre avis est rendu. Le service qui examine le dossier en est averti."

    def load(self) -> None:
        found = read_link(self.kwargs["token"])
        if found is None:
            raise _DeadLink
        self.opinion, self.application = found, found.application

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except _DeadLink:
            return DeadLink.as_view()(request)

    def forbidden(self) -> str | None:
        return reason_against_reading_link(self.person, self.application)

    def before(self) -> None:
        key = f"calls-opinion:{self.opinion.public_id}"
        count_against(key, limit=TRIES_AN_HOUR, per=timedelta(hours=1), at=self.at)

    def perform(self, form: Any) -> Opinion:
        values = {**form.cleaned_data, "sense": OpinionSense(form.cleaned_data["sense"])}
        return operations.answer_opinion(opinion=self.opinion, by=SERVICE, at=self.at, **values)

    def done_url(self, result: Opinion) -> str:
        return reverse("calls:give_opinion", args=[self.kwargs["token"]])

    def context(self) -> dict[str, Any]:
        why_not = reason_against_giving(self.opinion)
        return {
            **super().context(),
            "opinion": self.opinion,
            "application": self.application,
            "call": self.application.call,
            "said": said_opinion(self.opinion, localdate(self.at)),
            "why_not": why_not,
            # Once it is given, or asked no more, the file is no longer theirs to read.
            "sections": [] if why_not else answered(self.application),
        }
