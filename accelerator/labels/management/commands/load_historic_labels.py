"""Enter the labels of the historic call. Run again, it changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accelerator.journal import System
from accelerator.labels.operations.historic import load_historic_labels
from accelerator.workflow import Refused, transaction


class Command(BaseCommand):
    help = "Inscrit au registre les 27 territoires labellisés en 2019, chacun avec sa source."

    def handle(self, *args: Any, **options: Any) -> None:
        """One operation, one transaction; what lacks is said, and stops nothing else."""
        try:
            with transaction():
                added = load_historic_labels(by=System("founding-facts"), at=timezone.now())
        except Refused as refusal:
            self.stderr.write(refusal.message)
            return
        self.stdout.write(f"Labels historiques : {added} inscrits.")
