"""The lots that someone asked: how far each is, and what was left aside."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from accelerator.calls.models import Application, Call, Lot, LotFile
from accelerator.calls.models.lots import LotQuerySet
from accelerator.calls.queries.standing import judged
from accelerator.calls.states import LetterAct, LotAct, LotState
from accelerator.workflow.kept import Given, Kept
from accelerator.workflow.numbers import counted, grouped
from accelerator.workflow.prints import print_of

# How long the desk says what became of a lot; it is kept after.
_SHOWN: Final = timedelta(days=2)
_MOST_SHOWN: Final = 3


def lots_of(person: Any) -> LotQuerySet:
    """The lots that a person asked, counted."""
    return Lot.objects.filter(asked_by=person).counted().select_related("call")


def recent_lots(person: Any, at: datetime, call: Call | None = None) -> list[Lot]:
    """Those that the desk shows, or the letters of a call: not ended, or ended lately. One query."""
    since = at - _SHOWN
    return _RECENT(person.pk, since) if call is None else _RECENT_OF_CALL(person.pk, since, call.pk)


def _recent(lots: LotQuerySet) -> LotQuerySet:
    running = Q(ended_at__isnull=True) | Q(ended_at__gt=Given(1))
    return lots.filter(running).order_by("-asked_at", "-pk")[:_MOST_SHOWN]


_RECENT: Final = Kept(lambda: _recent(lots_of(Given(0))))
_RECENT_OF_CALL: Final = Kept(lambda: _recent(lots_of(Given(0)).filter(act__in=LetterAct.values, call=Given(2))))


def waiting_of(lot: Lot) -> list[int]:
    """The files of a lot that are still to be done, in the order in which they were read."""
    return list(lot.files.filter(settled_at__isnull=True).order_by("pk").values_list("pk", flat=True))


def left_aside(lot: Lot, person: Any) -> tuple[list[tuple[str, list[LotFile]]], int]:
    """What was left aside, by reason, of the files that a person still follows; and how many others were.

    One query: whoever asked may have left the service since, or gone to an applicant's side.
    """
    aside = lot.files.exclude(why="").select_related("application", "decision").order_by("pk")
    shown: dict[str, list[LotFile]] = {}
    for one in aside.filter(application__in=judged(person).values("pk")):
        shown.setdefault(one.why, []).append(one)
    return list(shown.items()), lot.aside - sum(len(files) for files in shown.values())


def progress_of(lot: Lot, at: datetime) -> Mapping[str, Any]:
    """How far a lot that was `counted` is, for its page and for the script that follows it.

    share  in hundredths.
    """
    return {
        "share": 100 * lot.settled // lot.total,
        "said": f"{grouped(lot.settled)} sur {grouped(lot.total)}",
        "ends": lot.state(at) in (LotState.ENDED, LotState.LOST),
    }


def outcome_of(lot: Lot) -> str:
    """What became of a lot, in one sentence: "198 dossiers traités, 2 laissés de côté"."""
    letters = lot.act in (LetterAct.SIGN, LetterAct.NOTIFY)
    what = ("courrier", "courriers") if letters else ("dossier", "dossiers")
    done = lot.settled - lot.aside
    parts = [f"{counted(done, *what)} {'traités' if done > 1 else 'traité'}"]
    if lot.aside:
        parts.append(f"{grouped(lot.aside)} {'laissés' if lot.aside > 1 else 'laissé'} de côté")
    if left := lot.total - lot.settled:
        parts.append(f"{grouped(left)} {'restent' if left > 1 else 'reste'}")
    return ", ".join(parts)


def print_of_file(application: Application) -> str:
    """The print of what someone reads of a file before acting: where it is, and whose."""
    return print_of([application.state, application.officer_id])


def digest_of(act: LotAct, doable: Iterable[Application], asking: Mapping[str, str]) -> str:
    """The print of what was foreseen: what is done is what was read, or nothing.

    asking  what a service is asked about each of them.
    """
    return print_of([act.value, dict(asking), *sorted((one.pk, print_of_file(one)) for one in doable)])
