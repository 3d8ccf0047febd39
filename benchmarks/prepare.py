"""The database of the measures: schema, places, themes, organisations, index."""

import sys

from django.core.management import call_command
from django.db import connection

from accelerator.community.search import DIRECTORY, every_entry
from accelerator.search.rebuild import rebuild
from benchmarks import world


def prepare(size: int, *, fresh: bool) -> None:
    """Make everything, if the database is new; collect the static files in any case."""
    call_command("collectstatic", interactive=False, verbosity=0)
    if not fresh:
        return
    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0, stdout=sys.stderr)
    world.load(size)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('community_organisation', 'id'), %s)", [size])
        cursor.execute("VACUUM ANALYZE")
    call_command("load_founding_facts", verbosity=0, stdout=sys.stderr)
    rebuild(DIRECTORY, every_entry())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
