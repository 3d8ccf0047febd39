"""Codes: asked, tried, right or wrong, forgotten."""

import secrets
from datetime import datetime

from django.db import connection
from django.utils.crypto import constant_time_compare, salted_hmac

from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.states import CODE_LASTS, CODE_LENGTH, CODE_TRIES, DOUBLE_CLICK, Purpose
from accelerator.journal import Actor
from accelerator.notices import Recipient
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation


@operation
def ask_code(
    *,
    email: str,
    by: Actor,
    at: datetime,
    length: int = CODE_LENGTH,
    purpose: Purpose = Purpose.SIGN_IN,
    person: Person | None = None,
) -> Challenge:
    """Send a code to an address, known or not: nothing here tells which.

    Limits are counted by the page (`limits.count_against`), for an attempt counts even when it is refused.
    """
    code = "".join(secrets.choice("0123456789") for _ in range(length))
    challenge = Challenge(purpose=purpose, email=email.lower(), person=person, asked_at=at)
    challenge.code_digest = _digest(challenge, code)
    challenge.save()
    tell(
        "accounts/code",
        to=Recipient(challenge.email),
        at=at,
        data={"code": code, "minutes": int(CODE_LASTS.total_seconds() // 60), "purpose": purpose.value},
        secret=True,
        expires_at=at + CODE_LASTS,
    )
    return challenge


@operation
def count_try(*, challenge: Challenge, by: Actor, at: datetime) -> int:
    """Count one try of a code, in a transaction of its own, before the code is read; return its rank.

    One statement: a hundred tries sent together get a hundred ranks.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_challenge SET tries = LEAST(tries + 1, 100) WHERE id = %s RETURNING tries",
            [challenge.pk],
        )
        return int(cursor.fetchone()[0])


@operation
def prove(*, challenge: Challenge, code: str, rank: int, by: Actor, at: datetime) -> Challenge:
    """Check a code typed back. `rank` is what `count_try` returned.

    Raises `Refused` when it is late, wrong (and says how many tries are left), tried too often or already used.
    A right code given again within half a minute is a double click and is right again.
    """
    locked = Challenge.objects.select_for_update().get(pk=challenge.pk)
    if at >= locked.asked_at + CODE_LASTS:
        raise Refused("Ce code a plus de 15 minutes : il n’est plus valable. Demandez-en un autre.", field="code")
    if locked.used_at and at >= locked.used_at + DOUBLE_CLICK:
        raise Refused("Ce code a déjà servi. Demandez-en un autre.", field="code")
    again = locked.proved_at is not None and at < locked.proved_at + DOUBLE_CLICK
    if rank > CODE_TRIES and not again:
        raise Refused("Trois codes faux : le bon n’est plus valable. Demandez-en un autre.", field="code")
    if not constant_time_compare(_digest(locked, code), locked.code_digest):
        left = CODE_TRIES - rank
        if left <= 0:
            raise Refused("Trois codes faux : le bon n’est plus valable. Demandez-en un autre.", field="code")
        raise Refused(f"Ce code n’est pas le bon. Il reste {left} essai{'s' if left > 1 else ''}.", field="code")
    if not locked.proved_at:
        locked.proved_at = at
        locked.save(update_fields=["proved_at"])
    return locked


@operation
def confirm(*, challenge: Challenge, code: str, rank: int, by: Actor, at: datetime) -> Challenge:
    """Prove again an address, for its own sake: the code serves once. Raises `Refused` as `prove` does."""
    proved = prove(challenge=challenge, code=code, rank=rank, by=by, at=at)
    if not proved.used_at:
        proved.used_at = at
        proved.save(update_fields=["used_at"])
    return proved


@operation
def forget_challenges(*, moment: datetime, by: Actor, at: datetime) -> int:
    """Remove the codes asked before a moment; return how many (a nightly job)."""
    return Challenge.objects.filter(asked_at__lt=moment).delete()[0]


def _digest(challenge: Challenge, code: str) -> str:
    """The code is not kept: only what it becomes with the platform's key and the challenge's own token."""
    return salted_hmac("accounts.challenge", f"{challenge.token}:{code}", algorithm="sha256").hexdigest()
