"""Whether whoever is here has just proved who they are: asked before what changes the ways into an account."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from accelerator.accounts.states import PROOF_LASTS

PROVED_AT: Final = "proved_at"
NEXT: Final = "next"


def prove(request: Any) -> None:
    """Whoever is here has just proved who they are."""
    request.session[PROVED_AT] = request.at.isoformat()


def is_proved(request: Any) -> bool:
    """Whether whoever is here proved who they are in the last quarter of an hour."""
    proved = request.session.get(PROVED_AT)
    return bool(proved) and request.at < datetime.fromisoformat(proved) + PROOF_LASTS


def where_to_prove(request: Any) -> str:
    """The page that asks for a proof, and then leads back here."""
    return with_next(reverse("accounts:confirm"), request.get_full_path())


def with_next(url: str, following: str) -> str:
    """An address that remembers where the visitor was going."""
    return f"{url}?{urlencode({NEXT: following})}" if following else url
