"""The same for several files at once, from the desk."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from accelerator.accounts.models import Person
from accelerator.calls.models import Application
from accelerator.calls.operations import examining
from accelerator.calls.states import LotAct
from accelerator.workflow import Refused, operation

_ACTS: Final[dict[LotAct, Callable[..., Any]]] = {
    LotAct.TAKE: lambda *, application, by, at: examining.name_officer(
        application=application, officer=by, by=by, at=at
    ),
    LotAct.ADMIT: examining.admit,
    LotAct.BEGIN_REVIEW: examining.begin_review,
}


@operation
def do_to_all(*, act: LotAct, applications: Sequence[Application], by: Person, at: datetime) -> int:
    """Do the same to several files, all of them or none; return how many.

    Each is locked, ruled and journalled as it would be alone, in one order: two lots never wait for each other.
    Raises `Refused`, naming the first file that does not allow it: it changed since the list was read.
    """
    if not applications:
        raise Refused("Aucun de ces dossiers ne le permet : revenez à la liste.")
    for application in sorted(applications, key=lambda one: one.pk):
        try:
            _ACTS[act](application=application, by=by, at=at)
        except Refused as refusal:
            raise Refused(f"Dossier {application.number} : {refusal.message} Rien n’a été fait.") from refusal
    return len(applications)
