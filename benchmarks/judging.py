"""What the pages of judging cost at the size of the largest campaign: `python -m benchmarks.judging [files]`.

5,000 fictitious files read 7 times by 600 reviewers, in the database of the settings; it is filled once, then asked.
Server time of the ranking, of a file's reviews and of the outbox, through Django's test client, and their queries.
"""

import os
import random
import statistics
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connection, transaction  # noqa: E402  Django is set up first
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accelerator.accounts.models import Person  # noqa: E402
from accelerator.calls.models import (  # noqa: E402
    Application,
    Assignment,
    Call,
    CallRole,
    CallVersion,
    Decision,
    Review,
    Reviewer,
)
from accelerator.calls.operations.tallies import tally  # noqa: E402
from accelerator.calls.states import ApplicationState, AssignmentState, CallRoleName, DecisionOutcome  # noqa: E402

PUBLIC_ID = "0mesures0000"
REPEATED = 15
SCALE = [{"score": score, "words": f"Niveau {score}"} for score in range(5)]
CRITERIA = [{"code": f"c{number}", "label": f"Critère {number}", "weight": 1, "scale": SCALE} for number in range(1, 5)]


@transaction.atomic
def fill(files: int, readers: int, wanted: int) -> Call:
    """Once for a database: a call that is read."""
    call = Call.objects.filter(public_id=PUBLIC_ID).first()
    if call:
        return call
    draw, now = random.Random(3), timezone.now()
    accepted = {"terms_version": "2026-11", "terms_accepted_at": now, "joined_at": now}
    call = Call.objects.create(
        public_id=PUBLIC_ID,
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
        Person(email=f"lecteur{n}@mesures.example", given_name="Camille", family_name=f"Mesure{n}", **accepted)
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
    return call


def main(files: int = 5000, readers: int = 600, wanted: int = 7) -> None:
    call = fill(files, readers, wanted)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="localhost")
    client.force_login(call.roles.get(name=CallRoleName.OFFICER).person)
    file = Application.objects.filter(call=call).order_by("pk")[files // 2]
    ranking, letters = (reverse(f"calls:{name}", args=[call.key]) for name in ("ranking", "letters"))
    for name, address in {
        "classement": ranking,
        "classement, désaccords": f"{ranking}?etat=disagreement",
        "classement, dernière page": f"{ranking}?page={-(-files // 50)}",
        "avis d’un dossier": reverse("calls:reviews", args=[call.key, file.public_id]),
        "courriers": letters,
    }.items():
        spent, busy = [], []
        for _ in range(REPEATED):
            start, computing = time.perf_counter(), time.process_time()
            answer = client.get(address)
            spent.append(1000 * (time.perf_counter() - start))
            busy.append(1000 * (time.process_time() - computing))
            assert answer.status_code == 200, answer.status_code
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked = [one for one in queries.captured_queries if (one["sql"] or "SELECT").startswith(("SELECT", "DECLARE"))]
        middle, least, computed = statistics.median(spent), min(spent), statistics.median(busy)
        print(f"{name} : {middle:.0f} ms (au mieux {least:.0f}, calcul {computed:.0f}), {len(asked)} requêtes")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
