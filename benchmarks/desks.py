"""The desks of the platform, filled: what waits there, fictitious, and the moderator who looks at it."""

from datetime import timedelta
from itertools import cycle

from django.db import transaction
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.accounts.proof import PROVED_AT
from accelerator.community.models import Claim, Duplicate, ErrorReport, Organisation, Role
from accelerator.community.states import Likeness, ProofKind, ReportTopic, RoleName
from accelerator.registers.models import Run
from accelerator.registers.states import RunState, Source

MANY = 1000  # of each thing that waits
MODERATOR = "moderatrice@mesures.example"


def moderator() -> Client:
    """A browser where the moderator of the whole country, and administrator, has just come in."""
    client = Client(headers={"x-forwarded-proto": "https"})
    client.force_login(Person.objects.get(email=MODERATOR))
    session = client.session
    session[PROVED_AT] = timezone.now().isoformat()
    session.save()
    return client


@transaction.atomic
def fill() -> None:
    """Once for a database: pairs, claims, reports and imports, on the records of a world."""
    if Person.objects.filter(email=MODERATOR).exists():
        return
    now = timezone.now()
    accepted = {"terms_version": "2026-11", "terms_accepted_at": now, "joined_at": now}
    person = Person.objects.create(email=MODERATOR, given_name="Camille", family_name="Mesure", **accepted)
    for name in (RoleName.MODERATOR, RoleName.ADMINISTRATOR):
        Role.objects.create(person=person, name=name, started_at=now)
    records = _spread(Organisation.objects.listed())
    days = [now - timedelta(hours=3 * n) for n in range(MANY)]
    claimants = Person.objects.bulk_create(
        Person(email=f"personne{n}@mesures.example", given_name="Camille", family_name=f"Exemple{n}", **accepted)
        for n in range(MANY)
    )
    roles = Role.objects.bulk_create(
        Role(person=one, name=RoleName.MANAGER, organisation=record, started_at=day)
        for one, record, day in zip(claimants, records, days, strict=False)
    )
    Claim.objects.bulk_create(
        Claim(
            organisation=role.organisation,
            person=role.person,
            role=role,
            proof=ProofKind.DOMAIN,
            evidence="mesures.example",
            claimed_at=role.started_at,
            reversible_until=timezone.localdate(role.started_at) + timedelta(days=30),
        )
        for role in roles
    )
    Duplicate.objects.bulk_create(
        Duplicate(first=first, second=second, reasons=[reason], likeness=50 + n % 50, found_at=day)
        for n, (first, second, reason, day) in enumerate(
            zip(records, records[1:], cycle(Likeness.values), days, strict=False)
        )
    )
    ErrorReport.objects.bulk_create(
        ErrorReport(
            organisation=record,
            topic=topic,
            message="Une adresse a changé.",
            reporter=person,
            reported_at=day,
            due_on=timezone.localdate(day) + timedelta(days=15),
        )
        for record, topic, day in zip(records, cycle(ReportTopic.values), days, strict=False)
    )
    Run.objects.bulk_create(
        Run(
            source=source,
            files=["StockUniteLegale_utf8.zip"],
            digest=f"{n:064x}",
            state=RunState.DONE,
            by="system:benchmark",
            started_at=day,
            told_at=day,
            ended_at=day + timedelta(minutes=3),
            is_indexed=True,
        )
        for n, (source, day) in enumerate(zip(cycle(Source.values), days, strict=False))
    )


def _spread(records: QuerySet[Organisation]) -> list[Organisation]:
    """Some from all over the table."""
    last = records.order_by("-pk").values_list("pk", flat=True)[0]
    step = max(1, last // MANY)
    return list(records.filter(pk__in=range(1, last, step)).order_by("pk")[:MANY])
