"""How a commission sits: notice, quorum, votes. No database here.

By default as décret 2006-672 has it for administrative commissions (chapter III): the figures are dated data
(`data/reference/sittings.csv`), read on the day that a commission is convened and kept with it.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.timezone import localdate

from accelerator.calls.states import Ballot
from accelerator.workflow.dates import said
from accelerator.workflow.numbers import counted

_REFERENCE: Final = Path(settings.ROOT) / "data" / "reference" / "sittings.csv"


@dataclass(frozen=True)
class Rules:
    """The rules of a sitting, and where they come from.

    notice_days            days between the convocation and the sitting, at least.
    quorum_percent         of the voting members, present at least when the sitting opens; 0: none.
    second_without_quorum  whether a second convocation, on the same agenda, asks none.
    chair_casts            whether the chair's vote decides a tie.
    """

    notice_days: int
    quorum_percent: int
    second_without_quorum: bool
    chair_casts: bool
    source: str = ""
    url: str = ""

    @classmethod
    def on(cls, day: date) -> "Rules":
        """Those in force on a day. Raises `LookupError` for a day before the first of them."""
        values = {}
        for row in _rows():
            if row["since"] <= day.isoformat() and (not row["until"] or day.isoformat() <= row["until"]):
                values[row["code"]] = row
        missing = {"notice_days", "quorum_percent", "second_without_quorum", "chair_casts"} - values.keys()
        if missing:
            raise LookupError(f"Aucune règle de séance au {day} : {', '.join(sorted(missing))}.")
        return cls(
            notice_days=int(values["notice_days"]["value"]),
            quorum_percent=int(values["quorum_percent"]["value"]),
            second_without_quorum=values["second_without_quorum"]["value"] == "1",
            chair_casts=values["chair_casts"]["value"] == "1",
            source=values["quorum_percent"]["source"],
            url=values["quorum_percent"]["url"],
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Rules":
        """Those kept with a commission."""
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        """What is kept with a commission."""
        return {
            "notice_days": self.notice_days,
            "quorum_percent": self.quorum_percent,
            "second_without_quorum": self.second_without_quorum,
            "chair_casts": self.chair_casts,
            "source": self.source,
            "url": self.url,
        }

    def quorum(self, voting: int) -> int:
        """How many voting members have to be present."""
        return -(-voting * self.quorum_percent // 100)

    def first_day(self, convened_at: datetime) -> date:
        """The first day on which a commission convened at that moment may sit: whole days between the two."""
        return localdate(convened_at) + timedelta(days=self.notice_days)

    def too_soon(self, convened_at: datetime, held_at: datetime) -> str | None:
        """Why a commission may not be convened for that moment, or None."""
        first = self.first_day(convened_at)
        if localdate(held_at) >= first:
            return None
        return (
            f"La convocation part {self.notice_days} jours au moins avant la séance : convoquée aujourd’hui, la "
            f"commission siège le {said(first)} au plus tôt."
        )


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    with _REFERENCE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@dataclass(frozen=True)
class Tally:
    """The votes on what is proposed for a file.

    adopted  True or False; None when the votes are equal and nobody's decides.
    cast     whether the chair's vote decided.
    """

    in_favour: int
    against: int
    abstained: int
    adopted: bool | None
    cast: bool = False

    @property
    def is_tie(self) -> bool:
        return self.adopted is None

    def to_json(self) -> dict[str, Any]:
        """What is kept of a ballot; `from_json` reads it back."""
        return {
            "for": self.in_favour,
            "against": self.against,
            "abstain": self.abstained,
            "adopted": self.adopted,
            "cast": self.cast,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Tally":
        """A ballot that was kept."""
        return cls(kept["for"], kept["against"], kept["abstain"], kept["adopted"], cast=bool(kept["cast"]))

    @property
    def sentence(self) -> str:
        """The votes, in French, as the minutes say them."""
        if not self.in_favour + self.against + self.abstained:
            return "aucun vote"
        parts = [f"{self.in_favour} pour", f"{self.against} contre"]
        parts.append(counted(self.abstained, "abstention", "abstentions"))
        if self.adopted is None:
            end = "partage des voix"
        else:
            end = "proposition adoptée" if self.adopted else "proposition rejetée"
            end += ", par la voix prépondérante du président" if self.cast else ""
        return f"{', '.join(parts)} : {end}"


def tally(ballots: Iterable[tuple[str, bool]], *, chair_casts: bool) -> Tally:
    """Count votes (ballot, whether it is the chair's). Abstentions decide nothing; no vote at all is a tie."""
    votes = list(ballots)
    counts = {ballot: sum(1 for one, _ in votes if one == ballot) for ballot in Ballot.values}
    yes, no = counts[Ballot.FOR], counts[Ballot.AGAINST]
    if yes != no:
        return Tally(yes, no, counts[Ballot.ABSTAIN], yes > no)
    chair = next((one for one, is_chair in votes if is_chair and one != Ballot.ABSTAIN), None)
    if yes and chair_casts and chair:
        return Tally(yes, no, counts[Ballot.ABSTAIN], chair == Ballot.FOR, cast=True)
    return Tally(yes, no, counts[Ballot.ABSTAIN], None)
