"""`python -m benchmarks.projects`: the directory and the pages of projects, on projects made in the database itself.

BENCH_PROJECTS=10000   published projects (sixty words each, drawn by Zipf's law among 60,000), a third of them carried
                       by one of 3,000 organisations, each with a diagnosis, some with partners
"""

import os
import random
import sys
import time

from benchmarks import ground
from benchmarks.vocabulary import vocabulary

SIZE = int(os.environ.get("BENCH_PROJECTS", "10000"))
NAME = f"projects_{SIZE}"
SEED = 49
ORGANISATIONS = 3000
# Of the vocabulary: the words that people type.
ASKED = 40
FILTERS = ("famille=ecologie&maturite=idee&region=76", "besoin=financement&porteur=organisation")


def main() -> None:
    """Make the projects, then measure."""
    with ground.running():
        ground.settle(NAME)
        fresh = _database()
        import django

        django.setup()
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        if fresh:
            _prepare()
        _measure()


def _database() -> bool:
    """Whether it had to be made."""
    with ground.server() as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            return False
        server.execute(f"CREATE DATABASE {NAME}")
    return True


def _prepare() -> None:
    """Projects of every kind, drawn from a seed."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from accelerator.accounts.models import Person
    from accelerator.community.models import Organisation, Theme
    from accelerator.community.states import Family
    from accelerator.geography.models import Place
    from accelerator.projects.diagnosis import CURRENT, Said, questions
    from accelerator.projects.models import Diagnosis, Project, ProjectPartner
    from accelerator.projects.search import rebuild_projects
    from accelerator.projects.states import Goal, Maturity, Need, PartnerRole

    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0, stdout=sys.stderr)
    draw, words, now = random.Random(SEED), vocabulary(), timezone.now()

    def said(number: int) -> str:
        return " ".join(words[int(len(words) ** draw.random()) - 1] for _ in range(number))

    places = list(Place.objects.filter(kind="commune", is_current=True).order_by("key"))
    themes = list(Theme.objects.order_by("code").values_list("code", flat=True))
    person = Person.objects.create(email="mesure@personnes.example", given_name="Mesure", family_name="Exemple")
    organisations = Organisation.objects.bulk_create(
        Organisation(name=said(3), source="mesure", seat=draw.choice(places)) for _ in range(ORGANISATIONS)
    )
    projects = []
    for _ in range(SIZE):
        seat = draw.choice(places)
        projects.append(
            Project(
                title=said(4)[:120],
                summary=said(12)[:300],
                problem=said(20),
                solution=said(20),
                novelty=said(8),
                families=draw.sample(Family.values, 2),
                themes=draw.sample(themes, 2),
                goals=draw.sample(Goal.values, 2),
                needs=draw.sample(Need.values, 2),
                maturity=draw.choice(Maturity.values),
                seat=seat,
                territories=[seat.key],
                territories_cover=seat.cover,
                organisation=draw.choice(organisations) if draw.random() < 1 / 3 else None,
                person=person,
                private=["budget"],
                state="published",
                published_at=now,
            )
        )
    Project.objects.bulk_create(projects, batch_size=1000)
    codes = [criterion.code for criterion in questions().criteria]
    Diagnosis.objects.bulk_create(
        [
            Diagnosis(
                project=one,
                version=CURRENT,
                answers={code: {"answer": draw.choice(Said.values), "evidence": ""} for code in codes},
                changed_at=now,
            )
            for one in projects
        ],
        batch_size=1000,
    )
    ProjectPartner.objects.bulk_create(
        ProjectPartner(
            project=one,
            organisation=draw.choice(organisations),
            role=PartnerRole.PARTNER,
            invited_at=now,
            confirmed_at=now,
        )
        for one in projects[::4]
    )
    began = time.perf_counter()
    rebuild_projects()
    ground.log(f"index de {SIZE} projets écrit en {time.perf_counter() - began:.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _measure() -> None:
    from django.urls import reverse

    from accelerator.projects.models import Project
    from benchmarks import pages

    draw = random.Random(SEED)
    here, words = reverse("projects:directory"), vocabulary()
    asked = [words[int(len(words) ** (0.2 + 0.7 * draw.random()))] for _ in range(ASKED)]
    shown = list(Project.objects.listed().order_by("pk")[: 97 * pages.REPEATED : 97])
    kinds = {
        "projets": [here],
        "projets, un mot": [f"{here}?q={word}" for word in asked],
        "projets, plusieurs filtres": [
            f"{here}?famille=ecologie&maturite=idee&region=76",
            f"{here}?besoin=financement",
        ],
        "projets, près d’une commune": [f"{here}?pres_de=commune-{code}" for code in pages.NEAR],
        "projet": [reverse("projects:project", args=[one.key]) for one in shown],
        "projet, en JSON": [reverse("projects:project_data", args=[one.key]) for one in shown],
    }
    ground.shown(pages.measured(kinds))
    _exported()


def _exported() -> None:
    from accelerator.projects.queries.directory import DIRECTORY, ProjectQuestion, rows_of
    from accelerator.workflow import read_only

    began, used = time.perf_counter(), time.process_time()
    with read_only():
        lines = sum(1 for _ in rows_of(DIRECTORY.every_number(ProjectQuestion())))
    seconds, computed = time.perf_counter() - began, time.process_time() - used
    ground.log(f"tous les projets, lignes de l’export : {lines} en {seconds:.1f} s ({computed:.1f} s de calcul)")


if __name__ == "__main__":
    main()
