"""What a label is worth: its attestation, the page that judges it, its certificate."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfReader

from accelerator.credentials import operations as credentials
from accelerator.credentials import papers, queries
from accelerator.credentials.models import Credential
from accelerator.journal import System
from accelerator.labels.models import Label
from accelerator.labels.operations.proving import prove, reflect
from accelerator.labels.queries.proving import label_named
from accelerator.labels.states import LabelNature, LabelState, ProceedingKind
from accelerator.workflow import transaction
from tests import factories
from tests.client import HostileClient
from tests.credentials.test_judging import signed_by_a_stranger

TEAM = System("tests")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _key(settings: Any, tmp_path: Path, at: datetime) -> None:
    settings.CREDENTIAL_KEYS = tmp_path / "keys"
    with transaction():
        credentials.make_key(by=TEAM, at=at - DAY)


@pytest.fixture
def label(perform: Callable[..., Any], at: datetime) -> Label:
    """A label awarded today, with its attestation."""
    made = factories.label()
    perform(prove, label=made, by=TEAM, at=at)
    return made


def credential(label: Label) -> Credential:
    found = queries.credential_of(label)
    assert found is not None
    return found


def becomes(label: Label, state: str, at: datetime) -> None:
    """The label changes state, and its attestation with it, as the operations do."""
    day = timezone.localdate(at)
    fields = {
        LabelState.ACTIVE: {"suspended_on": None, "withdrawn_as": "", "withdrawn_on": None},
        LabelState.SUSPENDED: {"suspended_on": day},
        LabelState.WITHDRAWN: {"withdrawn_as": ProceedingKind.ABROGATION, "withdrawn_on": day, "suspended_on": None},
    }[LabelState(state)]
    for name, value in {"state": state, **fields}.items():
        setattr(label, name, value)
    label.save()
    with transaction():
        reflect(label=label, by=TEAM, at=at)


def drop(client: HostileClient, content: bytes, name: str = "label.json") -> str:
    """The page that answers to whoever drops a file."""
    answer = client.post("/labels/verifier", {"file": SimpleUploadedFile(name, content), "name": ""})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    return answer.content.decode()


def file_of(client: HostileClient, label: Label) -> bytes:
    answer = client.get(f"/labels/{label.key}/preuve.json")
    assert answer["Content-Type"] == "application/vc"
    assert answer["Cache-Control"] == "private, no-store"
    return bytes(answer.content)


# ------------------------------------------------------------------------------------------------------- attesting


def test_a_label_is_attested_once(label: Label, perform: Callable[..., Any], at: datetime) -> None:
    first = credential(label)
    assert perform(prove, label=label, by=TEAM, at=at + DAY) == first
    subject = first.claims["credentialSubject"]
    assert subject["licenseNumber"] == label.number
    assert subject["achievement"]["criteria"]["narrative"] == "Une zone pertinente ; Une stratégie"
    assert label.organisation is not None
    assert subject["identifier"][0]["identityHash"] == label.organisation.name
    label.refresh_from_db()
    # From midnight here to midnight here, the day after the last.
    assert timezone.localtime(first.valid_from).isoformat()[:16] == f"{label.period.lower}T00:00"
    assert first.valid_until is not None
    assert timezone.localtime(first.valid_until).isoformat()[:16] == f"{label.period.upper}T00:00"


def test_a_historic_label_is_never_attested(client: HostileClient, perform: Callable[..., Any], at: datetime) -> None:
    label = factories.historic_label()
    assert perform(prove, label=label, by=TEAM, at=at) is None
    assert perform(reflect, label=label, by=TEAM, at=at) is None
    assert not Credential.objects.exists()
    page = client.get(f"/labels/{label.key}/preuve").content.decode()
    assert "ne signe pas d’attestation" in page
    for address in ("preuve.json", "certificat.pdf"):
        assert client.get(f"/labels/{label.key}/{address}").status_code == 404


def test_a_withdrawal_that_was_undone_makes_a_new_attestation(label: Label, at: datetime) -> None:
    first = credential(label)
    becomes(label, LabelState.WITHDRAWN, at)
    becomes(label, LabelState.ACTIVE, at)
    second = credential(label)
    first.refresh_from_db()
    assert first.revoked_at is not None
    assert second != first
    assert queries.standing(second, at=at).finding == "valid"


# ------------------------------------------------------------------------------------------------------- the verdicts


def test_a_label_in_force(client: HostileClient, label: Label) -> None:
    page = drop(client, file_of(client, label))
    assert "Attestation valide" in page
    assert label.number in page
    assert label.title in page


def test_a_holder_that_is_not_shown_to_the_public_is_named_nowhere(client: HostileClient, label: Label) -> None:
    """It opposed the diffusion of what registers say of it: its label stays, and a copy that it gave is verified."""
    copy, holder = file_of(client, label), label.organisation
    assert holder is not None
    type(holder).objects.filter(pk=holder.pk).update(publishable=False)
    page = client.get(f"/labels/{label.key}/preuve").content.decode()
    assert holder.name not in page
    assert label.number in page
    for name in ("preuve.json", "certificat.pdf"):
        refused = client.get(f"/labels/{label.key}/{name}")
        assert refused.status_code == 403
        assert holder.name not in refused.content.decode()
    checked = drop(client, copy)
    assert "Attestation valide" in checked
    assert holder.name not in checked


def test_what_changes_is_said_at_once_and_to_the_copies(client: HostileClient, label: Label, at: datetime) -> None:
    file = file_of(client, label)
    address = f"/labels/{label.key}/preuve"
    assert "en vigueur aujourd’hui" in client.get(address).content.decode()
    for state, words in (
        (LabelState.SUSPENDED, "Attestation suspendue"),
        (LabelState.ACTIVE, "Attestation valide"),
        (LabelState.WITHDRAWN, "Attestation retirée"),
    ):
        becomes(label, state, at)
        answer = client.get(address)
        assert answer["Cache-Control"] == "private, no-store"
        assert words in answer.content.decode()
        assert words in drop(client, file)
        certificate = client.get(f"/labels/{label.key}/certificat.pdf")
        assert certificate.status_code == (200 if state == LabelState.ACTIVE else 403)


def test_an_expired_label_and_one_to_come(client: HostileClient, perform: Callable[..., Any], at: datetime) -> None:
    today = timezone.localdate(at)
    old = factories.label(since=today - 30 * DAY, until=today)
    coming = factories.label(since=today + DAY)
    for label, words in ((old, "Attestation expirée"), (coming, "ne commence que le")):
        perform(prove, label=label, by=TEAM, at=at)
        assert words in drop(client, file_of(client, label))
        assert words in client.get(f"/labels/{label.key}/preuve").content.decode()


def test_an_edited_file_says_what_was_edited_and_what_is_true(client: HostileClient, label: Label) -> None:
    document = json.loads(file_of(client, label))
    document |= {"validUntil": "2099-01-01T00:00:00Z", "<script>": "x"}
    page = drop(client, json.dumps(document).encode())
    assert "Attestation modifiée" in page
    assert "le dernier jour" in page
    assert "&lt;script&gt;" in page
    assert "2099" not in page


@pytest.mark.parametrize("strange", ["\\ud800", "\\u0000"])
def test_what_no_text_may_hold_is_read_by_nobody(client: HostileClient, label: Label, strange: str) -> None:
    """Spelled by JSON, refused by every page and by the database: in a name, in a number, in the name of a key."""
    document = json.loads(file_of(client, label))
    document["proof"]["verificationMethod"] += "STRANGE"
    asked_in_the_key = json.dumps(document).replace("STRANGE", strange)
    asked_in_a_name = json.dumps({**document, "STRANGE": 1}).replace("STRANGE", strange)
    for content in (asked_in_the_key, asked_in_a_name):
        assert "Fichier illisible" in drop(client, content.encode())


def test_another_s_attestation_and_one_that_never_was(client: HostileClient, label: Label) -> None:
    claims = credential(label).claims
    other = "did:web:ailleurs.example"
    foreign = signed_by_a_stranger({**claims, "issuer": {**claims["issuer"], "id": other}}, other)
    page = drop(client, json.dumps(foreign).encode())
    assert "d’un autre émetteur" in page
    assert "reprend le numéro" in page
    never = signed_by_a_stranger({**claims, "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"}, queries.issuer())
    assert "Attestation inconnue" in drop(client, json.dumps(never).encode())


def test_a_key_that_is_not_safe(client: HostileClient, label: Label, perform: Callable[..., Any], at: datetime) -> None:
    file = file_of(client, label)
    name = queries.signing_key().name
    perform(credentials.compromise_key, name=name, since=at - DAY, by=TEAM, at=at, reason="Essai.")
    assert "n’est plus sûre" in drop(client, file)
    assert "Attestation valide" in drop(client, file_of(client, label))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "pas du JSON"),
        (b"\x89PNG\r\n\x1a\n", "pas du JSON"),
        (b"{}", "pas une attestation"),
        (b"[" * 50_000, "trop emboît"),
        (b"x" * (3 * 1024 * 1024), "2 Mo"),
        (b"%PDF-1.7\n%%EOF", "ne porte pas"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 300, "ne porte pas"),
    ],
    ids=["vide", "image", "objet", "emboîté", "gros", "pdf vide", "pdf abîmé"],
)
def test_what_cannot_be_read_says_what_can(client: HostileClient, content: bytes, words: str) -> None:
    page = drop(client, content)
    assert "Fichier illisible" in page
    assert words in page
    assert "numéro du label" in page


def test_nothing_or_both_is_refused_beside_the_field(client: HostileClient, label: Label) -> None:
    answer = client.post("/labels/verifier", {"name": " "})
    assert answer.status_code == 422
    assert "Choisissez un fichier" in answer.content.decode()
    answer = client.post("/labels/verifier", {"name": "FI-1", "file": SimpleUploadedFile("a.json", b"{}")})
    assert answer.status_code == 422
    assert "pas les deux" in answer.content.decode()
    answer = client.post("/labels/verifier", {"name": "FI-2026-99999"})
    assert answer.status_code == 422
    assert "Aucun label ne porte ce numéro" in answer.content.decode()
    assert 'value="FI-2026-99999"' in answer.content.decode()


def test_whatever_names_a_label_leads_to_it(client: HostileClient, label: Label) -> None:
    proof = f"/labels/{label.key}/preuve"
    number = str(credential(label).public_id)
    for said in (
        label.number,
        f"  {label.number.lower()} ",
        number,
        f"urn:uuid:{number}",
        f"https://impact.example{proof}",
        f"https://impact.example{proof}?x=1#y",
        label.key,
        label.public_id,
    ):
        answer = client.post("/labels/verifier", {"name": said})
        assert (answer.status_code, answer.get("Location")) == (302, proof), said
    for said in ("", "FI-", "urn:uuid:x", "/labels/", "\x00", "é" * 300, "58172aac-d8ba-11ed-83dd-0b3aef56cc33"):
        assert label_named(said) is None, said


def test_verifying_without_end_is_refused(client: HostileClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accelerator.labels.views.proving.TRIES", 2)
    for _ in range(2):
        drop(client, b"{}")
    answer = client.post("/labels/verifier", {"file": SimpleUploadedFile("a.json", b"{}")})
    assert answer.status_code == 422
    assert "Trop d’essais" in answer.content.decode()


def test_the_pages_ask_few_questions(client: HostileClient, label: Label, django_assert_max_num_queries: Any) -> None:
    file = file_of(client, label)
    with django_assert_max_num_queries(12):
        client.get(f"/labels/{label.key}/preuve")
    with django_assert_max_num_queries(12):
        drop(client, file)


# -------------------------------------------------------------------------------------------------------- on paper


def test_the_certificate_carries_its_attestation(client: HostileClient, label: Label) -> None:
    address = f"/labels/{label.key}/certificat.pdf"
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert client.get(address).content == answer.content
    for sign in (b"/StructTreeRoot", b"/MarkInfo", b"/Lang", b"/DisplayDocTitle true", b"pdfuaid", b"pdfaid"):
        assert sign in answer.content, sign
    reader = PdfReader(io.BytesIO(answer.content))
    text = reader.pages[0].extract_text()
    assert len(reader.pages) == 1
    for words in (label.number, f"/labels/{label.key}/preuve", "Vérifier ce certificat"):
        assert words in text.replace("\n", ""), words
    [attached] = reader.attachment_list
    assert attached.name == papers.NAME
    assert json.loads(attached.content) == json.loads(file_of(client, label))
    assert "Attestation valide" in drop(client, answer.content, "certificat.pdf")


def test_a_demonstration_says_that_it_is_one(client: HostileClient, perform: Callable[..., Any], at: datetime) -> None:
    label = factories.label(nature=LabelNature.DEMONSTRATION)
    perform(prove, label=label, by=TEAM, at=at)
    assert credential(label).claims["name"].startswith("Démonstration, sans valeur")
    assert "ce label est fictif" in drop(client, file_of(client, label))
    certificate = client.get(f"/labels/{label.key}/certificat.pdf").content
    assert "Démonstration, sans valeur" in PdfReader(io.BytesIO(certificate)).pages[0].extract_text()


def test_a_pdf_whose_attestation_was_edited(client: HostileClient, label: Label) -> None:
    from accelerator.labels.certificates import certificate

    document = json.loads(file_of(client, label))
    told = {"title": "Label", "holder": "Quelqu’un", "announced": "A", "mark": ""}
    edited = {**document, "name": "Un plus beau label"}
    made = certificate(told=told, facts=[], signed=edited, proof_url="https://impact.example/x")
    assert "Attestation modifiée" in drop(client, made, "certificat.pdf")


def test_a_pdf_that_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*args: Any, **options: Any) -> None:
        raise subprocess.TimeoutExpired(sys.executable, 5)

    monkeypatch.setattr("accelerator.credentials.papers.subprocess.run", endless)
    assert papers.attached(b"%PDF-1.7") is None


def test_without_its_key_nothing_signed_is_given(client: HostileClient, label: Label, settings: Any) -> None:
    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS / "elsewhere"
    for address in ("preuve.json", "certificat.pdf"):
        assert client.get(f"/labels/{label.key}/{address}").status_code == 503
    assert client.get(f"/labels/{label.key}/preuve").status_code == 200
