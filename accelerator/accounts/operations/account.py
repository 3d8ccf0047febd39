"""The account itself: opened, changed, deleted."""

from datetime import datetime

from django.conf import settings

from accelerator.accounts import events
from accelerator.accounts.holdings import holdings
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.operations.codes import prove
from accelerator.accounts.operations.sessions import end_sessions
from accelerator.accounts.states import DOUBLE_CLICK, JOINING_LASTS, Purpose
from accelerator.journal import Actor, ref
from accelerator.journal.operations import erase as erase_from_journal
from accelerator.journal.operations import record
from accelerator.notices import Recipient
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation


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
def change_address(*, challenge: Challenge, code: str, rank: int, by: Actor, at: datetime, keep: str = "") -> Person:
    """Give an account the address that its person just proved. The former address is told; other sessions end.

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
    end_sessions(person=person, keep=keep, by=by, at=at)
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


def _demand_current(terms_version: str) -> None:
    if terms_version != settings.TERMS_VERSION:
        raise Refused("Les conditions d’utilisation viennent de changer : relisez-les, puis acceptez-les.")
