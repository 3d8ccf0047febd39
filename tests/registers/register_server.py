"""A real server speaking the protocol of the company register, which can be slow, away, busy, huge or absurd."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

JARDINS = "732829320"


def company(siren: str = JARDINS, **changes: Any) -> dict[str, Any]:
    """A legal unit as the register writes it; `changes` replaces top-level parts."""
    return {
        "siren": siren,
        "nom_complet": "LES JARDINS D'EXEMPLE (LJE)",
        "nom_raison_sociale": "LES JARDINS D'EXEMPLE",
        "sigle": "LJE",
        "nature_juridique": "9220",
        "activite_principale": "81.30Z",
        "date_creation": "2009-04-01",
        "etat_administratif": "A",
        "statut_diffusion": "O",
        "siege": establishment(f"{siren}00074", est_siege=True),
        "matching_etablissements": [],
        "complements": {
            "est_association": True,
            "est_entrepreneur_individuel": False,
            "est_ess": True,
            "est_societe_mission": False,
            "identifiant_association": "W461001234",
        },
        **changes,
    }


def establishment(siret: str, **changes: Any) -> dict[str, Any]:
    return {
        "siret": siret,
        "adresse": "1 RUE DE L'EXEMPLE 46100 FIGEAC",
        "code_postal": "46100",
        "commune": "46102",
        "libelle_commune": "FIGEAC",
        "etat_administratif": "A",
        "statut_diffusion_etablissement": "O",
        **changes,
    }


class Register(ThreadingHTTPServer):
    """Answers what it knows; `behave` replaces the answer: (status, headers, body) or a function of the handler."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.known: dict[str, dict[str, Any]] = {JARDINS: company()}
        self.questions: list[dict[str, list[str]]] = []
        self.agents: list[str] = []
        self.behaviours: list[Callable[[_Handler], None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next(self, *behaviours: Callable[["_Handler"], None]) -> None:
        """How to answer the next questions, one each."""
        self.behaviours += behaviours

    def always(self, behaviour: Callable[["_Handler"], None]) -> None:
        self.behaviours += [behaviour] * 50


class _Handler(BaseHTTPRequestHandler):
    server: Register

    def do_GET(self) -> None:
        question = parse_qs(urlsplit(self.path).query)
        self.server.questions.append(question)
        self.server.agents.append(self.headers.get("User-Agent", ""))
        if self.server.behaviours:
            self.server.behaviours.pop(0)(self)
            return
        asked = question["q"][0]
        found = [
            one
            for siren, one in self.server.known.items()
            if asked[:9] == siren or one["complements"].get("identifiant_association") == asked
        ]
        self.say(200, json.dumps({"results": found, "total_results": len(found), "page": 1}).encode())

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Silent."""


def says(status: int, body: bytes = b"", **headers: str) -> Callable[[_Handler], None]:
    return lambda handler: handler.say(status, body, **headers)


def results(*found: Any) -> Callable[[_Handler], None]:
    return says(200, json.dumps({"results": list(found)}).encode())


def sleeps(seconds: float) -> Callable[[_Handler], None]:
    def answer(handler: _Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return answer


def hangs_up(handler: _Handler) -> None:
    handler.close_connection = True


@contextmanager
def running() -> Iterator[Register]:
    register = Register()
    thread = Thread(target=register.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield register
    finally:
        register.shutdown()
        register.server_close()
        thread.join()
