"""Loading the places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from accelerator.geography.events import PLACES_LOADED
from accelerator.geography.models import Edition, OtherName, Place
from accelerator.geography.reference import NAME_COLUMNS, PLACE_COLUMNS, digest_of, rows_of
from accelerator.journal.actors import Actor
from accelerator.journal.operations import record
from accelerator.workflow import operation

PLACES: Final = Path(settings.ROOT) / "data" / "reference" / "places.csv.gz"


@dataclass(frozen=True)
class Loaded:
    """What a loading changed."""

    added: int = 0
    changed: int = 0
    left: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.left)


@operation
def load_places(*, by: Actor, at: datetime, path: Path = PLACES) -> Loaded:
    """Make the tables of places say what the file says; all or nothing.

    The same file read by the same code is recognised and nothing is done. A place that left the code is kept,
    because other records name it, but no longer current; other names are replaced as a whole.
    Records one event, if something changed. Raises `OSError` when the file cannot be read, `KeyError` when a name
    leads to no commune.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE geography_edition IN SHARE ROW EXCLUSIVE MODE")
    digest = digest_of(path)
    if Edition.objects.filter(subject="places", digest=digest).exists():
        return Loaded()
    places, names = rows_of(path)
    added, changed = _upsert(Place._meta.db_table, PLACE_COLUMNS, places)
    left = Place.objects.current().exclude(key__in=[row[0] for row in places]).update(is_current=False)
    names_added, names_changed = _upsert(OtherName._meta.db_table, NAME_COLUMNS, names)
    gone = OtherName.objects.exclude(key__in=[row[0] for row in names]).delete()[0]
    edition, _ = Edition.objects.update_or_create(subject="places", defaults={"digest": digest, "loaded_at": at})
    loaded = Loaded(added=added, changed=changed, left=left)
    if loaded or names_added or names_changed or gone:
        record(PLACES_LOADED.code, edition, by=by, at=at, added=added, changed=changed, left=left)
    return loaded


def _upsert(table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> tuple[int, int]:
    """Add the rows that are not there, mend those that differ; return how many of each. The first column is the key."""
    names = ", ".join(columns)
    values = ", ".join(columns[1:])
    new = ", ".join(f"excluded.{column}" for column in columns[1:])
    # Every name here is one of this module's own constants.
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE incoming (LIKE {table}) ON COMMIT DROP")
        with cursor.copy(f"COPY incoming ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"""
            WITH written AS (
                INSERT INTO {table} AS present ({names}) SELECT {names} FROM incoming
                ON CONFLICT ({columns[0]}) DO UPDATE SET ({values}) = ROW ({new})
                WHERE (present.{values.replace(", ", ", present.")}) IS DISTINCT FROM ({new})
                RETURNING (xmax = 0) AS added
            )
            SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM written
            """  # noqa: S608  as said above
        )
        added, changed = cursor.fetchone()
        cursor.execute("DROP TABLE incoming")
        cursor.execute(f"ANALYZE {table}")
    return added, changed
