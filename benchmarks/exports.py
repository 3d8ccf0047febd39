"""`python -m benchmarks.exports`: large exports of the directory, each in a process of its own, for its memory.

BENCH_SIZE=100000    organisations of the world
"""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks import ground

_WORD = "?q=association"


def main() -> None:
    """Each format, on what one common word finds."""
    if len(sys.argv) > 1:
        _measured(sys.argv[1])
        return
    with ground.running():
        ground.world()
        for kind in ("csv", "xlsx"):
            subprocess.run([sys.executable, "-m", "benchmarks.exports", kind], check=True)


def _measured(kind: str) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from accelerator.directory import exporting
    from accelerator.directory.operations.exports import ask_export
    from accelerator.directory.queries.searched import searched_as
    from accelerator.journal import System
    from accelerator.workflow import transaction

    searched = searched_as("organisations")
    before, began = _memory(), time.perf_counter()
    number = searched.directory.number_found(searched.read(_WORD))
    ground.log(f"compter « {_WORD} » : {time.perf_counter() - began:.1f} s, {number} organisations")
    with transaction():
        export = ask_export(
            searched=searched,
            name="Mesure",
            query=_WORD,
            kind=kind,
            number=number,
            person=None,
            by=System("bench"),
            at=timezone.now(),
        )
    began, used = time.perf_counter(), time.process_time()
    exporting.write(export.pk)
    seconds, computed = time.perf_counter() - began, time.process_time() - used
    path = exporting.folder() / Path(export.file_name).name
    ground.log(f"{kind} : {seconds:.1f} s, dont {computed:.1f} de calcul ici ; {path.stat().st_size / 1e6:.0f} Mo")
    ground.log(f"mémoire : {_memory():.0f} Mo au plus, {before:.0f} avant de commencer")
    path.unlink()
    export.delete()


def _memory() -> float:
    """The most that this process ever held, in megabytes."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
