"""What time does: reminders leave once, labels end the day after their last day, and running again changes nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.calls.clock import months_after
from accelerator.calls.states import ApplicationState
from accelerator.journal import System
from accelerator.journal.queries import history_of
from accelerator.labels import tasks
from accelerator.labels.models import Label, Reminder
from accelerator.labels.operations import life
from accelerator.labels.queries.renewals import subject_of
from accelerator.labels.search import LABELS
from accelerator.labels.states import CandidacyState, LabelState
from accelerator.notices.models import Notice
from accelerator.search.types import Question
from tests import factories
from tests.client import HostileClient
from tests.labels.following import Labelled, applied

Perform = Callable[..., Any]
BY = System("essai")
END = date(2029, 11, 27)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def world() -> Labelled:
    return Labelled.make(since=date(2026, 11, 27), until=END)


def reminded(world: Labelled, perform: Perform, day: date) -> int:
    return int(perform(life.remind, category=world.category, labels=[world.label.pk], by=BY, at=noon(day)))


def expired(world: Labelled, perform: Perform, day: date) -> int:
    return int(perform(life.expire, labels=[world.label.pk], by=BY, at=noon(day)))


def test_a_label_is_in_force_on_its_last_day_and_ends_the_day_after(
    world: Labelled, perform: Perform, deliver: Callable[[], list[Any]]
) -> None:
    assert world.fresh().last_day == date(2029, 11, 26)
    assert expired(world, perform, date(2029, 11, 26)) == 0
    assert expired(world, perform, date(2029, 11, 27)) == 1
    assert world.fresh().state == LabelState.EXPIRED
    assert expired(world, perform, date(2029, 11, 28)) == 0
    (mail,) = deliver()
    assert "arrivé à son terme le 26 novembre 2029" in mail.body
    event = history_of(world.label).filter(code="labels.expired").get()
    assert event.actor == "system:essai"
    assert LABELS.search(Question(filters={"etat": ("expired",)})).ids == [world.label.pk]


def test_a_suspended_label_ends_too(world: Labelled, perform: Perform) -> None:
    Label.objects.filter(pk=world.label.pk).update(state=LabelState.SUSPENDED, suspended_on=date(2029, 10, 1))
    assert expired(world, perform, END) == 1
    assert world.fresh().suspended_on is None


def test_each_reminder_leaves_once_on_its_day(world: Labelled, perform: Perform) -> None:
    first, second = months_after(END, -6), months_after(END, -1)
    assert reminded(world, perform, first - timedelta(days=1)) == 0
    assert reminded(world, perform, first) == 1
    assert reminded(world, perform, first) == 0
    assert reminded(world, perform, second - timedelta(days=1)) == 0
    assert reminded(world, perform, second) == 1
    assert reminded(world, perform, second + timedelta(days=3)) == 0
    assert Notice.objects.filter(template="labels/reminder").count() == 2


def test_entered_late_one_mail_leaves_and_all_reminders_are_written(world: Labelled, perform: Perform) -> None:
    assert reminded(world, perform, END - timedelta(days=5)) == 1
    assert set(Reminder.objects.values_list("months", flat=True)) == {6, 1}
    assert reminded(world, perform, END - timedelta(days=4)) == 0


def test_whoever_asked_for_the_renewal_is_not_written_to(world: Labelled, perform: Perform) -> None:
    applied(world.candidacy, state=ApplicationState.REVIEW)
    assert reminded(world, perform, months_after(END, -6)) == 0
    assert Notice.objects.filter(template="labels/reminder").count() == 0


def test_the_reminder_and_the_page_lead_to_the_application_with_the_same_file(
    perform: Perform, client: HostileClient, deliver: Callable[[], list[Any]]
) -> None:
    today = timezone.localdate()
    world = Labelled.make(until=today + timedelta(days=60))
    subject = quote_plus(subject_of(world.candidacy.pk))
    asked = f"/appels/{world.category.call.key}/candidater?sujet={subject}"
    assert reminded(world, perform, today) == 1
    (mail,) = deliver()
    assert asked in mail.body
    page = f"/labels/{world.label.key}"
    assert "Demander le renouvellement" not in client.get(page).text
    client.force_login(world.representative)
    assert f'href="{asked}"' in client.get(page).text
    draft = applied(world.candidacy, state=ApplicationState.DRAFT)
    text = client.get(page).text
    assert reverse("calls:application", args=[draft.public_id]) in text
    assert "Reprendre votre demande" in text
    draft.delete()
    world.candidacy.state = CandidacyState.ENDED
    world.candidacy.save()
    assert "Demander le renouvellement" not in client.get(page).text


def test_what_is_renewed_is_reminded_of_nothing(world: Labelled, perform: Perform) -> None:
    factories.label(world.candidacy, since=END, renews=world.label)
    assert reminded(world, perform, months_after(END, -1)) == 0
    assert expired(world, perform, END) == 1
    assert not Notice.objects.exists()


def test_the_night_sees_to_all_and_twice_changes_nothing(elsewhere: Callable[[Callable[[], Any]], Any]) -> None:
    def night() -> list[Any]:
        today = timezone.localdate()
        world = Labelled.make(since=today - timedelta(days=900), until=today)
        soon = factories.candidacy(world.category, organisation=world.lead)
        factories.label(soon, since=today - timedelta(days=900), until=today + timedelta(days=20))
        factories.historic_label(category=world.category)
        done = [tasks.let_time_pass(0), tasks.let_time_pass(0)]
        return [*done, world.fresh().state, Notice.objects.count()]

    assert elsewhere(night) == [2, 0, LabelState.EXPIRED, 2]


def test_one_fault_keeps_none_of_the_others_waiting(
    elsewhere: Callable[[Callable[[], Any]], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def night() -> tuple[int, int]:
        today = timezone.localdate()
        world = Labelled.make(since=today - timedelta(days=900), until=today)
        other = factories.candidacy(world.category, organisation=world.lead)
        bad = factories.label(other, since=today - timedelta(days=900), until=today)
        real = life.move

        def failing(thing: Any, *rest: Any, **more: Any) -> Any:
            if thing.pk == bad.pk:
                raise RuntimeError("a label that cannot end")
            return real(thing, *rest, **more)

        monkeypatch.setattr(life, "move", failing)
        with pytest.raises(ExceptionGroup) as raised:
            tasks.let_time_pass(0)
        return len(raised.value.exceptions), Label.objects.filter(state=LabelState.EXPIRED).count()

    assert elsewhere(night) == (1, 1)


def test_after_its_end_the_page_says_the_lawful_way_out(client: HostileClient) -> None:
    today = timezone.localdate()
    world = Labelled.make(since=today - timedelta(days=900), until=today - timedelta(days=3))
    page = client.get(f"/labels/{world.label.key}").content.decode()
    assert "Il ne se renouvelle plus" in page
    assert "un nouveau label, qui partira du jour de sa décision" in page


def test_before_its_end_the_page_says_until_when_to_ask(client: HostileClient) -> None:
    today = timezone.localdate()
    world = Labelled.make(since=today - timedelta(days=900), until=today + timedelta(days=40))
    assert "À demander jusqu’au" in client.get(f"/labels/{world.label.key}").content.decode()
    asked = applied(world.candidacy, state=ApplicationState.REVIEW)
    page = f"/labels/{world.label.key}"
    for person in (world.representative, world.manager_of_partner, world.officer):
        client.force_login(person)
        assert "Demandé, en cours d’examen" in client.get(page).text
    # Nobody else learns it before it is decided, when the label has ended too.
    client.force_login(factories.person())
    assert "À demander jusqu’au" in client.get(page).text
    assert "Demandé" not in client.get(page).text
    world.label.period = (world.label.period[0], today - timedelta(days=1))
    world.label.save(update_fields=["period"])
    assert "Une demande est en cours" not in client.get(page).text
    asked.delete()
    assert "Une demande est en cours" not in client.get(page).text
