"""Give a role on the platform to someone who already has an account: the first administrator above all."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.community.operations.platform import appoint
from accelerator.community.states import PLATFORM_ROLES
from accelerator.geography.perimeters import UnknownPlace, perimeter_of
from accelerator.journal import System
from accelerator.workflow import Refused, transaction


class Command(BaseCommand):
    help = "Donne un rôle sur la plateforme à un compte existant : manage.py appoint nom@domaine.fr administrator"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="l’adresse du compte")
        parser.add_argument("role", choices=[role.value for role in PLATFORM_ROLES])
        parser.add_argument("--places", nargs="*", default=[], help="clés des lieux du périmètre (aucune : partout)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = Person.objects.with_email(options["email"])
        except Person.DoesNotExist:
            raise CommandError(
                "Aucun compte n’a cette adresse : la personne se connecte d’abord une fois sur le site."
            ) from None
        try:
            perimeter = perimeter_of(options["places"])
            with transaction():
                role = appoint(
                    person=person,
                    name=options["role"],
                    perimeter=perimeter,
                    by=System("command-line"),
                    at=timezone.now(),
                )
        except (Refused, UnknownPlace) as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{person.name} : {role.get_name_display()}.")
