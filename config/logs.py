"""One structured line a request and one a job: what was asked, how it ended, what it cost.

The address is logged as its route (`/organisations/<slug>`), never as it was typed: paths and query strings may hold
a token, a name, what someone is looking for.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

from accelerator.journal.middleware import numbered

access = logging.getLogger("impact.access")
work = logging.getLogger("impact.work")


class _Counter:
    """Counts the queries of a request."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.queries += 1
        return execute(*arguments)


class WithoutAddress(logging.Filter):
    """What Django logs of a request (a form refused, a breakdown) says its route too, not its address."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            route = _route(request)
            record.args = tuple(route if argument == request.path else argument for argument in record.args)
        return True


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return f"/{match.route}" if match else "(inconnue)"


class AccessLogMiddleware:
    """Log each request that reaches the platform (the static files are answered before)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        counter = _Counter()
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(counter))
            response = self.get_response(request)
        access.info(
            "request",
            extra={
                "method": request.method,
                "route": _route(request),
                "status": response.status_code,
                "ms": round((time.perf_counter() - began) * 1000, 1),
                "queries": counter.queries,
            },
        )
        return response


async def log_job(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
    """Give the job a number for the journal and the logs, and log how it ended."""
    began = time.perf_counter()
    told = {"task": context.job.task_name, "job": context.job.id, "attempt": context.job.attempts + 1}
    with numbered(f"job-{context.job.id}"):
        try:
            result = await call_next()
        except BaseException as error:
            told |= {"status": "failed", "error": type(error).__name__}
            raise
        else:
            told |= {"status": "done"}
            return result
        finally:
            work.info("job", extra={**told, "ms": round((time.perf_counter() - began) * 1000, 1)})
