import re
from collections.abc import Callable
from typing import Any

import pytest

from accelerator.community.models import Distinction, Organisation
from accelerator.community.search import refresh
from accelerator.community.states import TERRITORY_DISTINCTION
from accelerator.directory.queries.directory import mapped
from accelerator.directory.queries.question import read_question
from accelerator.geography.models import Place
from accelerator.portal import queries
from tests.client import HostileClient


@pytest.fixture
def organisation() -> Callable[..., Organisation]:
    """An organisation that anyone may find."""

    def make(name: str, **values: Any) -> Organisation:
        made = Organisation.objects.create(name=name, source="essai", **values)
        refresh([made])
        return made

    return make


Make = Callable[..., Organisation]


def figures_of(page: str) -> list[str]:
    return re.findall(r'fi-keyfigure__value">([^<]+)<', page)


def test_the_home_page_says_what_this_is_and_opens_the_doors(client: HostileClient) -> None:
    response = client.get("/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "<title>L’innovation sociale, partout en France — French IMPACT</title>" in page
    assert "Trouvez celles et ceux qui font l’innovation sociale" in page
    for door in ("/annuaire", "/carte", "/territoires", "/la-demarche"):
        assert f'href="{door}"' in page
    assert "/annuaire?q=lutte%20contre%20le%20gaspillage" in page


def test_an_empty_directory_invents_nothing(client: HostileClient) -> None:
    page = client.get("/").content.decode()
    assert figures_of(page) == ["0", "0", "0"]
    assert "L’annuaire attend sa première organisation" in page


def test_the_figures_are_counted_in_the_database(client: HostileClient, organisation: Make) -> None:
    figeac = Place.objects.get(pk="commune-46102")
    organisation("Atelier", seat=figeac)
    organisation("Réseau", territories=["region-53"], territories_cover=["region-53", "pays-FR"])
    organisation("Partout", territories=["pays-FR"], territories_cover=["pays-FR"])
    organisation("Cachée", seat=Place.objects.get(pk="commune-75056"), publishable=False)
    labelled = organisation("Collectif")
    Distinction.objects.create(organisation=labelled, name=TERRITORY_DISTINCTION, source_url="https://s.example/")
    page = client.get("/").content.decode()
    assert figures_of(page) == ["4", "1", "1"]  # the Lot; a whole région counts in no département
    assert "Cachée" not in page
    assert "Compté à l’instant" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_home_page_costs_the_same_whatever_its_rows(
    rows: int, client: HostileClient, organisation: Make, django_assert_num_queries: Any
) -> None:
    figeac = Place.objects.get(pk="commune-46102")
    for number in range(rows):
        organisation(f"O{number}", seat=figeac)
    with django_assert_num_queries(9):
        client.get("/")


def test_the_home_and_the_map_tell_the_same(client: HostileClient, organisation: Make) -> None:
    lot = Place.objects.get(pk="commune-46102")
    organisation("Siège", seat=lot, territories=["departement-29"], territories_cover=["departement-29", "pays-FR"])
    organisation("Premier", territories=["departement-46", "departement-29"])
    organisation("Région", territories=["region-53"], territories_cover=["region-53", "pays-FR"])
    assert queries.figures().by_departement == {"46": 2}
    assert mapped(read_question({})).by_departement == {"46": 2}
    assert figures_of(client.get("/").content.decode()) == ["3", "0", "1"]
