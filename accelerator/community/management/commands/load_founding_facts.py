"""Load the founding facts: 27 labelled territories, 18 pioneers. Run again, it changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accelerator.community.operations.founding import load_founding_facts
from accelerator.journal import System
from accelerator.workflow import transaction


class Command(BaseCommand):
    help = "Inscrit les faits fondateurs : 27 territoires labellisés et 18 pionniers, chacun avec sa source."

    def handle(self, *args: Any, **options: Any) -> None:
        """One operation, one transaction."""
        with transaction():
            changed = load_founding_facts(by=System("founding-facts"), at=timezone.now())
        self.stdout.write(f"Faits fondateurs : {changed} fiches inscrites ou corrigées.")
