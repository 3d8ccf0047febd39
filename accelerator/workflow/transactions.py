"""Transactions that say what they mean (after the idea of django-subatomic, which needs Python 3.12)."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.transaction import atomic

P = ParamSpec("P")
R = TypeVar("R")

_ASKED_BEFORE_KEPT: Final = 2

# Note [The transaction of a test does not count]
# Tests run inside a transaction of their own, which would hide a page that forgot to open one. So an operation
# looks at this mark, which only `transaction()` sets, and not at the connection.
_opened: ContextVar[bool] = ContextVar("transaction_opened", default=False)


@contextmanager
def transaction() -> Iterator[None]:
    """Open the transaction of one business operation. Raises `RuntimeError` inside another one."""
    if _opened.get():
        raise RuntimeError("Une transaction est déjà ouverte : une opération n'en ouvre pas, elle l'exige.")
    mark = _opened.set(True)
    try:
        with atomic():
            yield
    finally:
        _opened.reset(mark)


@contextmanager
def part() -> Iterator[None]:
    """A part of an operation that is undone alone when it raises: the rest of the transaction stands."""
    demand_transaction("part")
    with atomic():
        yield


@contextmanager
def read_only() -> Iterator[None]:
    """Run reads in a transaction in which the database refuses every write."""
    with atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


@contextmanager
def plans_kept() -> Iterator[None]:
    """Let the server keep the plans of what is asked inside, for as long as the connection lives.

    Note [A plan costs more than its answer]
    The six questions of the page of an organisation took the server 2.7 ms, 1.9 of them to plan. Asked for the third
    time on a connection, with values sent apart from the text, each is planned for the last time: 0.8 ms. Not for
    everything: Django writes some questions in a way that cannot be prepared (its ticket 20516), and a plan kept is of
    no use to what is rarely asked.
    """
    connection.ensure_connection()
    session: Any = connection.connection
    before = session.cursor_factory, session.prepare_threshold
    session.cursor_factory, session.prepare_threshold = ServerBindingCursor, _ASKED_BEFORE_KEPT
    try:
        yield
    finally:
        session.cursor_factory, session.prepare_threshold = before


def demand_transaction(name: str) -> None:
    """Raise `RuntimeError` unless the caller opened a transaction with `transaction()`."""
    if not _opened.get():
        raise RuntimeError(f"{name} exige une transaction ouverte par son appelant.")


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a verb of the business.

    Checked when declared: every parameter is keyword-only and `by` and `at` are among them (`TypeError`).
    Checked when called: the caller opened the transaction (`RuntimeError`).
    """
    parameters = inspect.signature(function).parameters
    if any(parameter.kind is not inspect.Parameter.KEYWORD_ONLY for parameter in parameters.values()):
        raise TypeError(f"{function.__qualname__} : les paramètres d'une opération sont nommés (*, …).")
    if not {"by", "at"} <= parameters.keys():
        raise TypeError(f"{function.__qualname__} : une opération dit qui (`by`) et quand (`at`).")

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        demand_transaction(function.__qualname__)
        return function(*args, **kwargs)

    return checked
