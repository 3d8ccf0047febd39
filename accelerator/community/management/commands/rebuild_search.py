"""Write the index of the directory again, whole; search and writing go on meanwhile."""

from typing import Any

from django.core.management.base import BaseCommand

from accelerator.community.search import DIRECTORY, every_entry
from accelerator.search.rebuild import rebuild


class Command(BaseCommand):
    help = "Reconstruit l’index de recherche de l’annuaire."

    def handle(self, *args: Any, **options: Any) -> None:
        """The entries are read in order of prominence."""
        total = rebuild(DIRECTORY, every_entry())
        if options["verbosity"]:
            self.stdout.write(f"Index de l’annuaire : {total} organisations.")
