"""Load the reference data of every subject: places, themes. Run again, it changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accelerator.community.operations.themes import load_themes
from accelerator.geography.operations import load_places
from accelerator.journal import System
from accelerator.workflow import transaction


class Command(BaseCommand):
    help = "Charge les données de référence (lieux, thèmes)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Each subject's own loader, lowest first; each in a transaction of its own."""
        by, at = System("reference-data"), timezone.now()
        with transaction():
            places = load_places(by=by, at=at)
        self.stdout.write(
            f"Lieux : {places.added} ajoutés, {places.changed} modifiés, {places.left} sortis du code officiel."
        )
        with transaction():
            themes = load_themes(by=by, at=at)
        self.stdout.write(f"Thèmes : {themes} ajoutés ou modifiés.")
