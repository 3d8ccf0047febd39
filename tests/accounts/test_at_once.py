"""What holds when everything is asked at the same moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from accelerator.accounts import operations
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.states import CODE_TRIES, Purpose
from accelerator.accounts.views.doors import DOOR
from accelerator.workflow import Refused, transaction
from accelerator.workflow.limits import count_against

Together = Callable[..., list[Any]]
EMAIL = "ensemble@exemple.example"


def _challenge(at: datetime, *, proved: bool = False) -> Challenge:
    with transaction():
        challenge = operations.ask_code(email=EMAIL, by=DOOR, at=at)
        if proved:
            Challenge.objects.filter(pk=challenge.pk).update(proved_at=at)
        return challenge


def test_tries_sent_together_are_all_counted(together: Together, at: datetime) -> None:
    [challenge] = together(lambda: _challenge(at))

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


def test_a_limit_holds_when_everyone_comes_at_once(together: Together, at: datetime) -> None:
    def ask() -> Any:
        return count_against("code:essai", limit=5, per=timedelta(hours=1), at=at)

    answers = together(*[ask] * 12)
    assert answers.count(None) == 5
    assert sum(isinstance(answer, Refused) for answer in answers) == 7


def test_one_address_makes_one_account(together: Together, at: datetime) -> None:
    [challenges] = together(lambda: [_challenge(at, proved=True) for _ in range(3)])

    def join(challenge: Challenge) -> int:
        with transaction():
            person = operations.join(
                challenge=challenge, terms_version="2026-11", given_name="", family_name="", by=DOOR, at=at
            )
        return person.pk

    made = together(*[lambda challenge=challenge: join(challenge) for challenge in challenges])
    assert len(set(made)) == 1, made
    assert together(lambda: Person.objects.filter(email__iexact=EMAIL).count()) == [1]


def test_a_code_asked_twice_at_once_makes_two_challenges_of_their_own(together: Together, at: datetime) -> None:
    first, second = together(lambda: _challenge(at), lambda: _challenge(at))
    assert first.token != second.token
    assert {first.purpose, second.purpose} == {Purpose.SIGN_IN}
