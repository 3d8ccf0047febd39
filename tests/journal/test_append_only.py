"""The database itself keeps the journal: whoever holds the platform's own connection cannot rewrite it."""

from datetime import datetime

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from accelerator.journal.models import Event
from accelerator.journal.operations import erase, without
from tests import factories


@pytest.fixture
def event(at: datetime) -> Event:
    return Event.objects.create(
        code="accounts.renamed",
        at=at,
        actor="person:1",
        about=["accounts.person:1"],
        reason="Écrit par Alix Exemple",
        data={"former": "Alix"},
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_event SET actor = 'person:2'",
        "UPDATE journal_event SET reason = 'autre'",
        "UPDATE journal_event SET data = '{}'",
        "DELETE FROM journal_event",
        "TRUNCATE journal_event",
        "SET LOCAL journal.erasing = 'on'; UPDATE journal_event SET reason = 'autre'",
        "SET LOCAL journal.erasing = 'on'; UPDATE journal_event SET reason = '[effacé] par Noé Exemple'",
        "SET LOCAL journal.erasing = 'on'; UPDATE journal_event SET reason = 'Écrit par %'",
        "SET LOCAL journal.erasing = 'on'; UPDATE journal_event SET reason = 'Écrit par Alix_Exemple'",
        """SET LOCAL journal.erasing = 'on'; UPDATE journal_event SET data = '{"former": "Noé"}'""",
        """SET LOCAL journal.erasing = 'on'; UPDATE journal_event SET data = '{"other": 1}'""",
        "SET LOCAL journal.erasing = 'on'; UPDATE journal_event SET actor = 'person:2'",
        "SET LOCAL journal.erasing = 'on'; UPDATE journal_event SET at = now()",
        "SET LOCAL journal.erasing = 'on'; UPDATE journal_event SET about = '{}'",
        "SET LOCAL journal.erasing = 'on'; DELETE FROM journal_event",
        "SET LOCAL journal.erasing = 'on'; TRUNCATE journal_event",
    ],
)
def test_nothing_is_rewritten_nor_removed(event: Event, statement: str) -> None:
    with (
        pytest.raises((IntegrityError, InternalError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.get(pk=event.pk).reason == "Écrit par Alix Exemple"


def test_an_erasure_blanks_the_reason_and_leaves_the_rest(event: Event) -> None:
    before = Event.objects.filter(pk=event.pk).values("code", "at", "actor", "about").get()
    assert erase(actor="person:9", about="accounts.person:9", words=["Alix Exemple"]) == 1
    after = Event.objects.get(pk=event.pk)
    assert after.reason == "Écrit par [effacé]"
    assert Event.objects.filter(pk=event.pk).values("code", "at", "actor", "about").get() == before
    # Erasing ends with the erasure.
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        Event.objects.update(reason="")


def test_words_are_whole_and_taken_literally() -> None:
    assert without(["Alix Exemple"], "ALIX EXEMPLE, Alix Exemplet") == "[effacé], Alix Exemplet"
    assert without(["a.b@c.example"], "axb@c.example a.b@c.example") == "axb@c.example [effacé]"
    assert factories.person().naming[1].startswith("Camille Exemple")
