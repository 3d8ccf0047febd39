"""The audit of dependencies, against a local server that speaks the protocol of osv.dev."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from config import audit, embedded
from config.audit import Advisory, Locked, Unreachable

DJANGO = Locked("django", "5.2.1")
KNOWN = {
    "PYSEC-1": {"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "summary": "Une injection."},
    "GHSA-2": {"id": "GHSA-2", "summary": "Retirée.", "withdrawn": "2026-01-01T00:00:00Z"},
}


class _Base(BaseHTTPRequestHandler):
    """django 5.2.1 has two advisories, the second on another page; nothing else has any."""

    server: Any

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def answer(self, content: Any, status: int = 200) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        assert self.path == "/v1/querybatch"
        if self.server.broken is not None:
            self.answer(self.server.broken)
            return
        results: list[dict[str, Any]] = []
        for query in asked:
            assert query["package"]["ecosystem"] == "PyPI"
            if (query["package"]["name"], query["version"]) != (DJANGO.name, DJANGO.version):
                results.append({})
            elif "page_token" in query:
                results.append({"vulns": [{"id": "GHSA-2", "modified": "2026-01-01T00:00:00Z"}]})
            else:
                results.append({"vulns": [{"id": "PYSEC-1", "modified": "x"}], "next_page_token": "suite"})
        self.answer({"results": results})

    def do_GET(self) -> None:
        number = self.path.removeprefix("/v1/vulns/")
        self.answer(KNOWN.get(number, {}), 200 if number in KNOWN else 404)


@contextmanager
def _base(broken: Any = None) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Base) as server:
        server.broken = broken  # type: ignore[attr-defined]  # read by the handler
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _asked(url: str, locked: list[Locked]) -> dict[Locked, list[Advisory]]:
    with httpx.Client(base_url=url, trust_env=False) as base:
        return audit.advisories(base, locked)


def test_every_page_of_what_is_known_is_read() -> None:
    with _base() as url:
        found = _asked(url, [Locked("asgiref", "3.13.0"), DJANGO])
    assert list(found) == [DJANGO]
    assert [one.names for one in found[DJANGO]] == [{"GHSA-2"}, {"PYSEC-1", "CVE-2026-1"}]
    assert [one.is_withdrawn for one in found[DJANGO]] == [True, False]


@pytest.mark.parametrize("broken", [{"results": []}, {"message": "?"}, [], b"<html>"])
def test_an_absurd_answer_is_an_audit_not_made(broken: Any) -> None:
    with _base(broken) as url, pytest.raises(Unreachable):
        _asked(url, [DJANGO])


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ({}, ["django 5.2.1 : CVE-2026-1, PYSEC-1. Une injection."]),
        ({"CVE-2026-1": {"until": date(2026, 12, 31), "why": "Jamais appelé ici."}}, []),
        ({"PYSEC-1": {"until": date(2026, 12, 31), "why": " "}}, ["PYSEC-1 (accepté jusqu’au 2026-12-31 seulement)"]),
        (
            {"PYSEC-1": {"until": date(2026, 1, 1), "why": "Passé."}},
            ["PYSEC-1 (accepté jusqu’au 2026-01-01 seulement)"],
        ),
    ],
)
def test_a_vulnerability_is_a_fault_unless_accepted_with_a_reason_until_a_date(
    accepted: dict[str, Any], said: list[str]
) -> None:
    known = [Advisory(frozenset({"PYSEC-1", "CVE-2026-1"}), "Une injection.", is_withdrawn=False)]
    known.append(Advisory(frozenset({"GHSA-2"}), "Retirée.", is_withdrawn=True))
    faults = list(audit.judged({DJANGO: known}, accepted, date(2026, 11, 26)))
    assert len(faults) == len(said)
    assert all(part in fault for fault, part in zip(faults, said, strict=True))


def test_the_locks_are_read_whole() -> None:
    locked = audit.read(embedded.ROOT / "requirements.txt")
    lines = (embedded.ROOT / "requirements.txt").read_text().splitlines()
    assert len(locked) == len([line for line in lines if line[:1].isalnum()])
    assert "django" in {one.name for one in locked}
    assert all(one.version[0].isdigit() for one in locked)


def _run(url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.audit"],
        cwd=embedded.ROOT,
        env={"PATH": os.environ["PATH"], "AUDIT_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_the_base_one_line_says_so_and_nothing_fails() -> None:
    done = _run("http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (0, "audit non fait : la base d’avis ne répond pas (ConnectError)\n")


def test_with_the_base_the_whole_locks_are_asked() -> None:
    with _base() as url:
        done = _run(url)
    assert done.returncode == 0, done.stdout
    assert "audit fait" in done.stdout
