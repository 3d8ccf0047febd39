"""Load the RNA's files into the directory."""

import hashlib
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accelerator.imports.management.running import run_import
from accelerator.imports.runs.registers import import_rna
from accelerator.registers.rna import Selection


class Command(BaseCommand):
    help = "Charge les fichiers du répertoire national des associations (rna_waldec, rna_import) dans l’annuaire."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="CSV ou zip, tels qu’ils sont publiés")
        parser.add_argument("--territory", default="", help="lieu où est l’association : nom ou clé (departement-46)")
        parser.add_argument("--list", type=Path, help="fichier de numéros RNA ou SIREN, un par ligne")
        parser.add_argument("--on", type=date.fromisoformat, help="jour du fichier, si son nom ne le dit pas")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every association is of the social and solidarity economy: without a filter, all the living ones."""
        listed: Path | None = options["list"]
        if listed is not None and not listed.is_file():
            raise CommandError(f"Le fichier {listed} n’existe pas.")
        selection = Selection(
            territory=options["territory"],
            numbers=hashlib.sha256(listed.read_bytes()).hexdigest() if listed else "",
        )
        run_import(
            self,
            "import-rna",
            lambda by, bar: import_rna(options["files"], selection, numbers=listed, on=options["on"], by=by, bar=bar),
        )
