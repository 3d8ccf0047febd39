"""Places: rows whose perimeter touches another, and what people type."""

import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.transaction import atomic, set_rollback

from accelerator.geography.models import Place
from accelerator.geography.perimeters import perimeter_of, touching
from accelerator.geography.queries import find_places
from benchmarks.report import Line

ROWS = 100_000
SEED = 2018
ASKED = {
    "une commune (Figeac)": ["commune-46102"],
    "un EPCI (Grand-Figeac)": ["epci-200067361"],
    "un département (Lot)": ["departement-46"],
    "une région (Occitanie)": ["region-76"],
    "cinq départements": [f"departement-{code}" for code in ("46", "12", "48", "15", "30")],
    "la France entière": ["pays-FR"],
}
TYPED = ("figeac", "46100", "saint denis", "st", "paris", "lyon 3e", "la reunion", "figeac lot", "ville", "mont")
MISTYPED = ("fijeac", "strasbourgh", "marseile", "occitannie")


def measure() -> list[Line]:
    """In a transaction that is given up at the end: nothing is left behind."""
    with atomic():
        lines = _measured()
        set_rollback(True)
    return lines


def _measured() -> list[Line]:
    class Row(models.Model):
        objects: models.Manager[Any] = models.Manager()
        territories = ArrayField(models.CharField(max_length=24))
        territories_cover = ArrayField(models.CharField(max_length=24))

        class Meta:
            app_label = "geography"
            db_table = "bench_perimeter"
            indexes = [
                GinIndex(fields=["territories"], name="bench_territories", fastupdate=False),
                GinIndex(fields=["territories_cover"], name="bench_territories_cover", fastupdate=False),
            ]

        def __str__(self) -> str:
            return ", ".join(self.territories)

    covers: dict[str, dict[str, list[str]]] = {}
    for kind, key, cover in Place.objects.order_by("key").values_list("kind", "key", "cover"):
        covers.setdefault(kind, {})[key] = cover
    drawn = random.Random(SEED)
    kinds = drawn.choices(["commune", "epci", "departement", "region", "pays"], [64, 16, 12, 5, 3], k=ROWS)
    keys = {kind: list(places) for kind, places in covers.items()}
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    rows = []
    for kind in kinds:
        chosen = sorted({drawn.choice(keys[kind]) for _ in range(drawn.choice([1, 1, 1, 2, 4]))})
        cover = sorted({covering for key in chosen for covering in covers[kind][key]})
        rows.append(Row(territories=chosen, territories_cover=cover))
    Row.objects.bulk_create(rows, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE bench_perimeter")

    lines = []
    for said, asked in ASKED.items():
        found = Row.objects.filter(touching("territories", perimeter_of(asked)))
        spent = _spent(found.count)
        page = _spent(partial(list, found.order_by("-id")[:20]))
        held = f"{found.count():,} rangées".replace(",", " ")
        lines.append(Line(f"ce qui touche {said} : compter / lire 20", f"{spent:.1f} / {page:.1f} ms", "", held))
    for said, texts in (("lieu trouvé", TYPED), ("lieu mal écrit", MISTYPED)):
        each = [_spent(partial(find_places, text)) for text in texts]
        lines.append(Line(said, f"{statistics.median(each):.1f} ms", "", f"au plus {max(each):.1f} ms"))
    return lines


def _spent(call: Callable[[], object], runs: int = 7) -> float:
    """Milliseconds, warm: the median of several runs."""
    call()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
