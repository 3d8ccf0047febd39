"""Enter the organisations of a list, whatever its columns are called."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug

from accelerator.geography.names import plain
from accelerator.imports.lists import FIELDS, LABELS, proposed
from accelerator.imports.management.running import REFUSED, run_import
from accelerator.imports.models import ListSource
from accelerator.imports.runs.lists import import_list, look_at_list
from accelerator.workflow import Refused


class Command(BaseCommand):
    help = (
        "Inscrit dans l’annuaire les organisations d’une liste (CSV, classeur .xlsx), quelles que soient ses colonnes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="nom court de la liste : esus-2026")
        parser.add_argument("--name", default="", help="ce que la fiche dira de sa source : « Liste des ESUS »")
        parser.add_argument("--url", default="", help="où la liste est publiée")
        parser.add_argument("--licence", default="", help="sous quelle licence")
        parser.add_argument("--map", nargs="*", default=[], help='nom="Raison sociale" siret="N° SIRET"')
        parser.add_argument("--on", type=date.fromisoformat, help="jour de la liste, si son nom ne le dit pas")
        parser.add_argument("--yes", action="store_true", help="confirme la lecture proposée")

    def handle(self, *args: Any, **options: Any) -> None:
        """The first time, what each column is taken for is shown, and nothing is written before it is confirmed."""
        code = options["source"]
        try:
            validate_slug(code)
            columns, first = look_at_list(options["file"])
        except Refused as refusal:
            raise CommandError(refusal.message, returncode=REFUSED) from refusal
        except Exception as error:
            raise CommandError(f"« {code} » n’est pas un nom court : lettres sans accent, chiffres, tirets.") from error
        kept = ListSource.objects.filter(pk=code).first()
        mapping = {**(kept.mapping if kept else proposed(columns)), **self._asked(options["map"], columns)}
        mapping = {name: column for name, column in mapping.items() if column}
        for name, column in mapping.items():
            shown = " ; ".join(str(row.get(column) or "") for row in first)
            self.stdout.write(f"{FIELDS[name][0]} ← « {column} » ({shown})")
        if unread := [column for column in columns if column not in mapping.values()]:
            self.stdout.write(f"Non lues : {', '.join(unread)}.")
        if (kept is None or options["map"]) and not options["yes"]:
            first_time = "" if kept else ", --name (la source) et --licence (avec make : NAME= et LICENCE=)"
            raise CommandError(
                f"Rien n’est écrit. Si c’est bien cela, relancez avec --yes (avec make : YES=1){first_time} ; "
                "sinon corrigez : --map nom=Colonne (avec make : MAP=nom=Colonne).",
                returncode=REFUSED,
            )
        if kept is None and not (options["name"] and options["licence"]):
            raise CommandError(
                "La première fois, dites --name (la source) et --licence (avec make : NAME= et LICENCE=).",
                returncode=REFUSED,
            )
        run_import(
            self,
            "import-list",
            lambda by, bar: import_list(
                options["file"],
                code,
                mapping=mapping,
                name=options["name"],
                url=options["url"],
                licence=options["licence"],
                on=options["on"],
                by=by,
                bar=bar,
            ),
        )

    @staticmethod
    def _asked(given: list[str], columns: tuple[str, ...]) -> dict[str, str]:
        """What is said on the command line; an empty column is not read any more."""
        known = {plain(label): name for label, name in LABELS.items()}
        asked = {}
        for one in given:
            label, _, column = one.partition("=")
            if plain(label) not in known:
                raise CommandError(f"« {label} » n’est pas une information connue : {', '.join(LABELS)}.")
            if column and column not in columns:
                raise CommandError(f"« {column} » n’est pas une colonne du fichier : {', '.join(columns)}.")
            asked[known[plain(label)]] = column
        return asked
