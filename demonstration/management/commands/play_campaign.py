"""Play the demonstration campaign, stage by stage."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accelerator.design.bar import Bar
from accelerator.journal import System
from accelerator.workflow import transaction
from demonstration.campaign import STAGES, play, stage_of, told
from demonstration.operations import seed


class Command(BaseCommand):
    help = "Joue la campagne fictive des Pionniers (200 dossiers) jusqu’à une étape ; reprend là où elle en est."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--until", choices=STAGES, default="decided", help="déposée, lue, entendue ou décidée (par défaut)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by, at = System("demonstration"), timezone.now()
        with transaction():
            seed(by=by, at=at)
        reached = stage_of()
        done = STAGES.index(reached) + 1 if reached else 0
        bar = Bar(self.stdout)
        for stage in STAGES[done : STAGES.index(options["until"]) + 1]:
            with transaction():
                play(stage=stage, progress=bar, by=by, at=at)
        bar.close()
        self.stdout.write(f"Campagne de démonstration : {', '.join(told())}.")
