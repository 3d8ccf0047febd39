"""The pages, through Django's test client: server time, computing time, queries."""

import itertools
import statistics
import time
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.community.models import Organisation
from accelerator.geography.models import Place
from accelerator.portal.views.territories import address_of, url_of
from benchmarks import desks, query_log
from benchmarks.report import Line, quantile

REPEATED = 20
NEAR = ("46102", "59350", "13055", "97411")
PARIS = "75056"
# What is asked of the territories: small and large, dense and not.
TERRITORIES = {
    "une commune": ("commune-46102", "commune-59350", "commune-75056"),
    "une intercommunalité": ("epci-200067361", "epci-200093201", "epci-200054781"),
    "un département": ("departement-46", "departement-59", "departement-974"),
    "une région": ("region-76", "region-53", "region-11"),
    "la France": ("pays-FR",),
}
FILTERS = (
    {"type": "porteur", "famille": "social", "region": "11"},
    {"type": ["porteur", "reseau"], "departement": ["59", "62"], "ess": "ess"},
    {"region": ["11", "76", "53"], "forme": "association", "q": "emploi"},
)
# One value of one filter: what a visitor clicks first.
VALUES = (("type", "porteur"), ("type", "financeur"), ("theme", "ALI"), ("region", "53"), ("departement", "46"))
DESKS = {
    "bureau : imports": "/registres/imports",
    "bureau : doublons": "/moderation/doublons",
    "bureau : revendications": "/moderation/revendications",
    "bureau : signalements": "/moderation/signalements",
    "bureau : fiches sans thème": "/moderation/themes",
    "bureau : fiches sans thème, cherchées": "/moderation/themes?theme=ALI&departement=46",
    "compte : application de codes": "/compte/securite/application",
}


def addresses() -> dict[str, list[str]]:
    """The addresses of each kind of page."""
    directory = reverse("directory:directory")
    log = query_log.read()
    words = [one for one in log if one.kind == "un mot"][::2]
    sentences = [one for one in log if one.kind == "phrases"][::2]
    shown = list(Organisation.objects.listed().order_by("pk")[: REPEATED * 97 : 97])
    return {
        "accueil": [reverse("portal:home")],
        "annuaire": [directory],
        "annuaire, un mot": [_asked(directory, logged) for logged in words],
        "annuaire, une phrase": [_asked(directory, logged) for logged in sentences],
        "annuaire, plusieurs filtres": [f"{directory}?{urlencode(asked, doseq=True)}" for asked in FILTERS],
        "annuaire, une valeur de filtre": [f"{directory}?{name}={value}" for name, value in VALUES],
        "annuaire, près d’une commune": [f"{directory}?pres_de=commune-{code}" for code in NEAR],
        "annuaire, près de Paris": [f"{directory}?pres_de=commune-{PARIS}"],
        "carte": [reverse("directory:map")],
        "plan pour les moteurs : la liste, un fichier": [
            reverse("portal:sitemap_index"),
            reverse("portal:sitemap_organisations", args=[2]),
        ],
        "organisation": [reverse("community:organisation", args=[one.key]) for one in shown],
        "organisation, en JSON": [reverse("directory:organisation_data", args=[one.key]) for one in shown],
        **{f"territoire : {said}": [url_of(place) for place in _places(keys)] for said, keys in TERRITORIES.items()},
        "territoire, en JSON": [
            reverse("portal:territory_data", args=[address_of(place)])
            for place in _places(keys[-1] for keys in TERRITORIES.values())
        ],
    }


def _asked(directory: str, logged: query_log.Logged) -> str:
    filters = [(name, value) for name, values in logged.filters.items() for value in values]
    return f"{directory}?{urlencode([('q', logged.text), *filters])}"


def _places(keys: Iterable[str]) -> list[Place]:
    return list(Place.objects.filter(key__in=list(keys)).order_by("key"))


def measure() -> list[Line]:
    """Each kind of page: p50 and p95 of the median of three runs and of the best, computing time, most queries."""
    inside = desks.moderator()
    return [
        *measured(addresses()),
        *(_line(inside, name, [asked]) for name, asked in DESKS.items()),
    ]


def measured(kinds: Mapping[str, list[str]]) -> list[Line]:
    """The same for some kinds of pages, as a visitor."""
    client = Client(headers={"x-forwarded-proto": "https"})
    return [_line(client, name, asked) for name, asked in kinds.items()]


def _line(client: Client, name: str, asked: list[str]) -> Line:
    queries, largest = 0, 0
    for address in asked:
        client.get(address, secure=True)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address, secure=True)
        if answer.status_code != 200:
            return Line(name, f"statut {answer.status_code}", "200", address[:60])
        own = [one for one in captured.captured_queries if not (one["sql"] or "").startswith(_SCAFFOLD)]
        queries, largest = max(queries, len(own)), max(largest, len(answer.content))
    times, best, computing = [], [], []
    for address in itertools.islice(itertools.cycle(asked), max(REPEATED, len(asked))):
        runs = []
        for _ in range(3):
            began, computed = time.perf_counter(), time.process_time()
            client.get(address, secure=True)
            runs.append((time.perf_counter() - began) * 1000)
            computing.append((time.process_time() - computed) * 1000)
        times.append(statistics.median(runs))
        best.append(min(runs))
    return Line(
        name,
        f"{quantile(times, 0.5):.0f} / {quantile(times, 0.95):.0f} ms ; {queries} requêtes",
        "≤ 50 ms ; ≤ 12",
        f"au mieux {quantile(best, 0.5):.0f} / {quantile(best, 0.95):.0f} ms ; "
        f"dont {quantile(computing, 0.5):.0f} ms de calcul (Python) ; {largest / 1000:.0f} ko au plus",
    )


# The opening of the transaction and its end.
_SCAFFOLD = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET TRANSACTION", "ROLLBACK")
