"""The table of events, which the database itself protects."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from accelerator.journal.retention import Retention
from accelerator.journal.types import EventType, event_type


class _Blanks(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "[effacé]"


class Event(models.Model):
    """One thing that happened."""

    retention = Retention(
        holds="Le journal : ce que vous avez fait, et quand",
        why="Prouver ce qui a été décidé et par qui ; obligation légale et mission d’intérêt public.",
        until="La durée du service ; à la suppression de votre compte, votre nom en disparaît.",
    )

    code = models.CharField(max_length=80)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=80)
    about = ArrayField(models.CharField(max_length=80))
    reason = models.TextField(default="")
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=32, default="")

    class Meta:
        indexes = [
            GinIndex(fields=["about"], name="event_about", fastupdate=False),
            models.Index(fields=["actor"], name="event_actor"),
            models.Index(fields=["code", "at"], name="event_code"),
        ]
        triggers = [
            # Note [The journal is append-only]
            # UPDATE is refused unless the session declares an erasure, and then `data` may only lose values, and
            # `reason` words, each replaced by "[effacé]": nobody makes the journal say anything else. DELETE and
            # TRUNCATE are always refused. The owner of the table could remove these triggers: the web processes need
            # not be the owner (docs/operating.md, "Deux rôles SQL").
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=r"""
                    IF TG_OP = 'UPDATE'
                       AND current_setting('journal.erasing', true) = 'on'
                       AND to_jsonb(NEW) - 'data' - 'reason' = to_jsonb(OLD) - 'data' - 'reason'
                       AND OLD.data @> NEW.data
                       AND OLD.reason LIKE
                           replace(regexp_replace(NEW.reason, '([\\%_])', '\\\1', 'g'), '[effacé]', '%') THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation';
                """,
            ),
            pgtrigger.Trigger(
                name="no_truncate",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.code}"

    @property
    def type(self) -> EventType:
        """The declared type of the event."""
        return event_type(self.code)

    @property
    def sentence(self) -> str:
        """What happened, in French, to be read after the actor's name."""
        return self.type.sentence.format_map(_Blanks(self.data))
