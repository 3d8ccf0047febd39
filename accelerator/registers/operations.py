"""Writing what the registers say, and how far each run is."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.core.files import File
from django.db import connection

from accelerator.journal import Actor
from accelerator.journal.actors import actor_key
from accelerator.registers import sirene
from accelerator.registers.models import Run
from accelerator.registers.queries import LOCK, running
from accelerator.registers.states import FAIL_RUN, FINISH_RUN, INTERRUPT_RUN, RunState
from accelerator.workflow import Refused, operation
from accelerator.workflow.transitions import move

COUNTED: Final = ("new", "changed", "ceased", "withdrawn", "entered")


@contextmanager
def alone() -> Iterator[None]:
    """Be the only run, as long as the connection lives: a process that dies lets go of it, whatever its death.

    Raises `Refused` when another one runs, saying which and how far it is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [LOCK])
        if not cursor.fetchone()[0]:
            other = running()
            which = f" ({other.get_source_display()}, {other.step.lower()})" if other else ""
            raise Refused(f"Un autre import est en cours{which} : attendez sa fin, puis recommencez.")
        try:
            yield
        finally:
            if not connection.needs_rollback and connection.is_usable():
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [LOCK])


@operation
def begin_run(
    *,
    source: str,
    files: Sequence[str],
    digest: str,
    size: int,
    selection: Mapping[str, Any],
    by: Actor,
    at: datetime,
    list_code: str = "",
) -> Run:
    """Begin a run, or take up again the one that died on the same files with the same selection.

    The caller is `alone`: a run that is said to be running is dead.
    """
    held = Run.objects.select_for_update().filter(state=RunState.RUNNING).first()
    if held is not None:
        if (held.source, held.list_code, held.digest, held.selection) == (source, list_code, digest, dict(selection)):
            held.resumed += 1
            held.told_at = at
            held.save(update_fields=["resumed", "told_at"])
            return held
        move(held, INTERRUPT_RUN, by=by, at=at, changes={"ended_at": at}, source=held.get_source_display())
    return Run.objects.create(
        source=source,
        list_code=list_code,
        files=list(files),
        digest=digest,
        size=size,
        selection=dict(selection),
        step="Ouverture des fichiers",
        by=actor_key(by),
        started_at=at,
        told_at=at,
    )


@operation
def tell_run(*, run: Run, step: str, done: int, total: int, by: Actor, at: datetime) -> Run:
    """Say how far a run is."""
    run.step, run.done, run.total, run.told_at = step[:60], done, total, at
    run.save(update_fields=["step", "done", "total", "told_at"])
    return run


@operation
def understand_run(
    *,
    run: Run,
    read: int,
    kept: int,
    unchanged: int,
    rejected: int,
    left_out: Mapping[str, int],
    file_on: date | None,
    by: Actor,
    at: datetime,
) -> Run:
    """Keep what was understood of the files."""
    run.read, run.kept, run.unchanged, run.rejected = read, kept, unchanged, rejected
    if run.resumed:
        # What was already written before the death is found again unchanged: it is counted where it was.
        run.unchanged = max(0, unchanged - run.new - run.changed)
    run.left_out, run.file_on, run.told_at = dict(left_out), file_on, at
    run.save()
    return run


@operation
def keep_rejects(*, run: Run, rejects: Path, by: Actor, at: datetime) -> Run:
    """Keep the file of what was left aside, with its reasons."""
    with rejects.open("rb") as content:
        run.rejects.save(f"rejets-{run.pk}.csv", File(content), save=False)
    run.save(update_fields=["rejects"])
    return run


@operation
def finish_run(*, run: Run, summary: str, by: Actor, at: datetime) -> Run:
    """It is done, the directory's index included: the one event of the run."""
    changes = {"ended_at": at, "told_at": at, "step": "Terminé", "done": 1, "total": 1}
    moved = move(run, FINISH_RUN, by=by, at=at, changes=changes, source=run.get_source_display(), summary=summary)
    # Those that died before it wrote what it has just indexed.
    Run.objects.filter(is_indexed=False).exclude(state=RunState.RUNNING).update(is_indexed=True)
    return moved


@operation
def fail_run(*, run: Run, cause: str, by: Actor, at: datetime) -> Run:
    """It could not be done; what was written by whole blocks stays."""
    changes = {"ended_at": at, "told_at": at, "failure": cause}
    return move(run, FAIL_RUN, by=by, at=at, changes=changes, source=run.get_source_display(), cause=cause)


@operation
def stage_units(*, rows: bytes, by: Actor, at: datetime) -> None:
    """Put a block of units where the statements of this transaction find it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")  # a block that a power cut loses is loaded again
        cursor.execute(_STAGING)
        cursor.execute("TRUNCATE staged_units")
        with cursor.copy(f"COPY staged_units ({_STAGED}) FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
            copy.write(rows)
        cursor.execute("ANALYZE staged_units")


@operation
def load_units(*, run: Run, rows: int, counts: Mapping[str, int], by: Actor, at: datetime) -> Run:
    """Write the staged units in the register, and count them.

    rows    how many rows the block has.
    counts  what they did to the organisations, added to the run's counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_UNITS, {"run": run.pk})
        new = cursor.rowcount
        cursor.execute(_UPDATE_UNITS, {"run": run.pk})
        changed = cursor.rowcount
    for name, count in (*counts.items(), ("new", new), ("changed", changed)):
        setattr(run, name, getattr(run, name) + count)
    run.done, run.told_at = run.done + rows, at
    run.save(update_fields=[*COUNTED, "done", "told_at"])
    return run


_STAGED: Final = ", ".join(sirene.COLUMNS)
_STAGING: Final = """
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_units (
        siren varchar(9), name varchar(200), acronym varchar(40), legal_category varchar(4), activity_code varchar(6),
        activity_code_2025 varchar(6), is_ess boolean, is_mission_driven boolean, rna varchar(10), created_on date,
        is_active boolean, is_withdrawn boolean, seat_nic varchar(5), commune varchar(5), address varchar(300),
        others jsonb, digest bigint, sites_digest bigint, place varchar(24), is_known boolean, is_recorded boolean,
        has_sites boolean
    )
"""
_OF_UNIT: Final = (
    *("name", "acronym", "legal_category", "activity_code", "activity_code_2025", "is_ess", "is_mission_driven"),
    *("rna", "created_on", "is_active", "is_withdrawn", "seat_nic", "digest"),
)
_OF_SITES: Final = ("commune", "address", "others", "sites_digest")
_INSERT_UNITS: Final = f"""
    INSERT INTO registers_unit (siren, {", ".join((*_OF_UNIT, *_OF_SITES))}, run_id)
    SELECT siren, {", ".join((*_OF_UNIT, *_OF_SITES))}, %(run)s FROM staged_units WHERE NOT is_known
"""  # noqa: S608  names of our own columns
_FROM_UNIT: Final = ", ".join(f"{name} = s.{name}" for name in _OF_UNIT)
_FROM_SITES: Final = ", ".join(
    f"{name} = CASE WHEN s.has_sites OR s.is_withdrawn THEN s.{name} ELSE u.{name} END" for name in _OF_SITES
)
_UPDATE_UNITS: Final = f"""
    UPDATE registers_unit AS u SET {_FROM_UNIT}, {_FROM_SITES}, run_id = %(run)s
    FROM staged_units AS s WHERE s.is_known AND u.siren = s.siren
"""  # noqa: S608  names of our own columns
