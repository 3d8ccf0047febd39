"""Applications by the thousand: `python -m benchmarks.calls [5000] [24000]`.

The first number is how many the lists hold, the second how many are exported. Made by sets, in a database thrown away;
nothing is written in the repository. Server time is the page's, through Django's test client, production's settings.
"""

import resource
import statistics
import sys
import time
from typing import Any

from benchmarks import ground

DATABASE = "calls_measured"
REPEATED = 15
_MB = 1024


def main() -> None:
    """Make, measure, print."""
    listed, exported = (int(one) for one in (*sys.argv[1:], "5000", "24000")[:2])
    with ground.running():
        ground.make_afresh(DATABASE)
        ground.settle(DATABASE)
        import django

        django.setup()
        measure(listed, exported)


def measure(listed: int, exported: int) -> None:
    """The pages at one size, then the export at another."""
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    people, call = prepare()
    fill(call, people["applicant"], listed)
    client = Client()
    for who, pages in addresses(call, people).items():
        _enter(client, people[who])
        for name, address in pages.items():
            assert client.get(address).status_code == 200, address
            times = []
            for _ in range(REPEATED):
                begun = time.perf_counter()
                client.get(address)
                times.append(1000 * (time.perf_counter() - begun))
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            # A question whose plan is kept shows no text.
            asked = sum(1 for one in seen if (one["sql"] or "SELECT").lstrip()[:6].upper() == "SELECT")
            say(f"{name}, {listed} candidatures", f"{statistics.median(times):.0f} ms, {asked} lectures")
    fill(call, people["applicant"], exported - listed)
    _enter(client, people["officer"])
    for kind in ("csv", "xlsx"):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun, size = time.perf_counter(), 0
        for chunk in client.get(f"/instruction/?format={kind}"):
            size += len(chunk)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        say(
            f"export {kind.upper()} de {exported} candidatures",
            f"{time.perf_counter() - begun:.1f} s, {size / 1e6:.1f} Mo, "
            f"processus {peak / _MB:.0f} Mo (avant : {before / _MB:.0f})",
        )
    say("mesuré le", str(timezone.localdate()))


def say(what: str, value: str) -> None:
    """One line of the table."""
    sys.stdout.write(f"| {what} | {value} |\n")
    sys.stdout.flush()


def prepare() -> tuple[dict[str, Any], Any]:
    """A call with a form of its true size, its officer, an applicant."""
    from django.utils import timezone

    from accelerator.accounts.models import Person
    from accelerator.calls.models import CallRole
    from accelerator.calls.operations.founding import load_call
    from accelerator.journal import System
    from accelerator.workflow import transaction

    now = timezone.now()
    people = {
        name: Person.objects.create(
            email=f"{name}@personnes.example",
            given_name=name,
            family_name="Exemple",
            terms_version="2026-11",
            terms_accepted_at=now,
            joined_at=now,
        )
        for name in ("officer", "applicant")
    }
    with transaction():
        call = load_call(code="qualification-permanente", by=System("benchmarks"), at=now)
    CallRole.objects.create(call=call, person=people["officer"], name="officer", started_at=now)
    return people, call


def fill(call: Any, applicant: Any, number: int) -> None:
    """Applications by one statement: every state, days spread over a year, a person and an organisation each.

    The first of them is that of `applicant`.
    """
    from django.db import connection

    version = call.versions.get()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH made AS (
                INSERT INTO community_organisation (public_id, state, name, acronym, identity, legal_family,
                    legal_category, activity_code, kinds, themes, summary, presentation, website, links, contact_email,
                    address, territories, territories_cover, source, source_url, provenance, publishable,
                    charter_version)
                SELECT substr(md5(random()::text || n), 1, 12), 'active', 'Association fictive ' || n, '', 'declared',
                    'association', '', '', '{}', '{}', '', '', '', '[]', '', '', '{}', '{}', 'mesure', '', '{}',
                    true, ''
                FROM generate_series(1, %(number)s) n RETURNING id
            ), numbered AS (SELECT id, row_number() OVER () AS n FROM made),
            others AS (
                INSERT INTO accounts_person (public_id, email, given_name, family_name, terms_version, is_active)
                SELECT substr(md5(random()::text || n), 1, 12), md5(random()::text || n) || '@personnes.example',
                    'Camille', 'Exemple ' || n, '', true
                FROM generate_series(2, %(number)s) n RETURNING id
            ), people AS (
                SELECT %(person)s AS person, 1 AS n
                UNION ALL SELECT id, 1 + row_number() OVER () FROM others
            )
            INSERT INTO calls_application (public_id, number, call_id, version_id, state, decided_from, title,
                person_id, organisation_id, subject, answers, sections, reused, revision, facts, findings, origin,
                paper, begun_at, received_on, submitted_at, submitted_as, silence_on, expected_on, aside_because)
            SELECT substr(md5(random()::text || n), 1, 12),
                '2026-' || lpad(nextval('calls_application_number')::text, 6, '0'),
                %(call)s, %(version)s,
                (ARRAY['submitted', 'incomplete', 'admissible', 'review', 'hearing', 'notified'])[1 + n %% 6], '',
                'Candidature fictive ' || n, person, id, '',
                jsonb_build_object('resume', repeat('Un projet utile. ', 20), 'budget', 60000000 + n, 'prouve', true),
                '{}', '{}', 3, jsonb_build_object('answer.prouve', true),
                '[{"code": "preuve", "label": "La preuve", "result": "holds", "why": "Oui.", "weight": "law",
                   "advice": "", "source": null}]',
                'online', '{}', now(), current_date - (n %% 300)::int, now() - (n %% 300) * interval '1 day',
                'en son nom',
                current_date - (n %% 300)::int + 60, current_date + (n %% 90)::int, ''
            FROM numbered JOIN people USING (n)
            """,
            {"number": number, "call": call.pk, "version": version.pk, "person": applicant.pk},
        )
        cursor.execute("ANALYZE")


def addresses(call: Any, people: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The pages of each side."""
    from django.urls import reverse

    from accelerator.calls.models import Application

    one = Application.objects.order_by("pk")[1000]
    desk = reverse("calls:desk")
    return {
        "officer": {
            "bureau de l’instructeur": desk,
            "bureau, en retard": f"{desk}?delai=retard",
            "bureau, cherché": f"{desk}?q=fictive+4",
            "dossier, côté service": reverse("calls:file", args=[one.public_id]),
        },
        "applicant": {"page de l’appel": reverse("calls:call", args=[call.key])},
    }


def _enter(client: Any, person: Any) -> None:
    from django.utils import timezone

    from accelerator.accounts.proof import PROVED_AT

    client.force_login(person)
    session = client.session
    session[PROVED_AT] = timezone.now().isoformat()
    session.save()


if __name__ == "__main__":
    main()
