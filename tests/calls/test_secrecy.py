"""What each side of a file must not read, page by page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Decision, PiecesRequest
from accelerator.calls.operations import decisions, reviewing
from accelerator.calls.states import ApplicationState, DecisionKind, DecisionOutcome
from accelerator.community.states import RoleName
from accelerator.journal.operations import record
from tests import factories
from tests.calls.conftest import PDF
from tests.calls.judging import Campaign
from tests.client import HostileClient

Perform = Callable[..., Any]


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


def browser(person: Person) -> HostileClient:
    client = HostileClient()
    client.force_login(person)
    return client


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def representative_of(file: Application) -> Person:
    assert file.organisation is not None
    return factories.role(file.organisation, name=RoleName.REPRESENTATIVE).person


def page_of(file: Application, person: Person) -> str:
    return text(browser(person).get(reverse("calls:application", args=[file.public_id])))


def test_the_applicant_reads_nothing_of_who_judges_nor_of_what_they_think(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    file = campaign.file()
    applicant = representative_of(file)
    reader = campaign.reviewer(factories.person(given_name="Zénaïde", family_name="Lectrice"))
    campaign.given(file, reader)
    perform(reviewing.declare_conflict, application=file, reason="Mon cousin y travaille.", by=reader.person, at=at)
    by = campaign.officer
    record("calls.slot_heard", file, by=by, at=at, opinion="Défavorable")
    record("calls.item_concluded", file, by=by, at=at, outcome="Non retenu à l’appel", tally="7 voix contre")
    record("calls.member_recused", file, reader.person, by=by, at=at, person="Zénaïde Lectrice", reason="Cousin.")
    record("calls.hint_dismissed", file, by=by, at=at, person="Zénaïde Lectrice", hints="a été salariée")
    record("calls.recusal_recorded", file, by=by, at=at, person="Zénaïde Lectrice", reason="Cousin.")
    shown = page_of(file, applicant)
    for word in ("Lectrice", "cousin", "Cousin", "Défavorable", "Non retenu", "voix contre", "salariée"):
        assert word not in shown
    assert "Zénaïde Lectrice" in text(browser(by).get(reverse("calls:file", args=[file.public_id])))


def drafted(file: Application, campaign: Campaign, **values: Any) -> Decision:
    given = {
        "outcome": DecisionOutcome.REJECTED,
        "reasons": "Le modèle n’est pas trouvé.",
        "drafted_at": timezone.now(),
        "drafted_by": campaign.officer,
        **values,
    }
    return Decision.objects.create(application=file, **given)


def test_silence_tells_nothing_of_the_reviews_that_go_on(campaign: Campaign) -> None:
    file = campaign.file()
    campaign.read(file, 1)
    drafted(
        file,
        campaign,
        kind=DecisionKind.IMPLICIT,
        reasons="Le silence vaut rejet.",
        drafted_by=None,
        notified_at=timezone.now(),
    )
    shown = text(browser(representative_of(file)).get(reverse("calls:decision", args=[file.public_id])))
    assert "Le silence vaut rejet." in shown
    for words in ("Pour le candidat 1.", "Commentaire 1", "33,3"):
        assert words not in shown


def test_pieces_asked_are_received_while_a_decision_is_signed_and_not_told(
    campaign: Campaign, perform: Perform, at: datetime, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = campaign.file(ApplicationState.INCOMPLETE)
    PiecesRequest.objects.create(
        application=file,
        asked_at=at - timedelta(days=1),
        asked_by=campaign.officer,
        pieces=[{"name": "Statuts", "basis": "Article 3"}],
        due_on=timezone.localdate(at) + timedelta(days=5),
    )
    decision = drafted(file, campaign)
    perform(decisions.sign_decisions, call=campaign.call, decisions=[decision], by=campaign.signatory, at=at)
    client = browser(representative_of(file))
    joined = client.post(
        reverse("calls:piece_asked_add", args=[file.public_id]), {"piece": SimpleUploadedFile("statuts.pdf", PDF)}
    )
    assert joined.status_code == 302
    assert client.post(reverse("calls:give_pieces", args=[file.public_id])).status_code == 302
    file.refresh_from_db()
    assert (file.state, file.told_state) == (ApplicationState.DECIDED, ApplicationState.SUBMITTED)
    shown = text(client.get(reverse("calls:application", args=[file.public_id])))
    assert "a donné les pièces demandées" in shown
    assert "Décidée" not in shown
    perform(decisions.notify_decisions, call=campaign.call, decisions=[decision], by=campaign.officer, at=at)
    assert not file.requests.filter(ended_at__isnull=True).exists()


def test_a_reviewer_is_not_told_that_a_file_is_decided(campaign: Campaign, perform: Perform, at: datetime) -> None:
    file = campaign.file()
    given = campaign.given(file)
    decision = drafted(file, campaign)
    perform(decisions.sign_decisions, call=campaign.call, decisions=[decision], by=campaign.signatory, at=at)
    shown = text(browser(given.reviewer.person).get(reverse("calls:review", args=[given.pk])))
    assert "votre avis n’est plus attendu" in shown
    assert "décidée" not in shown


@pytest.mark.parametrize("seen", ["²", "9" * 5000, "-1", "", "١"])
def test_a_revision_that_no_page_gave_is_refused_and_breaks_nothing(campaign: Campaign, seen: str) -> None:
    file = campaign.file(ApplicationState.DRAFT)
    client = browser(representative_of(file))
    sent = {"besoin": "Un besoin.", "structure": "", "seen": seen}
    answer = client.post(reverse("calls:section", args=[file.public_id, "projet"]), sent)
    assert answer.status_code == 422
    assert "Un besoin." in text(answer)
