"""Enter a category of labels from a file, and its call: `manage.py load_label FILE… [--call CODE]`.

Run again with the same file, it changes nothing; with other criteria, they are a new version.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accelerator.calls.models import Call
from accelerator.calls.operations.founding import WRITTEN, load_call
from accelerator.journal import System
from accelerator.labels.operations.configuring import attach_call, load_category
from accelerator.workflow import Refused, transaction

LABELS = Path(settings.ROOT) / "data" / "labels"
BY = System("configuration")


class Command(BaseCommand):
    help = "Inscrit une catégorie de label, et l’appel permanent par lequel on y candidate."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="fichiers JSON ; sans fichier, ceux de data/labels")
        parser.add_argument(
            "--call", default="", help="fichier d’un appel écrit d’avance, ou identifiant d’un appel publié ici"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = options["files"] or sorted(LABELS.glob("*.json"))
        if options["call"] and len(files) != 1:
            raise CommandError("Un appel est celui d’une seule catégorie : donnez un seul fichier.")
        for file in files:
            try:
                written = json.loads(file.read_text())
                with transaction():
                    category = load_category(written=written, by=BY, at=timezone.now())
                    if options["call"]:
                        attach_call(category=category, call=_call(options["call"]), by=BY, at=timezone.now())
            except (OSError, json.JSONDecodeError) as error:
                raise CommandError(f"{file} : ce fichier ne se lit pas ({error}).") from error
            except Refused as refusal:
                raise CommandError(f"{file} : {refusal.message}") from refusal
            self.stdout.write(f"Label : {category.title}.")


def _call(named: str) -> Call:
    """The call that a file says, entered if needed; or one that is published here, by its identifier."""
    path = Path(named)
    if path.suffix == ".json":
        return load_call(code=path.stem, by=BY, at=timezone.now(), folder=path.parent if path.parent.name else WRITTEN)
    found = Call.objects.published().filter(public_id=named.rpartition("-")[2]).first()
    if found is None:
        raise Refused(f"Aucun appel publié ne porte l’identifiant {named}.")
    return found
