"""What the tests of candidacies share: a collective, the people who bind each organisation, an open permanent call."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.models import Call, Wave
from accelerator.calls.operations.founding import load_call
from accelerator.community.models import Organisation
from accelerator.community.states import RoleName
from accelerator.credentials.operations import make_key
from accelerator.design.uploads import Document, document_from
from accelerator.journal import System
from accelerator.labels.management.commands.load_label import LABELS
from accelerator.labels.models import Candidacy, Category, Member
from accelerator.labels.operations.candidacies import start
from accelerator.labels.operations.configuring import attach_call, load_category
from accelerator.labels.operations.members import answer_member, ask_member
from accelerator.labels.states import Belonging, MemberRole
from tests import factories

Perform = Callable[..., Any]
BY = System("essais")


def pdf(text: str = "un") -> Document:
    """A small document, different for each text."""
    content = f"%PDF-1.7\n% {text}\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n".encode()
    return document_from(SimpleUploadedFile("piece.pdf", content), "piece.pdf")


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@dataclass
class Side:
    """An organisation and who binds it."""

    organisation: Organisation
    representative: Person

    @classmethod
    def new(cls, **values: Any) -> "Side":
        organisation = factories.organisation(**values)
        return cls(organisation, factories.role(organisation, name=RoleName.REPRESENTATIVE).person)


def load(code: str, perform: Perform, at: datetime) -> Category:
    """A category as it is written in `data/labels`."""
    written = json.loads((LABELS / f"{code}.json").read_text())
    loaded: Category = perform(load_category, written=written, by=BY, at=at)
    return loaded


def opened(code: str, perform: Perform, at: datetime) -> Category:
    """The same, with its permanent call."""
    category = load(code, perform, at)
    call = perform(load_call, code=f"label-{code}", by=BY, at=at)
    attached: Category = perform(attach_call, category=category, call=call, by=BY, at=at)
    return attached


@pytest.fixture
def signing_key(settings: Any, tmp_path: Any, perform: Perform, at: datetime) -> None:
    """What signs the attestation of a label that is awarded."""
    settings.CREDENTIAL_KEYS = tmp_path / "keys"
    perform(make_key, by=BY, at=at - timedelta(days=1))


def wave(call: Call, days: int) -> Wave:
    """A reading of what comes until so many days from today, decided two months later."""
    until = timezone.localdate() + timedelta(days=days)
    number = call.waves.count() + 1
    decided = until + timedelta(days=60)
    return Wave.objects.create(call=call, number=number, reads_until=until, decision_expected_on=decided)


@pytest.fixture
def category(perform: Perform, at: datetime) -> Category:
    return opened("territoire", perform, at)


@pytest.fixture
def lead() -> Side:
    return Side.new(name="Chef fictif", is_ess=True)


@pytest.fixture
def candidacy(category: Category, lead: Side, perform: Perform, at: datetime) -> Candidacy:
    made: Candidacy = perform(
        start,
        category=category,
        organisation=lead.organisation,
        title="Pays fictif",
        summary="Un collectif fictif.",
        by=lead.representative,
        at=at,
    )
    return made


def joined(
    candidacy: Candidacy,
    lead: Side,
    perform: Perform,
    at: datetime,
    *,
    belonging: Belonging | None = None,
    confirms: bool = True,
    **values: Any,
) -> tuple[Member, Side]:
    """Another organisation of the collective, which confirmed unless told otherwise."""
    side = Side.new(**values)
    member = perform(
        ask_member,
        candidacy=candidacy,
        organisation=side.organisation,
        role=MemberRole.SUPPORT,
        belonging=belonging,
        by=lead.representative,
        at=at,
    )
    if confirms:
        member = perform(answer_member, member=member, takes_part=True, reason="", by=side.representative, at=at)
    return member, side
