"""What the pages of judging cost at the size of the largest campaign: `python -m benchmarks.judging [files]`.

5,000 fictitious files read 7 times by 600 reviewers, half of them with a decision in preparation and one in ten with
a service's opinion awaited, in a database thrown away. Server time is the page's, through Django's test client,
production's settings.
"""

import random
import statistics
import sys
import time
from datetime import timedelta
from typing import Any

from benchmarks import ground

DATABASE = "judging_measured"
REPEATED = 15
SCALE = [{"score": score, "words": f"Niveau {score}"} for score in range(5)]
CRITERIA = [{"code": f"c{number}", "label": f"Critère {number}", "weight": 1, "scale": SCALE} for number in range(1, 5)]


def fill(files: int, readers: int, wanted: int) -> Any:
    """A call whose files are read."""
    from django.utils import timezone

    from accelerator.accounts.models import Person
    from accelerator.calls.models import (
        Application,
        Assignment,
        Call,
        CallRole,
        CallVersion,
        Decision,
        Opinion,
        Review,
        Reviewer,
    )
    from accelerator.calls.operations.tallies import tally
    from accelerator.calls.states import ApplicationState, AssignmentState, CallRoleName, DecisionOutcome

    draw, now = random.Random(3), timezone.now()
    accepted = {"terms_version": "2026-11", "terms_accepted_at": now, "joined_at": now}
    call = Call.objects.create(
        public_id="0mesures0000",
        title="Appel des mesures",
        purpose="calls.open",
        state="published",
        issuer_name="Émetteur fictif",
        issuer_kind="state",
        service="Service fictif",
        service_address="1 rue de l’Exemple",
        service_email="service@mesures.example",
        service_phone="01 99 00 00 00",
        silence_months=2,
        opens_at=now - timedelta(days=90),
    )
    version = CallVersion.objects.create(
        call=call, number=1, published_at=now, why="Mesures.", criteria={"criteria": CRITERIA, "threshold": 60}
    )
    people = Person.objects.bulk_create(
        Person(email=f"lecteur@mesures{n}.example", given_name="Camille", family_name=f"Mesure{n}", **accepted)
        for n in range(readers)
    )
    CallRole.objects.create(call=call, person=people[0], name=CallRoleName.OFFICER, started_at=now)
    experts = Reviewer.objects.bulk_create(
        Reviewer(call=call, person=person, most=100, appointed_at=now) for person in people
    )
    made = Application.objects.bulk_create(
        Application(
            call=call,
            version=version,
            person=people[n % readers],
            title=f"Dossier fictif {n}",
            number=f"M-{n:06}",
            state=ApplicationState.REVIEW,
            begun_at=now,
            submitted_at=now,
            received_on=now.date(),
        )
        for n in range(files)
    )
    given = Assignment.objects.bulk_create(
        Assignment(
            reviewer=reviewer,
            application=file,
            state=AssignmentState.DONE,
            given_at=now,
            given_by=people[0],
            due_on=now.date(),
            ended_at=now,
        )
        for file in made
        for reviewer in draw.sample(experts, wanted)
    )
    Review.objects.bulk_create(
        Review(
            assignment=one,
            scores={code["code"]: {"score": draw.randint(0, 4), "comment": "Fictif."} for code in CRITERIA},
            for_applicant="Un commentaire fictif.",
            mean=draw.uniform(10, 95),
            saved_at=now,
            revision=1,
        )
        for one in given
    )
    tally(one.pk for one in made)
    Decision.objects.bulk_create(
        Decision(
            application=file, outcome=DecisionOutcome.REJECTED, reasons="Fictif.", drafted_at=now, drafted_by=people[0]
        )
        for file in made[: files // 2]
    )
    Opinion.objects.bulk_create(
        Opinion(
            application=file,
            who="Service fictif",
            email="service@mesures.example",
            question="Fictive.",
            asked_at=now,
            asked_by=people[0],
            due_on=now.date() + timedelta(days=30),
            remind_on=now.date() + timedelta(days=20),
        )
        for file in made[::10]
    )
    return call


def main(files: int = 5000, readers: int = 600, wanted: int = 7) -> None:
    """Make, measure, print."""
    with ground.running():
        ground.make_afresh(DATABASE)
        ground.settle(DATABASE)
        import django

        django.setup()
        measure(files, readers, wanted)


def measure(files: int, readers: int, wanted: int) -> None:
    """The pages, one after another, each once first: what is kept from one page to the next is kept."""
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from accelerator.calls.models import Application

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call = fill(files, readers, wanted)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(call.roles.get().person)
    file = Application.objects.filter(call=call).order_by("pk")[files // 2]
    names = ("ranking", "letters", "draft_decisions", "links")
    ranking, letters, drafts, links = (reverse(f"calls:{name}", args=[call.key]) for name in names)
    for name, address in {
        "classement": ranking,
        "classement, désaccords": f"{ranking}?etat=disagreement",
        "classement, dernière page": f"{ranking}?page={-(-files // 50)}",
        "avis d’un dossier": reverse("calls:reviews", args=[call.key, file.public_id]),
        "courriers": letters,
        "préparer des décisions": drafts,
        "préparer des décisions, les 1 000 premiers": f"{drafts}?premiers=1000",
        "liens et déports": links,
    }.items():
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        spent, busy = [], []
        for _ in range(REPEATED):
            start, computing = time.perf_counter(), time.process_time()
            client.get(address)
            spent.append(1000 * (time.perf_counter() - start))
            busy.append(1000 * (time.process_time() - computing))
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        # A question whose plan is kept shows no text.
        asked = [one for one in queries.captured_queries if (one["sql"] or "SELECT").startswith(("SELECT", "DECLARE"))]
        middle, least, computed = statistics.median(spent), min(spent), statistics.median(busy)
        print(f"{name} : {middle:.0f} ms (au mieux {least:.0f}, calcul {computed:.0f}), {len(asked)} requêtes")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
