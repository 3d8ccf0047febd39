"""A run, from the files to the directory: read, compare, hand over block after block, index. It opens its transactions.

Note [What a death loses]
A block and the counts of the run are written in one transaction. A process that dies loses the block that it was
writing and nothing before: the same command finds what is loaded unchanged, by its digest, and goes on. Organisations
bear the moment at which their run began: those whose index was not written yet are found again by it.
"""

import logging
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
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
from accelerator.geography.models import OtherName, Place, PlaceKind
from accelerator.geography.queries import read_place
from accelerator.imports import lists
from accelerator.imports.models import ListSource
from accelerator.imports.operations.lists import keep_list_source, take_list
from accelerator.imports.operations.registers import count_for_the_planner, take
from accelerator.imports.queries import doubles_of
from accelerator.journal import Actor
from accelerator.registers import rna, sirene
from accelerator.registers.identifiers import Misread
from accelerator.registers.identifiers import understand as understand_number
from accelerator.registers.models import Run
from accelerator.registers.operations import (
    alone,
    begin_run,
    count_rejects,
    fail_run,
    finish_run,
    keep_rejects,
    restart_counts,
    tell_run,
    understand_run,
)
from accelerator.registers.queries import moments_not_indexed
from accelerator.registers.reading import Table, Unreadable, digest_of, tables_of
from accelerator.registers.sirene import Found
from accelerator.registers.states import Source
from accelerator.registers.workspace import BLANKED, LEFT, Told, Workspace, blocks, workspace, written
from accelerator.workflow import Refused, transaction

logger = logging.getLogger(__name__)

BLOCK: Final = 50_000
# Beyond this many changes, writing the whole index again is faster than writing each of them.
MANY: Final = 20_000
_TOLD_EVERY: Final = 2.0
_AT_ONCE: Final = 2
_LIST_BLOCK: Final = 500
LOADING: Final = "Chargement dans l’annuaire"
SORTING: Final = "Tri de l’index de la recherche"


class _Teller:
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


def import_sirene(
    paths: Sequence[Path],
    selection: sirene.Selection,
    *,
    by: Actor,
    bar: Told,
    sirens: Path | None = None,
    on: date | None = None,
) -> Run:
    """Load INSEE's files and bring the directory to what they say.

    sirens  a list of SIREN, one a line, that units must belong to (its digest is in the selection).
    on      the day of the files, when their names do not give it.
    Raises `Refused` when another import runs, when a file cannot be read, when the territory is unknown.
    """

    selection = replace(selection, territory=_key_of(selection.territory))

    def understand(space: Workspace, tables: list[Table]) -> Found:
        return sirene.understand(
            space,
            tables,
            selection,
            known=_copied(space, "SELECT siren, digest, sites_digest FROM registers_unit", "known.csv"),
            recorded=_copied(space, "SELECT siren FROM community_organisation WHERE siren IS NOT NULL", "recorded.csv"),
            communes=written(communes, space.folder / "communes.csv"),
            sirens=sirens and _listed(sirens, space.folder / "listed.csv"),
        )

    communes = _communes(selection.territory)
    return _run(Source.SIRENE, paths, selection.as_json(), understand, sirene.READY, by=by, bar=bar, on=on)


def import_rna(
    paths: Sequence[Path],
    selection: rna.Selection,
    *,
    by: Actor,
    bar: Told,
    numbers: Path | None = None,
    on: date | None = None,
) -> Run:
    """Load the RNA's files and bring the directory to what they say; the same in all else as `import_sirene`.

    numbers  a list of RNA numbers or SIREN, one a line, that associations must belong to.
    """

    selection = replace(selection, territory=_key_of(selection.territory))

    def understand(space: Workspace, tables: list[Table]) -> Found:
        return rna.understand(
            space,
            tables,
            selection,
            known=_copied(space, "SELECT number, digest FROM registers_association", "known.csv"),
            recorded=_copied(
                space,
                "SELECT siren FROM community_organisation WHERE siren IS NOT NULL"
                " UNION ALL SELECT rna FROM community_organisation WHERE rna IS NOT NULL",
                "recorded.csv",
            ),
            communes=written(communes, space.folder / "communes.csv"),
            cities=written(_cities(), space.folder / "cities.csv"),
            numbers=numbers and _listed(numbers, space.folder / "listed.csv"),
        )

    communes = _communes(selection.territory)
    return _run(Source.RNA, paths, selection.as_json(), understand, rna.READY, by=by, bar=bar, on=on)


def look_at_list(path: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The columns of a list and its first rows, to see what is what before anything is read.

    Raises `Refused` when the file cannot be read.
    """
    with workspace(lambda step, done, total: None) as space:
        try:
            table = _only_table(_opened([path], space))
            columns = {f"c{rank}": column for rank, column in enumerate(table.columns)}
            space.read(table, "rows", columns, f"SELECT rank, {', '.join(columns)} FROM given", "Liste")  # noqa: S608  our own names
        except Unreadable as unreadable:
            raise Refused(str(unreadable)) from unreadable
        first = list(space.rows("SELECT * EXCLUDE (rank) FROM rows ORDER BY rank LIMIT 3"))
        return table.columns, [dict(zip(table.columns, row, strict=True)) for row in first]


def import_list(
    path: Path,
    code: str,
    *,
    mapping: Mapping[str, str],
    by: Actor,
    bar: Told,
    name: str = "",
    url: str = "",
    licence: str = "",
    on: date | None = None,
) -> Run:
    """Enter and complete the organisations of a list; the mapping is kept for the next time.

    mapping  our names of values -> the list's columns.
    Raises `Refused` as `import_sirene` does, and when the name is not among the columns.
    """
    if "name" not in mapping:
        raise Refused("Dites quelle colonne donne le nom : --map nom=Colonne.")
    with transaction():
        source = keep_list_source(
            code=code, name=name, url=url, licence=licence, mapping=mapping, by=by, at=timezone.now()
        )
    teller = _Teller(bar, by)
    digest, size = _digest([path])
    with alone(), _begun(teller, Source.LIST, [path], digest, size, {"mapping": dict(mapping)}, by, code) as begun:
        with workspace(teller) as space:
            table = _only_table(_opened([path], space))
            if missing := table.missing(mapping.values()):
                raise Unreadable(f"{table.name} n’a pas les colonnes : {', '.join(missing)}.")
            space.read(table, "rows", mapping, f"SELECT rank, {', '.join(mapping)} FROM given", "Liste")  # noqa: S608  our own names
            total = space.number("SELECT count(*) FROM rows")
            with transaction():
                run = understand_run(
                    run=begun,
                    read=total + space.broken(),
                    kept=total,
                    unchanged=0,
                    rejected=0,
                    left_out={},
                    file_on=on or day_in_names([path]) or timezone.localdate(),
                    by=by,
                    at=timezone.now(),
                )
            run = _enter_list(run, source, space, mapping, total, teller, by)
            run = _rejected(run, space, [], by)
        return _finished(run, teller, by)


def _enter_list(
    run: Run, source: ListSource, space: Workspace, mapping: Mapping[str, str], total: int, teller: _Teller, by: Actor
) -> Run:
    every = list(space.rows(f"SELECT rank, {', '.join(mapping)} FROM rows ORDER BY rank"))  # noqa: S608  our own names
    places: dict[str, Place | None] = {"": None}
    faults: list[tuple[int, str, str, str, str]] = []
    # A run taken up again reads all of its rows again, and counts them once.
    with transaction():
        run = restart_counts(run=run, by=by, at=timezone.now())
    for start in range(0, total, _LIST_BLOCK):
        rows = []
        for rank, *values in every[start : start + _LIST_BLOCK]:
            row = lists.read(rank, dict(zip(mapping, values, strict=True)), mapping)
            column = mapping.get("commune", mapping.get("postal_code", ""))
            if row.commune not in places:
                places[row.commune] = _place_named(row.commune)
            if row.commune and places[row.commune] is None:
                row.blanked.append((column, row.commune, "Cette commune n’est pas reconnue, ou il y en a plusieurs."))
            faults += [(rank, *blanked, BLANKED) for blanked in row.blanked]
            if row.stopped:
                faults.append((rank, *row.stopped, LEFT))
            else:
                rows.append(row)
        with transaction():
            faults += take_list(run=run, source=source, rows=rows, places=places, by=by, at=timezone.now())
        teller(LOADING, start + len(rows), total)
    space.blame(faults)
    with transaction():
        return count_rejects(run=run, rejected=space.rejected(), by=by, at=timezone.now())


def _place_named(text: str) -> Place | None:
    """The commune of a text: its INSEE code, or its name with its postal code; none when there is a doubt."""
    codes = [f"commune-{word}" for word in text.split() if len(word) == 5]
    if not any(character.isalpha() for character in text.replace("2A", "").replace("2B", "")):
        found = Place.objects.filter(pk__in=codes, is_current=True)[:2]
        if len(found) == 1:
            return found[0]
    return read_place(text, (PlaceKind.COMMUNE,)).place


def _only_table(tables: list[Table]) -> Table:
    if len(tables) != 1:
        raise Unreadable("Une liste tient en un seul tableau : l’archive en contient plusieurs.")
    return tables[0]


def _run(
    source: Source,
    paths: Sequence[Path],
    selection: dict[str, Any],
    understand: Callable[[Workspace, list[Table]], Found],
    ready: str,
    *,
    by: Actor,
    bar: Told,
    on: date | None,
) -> Run:
    teller = _Teller(bar, by)
    digest, size = _digest(paths)
    with alone(), _begun(teller, source, paths, digest, size, selection, by) as begun:
        with workspace(teller) as space:
            found = understand(space, _opened(paths, space))
            with transaction():
                run = understand_run(
                    run=begun,
                    read=found.read,
                    kept=found.kept,
                    unchanged=found.unchanged,
                    rejected=space.rejected(),
                    left_out=found.left_out,
                    file_on=on or day_in_names(paths) or (date.fromisoformat(found.file_on) if found.file_on else None),
                    by=by,
                    at=timezone.now(),
                )
            run = _load(run, space.export(ready, "ready.csv"), found.kept - found.unchanged, teller, by)
            run = _rejected(run, space, doubles_of(run), by)
        return _finished(run, teller, by)


def _load(run: Run, ready: Path, total: int, teller: _Teller, by: Actor) -> Run:
    """Hand the blocks over, two at a time when there are many: each is a transaction of its own."""
    done = 0
    teller(LOADING, 0, total)
    if total <= BLOCK:
        for rows, block in blocks(ready, BLOCK):
            _take(run, rows, block, by)
            done += rows
    else:
        given = blocks(ready, BLOCK)
        # The first alone: into an empty directory, the others are planned for a table that was counted with it.
        rows, block = next(given)
        done += _take(run, rows, block, by)
        teller(LOADING, done, total)
        with transaction():
            count_for_the_planner(unless=BLOCK, by=by, at=timezone.now())
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            waiting: deque[Future[int]] = deque()
            for rows, block in given:
                waiting.append(pool.submit(_take_apart, run, rows, block, by))
                # As many blocks in memory as are being written, and the next.
                if len(waiting) > _AT_ONCE:
                    done += waiting.popleft().result()
                    teller(LOADING, done, total)
            while waiting:
                done += waiting.popleft().result()
                teller(LOADING, done, total)
    teller(LOADING, done, total)
    run.refresh_from_db()
    return run


def _take(run: Run, rows: int, block: bytes, by: Actor) -> int:
    with transaction():
        take(run=run, rows=rows, block=block, by=by, at=timezone.now())
    return rows


def _take_apart(run: Run, rows: int, block: bytes, by: Actor) -> int:
    """The same in a thread, whose connection nobody else would close."""
    try:
        return _take(run, rows, block, by)
    finally:
        connection.close()


def _rejected(run: Run, space: Workspace, doubles: list[tuple[str, str]], by: Actor) -> Run:
    """Keep the file of what was left aside, and of the records that two numbers of one association show to be one."""
    reason = "Une fiche porte ce RNA, une autre son SIREN {} : c’est la même association."
    more = [("", "", "RNA", rna, reason.format(siren), "à réunir") for siren, rna in doubles]
    rejects = space.folder / "rejects.csv"
    if space.write_rejects(rejects, more):
        with transaction():
            run = keep_rejects(run=run, rejects=rejects, by=by, at=timezone.now())
    return run


def _finished(run: Run, teller: _Teller, by: Actor) -> Run:
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


@contextmanager
def _begun(
    teller: _Teller,
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


def _digest(paths: Sequence[Path]) -> tuple[str, int]:
    try:
        return digest_of(paths)
    except Unreadable as unreadable:
        raise Refused(str(unreadable)) from unreadable


def _opened(paths: Sequence[Path], space: Workspace) -> list[Table]:
    tables: list[Table] = []
    for rank, path in enumerate(paths):
        folder = space.folder / str(rank)
        folder.mkdir()
        tables += tables_of(path, folder, lambda done, total: space.told("Ouverture des fichiers", done, total))
    return tables


def _copied(space: Workspace, query: str, name: str) -> Path:
    """What a query of the platform's database gives, as a CSV of ours."""
    path = space.folder / name
    with (
        connection.cursor() as cursor,
        path.open("wb") as file,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy,
    ):
        for block in copy:
            file.write(block)
    return path


def _listed(path: Path, to: Path) -> Path:
    """The numbers of a list, one a line in its first column: a SIREN (or the one of a SIRET), or an RNA."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    numbers = []
    for line in text.splitlines():
        try:
            identifier = understand_number(re.split("[;,\t]", line)[0])
        except Misread:
            continue
        numbers.append([identifier.siren or identifier.value])
    return written(numbers, to)


def _cities() -> list[tuple[str, str, str]]:
    """The postal codes, the name and the code of each commune."""
    communes = Place.objects.filter(kind=PlaceKind.COMMUNE, is_current=True)
    named = communes.values_list("postal_codes", "name", "code")
    return [(postal_code, name, code) for postal_codes, name, code in named for postal_code in postal_codes]


def _key_of(territory: str) -> str:
    """The key of the place that a text names, by its key or by its name; "" for the whole country.

    Raises `Refused` when there is a doubt, with the places that it may be.
    """
    if not territory or Place.objects.filter(pk=territory).exists():
        return territory
    reading = read_place(territory)
    if reading.place:
        return reading.place.key
    which = " ; ".join(f"{one.label} ({one.detail}) : {one.place.key}" for one in reading.candidates)
    if not which:
        raise Refused(
            f"« {territory} » n’est ni le nom ni la clé d’un lieu : par exemple Lot, departement-46 ou commune-46102."
        )
    if reading.guessed:
        raise Refused(f"Aucun lieu ne s’appelle « {territory} ». Donnez la clé de celui que vous cherchez : {which}.")
    raise Refused(f"« {territory} » peut désigner plusieurs lieux. Donnez la clé de celui que vous cherchez : {which}.")


def _communes(territory: str) -> list[tuple[str, str, bool]]:
    """The codes that files may give: the commune that each leads to, and whether the territory holds it."""
    every = Place.objects.filter(kind=PlaceKind.COMMUNE, is_current=True)
    inside = set(every.inside(territory).values_list("key", flat=True)) if territory else set()
    codes = dict(OtherName.objects.exclude(code="").values_list("code", "place_id"))
    codes |= dict(every.values_list("code", "key"))
    return [(code, key, not territory or key in inside) for code, key in sorted(codes.items())]


_DAY_IN_NAME: Final = re.compile(r"(?<!\d)(20\d{2})[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])?(?!\d)")


def day_in_names(paths: Sequence[Path]) -> date | None:
    """The day that the name of a file gives: "rna_waldec_20261101.zip", "StockUniteLegale-2026-11.zip"."""
    for path in paths:
        if found := _DAY_IN_NAME.search(path.stem):
            year, month, day = found.groups(default="1")
            try:
                return date(int(year), int(month), int(day))
            except ValueError:
                continue
    return None
