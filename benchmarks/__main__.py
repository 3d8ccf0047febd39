"""`python -m benchmarks` (or `make bench`): prepares the data, measures, writes `results.md` and the README’s table.

BENCH_TRIAL=1        print only: nothing is written
BENCH_SIZE=100000    organisations; a world of this size is made once and kept: later runs bring its schema to date
BENCH_KEEP=1         leave the index of the last run as it is, instead of writing it again (which is measured)
BENCH_IMPORT=0       units of a file of INSEE's shape to import, twice (0: not measured)
BENCH_SECONDS=20     how long the visitors stay (30 at most)
"""

import os
import sys
from pathlib import Path

from benchmarks import ground, report
from benchmarks.ground import SIZE, WORLD, log, shown

HERE = Path(__file__).resolve().parent
COMMON = 200_000  # beyond, the usual way to search takes minutes to prepare
KEEP = bool(os.environ.get("BENCH_KEEP"))
IMPORT = int(os.environ.get("BENCH_IMPORT", "0"))
SECONDS = min(30, int(os.environ.get("BENCH_SECONDS", "20")))


def main() -> None:
    """Everything, in order."""
    with ground.running():
        measure()


def measure() -> None:
    """Prepare the world, then measure."""
    fresh, prepared = ground.world(keep=KEEP)
    from django.db import connection

    from benchmarks import credentials, elsewhere, imports, kernel, limit, load, naive, night, pages, places

    size = f"{report.number(SIZE)} organisations"
    lines: list[report.Heading | report.Line] = []
    if prepared:
        lines += [report.Heading(f"L’index écrit tout entier, {size}"), *shown(prepared)]
    lines += [report.Heading(f"Recherche dans le processus, {size}")]
    log("recherche")
    lines += shown(kernel.measure_directory())
    log("tantivy")
    lines += shown(limit.measure(fresh=fresh))
    if SIZE <= COMMON:
        lines += shown(naive.measure())
    log("pages")
    lines += [report.Heading(f"Pages (temps du serveur, réglages de production), {size}")]
    lines += shown(pages.measure())
    log("visiteurs")
    lines += [report.Heading(f"50 visiteurs à la fois pendant {SECONDS} s")]
    lines += shown(load.measure(SECONDS))
    log("lieux")
    lines += [report.Heading(f"Lieux et périmètres, {report.number(places.ROWS)} rangées")]
    lines += shown(places.measure())
    log("attestations")
    lines += [report.Heading(f"Attestations signées, {report.number(credentials.SIZE)} dans une liste")]
    lines += shown(credentials.measure())
    log("nuit")
    connection.close()
    lines += [report.Heading(f"Les travaux de la nuit, {size}")]
    lines += shown(night.measure(WORLD))
    if IMPORT:
        log("import d’un fichier Sirene")
        lines += [report.Heading(f"Import d’un fichier Sirene, {report.number(IMPORT)} unités")]
        lines += shown(imports.measure(IMPORT))
    lines += [report.Heading(elsewhere.HEADING), *elsewhere.LINES]
    text = report.table(lines)
    sys.stdout.write(text)
    if not os.environ.get("BENCH_TRIAL"):
        (HERE / "results.md").write_text(text, encoding="utf-8")
        readme = HERE.parent / "README.md"
        readme.write_text(report.shown_in(readme.read_text(encoding="utf-8"), lines, SIZE), encoding="utf-8")


if __name__ == "__main__":
    main()
