"""Exports of what is searched: asked, written by the worker, forgotten. The rows are their own memory, for two days."""

from datetime import datetime
from typing import Final

from django.db.models import Sum

from accelerator.accounts.models import Person
from accelerator.community.operations.locks import lock_person
from accelerator.design import charts
from accelerator.design.exports import MOST_ROWS
from accelerator.directory.models import Export
from accelerator.directory.queries.searched import Searched
from accelerator.directory.states import EXPORT_IS_DUE, EXPORT_LASTS, ExportKind
from accelerator.journal import Actor
from accelerator.workflow import Refused, operation
from accelerator.workflow.jobs import defer

QUEUE: Final = "exports"
WRITE: Final = "community.write_export"
MOST_WAITING: Final = 20
# What the files of visitors may take on the disk, and as much for those of people: neither stops the other.
MOST_BYTES: Final = 5_000_000_000
# One is written at a time: the pages keep the machine.
ONE_AT_A_TIME: Final = "community.exports"


@operation
def ask_export(
    *,
    searched: Searched,
    name: str,
    query: str,
    kind: str,
    number: int,
    person: Person | None,
    by: Actor,
    at: datetime,
) -> Export:
    """Ask the worker for a file of everything that a question finds.

    Asked again by the same person while it is there, the export of less than an hour ago is the answer.
    Raises `Refused` when a workbook cannot hold so many, when too many exports wait or are kept. Those of visitors and
    those of people are counted apart: anybody may be a thousand visitors.
    """
    if kind == ExportKind.XLSX and number >= MOST_ROWS:
        raise Refused(
            f"Une feuille de calcul compte au plus {charts.number(MOST_ROWS - 1)} lignes, et cette recherche en "
            "donne davantage : choisissez le format CSV, ou resserrez la recherche.",
            field="kind",
        )
    if person:
        lock_person(person)
    asked = Export.objects.filter(things=searched.code, query=query, kind=kind)
    recent = asked.filter(asked_at__gt=at - EXPORT_IS_DUE, failed_at__isnull=True)
    if person and (same := recent.filter(person=person).order_by("-asked_at").first()):
        return same
    alike = Export.objects.filter(person__isnull=person is None)
    if alike.waiting(at).count() >= MOST_WAITING:
        raise Refused("Trop d’exports attendent en ce moment. Recommencez dans quelques minutes.")
    if (alike.filter(expires_at__gt=at).aggregate(size=Sum("size"))["size"] or 0) >= MOST_BYTES:
        raise Refused(
            "Les exports gardés en ce moment prennent toute la place qui leur est donnée. Recommencez demain, ou prenez"
            " le fichier de tout l’annuaire, refait chaque nuit."
        )
    export = Export.objects.create(
        person=person,
        name=name,
        things=searched.code,
        query=query,
        kind=kind,
        number=number,
        asked_at=at,
        expires_at=at + EXPORT_LASTS,
    )
    defer(WRITE, {"export": export.pk}, queue=QUEUE, lock=ONE_AT_A_TIME)
    return export


@operation
def begin_export(*, export: int, by: Actor, at: datetime) -> Export | None:
    """Begin to write, or begin again after a worker died; None when it is no longer wanted."""
    held = Export.objects.waiting(at).select_for_update(no_key=True).filter(pk=export).first()
    if held is None:
        return None
    held.started_at, held.written = at, 0
    held.save(update_fields=["started_at", "written"])
    return held


@operation
def count_written(*, export: int, number: int, written: int, by: Actor, at: datetime) -> None:
    """Say how far it is."""
    Export.objects.filter(pk=export, ready_at__isnull=True).update(number=number, written=written)


@operation
def finish_export(*, export: int, number: int, size: int, by: Actor, at: datetime) -> None:
    """Say that the file is whole; said twice, the first one counts."""
    waiting = Export.objects.filter(pk=export, ready_at__isnull=True, failed_at__isnull=True)
    waiting.update(number=number, written=number, size=size, ready_at=at)


@operation
def fail_export(*, export: int, by: Actor, at: datetime) -> None:
    """Say that there will be no file."""
    Export.objects.filter(pk=export, ready_at__isnull=True).update(failed_at=at)


@operation
def forget_exports(*, by: Actor, at: datetime) -> int:
    """Forget those that have expired; return how many. Their files go after them (`exporting.sweep`)."""
    return Export.objects.filter(expires_at__lte=at).delete()[0]
