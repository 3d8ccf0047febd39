"""Second factors: added, given, removed."""

import logging
from datetime import datetime

from accelerator.accounts import events, factors
from accelerator.accounts.duties import reason_for_second_factor
from accelerator.accounts.factors import NotProved, State
from accelerator.accounts.models import Factor, Person, RecoveryCode
from accelerator.accounts.operations.sessions import end_sessions
from accelerator.accounts.states import MOST_PASSKEYS, RECOVERY_CODES, FactorKind
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices import Recipient
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation

logger = logging.getLogger(__name__)

WRONG_CODE = (
    "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant, ou vérifiez l’heure de votre téléphone."
)
WRONG_KEY = "Cette clé d’accès n’a pas pu être vérifiée. Recommencez."


@operation
def add_passkey(
    *, person: Person, name: str, state: State, response: str, by: Actor, at: datetime, keep: str = ""
) -> Factor:
    """Add the passkey that a browser just made; other sessions end, but the one to keep.

    Raises `Refused` when what the browser sent proves nothing, when the passkey is known already, or beyond ten.
    """
    _lock(person)
    if Factor.objects.filter(person=person, kind=FactorKind.PASSKEY).count() >= MOST_PASSKEYS:
        raise Refused(f"Dix clés d’accès au plus ({MOST_PASSKEYS}) : retirez-en une d’abord.")
    try:
        credential_id, credential, count = factors.finish_making(state, response)
    except NotProved as reason:
        logger.warning("passkey not made: %s", reason)
        raise Refused(WRONG_KEY) from reason
    if Factor.objects.filter(credential_id=credential_id).exists():
        raise Refused("Cette clé d’accès est déjà enregistrée.")
    factor = Factor.objects.create(
        person=person,
        kind=FactorKind.PASSKEY,
        name=name,
        added_at=at,
        credential_id=credential_id,
        credential=credential,
        sign_count=count,
    )
    return _added(factor, by=by, at=at, keep=keep)


@operation
def add_application(
    *, person: Person, name: str, secret: str, code: str, by: Actor, at: datetime, keep: str = ""
) -> Factor:
    """Add the application that shows this code; other sessions end, but the one to keep.

    Raises `Refused` when the code is wrong, or when the account has an application already.
    """
    _lock(person)
    if Factor.objects.filter(person=person, kind=FactorKind.TOTP).exists():
        raise Refused("Votre compte a déjà une application de codes : retirez-la d’abord pour en changer.")
    step = factors.step_of(secret, code, at)
    if step is None:
        raise Refused(WRONG_CODE, field="code")
    factor = Factor.objects.create(
        person=person,
        kind=FactorKind.TOTP,
        name=name,
        added_at=at,
        secret=factors.sealed(secret),
        last_step=step,
    )
    return _added(factor, by=by, at=at, keep=keep)


def _added(factor: Factor, *, by: Actor, at: datetime, keep: str) -> Factor:
    kind = factor.get_kind_display().lower()
    record(events.FACTOR_ADDED, factor.person, by=by, at=at, kind=kind)
    tell("accounts/factor_added", to=Recipient.of(factor.person), at=at, data={"name": factor.name, "kind": kind})
    end_sessions(person=factor.person, keep=keep, by=by, at=at)
    return factor


@operation
def make_recovery_codes(*, person: Person, by: Actor, at: datetime) -> list[str]:
    """Make ten codes for paper; those made before are worth nothing any more. They can be read here only.

    Raises `Refused` without a second factor: they stand in for one.
    """
    _lock(person)
    if not Factor.objects.filter(person=person).exists():
        raise Refused("Les codes de secours remplacent un second facteur perdu : ajoutez-en un d’abord.")
    RecoveryCode.objects.filter(person=person).delete()
    codes = [factors.new_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, digest=factors.recovery_digest(person, code), made_at=at) for code in codes
    )
    record(events.RECOVERY_CODES_MADE, person, by=by, at=at)
    return codes


@operation
def give_code(*, person: Person, code: str, by: Actor, at: datetime) -> None:
    """Prove the second factor by a code: of the application, each good once, or of recovery, each good once.

    Raises `Refused` when it is neither. Tries are counted by the page, for they count even when they are refused.
    """
    if code.isdigit() and _is_of_application(person, code, at):
        return
    digest = factors.recovery_digest(person, code)
    # One statement: of two that give the same code together, one is let in.
    if not RecoveryCode.objects.filter(person=person, digest=digest, used_at__isnull=True).update(used_at=at):
        raise Refused(WRONG_CODE, field="code")
    left = RecoveryCode.objects.filter(person=person, used_at__isnull=True).count()
    record(events.RECOVERY_CODE_USED, person, by=by, at=at, left=left)
    tell("accounts/recovery_code_used", to=Recipient.of(person), at=at, data={"left": left})


def _is_of_application(person: Person, code: str, at: datetime) -> bool:
    application = Factor.objects.filter(person=person, kind=FactorKind.TOTP).first()
    if application is None:
        return False
    try:
        step = factors.step_of(factors.unsealed(application.secret), code, at)
    except NotProved as reason:  # the platform's key was changed, and the former one forgotten
        logger.warning("application %s: %s", application.pk, reason)
        return False
    if step is None:
        return False
    # A code seen over the shoulder, or sent twice together, serves once (RFC 6238, 5.2).
    unused = Factor.objects.filter(pk=application.pk, last_step__lt=step)
    return bool(unused.update(last_step=step))


@operation
def give_passkey(*, state: State, response: str, by: Actor, at: datetime, person: Person | None = None) -> Factor:
    """Prove who one is by a passkey: among those of a person, or whoever's it is. Returns it, with its person.

    Raises `Refused` when it proves nothing, or is nobody's, or belongs to someone else.
    """
    try:
        named = factors.credential_named(response)
        known = Factor.objects.select_for_update(of=("self",)).select_related("person")
        factor = known.filter(credential_id=named, person__is_active=True).first()
        if factor is None or factor.credential is None or (person is not None and factor.person_id != person.pk):
            raise NotProved("unknown passkey")
        factor.sign_count = factors.finish_using(state, response, bytes(factor.credential), factor.sign_count)
    except NotProved as reason:
        logger.warning("passkey not proved: %s", reason)
        raise Refused(WRONG_KEY) from reason
    factor.save(update_fields=["sign_count"])
    return factor


@operation
def remove_factor(*, factor: Factor, by: Actor, at: datetime, keep: str = "") -> None:
    """Take a factor away; other sessions end, but the one to keep. With the last one go the recovery codes.

    Raises `Refused` when it is the last one of somebody whose role demands one.
    """
    _lock(factor.person)
    held = Factor.objects.filter(person=factor.person)
    if not held.filter(pk=factor.pk).exists():
        return
    is_last = held.count() == 1
    if is_last and (reason := reason_for_second_factor(factor.person)):
        raise Refused(f"{reason} Ajoutez un autre second facteur avant de retirer celui-ci.")
    kind, name, person = factor.get_kind_display().lower(), factor.name, factor.person
    held.filter(pk=factor.pk).delete()
    if is_last:
        RecoveryCode.objects.filter(person=person).delete()
    record(events.FACTOR_REMOVED, person, by=by, at=at, kind=kind)
    tell("accounts/factor_removed", to=Recipient.of(person), at=at, data={"name": name, "kind": kind})
    end_sessions(person=person, keep=keep, by=by, at=at)


@operation
def clear_factors(*, person: Person, reason: str, by: Actor, at: datetime) -> int:
    """Take every factor away from somebody who lost them; return how many. All their sessions end; they are told why.

    Whoever calls asked whether `by` may. Raises `Refused` when there is nothing to take away.
    """
    _lock(person)
    number = Factor.objects.filter(person=person).delete()[0]
    if not number:
        raise Refused("Ce compte n’a pas de second facteur : un code reçu par courriel suffit pour y entrer.")
    RecoveryCode.objects.filter(person=person).delete()
    record(events.FACTORS_CLEARED, person, by=by, at=at, reason=reason, person=person.name)
    tell("accounts/factors_cleared", to=Recipient.of(person), at=at, data={"reason": reason})
    end_sessions(person=person, by=by, at=at)
    return number


def _lock(person: Person) -> None:
    """Two changes of one person's factors wait for each other."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
