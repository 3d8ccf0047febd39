"""What is being typed and is not saved yet: kept for its author alone, put back later.

A script (`design/keep.js`) sends it as one types; without it each form is saved by its button, as any other. What that
button sends once the session is lost is kept too, and waits for the same person.

Note [Posted signed out]
The form says, signed, to whom it was shown. What arrives without a session is kept in the session of that browser,
which has nobody, only if we signed it. Whoever signs in there then reads it again if they are that person; anyone else
who signs in there makes it forgotten. It is saved by its author, on the page, and never by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.timezone import localtime

from accelerator.design.forms import Form
from accelerator.design.pages import ActionPage, Page
from accelerator.design.visitors import client_address
from accelerator.workflow import Refused, transaction
from accelerator.workflow.limits import count_against
from accelerator.workflow.steps import KEPT, Typed, demand_short

# Sendings of one person: a script sends at each pause of whoever types.
_SENT_AN_HOUR: Final = 3000
_WHOSE: Final = "_whose"
_OURS: Final = ("csrfmiddlewaretoken", "_once", _WHOSE)
_AUTHOR: Final = TimestampSigner(salt="design.unsaved")
_POSTED: Final = "posted_signed_out"
_MOST_POSTED: Final = 3
_POSTED_AN_HOUR: Final = 60


class Unsaved(Protocol):
    """A text that waits: what a subject keeps as one types, or what was posted signed out."""

    @property
    def values(self) -> Any: ...

    @property
    def typed_at(self) -> datetime: ...


@dataclass(frozen=True)
class Posted:
    """What was posted signed out."""

    values: Typed
    typed_at: datetime


def put_back(form: Form, typed: Typed) -> None:
    """Show in a form what was being typed in it; a field of which nothing was sent keeps what is saved."""
    sent = QueryDict(mutable=True)
    for name, given in typed.items():
        sent.setlist(name, list(given))
    for name, field in form.fields.items():
        if not field.widget.value_omitted_from_data(sent, {}, name):
            form.initial[name] = field.widget.value_from_datadict(sent, {}, name)


def _typed_in(request: HttpRequest, aside: tuple[str, ...]) -> dict[str, list[str]]:
    return {
        name.replace("\x00", "")[:60]: [one.replace("\x00", "") for one in given]
        for name, given in request.POST.lists()
        if name not in _OURS and not name.startswith(aside)
    }


def keep_posted(request: Any, aside: tuple[str, ...]) -> bool:
    """Keep in this browser what its author, signed out, posted; whether it was kept. See the note above."""
    whose = request.POST.get(_WHOSE, "")
    try:
        author, _, path = _AUTHOR.unsign(whose, max_age=KEPT).partition(" ")
        if path != request.path:
            return False
        typed = _typed_in(request, aside)
        demand_short(typed)
        key = f"posted-signed-out:{client_address(request)}"
        count_against(key, limit=_POSTED_AN_HOUR, per=timedelta(hours=1), at=request.at)
    except (BadSignature, Refused):
        return False
    others = {place: one for place, one in request.session.get(_POSTED, {}).items() if place != path}
    latest = dict(list(others.items())[-(_MOST_POSTED - 1) :])
    request.session[_POSTED] = {**latest, path: {"whose": author, "typed": typed, "at": request.at.isoformat()}}
    return True


def forget_what_others_posted(request: Any, author: str) -> None:
    """Whoever signs in finds nothing here of what someone else typed."""
    if posted := request.session.get(_POSTED):
        request.session[_POSTED] = {place: one for place, one in posted.items() if one["whose"] == author}


def forget_posted(request: Any, path: str) -> None:
    """It was saved, or its author does not want it."""
    if path in request.session.get(_POSTED, {}):
        request.session[_POSTED] = {place: one for place, one in request.session[_POSTED].items() if place != path}


def _posted(request: Any, author: str) -> Posted | None:
    one = request.session.get(_POSTED, {}).get(request.path)
    if one is None or one["whose"] != author:
        return None
    at = datetime.fromisoformat(one["at"])
    return Posted(one["typed"], at) if request.at < at + KEPT else None


if TYPE_CHECKING:
    _Before = ActionPage
else:
    _Before = object


class Resumed(_Before):
    """To put before a page whose form is long to fill in: what was typed there and not saved comes back to its author.

    A subclass gives `typed`, what it keeps as one types, if it does. Its template, when it is not made of
    `design/action.html`, includes `design/unsaved.html` and sends `page.whose` as `_whose`. `aside` begins the names
    of fields that are not kept.
    """

    aside: ClassVar[tuple[str, ...]] = ()

    def typed(self) -> Unsaved | None:
        """What the script sent, once the page is loaded."""
        return None

    @cached_property
    def unsaved(self) -> Unsaved | None:
        """The last of what the script sent and of what was posted signed out."""
        waiting: Iterable[Unsaved | None] = (self.typed(), _posted(self.request, str(self.person.actor_key)))
        return max((one for one in waiting if one), key=lambda one: one.typed_at, default=None)

    @property
    def whose(self) -> str:
        """To whom the form is shown, signed."""
        return _AUTHOR.sign(f"{self.person.actor_key} {self.request.path}")

    def make_form(self, **bound: Any) -> Any:
        form = super().make_form(**bound)
        if self.unsaved and not bound:
            put_back(form, self.unsaved.values)
        return form

    def context(self) -> dict[str, Any]:
        return {**super().context(), "unsaved": self.unsaved}

    def respond(self, response: HttpResponseBase) -> None:
        super().respond(response)
        forget_posted(self.request, self.request.path)


class Keeping(Page):
    """Where the script sends what is being typed. A subclass gives `keep`, and loads and rules as the form's page does.

    `aside` begins the names of fields that are not kept.
    """

    http_method_names = ["post", "options"]
    title = "Garder un texte"
    aside: ClassVar[tuple[str, ...]] = ()

    def keep(self, typed: Typed) -> None:
        """Make the one call; the transaction is open."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self._open()
        try:
            key = f"unsaved:{self.person.actor_key}"
            count_against(key, limit=_SENT_AN_HOUR, per=timedelta(hours=1), at=self.at)
            with transaction():
                self.keep(_typed_in(request, self.aside))
        except Refused as refusal:
            return JsonResponse({"garde": False, "texte": refusal.message}, status=422)
        return JsonResponse({"garde": True, "texte": f"Texte gardé à {localtime(self.at):%H h %M}."})
