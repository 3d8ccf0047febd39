"""The nightly search for records that may be the same, over the whole directory."""

import time

from django.db import connection
from django.db.transaction import set_rollback
from django.utils import timezone

from accelerator.community.models import Duplicate, Organisation
from accelerator.community.operations.duplicates import find_duplicates
from accelerator.journal import System
from accelerator.workflow import transaction
from benchmarks.report import Line, number

# One record in so many is written twice: as an association, without its number; one in two with a letter too many.
TWINS = 100
_WRITE_TWICE = """
    INSERT INTO community_organisation ({columns})
    SELECT {values} FROM community_organisation WHERE id %% %(twins)s = 0 AND siren IS NOT NULL AND seat_id IS NOT NULL
"""


def measure() -> list[Line]:
    """In a transaction that is given up at the end: nothing is left behind."""
    with transaction():
        lines = _measured()
        set_rollback(True)
    return lines


def _measured() -> list[Line]:
    columns = [field.column for field in Organisation._meta.concrete_fields if field.column != "id"]
    changed = {
        "public_id": "'t' || substring(public_id FROM 2)",
        "siren": "NULL",
        "identity": "'declared'",
        "name": "left('ASSOCIATION ' || name || CASE WHEN id %% 200 = 0 THEN 's' ELSE '' END, 200)",
    }
    values = [changed.get(column, column) for column in columns]
    with connection.cursor() as cursor:
        statement = _WRITE_TWICE.format(columns=", ".join(columns), values=", ".join(values))
        cursor.execute(statement, {"twins": TWINS})
        planted = cursor.rowcount
    size, by, at = Organisation.objects.count(), System("benchmark"), timezone.now()
    times = []
    for _ in range(2):
        began = time.perf_counter()
        found = find_duplicates(by=by, at=at)
        times.append(time.perf_counter() - began)
    # A twin is found when it stands in some pair.
    numbers = Duplicate.objects.filter(second__siren__isnull=True, second__public_id__startswith="t")
    twins = numbers.values("second").distinct().count()
    note = f"{number(found)} paires ; {number(twins)} des {number(planted)} fiches écrites deux fois retrouvées"
    again = f"une seconde nuit, rien ne change : {times[1]:.0f} s"
    return [Line(f"doublons probables parmi {number(size)} fiches", f"{times[0]:.0f} s", "", f"{note} ; {again}")]
