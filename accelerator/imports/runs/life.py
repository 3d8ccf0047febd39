"""What every run goes through: begun or taken up again, told, its rejects kept, indexed, closed."""

import logging
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any, Final

from django.db import DatabaseError, connection
from django.utils import timezone

from accelerator.community.attached import tell_written
from accelerator.community.models import Organisation
from accelerator.community.search import rebuild_directory, refresh_ids
from accelerator.design.charts import number
from accelerator.journal import Actor
from accelerator.registers.models import Run
from accelerator.registers.operations import begin_run, fail_run, finish_run, keep_rejects, tell_run
from accelerator.registers.queries import moments_not_indexed
from accelerator.registers.reading import Table, Unreadable, digest_of, tables_of
from accelerator.registers.workspace import Told, Workspace
from accelerator.workflow import Refused, transaction

logger = logging.getLogger(__name__)
# Beyond this many changes, writing the whole index again is faster than writing each of them.
MANY: Final = 20_000
_TOLD_EVERY: Final = 2.0
LOADING: Final = "Chargement dans l’annuaire"
SORTING: Final = "Tri de l’index de la recherche"


class Teller:
    """Says how far the run is: on the terminal each time, in the table now and then."""

    def __init__(self, bar: Told, by: Actor) -> None:
        self._bar, self._by = bar, by
        self.run: Run | None = None
        self._told = 0.0
        self._step = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._is_due(step, done, total):
            self._tell(step, done, total)

    @contextmanager
    def aside(self) -> Iterator[Told]:
        """The same for a work whose connection is taken: the table is told on another."""

        def tell(step: str, done: int, total: int) -> None:
            try:
                self._tell(step, done, total)
            except DatabaseError:
                # The work goes on: only its page is late.
                logger.warning("how far an import is could not be told", exc_info=True)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:

            def told(step: str, done: int, total: int) -> None:
                if self._is_due(step, done, total):
                    pool.submit(tell, step, done, total)

            yield told

    def _is_due(self, step: str, done: int, total: int) -> bool:
        self._bar(step, done, total)
        if self.run is None or (step == self._step and monotonic() - self._told < _TOLD_EVERY):
            return False
        self._step, self._told = step, monotonic()
        return True

    def _tell(self, step: str, done: int, total: int) -> None:
        if self.run is not None:
            with transaction():
                tell_run(run=self.run, step=step, done=done, total=total, by=self._by, at=timezone.now())


@contextmanager
def begun(
    teller: Teller,
    source: str,
    paths: Sequence[Path],
    digest: str,
    size: int,
    selection: dict[str, Any],
    by: Actor,
    list_code: str = "",
) -> Iterator[Run]:
    """The run, begun or taken up again. What stops it is written in it, and said as a refusal."""
    with transaction():
        run = begin_run(
            source=source,
            list_code=list_code,
            files=[path.name for path in paths],
            digest=digest,
            size=size,
            selection=selection,
            by=by,
            at=timezone.now(),
        )
    teller.run = run
    try:
        yield run
    except (Unreadable, Refused) as refusal:
        with transaction():
            fail_run(run=run, cause=str(refusal), by=by, at=timezone.now())
        raise refusal if isinstance(refusal, Refused) else Refused(str(refusal)) from refusal
    except Exception as error:
        # Not a death (Ctrl-C, kill): something of ours is wrong. It is said, and it is not taken up again by itself.
        with transaction():
            fail_run(run=run, cause=f"{type(error).__name__} : voir les journaux", by=by, at=timezone.now())
        raise


def digest(paths: Sequence[Path]) -> tuple[str, int]:
    """What tells these files from others, and their size; raises `Refused` when one cannot be read."""
    try:
        return digest_of(paths)
    except Unreadable as unreadable:
        raise Refused(str(unreadable)) from unreadable


def opened(paths: Sequence[Path], space: Workspace) -> list[Table]:
    """The tables that the files hold, each file unpacked in a folder of its own."""
    tables: list[Table] = []
    for rank, path in enumerate(paths):
        folder = space.folder / str(rank)
        folder.mkdir()
        tables += tables_of(path, folder, lambda done, total: space.told("Ouverture des fichiers", done, total))
    return tables


_DAY_IN_NAME: Final = re.compile(r"(?<!\d)(20\d{2})[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])?(?!\d)")


def day_in_names(paths: Sequence[Path]) -> date | None:
    """The day that the names of files give: "rna_waldec_20261101.zip", "StockUniteLegale-2026-11.zip".

    Files of several days are as old as the first of them.
    """
    days = []
    for path in paths:
        if found := _DAY_IN_NAME.search(path.stem):
            year, month, day = found.groups(default="1")
            with suppress(ValueError):
                days.append(date(int(year), int(month), int(day)))
    return min(days, default=None)


def rejected(run: Run, space: Workspace, doubles: list[tuple[str, str]], by: Actor) -> Run:
    """Keep the file of what was left aside, and of the records that two numbers of one association show to be one."""
    reason = "Une fiche porte ce RNA, une autre son SIREN {} : c’est la même association."
    more = [("", "", "RNA", rna, reason.format(siren), "à réunir") for siren, rna in doubles]
    rejects = space.folder / "rejects.csv"
    if space.write_rejects(rejects, more):
        with transaction():
            run = keep_rejects(run=run, rejects=rejects, by=by, at=timezone.now())
    return run


def finished(run: Run, teller: Teller, by: Actor) -> Run:
    """Index what changed, in this run and in those that died before their index, then close the run."""
    changed = Organisation.objects.filter(changed_at__in=moments_not_indexed()).order_by("pk")
    touched = list(changed.values_list("pk", flat=True)[: MANY + 1])
    step = "Index de la recherche"
    if len(touched) > MANY:
        with teller.aside() as told:
            # Once everything is read, the server sorts it, and does not say how far it is.
            rebuild_directory(told=lambda *far: told(step, *far) if far[0] < far[1] else told(SORTING, 0, 0))
        with transaction():
            tell_written(changed)
    else:
        for start in range(0, len(touched), 1000):
            teller(step, start, len(touched))
            with transaction():
                refresh_ids(touched[start : start + 1000])
    with transaction():
        run = finish_run(run=run, summary=summary(run), by=by, at=timezone.now())
    teller.run = None
    teller("Terminé", 1, 1)
    return run


def summary(run: Run) -> str:
    """What a run did, in French: "3 nouvelles, 2 modifiées, 1 cessée"."""
    parts = (
        (run.entered, "fiche inscrite", "fiches inscrites"),
        (run.changed, "unité modifiée", "unités modifiées"),
        (run.ceased, "organisation cessée", "organisations cessées"),
        (run.withdrawn, "fiche retirée à sa demande", "fiches retirées à leur demande"),
    )
    said = [f"{number(count)} {one if count < 2 else several}" for count, one, several in parts if count]
    return ", ".join(said) or "rien à changer"
