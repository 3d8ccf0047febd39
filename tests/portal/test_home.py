import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from accelerator.community.models import Distinction, Organisation
from accelerator.community.search import refresh
from accelerator.community.states import TERRITORY_DISTINCTION
from accelerator.geography.models import Place
from accelerator.journal import System
from accelerator.portal import operations, queries
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
    assert figures_of(page) == ["4", "1", "5"]  # the Lot, and the four départements of Bretagne
    assert "Cachée" not in page
    assert "Compté à l’instant" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_home_page_costs_the_same_whatever_its_rows(
    rows: int, client: HostileClient, organisation: Make, django_assert_num_queries: Any
) -> None:
    figeac = Place.objects.get(pk="commune-46102")
    for number in range(rows):
        organisation(f"O{number}", seat=figeac)
    with django_assert_num_queries(8):
        client.get("/")


def test_beyond_the_bound_and_before_any_count_the_index_tells(
    client: HostileClient, organisation: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "BOUND", 1)
    lot = Place.objects.get(key="commune-46102")
    organisation("Une", seat=lot)
    organisation("Deux", seat=lot)
    organisation("Trois")
    page = client.get("/").content.decode()
    assert [figures_of(page)[0], figures_of(page)[-1]] == ["3", "1"]
    assert "Compté à l’instant" in page


def test_beyond_the_bound_the_kept_figures_are_shown_with_their_date(
    client: HostileClient,
    organisation: Make,
    perform: Callable[..., Any],
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "BOUND", 1)
    organisation("Une")
    organisation("Deux")
    perform(operations.keep_figures, by=System("figures"), at=at)
    organisation("Trois")
    page = client.get("/").content.decode()
    assert figures_of(page)[0] == "2"
    assert "Compté le" in page
    perform(operations.keep_figures, by=System("figures"), at=at)
    assert figures_of(client.get("/").content.decode())[0] == "3"
