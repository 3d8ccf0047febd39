"""Things done at the same moment, each on a connection of its own, outside the test's transaction.

What is done there stays done: the test removes it.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def together(*functions: Callable[[], T]) -> list[T | BaseException]:
    """Run the functions at once, each in its thread; what each returned or raised, in order."""
    results: list[T | BaseException] = [RuntimeError("n'a pas fini")] * len(functions)
    gate = threading.Barrier(len(functions))

    def run(position: int, function: Callable[[], T]) -> None:
        try:
            gate.wait(timeout=10)
            results[position] = function()
        except BaseException as fault:
            results[position] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def elsewhere(function: Callable[[], T]) -> T:
    """Run on a connection of its own."""
    (result,) = together(function)
    if isinstance(result, BaseException):
        raise result
    return result
