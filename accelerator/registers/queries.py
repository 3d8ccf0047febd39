"""Reading the runs, and what the registers' files say."""

from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from accelerator.registers.models import Run
from accelerator.registers.states import RunState

# Held by the connection of the run that works: who does not find it held knows that no run lives.
LOCK: Final = "registers import"


def runs() -> QuerySet[Run]:
    """Every run."""
    return Run.objects.all()


def running() -> Run | None:
    """The run that is said to be running, alive or dead."""
    return Run.objects.filter(state=RunState.RUNNING).first()


def is_alive() -> bool:
    """Whether some process holds the lock of the runs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND ((classid::bigint << 32) | objid::bigint) = hashtext(%s)::bigint)",
            [LOCK],
        )
        return bool(cursor.fetchone()[0])


def moments_not_indexed() -> list[datetime]:
    """The moments of the runs whose organisations the index of search may not know: they died too early."""
    return list(Run.objects.filter(is_indexed=False).values_list("started_at", flat=True))
