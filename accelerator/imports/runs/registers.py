"""The files of a register, Sirene or the RNA: read, compared with what is known, handed over block after block."""

import re
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from django.utils.timezone import localdate

from accelerator.geography.models import OtherName, Place, PlaceKind
from accelerator.geography.queries import read_place
from accelerator.imports.operations.registers import count_for_the_planner, take
from accelerator.imports.queries import doubles_of
from accelerator.imports.runs import life
from accelerator.journal import Actor
from accelerator.registers import rna, sirene
from accelerator.registers.identifiers import Misread
from accelerator.registers.identifiers import understand as understand_number
from accelerator.registers.models import Run
from accelerator.registers.operations import alone, understand_run
from accelerator.registers.reading import Table
from accelerator.registers.sirene import Found
from accelerator.registers.states import Source
from accelerator.registers.workspace import Told, Workspace, blocks, workspace, written
from accelerator.workflow import Refused, transaction
from accelerator.workflow.dates import said

BLOCK: Final = 50_000
_AT_ONCE: Final = 2
_KNOWN_UNITS: Final = "SELECT siren, digest, sites_digest, seat_opposes FROM registers_unit"


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
    Raises `Refused` when another import runs, when a file cannot be read, when the territory is unknown, for files
    older than those that were loaded, for a day to come.
    """

    selection = replace(selection, territory=_key_of(selection.territory))

    def understand(space: Workspace, tables: list[Table]) -> Found:
        return sirene.understand(
            space,
            tables,
            selection,
            known=_copied(space, _KNOWN_UNITS, "known.csv"),
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
    if on and on > localdate():
        raise Refused(f"Le {said(on)} n’est pas encore venu : des fichiers ne peuvent pas être de ce jour.")
    teller = life.Teller(bar, by)
    digest, size = life.digest(paths)
    with alone(), life.begun(teller, source, paths, digest, size, selection, by) as begun:
        with workspace(teller) as space:
            found = understand(space, life.opened(paths, space))
            with transaction():
                run = understand_run(
                    run=begun,
                    read=found.read,
                    kept=found.kept,
                    unchanged=found.unchanged,
                    rejected=space.rejected(),
                    left_out=found.left_out,
                    file_on=on
                    or life.day_in_names(paths)
                    or (date.fromisoformat(found.file_on) if found.file_on else None),
                    by=by,
                    at=timezone.now(),
                )
            run = _load(run, space.export(ready, "ready.csv"), found.kept - found.unchanged, teller, by)
            run = life.rejected(run, space, doubles_of(run), by)
        return life.finished(run, teller, by)


def _load(run: Run, ready: Path, total: int, teller: life.Teller, by: Actor) -> Run:
    """Hand the blocks over, two at a time when there are many: each is a transaction of its own."""
    done = 0
    teller(life.LOADING, 0, total)
    if total <= BLOCK:
        for rows, block in blocks(ready, BLOCK):
            _take(run, rows, block, by)
            done += rows
    else:
        given = blocks(ready, BLOCK, first=BLOCK // 5)
        # The first alone: into an empty directory, the others are planned for a table that was counted with it.
        rows, block = next(given)
        done += _take(run, rows, block, by)
        teller(life.LOADING, done, total)
        with transaction():
            count_for_the_planner(unless=BLOCK, by=by, at=timezone.now())
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            waiting: deque[Future[int]] = deque()
            for rows, block in given:
                waiting.append(pool.submit(_take_apart, run, rows, block, by))
                # As many blocks in memory as are being written, and the next.
                if len(waiting) > _AT_ONCE:
                    done += waiting.popleft().result()
                    teller(life.LOADING, done, total)
            while waiting:
                done += waiting.popleft().result()
                teller(life.LOADING, done, total)
    teller(life.LOADING, done, total)
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
