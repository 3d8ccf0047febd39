"""Writing the demonstration, by the subjects' own operations."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accelerator.accounts.models import Person
from accelerator.accounts.operations import accept_terms, open_account
from accelerator.community.models import Organisation, Role
from accelerator.community.operations.people import grant_role
from accelerator.community.operations.records import register
from accelerator.community.states import Kind, LegalFamily, RoleName
from accelerator.geography.models import Place
from accelerator.journal import Actor
from accelerator.workflow import operation
from demonstration.cast import CAST
from demonstration.models import Mail

FIGEAC, CAHORS, LOT = "46102", "46042", "departement-46"

ASSOCIATION: dict[str, Any] = {
    "name": "Les Paniers partagés (exemple)",
    "legal_family": LegalFamily.ASSOCIATION,
    "kinds": [Kind.PORTEUR],
    "themes": ["GAS", "ALI"],
    "summary": "Organisation fictive : collecte les invendus des marchés et en fait des paniers à prix libre.",
    "presentation": (
        "Cette organisation n’existe pas : elle sert à découvrir la plateforme.\n\n"
        "Chaque semaine, des bénévoles collectent les invendus de trois marchés, les trient et composent des paniers "
        "proposés à prix libre. Ce qui n’est plus vendable part au compost d’un jardin d’insertion."
    ),
}
INCUBATOR: dict[str, Any] = {
    "name": "La Fabrique du Causse (exemple)",
    "legal_family": LegalFamily.COOPERATIVE,
    "kinds": [Kind.INCUBATEUR, Kind.ACCOMPAGNATEUR],
    "themes": [],
    "summary": "Organisation fictive : accompagne les projets d’innovation sociale du Lot, de l’idée au lancement.",
    "presentation": "Cette organisation n’existe pas : elle sert à découvrir la plateforme.",
}


@operation
def seed(*, by: Actor, at: datetime) -> list[Person]:
    """Make the fictitious people and their organisations; made already, nothing changes."""
    people = {figure.key: _person(figure.email, figure.given_name, by=by, at=at) for figure in CAST}
    association = _organisation(ASSOCIATION, FIGEAC, owner=people["dominique"], representative=True, at=at)
    _organisation(INCUBATOR, CAHORS, owner=people["alix"], representative=False, at=at)
    for key, name in (("sacha", RoleName.MANAGER), ("noa", RoleName.MEMBER)):
        _role(people[key], name, association, by=people["dominique"], at=at)
    Mail.objects.filter(sent_at__lt=at - timedelta(days=30)).delete()
    return list(people.values())


def _person(email: str, given_name: str, *, by: Actor, at: datetime) -> Person:
    person = open_account(email=email, given_name=given_name, family_name="Exemple", by=by, at=at)
    return accept_terms(person=person, terms_version=settings.TERMS_VERSION, by=person, at=at)


def _organisation(
    values: dict[str, Any], commune: str, *, owner: Person, representative: bool, at: datetime
) -> Organisation:
    made = Organisation.objects.filter(name=values["name"]).order_by("pk").first()
    if made:
        return made
    seat = Place.objects.filter(kind="commune", code=commune, is_current=True).first()
    territories = list(Place.objects.filter(key=LOT).values_list("key", flat=True))
    return register(
        values={**values, "seat": seat, "territories": territories},
        identifier=None,
        answer=None,
        is_representative=representative,
        is_another=True,
        by=owner,
        at=at,
    )


def _role(person: Person, name: str, organisation: Organisation, *, by: Person, at: datetime) -> None:
    if not Role.objects.current().filter(person=person, organisation=organisation).exists():
        grant_role(person=person, name=name, organisation=organisation, by=by, at=at)
