"""What it costs to assign reviewers at the size of the largest campaign: `python -m benchmarks.assignment`.

5,000 files that ask for 1 to 3 themes each, read 7 times by 600 reviewers who know 3 to 8 of 40 themes, a third of whom
look at some départements only; 2 % of the pairs are in conflict; a tenth of the reviewers are away for a part of the
time. All of it is drawn from a seed.
"""

import random
import resource
import sys
import time
from collections import Counter
from datetime import date, timedelta

from accelerator.calls.assignment import File, Plan, Reader, assign

FIRST, LAST = date(2026, 1, 5), date(2026, 2, 15)


def question(
    files: int, readers: int, wanted: int, seed: int = 3
) -> tuple[list[File], list[Reader], set[tuple[int, int]]]:
    """The files, the reviewers and the pairs that may not be."""
    draw = random.Random(seed)  # the same campaign each time
    themes = [f"T{number:02}" for number in range(40)]
    places = [f"departement-{number:02}" for number in range(1, 96)]
    most = round(files * wanted / readers * 1.4)
    people = [
        Reader(
            key=number,
            most=most,
            themes=frozenset(draw.sample(themes, draw.randint(3, 8))),
            places=frozenset(draw.sample(places, draw.randint(3, 12)) if draw.random() < 1 / 3 else ()),
            away=((FIRST, FIRST + timedelta(days=draw.randint(1, 20))),) if draw.random() < 0.1 else (),
        )
        for number in range(readers)
    ]
    asked = [
        File(
            key=number,
            wanted=wanted,
            themes=frozenset(draw.sample(themes, draw.randint(1, 3))),
            places=frozenset([draw.choice(places), "pays-FR"]),
        )
        for number in range(files)
    ]
    apart = {(draw.randrange(files), draw.randrange(readers)) for _ in range(files * readers // 50)}
    return asked, people, apart


def told(plan: Plan, wanted: int, files: int) -> list[str]:
    """What the plan is worth."""
    loads = sorted(plan.loads.values())
    read = Counter(pairing.file for pairing in plan.pairings)
    return [
        f"relectures données : {len(plan.pairings)} sur {files * wanted}",
        f"charges : de {loads[0]} à {loads[-1]}, médiane {loads[len(loads) // 2]}",
        f"relecteurs par dossier : de {min(read.values())} à {max(read.values())}",
        f"dossiers dont un thème ou le territoire n’est connu de personne : {len(plan.uncovered)}",
        f"paires avec une expertise demandée : {sum(bool(one.themes) for one in plan.pairings)}",
    ]


def main(files: int = 5000, readers: int = 600, wanted: int = 7) -> None:
    asked, people, apart = question(files, readers, wanted)
    start, busy = time.perf_counter(), time.process_time()
    plan = assign(asked, people, apart=apart, first=FIRST, last=LAST)
    spent, busy = time.perf_counter() - start, time.process_time() - busy
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{files} dossiers lus {wanted} fois par {readers} experts")
    print(f"{spent:.1f} s, dont {busy:.1f} s de processeur ; {memory:.0f} Mo")
    print("\n".join(told(plan, wanted, files)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
