"""What came from `community` keeps the names by which the database, the journal and people know it."""

import io
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command, get_commands

from accelerator.journal.models import Event
from accelerator.journal.types import ref
from accelerator.registers.models import Run
from tests.registers.files import unit, units_file


def test_its_table() -> None:
    tables = {model._meta.db_table for model in apps.get_app_config("imports").get_models()}
    assert tables == {"community_listsource"}


def test_its_commands() -> None:
    ours = {name for name, app in get_commands().items() if app == "accelerator.imports"}
    assert ours == {"import_sirene", "import_rna", "import_list"}


def test_what_the_journal_says_of_a_run(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    call_command("import_sirene", units_file(tmp_path, unit(1)), stdout=io.StringIO())
    run = Run.objects.get()
    (event,) = Event.objects.filter(about__contains=[ref(run)])
    assert (event.code, event.actor, event.about) == (
        "registers.imported",
        "system:import-sirene",
        [f"registers.run:{run.pk}"],
    )
