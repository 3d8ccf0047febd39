"""What a browser is known for: the codes it asked, the addresses it entered with.

Note [A code is worth something in the browser that asked it, and nowhere else]
The address of the page of a code, or of a newcomer, may be read over a shoulder, in a history, in a proxy's log. It
opens nothing by itself: a signed cookie says which codes this browser asked. Not the session: it is renewed when one
enters, and a button pressed twice must let in twice.

Note [Nobody is locked out by a stranger's tries]
Anyone may ask codes for anyone's address, up to the limits, and so exhaust them. A browser that already entered with
an address has a budget of its own (OWASP, "device cookies"), which strangers cannot use up.
"""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

_ASKED: Final = "fi_codes"
_KNOWN: Final = "fi_connu"
_ASKED_LASTS: Final = timedelta(days=1)
_KNOWN_LASTS: Final = timedelta(days=180)
# In this order: each of them also says the names of the ones that follow.
_BROWSERS: Final = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox")),
    *(("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari")),
)
_MACHINES: Final = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
    *(("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)
_PATH: Final = "/compte/"
# The latest are kept: several tabs, several persons at one computer.
_MOST_ASKED: Final = 8
_MOST_KNOWN: Final = 5


def label_of(request: HttpRequest) -> str:
    """The browser and the machine, in a few words for their owner: "Firefox sur Windows". Nothing else is kept."""
    said = request.headers.get("User-Agent", "")[:500]
    browser = next((name for mark, name in _BROWSERS if mark in said), "Navigateur inconnu")
    machine = next((name for mark, name in _MACHINES if mark in said), "")
    return f"{browser} sur {machine}" if machine else browser


def pseudonym(email: str) -> str:
    """What stands for an address where the address itself must not be read."""
    return salted_hmac("accounts.limits", email.lower()).hexdigest()


def asked_here(request: HttpRequest, token: str) -> bool:
    """Whether this browser asked the code."""
    return token in _read(request, _ASKED, _ASKED_LASTS)


def remember_asked(request: HttpRequest, response: HttpResponseBase, token: str) -> None:
    """This browser asked that code."""
    _write(request, response, _ASKED, token, _ASKED_LASTS, _MOST_ASKED)


def entered_here(request: HttpRequest, email: str) -> bool:
    """Whether somebody entered with this address from this browser, lately."""
    return pseudonym(email) in _read(request, _KNOWN, _KNOWN_LASTS)


def remember_entered(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Somebody entered with this address from this browser."""
    _write(request, response, _KNOWN, pseudonym(email), _KNOWN_LASTS, _MOST_KNOWN)


def _read(request: HttpRequest, name: str, lasts: timedelta) -> list[str]:
    """The values of a cookie; none when it is missing, forged or too old."""
    signed = request.get_signed_cookie(name, default="", salt=f"accounts.{name}", max_age=lasts)
    return signed.split(".") if signed else []


def _write(
    request: HttpRequest, response: HttpResponseBase, name: str, value: str, lasts: timedelta, most: int
) -> None:
    others = [other for other in _read(request, name, lasts) if other != value]
    response.set_signed_cookie(
        name,
        ".".join([value, *others][:most]),
        salt=f"accounts.{name}",
        max_age=lasts,
        path=_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
