"""Credentials to try: of a fictitious organisation, signed by a key of the test's own."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accelerator.credentials import operations, queries
from accelerator.credentials.models import Credential, SigningKey
from accelerator.journal import System
from tests import factories

TEAM = System("tests")
YEAR = timedelta(days=365)
SUBJECT = {
    "id": "https://french-impact.example/annuaire/essai",
    "type": ["AchievementSubject"],
    "identifier": [
        {"type": "IdentityObject", "hashed": False, "identityHash": "Collectif d’essai", "identityType": "name"},
        {"type": "IdentityObject", "hashed": False, "identityHash": "732829320", "identityType": "ext:siren"},
    ],
    "licenseNumber": "FI-2026-00042",
    "narrative": "Pays fictif des Sources (Lot)",
    "achievement": {
        "id": "https://french-impact.example/labels/territoire",
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": "Label d’essai",
        "description": "Ce qui est attesté dans un essai.",
        "version": "1",
        "criteria": {"narrative": "Cinq critères, version 1."},
    },
}


@pytest.fixture
def key(settings: Any, tmp_path: Path, perform: Callable[..., Any], at: datetime) -> SigningKey:
    """The key that signs, made a year ago, in a folder of its own."""
    settings.CREDENTIAL_KEYS = tmp_path / "keys"
    made: SigningKey = perform(operations.make_key, by=TEAM, at=at - YEAR)
    return made


@pytest.fixture
def attest(key: SigningKey, perform: Callable[..., Any], at: datetime) -> Callable[..., Credential]:
    """Attest something of a new organisation."""

    def made(**changed: Any) -> Credential:
        given = {
            "about": changed.pop("about", None) or factories.organisation(),
            "name": "Label d’essai",
            "subject": SUBJECT,
            "valid_from": at - timedelta(days=10),
            "valid_until": at + YEAR,
            "by": TEAM,
            "at": at - timedelta(days=10),
            **changed,
        }
        credential: Credential = perform(operations.issue, **given)
        return credential

    return made


def shown(document: dict[str, Any]) -> bytes:
    """A document as the file that someone would drop."""
    return json.dumps(document, ensure_ascii=False).encode()


def judged(document: dict[str, Any], at: datetime | None = None) -> queries.Verdict:
    return queries.judge(shown(document), at=at)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if any("Node" in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(
            "VÉRIFICATEUR ÉTRANGER NON ESSAYÉ : pas de Node sur cette machine (par exemple : apt install nodejs npm).",
            red=True,
        )
