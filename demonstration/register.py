"""The company register of the demonstration: a few fictitious companies, then the real register behind.

`make run` starts it on this machine and points the platform to it, unless COMPANY_REGISTER_URL says otherwise. It
speaks the protocol of « Recherche d'entreprises ». A question about one of its fictitious numbers (they begin with
six zeros: Insee gives none of these) is answered from here; any other is passed to the real register as it is, and
without network the answer is 502, so that the platform says that the register is away: nothing is ever invented
about a number that may be real.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from accelerator.workflow.answers import authorities

REAL_REGISTER = "https://recherche-entreprises.api.gouv.fr"
_PATIENCE = 2.0
_LARGEST = 1024 * 1024


def _company(siren: str, nic: str, name: str, place: tuple[str, str, str], **facts: Any) -> dict[str, Any]:
    code, postal_code, commune = place
    complements = {
        "est_association": False,
        "est_entrepreneur_individuel": False,
        "est_ess": False,
        "est_societe_mission": False,
        "identifiant_association": None,
    }
    seat = {
        "siret": siren + nic,
        "adresse": f"1 RUE DE LA FICTION {postal_code} {commune.upper()}",
        "code_postal": postal_code,
        "commune": code,
        "libelle_commune": commune.upper(),
        "etat_administratif": "A",
        "est_siege": True,
        "statut_diffusion_etablissement": "O",
    }
    return {
        "siren": siren,
        "nom_complet": name,
        "nom_raison_sociale": name,
        "sigle": facts.pop("sigle", None),
        "nature_juridique": facts.pop("nature_juridique"),
        "activite_principale": facts.pop("activite_principale", "94.99Z"),
        "date_creation": facts.pop("date_creation", "2019-03-01"),
        "etat_administratif": "A",
        "statut_diffusion": facts.pop("statut_diffusion", "O"),
        "siege": seat,
        "matching_etablissements": [seat],
        "complements": {**complements, **facts},
    }


COMPANIES = (
    _company(
        "000000018",
        "00010",
        "ASSOCIATION FICTIVE LES JARDINS D'EXEMPLE",
        ("46102", "46100", "Figeac"),
        sigle="LJE",
        nature_juridique="9220",
        est_association=True,
        est_ess=True,
        identifiant_association="W469000018",
    ),
    _company(
        "000000026",
        "00013",
        "COOPERATIVE FICTIVE DU REEMPLOI",
        ("31555", "31000", "Toulouse"),
        nature_juridique="5458",
        activite_principale="38.32Z",
        est_ess=True,
    ),
    _company(
        "000000034",
        "00017",
        "CAMILLE EXEMPLE",
        ("75120", "75020", "Paris 20"),
        nature_juridique="1000",
        est_entrepreneur_individuel=True,
    ),
    _company(
        "000000067",
        "00017",
        "RESEAU FICTIF DES RESSOURCERIES",
        ("46042", "46000", "Cahors"),
        nature_juridique="9220",
        est_association=True,
        est_ess=True,
    ),
    _company(
        "000000042",
        "00010",
        "SOCIETE FICTIVE DISCRETE",
        ("13201", "13001", "Marseille 1er"),
        nature_juridique="5710",
        statut_diffusion="P",
    ),
)


def fictitious(question: str) -> dict[str, Any] | None:
    """The fictitious company of a SIREN, a SIRET or an RNA."""
    for company in COMPANIES:
        rna = company["complements"]["identifiant_association"]
        if question[:9] == company["siren"] or (rna and question == rna):
            return company
    return None


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlsplit(self.path)
        question = parse_qs(address.query).get("q", [""])[0]
        if address.path != "/search":
            self._say(404, b'{"erreur": "adresse inconnue"}')
        elif company := fictitious(question):
            page = {"results": [company], "total_results": 1, "page": 1, "per_page": 1, "total_pages": 1}
            self._say(200, json.dumps(page).encode())
        elif question.startswith("000000"):
            self._say(200, b'{"results": [], "total_results": 0, "page": 1, "per_page": 1, "total_pages": 0}')
        else:
            self._say(*_real(address.query, self.headers.get("User-Agent", "")))

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Silent: the launcher talks to the person at the terminal."""


def _real(query: str, agent: str) -> tuple[int, bytes]:
    try:
        asked = f"{REAL_REGISTER}/search?{query}"
        answer = httpx.get(asked, headers={"User-Agent": agent}, timeout=_PATIENCE, verify=authorities())
    except httpx.HTTPError:
        return 502, b'{"erreur": "registre injoignable"}'
    if len(answer.content) > _LARGEST:
        return 502, b'{"erreur": "reponse trop longue"}'
    return answer.status_code, answer.content


@contextmanager
def running() -> Iterator[str]:
    """Answer on a free port of this machine; gives the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
