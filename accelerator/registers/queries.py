"""Reading the runs, and what the registers' files say."""

from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import BooleanField, Case, Max, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from accelerator.design.charts import number
from accelerator.geography.models import Place
from accelerator.registers.models import Run
from accelerator.registers.states import RunState, Source

# Held by the connection of the run that works: who does not find it held knows that no run lives.
LOCK: Final = "registers import"
_ALIVE: Final = (
    "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND ((classid::bigint << 32) | objid::bigint) = hashtext(%s)::bigint)"
)


def runs() -> QuerySet[Run]:
    """Every run."""
    return Run.objects.all()


def running() -> Run | None:
    """The run that is said to be running, alive or dead."""
    return Run.objects.filter(state=RunState.RUNNING).first()


def loaded() -> list[Run]:
    """The last run of each register that came to its end: what the directory knows of it, and of which day."""
    done = Run.objects.filter(state=RunState.DONE).exclude(source=Source.LIST)
    return list(done.order_by("source", "-file_on", "-started_at").distinct("source"))


def last_day(source: str, *, but: Run, until: date) -> date | None:
    """The latest day of the files that the other runs of a register loaded; a day to come is nobody's.

    A run that stopped before its first block loaded nothing, whatever it understood of its files.
    """
    wrote = Q(state=RunState.DONE, kept__gt=0) | Q(new__gt=0) | Q(changed__gt=0)
    others = Run.objects.filter(wrote, source=source, file_on__lte=until).exclude(pk=but.pk)
    day: date | None = others.aggregate(day=Max("file_on"))["day"]
    return day


def with_lives() -> QuerySet[Run]:
    """Every run, with `is_dead`: it says that it runs, and its process died."""
    alive = RawSQL(_ALIVE, [LOCK], output_field=BooleanField())  # noqa: S611  a constant
    return runs().annotate(is_dead=Case(When(state=RunState.RUNNING, then=~alive), default=Value(False)))


def is_alive() -> bool:
    """Whether some process holds the lock of the runs."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_ALIVE}", [LOCK])
        return bool(cursor.fetchone()[0])


def moments_not_indexed() -> list[datetime]:
    """The moments of the runs whose organisations the index of search may not know: they died too early."""
    return list(Run.objects.filter(is_indexed=False).values_list("started_at", flat=True))


_SAID: Final = {
    "read": ("ligne lue", "lignes lues"),
    "kept": ("retenue", "retenues"),
    "new": ("nouvelle", "nouvelles"),
    "changed": ("modifiée", "modifiées"),
    "ceased": ("cessée", "cessées"),
    "withdrawn": ("retirée à sa demande", "retirées à leur demande"),
    "unchanged": ("inchangée", "inchangées"),
    "rejected": ("rejet", "rejets"),
}


def said_of(run: Run, name: str) -> str:
    """One of the counts of a run, in French: "1 ligne lue", "1 500 000 retenues". Nothing is singular."""
    count = getattr(run, name)
    return f"{number(count)} {_SAID[name][count > 1]}"


_LEFT_OUT: Final = {
    "person": "Personnes physiques, jamais reprises",
    "opposed": "Opposées à la diffusion, jamais reprises",
    "ceased": "Déjà cessées, non inscrites",
    "outside": "Hors du choix",
}


def reasons_of(run: Run) -> list[tuple[str, int]]:
    """Why units were not taken, in French, and how many for each reason."""
    return [(label, run.left_out[kind]) for kind, label in _LEFT_OUT.items() if run.left_out.get(kind)]


def selection_of(run: Run) -> str:
    """What was asked of a run, in French."""
    asked = run.selection
    kinds = []
    if asked.get("ess"):
        kinds.append("économie sociale et solidaire")
    if asked.get("mission"):
        kinds.append("sociétés à mission")
    if asked.get("categories"):
        kinds.append(f"catégories juridiques {', '.join(asked['categories'])}")
    every = "toutes les associations" if run.source == Source.RNA else "toutes les personnes morales publiables"
    parts = [" ou ".join(kinds) or every]
    if territory := asked.get("territory"):
        place = Place.objects.filter(pk=territory).first()
        parts.append(f"siège dans {place.label if place else territory}")
    if asked.get("sirens") or asked.get("numbers"):
        parts.append("dans une liste donnée")
    said = " ; ".join(parts)
    return f"{said[0].upper()}{said[1:]}"
