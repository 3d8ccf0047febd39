"""Remedies against a decision: before whom, until which day, and what silence does of an appeal. No database here.

By default as the codes have it: dated rows of `data/reference/remedies.csv`, read on the day on which a call is opened
and kept with it. Rules, sources and worked examples: docs/rules/recours.md.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from accelerator.calls.clock import months_after
from accelerator.calls.states import AppealKind
from accelerator.community.deadlines import working_days_after
from accelerator.workflow.dates import said, said_months

_REFERENCE: Final = Path(settings.ROOT) / "data" / "reference" / "remedies.csv"


@dataclass(frozen=True)
class Remedy:
    """One way to contest a decision.

    months        how long one has to take it.
    silent_after  how many months of silence reject it; None: a judge answers.
    source, url   where the delays come from; since: the day from which they apply.
    """

    kind: AppealKind
    before: str
    months: int
    silent_after: int | None = None
    source: str = ""
    url: str = ""
    since: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Remedy":
        """One that a call keeps."""
        return cls(
            kind=AppealKind(data["kind"]),
            before=data["before"],
            months=int(data["months"]),
            **{name: data[name] for name in ("silent_after", "source", "url", "since") if data.get(name)},
        )

    def to_json(self) -> dict[str, Any]:
        """What a call keeps."""
        return asdict(self)

    def last_day(self, since: date) -> date:
        """The last day on which it is taken, against a decision notified, or made by silence, on a day.

        The delay is clear (*délai franc*): neither its first day nor its last one counts; it goes on until the next
        working day.
        """
        return working_days_after(months_after(since, self.months), 1)

    def answer_due_on(self, filed_on: date) -> date:
        """The last day on which an appeal of this kind is answered in time. Raises `LookupError` for a judge's."""
        if self.silent_after is None:
            raise LookupError(f"Le silence ne rejette pas un {self.name}.")
        return months_after(filed_on, self.silent_after)

    @property
    def name(self) -> str:
        """What it is called, in a sentence."""
        return self.kind.label.lower()

    def sentence(self, since: date | None = None) -> str:
        """How it is said; with its last day when the day that it runs from is known."""
        within = f"Un {self.name} peut être formé devant {self.before}, dans un délai de {said_months(self.months)}"
        if since is None:
            return f"{within} à compter de la notification de la décision, ou du jour où le silence a décidé."
        return f"{within} à compter du {said(since)} : jusqu’au {said(self.last_day(since))} inclus."


def remedies_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Remedy, ...]:
    """The remedies that a call keeps."""
    return tuple(Remedy.from_json(row) for row in rows)


def remedies_on(day: date) -> tuple[Remedy, ...]:
    """Those in force on a day, by default. Raises `LookupError` for a day before the first of them."""
    rows = [
        row
        for row in _rows()
        if row["since"] <= day.isoformat() and (not row["until"] or day.isoformat() <= row["until"])
    ]
    if not rows:
        raise LookupError(f"Aucune voie de recours au {day}.")
    return tuple(
        Remedy.from_json({**row, "silent_after": int(row["silent_after"]) if row["silent_after"] else None})
        for row in rows
    )


def administrative(rows: Iterable[Mapping[str, Any]], kind: AppealKind, filed_on: date) -> Remedy:
    """The remedy of this kind that a call keeps, what it does not say completed with what is in force on a day."""
    default = next(one for one in remedies_on(filed_on) if one.kind == kind)
    kept = next((one for one in remedies_of(rows) if one.kind == kind), default)
    if kept.silent_after is not None:
        return kept
    return replace(kept, silent_after=default.silent_after, source=default.source, url=default.url)


def left(rows: Iterable[Mapping[str, Any]], since: date) -> tuple[str, ...]:
    """What remains once an appeal is answered or rejected on a day: the judge, until which day."""
    return tuple(one.sentence(since) for one in remedies_of(rows) if one.kind == AppealKind.CONTENTIEUX)


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    with _REFERENCE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
