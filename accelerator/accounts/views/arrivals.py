"""The identity that came by ProConnect into this browser, and waits until an account is known for it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest

from accelerator.accounts.clients import Arrival
from accelerator.accounts.states import JOINING_LASTS

_KEPT: Final = "proconnect_arrived"


def arrived(request: Any) -> Arrival | None:
    """The identity that came into this browser in the last hour and waits to be linked."""
    kept = request.session.get(_KEPT)
    if not kept or request.at >= datetime.fromisoformat(kept["at"]) + JOINING_LASTS:
        return None
    return Arrival(**kept["arrival"])


def wait(request: Any, arrival: Arrival) -> None:
    """Let it wait; it takes the place of the one that was waiting."""
    request.session[_KEPT] = {"arrival": asdict(arrival), "at": request.at.isoformat()}


def forget_arrived(request: HttpRequest) -> None:
    """It waits no more."""
    request.session.pop(_KEPT, None)
