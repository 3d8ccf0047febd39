"""The database of the measures: schema, places, themes, organisations, index."""

import resource
import sys
import time

from django.core.management import call_command
from django.db import connection

from accelerator.community.models import OrganisationDocument
from accelerator.community.search import rebuild_directory
from benchmarks import desks, world
from benchmarks.report import Line


def prepare(size: int, *, fresh: bool, keep: bool = False) -> list[Line]:
    """Make everything, if the database is new; else bring its schema to date. The index is written again, or kept."""
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    if fresh:
        call_command("load_reference_data", verbosity=0, stdout=sys.stderr)
        world.load(size)
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('community_organisation', 'id'), %s)", [size])
            cursor.execute("VACUUM ANALYZE")
        call_command("load_founding_facts", verbosity=0, stdout=sys.stderr)
    desks.fill()
    if keep and not fresh:
        return []
    lines = _rebuild()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return lines


def _rebuild() -> list[Line]:
    began, before = time.perf_counter(), _computed()
    rebuild_directory()
    lasted, computed = time.perf_counter() - began, _computed() - before
    table = OrganisationDocument._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_table_size(%s), pg_indexes_size(%s)", [table, table])
        heap, indexes = cursor.fetchone()
    # In kilobytes: the largest of the readers, which all are alike, and this process.
    readers, own = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)
    )
    return [
        Line(
            "reconstruction, des fiches à la recherche",
            f"{lasted:.0f} s",
            "≤ 65 s à 1 500 000",
            f"dont {computed:.0f} s de calcul en Python, tous processus ; table {heap / 1e6:.0f} Mo, "
            f"index {indexes / 1e6:.0f} Mo",
        ),
        Line(
            "mémoire au plus haut",
            f"{own:.0f} Mo + {readers:.0f} Mo par lecteur",
            "≤ 1 Go",
            "mémoire résidente de nos processus ; sans la mémoire partagée de PostgreSQL, ni ses tris (deux de 64 Mo)",
        ),
    ]


def _computed() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
