"""What the accounts hold about a person."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet

from accelerator.accounts.holdings import PersonalData, register
from accelerator.accounts.models import Challenge, Person
from accelerator.accounts.operations import end_sessions
from accelerator.accounts.queries import factors_of, identities_of, with_actor_names
from accelerator.journal import Actor
from accelerator.journal.queries import acts_of
from accelerator.notices import operations as notices
from accelerator.notices.queries import notices_of
from accelerator.workflow import operation


def export(person: Person) -> dict[str, Any]:
    """The account, what was told to the person, and what they did."""
    return {
        "compte": {
            "identifiant": person.public_id,
            "prénom": person.given_name,
            "nom": person.family_name,
            "adresse électronique": person.email,
            "ouvert le": person.joined_at,
            "conditions d’utilisation": {"version": person.terms_version, "acceptées le": person.terms_accepted_at},
        },
        "identités ProConnect": [
            {
                "fournisseur": identity.idp_label,
                "identifiant": identity.sub,
                "adresse": identity.email,
                "SIRET": identity.siret,
                "liée le": identity.linked_at,
                "servie le": identity.attested_at,
            }
            for identity in identities_of(person)
        ],
        "seconds facteurs": [
            {"sorte": factor.get_kind_display(), "nom": factor.name, "ajouté le": factor.added_at}
            for factor in factors_of(person)
        ],
        "codes de secours": [
            {"faits le": code.made_at, "servi le": code.used_at} for code in person.recovery_codes.order_by("pk")
        ],
        "connexions": [
            {"ouverte le": one.opened_at, "par": one.get_door_display(), "navigateur": one.browser}
            for one in person.open_sessions.order_by("opened_at")
        ],
        "codes demandés": [
            {"adresse": challenge.email, "pour": challenge.get_purpose_display(), "le": challenge.asked_at}
            for challenge in _challenges(person).order_by("asked_at")
        ],
        "courriels reçus": [
            {"objet": notice.subject, "texte": notice.body, "demandé le": notice.asked_at, "envoyé le": notice.sent_at}
            for notice in notices_of(person.actor_key)
        ],
        "journal": [
            {"le": line.at, "ce qui a été fait": line.sentence, "motif": line.reason}
            for line in with_actor_names(acts_of(person.actor_key))
        ],
    }


@operation
def erase(*, person: Person, by: Actor, at: datetime) -> None:
    """Forget the codes, the mails and the addresses of the person; the account itself is blanked by its deletion."""
    challenges = _challenges(person)
    for address in {person.email or "", *challenges.values_list("email", flat=True)}:
        notices.forget(recipient=person.actor_key, email=address, by=by, at=at)
    notices.unname(words=person.naming, by=by, at=at)
    challenges.delete()
    identities_of(person).delete()
    factors_of(person).delete()
    person.recovery_codes.all().delete()
    end_sessions(person=person, by=by, at=at)
    EmailAddress.objects.filter(user=person).delete()


def _challenges(person: Person) -> QuerySet[Challenge]:
    return Challenge.objects.filter(Q(person=person) | Q(email__iexact=person.email or ""))


register(
    PersonalData(
        subject="accounts",
        title="Votre compte",
        models=(
            *("accounts.Person", "accounts.Challenge", "accounts.ExternalIdentity", "account.EmailAddress"),
            *("accounts.Factor", "accounts.RecoveryCode", "accounts.OpenSession"),
            *("notices.Notice", "journal.Event"),
        ),
        export=export,
        erase=erase,
    )
)
