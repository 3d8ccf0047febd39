"""Make the key that signs attestations, unless one signs already. Run again, it changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accelerator.credentials.operations import make_key
from accelerator.journal import System
from accelerator.workflow import transaction


class Command(BaseCommand):
    help = "Fait la clé qui signe les attestations, s’il n’y en a pas."

    def handle(self, *args: Any, **options: Any) -> None:
        """One operation. Raises `Refused` when a key signs, whose file is not on this machine."""
        with transaction():
            key = make_key(by=System("operator"), at=timezone.now())
        self.stdout.write(f"Clé de signature : {key.name}")
