"""Linked identities: recognised, linked, moved from one account of a person to the other, unlinked."""

from datetime import datetime

from accelerator.accounts import events
from accelerator.accounts.clients import Arrival
from accelerator.accounts.models import Challenge, ExternalIdentity, Person
from accelerator.accounts.operations.codes import prove
from accelerator.accounts.operations.sessions import end_sessions
from accelerator.journal import Actor
from accelerator.journal.operations import record
from accelerator.notices import Recipient
from accelerator.notices.operations import tell
from accelerator.workflow import Refused, operation


@operation
def attest(*, identity: ExternalIdentity, arrival: Arrival, by: Actor, at: datetime) -> ExternalIdentity:
    """Keep what the provider says today of an identity that is linked already: it served just now."""
    locked = ExternalIdentity.objects.select_for_update().get(pk=identity.pk)
    locked.siret, locked.email, locked.idp_label = arrival.siret, arrival.email, arrival.idp_label
    locked.attested_at = at
    locked.save(update_fields=["siret", "email", "idp_label", "attested_at"])
    return locked


@operation
def link_identity(*, person: Person, arrival: Arrival, by: Actor, at: datetime) -> ExternalIdentity:
    """Link an identity to an account; linked already, it only says again what the provider says.

    Raises `Refused` when it is linked to another account: it moves then, on proof (`move_identity`). The person is
    told.
    """
    made = ExternalIdentity(
        person=person,
        issuer=arrival.issuer,
        sub=arrival.sub,
        siret=arrival.siret,
        email=arrival.email,
        idp_label=arrival.idp_label,
        linked_at=at,
        attested_at=at,
    )
    ExternalIdentity.objects.bulk_create([made], ignore_conflicts=True)
    identity = ExternalIdentity.objects.get(issuer=arrival.issuer, sub=arrival.sub)
    if identity.person_id != person.pk:
        raise Refused("Cette identité ProConnect vient d’être liée à un autre compte.")
    if identity.linked_at != at:
        return attest(identity=identity, arrival=arrival, by=by, at=at)
    record(events.IDENTITY_LINKED, person, by=by, at=at, provider=str(identity))
    tell("accounts/identity_linked", to=Recipient.of(person), at=at, data={"provider": str(identity)})
    return identity


@operation
def move_identity(
    *, challenge: Challenge, code: str, rank: int, arrival: Arrival, by: Actor, at: datetime
) -> ExternalIdentity:
    """Move an identity to the account of who proves, by a code, that the other account is theirs too. Both are told.

    Raises `Refused` when the code is wrong, or when the identity has left the account that the code was sent to.
    """
    proved = prove(challenge=challenge, code=code, rank=rank, by=by, at=at)
    if proved.person is None:
        raise TypeError("Une identité se déplace vers un compte.")
    identity = ExternalIdentity.objects.select_for_update().get(issuer=arrival.issuer, sub=arrival.sub)
    if proved.used_at:
        return identity
    former = Person.objects.get(pk=identity.person_id)
    if (former.email or "").lower() != proved.email:
        raise Refused("Cette identité n’est plus liée au compte dont vous venez de prouver l’adresse. Recommencez.")
    identity.person, identity.linked_at = proved.person, at
    identity.save(update_fields=["person", "linked_at"])
    identity = attest(identity=identity, arrival=arrival, by=by, at=at)
    proved.used_at = at
    proved.save(update_fields=["used_at"])
    for person, event, told in (
        (former, events.IDENTITY_UNLINKED, "accounts/identity_unlinked"),
        (proved.person, events.IDENTITY_LINKED, "accounts/identity_linked"),
    ):
        record(event, person, by=by, at=at, provider=str(identity))
        tell(told, to=Recipient.of(person), at=at, data={"provider": str(identity)})
    return identity


@operation
def unlink_identity(*, identity: ExternalIdentity, by: Actor, at: datetime, keep: str = "") -> None:
    """Take an identity away from its account; entering by e-mail code stays. Other sessions end, but the one to keep.

    Away already, nothing happens.
    """
    locked = ExternalIdentity.objects.select_for_update().filter(pk=identity.pk).first()
    if locked is None:
        return
    person, provider = Person.objects.get(pk=locked.person_id), str(locked)
    locked.delete()
    record(events.IDENTITY_UNLINKED, person, by=by, at=at, provider=provider)
    tell("accounts/identity_unlinked", to=Recipient.of(person), at=at, data={"provider": provider})
    end_sessions(person=person, keep=keep, by=by, at=at)
