"""The pages, through Django's test client: server time and queries."""

import itertools
import statistics
import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.community.models import Organisation
from accelerator.geography.models import Place
from accelerator.portal.views.territories import url_of
from benchmarks import query_log
from benchmarks.report import Line, quantile

REPEATED = 20


def addresses() -> dict[str, list[str]]:
    """The addresses of each kind of page."""
    directory = reverse("community:directory")
    asked = query_log.read()[:: 200 // REPEATED]
    shown = Organisation.objects.listed().order_by("pk")[: REPEATED * 97 : 97]
    return {
        "annuaire": [directory],
        "annuaire, une question": [_asked(directory, logged) for logged in asked],
        "annuaire, près d’une commune": [f"{directory}?pres=commune-{code}" for code in ("46102", "59350", "13055")],
        "carte": [reverse("community:map")],
        "organisation": [reverse("community:organisation", args=[one.key]) for one in shown],
        "territoire": _territories(),
        "accueil": [reverse("portal:home")],
    }


def _asked(directory: str, logged: query_log.Logged) -> str:
    from urllib.parse import urlencode

    filters = [(name, value) for name, values in logged.filters.items() for value in values]
    return f"{directory}?{urlencode([('q', logged.text), *filters])}"


def _territories() -> list[str]:
    keys = ("commune-46102", "departement-46", "region-76", "commune-59350")
    return [url_of(place) for place in Place.objects.filter(key__in=keys)]


def measure() -> list[Line]:
    """Each kind of page: p50, p95, and the most queries."""
    client = Client(headers={"x-forwarded-proto": "https"})
    lines = []
    for name, asked in addresses().items():
        if not asked:
            continue
        for address in asked:
            answer = client.get(address, secure=True)
            if answer.status_code != 200:
                lines.append(Line(name, f"statut {answer.status_code}", "", address[:60]))
                break
        else:
            times, queries = [], 0
            for address in itertools.islice(itertools.cycle(asked), max(REPEATED, len(asked))):
                runs = []
                for _ in range(3):
                    began = time.perf_counter()
                    client.get(address, secure=True)
                    runs.append((time.perf_counter() - began) * 1000)
                times.append(statistics.median(runs))
            for address in asked:
                with CaptureQueriesContext(connection) as captured:
                    client.get(address, secure=True)
                own = [one for one in captured.captured_queries if not one["sql"].startswith(_SCAFFOLD)]
                queries = max(queries, len(own))
            lines.append(
                Line(f"{name}, p50 / p95", f"{quantile(times, 0.5):.0f} / {quantile(times, 0.95):.0f} ms", "≤ 50 ms")
            )
            lines.append(
                Line(f"{name}, requêtes à la base", f"{queries}", "≤ 12", "au plus, hors ouverture de la transaction")
            )
    return lines


_SCAFFOLD = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET TRANSACTION", "ROLLBACK")
