"""What is too heavy is refused before it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

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
