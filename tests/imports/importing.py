"""The command, in a process that the test may kill; its blocks are small, and slow enough to be caught."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from accelerator.imports import runs  # noqa: E402
from accelerator.imports.management.commands.import_sirene import Command  # noqa: E402

runs.BLOCK = int(os.environ["IMPORT_BLOCK"])


def _slowly(work: Any) -> Any:
    def slow(**arguments: Any) -> Any:
        done = work(**arguments)
        time.sleep(0.05)
        return done

    return slow


runs.take = _slowly(runs.take)

if __name__ == "__main__":
    from django.core.management import call_command

    call_command(Command(), *(Path(path) for path in sys.argv[1:]))
