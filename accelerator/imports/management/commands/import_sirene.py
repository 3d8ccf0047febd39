"""Load INSEE's files of legal units and establishments into the directory."""

import hashlib
import re
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accelerator.imports.management.running import run_import
from accelerator.imports.runs.registers import import_sirene
from accelerator.registers.sirene import Selection


class Command(BaseCommand):
    help = "Charge les fichiers Sirene de l’INSEE (StockUniteLegale, StockEtablissement) dans l’annuaire."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="CSV, zip, gzip ou Parquet, tels qu’ils sont publiés")
        parser.add_argument("--ess", action="store_true", help="les unités de l’économie sociale et solidaire")
        parser.add_argument("--mission", action="store_true", help="les sociétés à mission")
        parser.add_argument("--categories", default="", help="catégories juridiques ou leur début : « 92 5710 »")
        parser.add_argument("--territory", default="", help="lieu où est le siège : nom ou clé (departement-46)")
        parser.add_argument("--list", type=Path, help="fichier de SIREN, un par ligne")
        parser.add_argument("--all", action="store_true", help="toutes les personnes morales publiables")
        parser.add_argument("--on", type=date.fromisoformat, help="jour du fichier, si son nom ne le dit pas")

    def handle(self, *args: Any, **options: Any) -> None:
        """Without any kind asked, those of the social and solidarity economy and the mission-driven companies."""
        categories = tuple(options["categories"].replace(",", " ").split())
        if wrong := [one for one in categories if not re.fullmatch(r"\d{1,4}", one, re.ASCII)]:
            raise CommandError(f"« {wrong[0]} » n’est pas une catégorie juridique : un à quatre chiffres.")
        listed: Path | None = options["list"]
        if listed is not None and not listed.is_file():
            raise CommandError(f"Le fichier {listed} n’existe pas.")
        kinds = options["ess"] or options["mission"] or categories
        by_default = not (kinds or options["all"] or listed)
        selection = Selection(
            ess=options["ess"] or by_default,
            mission=options["mission"] or by_default,
            categories=categories,
            territory=options["territory"],
            sirens=hashlib.sha256(listed.read_bytes()).hexdigest() if listed else "",
        )
        run_import(
            self,
            "import-sirene",
            lambda by, bar: import_sirene(options["files"], selection, sirens=listed, on=options["on"], by=by, bar=bar),
        )
