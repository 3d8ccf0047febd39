"""Work done on many things, each apart: a fault keeps none of the others waiting, and is raised once all were tried.

Opens the transactions itself: for tasks and commands, never inside an operation.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

from django.db.models import Model

from accelerator.journal import ref
from accelerator.workflow.transactions import transaction

M = TypeVar("M", bound=Model)


class Apart:
    """What was done so far, and the faults; the works that follow each other share one, or a fault would hide another.

    what  what is worked on, for the one who reads the log: "labels".
    """

    def __init__(self, what: str) -> None:
        self.done = 0
        self._what = what
        self._faults: list[Exception] = []

    def each(self, things: Iterable[M], act: Callable[[Sequence[M]], int], *, together: int = 1) -> None:
        """Act on things, so many in one transaction; those of a transaction that fails are taken again one by one.

        act  returns how much it did; called again on what it failed upon, it finds all as it was.
        """
        waiting = iter(things)
        while some := list(islice(waiting, together)):
            self._try(some, act)

    def _try(self, some: Sequence[M], act: Callable[[Sequence[M]], int]) -> None:
        try:
            with transaction():
                done = act(some)
        except Exception as fault:
            if len(some) == 1:
                fault.add_note(ref(some[0]))
                self._faults.append(fault)
                return
        else:
            self.done += done
            return
        for one in some:
            self._try([one], act)

    def finished(self) -> int:
        """How much was done. Raises `ExceptionGroup` with the faults, each noted with the key of its thing."""
        if self._faults:
            raise ExceptionGroup(f"{self._what}: {self.done} done, {len(self._faults)} could not be", self._faults)
        return self.done
