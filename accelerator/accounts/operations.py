"""What persons do with their account."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils.crypto import constant_time_compare, salted_hmac

from accelerator.accounts import events
from accelerator.accounts.holdings import holdings
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.states import (
    CODE_LASTS,
    CODE_LENGTH,
    CODE_TRIES,
    DOUBLE_CLICK,
    JOINING_LASTS,
    Purpose,
)
from accelerator.journal import Actor, ref
from accelerator.journal.operations import erase as erase_from_journal
from accelerator.journal.operations import record
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
def enter(*, challenge: Challenge, code: str, rank: int, by: Actor, at: datetime) -> tuple[Challenge, Person | None]:
    """Prove an address to sign in; return the person, or None for a newcomer (`join` comes next)."""
    proved = prove(challenge=challenge, code=code, rank=rank, by=by, at=at)
    person = Person.objects.filter(email__iexact=proved.email).first()
    if person and not proved.used_at:
        proved.used_at = at
        proved.save(update_fields=["used_at"])
    return proved, person


@operation
def join(
    *, challenge: Challenge, terms_version: str, given_name: str, family_name: str, by: Actor, at: datetime
) -> Person:
    """Open the account of a newcomer who proved an address and accepts the terms.

    Raises `Refused` when the proof is too old or used, or the terms changed meanwhile. Two tabs open one account.
    """
    locked = Challenge.objects.select_for_update().get(pk=challenge.pk, purpose=Purpose.SIGN_IN)
    if not locked.proved_at or at >= locked.proved_at + JOINING_LASTS:
        raise Refused("Votre code n’est plus valable. Demandez-en un autre.")
    if locked.used_at and at >= locked.used_at + DOUBLE_CLICK:
        raise Refused("Ce code a déjà servi. Demandez-en un autre.")
    _demand_current(terms_version)
    Person.objects.bulk_create(
        [
            Person(
                email=locked.email,
                given_name=given_name,
                family_name=family_name,
                terms_version=terms_version,
                terms_accepted_at=at,
                joined_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    person = Person.objects.with_email(locked.email)
    if not locked.used_at:
        locked.used_at = at
        locked.save(update_fields=["used_at"])
        if person.joined_at == at:
            record(events.JOINED, person, by=person, at=at)
            record(events.TERMS_ACCEPTED, person, by=person, at=at, version=terms_version)
    return person


@operation
def open_account(*, email: str, given_name: str, family_name: str, by: Actor, at: datetime) -> Person:
    """Open an account without a code: the first administrator (by command), the demonstration's people.

    Returns the account that the address already has. The person accepts the terms at the first sign-in.
    """
    address = email.strip().lower()
    Person.objects.bulk_create(
        [Person(email=address, given_name=given_name, family_name=family_name, joined_at=at)], ignore_conflicts=True
    )
    person = Person.objects.with_email(address)
    if person.joined_at == at:
        record(events.JOINED, person, by=person, at=at)
    return person


@operation
def accept_terms(*, person: Person, terms_version: str, by: Actor, at: datetime) -> Person:
    """Accept the conditions of use, in the version that was shown. Refused if it is no longer the current one."""
    _demand_current(terms_version)
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if locked.terms_version != terms_version:
        locked.terms_version, locked.terms_accepted_at = terms_version, at
        locked.save(update_fields=["terms_version", "terms_accepted_at"])
        record(events.TERMS_ACCEPTED, locked, by=by, at=at, version=terms_version)
    return locked


@operation
def rename(*, person: Person, given_name: str, family_name: str, by: Actor, at: datetime) -> Person:
    """Change the name shown to others."""
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if (locked.given_name, locked.family_name) != (given_name, family_name):
        locked.given_name, locked.family_name = given_name, family_name
        locked.save(update_fields=["given_name", "family_name"])
        record(events.RENAMED, locked, by=by, at=at)
    return locked


@operation
def change_address(*, challenge: Challenge, code: str, rank: int, by: Actor, at: datetime) -> Person:
    """Give an account the address that its person just proved. The former address is told.

    Raises `Refused` when another account has it: told only to who can read its mail.
    """
    proved = prove(challenge=challenge, code=code, rank=rank, by=by, at=at)
    if proved.person is None:
        raise TypeError("Changer d'adresse se fait depuis un compte.")
    person = Person.objects.select_for_update().get(pk=proved.person.pk)
    if proved.used_at:
        return person
    if Person.objects.filter(email__iexact=proved.email).exclude(pk=person.pk).exists():
        raise Refused(
            "Un autre compte a déjà cette adresse. Entrez avec elle pour le retrouver ; vous pourrez y supprimer ce "
            "compte-là, puis recommencer ici.",
            field="code",
        )
    former, person.email = Recipient(person.email or "", key=person.actor_key), proved.email
    person.save(update_fields=["email"])
    proved.used_at = at
    proved.save(update_fields=["used_at"])
    record(events.ADDRESS_CHANGED, person, by=by, at=at)
    tell("accounts/address_changed", to=former, at=at)
    return person


@operation
def delete_account(*, person: Person, by: Actor, at: datetime) -> None:
    """Delete an account: personal data erased in every subject, history kept without the name.

    Each subject that holds personal data says first whether something stands in the way: `Refused` with all the
    reasons. Sessions end at once: nobody is recognised as an erased person.
    """
    # Not the key: a row that only points to the person must not wait here while it holds what erasing will ask for.
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if locked.erased_at:
        raise Refused("Ce compte est déjà supprimé.")
    if reasons := [str(one) for holding in holdings() for one in holding.objections(locked)]:
        raise Refused(" ".join(reasons))
    address = Recipient(locked.email or "")
    for holding in reversed(holdings()):
        holding.erase(person=locked, by=by, at=at)
    record(events.DELETED, locked, by=by, at=at)
    erase_from_journal(actor=locked.actor_key, about=ref(locked), words=locked.naming)
    locked.email, locked.given_name, locked.family_name = None, "", ""
    locked.is_active, locked.erased_at = False, at
    locked.save(update_fields=["email", "given_name", "family_name", "is_active", "erased_at"])
    tell("accounts/deleted", to=address, at=at)


@operation
def forget_challenges(*, moment: datetime, by: Actor, at: datetime) -> int:
    """Remove the codes asked before a moment; return how many (a nightly job)."""
    return Challenge.objects.filter(asked_at__lt=moment).delete()[0]


def _digest(challenge: Challenge, code: str) -> str:
    """The code is not kept: only what it becomes with the platform's key and the challenge's own token."""
    return salted_hmac("accounts.challenge", f"{challenge.token}:{code}", algorithm="sha256").hexdigest()


def _demand_current(terms_version: str) -> None:
    if terms_version != settings.TERMS_VERSION:
        raise Refused("Les conditions d’utilisation viennent de changer : relisez-les, puis acceptez-les.")
