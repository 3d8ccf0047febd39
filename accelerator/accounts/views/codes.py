"""Pages that send a code, and pages where it is typed back."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from accelerator.accounts import browsers, forms, operations, queries
from accelerator.accounts.models import Challenge
from accelerator.accounts.states import (
    CODE_LASTS,
    CODE_LENGTH,
    LONG_CODE_LENGTH,
    PER,
    PER_ADDRESS,
    PER_ADDRESS_AND_PLACE,
    PER_PLACE,
    SHORT_CODES_A_DAY,
    Purpose,
)
from accelerator.accounts.views.doors import DOOR
from accelerator.design.pages import ActionPage, Unkept
from accelerator.design.visitors import client_address
from accelerator.workflow import transaction
from accelerator.workflow.limits import count, count_against


def count_code_asked(request: HttpRequest, email: str) -> int:
    """Count a code asked, against the address and against the place it is asked from; raises `Refused`.

    Returns how many digits the code must have: see Note [A few short codes a day].
    """
    at, place = request.at, client_address(request)  # type: ignore[attr-defined]  # RequestMiddleware
    # The counters do not tell whose addresses they count.
    who = browsers.pseudonym(email)
    count_against(f"code:place:{place}", limit=PER_PLACE, per=PER, at=at)
    if browsers.entered_here(request, email):
        count_against(f"code:known:{who}", limit=PER_ADDRESS, per=PER, at=at)
        return CODE_LENGTH
    count_against(f"code:both:{place}:{who}", limit=PER_ADDRESS_AND_PLACE, per=PER, at=at)
    count_against(f"code:address:{who}", limit=PER_ADDRESS, per=PER, at=at)
    today = count(f"code:day:{who}", per=timedelta(days=1), at=at)
    return CODE_LENGTH if today <= SHORT_CODES_A_DAY else LONG_CODE_LENGTH


class AsksCode(ActionPage):
    """A page that sends a code: it is counted, and this browser will be the one that may type it."""

    length: int

    def address(self) -> str:
        """Where the code goes: what was typed, unless the page knows."""
        return str(self.form.cleaned_data["email"])

    def before(self) -> None:
        self.length = count_code_asked(self.request, self.address())

    def respond(self, response: HttpResponseBase) -> None:
        super().respond(response)
        if token := response["Location"].partition("?")[0].rpartition("/")[2]:
            browsers.remember_asked(self.request, response, token)


class TypedCode(Unkept, ActionPage):
    """A page where a code is typed back: each try is counted before it is read.

    A button pressed twice must let in twice, for the browser keeps the last answer's session only.
    """

    acts_once = False
    form_class = forms.CodeForm
    submit_label = "Valider"
    purpose: Purpose
    challenge: Challenge
    rank: int

    def load(self) -> None:
        found = queries.pending_challenges(self.purpose).filter(token=self.kwargs["token"])
        challenge = found.select_related("person").first()
        if not browsers.asked_here(self.request, self.kwargs["token"]):
            raise Http404
        if challenge is None or self.at >= challenge.asked_at + timedelta(days=1):
            raise Http404
        self.challenge = challenge

    def before(self) -> None:
        with transaction():
            self.rank = operations.count_try(challenge=self.challenge, by=DOOR, at=self.at)

    def context(self) -> dict[str, Any]:
        until = self.challenge.asked_at + CODE_LASTS
        return {
            "email": self.challenge.email,
            "until": until,
            "late": self.at >= until,
            "again": self.again(),
        }

    def again(self) -> str:
        """Where to ask another code."""
        raise NotImplementedError
