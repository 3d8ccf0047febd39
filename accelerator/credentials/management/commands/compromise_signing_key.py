"""Declare that a key may be in other hands (docs/operating.md says what to do next)."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accelerator.credentials.operations import compromise_key
from accelerator.journal import System
from accelerator.workflow import Refused, transaction


class Command(BaseCommand):
    help = "Déclare qu’une clé n’est plus sûre depuis un moment ; une autre signe à sa place."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="le nom de la clé : z6Mk…")
        parser.add_argument("--since", required=True, help="depuis quand : 2026-11-27T10:30, à l’heure de Paris")
        parser.add_argument("--reason", required=True, help="ce qui s’est passé ; gardé dans le journal")

    def handle(self, *args: Any, **options: Any) -> None:
        """One operation."""
        try:
            since = datetime.fromisoformat(options["since"])
        except ValueError:
            raise CommandError("Le moment s’écrit 2026-11-27T10:30.") from None
        since = since if since.tzinfo else since.replace(tzinfo=timezone.get_default_timezone())
        try:
            with transaction():
                key = compromise_key(
                    name=options["key"],
                    since=since,
                    by=System("operator"),
                    at=timezone.now(),
                    reason=options["reason"],
                )
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"La clé n’est plus reconnue. Signe désormais : {key.name}")
