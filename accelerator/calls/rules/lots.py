"""What an act would do to each file of a lot, why it would leave some aside, and that it is done to what was read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accelerator.calls.models import Application, Decision
from accelerator.calls.queries.letters import prints_of
from accelerator.calls.queries.ranking import prints_to_draft
from accelerator.calls.queries.standing import examined
from accelerator.calls.rules.applications import OFFICER
from accelerator.calls.states import ADMIT, BEGIN_REVIEW, ApplicationState, LotAct
from accelerator.workflow import Refused
from accelerator.workflow.prints import changed

FILE_CHANGED: Final = "Il a changé depuis que vous avez lu cette liste : relisez-le."
UNREAD: Final[Mapping[int, str]] = {}
LETTER_CHANGED: Final = "Ce courrier a changé depuis que vous l’avez lu : relisez-le."


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


def require_as_read(applications: Sequence[Application], seen: Mapping[int, str]) -> None:
    """Raise `Refused` for the first of these files that is not what was read before its decision was prepared.

    seen  file -> its print when it was read; `UNREAD`: nobody says what was read.
    """
    otherwise = changed(seen, prints_to_draft(applications)) if seen else set()
    if application := next((one for one in applications if one.pk in otherwise), None):
        raise Refused(f"Dossier {application.number} : {FILE_CHANGED}")


def require_letters_as_read(letters: Sequence[Decision], seen: Mapping[int, str]) -> None:
    """The same for letters, before they are signed or told."""
    otherwise = changed(seen, prints_of(letters)) if seen else set()
    if letter := next((one for one in letters if one.pk in otherwise), None):
        raise Refused(f"Dossier {letter.application.number} : {LETTER_CHANGED}")
