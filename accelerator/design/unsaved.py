"""What is being typed and is not saved yet: sent by a script as one types, kept for its author alone, put back later.

The script is `design/keep.js`; without it each form is saved by its button, as any other.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Final

from django.http import HttpRequest, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.timezone import localtime

from accelerator.design.forms import Form
from accelerator.design.pages import Page
from accelerator.workflow import Refused, transaction
from accelerator.workflow.limits import count_against

# Characters of one form, and sendings of one person: a script sends at each pause of whoever types.
LONGEST: Final = 60_000
_SENT_AN_HOUR: Final = 3000
# How long a text is kept that nobody comes back to.
KEPT: Final = timedelta(days=30)
_OURS: Final = ("csrfmiddlewaretoken", "_once")

# By name of field, as it was sent.
Typed = Mapping[str, Sequence[str]]


def demand_short(typed: Typed) -> None:
    """Raise `Refused` when it is too long to be kept."""
    if sum(len(one) for given in typed.values() for one in given) > LONGEST:
        raise Refused("Ce texte est trop long pour être gardé : enregistrez cette partie, ou raccourcissez-le.")


def put_back(form: Form, typed: Typed) -> None:
    """Show in a form what was being typed in it; a field of which nothing was sent keeps what is saved."""
    sent = QueryDict(mutable=True)
    for name, given in typed.items():
        sent.setlist(name, list(given))
    for name, field in form.fields.items():
        if not field.widget.value_omitted_from_data(sent, {}, name):
            form.initial[name] = field.widget.value_from_datadict(sent, {}, name)


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
        typed = {
            name.replace("\x00", "")[:60]: [one.replace("\x00", "") for one in given]
            for name, given in request.POST.lists()
            if name not in _OURS and not name.startswith(self.aside)
        }
        try:
            key = f"unsaved:{self.person.actor_key}"
            count_against(key, limit=_SENT_AN_HOUR, per=timedelta(hours=1), at=self.at)
            with transaction():
                self.keep(typed)
        except Refused as refusal:
            return JsonResponse({"garde": False, "texte": refusal.message}, status=422)
        return JsonResponse({"garde": True, "texte": f"Texte gardé à {localtime(self.at):%H h %M}."})
