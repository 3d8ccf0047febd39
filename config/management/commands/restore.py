"""Put back the database and the uploaded files of an archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import archive


class Command(BaseCommand):
    help = "Restaure la base et les fichiers déposés d’une archive."
    # The database may be empty, or of another version of the code: nothing must be asked of it before.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="remplacer ce que la base contient déjà")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = archive.check(options["file"])
            if archive.holds_data() and not options["yes"]:
                raise CommandError(
                    "La base n’est pas vide : tout ce qu’elle contient, et les fichiers déposés, seraient remplacés. "
                    "Pour le vouloir : --yes"
                )
            archive.restore(options["file"], manifest)
        except archive.ArchiveError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Restauré : la sauvegarde du {manifest.made_at}, version {manifest.version}, "
            f"{len(manifest.checksums) - 1} fichiers déposés. Passez maintenant « manage.py migrate »."
        )
