"""Write the index of the directory again, whole; search and writing go on meanwhile."""

from typing import Any

from django.core.management.base import BaseCommand

from accelerator.community.search import rebuild_directory


class Command(BaseCommand):
    help = "Reconstruit l’index de recherche de l’annuaire."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many organisations the index has."""
        total = rebuild_directory()
        if options["verbosity"]:
            self.stdout.write(f"Index de l’annuaire : {total} organisations.")
