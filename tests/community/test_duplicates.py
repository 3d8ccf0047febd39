import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accelerator.community.queries import duplicates
from accelerator.community.queries.duplicates import known_by, lookalikes
from accelerator.community.search import refresh
from accelerator.community.states import OrganisationState
from accelerator.geography.models import Place
from accelerator.registers.identifiers import understand
from tests import factories


@pytest.fixture
def figeac() -> Place:
    return Place.objects.get(pk="commune-46102")


@pytest.fixture
def cahors() -> Place:
    return Place.objects.get(pk="commune-46042")


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("Les Jardins d’Exemple", "les jardins d'exemple"),
        ("Les Jardins d’Exemple", "ASSOCIATION DES JARDINS D EXEMPLE"),
        ("Ressourcerie de l’Écluse", "Ecluse ressourcerie"),
        ("Atelier vélo solidaire", "Atelier vélos solidaires"),
        ("SCOP Énergie Partagée Fictive", "énergie partagée fictive"),
    ],
)
def test_a_close_name_in_the_same_commune_is_proposed(figeac: Place, known: str, typed: str) -> None:
    there = factories.organisation(name=known, seat=figeac)
    (found,) = lookalikes(typed, figeac)
    assert found.organisation == there
    assert found.reason.endswith("même commune")


@pytest.mark.parametrize("typed", ["Les Vergers d’Exemple", "Jardins", "Ressourcerie", "Atelier cuisine solidaire"])
def test_another_name_is_not_proposed(figeac: Place, typed: str) -> None:
    factories.organisation(name="Les Jardins d’Exemple", seat=figeac)
    factories.organisation(name="Atelier vélo solidaire", seat=figeac)
    assert lookalikes(typed, figeac) == []


def test_the_same_name_elsewhere_is_another_but_an_unknown_place_may_be_here(figeac: Place, cahors: Place) -> None:
    factories.organisation(name="Les Jardins d’Exemple", seat=cahors)
    unplaced = factories.organisation(name="Les Jardins d’Exemple")
    (found,) = lookalikes("Les Jardins d’Exemple", figeac)
    assert (found.organisation, found.reason) == (unplaced, "même nom, commune non connue")


def test_an_acronym_is_a_name(figeac: Place) -> None:
    factories.organisation(name="Laboratoire des jardins éphémères", acronym="LJE", seat=figeac)
    assert lookalikes("LJE", figeac)


def test_hidden_merged_and_ceased_records_are_not_revealed(figeac: Place) -> None:
    living = factories.organisation(name="Vivante", seat=figeac)
    factories.organisation(name="Les Jardins d’Exemple", seat=figeac, publishable=False)
    factories.organisation(name="Les Jardins d’Exemple", seat=figeac, state=OrganisationState.CEASED)
    factories.organisation(
        name="Les Jardins d’Exemple", seat=figeac, state=OrganisationState.MERGED, merged_into=living
    )
    assert lookalikes("Les Jardins d’Exemple", figeac) == []


@pytest.mark.parametrize("number", [1, 3])
def test_two_queries_whatever_the_number(figeac: Place, number: int) -> None:
    for _ in range(number):
        factories.organisation(name="Les Jardins d’Exemple", seat=figeac)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(lookalikes("Jardins d’exemple", figeac)) == number
    assert len(queries) == 2


def test_in_a_large_city_search_finds_what_is_compared(figeac: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "COMPARED", 2)
    there = factories.organisation(name="Les Jardins d’Exemple", seat=figeac)
    refresh(
        [there, *(factories.organisation(name=f"Atelier de quartier {number}", seat=figeac) for number in range(4))]
    )
    unplaced = factories.organisation(name="Jardins d’exemple")
    refresh([unplaced])
    assert {found.organisation for found in lookalikes("LES JARDIN D EXEMPLE", figeac)} == {there, unplaced}
    assert lookalikes("Les Vergers d’Exemple", figeac) == []


def test_a_number_leads_to_its_record_even_merged_or_hidden() -> None:
    living = factories.organisation(publishable=False, siren="732829320")
    gone = factories.organisation(rna="W461001234", state=OrganisationState.MERGED, merged_into=living)
    assert gone != living
    assert known_by(understand("732 829 320 00074")) == living
    assert known_by(understand("W461001234")) == living
    assert known_by(understand("404833048")) is None
    assert known_by(understand("A2023STR000123")) is None
