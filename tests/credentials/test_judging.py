"""What a file that someone shows is worth."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accelerator.credentials import keys, operations, proofs, queries
from accelerator.credentials.models import Credential, SigningKey
from accelerator.credentials.states import Finding
from tests.credentials.conftest import TEAM, YEAR, judged, shown

Attest = Callable[..., Credential]
DAY = timedelta(days=1)


def test_a_credential_that_was_issued_is_valid(attest: Attest, at: datetime) -> None:
    credential = attest()
    verdict = judged(queries.signed(credential), at)
    assert (verdict.finding, verdict.credential) == (Finding.VALID, credential)
    # The same bytes, until the key changes.
    assert queries.signed(credential) == queries.signed(credential)


def test_the_end_the_start_the_suspension_and_the_withdrawal(
    attest: Attest, perform: Callable[..., Any], at: datetime
) -> None:
    credential = attest()
    file = queries.signed(credential)
    moved = {"credential": credential, "by": TEAM, "at": at, "reason": "Essai."}
    assert judged(file, credential.valid_from - DAY).finding == Finding.EARLY
    assert credential.valid_until is not None
    assert judged(file, credential.valid_until - DAY).finding == Finding.VALID
    assert judged(file, credential.valid_until).finding == Finding.EXPIRED
    perform(operations.suspend, **moved)
    perform(operations.suspend, **{**moved, "at": at + DAY})
    verdict = judged(file, at)
    assert (verdict.finding, verdict.since) == (Finding.SUSPENDED, at)
    perform(operations.lift, **moved)
    assert judged(file, at).finding == Finding.VALID
    perform(operations.suspend, **moved)
    perform(operations.revoke, **moved)
    assert judged(file, at).finding == Finding.WITHDRAWN
    # Withdrawn for ever: it is neither suspended again, nor valid once lifted, nor only expired.
    assert judged(file, credential.valid_until + DAY).finding == Finding.WITHDRAWN
    with pytest.raises(operations.Refused):
        perform(operations.suspend, **moved)


def edited(**changed: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda file: {**file, **changed}


def deeper(file: dict[str, Any]) -> dict[str, Any]:
    file["credentialSubject"]["achievement"]["name"] = "Label bien plus beau"
    return file


def respelled(file: dict[str, Any]) -> dict[str, Any]:
    # The same graph, hence the same signature; and no end for who reads the JSON.
    file["https://www.w3.org/2018/credentials#validUntil"] = {
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
        "@value": file.pop("validUntil"),
    }
    return file


def listed(file: dict[str, Any]) -> dict[str, Any]:
    file["validUntil"] = [file["validUntil"]]
    return file


def without_end(file: dict[str, Any]) -> dict[str, Any]:
    del file["validUntil"]
    return file


def another_index(file: dict[str, Any]) -> dict[str, Any]:
    file["credentialStatus"][0]["statusListIndex"] += "1"
    return file


def without_status(file: dict[str, Any]) -> dict[str, Any]:
    del file["credentialStatus"]
    return file


def numbers_for_truth(file: dict[str, Any]) -> dict[str, Any]:
    file["credentialSubject"]["identifier"][0]["hashed"] = 0
    return file


@pytest.mark.parametrize(
    ("edit", "part"),
    [
        (edited(validUntil="2099-01-01T00:00:00Z"), "validUntil"),
        (edited(name="Un autre nom"), "name"),
        (edited(description="Un ajout"), "description"),
        (
            edited(**{"@context": ["https://www.w3.org/ns/credentials/v2", "https://ailleurs.example/contexte"]}),
            "@context",
        ),
        (edited(**{"@context": [{"name": "https://schema.org/description"}]}), "@context"),
        (edited(evidence=None), None),
        (deeper, "credentialSubject"),
        (respelled, "validUntil"),
        (listed, "validUntil"),
        (without_end, "validUntil"),
        (another_index, "credentialStatus"),
        (without_status, "credentialStatus"),
        (numbers_for_truth, "credentialSubject"),
    ],
)
def test_whatever_is_changed_is_seen_and_named(
    attest: Attest, at: datetime, edit: Callable[[dict[str, Any]], dict[str, Any]], part: str | None
) -> None:
    verdict = judged(edit(copy.deepcopy(queries.signed(attest()))), at)
    if part is None:  # a part that says nothing changes nothing
        assert verdict.finding == Finding.VALID
    else:
        assert verdict.finding == Finding.ALTERED
        assert part in verdict.altered


@pytest.mark.parametrize(
    "changed",
    [
        {"proofValue": "z" + "2" * 88},
        {"proofValue": "pas du base58"},
        {"created": "2020-01-01T00:00:00Z"},
        {"created": "2099-01-01T00:00:00Z"},
        {"created": "hier"},
        {"created": None},
        {"cryptosuite": "eddsa-jcs-2022"},
        {"proofPurpose": "authentication"},
        {"verificationMethod": "did:web:ailleurs.example#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"},
        {"verificationMethod": "rien"},
        {"nonce": "de plus"},
    ],
)
def test_a_signature_that_is_not_ours(attest: Attest, at: datetime, changed: dict[str, Any]) -> None:
    file = queries.signed(attest())
    verdict = judged({**file, "proof": {**file["proof"], **changed}}, at)
    assert (verdict.finding, verdict.altered) == (Finding.ALTERED, ["proof"])


def signed_by_a_stranger(claims: dict[str, Any], did: str) -> dict[str, Any]:
    key = Ed25519PrivateKey.generate()
    name = keys.name_of(key.public_key())
    return proofs.sign(claims, key=key, method=f"{did}#{name}", created=datetime(2026, 1, 1, tzinfo=UTC))


def test_the_same_words_signed_by_a_stranger(attest: Attest, at: datetime) -> None:
    claims = attest().claims
    # Under our name, with a key that is not ours.
    assert judged(signed_by_a_stranger(claims, queries.issuer()), at).finding == Finding.ALTERED
    # Under another name.
    other = "did:web:ailleurs.example"
    verdict = judged(signed_by_a_stranger({**claims, "issuer": {**claims["issuer"], "id": other}}, other), at)
    assert verdict.finding == Finding.FOREIGN
    assert "reprend le numéro" in verdict.why
    verdict = judged(signed_by_a_stranger({**claims, "id": "urn:uuid:0", "issuer": other}, other), at)
    assert (verdict.finding, verdict.why) == (Finding.FOREIGN, "")


def test_a_number_that_was_never_given(attest: Attest, at: datetime) -> None:
    claims = {**attest().claims, "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"}
    # Even with our key in the wrong hands: what is not in the register was not issued.
    name = queries.signing_key().name
    forged = proofs.sign(claims, key=keys.private(name), method=f"{queries.issuer()}#{name}", created=at)
    assert judged(forged, at).finding == Finding.UNKNOWN


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"{}", b'{"proof": {}}', b"[" * 100_000, b'{"id": "urn:uuid:x", "proof": 1}']
)
def test_what_is_no_credential_is_said_to_be_so(content: bytes) -> None:
    verdict = queries.judge(content)
    assert verdict.finding == Finding.UNREADABLE
    assert verdict.why


def test_a_stranger_s_document_is_never_made_canonical(
    attest: Attest, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = queries.signed(attest())

    def asked(document: dict[str, Any]) -> str:
        raise AssertionError("un document étranger a été mis en forme canonique")

    monkeypatch.setattr("accelerator.credentials.documents.canonical", asked)
    poison = {**file, "credentialSubject": [{} for _ in range(50)]}
    assert judged(poison, at).finding == Finding.ALTERED
    assert judged({**poison, "issuer": "did:web:x.example"}, at).finding == Finding.FOREIGN


def test_judging_asks_nothing_of_the_network(attest: Attest, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    file = queries.signed(attest())
    address = "https://127.0.0.1:9/contexte"

    def reached(*given: object) -> None:
        raise AssertionError("le réseau a été demandé")

    monkeypatch.setattr("socket.getaddrinfo", reached)
    monkeypatch.setattr("socket.socket.connect", reached)
    for changed in (
        {},
        {"@context": [address]},
        {"issuer": {"id": "did:web:127.0.0.1%3A9"}},
        {"credentialStatus": {"type": "BitstringStatusListEntry", "statusListCredential": address}},
        {"credentialSchema": {"id": address, "type": "JsonSchema"}},
        {"termsOfUse": address},
    ):
        judged({**file, **changed}, at)


# --------------------------------------------------------------------------------------------------------------- keys


def test_what_an_old_key_signed_is_still_verified(
    attest: Attest, key: SigningKey, perform: Callable[..., Any], at: datetime
) -> None:
    credential = attest()
    before = queries.signed(credential)
    new = perform(operations.rotate_key, by=TEAM, at=at - DAY)
    after = queries.signed(credential)
    assert before["proof"]["verificationMethod"].endswith(key.name)
    assert after["proof"]["verificationMethod"].endswith(new.name)
    assert judged(before, at).finding == judged(after, at).finding == Finding.VALID
    assert [name.rpartition("#")[2] for name in queries.did_document()["assertionMethod"]] == [key.name, new.name]
    # Signed by the old key, after it was retired: nobody should have been able to.
    late = proofs.sign(
        credential.claims, key=keys.private(key.name), method=f"{queries.issuer()}#{key.name}", created=at
    )
    verdict = judged(late, at)
    assert verdict.finding == Finding.ALTERED
    assert "ne signait pas" in verdict.why


def test_what_was_signed_since_a_key_is_not_safe_is_refused(
    attest: Attest, key: SigningKey, perform: Callable[..., Any], at: datetime
) -> None:
    old, recent = attest(at=at - 9 * DAY), attest(at=at - 3 * DAY)
    files = [queries.signed(old), queries.signed(recent)]
    told = {"name": key.name, "by": TEAM, "at": at, "reason": "Disque perdu."}
    with pytest.raises(operations.Refused, match="passé"):
        perform(operations.compromise_key, **{**told, "since": at + DAY})
    with pytest.raises(operations.Refused, match="Aucune clé"):
        perform(operations.compromise_key, **{**told, "name": "z6Mk", "since": at})
    new = perform(operations.compromise_key, **told, since=at - 5 * DAY)
    assert [judged(file, at).finding for file in files] == [Finding.VALID, Finding.UNSAFE]
    # Dated before by whoever holds the key: the register says when it was issued.
    method = f"{queries.issuer()}#{key.name}"
    dated = proofs.sign(recent.claims, key=keys.private(key.name), method=method, created=at - 8 * DAY)
    assert judged(dated, at).finding == Finding.UNSAFE
    # A new copy is signed by the new key.
    assert judged(queries.signed(recent), at).finding == Finding.VALID
    published = queries.did_document()
    assert published["assertionMethod"] == [f"{queries.issuer()}#{new.name}"]
    assert key.name not in str(published)
    # Told again, the earliest moment counts.
    perform(operations.compromise_key, **told, since=at - 20 * DAY)
    perform(operations.compromise_key, **told, since=at - DAY)
    assert judged(files[0], at).finding == Finding.UNSAFE
    assert SigningKey.objects.filter(until__isnull=True).get() == new


def test_a_private_key_is_a_file_for_its_owner_alone(settings: Any, key: SigningKey, at: datetime) -> None:
    path = settings.CREDENTIAL_KEYS / f"{key.name}.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.chmod(0o640)
    with pytest.raises(keys.KeyMissing, match="chmod"):
        keys.private(key.name)
    path.chmod(0o600)
    path.write_text("autre chose")
    with pytest.raises(keys.KeyMissing, match="pas une clé"):
        keys.private(key.name)
    path.unlink()
    with pytest.raises(keys.KeyMissing, match=r"n’est pas dans"):
        keys.private(key.name)


def test_a_key_whose_file_holds_another(
    settings: Any, key: SigningKey, perform: Callable[..., Any], at: datetime
) -> None:
    new = perform(operations.rotate_key, by=TEAM, at=at)
    folder = settings.CREDENTIAL_KEYS
    (folder / f"{key.name}.pem").replace(folder / f"{new.name}.pem")
    with pytest.raises(keys.KeyMissing, match="autre clé"):
        keys.private(new.name)


def test_no_private_key_is_in_the_database_or_in_the_journal(key: SigningKey, settings: Any) -> None:
    from accelerator.journal.models import Event

    secret = (settings.CREDENTIAL_KEYS / f"{key.name}.pem").read_text().splitlines()[1]
    rows = json.dumps([*SigningKey.objects.values(), *Event.objects.values()], default=str)
    assert secret not in rows


def test_the_age_of_a_file_is_not_its_moment(attest: Attest, key: SigningKey, at: datetime) -> None:
    verdict = queries.judge(shown(queries.signed(attest(valid_until=None))), at=at + 30 * YEAR)
    assert verdict.finding == Finding.VALID
