"""Headers that Django does not send by itself, and who is really asking."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.gzip import GZipMiddleware
from django.urls import reverse

from accelerator.accounts.duties import SECOND_FACTOR_MISSING
from accelerator.design.views import not_found


class VisitorAddressMiddleware:
    """Find the visitor's address behind our own proxies (`REMOTE_ADDR` is then theirs, not the proxy's).

    Note [Whose address]
    With `TRUSTED_PROXIES = n`, the visitor is the n-th from the end of `X-Forwarded-For`: what stands before may be
    invented, what our proxies wrote is true. Without a declared proxy, or with too short a list, it is ignored.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proxies = settings.TRUSTED_PROXIES
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if 0 < proxies <= len(hops):
            request.META["REMOTE_ADDR"] = hops[-proxies]
        return self.get_response(request)


class CachePolicyMiddleware:
    """What says nothing about caches is kept by no shared one, and asked again each time.

    Not "no-store" everywhere: the browser's arrow would then lose what was typed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class ReadableAddressMiddleware:
    """An address that holds a NUL names nothing: no table could."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            return not_found(request, Http404())
        return self.get_response(request)


class PermissionsPolicyMiddleware:
    """Tell the browser what the pages never ask for, and that other sites may not take their answers into theirs.

    What is published for all (open data, static files) says so itself, by `Access-Control-Allow-Origin`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for_all = response.headers.get("Access-Control-Allow-Origin") == "*"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if for_all else "same-origin")
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compress what travels, except what is compressed already, whose length stays known: a download shows its bar."""

    PACKED = ("application/gzip", "application/vnd.openxmlformats-officedocument", "image/webp", "image/png")

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith(self.PACKED):
            return response
        return super().process_response(request, response)


class SecondFactorMiddleware:
    """Whoever must have a second factor and has none sets one before anything else (docs/rules/comptes.md).

    Entering says it in the session: no query here, and nothing is read for who brings no session. The account's own
    pages stay open, and those of the footer, which tell what is being accepted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.session.get(SECOND_FACTOR_MISSING):
            return self.get_response(request)
        if request.path.startswith(reverse("accounts:account")) or request.path in _told():
            return self.get_response(request)
        return HttpResponseRedirect(reverse("accounts:security"))


def _told() -> set[str]:
    return {reverse(name) for _, name in settings.FOOTER}
