"""What the bar shows on every page, without a query."""

from typing import Any

from demonstration.cast import BY_EMAIL, CAST


def bar(request: Any) -> dict[str, Any]:
    """Context processor: the fictitious people, and which of them the visitor is."""
    user = getattr(request, "user", None)
    email = getattr(user, "email", "") or ""
    return {"demonstration_cast": CAST, "demonstration_me": BY_EMAIL.get(email), "demonstration_here": request.path}
