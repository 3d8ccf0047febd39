"""The nomenclature of themes."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from accelerator.community.models import Theme
from accelerator.community.operations.themes import THEMES, load_themes
from accelerator.community.states import Family
from accelerator.journal import System
from accelerator.journal.models import Event

BY = System("test")


def test_the_nomenclature_is_loaded_with_the_reference_data() -> None:
    assert 38 <= Theme.objects.count() <= 45
    assert set(Theme.objects.values_list("family", flat=True)) == set(Family.values)
    assert all(theme.definition.endswith(".") and theme.words for theme in Theme.objects.all())


def test_loading_again_changes_nothing(perform: Callable[..., Any], at: datetime) -> None:
    events = Event.objects.count()
    assert perform(load_themes, by=BY, at=at) == 0
    assert Event.objects.count() == events


def test_a_theme_that_leaves_the_file_is_closed_and_kept(
    perform: Callable[..., Any], at: datetime, tmp_path: Path
) -> None:
    with THEMES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    shorter = tmp_path / "themes.csv"
    with shorter.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows([{**rows[1], "label": "Réemploi"}, *rows[2:]])
    assert perform(load_themes, by=BY, at=at, path=shorter) == len(rows)  # every position moved up, one is closed
    assert Theme.objects.get(pk=rows[0]["code"]).until == at.date().isoformat()
    assert Theme.objects.get(pk=rows[1]["code"]).label == "Réemploi"
    assert Event.objects.filter(code="community.themes_loaded", data__count=len(rows)).exists()
