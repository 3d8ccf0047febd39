"""Count the public figures now, as the worker does each night."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accelerator.journal import System
from accelerator.portal.operations import count_figures
from accelerator.workflow import transaction


class Command(BaseCommand):
    help = "Compte les chiffres publics du jour et en fait les dessins."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run again the same day, it replaces the figures of the day."""
        with transaction():
            census = count_figures(by=System("portal"), at=timezone.now())
        if options["verbosity"]:
            self.stdout.write(f"Chiffres du {census.day:%d/%m/%Y} : {census.measures.count()} mesures.")
