"""Writing to an organisation, and the exchanges that follow."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.urls import reverse

from accelerator.community.forms.exchanges import AbuseForm, FollowForm, MessageFilters, MessageForm, ReplyForm
from accelerator.community.models import ContactMessage, ErrorReport
from accelerator.community.operations.messages import reply, write_to
from accelerator.community.operations.reports import report_error
from accelerator.community.queries.messages import exchange, exchanges_of, reason_against_writing_to, received
from accelerator.community.queries.people import steering_people
from accelerator.community.states import ReportTopic
from accelerator.community.views.within import ActWithin
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import ActionPage, Crumb
from accelerator.workflow.dates import MOMENT, said
from accelerator.workflow.limits import count_against
from accelerator.workflow.names import in_sentence

MESSAGES_A_DAY = 20
REPORTS_A_DAY = 10


class WriteTo(ActWithin):
    """« Écrire à cette organisation »."""

    rule = None
    template_name = "community/write.html"
    form_class = MessageForm
    submit_label = "Envoyer le message"
    done_message = "Votre message est envoyé. La réponse vous parviendra par courriel, et s’affichera ici."

    def load(self) -> None:
        super().load()
        self.title = f"Écrire à {in_sentence(self.organisation.name)}"

    def context(self) -> dict[str, Any]:
        reason = reason_against_writing_to(self.organisation, steering_people(self.organisation))
        return {**super().context(), "withheld": reason}

    def before(self) -> None:
        key = f"message:{self.person.actor_key}"
        count_against(key, limit=MESSAGES_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> ContactMessage:
        return write_to(
            organisation=self.organisation,
            subject=form.cleaned_data["subject"],
            body=form.cleaned_data["body"],
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: ContactMessage) -> str:
        return reverse("community:message", args=[result.public_id])


class Messages(ListPage):
    """The exchanges of a person, theirs and those of the organisations they steer."""

    title = "Messages"
    filter_form = MessageFilters
    order = "-date"
    export_name = "messages"
    things = ("échange", "échanges")
    empty_title = "Aucun message"
    empty_advice = "Sur la page d’une organisation, « Écrire à cette organisation » ouvre un échange."
    columns = (
        Column(
            "objet",
            "Objet",
            lambda m: m.subject,
            sort=("subject",),
            url=lambda m: reverse("community:message", args=[m.public_id]),
        ),
        Column("organisation", "Organisation", lambda m: m.organisation.name, sort=("organisation__name",)),
        Column("de", "De", lambda m: m.sender.name),
        Column("date", "Le", lambda m: m.sent_at, sort=("sent_at",), dated=MOMENT),
    )

    def rows(self) -> Any:
        return exchanges_of(self.person)

    def filtered(self, rows: Any, values: dict[str, Any]) -> Any:
        if q := values.get("q"):
            rows = rows.filter(Q(subject__icontains=q) | Q(organisation__name__icontains=q))
        if side := values.get("sens"):
            rows = rows.filter(sender=self.person) if side == "envoyes" else rows.exclude(sender=self.person)
        return rows


class OfExchange:
    """To put before a page about one exchange: what is not the person's is 404."""

    kwargs: dict[str, Any]
    person: Any
    message: ContactMessage
    title: str

    def load(self) -> None:
        found = exchanges_of(self.person).filter(public_id=self.kwargs["public_id"]).first()
        if found is None:
            raise Http404
        self.message = found

    def trail(self) -> list[Crumb]:
        return [Crumb("Messages", reverse("community:messages"))]

    def here(self) -> str:
        return reverse("community:message", args=[self.message.public_id])


class Message(OfExchange, ActionPage):
    """One exchange, and what is added to it: an answer to the other, or more of one's own."""

    template_name = "community/message.html"

    def load(self) -> None:
        super().load()
        self.title = self.message.subject
        self.lines = exchange(self.message)
        if self.lines[-1].sender_id == self.person.pk:
            self.form_class, self.submit_label = FollowForm, "Envoyer le message"
            self.done_message = "Votre message est envoyé."
        else:
            self.form_class, self.submit_label = ReplyForm, "Répondre"
            self.done_message = "Votre réponse est envoyée."

    def context(self) -> dict[str, Any]:
        sender = self.message.sender_id
        lines = [
            {
                "who": "Vous" if one.sender_id == self.person.pk else one.sender.name,
                "for_organisation": one.sender_id != sender,
                "at": one.sent_at,
                "body": one.body,
            }
            for one in self.lines
        ]
        return {
            "message": self.message,
            "lines": lines,
            "mine": sender == self.person.pk,
            "received": received(self.lines, self.person),
        }

    def before(self) -> None:
        key = f"message:{self.person.actor_key}"
        count_against(key, limit=MESSAGES_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> ContactMessage:
        return reply(message=self.message, body=form.cleaned_data["body"], by=self.person, at=self.at)

    def done_url(self, result: ContactMessage) -> str:
        return self.here()


class ReportAbuse(OfExchange, ActionPage):
    """A message complained of: the moderators then read the exchange."""

    title = "Signaler un message abusif"
    template_name = "community/report_abuse.html"
    form_class = AbuseForm
    submit_label = "Envoyer le signalement"

    def forbidden(self) -> str | None:
        if not received(exchange(self.message), self.person):
            return "Seule la personne qui reçoit un message peut le signaler."
        return super().forbidden()

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb(self.message.subject, self.here())]

    def before(self) -> None:
        key = f"report:{self.person.actor_key}"
        count_against(key, limit=REPORTS_A_DAY, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> ErrorReport:
        return report_error(
            organisation=self.message.organisation,
            topic=ReportTopic.MESSAGE,
            message=form.cleaned_data["message"],
            about_message=self.message,
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: ErrorReport) -> str:
        return self.here()

    def message_when_done(self, result: ErrorReport) -> str:
        day = said(result.due_on)
        return f"Votre signalement est reçu. Une réponse vous sera envoyée au plus tard le {day}."
