"""What machines read, and the commands that operate the keys."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accelerator.credentials import operations, queries
from accelerator.credentials.models import Credential, SigningKey
from tests.client import HostileClient
from tests.credentials.conftest import TEAM

LIST = "/attestations/listes/1/revocation"


def bits(answer: Any) -> str:
    """What a list says."""
    return str(json.loads(answer.content)["credentialSubject"]["encodedList"])


def test_the_did_document_is_read_from_any_site(client: HostileClient, key: SigningKey) -> None:
    answer = client.get("/.well-known/did.json")
    assert answer["Content-Type"] == "application/did+json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Cache-Control"] == "public, max-age=60"
    assert answer.json()["id"] == "did:web:localhost%3A8000"
    assert answer.json()["verificationMethod"][0]["publicKeyMultibase"] == key.name
    assert not answer.cookies


def test_a_list_says_at_once_what_was_withdrawn(
    client: HostileClient, attest: Callable[..., Credential], perform: Callable[..., Any], at: datetime
) -> None:
    credential = attest()
    before = client.get(LIST)
    assert before["Content-Type"] == "application/vc"
    again = client.get(LIST, headers={"If-None-Match": before["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    perform(operations.revoke, credential=credential, by=TEAM, at=at, reason="Essai.")
    after = client.get(LIST, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert bits(after) != bits(before)
    assert bits(client.get("/attestations/listes/1/suspension")) == bits(before)


@pytest.mark.parametrize("address", ["2/revocation", "1/autre", f"{10**12}/revocation"])
def test_a_list_that_does_not_exist(client: HostileClient, attest: Callable[..., Credential], address: str) -> None:
    attest()
    assert client.get(f"/attestations/listes/{address}").status_code == 404


def test_without_its_key_the_platform_says_so(
    client: HostileClient, attest: Callable[..., Credential], settings: Any
) -> None:
    attest()
    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS / "elsewhere"
    answer = client.get(LIST)
    assert answer.status_code == 503
    assert "private" in answer["Cache-Control"]


def test_the_commands(settings: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.CREDENTIAL_KEYS = tmp_path / "keys"
    call_command("make_signing_key")
    call_command("make_signing_key")
    first = SigningKey.objects.get()
    call_command("rotate_signing_key")
    second = queries.signing_key()
    assert second != first
    with pytest.raises(CommandError, match="s’écrit"):
        call_command("compromise_signing_key", second.name, since="hier", reason="Essai.")
    with pytest.raises(CommandError, match="passé"):
        call_command("compromise_signing_key", second.name, since="2999-01-01T00:00", reason="Essai.")
    call_command("compromise_signing_key", second.name, since="2026-11-26T10:30", reason="Essai.")
    second.refresh_from_db()
    assert second.compromised_at is not None
    assert second.compromised_at.isoformat() == "2026-11-26T09:30:00+00:00"
    assert queries.signing_key() not in (first, second)
    (settings.CREDENTIAL_KEYS).chmod(0o750)
    with pytest.raises(CommandError, match="chmod"):
        call_command("rotate_signing_key")
    assert "Clé de signature" in capsys.readouterr().out
