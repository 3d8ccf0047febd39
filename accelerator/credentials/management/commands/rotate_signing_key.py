"""Replace the key that signs attestations: every year, or when who may read it changes (docs/operating.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accelerator.credentials.operations import rotate_key
from accelerator.journal import System
from accelerator.workflow import Refused, transaction


class Command(BaseCommand):
    help = "Remplace la clé qui signe les attestations ; ce que l’ancienne a signé se vérifie toujours."

    def handle(self, *args: Any, **options: Any) -> None:
        """One operation."""
        try:
            with transaction():
                key = rotate_key(by=System("operator"), at=timezone.now())
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"Nouvelle clé de signature : {key.name}")
