"""Many files done one after the other by the worker.

Note [What a death loses]
Each file is done in a transaction of its own, which also says that it is done: a worker that dies loses what it was
doing to one file, and whoever takes the lot up does that file and those after it. Nothing is done twice.
"""

from django.utils import timezone

from accelerator.calls.operations import lots
from accelerator.calls.queries.lots import waiting_of
from accelerator.journal import System
from accelerator.workflow import Refused, transaction

CARRIER = System("lots")
_OURS = "La plateforme a rencontré une erreur sur ce dossier, et l’a laissé comme il était : l’équipe est prévenue."


def carry(number: int) -> bool:
    """Do what waits in a lot; False when it is over.

    What a file refuses is said beside it, and keeps none of the others waiting. Faults of ours too, then they are
    raised together, for those who keep the worker.
    """
    with transaction():
        lot = lots.begin_lot(lot=number, by=CARRIER, at=timezone.now())
    if lot is None:
        return False
    faults = []
    for file in waiting_of(lot):
        try:
            with transaction():
                lots.settle(lot=lot, file=file, by=lot.asked_by, at=timezone.now())
        except Refused as refusal:
            _leave_aside(file, refusal.message)
        except Exception as fault:
            fault.add_note(f"file {file} of lot {lot.pk}")
            faults.append(fault)
            _leave_aside(file, _OURS)
    with transaction():
        lots.end_lot(lot=lot, by=CARRIER, at=timezone.now())
    if faults:
        raise ExceptionGroup(f"a lot left {len(faults)} files aside by our fault", faults)
    return True


def _leave_aside(file: int, why: str) -> None:
    with transaction():
        lots.leave_aside(file=file, why=why, by=CARRIER, at=timezone.now())
