"""What holds when everything is asked at the same moment."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from accelerator.accounts import operations
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.states import CODE_TRIES, Purpose
from accelerator.accounts.views import DOOR
from accelerator.notices.models import Notice
from accelerator.workflow import Refused, transaction
from accelerator.workflow.limits import count_against
from accelerator.workflow.models import Limit
from tests.concurrency import elsewhere, together

EMAIL = "ensemble@exemple.example"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield

    def remove() -> None:
        Challenge.objects.filter(email=EMAIL).delete()
        Notice.objects.all().delete()
        Limit.objects.all().delete()
        # The journal refuses to forget: only this test database lets go of its guard, for the accounts made here.
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("DELETE FROM journal_event WHERE code LIKE 'accounts.%%'")
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("DELETE FROM procrastinate_jobs")
        Person.objects.filter(email=EMAIL).delete()

    elsewhere(remove)


def _challenge(at: datetime, *, proved: bool = False) -> Challenge:
    def make() -> Challenge:
        with transaction():
            challenge = operations.ask_code(email=EMAIL, by=DOOR, at=at)
            if proved:
                Challenge.objects.filter(pk=challenge.pk).update(proved_at=at)
            return challenge

    return elsewhere(make)


def test_tries_sent_together_are_all_counted(at: datetime) -> None:
    challenge = _challenge(at)

    def one_try() -> str:
        with transaction():
            rank = operations.count_try(challenge=challenge, by=DOOR, at=at)
        try:
            with transaction():
                operations.prove(challenge=challenge, code="not it", rank=rank, by=DOOR, at=at)
        except Refused as refusal:
            return refusal.message
        return "entré"

    answers = together(*[one_try] * 12)
    left = [answer for answer in answers if "Il reste" in str(answer)]
    assert len(left) == CODE_TRIES - 1, answers
    assert sum("Trois codes faux" in str(answer) for answer in answers) == 12 - len(left)


def test_a_limit_holds_when_everyone_comes_at_once(at: datetime) -> None:
    def ask() -> Any:
        return count_against("code:essai", limit=5, per=timedelta(hours=1), at=at)

    answers = together(*[ask] * 12)
    assert answers.count(None) == 5
    assert sum(isinstance(answer, Refused) for answer in answers) == 7


def test_one_address_makes_one_account(at: datetime) -> None:
    challenges = [_challenge(at, proved=True) for _ in range(3)]

    def join(challenge: Challenge) -> int:
        with transaction():
            person = operations.join(
                challenge=challenge, terms_version="2026-11", given_name="", family_name="", by=DOOR, at=at
            )
        return person.pk

    made = together(*[lambda challenge=challenge: join(challenge) for challenge in challenges])
    assert len(set(made)) == 1, made
    assert elsewhere(lambda: Person.objects.filter(email__iexact=EMAIL).count()) == 1


def test_a_code_asked_twice_at_once_makes_two_challenges_of_their_own(at: datetime) -> None:
    first, second = _challenge(at), _challenge(at)
    assert first.token != second.token
    assert {first.purpose, second.purpose} == {Purpose.SIGN_IN}
