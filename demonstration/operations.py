"""Writing the demonstration, by the subjects' own operations."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.accounts.operations import accept_terms, open_account
from accelerator.calls.models import Call, CallRole
from accelerator.calls.operations.calls import give_role, set_wave
from accelerator.calls.operations.founding import load_call
from accelerator.calls.states import CallRoleName
from accelerator.community.models import Mandate, Organisation, Role
from accelerator.community.operations.duplicates import find_duplicates
from accelerator.community.operations.invitations import accept_invitation, invite, offer_mandate
from accelerator.community.operations.people import confirm_representative, leave
from accelerator.community.operations.platform import appoint
from accelerator.community.operations.records import register
from accelerator.community.states import Kind, LegalFamily, RoleName
from accelerator.geography.models import Place
from accelerator.journal import Actor
from accelerator.labels.states import MemberRole
from accelerator.projects.purpose import CODE as QUALIFICATION
from accelerator.registers.identifiers import understand
from accelerator.workflow import operation
from demonstration.applications import seed_applications
from demonstration.cast import CAST
from demonstration.labels import seed_candidacy, seed_label, seed_label_calls
from demonstration.models import Mail
from demonstration.projects import seed_projects

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
AUTHORITY: dict[str, Any] = {
    "name": "Communauté de communes du Causse (exemple)",
    "legal_family": LegalFamily.PUBLIC,
    "kinds": [Kind.COLLECTIVITE],
    "themes": [],
    "summary": "Collectivité fictive : mène un collectif qui a le label de son territoire.",
    "presentation": "Cette collectivité n’existe pas : elle sert à découvrir la plateforme.",
}
# In the annuaire, managed by nobody: to be claimed with ProConnect by whoever works there (`demonstration.proconnect`).
UNCLAIMED: dict[str, Any] = {
    "name": "Réseau fictif des ressourceries",
    "legal_family": LegalFamily.ASSOCIATION,
    "kinds": [Kind.RESEAU],
    "themes": ["GAS"],
    "summary": "Organisation fictive : réunit les ressourceries du Lot ; sa fiche attend d’être revendiquée.",
    "presentation": "Cette organisation n’existe pas : elle sert à découvrir la plateforme.",
}
# Written twice: for the moderation to compare and unite.
TWICE: dict[str, Any] = {
    "name": "Association Paniers partagés (exemple)",
    "legal_family": LegalFamily.ASSOCIATION,
    "kinds": [Kind.PORTEUR],
    "themes": ["GAS"],
    "summary": "Organisation fictive, inscrite deux fois : la modération peut la réunir aux Paniers partagés.",
    "presentation": "Cette organisation n’existe pas : elle sert à découvrir la plateforme.",
    "website": "https://paniers-partages.example/",
}


@operation
def seed(*, by: Actor, at: datetime) -> list[Person]:
    """Make the fictitious people, their organisations and their roles; made already, nothing changes."""
    people = {figure.key: _person(figure.email, figure.given_name, by=by, at=at) for figure in CAST}
    for key, name in (("ange", RoleName.ADMINISTRATOR), ("maxence", RoleName.MODERATOR)):
        if not Role.objects.current().platform().filter(person=people[key], name=name).exists():
            appoint(person=people[key], name=name, by=by, at=at)
    association = _organisation(ASSOCIATION, FIGEAC, owner=people["dominique"], representative=True, at=at)
    incubator = _organisation(INCUBATOR, CAHORS, owner=people["alix"], representative=True, at=at)
    authority = _organisation(AUTHORITY, CAHORS, owner=people["gabrielle"], representative=True, at=at)
    declared = Role.objects.current().filter(organisation=association, person=people["dominique"]).first()
    if declared and declared.name == RoleName.REPRESENTATIVE and not declared.confirmed_at:
        evidence = "Procès-verbal fictif de l’assemblée générale, pour la démonstration."
        confirm_representative(role=declared, evidence=evidence, by=people["maxence"], at=at)
    for key, name in (("sacha", RoleName.MANAGER), ("noa", RoleName.MEMBER)):
        if not Role.objects.current().filter(person=people[key], organisation=association).exists():
            _join(people[key], name, association, host=people["dominique"], at=at)
    if not Mandate.objects.current().filter(helper=people["alix"], organisation=association).exists():
        _mandate(people["alix"], association, host=people["sacha"], at=at)
    for values, commune, number in ((UNCLAIMED, CAHORS, "00000006700017"), (TWICE, FIGEAC, "")):
        if not Organisation.objects.filter(name=values["name"]).exists():
            made = _organisation(values, commune, owner=people["ange"], representative=False, at=at, number=number)
            leave(organisation=made, closing=True, by=people["ange"], at=at)
    call = _call(people, by=by, at=at)
    find_duplicates(by=by, at=at)
    seed_projects(people, association, incubator, at)
    seed_applications(people, call, at)
    for label_call in seed_label_calls(by=by, at=at):
        _keep(label_call, people, by=by, at=at)
    together = {MemberRole.LEAD: association, MemberRole.SUPPORT: incubator, MemberRole.AUTHORITY: authority}
    seed_candidacy(people, together, at)
    seed_label(people, together, at)
    Mail.objects.filter(sent_at__lt=at - timedelta(days=30)).delete()
    return list(people.values())


def _call(people: dict[str, Person], *, by: Actor, at: datetime) -> Call:
    """A permanent call for projects, those who keep it, and its next wave."""
    call = load_call(code="qualification-permanente", purpose=QUALIFICATION, by=by, at=at)
    _keep(call, people, by=by, at=at)
    return call


def _keep(call: Call, people: dict[str, Person], *, by: Actor, at: datetime) -> None:
    """Those who keep a permanent call, and its next wave."""
    act = {"act_reference": "Arrêté fictif du 5 janvier 2026", "acts_from": date(2026, 1, 5)}
    for key, name, given in (
        ("morgan", CallRoleName.AUTHOR, None),
        ("yael", CallRoleName.OFFICER, None),
        ("claude", CallRoleName.SIGNATORY, act),
        ("claude", CallRoleName.CHAIR, None),
    ):
        if not CallRole.objects.current().filter(call=call, person=people[key], name=name).exists():
            give_role(call=call, person=people[key], name=name, act=given, by=by, at=at)
    today = localdate(at)
    if not call.waves.filter(reads_until__gte=today).exists():
        # Decided before the silence kept on the first of its files would reject it.
        until = today + timedelta(days=21)
        set_wave(
            call=call,
            reads_until=until,
            decision_expected_on=until + timedelta(days=35),
            by=people["morgan"],
            at=at,
        )


def _person(email: str, given_name: str, *, by: Actor, at: datetime) -> Person:
    person = open_account(email=email, given_name=given_name, family_name="Exemple", by=by, at=at)
    return accept_terms(person=person, terms_version=settings.TERMS_VERSION, by=person, at=at)


def _organisation(
    values: dict[str, Any], commune: str, *, owner: Person, representative: bool, at: datetime, number: str = ""
) -> Organisation:
    made = Organisation.objects.filter(name=values["name"]).order_by("pk").first()
    if made:
        return made
    seat = Place.objects.filter(kind="commune", code=commune, is_current=True).first()
    territories = list(Place.objects.filter(key=LOT).values_list("key", flat=True))
    return register(
        values={**values, "seat": seat, "territories": territories},
        identifier=understand(number) if number else None,
        answer=None,
        is_representative=representative,
        is_another=True,
        by=owner,
        at=at,
    )


def _join(person: Person, name: str, organisation: Organisation, *, host: Person, at: datetime) -> None:
    invitation = invite(organisation=organisation, email=str(person.email), role=name, by=host, at=at)
    accept_invitation(invitation=invitation, by=person, at=at)


def _mandate(helper: Person, organisation: Organisation, *, host: Person, at: datetime) -> None:
    until = localdate(at) + timedelta(days=180)
    offer = offer_mandate(organisation=organisation, email=str(helper.email), until=until, by=host, at=at)
    accept_invitation(invitation=offer, by=helper, at=at)
