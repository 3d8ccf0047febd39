"""What every template knows of the site."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString


@cache
def _address(name: str) -> str:
    """Where a door leads; it does not move while the process lives."""
    return reverse(name)


def home_url() -> str:
    """The address of the home page."""
    return _address(settings.HOME)


def search_url() -> str:
    """Where one searches: the door that the settings name."""
    return _address(settings.SEARCH)


@cache
def _alike(template: str, marque: str, name: str) -> SafeString:
    """A part that every page has alike, whoever asks: it is written once (a sixteenth of a page's computing)."""
    footer = [{"label": label, "url": _address(door)} for label, door in settings.FOOTER]
    known = {"marque": marque, "site_name": name, "home_url": home_url(), "footer": footer}
    return render_to_string(template, known)


@cache
def before_key(name: str) -> str:
    """What stands before the key of a thing in its address: a page with a hundred of them asks the router once.

    A key (what is read, then what identifies) has nothing to quote.
    """
    return reverse(name, args=["x"]).removesuffix("x")


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the site's name, its marque, its doors, and whether it is a demonstration."""
    here = request.path

    def doors(entries: list[tuple[str, str]]) -> list[dict[str, Any]]:
        addresses = [(label, _address(name)) for label, name in entries]
        return [
            {
                "label": label,
                "url": url,
                "current": here == url or (url != "/" and here.startswith(f"{url}/")),
            }
            for label, url in addresses
        ]

    return {
        "site_name": settings.SITE_NAME,
        "site_tagline": settings.SITE_TAGLINE,
        "marque": settings.MARQUE,
        "demonstration": getattr(settings, "DEMONSTRATION", False),
        "contact_email": settings.CONTACT_EMAIL,
        "base_url": settings.BASE_URL,
        "home_url": home_url(),
        "search_url": search_url(),
        "login_url": _address(settings.LOGIN_URL),
        "logout_url": _address("account_logout"),
        "navigation": doors(settings.NAVIGATION),
        "account_menu": doors(settings.ACCOUNT_MENU),
        "styles": _alike("design/styles.html", settings.MARQUE, settings.SITE_NAME),
        "footer": _alike("design/footer.html", settings.MARQUE, settings.SITE_NAME),
    }
