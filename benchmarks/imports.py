"""From a file of INSEE's shape to organisations that are found; then the same file again.

Run in a process of its own (`python -m benchmarks.imports 1500000`), on a database of its own, both made ready by
another process, so that its memory is its own: the import's processes and those of PostgreSQL, each page counted once
(PSS), sampled each second. What the server shares between its processes (`shared_buffers`, a setting that serves
whoever searches, import or not) is said apart.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import ground
from benchmarks.report import Line, number
from config import embedded

DATABASE = "french_impact_imports"


def measure(size: int) -> list[Line]:
    """Measure, in another process, and say it."""
    command = [sys.executable, "-m", "benchmarks.imports", str(size)]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, cwd=Path(__file__).parent.parent)
    found = json.loads(said.stdout.splitlines()[-1])
    files = f"{found['megabytes']:.0f} Mo de CSV, {number(found['read'])} lignes"
    return [
        Line("fichier Sirene, jusqu’à ce qu’il soit cherché", f"{found['first']:.1f} s", "120 s", files),
        Line("dont lecture et chargement", f"{found['loading']:.1f} s", "55 s", ""),
        Line("dont index de la recherche", f"{found['first'] - found['loading']:.1f} s", "65 s", ""),
        Line("le même fichier une seconde fois", f"{found['second']:.1f} s", "40 s", f"{found['changed']} changement"),
        Line(
            "mémoire de l’import, au plus",
            f"{found['memory']:.0f} Mo",
            "1 000 Mo",
            "ses processus et ce que ceux de PostgreSQL ont à eux, chaque page une fois",
        ),
        Line(
            "à part, le tampon commun de PostgreSQL",
            f"{found['shared']:.0f} Mo",
            "",
            "shared_buffers, un réglage : il sert à qui cherche, import ou non (décision 44)",
        ),
    ]


class Memory(NamedTuple):
    """Megabytes: the import's processes, what the server's have of their own, what these share."""

    ours: float
    server: float
    shared: float

    @property
    def own(self) -> float:
        """What the import takes, and gives back at its end."""
        return self.ours + self.server


def _memory() -> Memory:
    server = int((embedded.data_folder("bench") / "postmaster.pid").read_text().split()[0])
    ours = sum(_megabytes(process)[0] for process in _family(os.getpid()))
    theirs = [_megabytes(process) for process in _family(server)]
    shared = sum(shared for _, shared in theirs)
    return Memory(ours, sum(whole for whole, _ in theirs) - shared, shared)


def _megabytes(process: int) -> tuple[float, float]:
    """All that is its share, and what of it is memory of the server's that its processes share."""
    try:
        counted = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0, 0  # it has just ended
    sizes = {
        name: int(size.split()[0]) / 1024 for name, _, size in (row.partition(":") for row in counted.splitlines()[1:])
    }
    return sizes.get("Pss", 0), sizes.get("Pss_Shmem", 0)


def _family(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(one for child in children for one in _family(int(child)))]


class _Sampled:
    """The most memory seen in each step."""

    def __init__(self) -> None:
        self.step = ""
        self.most: dict[str, Memory] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._ended.wait(1):
            step, seen = self.step, _memory()
            self.most[step] = max(self.most.get(step, seen), seen, key=lambda one: one.own)

    def __enter__(self) -> "_Sampled":
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._ended.set()
        self._thread.join()


def main(size: int) -> dict[str, Any]:
    """Make the files, import them twice, on a database that is thrown away."""
    with ground.running(), ground.thrown_away(DATABASE):
        os.environ["DATABASE_URL"] = ground.address(DATABASE)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
        return _measured(size)


def _measured(size: int) -> dict[str, Any]:
    import django

    with tempfile.TemporaryDirectory(prefix="french-impact-bench-") as scratch:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            files = apart.submit(_prepared, size, Path(scratch)).result()
        django.setup()
        from django.conf import settings

        from accelerator.imports.runs.registers import import_sirene
        from accelerator.journal import System
        from accelerator.registers.sirene import Selection

        settings.MEDIA_ROOT = Path(scratch) / "media"
        steps: dict[str, float] = {}
        memory = _Sampled()

        def bar(step: str, done: int, total: int) -> None:
            steps.setdefault(step, time.perf_counter())
            memory.step = step

        def run() -> tuple[float, Any]:
            began = time.perf_counter()
            made = import_sirene(files, Selection(ess=True, mission=True), by=System("bench"), bar=bar)
            return time.perf_counter() - began, made

        with memory:
            began = time.perf_counter()
            first, made = run()
            loading = steps["Index de la recherche"] - began
            second, again = run()
        for step, at in steps.items():
            most = memory.most.get(step)
            said = (
                f"  {most.own:5.0f} MB: {most.ours:.0f} + {most.server:.0f}, {most.shared:.0f} shared" if most else ""
            )
            sys.stderr.write(f"{at - began:7.1f} s  {step}{said}\n")
        return {
            "first": first,
            "loading": loading,
            "second": second,
            "changed": again.new + again.changed,
            "memory": max(one.own for one in memory.most.values()),
            "shared": max(one.shared for one in memory.most.values()),
            "read": made.read,
            "entered": made.entered,
            "megabytes": sum(path.stat().st_size for path in files) / 1e6,
        }


def _prepared(size: int, folder: Path) -> tuple[Path, Path]:
    """The schema, the places, the files."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from accelerator.geography.models import Place, PlaceKind
    from benchmarks import sirene

    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0, stdout=sys.stderr)
    communes = Place.objects.filter(kind=PlaceKind.COMMUNE, population__gt=0, is_current=True).order_by("key")
    files = sirene.write(
        size,
        folder,
        [
            (code, name, population or 0)
            for code, name, population in communes.values_list("code", "name", "population")
        ],
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return files


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))) + "\n")
