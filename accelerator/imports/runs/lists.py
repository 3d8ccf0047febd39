"""A list of organisations: looked at, then read and entered."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from django.utils import timezone

from accelerator.geography.models import Place, PlaceKind
from accelerator.geography.queries import read_place
from accelerator.imports import lists
from accelerator.imports.models import ListSource
from accelerator.imports.operations.lists import keep_list_source, take_list
from accelerator.imports.runs import life
from accelerator.journal import Actor
from accelerator.registers.models import Run
from accelerator.registers.operations import alone, count_rejects, restart_counts, understand_run
from accelerator.registers.reading import Table, Unreadable
from accelerator.registers.states import Source
from accelerator.registers.workspace import BLANKED, LEFT, Told, Workspace, workspace
from accelerator.workflow import Refused, transaction

_LIST_BLOCK: Final = 500


def look_at_list(path: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The columns of a list and its first rows, to see what is what before anything is read.

    Raises `Refused` when the file cannot be read.
    """
    with workspace(lambda step, done, total: None) as space:
        try:
            table = _only_table(life.opened([path], space))
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
    teller = life.Teller(bar, by)
    digest, size = life.digest([path])
    with alone(), life.begun(teller, Source.LIST, [path], digest, size, {"mapping": dict(mapping)}, by, code) as begun:
        with workspace(teller) as space:
            table = _only_table(life.opened([path], space))
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
                    file_on=on or life.day_in_names([path]) or timezone.localdate(),
                    by=by,
                    at=timezone.now(),
                )
            run = _enter_list(run, source, space, mapping, total, teller, by)
            run = life.rejected(run, space, [], by)
        return life.finished(run, teller, by)


def _enter_list(
    run: Run,
    source: ListSource,
    space: Workspace,
    mapping: Mapping[str, str],
    total: int,
    teller: life.Teller,
    by: Actor,
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
        teller(life.LOADING, start + len(rows), total)
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
