"""The migrations, from nothing, on the server at hand."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from config import embedded
from tests.databases import server_of_databases, url_of

pytestmark = pytest.mark.server


@pytest.fixture
def empty(worker_id: str) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"empty_{worker_id}_{os.getpid()}"
    with server_of_databases() as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield name
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _manage(database: str, *arguments: str) -> str:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "DATABASE_URL": url_of(database)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=embedded.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_from_nothing_to_the_present_and_once_more(empty: str) -> None:
    _manage(empty, "migrate", "--verbosity", "0")
    assert "No migrations to apply" in _manage(empty, "migrate")
    with psycopg.connect(url_of(empty)) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("TRUNCATE journal_event")


def test_nothing_waits_to_be_written_as_a_migration(empty: str) -> None:
    # In a process of its own: other tests declare models that exist for them only.
    assert "No changes detected" in _manage(empty, "makemigrations", "--check", "--dry-run")
