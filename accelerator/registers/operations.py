"""Writing what the registers say, and how far each run is."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.core.files import File
from django.db import connection
from django.db.models import F
from django.utils.timezone import localdate

from accelerator.journal import Actor
from accelerator.journal.actors import actor_key
from accelerator.registers import rna, sirene
from accelerator.registers.models import Run
from accelerator.registers.queries import LOCK, last_day, running
from accelerator.registers.states import FAIL_RUN, FINISH_RUN, INTERRUPT_RUN, RunState, Source
from accelerator.workflow import Refused, operation
from accelerator.workflow.dates import said
from accelerator.workflow.transitions import move


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
    """Say how far a run is: the step, and how much of it is done."""
    Run.objects.filter(pk=run.pk).update(step=step[:60], done=done, total=total, told_at=at)
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
    """Keep what was understood of the files.

    Raises `Refused` for files of Sirene older than those that were loaded: whoever has opposed since would be shown.
    """
    later = last_day(run.source, but=run, until=localdate(at)) if run.source == Source.SIRENE else None
    if file_on and later and file_on < later:
        raise Refused(
            f"Ces fichiers sont du {said(file_on)}, et ceux du {said(later)} sont déjà chargés : l’annuaire"
            " reviendrait en arrière, et qui s’est opposé depuis à la diffusion serait montré de nouveau. Prenez"
            " les plus récents ; si ce jour est faux, dites le bon (ON=AAAA-MM-JJ)."
        )
    run.read, run.kept, run.unchanged, run.rejected = read, kept, unchanged, rejected
    if run.resumed:
        # What was already written before the death is found again unchanged: it is counted where it was.
        run.unchanged = max(0, unchanged - run.new - run.changed)
    run.left_out, run.file_on, run.told_at = dict(left_out), file_on, at
    run.save()
    return run


@operation
def restart_counts(*, run: Run, by: Actor, at: datetime) -> Run:
    """Count from nothing the rows of a run that reads all of them again."""
    run.new = run.entered = run.changed = run.unchanged = run.done = 0
    run.save(update_fields=["new", "entered", "changed", "unchanged", "done"])
    return run


@operation
def count_rejects(*, run: Run, rejected: int, by: Actor, at: datetime) -> Run:
    """Keep how many rejects there are, when they are known at the end only."""
    run.refresh_from_db()
    run.rejected = rejected
    run.save(update_fields=["rejected"])
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
def stage(*, source: str, rows: bytes, by: Actor, at: datetime) -> None:
    """Put a block of rows of a register where the statements of this transaction find it (the table `staged`)."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")  # a block that a power cut loses is loaded again
        cursor.execute("DROP TABLE IF EXISTS pg_temp.staged")
        cursor.execute(_STAGING[source])
        columns = ", ".join(_COLUMNS[source])
        with cursor.copy(f"COPY staged ({columns}) FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
            copy.write(rows)


@operation
def load(*, run: Run, rows: int, counts: Mapping[str, int], by: Actor, at: datetime) -> Run:
    """Write the staged rows in the register, and count them in the table (`run` itself is not read again).

    rows    how many rows the block has.
    counts  what they did to the organisations, added to the run's counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INSERT[run.source], {"run": run.pk})
        new = cursor.rowcount
        cursor.execute(_UPDATE[run.source], {"run": run.pk})
        changed = cursor.rowcount
    # Added in the database: two blocks may be loaded at once.
    added = {**counts, "new": new, "changed": changed, "done": rows}
    Run.objects.filter(pk=run.pk).update(told_at=at, **{name: F(name) + count for name, count in added.items()})
    return run


_COLUMNS: Final[Mapping[str, Any]] = {Source.SIRENE: sirene.COLUMNS, Source.RNA: rna.COLUMNS}
# `organisation` is the record that the row speaks of, once it is found.
_STAGING: Final[Mapping[str, Any]] = {
    Source.SIRENE: """
        CREATE TEMPORARY TABLE staged (
            siren varchar(9), name varchar(200), acronym varchar(40), legal_category varchar(4),
            activity_code varchar(6), activity_code_2025 varchar(6), is_ess boolean, is_mission_driven boolean,
            rna varchar(10), created_on date, is_active boolean, is_withdrawn boolean, seat_opposes boolean,
            seat_nic varchar(5), commune varchar(5), address varchar(300), others jsonb, digest bigint,
            sites_digest bigint, place varchar(24), is_known boolean, is_recorded boolean, has_sites boolean,
            organisation bigint
        ) ON COMMIT DROP
    """,
    Source.RNA: """
        CREATE TEMPORARY TABLE staged (
            number varchar(14), rna varchar(10), title varchar(250), short_title varchar(40), purpose text,
            siren varchar(9), commune varchar(5), website varchar(300), created_on date, is_active boolean,
            digest bigint, place varchar(24), is_known boolean, is_recorded boolean, organisation bigint
        ) ON COMMIT DROP
    """,
}
_OF_UNIT: Final = (
    *("name", "acronym", "legal_category", "activity_code", "activity_code_2025", "is_ess", "is_mission_driven"),
    *("rna", "created_on", "is_active", "is_withdrawn", "seat_opposes", "seat_nic", "digest"),
)
_OF_SITES: Final = ("commune", "address", "others", "sites_digest")
_OF_ASSOCIATION: Final = (
    *("title", "short_title", "purpose", "siren", "commune", "website", "created_on", "is_active", "digest"),
)
_FROM_SITES: Final = ", ".join(
    f"{name} = CASE WHEN s.has_sites OR s.is_withdrawn THEN s.{name} ELSE r.{name} END" for name in _OF_SITES
)


def _inserted(table: str, key: str, columns: Sequence[str]) -> str:
    names = ", ".join((key, *columns))
    return f"INSERT INTO {table} ({names}, run_id) SELECT {names}, %(run)s FROM staged WHERE NOT is_known"  # noqa: S608  names of our own columns


def _updated(table: str, key: str, columns: Sequence[str], more: str = "") -> str:
    changes = ", ".join(f"{name} = s.{name}" for name in columns) + more
    return (
        f"UPDATE {table} AS r SET {changes}, run_id = %(run)s FROM staged AS s"  # noqa: S608  names of our own columns
        f" WHERE s.is_known AND r.{key} = s.{key}"
    )


_INSERT: Final[Mapping[str, Any]] = {
    Source.SIRENE: _inserted("registers_unit", "siren", (*_OF_UNIT, *_OF_SITES)),
    Source.RNA: _inserted("registers_association", "number", _OF_ASSOCIATION),
}
_UPDATE: Final[Mapping[str, Any]] = {
    Source.SIRENE: _updated("registers_unit", "siren", _OF_UNIT, f", {_FROM_SITES}"),
    Source.RNA: _updated("registers_association", "number", _OF_ASSOCIATION),
}
