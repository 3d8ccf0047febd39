"""Signatures: the W3C's own vectors, words that would not be signed, graphs made to cost."""

import base64
import gzip
import hashlib
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accelerator.credentials import bitstrings, documents, keys, proofs
from accelerator.credentials.documents import Unfit

# W3C, Data Integrity EdDSA Cryptosuites v1.0, appendix B.1 (W3C Software and Document License), and the same document
# under another method, from the files that the authors keep beside their text (TestVectors/eddsa-rdfc-2022).
PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
PRIVATE = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
ALUMNI: dict[str, Any] = {
    "@context": [documents.CREDENTIALS, EXAMPLES],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
CLAIMS_DIGEST = "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
VECTORS = [
    (
        f"did:key:{PUBLIC}#{PUBLIC}",
        "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0",
        "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme",
    ),
    (
        f"https://vc.example/issuers/5678#{PUBLIC}",
        "4c4d3890a157f8d611b13c265c2c22f39aa0a567c7c7dd9ba3e45cd579784eeb",
        "z21EVs3eXERqTn4acNHT9viboqgzUaQ3kTmhPT3eA8qrVPE7CrQq78WkzctnMX5W4CrzcKnHw8V6dvy5pgWYCU5e9",
    ),
]
KEY = Ed25519PrivateKey.from_private_bytes(keys.decoded(PRIVATE)[2:])
SIGNED_AT = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)


@pytest.fixture
def _examples(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The W3C's context of examples, which the platform does not know."""
    context = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
    (tmp_path / "examples.json").write_text(json.dumps(context))
    monkeypatch.setitem(documents.PINNED, EXAMPLES, str(tmp_path / "examples.json"))
    monkeypatch.setattr(documents, "_kept", type(documents._kept)(100))


@pytest.mark.usefixtures("_examples")
@pytest.mark.parametrize(("method", "options_digest", "value"), VECTORS)
def test_the_vectors_of_the_w3c(method: str, options_digest: str, value: str) -> None:
    signed = proofs.sign(ALUMNI, key=KEY, method=method, created=SIGNED_AT)
    proof = signed["proof"]
    options = {name: part for name, part in proof.items() if name != "proofValue"}
    assert keys.name_of(KEY.public_key()) == PUBLIC
    assert proofs.digest(ALUMNI, options).hex() == options_digest + CLAIMS_DIGEST
    assert proof["proofValue"] == value
    assert proofs.verifies(ALUMNI, proof, keys.public(PUBLIC))
    assert not proofs.verifies({**ALUMNI, "name": "Another"}, proof, keys.public(PUBLIC))
    assert not proofs.verifies(ALUMNI, {**proof, "created": "2023-02-24T23:36:39Z"}, keys.public(PUBLIC))


def test_the_contexts_are_those_of_the_list() -> None:
    folder = Path(documents.__file__).parent / "contexts"
    rows = re.findall(
        r"^\| `(.+?)` \| (\S+) \| .+ \| `([0-9a-f]{64})` \|$", (folder / "README.md").read_text(), re.MULTILINE
    )
    assert {address: file for file, address, _ in rows} == documents.PINNED
    for file, _, digest in rows:
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest, file


def test_a_foreign_context_is_refused_and_fetched_from_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*args: object) -> None:
        raise AssertionError("le réseau a été demandé")

    monkeypatch.setattr("socket.socket.connect", reached)
    with pytest.raises(Unfit, match="pas des nôtres"):
        documents.canonical({"@context": [documents.CREDENTIALS, "https://example.org/other"], "id": "urn:a:b"})


def claims(**more: Any) -> dict[str, Any]:
    return {
        "@context": [documents.CREDENTIALS, documents.OPEN_BADGES],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential"],
        **more,
    }


@pytest.mark.parametrize(
    "more",
    [
        {"unheardOf": "Un mot qu’aucun contexte ne connaît"},
        {"type": ["VerifiableCredential", "UnheardOf"]},
        {"credentialSubject": {"id": "relative", "name": "N"}},
        {"issuer": "relative"},
        {"credentialSubject": {"id": "urn:a:b", "achievement": {"type": ["Achievement"], "unheardOf": "N"}}},
    ],
)
def test_what_would_not_be_signed_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(Unfit):
        documents.canonical(claims(**more))


def test_a_graph_made_to_cost_is_stopped() -> None:
    # Two blank nodes that look the same, and under each some more: naming them is factorial.
    def achievement(twins: int) -> dict[str, Any]:
        alignments = [{"type": ["Alignment"], "targetName": "x"} for _ in range(twins)]
        return {"type": ["AchievementSubject"], "achievement": {"type": ["Achievement"], "alignment": alignments}}

    assert "targetName" in documents.canonical(claims(credentialSubject=[achievement(2), achievement(2)]))
    began = time.perf_counter()
    with pytest.raises(Unfit, match="coûter"):
        documents.canonical(claims(credentialSubject=[achievement(9), achievement(9)]))
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[]", "objet"),
        (b'"x"', "objet"),
        (b"[" * 60_000, "emboîté"),
        (b'{"a":' * 13 + b"1" + b"}" * 13, "emboîté"),
        (b'{"a": 1, "a": 2}', "deux fois"),
        (b'{"a": 1.5}', "nombre"),
        (b'{"a": NaN}', "nombre"),
        (b'{"a": 1e999}', "nombre"),
        (b'{"a": [' + b"1," * 700 + b"1]}", "600"),
        (b'{"a": "' + b"x" * 70_000 + b'"}', "64 Ko"),
    ],
    ids=[
        "vide",
        "coupé",
        "octets",
        "liste",
        "texte",
        "crochets",
        "profond",
        "double",
        "virgule",
        "nan",
        "infini",
        "plein",
        "gros",
    ],
)
def test_what_is_not_a_document(content: bytes, said: str) -> None:
    with pytest.raises(Unfit, match=said):
        documents.read(content)


def test_bits_are_written_from_the_left() -> None:
    text = bitstrings.encoded([0, 9, bitstrings.LENGTH - 1])
    bits = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    assert text[0] == "u"
    assert len(bits) * 8 == 131_072
    assert (bits[0], bits[1], bits[-1]) == (0x80, 0x40, 0x01)
    assert sum(bits) == 0xC1
    assert text == bitstrings.encoded([bitstrings.LENGTH - 1, 0, 9])


@pytest.mark.parametrize("held", [b"", b"\0\0a", b"\xed\x01" + bytes(32), bytes(range(64))])
def test_base58_comes_back(held: bytes) -> None:
    assert keys.decoded(keys.encoded(held)) == held


@pytest.mark.parametrize("text", ["", "z0", "zl", "u123", "z" + "2" * 300])
def test_what_is_not_base58(text: str) -> None:
    with pytest.raises(ValueError, match=r"multibase|substring"):
        keys.decoded(text)
