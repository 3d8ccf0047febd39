"""What is told is told once, and only of what was done."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from accelerator.accounts.models import Person
from accelerator.journal import System
from accelerator.notices import Letter, Recipient, operations, queries
from accelerator.notices.models import Notice
from accelerator.workflow import transaction

CODE = {"code": "K7PX4M", "minutes": 15, "purpose": "sign_in"}
CAMILLE = Recipient("camille@exemple.example", key="person:1")
WORKER = System("notices")


def _tell(at: datetime, **options: Any) -> list[Notice]:
    with transaction():
        return operations.tell("accounts/code", **{"to": CAMILLE, "at": at, "data": CODE, **options})


def test_a_notice_and_its_job_are_written_together(at: datetime) -> None:
    (notice,) = _tell(at)
    assert notice.subject == "K7PX4M : votre code pour French IMPACT"
    assert "    K7PX4M\n" in notice.body
    assert notice.body.endswith("contact@french-impact.example\n")
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.queue_name, job.args) == ("notices.send", "notices", {"notice": notice.pk})
    assert "K7PX4M" not in str(job.args)


def test_what_was_rolled_back_is_not_told(at: datetime) -> None:
    def tell_then_fail() -> None:
        with transaction():
            operations.tell("accounts/code", to=CAMILLE, at=at, data=CODE)
            assert ProcrastinateJob.objects.count() == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tell_then_fail()
    assert not Notice.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_telling_demands_a_transaction(at: datetime) -> None:
    with pytest.raises(RuntimeError, match="exige une transaction"):
        operations.tell("accounts/code", to=CAMILLE, at=at, data=CODE)
    with pytest.raises(RuntimeError, match="exige une transaction"):
        operations.tell_each("accounts/code", [Letter(CAMILLE, CODE)], at=at)


@pytest.mark.parametrize("number", [1, 3])
def test_many_are_told_each_what_concerns_them_at_the_price_of_one(
    at: datetime, number: int, django_assert_num_queries: Any
) -> None:
    letters = [
        Letter(Recipient(f"n{n}@exemple.example"), {**CODE, "code": f"CODE{n}"}, f"https://exemple.example/{n}")
        for n in range(number)
    ]
    erased = Letter(Recipient.of(Person(pk=4, email=None)), CODE)
    with transaction(), django_assert_num_queries(2):
        notices = operations.tell_each("accounts/code", [erased, *letters], at=at)
    for n, notice in enumerate(notices):
        assert notice.subject.startswith(f"CODE{n} ")
        assert f"CODE{n}\n" in notice.body
        assert (notice.email, notice.unsubscribe_url) == (f"n{n}@exemple.example", f"https://exemple.example/{n}")
    assert ProcrastinateJob.objects.count() == number


def test_each_address_is_told_once_and_erased_accounts_are_skipped(at: datetime) -> None:
    erased = Person(pk=4, email=None)
    to = [CAMILLE, Recipient("CAMILLE@exemple.example"), Recipient.of(erased), Recipient("noe@exemple.example")]
    assert sorted(notice.email.lower() for notice in _tell(at, to=to)) == [
        "camille@exemple.example",
        "noe@exemple.example",
    ]
    assert _tell(at, to=Recipient.of(erased)) == []


@pytest.mark.parametrize("count", [1, 3])
def test_telling_many_costs_two_queries(at: datetime, count: int, django_assert_num_queries: Any) -> None:
    to = [Recipient(f"personne{n}@exemple.example") for n in range(count)]
    with django_assert_num_queries(4):  # the savepoint, the notices, the jobs, the end of the savepoint
        assert len(_tell(at, to=to)) == count
    assert ProcrastinateJob.objects.count() == count


def test_a_value_of_several_lines_does_not_leave_the_subject(at: datetime) -> None:
    (notice,) = _tell(at, data={"code": "A\r\nBcc: tous@exemple.example", "minutes": 15, "purpose": "sign_in"})
    assert "\n" not in notice.subject
    assert notice.subject.startswith("A Bcc: tous@exemple.example")


def test_text_is_not_escaped(at: datetime) -> None:
    (notice,) = _tell(at, data={"code": "l'été & <b>", "minutes": 15, "purpose": "sign_in"})
    assert "    l'été & <b>" in notice.body


def test_a_notice_is_sent_once(at: datetime, perform: Callable[..., Any]) -> None:
    (notice,) = _tell(at, reply_to="association@exemple.example")
    assert perform(operations.send, notice=notice.pk, by=WORKER, at=at) is True
    assert perform(operations.send, notice=notice.pk, by=WORKER, at=at) is False
    (sent,) = mail.outbox
    assert sent.to == ["camille@exemple.example"]
    assert sent.reply_to == ["association@exemple.example"]
    assert sent.extra_headers["Message-ID"].startswith(f"<notice.{notice.pk}.")
    notice.refresh_from_db()
    assert notice.sent_at == at
    assert notice.body


def test_a_secret_is_forgotten_once_sent_and_never_listed(at: datetime, perform: Callable[..., Any]) -> None:
    (notice,) = _tell(at, secret=True)
    perform(operations.send, notice=notice.pk, by=WORKER, at=at)
    assert "K7PX4M" in mail.outbox[0].body
    notice.refresh_from_db()
    assert notice.body == ""
    assert list(queries.notices_of("person:1")) == []


def test_an_address_without_account_is_forgotten_once_sent(at: datetime, perform: Callable[..., Any]) -> None:
    (notice,) = _tell(at, to=Recipient("inconnue@exemple.example"))
    perform(operations.send, notice=notice.pk, by=WORKER, at=at)
    assert mail.outbox[0].to == ["inconnue@exemple.example"]
    notice.refresh_from_db()
    assert notice.email == ""


def test_a_late_worker_drops_what_became_useless(at: datetime, perform: Callable[..., Any]) -> None:
    (notice,) = _tell(at, secret=True, expires_at=at + timedelta(minutes=15))
    assert perform(operations.send, notice=notice.pk, by=WORKER, at=at + timedelta(minutes=15)) is False
    assert mail.outbox == []
    notice.refresh_from_db()
    assert (notice.sent_at, notice.body) == (None, "")


def test_notices_are_listed_latest_first(at: datetime, django_assert_num_queries: Any) -> None:
    for minutes in (2, 0, 1):
        _tell(at + timedelta(minutes=minutes))
    with django_assert_num_queries(1):
        listed = list(queries.notices_of("person:1"))
    assert [notice.asked_at - at for notice in listed] == [timedelta(minutes=m) for m in (2, 1, 0)]


def test_forgetting_someone_also_stops_what_was_about_to_leave(at: datetime, perform: Callable[..., Any]) -> None:
    (theirs,) = _tell(at)
    _tell(at, to=Recipient("Camille@exemple.example"))
    _tell(at, to=Recipient("noe@exemple.example", key="person:2"))
    assert perform(operations.forget, recipient="person:1", email=CAMILLE.email, by=WORKER, at=at) == 2
    assert perform(operations.send, notice=theirs.pk, by=WORKER, at=at) is False
    assert [notice.recipient for notice in Notice.objects.all()] == ["person:2"]


def test_old_notices_are_forgotten(at: datetime, perform: Callable[..., Any]) -> None:
    _tell(at - timedelta(days=366))
    _tell(at)
    assert perform(operations.forget_before, moment=at - timedelta(days=365), by=WORKER, at=at) == 1
    assert Notice.objects.get().asked_at == at


def test_the_body_holds_in_the_database_as_it_was_written(at: datetime) -> None:
    (notice,) = _tell(at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM notices_notice WHERE id = %s", [notice.pk])
        assert "Bonjour,\n\nVoici votre code" in cursor.fetchone()[0]
