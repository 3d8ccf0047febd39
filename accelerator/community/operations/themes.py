"""The nomenclature of themes."""

import csv
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import F

from accelerator.community.events import THEMES_LOADED
from accelerator.community.models import Theme
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.workflow import operation

THEMES = Path(settings.ROOT) / "data" / "reference" / "themes.csv"
_FIELDS = ["label", "family", "definition", "words", "position", "since", "until"]


@operation
def load_themes(*, by: Actor, at: datetime, path: Path = THEMES) -> int:
    """Make the nomenclature what the file says; return how many themes changed (0 when run again).

    A theme that left the file keeps its row, closed on the day of the load: records that name it stay readable.
    Search learns the new words when it is rebuilt (`rebuild_search`).
    """
    known = Theme.objects.in_bulk()
    read = list(_read(path))
    changed = [theme for theme in read if theme.pk not in known or _differs(theme, known[theme.pk])]
    codes = {theme.pk for theme in read}
    gone = [theme for code, theme in known.items() if code not in codes and not theme.until]
    if not changed and not gone:
        return 0
    # Positions are unique: those in place make room first.
    Theme.objects.update(position=F("position") + 1000)
    Theme.objects.bulk_create(read, update_conflicts=True, unique_fields=["code"], update_fields=_FIELDS)
    for theme in gone:
        Theme.objects.filter(pk=theme.pk).update(until=at.date().isoformat())
    record(THEMES_LOADED.code, *changed, *gone, by=by, at=at, count=len(changed) + len(gone))
    return len(changed) + len(gone)


def _read(path: Path) -> list[Theme]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Theme(
                code=row["code"],
                label=row["label"],
                family=row["family"],
                definition=row["definition"],
                words=row["words"].split(";"),
                position=position,
                since=row["since"],
                until=row["until"],
            )
            for position, row in enumerate(csv.DictReader(lines), start=1)
        ]


def _differs(read: Theme, known: Theme) -> bool:
    return any(getattr(read, name) != getattr(known, name) for name in _FIELDS)
