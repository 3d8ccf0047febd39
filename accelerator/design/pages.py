"""Pages: the one natural path for reading, and the one for acting."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.generic import View

from accelerator.design.forms import Form
from accelerator.design.site import home_url
from accelerator.design.visitors import client_address
from accelerator.workflow import Refused, read_only, submissions, transaction
from accelerator.workflow.transactions import plans_kept


@dataclass(frozen=True)
class Crumb:
    """A step of the breadcrumb."""

    label: str
    url: str


class Forbidden(PermissionDenied):
    """A page that this person may not see: the reason, and where they may go on, if the page knows."""

    def __init__(self, reason: str, way_back: Crumb | None) -> None:
        super().__init__(reason)
        self.way_back = way_back


class Page(View):
    """A page that is read.

    A subclass gives `template_name` and `title` and overrides, as needed:
    load        fetch the objects from what is visible to `self.person`; what is invisible is `Http404`.
    forbidden   the French reason why this person may not see the page, or None.
    trail       the breadcrumb between the home page and this one.
    way_back    where whoever is forbidden may go on.
    context     what the template shows.

    `public = True` opens the page to people who are not signed in; `frequent = True` has the database keep the plans of
    its questions (`workflow.transactions.plans_kept`). Loading, rule and rendering all run in a
    transaction in which the database refuses writes.
    """

    http_method_names = ["get", "head", "options"]
    template_name: ClassVar[str]
    title: str = ""
    description: str = ""
    public: ClassVar[bool] = False
    frequent: ClassVar[bool] = False
    status: int = 200

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        view = super().as_view(**initkwargs)
        view.login_required = not cls.public  # type: ignore[attr-defined]  # read by LoginRequiredMiddleware
        return view

    @property
    def person(self) -> Any:
        """The person signed in (Django's anonymous user on public pages)."""
        return self.request.user

    @property
    def at(self) -> datetime:
        """The moment at which the request arrived (decision 11)."""
        return self.request.at  # type: ignore[attr-defined]  # RequestMiddleware

    def load(self) -> None:
        """Fetch what the page shows; `self.kwargs` holds the parts of the address."""

    def forbidden(self) -> str | None:
        """The French reason why this person may not be here."""
        return None

    def trail(self) -> list[Crumb]:
        """The breadcrumb between the home page and this page."""
        return []

    def way_back(self) -> Crumb | None:
        """A page open to whoever may not be here; none by default."""
        return None

    def context(self) -> dict[str, Any]:
        """What the template shows besides `page` and `breadcrumb`."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with read_only(), plans_kept() if self.frequent else nullcontext():
            self._open()
            return self.answer()

    def answer(self) -> HttpResponseBase:
        """The response, rendered while the database is read-only."""
        return self.rendered()

    def _open(self) -> None:
        self.load()
        if reason := self.forbidden():
            raise Forbidden(reason, self.way_back())

    def rendered(self, **extra: Any) -> HttpResponse:
        """The page itself; `extra` is added to its context."""
        # A step that leads here would say the title twice.
        trail = [crumb for crumb in self.trail() if crumb.url != self.request.path]
        breadcrumb = [Crumb("Accueil", home_url()), *trail]
        context = {"page": self, "title": self.title, "breadcrumb": breadcrumb, **self.context(), **extra}
        response = TemplateResponse(self.request, self.template_name, context, status=self.status)
        return response.render()


class KeyedPage(Page):
    """A page about one thing, whose address holds the name to be read and the identifier that decides (`key`).

    A subclass gives `current_key` once it is loaded; yesterday's name leads to today's.
    """

    @property
    def current_key(self) -> str:
        """The key that the address ought to hold."""
        raise NotImplementedError

    def answer(self) -> HttpResponseBase:
        if self.kwargs.get("key", self.current_key) == self.current_key:
            return self.content()
        match = self.request.resolver_match
        assert match is not None  # noqa: S101  a page is reached by its address
        return HttpResponsePermanentRedirect(reverse(match.view_name, kwargs={**match.kwargs, "key": self.current_key}))

    def content(self) -> HttpResponseBase:
        """The page itself, once the address is the right one."""
        return super().answer()


class Unkept:
    """To put before a page whose address or text opens something: no cache keeps it, no other site learns its address.

    Not "no-referrer": a browser then says that the form comes from nowhere ("Origin: null"), and it is refused.
    """

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(*args, **kwargs)  # type: ignore[misc]  # a Page follows
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "same-origin"
        return response


class ActionPage(Page):
    """A page with a form. GET shows it; POST makes one operation in one transaction.

    A subclass gives `form_class` and `perform`, and as needed `initial`, `form_arguments`, `done_url`,
    `done_message`, `submit_label`, `before`, `respond`, `shown`. One that writes nothing, and shows at once what it
    reads of the form, overrides `answer_to` instead of giving `perform`.

    A context may say what is to be settled first, `withheld`: it is shown, and the form only once it was sent.
    A refusal (`Refused`) is shown in the form, which keeps what was typed. The same form sent twice acts once, unless
    the page says otherwise (`acts_once`). `self.form` is the form that was sent, once it is found valid.
    """

    http_method_names = ["get", "head", "post", "options"]
    template_name = "design/action.html"
    form_class: type[Form]
    form: Form
    acts_once: ClassVar[bool] = True
    submit_label: str = "Enregistrer"
    done_message: str = ""
    status_when_refused = 422

    def perform(self, form: Any) -> Any:
        """Make the one call; the transaction is open. Returns what `done_url` needs."""
        raise NotImplementedError

    def done_url(self, result: Any) -> str:
        """Where to lead once done."""
        raise NotImplementedError

    def message_when_done(self, result: Any) -> str | SafeString:
        """What to say once done."""
        return self.done_message

    def initial(self) -> dict[str, Any]:
        return {}

    def form_arguments(self) -> dict[str, Any]:
        """What the form's constructor needs besides the data."""
        return {}

    @property
    def whose(self) -> str:
        """To whom the form was shown, signed, when what is posted signed out is kept (`design.unsaved`)."""
        return ""

    def make_form(self, **bound: Any) -> Form:
        return self.form_class(initial=self.initial(), **self.form_arguments(), **bound)

    def before(self) -> None:
        """What counts even if the operation is refused: rate limits. Runs outside the transaction."""

    def respond(self, response: HttpResponseBase) -> None:
        """The last word on the answer of what was done, the same when the form is sent twice: a cookie, a header."""

    def answer(self) -> HttpResponseBase:
        return self.shown(self.make_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with read_only():
            self._open()
            form = self.make_form(data=request.POST, files=request.FILES)
            valid = form.is_valid()
        if valid:
            try:
                return self.answer_to(form)
            except Refused as refusal:
                form.add_refusal(refusal.message, refusal.field)
        self.status = self.status_when_refused
        with read_only():
            self._open()
            return self.shown(form)

    def shown(self, form: Form, **extra: Any) -> HttpResponse:
        """The page with this form, new or sent back; `extra` is added to its context."""
        return self.rendered(form=form, once=submissions.new_token() if self.acts_once else "", **extra)

    def answer_to(self, form: Form) -> HttpResponseBase:
        """The answer to a valid form: act, then lead on. Raises `Refused`."""
        self.form = form
        self.before()
        sender = self.sender
        token = submissions.token_of(self.request, sender)
        with transaction():
            answer = submissions.answer_already_given(token, sender=sender, at=self.at)
            if answer is not None:
                return self._leading_to(answer or self.request.get_full_path())
            result = self.perform(form)
            answer = self.done_url(result)
            submissions.keep_answer(token, answer)
        if message := self.message_when_done(result):
            messages.success(self.request, message)
        return self._leading_to(answer)

    def _leading_to(self, answer: str) -> HttpResponse:
        response = HttpResponseRedirect(answer)
        self.respond(response)
        return response

    @property
    def sender(self) -> str:
        """Who sends the form: the person, else where they write from."""
        if self.person.is_authenticated:
            return str(self.person.actor_key)
        return f"visitor:{client_address(self.request)}"
