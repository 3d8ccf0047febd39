"""Those who read many documents, for a rebuild or an upkeep: this process alone, or several that share the work.

Note [A process of its own]
A document costs computing, and Python computes on one core: each reader is a process, with a connection of its own. It
is started afresh (no connection is inherited) and told everything that it needs: the address of the database, which
tests change, and what to call. It gives back whole rows, ready to be copied, in the order asked. This module imports no
model: it is read before Django is ready.
"""

import gc
import os
import pickle
import traceback
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Final

import django
from django.conf import settings
from django.db import connection

from accelerator.search.documents import Maker, take_positions
from accelerator.search.facets import Packing, Positions
from accelerator.search.types import Entry, shelf_of
from accelerator.workflow import transaction

Reader = Callable[[], Callable[[Sequence[int]], Iterable[Entry]]]
Counts = tuple[dict[str, int], dict[tuple[str, str], int]]

BLOCK: Final = 4000
FEW: Final = 20_000  # below, starting processes takes longer than reading
_AHEAD: Final = 2  # blocks given to each reader before its first is taken back
_ENDED: Final = 10.0  # seconds


def processes_for(count: int) -> int:
    """How many processes should read so many documents; one inside a transaction, whose rows no other would see."""
    if count < FEW or connection.in_atomic_block:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Hand:
    """Reads for one index, in the process where it is made."""

    def __init__(self, index: str, packing: Packing, reader: Reader) -> None:
        def place(values: Collection[tuple[str, str]]) -> Positions:
            with transaction():
                return take_positions(index, packing, values)

        self._read, self._maker = reader(), Maker(packing, place)

    def rows(self, ids: Sequence[int], first: int) -> bytes:
        """The rows of some documents, of which so many come before the first."""
        entries = list(self._read(ids))
        made = self._maker.make(entries)
        self._maker.sample(entries)
        return b"".join([document.copied(shelf_of(rank)) for rank, document in enumerate(made, first)])

    def counted(self) -> Counts:
        """What was counted on the way."""
        return self._maker.counted()


class Crew:
    """The readers of one rebuild or upkeep: `rows`, all of them, then `counted`."""

    def __init__(self, index: str, packing: Packing, reader: Reader, processes: int) -> None:
        self._given = (index, packing, reader)
        self._processes = processes
        self._counted: list[Counts] = []
        self._hired: list[tuple[BaseProcess, Connection]] = []

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.dismiss(at_once=kind is not None)

    def dismiss(self, *, at_once: bool = False) -> None:
        """End the readers; those that do not end by themselves are ended."""
        for process, line in self._hired:
            line.close()
            if at_once:
                process.terminate()
        for process, _ in self._hired:
            process.join(_ENDED)
            if process.is_alive():
                process.kill()
                process.join()
        self._hired.clear()

    def rows(self, ids: Sequence[int]) -> Iterable[bytes]:
        """The rows of these documents, in this order, some thousands at a time.

        Raises `RuntimeError` when a reader fails or dies. Alone, everything is read at once, before the caller copies
        anything on the connection that they share.
        """
        blocks = [ids[first : first + BLOCK] for first in range(0, len(ids), BLOCK)]
        if self._processes > 1:
            return self._from_others(blocks)
        reader = _Hand(*self._given)
        made = [reader.rows(block, turn * BLOCK) for turn, block in enumerate(blocks)]
        self._counted.append(reader.counted())
        return made

    def counted(self) -> Counts:
        """In how many documents each lexeme stands; how often each word is written in each way."""
        documents: Counter[str] = Counter()
        shown: Counter[tuple[str, str]] = Counter()
        for some, ways in self._counted:
            documents.update(some)
            shown.update(ways)
        return documents, shown

    def _from_others(self, blocks: list[Sequence[int]]) -> Iterator[bytes]:
        self._hire(min(self._processes, len(blocks)))
        lines = [line for _, line in self._hired]
        ahead = _AHEAD * len(lines)
        for turn in range(len(blocks) + ahead):
            line = lines[turn % len(lines)]
            if turn >= ahead:
                yield _heard(line)
            if turn < len(blocks):
                _say(line, (array("q", blocks[turn]), turn * BLOCK))
        for line in lines:
            _say(line, None)
            self._counted.append(_heard(line))
        self.dismiss()

    def _hire(self, count: int) -> None:
        context = get_context("spawn")
        given = pickle.dumps(self._given)
        for _ in range(count):
            ours, theirs = context.Pipe()
            told = (theirs, settings.SETTINGS_MODULE, dict(connection.settings_dict), given)
            process = context.Process(target=_work, args=told, daemon=True)
            process.start()
            theirs.close()
            self._hired.append((process, ours))


def _say(line: Connection, what: tuple[Sequence[int], int] | None) -> None:
    try:
        line.send(what)
    except OSError:
        raise RuntimeError("Un processus de lecture de l’index s’est arrêté.") from None


def _heard(line: Connection) -> Any:
    """What a reader answers."""
    try:
        answer = line.recv()
    except (EOFError, OSError):
        raise RuntimeError("Un processus de lecture de l’index s’est arrêté.") from None
    if isinstance(answer, str):
        raise RuntimeError(f"Un processus de lecture de l’index a échoué.\n{answer}")
    return answer


def _work(line: Connection, settings_module: str, database: dict[str, Any], given: bytes) -> None:
    """The life of a reader: identifiers, their rows; nothing, the counts; until its line is cut."""
    with suppress(EOFError, OSError):
        try:
            os.environ["DJANGO_SETTINGS_MODULE"] = settings_module
            django.setup()
            connection.settings_dict.update(database)
            gc.disable()  # millions of small objects, none in a circle: looking for circles took a third of the time
            reader = _Hand(*pickle.loads(given))  # noqa: S301  what our own parent sends
            while True:
                asked = line.recv()
                line.send(reader.rows(*asked) if asked else reader.counted())
        except (EOFError, OSError):
            pass
        except Exception:
            line.send(traceback.format_exc())
    connection.close()
