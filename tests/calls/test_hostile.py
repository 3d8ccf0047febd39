"""Hostile words in what applicants, visitors and carriers type: a refusal or a page, never a fault."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Call
from accelerator.projects.record import STEPS
from tests import factories
from tests.client import HostileClient

WORDS = (
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "https://[::1",
    "[]",
    "=cmd|' /C calc'!A0",
    "\x00",
    "9" * 5000,
    "1e999",
    "-1e-999",
    "NaN",
    "²",
    "١٢",
    "0000-00-00",
    "9999-12-31",
    "departement-99;pays-XX",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202eexe.fdp",
    "a" * 200_000,
    '{"a": 1}',
    "",
)


def names_of(page: Any) -> list[str]:
    return list(page.context["form"].fields)


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_a_section_is_never_broken(draft: Application, representative: Person, words: str) -> None:
    client = HostileClient()
    client.force_login(representative)
    for section in ("projet", "pieces"):
        address = reverse("calls:section", args=[draft.public_id, section])
        sent = {name: [words, words] for name in names_of(client.get(address))}
        for more in ({}, {"seen": words}, {"seen": "0", "unknown": words, "statutes": words, "idea.x": words}):
            answer = client.post(address, {**sent, **more})
            assert answer.status_code in (302, 422, 400), (section, answer.status_code)
            assert b"<script>alert(1)" not in answer.content
        page = client.get(address)
        assert page.status_code == 200
        assert b"<script>alert(1)" not in page.content
    for name in ("application", "submit"):
        assert client.get(reverse(f"calls:{name}", args=[draft.public_id])).status_code == 200
    for name in ("withdraw", "message"):
        answer = client.post(reverse(f"calls:{name}", args=[draft.public_id]), {"text": words, "reason": words * 2})
        assert answer.status_code in (302, 403, 422)


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_public_pages_are_never_broken(call: Call, words: str) -> None:
    client = HostileClient()
    for address in (
        reverse("calls:eligibility", args=[call.key]),
        reverse("calls:calls"),
        reverse("calls:promises", args=[call.key]),
        reverse("projects:directory"),
        reverse("projects:directory_file", args=["json"]),
    ):
        query = {
            name: [words[:3000], words[:3000]]
            for name in (
                "voir",
                "answer-budget",
                "q",
                "etat",
                "page",
                "tri",
                "format",
                "sorte",
                "organisation",
                "famille",
                "departement",
                "pres",
                "rayon",
                "besoin",
                "porteur",
            )
        }
        answer = client.get(address, query)
        assert answer.status_code in (200, 302, 400, 404), (address, answer.status_code)
        assert b"<script>alert(1)" not in getattr(answer, "content", b"")


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_what_is_kept_unsaved_never_breaks_a_step(words: str) -> None:
    one = factories.project()
    client = HostileClient()
    client.force_login(one.person)
    for step in STEPS:
        address = reverse("projects:step", args=[one.key, step])
        names = names_of(client.get(address))
        kept = client.post(reverse("projects:keep", args=[one.key, step]), {name: [words, words] for name in names})
        assert kept.status_code in (200, 422, 400), (step, kept.status_code)
        page = client.get(address)
        assert page.status_code == 200, step
        assert b"<script>alert(1)" not in page.content
        answer = client.post(address, {name: [words, words] for name in names})
        assert answer.status_code in (302, 422, 400), step


def test_what_one_types_is_kept_for_nobody_else() -> None:
    one = factories.project()
    address = reverse("projects:keep", args=[one.key, "reponse"])
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(one.person)
    assert forged.post(address, {"problem": "Forgé"}).status_code == 403
    assert HostileClient().post(address, {"problem": "x"}).status_code in (302, 403)
    stranger = HostileClient()
    stranger.force_login(factories.person())
    assert stranger.post(address, {"problem": "x"}).status_code == 403
    owner = HostileClient()
    owner.force_login(one.person)
    assert owner.get(address).status_code == 405
    kept = owner.post(address, {"problem": "Mon brouillon secret"})
    assert kept.status_code == 200
    assert "no-" in kept["Cache-Control"]
    for client in (stranger, HostileClient()):
        for page in ("project", "project_data", "history", "step"):
            arguments = [one.key, "reponse"] if page == "step" else [one.key]
            assert b"brouillon secret" not in client.get(reverse(f"projects:{page}", args=arguments)).content


def test_what_a_project_keeps_private_is_nowhere() -> None:
    hidden = ("novelty", "beneficiaries", "stakeholders", "proof", "model", "needs")
    told = {name: f"Introuvable-{name}" for name in hidden if name != "needs"}
    one = factories.project(
        **told,
        needs=["financement"],
        needs_text="Introuvable-besoins",
        jobs=4321,
        budget=[{"year": 2026, "budget": 987_654_300, "resources": 987_654_300}],
        private=[*hidden, "budget", "jobs", "partners", "documents", "diagnosis"],
    )
    visitor = HostileClient()
    for address in (
        f"/projets/{one.key}",
        f"/projets/{one.key}.json",
        "/projets",
        "/projets.csv",
        "/projets.json",
        "/projets?besoin=financement",
    ):
        answer = visitor.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        page = content.decode()
        assert "Introuvable-" not in page, address
        for words in ("9876543", "9 876 543", "432,1", "432.1"):
            assert words not in page, address
    assert one.title not in visitor.get("/projets?besoin=financement").content.decode()
    assert one.title not in visitor.get("/projets?q=Introuvable-model").content.decode()
