"""What is too heavy is refused before it is read; what is posted signed out is not lost; pages break well."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accelerator.design.typography import unparted
from accelerator.design.unsaved import Resumed, keep_posted
from accelerator.design.views import too_large


class UploadLimitMiddleware:
    """Answer 413 to a request whose announced body exceeds `settings.UPLOAD_LIMIT` (and some room for fields)."""

    ROOM_FOR_FIELDS = 1024 * 1024

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdigit() or int(announced) > settings.UPLOAD_LIMIT + self.ROOM_FOR_FIELDS:
            return too_large(request)
        return self.get_response(request)


class SignedInMiddleware(LoginRequiredMiddleware):
    """Send to sign in whoever must, and keep what their long form held (`unsaved`, « Posted signed out »)."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        page = getattr(view_func, "view_class", None)
        if request.method == "POST" and page and issubclass(page, Resumed) and keep_posted(request, page.aside):
            messages.info(
                request,
                "Votre session s’était fermée. Votre texte est gardé : il vous attend dès que vous serez de retour.",
            )
        return super().handle_no_permission(request, view_func)


class TypographyMiddleware:
    """Send every page with its signs kept to their words (`typography`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
            response.content = unparted(response.content)
            if response.has_header("Content-Length"):
                response.headers["Content-Length"] = str(len(response.content))
        return response
