"""Being heard before a measure, fraud, and who speaks for the holder."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.clock import months_after
from accelerator.community.states import RoleName
from accelerator.journal.models import Event
from accelerator.labels.letters import letter_of
from accelerator.labels.models import Proceeding
from accelerator.labels.operations import hearings, proceedings
from accelerator.labels.queries.labels import public_history
from accelerator.labels.queries.proceedings import desk_labels, waiting_for_the_service
from accelerator.labels.rules.labels import last_day_of_measure, reason_against_deciding_now
from accelerator.labels.states import HearingOutcome, LabelState, Outcome, ProceedingKind, ToldState
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from tests import factories
from tests.client import HostileClient
from tests.labels.following import Labelled, days_from_now

Perform = Callable[..., Any]
ANSWER_DAYS = 15


@pytest.fixture
def world() -> Labelled:
    return Labelled.make(since=timezone.localdate() - timedelta(days=40))


def opened(
    world: Labelled, perform: Perform, kind: ProceedingKind = ProceedingKind.SUSPENSION, **values: Any
) -> Proceeding:
    given = {"grounds": "Aucun comité depuis un an.", "legal_basis": "Critère 4", "at": timezone.now(), **values}
    return perform(proceedings.open_proceeding, label=world.label, kind=kind, by=world.officer, **given)


def asked(world: Labelled, perform: Perform, proceeding: Proceeding, at: datetime | None = None) -> Proceeding:
    return perform(hearings.ask_hearing, proceeding=proceeding, by=world.representative, at=at or timezone.now())


def pronounced(world: Labelled, perform: Perform, proceeding: Proceeding, at: datetime) -> Any:
    return perform(proceedings.pronounce, proceeding=proceeding, reason="Gouvernance.", by=world.signatory, at=at)


def fixed(world: Labelled, perform: Perform, proceeding: Proceeding, days: int = 20) -> Proceeding:
    return perform(
        hearings.set_hearing,
        proceeding=proceeding,
        on=days_from_now(days),
        where="1 rue de la Fiction, Cahors",
        by=world.officer,
        at=timezone.now(),
    )


def test_nothing_is_pronounced_before_the_hearing_that_was_asked_for(
    world: Labelled, perform: Perform, deliver: Callable[[], list[Any]]
) -> None:
    proceeding = opened(world, perform)
    deliver()
    asked(world, perform, proceeding)
    (told,) = deliver()
    assert told.to == [world.category.call.service_email]  # type: ignore[union-attr]
    asked(world, perform, proceeding)
    assert Event.objects.filter(code="labels.hearing_asked").count() == 1
    late = days_from_now(ANSWER_DAYS + 30)
    with pytest.raises(Refused, match="fixez la date de l’audition"):
        pronounced(world, perform, proceeding, late)
    fixed(world, perform, proceeding)
    (told,) = deliver()
    assert told.to == [world.representative.email]
    for words in ("1 rue de la Fiction, Cahors", "assister par un conseil", "représenter par un mandataire"):
        assert words in told.body
    fixed(world, perform, proceeding)
    with pytest.raises(Refused, match="l’audition est fixée au"):
        pronounced(world, perform, proceeding, late)
    closing = {"proceeding": proceeding, "outcome": HearingOutcome.HELD, "by": world.officer}
    with pytest.raises(Refused, match="pas encore eu lieu"):
        perform(hearings.close_hearing, account="Tôt.", at=days_from_now(19), **closing)
    with pytest.raises(Refused, match="ce qui s’est dit"):
        perform(hearings.close_hearing, account=" ", at=days_from_now(21), **closing)
    perform(hearings.close_hearing, account="Un comité est fixé en janvier.", at=days_from_now(21), **closing)
    mails = deliver()
    assert "Un comité est fixé en janvier." in mails[-1].body
    label = pronounced(world, perform, proceeding, days_from_now(22))
    assert label.state == LabelState.SUSPENDED
    decided = Proceeding.objects.get(pk=proceeding.pk)
    assert "Un comité est fixé en janvier." in str(decided.letter["parts"])
    assert all("audition" not in line.sentence for line in public_history(label))


def test_the_database_holds_it_too(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform)
    asked(world, perform, proceeding)
    values = {"decided_at": days_from_now(40), "from_on": timezone.localdate(), "reason": "Sans entendre."}
    with pytest.raises(IntegrityError, match="nothing_pronounced_before_the_hearing"), transaction.atomic():
        Proceeding.objects.filter(pk=proceeding.pk).update(outcome=Outcome.PRONOUNCED, **values)


def test_a_hearing_is_asked_until_the_last_day_to_answer(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform)
    with pytest.raises(Refused, match="dernier jour pour répondre"):
        asked(world, perform, proceeding, at=days_from_now(ANSWER_DAYS + 1))
    assert asked(world, perform, proceeding, at=days_from_now(ANSWER_DAYS)).awaits_hearing
    perform(proceedings.drop_proceeding, proceeding=proceeding, reason="Réglé.", by=world.officer, at=timezone.now())
    with pytest.raises(Refused, match="close"):
        fixed(world, perform, proceeding)


def test_an_abusive_request_is_refused_with_its_reason_and_another_moment_is_told(
    world: Labelled, perform: Perform, deliver: Callable[[], list[Any]]
) -> None:
    proceeding = opened(world, perform)
    asked(world, perform, proceeding)
    fixed(world, perform, proceeding, days=20)
    fixed(world, perform, proceeding, days=25)
    assert len([one for one in deliver() if "Vous serez entendu" in one.subject]) == 2
    held = perform(
        hearings.close_hearing,
        proceeding=proceeding,
        outcome=HearingOutcome.DECLINED,
        account="Cinquième demande sur les mêmes griefs.",
        by=world.officer,
        at=timezone.now(),
    )
    assert not held.awaits_hearing
    with pytest.raises(Refused, match="Aucune audition"):
        fixed(world, perform, proceeding)
    assert pronounced(world, perform, proceeding, days_from_now(ANSWER_DAYS + 1)).state == LabelState.SUSPENDED


def test_the_desk_waits_for_what_is_to_be_done_of_a_hearing(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform)
    today = timezone.localdate()

    def waits(days: int) -> bool:
        return waiting_for_the_service(desk_labels(world.officer), today + timedelta(days=days)).exists()

    assert not waits(0)
    asked(world, perform, proceeding)
    assert waits(0)
    fixed(world, perform, proceeding, days=20)
    # The delay to answer is past, and the hearing is still to come: there is nothing to do.
    assert not waits(ANSWER_DAYS + 2)
    assert waits(21)


def test_what_was_obtained_by_fraud_is_withdrawn_at_any_time(world: Labelled, perform: Perform) -> None:
    world.label.awarded_on = timezone.localdate() - timedelta(days=400)
    world.label.save(update_fields=["awarded_on"])
    with pytest.raises(Refused, match="L241-2"):
        opened(world, perform, ProceedingKind.RETRAIT)
    with pytest.raises(Refused, match="La fraude fonde un retrait"):
        opened(world, perform, ProceedingKind.ABROGATION, fraud=True)
    proceeding = opened(world, perform, ProceedingKind.RETRAIT, fraud=True)
    assert "L241-2" in str(letter_of(proceeding, on=timezone.localdate())["parts"])
    with pytest.raises(Refused, match="rien ne se prononce avant"):
        pronounced(world, perform, proceeding, days_from_now(1))
    assert pronounced(world, perform, proceeding, days_from_now(ANSWER_DAYS + 1)).told_state == ToldState.RETRACTED


def test_an_issuer_whose_rules_say_nothing_of_fraud_has_no_such_retrait(perform: Perform) -> None:
    world = Labelled.make(since=timezone.localdate() - timedelta(days=400), fraud_law="")
    with pytest.raises(Refused) as late:
        opened(world, perform, ProceedingKind.RETRAIT)
    assert "fraude" not in late.value.message
    with pytest.raises(Refused, match="ne disent rien de la fraude"):
        opened(world, perform, ProceedingKind.RETRAIT, fraud=True)


def test_an_issuer_that_is_no_administration_hears_the_holder_without_the_code(
    world: Labelled, perform: Perform
) -> None:
    proceeding = opened(world, perform)
    today = timezone.localdate()
    assert "L122-1" in str(reason_against_deciding_now(proceeding, today))
    call = proceeding.label.category.call
    assert call
    call.crpa = False
    refused = str(reason_against_deciding_now(proceeding, today))
    assert refused.endswith("rien ne se prononce avant.")


@pytest.fixture
def delegate(world: Labelled) -> Person:
    """A mere member of the holder, to whom its representative gave a delegation."""
    person = factories.role(world.lead, name=RoleName.MEMBER).person
    factories.delegation(world.lead, giver=world.representative, delegate=person)
    return person


def test_a_delegate_reads_answers_asks_to_be_heard_and_contests(
    world: Labelled, perform: Perform, delegate: Person, client: HostileClient
) -> None:
    proceeding = opened(world, perform)
    client.force_login(delegate)
    page = reverse("labels:proceeding", args=[proceeding.public_id])
    shown = client.get(page).text
    for words in ("Aucun comité depuis un an.", "Répondre aux griefs", "Demander à être entendu"):
        assert words in shown
    mine = client.get(reverse("labels:mine")).text
    assert "Procédures et conditions" in mine
    assert "Suivre la feuille de route" not in mine
    client.post(reverse("labels:ask_hearing", args=[proceeding.public_id]))
    assert "le service en fixe la date" in client.get(page).text
    client.post(reverse("labels:answer", args=[proceeding.public_id]), {"text": "Nous nous réunissons demain."})
    held = Proceeding.objects.get(pk=proceeding.pk)
    assert (held.answer, held.answered_by) == ("Nous nous réunissons demain.", delegate)
    stranger = factories.role(world.lead, name=RoleName.MEMBER).person
    client.force_login(stranger)
    assert client.get(page).status_code == 404


def test_the_pages_of_the_service_say_the_hearing_and_refuse_beside_the_field(
    world: Labelled, perform: Perform, client: HostileClient
) -> None:
    proceeding = opened(world, perform)
    address = reverse("labels:set_hearing", args=[proceeding.public_id])
    client.force_login(world.officer)
    assert client.get(address).status_code == 404
    asked(world, perform, proceeding)
    past = client.post(address, {"on": "2020-01-05T10:00", "where": "Cahors"})
    assert past.status_code == 422
    assert "L’audition est à venir" in past.text
    assert "Cahors" in past.text
    moment = timezone.localtime(days_from_now(3)).replace(hour=10, minute=0)
    client.post(address, {"on": moment.strftime("%Y-%m-%dT%H:%M"), "where": "Cahors"})
    page = client.get(reverse("labels:proceeding", args=[proceeding.public_id])).text
    assert "à 10:00" in page
    assert "Conclure l’audition" in page
    client.post(
        reverse("labels:close_hearing", args=[proceeding.public_id]),
        {"outcome": "declined", "account": "Demande répétée."},
    )
    assert "Demande abusive, refusée." in client.get(reverse("labels:proceeding", args=[proceeding.public_id])).text


def test_a_hearing_past_the_last_day_of_a_retrait_is_set_once_it_is_known_what_is_lost(
    world: Labelled, perform: Perform, client: HostileClient
) -> None:
    proceeding = opened(world, perform, ProceedingKind.RETRAIT)
    asked(world, perform, proceeding)
    last = last_day_of_measure(proceeding)
    assert last == months_after(world.label.awarded_on, 4)
    address = reverse("labels:set_hearing", args=[proceeding.public_id])
    client.force_login(world.officer)
    assert said(last) in client.get(address).text
    days = (last - timezone.localdate()).days
    within, past, later = (
        timezone.localtime(days_from_now(days + more)).replace(hour=10, minute=0) for more in (0, 1, 2)
    )

    def sent(on: datetime, **values: str) -> Any:
        return client.post(address, {"on": on.strftime("%Y-%m-%dT%H:%M"), "where": "Cahors", **values})

    warned = sent(past)
    assert warned.status_code == 200
    for told in (f"jusqu’au {said(last)} inclus", "ne laisse plus que l’abrogation", "Fixer quand même", "Cahors"):
        assert told in warned.text
    assert Proceeding.objects.get(pk=proceeding.pk).hearing_on is None
    # Another day than the one that was read about is read about first.
    assert sent(later, known=warned.context["known"]).status_code == 200
    assert sent(past, known=warned.context["known"]).status_code == 302
    assert Proceeding.objects.get(pk=proceeding.pk).hearing_on == past.replace(second=0, microsecond=0)
    assert sent(within).status_code == 302
    # What was obtained by fraud has no last day; neither has an abrogation.
    Proceeding.objects.filter(pk=proceeding.pk).update(fraud=True)
    assert sent(later).status_code == 302
