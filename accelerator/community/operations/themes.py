"""The nomenclature of themes, and the themes proposed to organisations."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import F

from accelerator.community import rules, search
from accelerator.community.events import THEME_ACCEPTED, THEME_REFUSED, THEMES_LOADED
from accelerator.community.models import Organisation, Role, Theme, ThemeRefusal
from accelerator.community.operations.locks import lock_organisation
from accelerator.community.queries.suggestions import GONE, kept_words, suggestions_of
from accelerator.community.record import MOST_THEMES, declared, deduced
from accelerator.community.suggestions import Suggestion
from accelerator.journal import Actor, actor_key
from accelerator.journal.operations import record
from accelerator.workflow import Refused, operation

THEMES = Path(settings.ROOT) / "data" / "reference" / "themes.csv"
_FIELDS = ["label", "family", "definition", "words", "position", "since", "until"]


@operation
def load_themes(*, by: Actor, at: datetime, path: Path = THEMES) -> int:
    """Make the nomenclature what the file says; return how many themes changed (0 when run again).

    A theme that left the file keeps its row, closed on the day of the load: records that name it stay readable.
    Search learns the new words when it is rebuilt (`rebuild_search`), else within a week.
    """
    known = Theme.objects.in_bulk()
    read = list(_read(path))
    changed = [theme for theme in read if theme.pk not in known or _differs(theme, known[theme.pk])]
    codes = {theme.pk for theme in read}
    gone = [theme for code, theme in known.items() if code not in codes and not theme.until]
    if not changed and not gone:
        return 0
    # Positions are unique: those in place make room first.
    Theme.objects.update(position=F("position") + 1000)
    Theme.objects.bulk_create(read, update_conflicts=True, unique_fields=["code"], update_fields=_FIELDS)
    for theme in gone:
        Theme.objects.filter(pk=theme.pk).update(until=at.date().isoformat())
    record(THEMES_LOADED.code, *changed, *gone, by=by, at=at, count=len(changed) + len(gone))
    return len(changed) + len(gone)


def _read(path: Path) -> list[Theme]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Theme(
                code=row["code"],
                label=row["label"],
                family=row["family"],
                definition=row["definition"],
                words=row["words"].split(";"),
                position=position,
                since=row["since"],
                until=row["until"],
            )
            for position, row in enumerate(csv.DictReader(lines), start=1)
        ]


def _differs(read: Theme, known: Theme) -> bool:
    return any(getattr(read, name) != getattr(known, name) for name in _FIELDS)


@operation
def accept_theme(*, organisation: Organisation, code: str, by: Actor, at: datetime) -> Organisation:
    """Give an organisation a theme that its text lets one think of; done already, nothing changes.

    From then on it is the organisation's word, or, where nobody manages the record, what the moderation read in it.
    Raises `Refused` when it is no longer proposed, or when there are as many themes as there may be.
    """
    return _accept(organisation, code, by, at)


@operation
def refuse_theme(*, organisation: Organisation, code: str, by: Actor, at: datetime) -> Organisation:
    """Set a proposed theme aside: it comes back only if another word leads to it. Set aside already: nothing changes.

    Raises `Refused` when the organisation has the theme by now.
    """
    held = lock_organisation(organisation)
    rules.require("community.decide_themes", by, held)
    if code in held.themes:
        raise Refused("Ce thème est déjà celui de l’organisation : retirez-le dans « Thèmes et territoires ».")
    suggestion = _proposed(held, code)
    if suggestion is None:
        return held
    ThemeRefusal.objects.update_or_create(
        organisation=held,
        theme=suggestion.theme,
        defaults={"words": kept_words(suggestion), "refused_at": at},
    )
    record(THEME_REFUSED.code, held, by=by, at=at, theme=suggestion.theme.label, words=suggestion.because)
    return held


@dataclass(frozen=True)
class Accepted:
    """What came of themes accepted together: those that were, and those that could not be, each with its reason."""

    kept: Sequence[tuple[Organisation, str]]
    left: Sequence[tuple[Organisation, str]]


@operation
def accept_themes(*, chosen: Sequence[tuple[Organisation, str]], by: Actor, at: datetime) -> Accepted:
    """Accept several at once, each as `accept_theme` does; one that cannot be leaves the others done."""
    kept, left = [], []
    for organisation, code in sorted(chosen, key=lambda one: (one[0].pk, one[1])):
        try:
            kept.append((_accept(organisation, code, by, at), code))
        except Refused as refusal:
            left.append((organisation, refusal.message))
    return Accepted(kept, left)


def _accept(organisation: Organisation, code: str, by: Actor, at: datetime) -> Organisation:
    held = lock_organisation(organisation)
    rules.require("community.decide_themes", by, held)
    if code in held.themes:
        return held
    if len(held.themes) >= MOST_THEMES:
        raise Refused(f"Une organisation a {MOST_THEMES} thèmes au plus : retirez-en un d’abord.")
    suggestion = _proposed(held, code)
    if suggestion is None:
        raise Refused(GONE)
    managed = Role.objects.current().steering().filter(organisation=held).exists()
    held.themes = [*held.themes, code]
    held.provenance["themes"] = (declared if managed else deduced)(actor_key(by), at)
    held.changed_at = at
    held.save(update_fields=["themes", "provenance", "changed_at"])
    search.refresh([held])
    record(THEME_ACCEPTED.code, held, by=by, at=at, theme=suggestion.theme.label, words=suggestion.because)
    return held


def _proposed(held: Organisation, code: str) -> Suggestion | None:
    return next((one for one in suggestions_of([held])[held.pk] if one.theme.code == code), None)
