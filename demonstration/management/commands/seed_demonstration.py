"""Make the fictitious people of the demonstration. Run again, it changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accelerator.journal import System
from accelerator.workflow import transaction
from demonstration.operations import seed


class Command(BaseCommand):
    help = "Crée les personnes et les organisations fictives de la démonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction():
            people = seed(by=System("demonstration"), at=timezone.now())
        self.stdout.write(f"Démonstration prête : {len(people)} personnes fictives.")
