"""Two SQL roles: what the web one can do, and what whoever holds its connection cannot."""

import os
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone
from psycopg import sql

from accelerator.accounts.operations import delete_account
from accelerator.community.models import Organisation
from accelerator.community.search import DIRECTORY, refresh_ids
from accelerator.journal.models import Event
from accelerator.search.types import Question
from tests import factories
from tests.client import HostileClient

ROLE = f"web_{os.getpid()}"


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(role=sql.Identifier(ROLE)))


@pytest.fixture
def web_role() -> Callable[[], None]:
    """A limited role; the function given becomes it, until the end of the test."""
    _execute("CREATE ROLE {role}")
    call_command("limit_role", ROLE, stdout=StringIO())
    return lambda: _execute("SET LOCAL ROLE {role}")


@pytest.fixture
def event(at: datetime) -> Event:
    return Event.objects.create(
        code="accounts.renamed",
        at=at,
        actor="person:1",
        about=["accounts.person:1"],
        reason="Écrit par Alix 100 % Exemple_1",
        data={"former": "Alix"},
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_event SET actor = 'person:2'",
        "UPDATE journal_event SET at = now()",
        "DELETE FROM journal_event",
        "TRUNCATE journal_event",
        "ALTER TABLE journal_event DISABLE TRIGGER ALL",
        "DROP TRIGGER pgtrigger_append_only_b6bcd ON journal_event",
        "ALTER FUNCTION pgtrigger_append_only_b6bcd() RENAME TO mine",
        "SET session_replication_role = 'replica'",
        "DROP TABLE journal_event",
        "CREATE TABLE mine (id int)",
        "DELETE FROM django_migrations",
        "ALTER TABLE journal_event OWNER TO CURRENT_USER",
        "COPY journal_event TO PROGRAM 'cat'",
    ],
)
def test_whoever_holds_the_connection_of_the_pages_cannot(
    statement: str, web_role: Callable[[], None], event: Event
) -> None:
    web_role()
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        _execute(statement)
    assert Event.objects.get(pk=event.pk).actor == "person:1"


def test_the_pages_still_do_all_that_they_do(
    web_role: Callable[[], None], client: HostileClient, deliver: Callable[[], list[Any]], perform: Any
) -> None:
    person = factories.person(given_name="Camille", family_name="Exemple")
    one = factories.organisation(name="Atelier des Essais")
    factories.role(one, holder=person)
    with transaction.atomic():
        refresh_ids([one.pk])
    web_role()
    client.force_login(person)
    # An operation with its event, its notices, its session.
    assert client.post("/compte/nom", {"given_name": "Alix", "family_name": "Exemple"}).status_code == 302
    assert Event.objects.filter(code="accounts.renamed").count() == 1
    # A record changed, hence its document of search.
    Organisation.objects.filter(pk=one.pk).update(name="Atelier des Merveilles")
    refresh_ids([one.pk])
    assert DIRECTORY.search(Question("merveilles")).ids == [one.pk]
    # A code asked by a visitor.
    visitor = HostileClient()
    assert visitor.post("/compte/connexion", {"email": "noe@personnes.example"}).status_code == 302
    # An account deleted: the journal is blanked.
    mails = deliver()
    assert any("noe@personnes.example" in mail.to for mail in mails)
    factories.role(one)  # someone else goes on
    perform(delete_account, person=person, by=person, at=timezone.now())
    assert "Camille" not in str(Event.objects.get(code="accounts.renamed").data)


@pytest.mark.parametrize("role", ["personne_de_ce_nom", "postgres"])
def test_a_role_that_cannot_be_limited_is_refused(role: str) -> None:
    with pytest.raises(CommandError, match=r"n’existe pas|propriétaire"):
        call_command("limit_role", role)


def test_what_is_made_later_is_open_too(web_role: Callable[[], None]) -> None:
    _execute("CREATE TABLE later (id serial PRIMARY KEY)")
    web_role()
    _execute("INSERT INTO later DEFAULT VALUES")
