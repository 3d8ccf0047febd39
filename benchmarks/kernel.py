"""The search, in this process: the committed log of questions, warm, one at a time."""

import statistics
import time
from collections.abc import Callable

from accelerator.community.search import DIRECTORY
from accelerator.search.types import Answer, Question
from benchmarks import query_log
from benchmarks.report import Line, quantile

RUNS = 3


def measure_directory() -> list[Line]:
    """The directory's own index."""
    return _lines(DIRECTORY.search, aim="p50 ≤ 10, p95 ≤ 30 ms")


def _lines(search: Callable[[Question], Answer], aim: str = "") -> list[Line]:
    log = query_log.read()
    for logged in log:
        search(logged.question)
    times: dict[str, list[float]] = {}
    best: list[float] = []
    empty, capped, slowest = 0, 0, (0.0, "")
    for logged in log:
        runs = []
        for _ in range(RUNS):
            began = time.perf_counter()
            answer = search(logged.question)
            runs.append((time.perf_counter() - began) * 1000)
        times.setdefault(logged.kind, []).append(statistics.median(runs))
        best.append(min(runs))
        empty += not answer.ids
        capped += answer.capped
        slowest = max(slowest, (statistics.median(runs), logged.text))
    every = [one for some in times.values() for one in some]
    note = f"{len(log)} questions, {empty} sans réponse, {capped} au-delà du plafond"
    bare = []
    for sort in ("relevance", "name", "date"):
        for page in (1, 50):
            began = time.perf_counter()
            search(Question(sort=sort, page=page))
            bare.append((time.perf_counter() - began) * 1000)
    parts = [
        Line(f"— {kind}, p95", f"{quantile(some, 0.95):.1f} ms", "", f"{len(some)} questions")
        for kind, some in times.items()
    ]
    return [
        Line("recherche, p50", f"{quantile(every, 0.5):.1f} ms", "", note),
        Line(
            "recherche, p95",
            f"{quantile(every, 0.95):.1f} ms",
            aim,
            f"au mieux de {RUNS} : {quantile(best, 0.95):.1f} ms ; la plus lente : {slowest[0]:.1f} ms",
        ),
        *parts,
        Line("annuaire entier, trié ou non, pages 1 et 50", f"{max(bare):.1f} ms", aim, "la plus lente de six"),
    ]
