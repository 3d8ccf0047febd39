"""The committed files of the founding facts, read."""

import csv
from pathlib import Path
from typing import Final

from django.conf import settings

FACTS: Final = Path(settings.ROOT) / "data" / "founding"


def rows_of(path: Path) -> list[dict[str, str]]:
    """The lines of one file, by column."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def territories(folder: Path = FACTS) -> list[dict[str, str]]:
    """The lines of the labelled territories."""
    return rows_of(folder / "territories.csv")


def place_key(territory: dict[str, str]) -> str:
    """The place that a territory covers; empty when the sources give none."""
    return f"{territory['perimeter_kind']}-{territory['perimeter_code']}" if territory["perimeter_kind"] else ""


def place_keys(folder: Path = FACTS) -> set[str]:
    """The places that the founding facts need."""
    return {place_key(row) for row in territories(folder)} - {""}
