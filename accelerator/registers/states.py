"""Choices of the registers: the leaf."""

from django.db import models

from accelerator.workflow.transitions import Transition


class Source(models.TextChoices):
    """Which files a run reads."""

    SIRENE = "sirene", "Sirene (INSEE)"
    RNA = "rna", "Répertoire national des associations"
    LIST = "list", "Liste d’organisations"


class RunState(models.TextChoices):
    """The life of a run."""

    RUNNING = "running", "En cours"
    DONE = "done", "Terminé"
    FAILED = "failed", "Échoué"
    INTERRUPTED = "interrupted", "Interrompu"


_RUNNING = frozenset({RunState.RUNNING.value})
_NOT_RUNNING = "Cet import n’est plus en cours."
FINISH_RUN = Transition("finish", _RUNNING, RunState.DONE, "registers.imported", _NOT_RUNNING)
FAIL_RUN = Transition("fail", _RUNNING, RunState.FAILED, "registers.import_failed", _NOT_RUNNING)
INTERRUPT_RUN = Transition("interrupt", _RUNNING, RunState.INTERRUPTED, "registers.import_interrupted", _NOT_RUNNING)
