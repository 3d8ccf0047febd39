"""A hostile suite: warnings are errors, undefined template variables fail, each page is scanned.

The tests own their cluster (`config.embedded`, "test", fsync off). A template database holds the migrations and the
reference data; it is made once for a given state of the code and cloned for each worker.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import fasteners
import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone
from psycopg import sql

from accelerator.notices import tasks as notice_tasks
from accelerator.notices.models import Notice
from accelerator.workflow import Refused, transaction
from config import embedded
from demonstration.proconnect import CLIENT_ID
from tests.accounts import proconnect_server
from tests.accounts.proconnect_server import Unruly
from tests.client import HostileClient
from tests.databases import clone, server_of_databases, template_name
from tests.registers.register_server import Register, running

# How fast a machine draws examples judges the machine, not the code: no test is timed.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    if not os.environ.get("DATABASE_URL"):
        embedded.start("test", durable=False)


def _exists(server: psycopg.Connection, name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """Clone the template database for this worker, making it first if needed."""
    template, name = template_name(), f"test_{worker_id}_{os.getpid()}"
    lock = fasteners.InterProcessLock(Path(embedded.home()).parent / ".french-impact-test-template")
    with django_db_blocker.unblock(), server_of_databases() as server:
        with lock:
            if not _exists(server, template):
                _make_template(server, template)
        clone(server, template, name)
        _use(name)
        yield
        connection.close()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _make_template(server: psycopg.Connection, template: str) -> None:
    making = f"{template}_making"
    for (old,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'").fetchall():
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
    _use(making)
    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0)
    connection.close()
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(template)))


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Every test may use the database: it is the real one."""


@pytest.fixture
def together(worker_id: str) -> Iterator[Callable[..., list[Any]]]:
    """Run functions at the same moment, each on a connection of its own, in a database thrown away afterwards.

    What they do is really committed: that is how locks and unique numbers are tried. They are given in the order of
    their results; a refusal is a result. Call it with one function to prepare or to look.
    """
    tested, name = str(connection.settings_dict["NAME"]), f"together_{worker_id}_{os.getpid()}"
    with server_of_databases() as server:
        clone(server, template_name(), name)
        connection.settings_dict["NAME"] = name
        try:
            yield _at_the_same_moment
        finally:
            connection.settings_dict["NAME"] = tested
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def elsewhere(together: Callable[..., list[Any]]) -> Callable[[Callable[[], Any]], Any]:
    """Run one function there, and give what it returns."""
    return lambda function: together(function)[0]


def _at_the_same_moment(*functions: Callable[[], Any]) -> list[Any]:
    start = Barrier(len(functions))

    def run(function: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return function()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result(120) for future in [pool.submit(run, function) for function in functions]]


@pytest.fixture
def at() -> datetime:
    """The moment of what a test does."""
    return timezone.now()


@pytest.fixture
def client() -> HostileClient:
    """A browser that looks at what it is given."""
    return HostileClient()


@pytest.fixture
def perform() -> Callable[..., Any]:
    """Make one operation as a page does: in a transaction of its own."""

    def make(operation: Callable[..., Any], **arguments: Any) -> Any:
        with transaction():
            return operation(**arguments)

    return make


@pytest.fixture
def deliver() -> Callable[[], list[Any]]:
    """Send every notice that waits, as the worker would; return the mails that left."""

    def send_all() -> list[Any]:
        before = len(mail.outbox)
        for notice in Notice.objects.filter(sent_at__isnull=True).order_by("pk"):
            notice_tasks.send(notice=notice.pk)
        return list(mail.outbox[before:])

    return send_all


@pytest.fixture
def register(settings: Any) -> Iterator[Register]:
    """The company register, on this machine."""
    with running() as server:
        settings.COMPANY_REGISTER_URL = server.url
        yield server


@pytest.fixture
def proconnect(settings: Any) -> Iterator[Unruly]:
    """The identity provider, on this machine."""
    with proconnect_server.running() as provider:
        settings.PROCONNECT_ISSUER = provider.issuer
        settings.PROCONNECT_CLIENT_ID = CLIENT_ID
        settings.PROCONNECT_CLIENT_SECRET = provider.client_secret
        yield provider
