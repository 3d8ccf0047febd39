"""Each request has a moment and a number: the journal and the logs carry both."""

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_ACCEPTABLE = re.compile(r"[0-9a-f]{32}")


def current_request_id() -> str:
    """The number of the request being answered, or an empty text outside of one."""
    return _request_id.get()


@contextmanager
def numbered(number: str) -> Iterator[None]:
    """Give a number to what is done inside: a request, or a job of the worker."""
    token = _request_id.set(number)
    try:
        yield
    finally:
        _request_id.reset(token)


class RequestMiddleware:
    """Give the request its moment of arrival (`request.at`) and its number (`X-Request-ID`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.at = timezone.now()  # type: ignore[attr-defined]  # ours: `design.pages.Page.at`
        given = request.headers.get("X-Request-ID", "")
        number = given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
        with numbered(number):
            response = self.get_response(request)
        response["X-Request-ID"] = number
        return response


class RequestFilter(logging.Filter):
    """Add the request's number to every line of log."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        return True
