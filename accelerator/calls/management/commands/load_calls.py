"""Load the calls that are facts of the past. Run again, it changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accelerator.calls.operations.founding import load_call
from accelerator.journal import System
from accelerator.workflow import transaction

FACTS = ("pionniers-2018",)


class Command(BaseCommand):
    help = "Inscrit les appels écrits d’avance, faits publics et sourcés."

    def handle(self, *args: Any, **options: Any) -> None:
        """One operation, one transaction for each call."""
        for code in FACTS:
            with transaction():
                call = load_call(code=code, by=System("founding-facts"), at=timezone.now())
            self.stdout.write(f"Appel : {call.title}.")
