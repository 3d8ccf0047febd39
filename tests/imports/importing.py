"""The command, in a process that the test may kill; its blocks are small, and slow enough to be caught."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from accelerator.imports.management.commands.import_sirene import Command  # noqa: E402
from accelerator.imports.runs import registers  # noqa: E402

registers.BLOCK = int(os.environ["IMPORT_BLOCK"])


def _slowly(work: Any) -> Any:
    def slow(**arguments: Any) -> Any:
        done = work(**arguments)
        time.sleep(0.05)
        return done

    return slow


registers.take = _slowly(registers.take)

if __name__ == "__main__":
    from django.core.management import call_command

    call_command(Command(), *(Path(path) for path in sys.argv[1:]))
