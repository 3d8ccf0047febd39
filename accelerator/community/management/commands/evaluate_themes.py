"""Measure the suggestion of themes on labelled texts: `manage.py evaluate_themes FILE.csv [--learn OTHER.csv]`."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accelerator.community import measuring
from accelerator.community.models import Theme
from accelerator.community.suggestions import nomenclature

_WORST = 10


class Command(BaseCommand):
    help = "Mesure la suggestion de thèmes sur un fichier de textes étiquetés (colonnes « text » et « theme »)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--learn` gives other lines to what learns: never those that are measured."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--learn", type=Path, help="lignes étiquetées dont apprennent les points de comparaison")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what each way of suggesting is worth, then the rules theme by theme, then what they confuse."""
        themes = list(Theme.objects.filter(until="").order_by("position"))
        if not themes:
            raise CommandError("La nomenclature n’est pas chargée : lancez d’abord load_reference_data.")
        try:
            file = measuring.read(options["file"], themes)
            learnt = measuring.read(options["learn"], themes).lines if options["learn"] else []
        except measuring.UnreadableError as fault:
            raise CommandError(str(fault)) from fault
        for number, reason in file.rejects:
            self.stderr.write(f"Ligne {number} laissée : {reason}.")
        if not file.lines:
            raise CommandError("Aucune ligne à mesurer.")
        rules = nomenclature(themes)
        ways = [
            ("règles", measuring.ruled(rules)),
            ("règles, « probable » seulement", measuring.ruled(rules, probable_only=True)),
            ("mots de la nomenclature, tels quels", measuring.plain_words(themes)),
            ("thème le plus fréquent", measuring.most_frequent(learnt or file.lines)),
        ]
        if learnt:
            ways.append(("Bayes naïf, appris", measuring.learnt(learnt)))
        reports = [measuring.measure(name, suggest, file.lines) for name, suggest in ways]
        self.stdout.write(f"{len(file.lines)} textes, {reports[0].micro.expected} thèmes attendus.\n")
        self._table(
            ["", "précision", "rappel", "F1", "F1 moyen", "premier", "trois premiers", "rien à bon droit"],
            [
                [
                    report.name,
                    *map(_said, (report.micro.precision, report.micro.recall, report.micro.f1, report.macro)),
                    *map(_said, (report.first, report.first_three, report.silent)),
                ]
                for report in reports
            ],
        )
        labels = {theme.code: theme.label for theme in themes}
        by_theme = sorted(reports[0].themes.items(), key=lambda one: (one[1].f1, one[0]))
        self._table(
            ["Règles, thème par thème", "précision", "rappel", "F1", "attendus", "proposés"],
            [
                [
                    f"{code} {labels[code]}",
                    *map(_said, (score.precision, score.recall, score.f1)),
                    str(score.expected),
                    str(score.proposed),
                ]
                for code, score in by_theme
            ],
        )
        self._table(
            ["Attendu", "proposé d’abord", "fois"],
            [
                [labels[expected], labels.get(given, "rien"), str(count)]
                for (expected, given), count in reports[0].confused[:_WORST]
            ],
        )

    def _table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
        for row in [header, *rows]:
            cells = [
                cell.ljust(width) if column == 0 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            self.stdout.write("  ".join(cells).rstrip())
        self.stdout.write("")


def _said(share: float | None) -> str:
    return "—" if share is None else f"{share:.2f}".replace(".", ",")
