"""What the tests of the calls share."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Call, CallVersion
from accelerator.calls.operations.applications import begin, save_section, submit
from accelerator.calls.states import CallRoleName
from accelerator.community.models import Organisation
from accelerator.community.states import RoleName
from accelerator.design.uploads import Document, document_from
from tests import factories

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
FORM: dict[str, Any] = {
    "sections": [
        {
            "code": "projet",
            "title": "Votre projet",
            "help": "",
            "questions": [
                {"code": "idea", "kind": "long", "label": "Votre idée", "limit": 500},
                {"code": "budget", "kind": "money", "label": "Budget annuel"},
                {"code": "helped", "kind": "yes_no", "label": "Êtes-vous accompagné ?"},
                {
                    "code": "who",
                    "kind": "text",
                    "label": "Par qui ?",
                    "when": {"question": "helped", "test": "is", "value": True},
                },
            ],
        },
        {
            "code": "pieces",
            "title": "Vos pièces",
            "help": "",
            "questions": [
                {"code": "statutes", "kind": "file", "label": "Vos statuts", "limit": 2},
                {"code": "where", "kind": "places", "label": "Vos territoires", "required": False},
                {
                    "code": "plan",
                    "kind": "table",
                    "label": "Plan de financement",
                    "required": False,
                    "choices": [["own", "Ressources propres"]],
                    "years": [2026, 2027],
                },
            ],
        },
    ]
}
ELIGIBILITY: dict[str, Any] = {
    "items": [
        {
            "code": "budget",
            "label": "Le budget annuel dépasse 500 000 €",
            "about": "project",
            "fact": "answer.budget",
            "test": "at_least",
            "value": 50_000_000,
            "weight": "law",
            "advice": "Voyez l’appel d’amorçage.",
        }
    ]
}
ANSWERS = {"idea": "Un jardin partagé.", "budget": 60_000_000, "helped": False}


@pytest.fixture
def call(at: datetime) -> Call:
    """An open call with its published version and a service."""
    made = factories.call(
        silence_source={"law": "CRPA L231-4"}, remedies=[{"kind": "gracieux", "before": "le service", "months": 2}]
    )
    factories.call_version(made, form=FORM, eligibility=ELIGIBILITY)
    return made


@pytest.fixture
def version(call: Call) -> CallVersion:
    return call.versions.get()


@pytest.fixture
def officer(call: Call) -> Person:
    return factories.call_role(call).person


@pytest.fixture
def author(call: Call) -> Person:
    return factories.call_role(call, name=CallRoleName.AUTHOR).person


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation()


@pytest.fixture
def representative(organisation: Organisation) -> Person:
    return factories.role(organisation, name=RoleName.REPRESENTATIVE).person


@pytest.fixture
def document() -> Document:
    return document_from(SimpleUploadedFile("statuts.pdf", PDF), "statuts.pdf")


@pytest.fixture
def draft(
    call: Call, organisation: Organisation, representative: Person, perform: Callable[..., Any], at: datetime
) -> Application:
    """A draft in the name of the organisation, empty."""
    made: Application = perform(
        begin, call=call, subject="", organisation=organisation, declared={}, by=representative, at=at
    )
    return made


@pytest.fixture
def complete(
    draft: Application,
    representative: Person,
    document: Document,
    perform: Callable[..., Any],
    at: datetime,
    settings: Any,
    tmp_path: Any,
) -> Application:
    """A draft with all that is required."""
    settings.MEDIA_ROOT = tmp_path
    from accelerator.calls.operations.applications import add_piece

    perform(save_section, application=draft, section="projet", answers=ANSWERS, seen=0, by=representative, at=at)
    perform(add_piece, application=draft, question="statutes", document=document, by=representative, at=at)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def submitted(complete: Application, representative: Person, perform: Callable[..., Any], at: datetime) -> Application:
    """A file that was submitted just now."""
    made: Application = perform(submit, application=complete, by=representative, at=at)
    return made
