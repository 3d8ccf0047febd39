from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accelerator.community.models import Organisation
from accelerator.community.search import refresh
from accelerator.geography.models import Place
from accelerator.labels.queries.register import TERRITORY
from accelerator.labels.states import Precision
from tests import factories
from tests.client import HostileClient
from tests.portal.test_home import organisation

__all__ = ["organisation"]

FIGEAC = "/territoires/figeac-commune-46102"
Make = Callable[..., Organisation]


def figeac() -> Place:
    return Place.objects.get(pk="commune-46102")


def test_a_name_leads_to_its_place(client: HostileClient) -> None:
    assert client.get("/territoires", {"lieu": "Figeac 46"}).headers.get("Location") == FIGEAC
    several = client.get("/territoires", {"lieu": "saint"})
    assert several.status_code == 200
    nothing = client.get("/territoires", {"lieu": "xqzwkj"}).content.decode()
    assert "Aucun lieu de ce nom" in nothing
    assert client.get("/territoires", {"lieu": "'; DROP TABLE--" * 500}).status_code == 200


def test_the_labelled_territories_are_listed_with_their_date(client: HostileClient) -> None:
    category = factories.category(code=TERRITORY)
    known = factories.historic_label(category=category, title="Figeac", perimeter=["epci-200067361"])
    factories.historic_label(
        category=category, title="Vallée", period=(date(2019, 12, 1), None), since_precision=Precision.MONTH
    )
    factories.historic_label(title="Une couveuse")
    page = client.get("/territoires").content.decode()
    assert "25 février 2019" in page
    assert "en décembre 2019" in page
    assert "Périmètre administratif non connu à ce jour" in page
    assert f"/labels/{known.key}" in page
    assert "Une couveuse" not in page


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("figeac-commune-46102", "Figeac"),
        ("lot-departement-46", "Lot"),
        ("occitanie-region-76", "Occitanie"),
        ("corse-du-sud-departement-2A", "Corse-du-Sud"),
        ("mayotte-region-06", "Mayotte"),
    ],
)
def test_every_kind_of_place_has_its_page(address: str, heading: str, client: HostileClient) -> None:
    response = client.get(f"/territoires/{address}")
    page = response.content.decode()
    assert response.status_code == 200
    assert f"<h1>{heading}</h1>" in page
    assert "Aucune organisation connue ne siège encore ici" in page


def test_a_wrong_slug_leads_to_the_right_address(client: HostileClient) -> None:
    for wrong in ("n-importe-quoi-commune-46102", "-commune-46102", "FIGEAC-commune-46102"):
        response = client.get(f"/territoires/{wrong}")
        assert response.status_code == 301
        assert response["Location"] == FIGEAC


@pytest.mark.parametrize("address", ["figeac", "figeac-commune", "figeac-commune-99999", "x-planete-1", "-", "a-b-c-d"])
def test_what_is_no_place_is_not_found(address: str, client: HostileClient) -> None:
    assert client.get(f"/territoires/{address}").status_code == 404
    assert client.get(f"/territoires/{address}.json").status_code == 404


def test_it_tells_who_sits_and_who_acts_there(client: HostileClient, organisation: Make) -> None:
    organisation("Atelier d’ici", seat=figeac(), kinds=["porteur", "reseau"])
    organisation("Cachée", seat=figeac(), publishable=False)
    acting = organisation(
        "Collectif du Lot", territories=["departement-46"], territories_cover=["departement-46", "region-76", "pays-FR"]
    )
    organisation("Ailleurs", territories=["departement-29"], territories_cover=["departement-29", "pays-FR"])
    over = {"perimeter": acting.territories, "perimeter_cover": acting.territories_cover}
    label = factories.historic_label(category=factories.category(code=TERRITORY), title="Pays du Lot", **over)
    refresh([Organisation.objects.get(pk=acting.pk)])
    page = client.get(FIGEAC).content.decode()
    assert "Atelier d’ici" in page
    assert "Collectif du Lot" in page
    assert "Cachée" not in page
    assert "Ailleurs" not in page
    assert "/annuaire?type=reseau&amp;territoire=commune-46102" in page
    assert "Territoires labellisés qui le touchent" in page
    data = client.get(f"{FIGEAC}.json").json()
    assert data["organisations"] == {"nombre": 1, "nombre_exact": True, "types": {"porteur": 1, "reseau": 1}}
    assert data["dans"]["departement"] == "departement-46"
    assert [address.rpartition("/")[2] for address in data["territoires_labellises"]] == [label.key]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_place_costs_the_same_whatever_its_organisations(
    rows: int, client: HostileClient, organisation: Make, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        organisation(f"S{number}", seat=figeac())
        organisation(f"A{number}", territories=["departement-46"], territories_cover=["departement-46", "pays-FR"])
    with django_assert_num_queries(9):
        client.get(FIGEAC)
