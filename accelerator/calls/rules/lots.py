"""What an act would do to each file of a lot, and why it would leave some aside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accelerator.calls.models import Application
from accelerator.calls.queries.standing import examined
from accelerator.calls.rules.applications import OFFICER
from accelerator.calls.states import ADMIT, BEGIN_REVIEW, ApplicationState, LotAct


@dataclass(frozen=True)
class Foreseen:
    """What would become of one file of a lot: its state, or who examines it; or why it would be left aside."""

    application: Application
    becomes: str = ""
    why_not: str = ""


_PASSAGES: Final = {LotAct.ADMIT: ADMIT, LotAct.BEGIN_REVIEW: BEGIN_REVIEW}


def foreseen(
    act: LotAct, files: Sequence[Application], *, person: Any, against: Mapping[int, str] | None = None
) -> list[Foreseen]:
    """What an act would do to each of some files, and to which it would do nothing, with why. One query.

    against  what else keeps files from it: their number -> why.
    """
    mine = set(examined(person).filter(pk__in=[one.pk for one in files]).values_list("pk", flat=True))
    return [_foreseen(act, one, mine, person, (against or {}).get(one.pk, "")) for one in files]


def _foreseen(act: LotAct, application: Application, mine: Collection[int], person: Any, against: str) -> Foreseen:
    if application.pk not in mine:
        return Foreseen(application, why_not=OFFICER)
    if against:
        return Foreseen(application, why_not=against)
    if act == LotAct.ASK_OPINION:
        return Foreseen(application, becomes="avis demandé")
    if act == LotAct.TAKE:
        if application.officer_id == person.pk:
            return Foreseen(application, why_not="Ce dossier vous est déjà confié.")
        return Foreseen(application, becomes=f"confié à {person.name}")
    passage = _PASSAGES[act]
    if application.state not in passage.sources:
        return Foreseen(application, why_not=f"{passage.refusal} Celle-ci : {application.get_state_display().lower()}.")
    return Foreseen(application, becomes=ApplicationState(passage.target).label.lower())
