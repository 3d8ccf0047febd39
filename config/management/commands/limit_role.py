"""Limit the SQL role of the web processes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.transaction import atomic

from config import roles


class Command(BaseCommand):
    help = "Donne à un rôle SQL ce qu’il faut aux processus web, et rien de plus ; à refaire après chaque « migrate »."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="le rôle de WEB_DATABASE_URL, par exemple impact_web")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with atomic():
                roles.limit(options["role"])
        except roles.RoleError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Le rôle « {options['role']} » lit et écrit ce que demandent les pages ; il ne peut ni changer une table, "
            "ni réécrire le journal. Les processus web s’en servent par WEB_DATABASE_URL."
        )
