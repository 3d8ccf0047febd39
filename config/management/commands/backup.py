"""Write the database and the uploaded files in one archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import archive


class Command(BaseCommand):
    help = "Sauvegarde la base et les fichiers déposés dans une archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="l’archive à écrire, par exemple sauvegarde-2026-11-23.tar")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = archive.back_up(options["file"])
        except archive.ArchiveError as error:
            raise CommandError(str(error)) from None
        size = options["file"].stat().st_size / 1_000_000
        files = len(manifest.checksums) - 1
        self.stdout.write(f"Sauvegarde écrite : {options['file']} ({size:.1f} Mo, {files} fichiers déposés).")
