"""The extension point by which a subject says that somebody must have a second factor (roles live above accounts)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the models are not loaded yet when the applications are declared
    from accelerator.accounts.models import Person

# What a session holds while the second factor that its person must have is missing: read by a middleware, no query.
SECOND_FACTOR_MISSING: Final = "second_factor_missing"
# Why this person must have a second factor, in French; an empty text when they need not.
Duty = Callable[["Person"], str]
_duties: dict[str, Duty] = {}


def demand_second_factor(subject: str, duty: Duty) -> None:
    """Register what a subject demands; twice for one subject raises `ValueError`."""
    if subject in _duties:
        raise ValueError(f"Le second facteur est demandé deux fois par {subject}.")
    _duties[subject] = duty


def duties() -> dict[str, Duty]:
    """Every registration, by subject."""
    return dict(_duties)


def reason_for_second_factor(person: "Person") -> str:
    """Why this person must have a second factor, in French; an empty text when they need not."""
    return next((reason for duty in _duties.values() if (reason := duty(person))), "")
