"""The public figures: what is counted, kept, drawn, shown and given."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.community.models import Organisation
from accelerator.community.search import refresh
from accelerator.community.states import Identity, OrganisationState
from accelerator.geography.models import Place
from accelerator.journal import System
from accelerator.portal import figures, operations
from accelerator.portal.models import Census, Measure, Picture
from accelerator.portal.operations import count_figures
from accelerator.workflow import transaction
from tests import factories
from tests.client import HostileClient

AT = datetime(2026, 11, 26, 5, 0, tzinfo=ZoneInfo("Europe/Paris"))
BY = System("portal")


def entered(**values: Any) -> Organisation:
    """An organisation of the directory, found by it."""
    made = factories.organisation(**{"recorded_at": AT - timedelta(days=10), **values})
    refresh([made])
    return made


def count(at: datetime = AT) -> Census:
    with transaction():
        return count_figures(by=BY, at=at)


def measures(census: Census, series: str) -> dict[str, int]:
    return dict(census.measures.filter(series=series).values_list("category", "value"))


@pytest.fixture
def figeac() -> Place:
    return Place.objects.get(pk="commune-46102")


def test_each_series_counts_what_it_says(figeac: Place) -> None:
    one = entered(
        seat=figeac,
        kinds=["reseau", "porteur"],
        themes=["MOB"],
        legal_family="association",
        identity=Identity.VERIFIED,
        siren="732829320",
        is_ess=True,
        created_on=date(2010, 5, 1),
        source="Registre",
    )
    entered(kinds=["reseau"], recorded_at=AT - timedelta(days=800), created_on=date(1950, 1, 1))
    entered(publishable=False, kinds=["reseau"], seat=figeac)
    gone = entered(kinds=["reseau"])
    factories.merge(gone, into=one)
    refresh([gone])
    factories.role(one)
    factories.role(one)
    factories.role(factories.organisation(publishable=False))
    census = count()
    totals = {"annuaire": 2, "verifiees": 1, "equipe": 1, "nouvelles": 1, "ess": 1, "departements": 1}
    assert measures(census, "totaux") == totals
    assert measures(census, "roles") == {"reseau": 2, "porteur": 1, "inconnu": 0}
    assert measures(census, "themes") == {"MOB": 1, "inconnu": 1}
    assert measures(census, "familles") == {"ecologie": 1, "inconnu": 1}
    assert measures(census, "formes") == {"association": 1, "inconnu": 1}
    assert measures(census, "departements") == {"46": 1}
    assert measures(census, "identites") == {"verified": 1, "unknown": 1}
    assert measures(census, "sources") == {"Registre": 1, "déclaration": 1}
    assert measures(census, "arrivees") == {"2024-09": 1, "2026-11": 1}
    assert measures(census, "creations") == {"2010": 1, "avant-1997": 1, "inconnu": 0}


def test_a_ceased_organisation_is_still_in_the_directory_and_a_date_to_come_is_not_counted() -> None:
    entered(state=OrganisationState.CEASED, created_on=date(2031, 1, 1))
    census = count()
    assert measures(census, "totaux")["annuaire"] == 1
    assert measures(census, "creations") == {"inconnu": 0}


def test_months_are_those_of_paris() -> None:
    entered(recorded_at=datetime(2026, 10, 31, 23, 30, tzinfo=ZoneInfo("UTC")))
    assert measures(count(), "arrivees") == {"2026-11": 1}


def test_a_day_counted_again_keeps_the_last_count() -> None:
    entered(kinds=["ruche"], source="Avant")
    count()
    Organisation.objects.update(source="Après")
    census = count(AT + timedelta(hours=1))
    assert measures(census, "sources") == {"Après": 1}
    assert Census.objects.get().counted_at == AT + timedelta(hours=1)
    assert Picture.objects.filter(series="roles").count() == 4


def test_growth_is_what_was_counted_each_day() -> None:
    first, second = entered(), entered()
    count(AT - timedelta(days=1))
    factories.merge(second, into=first)
    refresh([second])
    found = figures.of(count())
    assert [(line.code, line.value) for line in found.lines["evolution"]] == [("2026-11-25", 2), ("2026-11-26", 1)]
    assert Picture.objects.filter(series="evolution").count() == 4


def test_a_long_evolution_keeps_the_last_day_of_each_month() -> None:
    for back in range(70):
        day = AT.date() - timedelta(days=back)
        census = Census.objects.create(day=day, counted_at=AT)
        Measure.objects.create(census=census, series="totaux", category="annuaire", value=100 - back)
    found = figures.latest()
    assert found is not None
    assert [(line.code, line.value) for line in found.lines["evolution"]] == [
        ("2026-09-30", 43),
        ("2026-10-31", 74),
        ("2026-11-26", 100),
    ]


def test_two_who_count_at_the_same_moment_make_one_day(together: Callable[..., list[Any]]) -> None:
    def made() -> None:
        with transaction():
            organisation = factories.organisation(kinds=["ruche"])
            refresh([organisation])

    together(made)
    together(count, count, count)

    def seen() -> tuple[int, int, int]:
        found = Measure.objects.filter(series="roles", category="ruche")
        return Census.objects.count(), found.count(), Picture.objects.filter(series="roles").count()

    assert together(seen) == [(1, 1, 4)]


def test_a_picture_that_cannot_be_drawn_is_said_and_the_figures_remain(
    client: HostileClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> str:
        raise ValueError("le moteur refuse")

    monkeypatch.setattr(operations, "draw", refuse)
    entered(kinds=["ruche"])
    count()
    assert "La série" in caplog.text or "série roles" in caplog.text
    page = client.get("/chiffres").content.decode()
    assert "L’image n’a pas pu être faite" in page
    assert "Ruche" in page


def test_before_the_first_night_the_page_says_so(client: HostileClient) -> None:
    page = client.get("/chiffres").content.decode()
    assert "Les chiffres n’ont pas encore été comptés" in page
    for kind in ("svg", "csv", "json"):
        assert client.get(f"/chiffres/roles.{kind}").status_code == 404


def test_an_empty_directory_is_counted_as_empty(client: HostileClient) -> None:
    count()
    page = client.get("/chiffres").content.decode()
    assert "Il n’y a pas encore assez de chiffres pour une image." in page
    assert "<img" not in page.split("<main", 1)[1]


def test_the_page_shows_each_figure_with_its_picture_its_table_and_its_data(
    client: HostileClient, figeac: Place
) -> None:
    entered(seat=figeac, kinds=["ruche"], themes=["MOB"], legal_family="association")
    count()
    page = client.get("/chiffres").content.decode()
    assert "Comptés le 26 novembre 2026 à 05:00" in page
    assert 'src="/chiffres/roles.svg?vue=large&amp;jour=2026-11-26"' in page
    assert "Barres horizontales : Organisations par rôle dans l’innovation sociale. Le plus : Ruche, 1" in page
    assert '<th scope="row">Ruche</th>' in page
    assert 'href="/chiffres/roles.csv"' in page
    assert "Lot (46) : 1 organisation" in page
    assert "aucune personne n’est comptée" in page
    for series in figures.SERIES:
        assert client.get(f"/chiffres/{series}.csv").status_code == 200
        assert client.get(f"/chiffres/{series}.json").status_code == 200


def test_the_map_for_ten_thousand_inhabitants(client: HostileClient, figeac: Place) -> None:
    lot = Place.objects.get(pk="departement-46")
    for _ in range(33):
        entered(seat=figeac)
    count()
    page = client.get("/chiffres?departements=pour-10000-habitants").content.decode()
    rate = 33 / (lot.population or 0) * 10_000
    assert f"Lot (46) : {rate:.1f} organisation<".replace(".", ",") in page
    assert "Organisations pour 10 000 habitants, par département" in page
    [row] = [row for row in rows_of(client, "departements") if row["code"] == "46"]
    assert float(row["pour_10000_habitants"].replace(",", ".")) == round(rate, 2)
    assert row["habitants"] == str(lot.population)


def test_a_population_that_is_not_known_is_not_a_zero() -> None:
    assert figures.Line("975", "Saint-Pierre-et-Miquelon", 3, None).rate is None


def rows_of(client: HostileClient, series: str) -> list[dict[str, str]]:
    response = client.get(f"/chiffres/{series}.csv")
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_files_say_what_the_page_says(client: HostileClient) -> None:
    entered(kinds=["ruche", "reseau"])
    entered(kinds=["ruche"])
    count()
    rows = rows_of(client, "roles")
    assert [(row["libelle"], row["organisations"], row["releve_le"]) for row in rows] == [
        ("Ruche", "2", "2026-11-26"),
        ("Réseau", "1", "2026-11-26"),
    ]
    data = client.get("/chiffres/roles.json")
    assert data["Access-Control-Allow-Origin"] == "*"
    assert data.json()["lignes"][0] == {"code": "ruche", "libelle": "Ruche", "organisations": 2}
    assert data.json()["licence"] == "Licence Ouverte 2.0"


def test_a_source_named_as_a_formula_is_harmless(client: HostileClient) -> None:
    entered(source="=1+1")
    count()
    assert rows_of(client, "sources")[0]["code"] == "'=1+1"


def test_a_picture_is_a_file_that_can_do_nothing(client: HostileClient) -> None:
    entered(kinds=["ruche"])
    count()
    response = client.get("/chiffres/roles.svg?vue=etroit-sombre&jour=2026-11-26")
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Ruche" in response.content.decode()
    for wrong in (
        "/chiffres/roles.svg?vue=rond",
        "/chiffres/roles.svg?vue=%00",
        "/chiffres/rien.svg",
        "/chiffres/totaux.svg",
        "/chiffres/rien.csv",
    ):
        assert client.get(wrong).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_whatever_its_rows(
    rows: int, client: HostileClient, figeac: Place, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        entered(seat=figeac, kinds=["ruche", "reseau", "ptce"][: number + 1], source=f"S{number}")
    count()
    with django_assert_num_queries(9):
        client.get("/chiffres")


def test_the_command_counts_as_the_night_does(capsys: pytest.CaptureFixture[str]) -> None:
    entered()
    call_command("count_figures")
    assert Census.objects.get().day == timezone.localdate()
    assert "mesures" in capsys.readouterr().out


def test_only_organisations_are_counted(client: HostileClient) -> None:
    """No name of a person is in what is published."""
    organisation = entered()
    holder: Person = factories.role(organisation).person
    count()
    pages = [client.get("/chiffres").content.decode(), str(client.get("/chiffres/totaux.json").content)]
    assert all(holder.family_name not in page for page in pages)
