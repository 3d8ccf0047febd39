"""Reading about persons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

from accelerator.accounts.models import Challenge, ExternalIdentity, Factor, OpenSession, Person
from accelerator.accounts.states import ATTESTATION_LASTS, JOINING_LASTS, FactorKind, Purpose
from accelerator.journal.models import Event

# The named parts of the platform, as they are shown to people.
SYSTEMS = {
    "asked-service": "Le service consulté",
    "command-line": "La ligne de commande",
    "demonstration": "La démonstration",
    "founding-facts": "Le chargement des faits fondateurs",
    "reference-data": "Le chargement des données de référence",
}


@dataclass(frozen=True)
class Line:
    """One line of a history, ready for the `timeline` component."""

    at: datetime
    who: str
    sentence: str
    reason: str


@dataclass(frozen=True)
class Attestation:
    """For which establishment ProConnect said that someone works, and when it said it.

    siret, siren  as the identity provider of the employer declares them: known to be of the right length, not to exist.
    """

    siret: str
    attested_at: datetime

    @property
    def siren(self) -> str:
        return self.siret[:9]


def with_actor_names(events: Iterable[Event]) -> list[Line]:
    """The lines of a history, in the order given, with the name that each actor has now: one query for persons."""
    events = list(events)
    keys = [event.actor.partition(":") for event in events]
    persons = Person.objects.in_bulk({int(number) for kind, _, number in keys if kind == "person"})

    def name(kind: str, rest: str) -> str:
        if kind != "person":
            return SYSTEMS.get(rest, "La plateforme")
        person = persons.get(int(rest))
        return person.name if person else "Compte supprimé"

    return [
        Line(at=event.at, who=name(kind, rest), sentence=event.sentence, reason=event.reason)
        for event, (kind, _, rest) in zip(events, keys, strict=True)
    ]


def pending_challenges(purpose: Purpose) -> QuerySet[Challenge]:
    """The codes that were asked."""
    return Challenge.objects.filter(purpose=purpose)


def joining_until(challenge: Challenge) -> datetime | None:
    """Until when a newcomer who proved an address may open an account; None before the proof."""
    return challenge.proved_at + JOINING_LASTS if challenge.proved_at else None


def has_accepted_current_terms(person: Person) -> bool:
    """Whether the conditions of use accepted are those of today."""
    return person.terms_version == settings.TERMS_VERSION


def identities_of(person: Person) -> QuerySet[ExternalIdentity]:
    """The identities linked to an account, the one that served last first."""
    return person.external_identities.order_by("-attested_at", "-pk")


def identity_of(issuer: str, sub: str) -> ExternalIdentity | None:
    """The identity that a provider knows by this `sub`, with its account, if it is linked to one."""
    return ExternalIdentity.objects.select_related("person").filter(issuer=issuer, sub=sub).first()


def attested_siret(person: Person, at: datetime) -> Attestation | None:
    """The establishment that ProConnect named when the person last entered by it, in the last 24 hours; or None.

    None also when that last entry named none: what an earlier one said is no longer believed.
    """
    last = identities_of(person).filter(attested_at__lte=at).first()
    if last is None or not last.siret or at >= last.attested_at + ATTESTATION_LASTS:
        return None
    return Attestation(siret=last.siret, attested_at=last.attested_at)


def factors_of(person: Person) -> QuerySet[Factor]:
    """The second factors of a person, oldest first."""
    return person.factors.order_by("added_at", "pk")


def passkeys_of(person: Person) -> list[bytes]:
    """What is kept of the passkeys of a person."""
    kept = factors_of(person).filter(kind=FactorKind.PASSKEY).values_list("credential", flat=True)
    return [bytes(one) for one in kept if one is not None]


def recovery_codes_left(person: Person) -> int:
    """How many recovery codes have not served."""
    return person.recovery_codes.filter(used_at__isnull=True).count()


def sessions_of(person: Person, at: datetime) -> QuerySet[OpenSession]:
    """The sessions of a person that are still open, the latest first."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    return person.open_sessions.filter(Exists(alive)).order_by("-opened_at", "-pk")


def masked(email: str) -> str:
    """An address that its owner recognises and nobody else learns: "c•••@p•••.example"."""
    name, _, domain = email.partition("@")
    first, dot, last = domain.rpartition(".")
    return f"{name[:1]}•••@{first[:1]}•••{dot}{last}"
