"""`python -m benchmarks.night` (and in `make bench`): every job of the night, on a day of changes.

The jobs are those that the worker knows at an hour of the day, in their order; none is left out by mistake. They run
twice, each time on a copy of the world, which is dropped afterwards: one after the other in a process of their own, to
know what each takes; then all at once, given to two workers as a server has them (`config.serve`), to know when the
night is over.

BENCH_SIZE=100000    organisations of the world
BENCH_SAVED=10000    saved searches with an alert, all different, of as many people
BENCH_CHANGED=5000   organisations that changed in the day, half of them new
"""

import json
import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import ground
from benchmarks.report import Line, number
from benchmarks.vocabulary import vocabulary

SAVED = int(os.environ.get("BENCH_SAVED", "10000"))
CHANGED = int(os.environ.get("BENCH_CHANGED", "5000"))
# Organisations that someone manages; one in ten is asked tonight whether it is still exact, as many mandates end.
MANAGED = 10_000
TONIGHT = MANAGED // 10
# Records that changed without what search knows of them.
DRIFTED = min(7000, ground.SIZE // 100)
# One record in so many is written twice: as an association, without its number; one in two with a letter too many.
TWINS = 100
AIM = 300
WORKERS = 2  # as `config.serve` starts them
COPY = "night"
SEED = 18

_NAMES = {
    "calls.decide_by_silence": "silence qui décide",
    "calls.forget_unsaved": "oublier les réponses non enregistrées",
    "notices.forget_old": "oublier les courriels anciens",
    "accounts.forget_old": "oublier codes et connexions",
    "housework.purge": "oublier ce qui a servi",
    "housework.forget_finished_jobs": "oublier les travaux finis",
    "community.forget_exports": "oublier les exports expirés",
    "community.tend_search": "mettre l’index en ordre",
    "projects.rebuild_search": "reconstruire l’index des projets",
    "projects.forget_what_waited": "oublier les propositions sans réponse",
    "community.expire_mandates": "clore les mandats échus",
    "community.forget_claims": "oublier l’avant des revendications",
    "community.tell_the_news": "alertes",
    "community.find_duplicates": "doublons probables",
    "portal.count_figures": "chiffres publics",
    "community.write_whole_directory": "tout l’annuaire en CSV",
    "community.ask_checks": "vérifications annuelles",
}

_WRITE_TWICE = """
    INSERT INTO community_organisation ({columns})
    SELECT {values} FROM community_organisation WHERE id %% %(twins)s = 0 AND siren IS NOT NULL AND seat_id IS NOT NULL
    RETURNING id
"""


def measure(world: str) -> list[Line]:
    """Every job on copies of a world of which nothing else makes use meanwhile; the whole comes first."""
    jobs, lived = _on_a_copy(world, "jobs"), _on_a_copy(world, "lived")
    total = sum(seconds for _, seconds, _ in jobs)
    return [
        Line(
            "la nuit : tous ses travaux donnés à la fois à deux ouvriers",
            f"{lived['seconds']:.0f} s",
            f"{AIM} s",
            f"{lived['done']} travaux finis, {lived['failed']} en échec ; le plus long : "
            f"{_NAMES.get(lived['last'], lived['last'])}",
        ),
        Line("tous les travaux de la nuit, l’un après l’autre", f"{total:.0f} s", f"{AIM} s"),
        *(Line(f"dont {_NAMES.get(name, name)}", f"{seconds:.1f} s", "", note) for name, seconds, note in jobs),
    ]


def _on_a_copy(world: str, how: str) -> Any:
    """What another process says of the night that it lived on a copy of the world."""
    with ground.server() as server:
        server.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {COPY} TEMPLATE {world} STRATEGY FILE_COPY")
        try:
            said = subprocess.run(
                [sys.executable, "-m", "benchmarks.night", how],
                stdout=subprocess.PIPE,
                env={**os.environ, "DATABASE_URL": ground.address(COPY)},
                check=True,
                text=True,
                cwd=Path(__file__).parent.parent,
            )
        finally:
            server.execute(f"DROP DATABASE {COPY} WITH (FORCE)")
    return json.loads(said.stdout.splitlines()[-1])


def _jobs() -> list[tuple[str, float, str]]:
    """Run the jobs one after the other; what each took and found."""
    day = _planted()
    done = []
    for task in _nightly():
        began = time.perf_counter()
        found = _run(task)
        seconds = time.perf_counter() - began
        ground.log(f"{task.name} : {seconds:.1f} s, {found}")
        done.append((task.name, seconds, day.said(task.name, found)))
    return done


def _lived() -> dict[str, Any]:
    """Give all the jobs to two workers; how long until the last has ended, and how they ended."""
    _planted()
    from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

    from config import processes

    names = [task.name for task in _nightly()]
    for task in _nightly():
        task.defer(timestamp=0)
    jobs = ProcrastinateJob.objects.filter(task_name__in=names)
    began = time.perf_counter()
    workers = {f"ouvrier {n}": processes.start(processes.worker_command()) for n in range(WORKERS)}
    try:
        while jobs.filter(status__in=("todo", "doing")).exists():
            time.sleep(0.5)
        seconds = time.perf_counter() - began
    finally:
        processes.end(workers)
    ended = ProcrastinateEvent.objects.filter(job__in=jobs, type__in=("succeeded", "failed")).order_by("-at")
    return {
        "seconds": seconds,
        "done": jobs.filter(status="succeeded").count(),
        "failed": jobs.exclude(status="succeeded").count(),
        "last": ended.values_list("job__task_name", flat=True)[0],
    }


def _planted() -> "_Day":
    import django

    django.setup()
    from django.db import connection

    day = _Day()
    day.plant()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return day


def _nightly() -> list[Any]:
    """The tasks of the night, in the order of their hours."""
    from procrastinate.contrib.django import app

    nightly = [one for one in app.periodic_registry.periodic_tasks.values() if _hour(one)[0].isdigit()]
    return [one.task for one in sorted(nightly, key=lambda one: tuple(map(int, _hour(one))))]


def _run(task: Any) -> Any:
    """Do a job here; by a worker when it needs one, which ends when there is nothing left in its queue."""
    if not task.pass_context:
        return task.func(timestamp=0)
    from django.core.management import call_command

    task.defer(timestamp=0)
    call_command("procrastinate", "worker", "--one-shot", "--queues", task.queue, verbosity=0)
    return None


def _hour(periodic: Any) -> tuple[str, str]:
    """The hour and the minute of a job; "*" for what runs all day long."""
    minute, hour, *_ = periodic.cron.split()
    return hour, minute


class _Day:
    """What happened before the night."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        self.twins = 0

    def plant(self) -> None:
        from django.db import connection

        from accelerator.directory.operations.searches import notice_the_rebuilt
        from accelerator.directory.queries.searched import SEARCHED_ORGANISATIONS
        from accelerator.journal import System
        from accelerator.workflow import transaction

        people = self._people()
        self._searches(people)
        self._managed(people)
        self._twins()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # of what follows, the night sweeps what it leaves
        with transaction():
            notice_the_rebuilt(searched=SEARCHED_ORGANISATIONS, by=System("benchmark"), at=self.now)
        self._changes()
        self._drift()

    def said(self, name: str, found: Any) -> str:
        """What a job found, beside its time."""
        from accelerator.community.models import Duplicate

        if name == "community.tell_the_news":
            return (
                f"{number(SAVED)} recherches différentes, {number(CHANGED)} fiches changées : "
                f"{number(found['found'])} trouvailles, {number(found['people'])} courriels"
            )
        if name == "community.tend_search":
            return f"{number(found)} fiches remises en ordre, dont {number(DRIFTED // 7)} que rien n’avait récrites"
        if name == "community.find_duplicates":
            # A twin is found when it stands in some pair.
            pairs = Duplicate.objects.filter(second__siren__isnull=True, second__public_id__startswith="t")
            twins = pairs.values("second").distinct().count()
            return f"{number(found)} paires ; {number(twins)} des {number(self.twins)} fiches écrites deux fois"
        return f"{number(found)}" if isinstance(found, int) else ""

    def _people(self) -> list[Any]:
        from django.utils import timezone

        from accelerator.accounts.models import Person

        self.now = timezone.now()
        return Person.objects.bulk_create(
            Person(
                email=f"camille{n}@personnes.example",
                given_name="Camille",
                family_name=f"Exemple{n}",
                joined_at=self.now,
                terms_version="2026-11",
                terms_accepted_at=self.now,
            )
            for n in range(max(SAVED, MANAGED))
        )

    def _searches(self, people: list[Any]) -> None:
        from accelerator.directory.models import SavedSearch

        day = self.now - timedelta(days=1)
        SavedSearch.objects.bulk_create(
            SavedSearch(
                person=person,
                name=query[:100],
                query=query,
                rhythm="daily",
                saved_at=day,
                watched_since=day,
                digested_on=day.date(),
            )
            for person, query in zip(people, self._queries(), strict=False)
        )

    def _queries(self) -> list[str]:
        """As many different questions: a fifth of one word, the others of several, with filters, places, sentences."""
        words, chance = vocabulary(), self.chance

        def word() -> str:
            return words[int(len(words) ** chance.random()) - 1]

        places = [f"departement-{n:02}" for n in range(21, 96)]
        made: dict[str, None] = {}
        while len(made) < SAVED:
            draw = chance.random()
            if draw < 0.2:
                asked = {"q": word()}
            elif draw < 0.4:
                asked = {"q": f"{word()} {word()}"}
            elif draw < 0.55:
                asked = {"q": f"{word()} {word()} {word()}"}
            elif draw < 0.75:
                asked = {"q": word(), "territoire": chance.choice(places)}
            elif draw < 0.85:
                asked = {"q": f"je cherche {word()} et {word()} pour {word()} dans mon {word()}"}
            else:
                asked = {"q": word(), "forme": chance.choice(("association", "cooperative", "mutuelle"))}
            made[f"?{urlencode(asked)}"] = None
        return list(made)

    def _managed(self, people: list[Any]) -> None:
        """Organisations that people manage: some for a year, some helped by a mandate that ended yesterday."""
        from accelerator.community.models import Mandate, Organisation, Role, YearlyCheck

        year = self.now - timedelta(days=400)
        ids = list(Organisation.objects.order_by("pk").values_list("pk", flat=True)[:MANAGED])
        pairs = list(zip(people, ids, strict=False))
        Role.objects.bulk_create(
            Role(person=person, organisation_id=pk, name="manager", started_at=year) for person, pk in pairs
        )
        YearlyCheck.objects.bulk_create(
            YearlyCheck(organisation_id=pk, since=year if n < TONIGHT else self.now) for n, (_, pk) in enumerate(pairs)
        )
        Mandate.objects.bulk_create(
            Mandate(
                organisation_id=pk,
                helper=people[-1 - n],
                granted_by=person,
                granted_at=year,
                ends_on=(self.now - timedelta(days=2)).date(),
            )
            for n, (person, pk) in enumerate(pairs[:TONIGHT])
        )

    def _twins(self) -> None:
        from django.db import connection

        from accelerator.community.models import Organisation

        columns = [
            field.column for field in Organisation._meta.concrete_fields if field.column and field.column != "id"
        ]
        changed = {
            "public_id": "'t' || substring(public_id FROM 2)",
            "siren": "NULL",
            "identity": "'declared'",
            "name": "left('ASSOCIATION ' || name || CASE WHEN id %% 200 = 0 THEN 's' ELSE '' END, 200)",
        }
        values = [changed.get(column, column) for column in columns]
        with connection.cursor() as cursor:
            statement = _WRITE_TWICE.format(columns=", ".join(columns), values=", ".join(values))
            cursor.execute(statement, {"twins": TWINS})
            written = [pk for (pk,) in cursor.fetchall()]
        self.twins = len(written)
        self._write(written, 1000)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_before")  # no news: they were there the day before

    def _drift(self) -> None:
        """What changed without its document: one in seven is found tonight."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE community_organisation SET summary = left(summary || ' dérive', 300) WHERE id <= %s", [DRIFTED]
            )

    def _write(self, ids: list[int], together: int) -> None:
        from accelerator.community import search
        from accelerator.workflow import transaction

        for start in range(0, len(ids), together):
            with transaction():
                search.refresh_ids(ids[start : start + together])

    def _changes(self) -> None:
        """A word more in the summary of some; half of these were not there the day before."""
        from django.db import connection

        from accelerator.community.models import Organisation

        words = vocabulary()
        pks = list(Organisation.objects.listed().order_by("pk").values_list("pk", flat=True))
        ids = sorted(self.chance.sample(pks, min(CHANGED, len(pks))))
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE community_organisation SET summary = left(summary || ' ' || word, 300)"
                " FROM unnest(%s::bigint[], %s::text[]) AS more(one, word) WHERE id = one",
                [ids, [self.chance.choice(words) for _ in ids]],
            )
        self._write(ids, 50)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE search_before SET tsv = NULL WHERE document %% 2 = 0", [])


def main() -> None:
    """The world, made if there is none of this size, then the night."""
    if sys.argv[1:] in (["jobs"], ["lived"]):
        said = _jobs() if sys.argv[1] == "jobs" else _lived()
        sys.stdout.write(json.dumps(said) + "\n")
        return
    with ground.running():
        ground.world()
        ground.shown(measure(ground.WORLD))


if __name__ == "__main__":
    main()
