"""Load the reference data of every subject: places, themes. Run again, it changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Charge les données de référence (lieux, thèmes)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Each subject's own loader, lowest first."""
