"""`python -m benchmarks.labels`: the register and the nights of labels, on labels made in the database itself.

BENCH_LABELS=10000   labels of five categories, each with a candidacy and a holder with someone to write to, one in five
                     with a road map; half of them are over tonight, the other half are to be reminded
"""

import os
import random
import sys
import time
from datetime import timedelta

from benchmarks import ground
from benchmarks.vocabulary import vocabulary

SIZE = int(os.environ.get("BENCH_LABELS", "10000"))
NAME = f"labels_{SIZE}"
SEED = 55
# Of the vocabulary: the words that people type.
ASKED = 40


def main() -> None:
    """Make the labels, then measure: pages first, then the two nights, which change the labels."""
    with ground.running():
        ground.make_afresh(NAME)  # the nights change it
        ground.settle(NAME)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        _prepare()
        _measure()
        _nights()


def _prepare() -> None:
    """Labels of every kind, drawn from a seed."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from accelerator.accounts.models import Person
    from accelerator.calls.models import Application, Call, CallVersion
    from accelerator.community.models import Organisation, Role
    from accelerator.geography.models import Place
    from accelerator.labels.models import (
        Action,
        Candidacy,
        Category,
        Challenge,
        CriteriaSet,
        Label,
        Member,
    )
    from accelerator.labels.search import rebuild_labels

    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0, stdout=sys.stderr)
    draw, words, now, today = random.Random(SEED), vocabulary(), timezone.now(), timezone.localdate()

    def said(number: int) -> str:
        return " ".join(words[int(len(words) ** draw.random()) - 1] for _ in range(number))

    places = list(Place.objects.filter(kind__in=("commune", "epci"), is_current=True).order_by("key"))
    seats = [place for place in places if place.kind == "commune"]
    people = Person.objects.bulk_create(
        Person(email=f"mesure{n}@personnes.example", given_name="Mesure", family_name=f"Exemple{n}")
        for n in range(SIZE)
    )
    organisations = Organisation.objects.bulk_create(
        (Organisation(name=said(3), source="mesure", seat=draw.choice(seats)) for _ in range(SIZE)), batch_size=1000
    )
    Role.objects.bulk_create(
        (
            Role(person=person, organisation=one, name="manager", started_at=now)
            for person, one in zip(people, organisations, strict=True)
        ),
        batch_size=1000,
    )
    categories = []
    for number, code in enumerate(("territoire", "incubateur", "financeur", "ruche", "evaluateur")):
        call = Call.objects.create(
            title=f"Label {code}",
            purpose="calls.open",
            state="published",
            issuer_name="Service fictif",
            issuer_kind="state",
            service="Bureau fictif",
            service_address="1 rue de l’Exemple",
            service_email="bureau@appels.example",
            service_phone="01 99 00 00 00",
            silence_months=2,
            opens_at=now - timedelta(days=2000),
        )
        version = CallVersion.objects.create(call=call, number=1, published_at=now, why="Première version.")
        category = Category.objects.create(
            code=code,
            title=f"Label {code}",
            plural=f"Labels {code}",
            holder="organisation" if number else "collective",
            summary="Pour la mesure.",
            duration_months=36,
            reminders=[6, 3, 1],
            call=call,
            position=number,
        )
        criteria = CriteriaSet.objects.create(category=category, number=1, since=today, why="Pour la mesure.")
        categories.append((category, criteria, version))
    candidacies, drawn = [], []
    for one in organisations:
        category, criteria, version = draw.choice(categories)
        place = draw.choice(places)
        drawn.append((category, criteria, version, place))
        candidacies.append(
            Candidacy(
                category=category,
                criteria_set=criteria,
                organisation=one,
                title=said(4)[:120],
                summary=said(12)[:300],
                perimeter=[place.key],
                perimeter_cover=place.cover,
            )
        )
    Candidacy.objects.bulk_create(candidacies, batch_size=1000)
    applications = Application.objects.bulk_create(
        (
            Application(
                number=f"2026-{number:06d}",
                call=version.call,
                version=version,
                state="notified",
                title=candidacy.title,
                person=people[number],
                organisation=candidacy.organisation,
                subject=f"labels.candidacy:{candidacy.pk}",
                begun_at=now,
                submitted_at=now,
                received_on=today - timedelta(days=900),
            )
            for number, (candidacy, (_, _, version, _)) in enumerate(zip(candidacies, drawn, strict=True))
        ),
        batch_size=1000,
    )
    labels = []
    for number, (candidacy, application, (category, criteria, _, _)) in enumerate(
        zip(candidacies, applications, drawn, strict=True)
    ):
        # Half of them are over tonight, the other half are to be reminded.
        end = today if number % 2 else today + timedelta(days=draw.randrange(1, 180))
        labels.append(
            Label(
                number=f"FI-2026-{number:05d}",
                category=category,
                criteria_set=criteria,
                holder=category.holder,
                candidacy=candidacy,
                organisation=candidacy.organisation,
                title=candidacy.title,
                perimeter=candidacy.perimeter,
                perimeter_cover=candidacy.perimeter_cover,
                seat=candidacy.organisation.seat,
                period=(end - timedelta(days=1095), end),
                awarded_on=end - timedelta(days=1095),
                application=application,
            )
        )
    Label.objects.bulk_create(labels, batch_size=1000)
    _road_maps(candidacies[::5], said, today, Member, Challenge, Action, now)
    began = time.perf_counter()
    rebuild_labels()
    ground.log(f"index de {SIZE} labels écrit en {time.perf_counter() - began:.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _road_maps(candidacies, said, today, Member, Challenge, Action, now) -> None:  # noqa: N803  models, given once loaded
    """Three défis of three actions for each."""
    members = Member.objects.bulk_create(
        Member(
            candidacy=one,
            organisation=one.organisation,
            role="lead",
            state="confirmed",
            asked_at=now,
            answered_at=now,
        )
        for one in candidacies
    )
    challenges = Challenge.objects.bulk_create(
        Challenge(candidacy=one, position=rank, kind="social", title=said(4)[:160], text=said(15))
        for one in candidacies
        for rank in (1, 2, 3)
    )
    pilots = {member.candidacy_id: member for member in members}
    Action.objects.bulk_create(
        (
            Action(
                challenge=one,
                pilot=pilots[one.candidacy_id],
                title=said(5)[:200],
                due_on=today + timedelta(days=30 * rank),
                indicator="Personnes",
                target=100,
            )
            for one in challenges
            for rank in (-1, 1, 2)
        ),
        batch_size=1000,
    )


def _measure() -> None:
    from django.urls import reverse

    from accelerator.labels.models import Label
    from benchmarks import pages

    draw = random.Random(SEED)
    here, words = reverse("labels:register"), vocabulary()
    asked = [words[int(len(words) ** (0.2 + 0.7 * draw.random()))] for _ in range(ASKED)]
    labels = Label.objects.select_related("candidacy").order_by("pk")
    shown = list(labels[: 95 * pages.REPEATED : 95])  # every nineteenth has a road map: 95 is a multiple of five
    kinds = {
        "registre": [here],
        "registre, un mot": [f"{here}?q={word}" for word in asked],
        "registre, plusieurs filtres": [
            f"{here}?categorie=territoire&etat=active&region=76",
            f"{here}?etat=active&categorie=ruche&categorie=incubateur",
        ],
        "registre, près d’une commune": [f"{here}?pres_de=commune-{code}" for code in pages.NEAR],
        "label": [reverse("labels:label", args=[one.key]) for one in shown],
        "label, en JSON": [reverse("labels:label_data", args=[one.key]) for one in shown],
    }
    ground.shown(pages.measured(kinds))
    _exported()


def _exported() -> None:
    from accelerator.labels.queries.register import REGISTER, LabelQuestion, rows_of
    from accelerator.workflow import read_only

    began, used = time.perf_counter(), time.process_time()
    with read_only():
        lines = sum(1 for _ in rows_of(REGISTER.every_number(LabelQuestion())))
    seconds, computed = time.perf_counter() - began, time.process_time() - used
    ground.log(f"tout le registre, lignes de l’export : {lines} en {seconds:.1f} s ({computed:.1f} s de calcul)")


def _nights() -> None:
    from accelerator.labels.models import Label, Reminder
    from accelerator.labels.tasks import let_time_pass
    from accelerator.notices.models import Notice

    for name in ("la nuit des labels", "la même nuit, une seconde fois"):
        began, used = time.perf_counter(), time.process_time()
        done = let_time_pass(0)
        seconds, computed = time.perf_counter() - began, time.process_time() - used
        over = Label.objects.filter(state="expired").count()
        ground.log(
            f"{name} : {done} labels vus en {seconds:.1f} s ({computed:.1f} s de calcul) ; {over} à leur terme, "
            f"{Reminder.objects.count()} rappels inscrits, {Notice.objects.count()} courriels"
        )


if __name__ == "__main__":
    main()
