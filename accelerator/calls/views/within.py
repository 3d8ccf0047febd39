"""Pages about one application, from either side: loaded, ruled and surrounded alike."""

from datetime import timedelta
from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse

from accelerator.calls.forms.files import MessageForm
from accelerator.calls.models import Application, Exchange
from accelerator.calls.operations import examining
from accelerator.calls.purposes import purpose_of
from accelerator.calls.queries.standing import FileStanding, file_standing_of
from accelerator.calls.questions import Questionnaire
from accelerator.calls.rules.registry import reason_within
from accelerator.design.pages import ActionPage, Crumb, Page
from accelerator.design.unsaved import Resumed
from accelerator.workflow.limits import count_against


class Within(Page):
    """A page about an application on the applicant's side: 404 for whoever may not read it.

    `rule` opens the page; what the service may read it reads on its own pages.
    """

    rule: ClassVar[str] = "calls.fill_in"
    application: Application
    standing: FileStanding

    def load(self) -> None:
        found = (
            Application.objects.filter(public_id=self.kwargs["public_id"])
            .select_related("call", "version", "wave", "organisation__seat", "person", "submitted_by", "officer")
            .first()
        )
        if found is None:
            raise Http404
        self.application = found
        self.standing = file_standing_of(self.person, found)
        if not self.readable():
            raise Http404
        self.form_of_call = Questionnaire.from_json(found.version.form)

    def readable(self) -> bool:
        """Whether the file exists for this person, on this side."""
        return self.standing.is_applicant

    def forbidden(self) -> str | None:
        return reason_within(self.rule, self.standing)

    def address(self, name: str, *arguments: Any) -> str:
        """The address of another page of the same application."""
        return reverse(f"calls:{name}", args=[self.application.public_id, *arguments])

    def trail(self) -> list[Crumb]:
        return [
            Crumb("Mes candidatures", reverse("calls:my_applications")),
            Crumb(self.application.title, self.address("application")),
        ]

    @property
    def asks(self) -> str:
        """What one applies with, as one says it: "votre projet"."""
        return purpose_of(self.application.call.purpose).asks

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "application": self.application,
            "call": self.application.call,
            "asks": self.asks,
            "standing": self.standing,
            "back_url": self.address("application"),
        }


class ActWithin(Within, ActionPage):
    """A page with a form about an application; done, one returns to it."""

    def done_url(self, result: Any) -> str:
        return self.address("application")


class WriteInFile(Resumed, ActWithin):
    """A message in the file, with a file or not, from either side; the other side is told.

    most_a_day  how many messages a person sends in a day, all files together.
    """

    rule = "calls.write_in_file"
    form_class = MessageForm
    submit_label = "Envoyer"
    most_a_day: ClassVar[int]

    def before(self) -> None:
        key = f"calls-messages:{self.person.actor_key}"
        count_against(key, limit=self.most_a_day, per=timedelta(days=1), at=self.at)

    def perform(self, form: Any) -> Exchange:
        return examining.write_message(
            application=self.application,
            text=form.cleaned_data["text"],
            document=form.cleaned_data["piece"],
            by=self.person,
            at=self.at,
        )
