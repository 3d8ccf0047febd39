"""What one's own space says of the labels: what is to be answered, by which day, and what waits for the service."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.labels.models import LabelCondition, Member, Proceeding
from accelerator.labels.operations import hearings, proceedings
from accelerator.labels.queries.space import space_of
from accelerator.labels.states import ConditionState, MemberState, ProceedingKind
from accelerator.workflow.dates import said
from tests import factories
from tests.client import HostileClient
from tests.labels.following import Labelled, days_from_now

Perform = Callable[..., Any]


@pytest.fixture
def world() -> Labelled:
    return Labelled.make(since=timezone.localdate() - timedelta(days=40))


@pytest.fixture
def proceeding(world: Labelled, perform: Perform) -> Proceeding:
    made: Proceeding = perform(
        proceedings.open_proceeding,
        label=world.label,
        kind=ProceedingKind.RETRAIT,
        grounds="Aucun comité depuis un an.",
        legal_basis="Critère 4",
        by=world.officer,
        at=timezone.now(),
    )
    return made


def space(client: HostileClient, person: Any) -> str:
    client.force_login(person)
    return str(client.get(reverse("portal:dashboard")).text)


def test_the_holder_reads_the_measure_that_is_considered_and_its_day(
    world: Labelled, proceeding: Proceeding, client: HostileClient, deliver: Callable[[], list[Any]]
) -> None:
    shown = space(client, world.representative)
    assert reverse("labels:proceeding", args=[proceeding.public_id]) in shown
    assert f"retrait : répondez jusqu’au {said(proceeding.answer_until)} inclus" in shown
    (told,) = deliver()
    assert told.subject.startswith("Mesure envisagée sur votre label (retrait) : répondez jusqu’au")
    assert "Mesure envisagée" not in space(client, world.manager_of_partner)


def test_what_the_holder_awaits_is_said_as_it_stands(world: Labelled, proceeding: Proceeding, perform: Perform) -> None:
    today = timezone.localdate()
    later = proceeding.answer_until + timedelta(days=1)
    assert proceeding.said_wait(later).endswith("la décision est attendue")
    asked = perform(hearings.ask_hearing, proceeding=proceeding, by=world.representative, at=timezone.now())
    assert asked.said_wait(today).startswith("répondez jusqu’au")
    assert asked.said_wait(today).endswith("le service doit fixer l’audition que vous avez demandée")
    given = {"where": "Cahors", "by": world.officer, "at": timezone.now()}
    fixed = perform(hearings.set_hearing, proceeding=asked, on=days_from_now(20), **given)
    assert f"audition le {said(days_from_now(20))}" in fixed.said_wait(later)
    assert "décision" not in fixed.said_wait(later)
    assert "l’audition était fixée au" in fixed.said_wait(today + timedelta(days=21))


def test_a_hearing_that_was_to_be_held_is_not_said_to_come(
    world: Labelled, proceeding: Proceeding, client: HostileClient
) -> None:
    now = timezone.now()
    held = {"hearing_asked_at": now - timedelta(days=3), "hearing_on": now - timedelta(days=1)}
    Proceeding.objects.filter(pk=proceeding.pk).update(hearing_where="Cahors", **held)
    client.force_login(world.representative)
    shown = client.get(reverse("labels:proceeding", args=[proceeding.public_id])).text
    assert "Elle était fixée au" in shown
    assert "sera entendu" not in shown
    assert "l’audition était fixée au" in client.get(reverse("labels:mine")).text


def test_a_condition_and_a_collective_say_their_day(world: Labelled, client: HostileClient) -> None:
    today = timezone.localdate()
    LabelCondition.objects.create(label=world.label, text="Publier un bilan", due_on=today - timedelta(days=1))
    shown = space(client, world.representative)
    assert f"Publier un bilan, en retard : pour le {said(today - timedelta(days=1))}" in shown
    assert "<strong>en retard</strong>" in client.get(reverse("labels:mine")).text
    day = {"closed_on": today, "words": "Publié.", "state": ConditionState.MET}
    LabelCondition.objects.update(**day)
    assert "Publier un bilan" not in space(client, world.representative)
    other = factories.candidacy(world.category, title="Un autre pays fictif")
    until = today - timedelta(days=2)
    asked = factories.member(other, world.partner, state=MemberState.ASKED, answer_until=until)
    since = f"sans réponse depuis le {said(until)}"
    assert since in space(client, world.manager_of_partner)
    assert since in client.get(reverse("labels:candidacies")).text
    Member.objects.filter(pk=asked.pk).update(organisation=world.lead)
    client.force_login(world.representative)
    page = client.get(reverse("labels:answer_member", args=[other.key, asked.pk])).text
    assert "Sans réponse depuis le" in page
    assert "Elle est encore reçue" in page


def test_the_service_finds_the_labels_that_it_follows(
    world: Labelled, proceeding: Proceeding, client: HostileClient
) -> None:
    desk = reverse("labels:desk")
    assert "rien n’y attend le service" in space(client, world.officer)
    Proceeding.objects.filter(pk=proceeding.pk).update(answer="Rien à dire.", answered_at=timezone.now())
    shown = space(client, world.officer)
    assert f'href="{desk}"' in shown
    assert "1 label attend quelque chose du service" in shown
    assert world.label.number in client.get(f"{desk}?waiting=on").text
    assert f'href="{desk}"' not in space(client, world.representative)


def test_it_asks_one_question(world: Labelled, proceeding: Proceeding, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        told = space_of(world.representative, timezone.localdate())
        assert [one.label.title for one, _ in told.proceedings] == [world.label.title]
