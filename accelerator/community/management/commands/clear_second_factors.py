"""Take the second factors away from somebody who lost them: the last administrator above all."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.community.operations.platform import clear_second_factors
from accelerator.journal import System
from accelerator.workflow import Refused, transaction


class Command(BaseCommand):
    help = "Retire les seconds facteurs d’un compte : manage.py clear_second_factors nom@domaine.fr --reason « … »"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="l’adresse du compte")
        parser.add_argument("--reason", required=True, help="le motif, que la personne recevra")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = Person.objects.with_email(options["email"])
            with transaction():
                number = clear_second_factors(
                    person=person, reason=options["reason"], by=System("command-line"), at=timezone.now()
                )
        except Person.DoesNotExist:
            raise CommandError("Aucun compte n’a cette adresse.") from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{person.name} : {number} second(s) facteur(s) retiré(s), connexions fermées.")
