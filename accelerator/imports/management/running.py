"""What the commands that import have in common: the bar, the sentence of the end, the exit code."""

from collections.abc import Callable

from django.core.management.base import BaseCommand, CommandError

from accelerator.design.bar import Bar, duration
from accelerator.imports.runs.life import summary
from accelerator.journal import System
from accelerator.registers.models import Run
from accelerator.registers.queries import said_of
from accelerator.registers.workspace import Told
from accelerator.workflow import Refused

# The exit code of a refusal: nothing is broken, something is to be done first.
REFUSED = 3
_WHERE = "Le détail est sur /registres/imports, pour la modération et l’administration, une fois connectées."


def run_import(command: BaseCommand, name: str, work: Callable[[System, Told], Run]) -> None:
    """Run it, and say how it ended. Raises `CommandError` with the sentence of the refusal."""
    bar = Bar(command.stdout)
    try:
        run = work(System(name), bar)
    except Refused as refusal:
        bar.close()
        raise CommandError(refusal.message, returncode=REFUSED) from refusal
    except KeyboardInterrupt:
        bar.close()
        raise CommandError("Arrêté. La même commande reprendra où il en était.", returncode=130) from None
    bar.close()
    command.stdout.write(paragraph(run))


def paragraph(run: Run) -> str:
    """What a run did, in one paragraph."""
    counted = ["read", "kept", "new", "changed", "ceased", "withdrawn", "unchanged", "rejected"]
    said = ", ".join(said_of(run, name) for name in counted if name != "withdrawn" or run.withdrawn)
    seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at else 0
    rejects = f" Rejets, avec leur motif : {run.rejects.path}." if run.rejects else ""
    return f"{said}. {summary(run).capitalize()}. Durée : {duration(seconds)}.{rejects} {_WHERE}"
