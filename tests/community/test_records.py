import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.community.models import Establishment, Organisation, Role
from accelerator.community.operations.records import ALREADY_KNOWN, change, confirm, register, take_from_register
from accelerator.community.record import DECLARED, REGISTER, SECTIONS, legal_family_of
from accelerator.community.states import Identity, OrganisationState, RoleName
from accelerator.geography.models import Place
from accelerator.journal.queries import history_of
from accelerator.registers.clients import Answer, Company, FoundEstablishment
from accelerator.registers.identifiers import understand
from accelerator.workflow import Refused, transaction
from accelerator.workflow.prints import print_of
from tests import factories

SIREN, SIRET = "732829320", "73282932000074"
AMALIA = "A2023STR000123"


def found(**changes: Any) -> Company:
    given = {
        "siren": SIREN,
        "name": "LES JARDINS D'EXEMPLE",
        "legal_category": "9220",
        "is_ess": True,
        "rna": "W461001234",
        "seat": FoundEstablishment(SIRET, "46102", "1 RUE DE L'EXEMPLE 46100 FIGEAC"),
        **changes,
    }
    return Company(**given)


def entered(perform: Callable[..., Any], at: datetime, by: Person | None = None, **arguments: Any) -> Organisation:
    values = {"name": "Les Jardins d’Exemple", **arguments.pop("values", {})}
    given = {"identifier": None, "answer": None, "by": by or factories.person(), "at": at, **arguments}
    return perform(register, values=values, **given)


def prints(organisation: Organisation, section: str) -> dict[str, str]:
    return {name: print_of(getattr(organisation, name)) for name in SECTIONS[section].fields}


def test_what_the_register_gives_is_sourced_and_what_a_person_changed_is_declared(
    perform: Callable[..., Any], at: datetime
) -> None:
    person = factories.person()
    answer = Answer(found(), at)
    organisation = entered(perform, at, person, identifier=understand(SIRET), answer=answer, values={"acronym": "LJE"})
    organisation.refresh_from_db()
    assert organisation.name == "Les Jardins d’Exemple"
    assert organisation.identity == Identity.VERIFIED
    assert (organisation.siren, organisation.rna, organisation.legal_family) == (SIREN, "W461001234", "association")
    assert organisation.provenance["legal_family"]["source"] == REGISTER
    assert organisation.provenance["siren"]["url"].endswith(SIREN)
    assert "name" not in organisation.provenance
    assert organisation.source == DECLARED
    assert Establishment.objects.get(organisation=organisation).is_seat
    assert Role.objects.get(organisation=organisation, person=person).name == RoleName.MANAGER
    assert {event.code for event in history_of(organisation)} == {
        "community.record_registered",
        "community.role_taken",
    }


def test_the_representative_says_so(perform: Callable[..., Any], at: datetime) -> None:
    organisation = entered(perform, at, is_representative=True)
    role = Role.objects.get(organisation=organisation)
    assert (role.name, role.confirmed_at) == (RoleName.REPRESENTATIVE, None)


def test_without_number_or_register_the_identity_is_declared(perform: Callable[..., Any], at: datetime) -> None:
    assert entered(perform, at).identity == Identity.DECLARED
    by_hand = entered(perform, at, identifier=understand(SIRET), values={"name": "Autre"}, is_another=True)
    assert (by_hand.identity, by_hand.siren, by_hand.publishable) == (Identity.DECLARED, SIREN, True)
    assert Establishment.objects.get(organisation=by_hand).siret == SIRET


@pytest.mark.parametrize("company", [found(may_be_shown=False), found(is_natural_person=True, name="")])
def test_who_opposes_publication_is_never_published(
    perform: Callable[..., Any], at: datetime, company: Company
) -> None:
    person = factories.person()
    organisation = entered(perform, at, person, identifier=understand(SIRET), answer=Answer(company, at))
    assert not organisation.publishable
    assert (organisation.address, organisation.legal_category) == ("", "")
    assert not Organisation.objects.listed().filter(pk=organisation.pk).exists()
    assert Organisation.objects.visible_to(person).filter(pk=organisation.pk).exists()


def test_a_natural_person_declared_by_hand_is_never_published(perform: Callable[..., Any], at: datetime) -> None:
    assert not entered(perform, at, identifier=understand(SIREN), is_natural_person=True).publishable


def test_a_number_already_known_is_refused(perform: Callable[..., Any], at: datetime) -> None:
    entered(perform, at, identifier=understand(SIRET))
    with pytest.raises(Refused, match="déjà"):
        entered(perform, at, identifier=understand(SIREN), values={"name": "Tout autre"})


def test_a_name_close_in_the_same_commune_is_refused_until_told_to_be_another(
    perform: Callable[..., Any], at: datetime
) -> None:
    entered(perform, at)
    with pytest.raises(Refused, match="ressemblent") as refusal:
        entered(perform, at, values={"name": "Association Jardins d'exemple"})
    assert refusal.value.field == "is_another"
    assert entered(perform, at, values={"name": "Association Jardins d'exemple"}, is_another=True).pk


def test_the_rna_of_another_record_is_not_taken(perform: Callable[..., Any], at: datetime) -> None:
    factories.organisation(name="Tout autre chose", rna="W461001234")
    organisation = entered(perform, at, identifier=understand(SIRET), answer=Answer(found(), at))
    assert organisation.rna is None


def test_a_changed_value_is_from_then_on_declared(perform: Callable[..., Any], at: datetime) -> None:
    person = factories.person()
    organisation = entered(perform, at, person, identifier=understand(SIRET), answer=Answer(found(), at))
    values = {"name": organisation.name, "legal_family": "cooperative", "acronym": ""}
    changed = perform(
        change,
        organisation=organisation,
        section="identite",
        values=values,
        seen=prints(organisation, "identite"),
        by=person,
        at=at,
    )
    assert changed.provenance["legal_family"] == {
        "source": DECLARED,
        "on": at.date().isoformat(),
        "by": person.actor_key,
    }
    event = history_of(organisation).first()
    assert event is not None
    assert event.sentence == "a modifié la section « Identité » : famille juridique"


def test_nothing_changed_leaves_no_trace(perform: Callable[..., Any], at: datetime) -> None:
    person = factories.person()
    organisation = entered(perform, at, person)
    before = history_of(organisation).count()
    arguments = {"section": "presentation", "seen": prints(organisation, "presentation"), "by": person, "at": at}
    perform(change, organisation=organisation, values={"summary": ""}, **arguments)
    assert history_of(organisation).count() == before


def test_the_second_of_two_editors_is_told_what_changed(perform: Callable[..., Any], at: datetime) -> None:
    person = factories.person()
    organisation = entered(perform, at, person)
    seen = prints(organisation, "presentation")

    def write(summary: str, seen: dict[str, str]) -> Organisation:
        return perform(
            change,
            organisation=organisation,
            section="presentation",
            values={"summary": summary, "presentation": ""},
            seen=seen,
            by=person,
            at=at,
        )

    now = write("Du premier", seen)
    with pytest.raises(Refused, match="« en une phrase » est maintenant : Du premier"):
        write("Du second", seen)
    assert write("Du second", prints(now, "presentation")).summary == "Du second"


def test_a_stranger_changes_nothing(perform: Callable[..., Any], at: datetime) -> None:
    organisation = entered(perform, at)
    with pytest.raises(Refused, match="gestionnaires"):
        perform(
            change,
            organisation=organisation,
            section="presentation",
            values={"summary": "À moi"},
            seen=prints(organisation, "presentation"),
            by=factories.person(),
            at=at,
        )


def test_the_register_never_overwrites_what_a_person_confirmed(perform: Callable[..., Any], at: datetime) -> None:
    person = factories.person()
    organisation = entered(perform, at, person, identifier=understand(SIRET), answer=Answer(found(), at))
    perform(confirm, organisation=organisation, name="legal_family", by=person, at=at)
    with pytest.raises(Refused, match="déjà confirmée"):
        perform(confirm, organisation=organisation, name="legal_family", by=person, at=at)
    answer = Answer(found(legal_category="5710", is_ess=False), at + timedelta(days=40))
    with pytest.raises(Refused, match="n’est pas remplacée"):
        perform(take_from_register, organisation=organisation, answer=answer, taken=["legal_family"], by=person, at=at)
    taken = perform(
        take_from_register, organisation=organisation, answer=answer, taken=["legal_category"], by=person, at=at
    )
    assert (taken.legal_category, taken.legal_family, taken.is_ess) == ("5710", "association", True)
    assert taken.provenance["legal_category"]["on"] == answer.read_at.date().isoformat()


def test_an_unknown_value_is_not_confirmed(perform: Callable[..., Any], at: datetime) -> None:
    person = factories.person()
    organisation = entered(perform, at, person)
    for name in ("website", "public_id", "pk"):
        with pytest.raises(Refused, match="rien à confirmer"):
            perform(confirm, organisation=organisation, name=name, by=person, at=at)


def test_a_later_opposition_removes_the_record_from_the_directory(perform: Callable[..., Any], at: datetime) -> None:
    person = factories.person()
    organisation = entered(perform, at, person, identifier=understand(SIRET), answer=Answer(found(), at))
    opposed = Answer(found(may_be_shown=False, is_active=False), at)
    taken = perform(take_from_register, organisation=organisation, answer=opposed, taken=[], by=person, at=at)
    assert (taken.publishable, taken.state) == (False, OrganisationState.CEASED)


def test_an_answer_about_someone_else_is_refused(perform: Callable[..., Any], at: datetime) -> None:
    person = factories.person()
    organisation = entered(perform, at, person, identifier=understand(SIRET))
    for company in (None, found(siren="404833048")):
        with pytest.raises(Refused, match="ne connaît pas"):
            perform(
                take_from_register,
                organisation=organisation,
                answer=Answer(company, at),
                taken=["name"],
                by=person,
                at=at,
            )


def test_the_territories_carry_their_cover(perform: Callable[..., Any], at: datetime) -> None:
    lot = Place.objects.get(pk="departement-46")
    organisation = entered(perform, at, values={"territories": [lot.pk]})
    assert {lot.pk, "pays-FR"} <= set(organisation.territories_cover)


@pytest.mark.parametrize(
    ("category", "is_ess", "family"),
    [
        ("9220", None, "association"),
        ("9300", None, "fondation"),
        ("5458", None, "cooperative"),
        ("5710", None, "societe"),
        ("5710", True, "societe_ess"),
        ("7210", None, "public"),
        ("8210", None, "mutuelle"),
        ("8190", None, "autre"),
        ("", None, ""),
    ],
)
def test_a_legal_category_has_a_family(category: str, is_ess: bool | None, family: str) -> None:
    assert legal_family_of(category, is_ess=is_ess) == family


def _until_the_other_waits() -> None:
    """Hold our transaction open until another one waits for what we wrote."""
    limit = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < limit:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("Personne n’attend.")


@pytest.mark.server
@pytest.mark.parametrize(("number", "borne"), [(SIRET, {"siren": SIREN}), (AMALIA, {"amalia": AMALIA})])
def test_two_people_registering_one_number_make_one_record(
    number: str, borne: dict[str, str], together: Callable[..., list[Any]]
) -> None:
    def go(name: str) -> Organisation:
        person = factories.person()
        with transaction():
            made = register(
                values={"name": name}, identifier=understand(number), answer=None, by=person, at=timezone.now()
            )
            _until_the_other_waits()
            return made

    outcomes = together(lambda: go("Premier nom"), lambda: go("Second"))
    assert [str(outcome) for outcome in outcomes if isinstance(outcome, Refused)] == [ALREADY_KNOWN]
    assert together(lambda: Organisation.objects.filter(**borne).count()) == [1]
