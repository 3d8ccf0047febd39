"""The pages of the imports: for the platform's staff."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accelerator.community.states import RoleName
from accelerator.registers.models import Run
from accelerator.registers.operations import alone
from accelerator.registers.queries import is_alive
from tests import factories
from tests.client import HostileClient

LIST = "/registres/imports"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def staff(client: HostileClient) -> HostileClient:
    client.force_login(factories.role(None, name=RoleName.MODERATOR).person)
    return client


def ended(**values: Any) -> Run:
    now = timezone.now()
    given = {
        "source": "sirene",
        "files": ["StockUniteLegale_utf8.zip"],
        "digest": "x",
        "state": "done",
        "by": "system:import-sirene",
        "kept": 1500,
        "entered": 1400,
        "rejected": 3,
        "left_out": {"person": 12, "outside": 7},
        "selection": {"ess": True, "categories": ["5710"], "territory": "departement-46"},
        "started_at": now - timedelta(minutes=5),
        "told_at": now,
        "ended_at": now,
        **values,
    }
    return Run.objects.create(**given)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_list_asks_the_same_whatever_its_length(
    staff: HostileClient, number: int, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        ended()
    with django_assert_num_queries(8):
        page = staff.get(LIST).content.decode()
    assert page.count("StockUniteLegale_utf8") == number
    assert ("Aucun import" in page) == (number == 0)


def test_the_list_filters_sorts_and_exports(staff: HostileClient) -> None:
    ended(rejected=0)
    ended(source="rna", files=["rna_waldec.zip"], state="failed", failure="Le fichier est abîmé.")
    page = staff.get(f"{LIST}?registre=rna&etat=failed&rejets=on").content.decode()
    assert "rna_waldec" in page
    assert "Le fichier est abîmé." in page
    assert "StockUniteLegale" not in page
    sorted_page = staff.get(f"{LIST}?tri=-rejets").content.decode()
    assert sorted_page.index("rna_waldec") < sorted_page.index("StockUniteLegale")
    text = b"".join(staff.get(f"{LIST}?format=csv").streaming_content).decode()
    assert "Retirées à leur demande" in text
    assert text.count("\r\n") == 3


def test_the_page_of_an_import_says_what_was_done_and_why_the_rest_was_not(staff: HostileClient) -> None:
    run = ended(resumed=2)
    page = staff.get(f"{LIST}/{run.pk}").content.decode()
    for said in (
        "Économie sociale et solidaire ou catégories juridiques 5710 ; siège dans Lot (département)",
        "Personnes physiques, jamais reprises",
        "Hors du choix",
        "repris 2 fois",
    ):
        assert said in page
    assert "progress" not in page
    assert staff.get(f"{LIST}/{run.pk + 1}").status_code == 404


def test_numbers_stand_by_thousands_and_the_plural_begins_at_two(staff: HostileClient) -> None:
    run = ended(rejected=12_345, entered=1, new=0, changed=1, unchanged=1_234_567)
    listed = staff.get(LIST).content.decode()
    assert re.search(r'class="fi-number"[^>]*>\s*12\u202f345\s*<', listed)
    assert "12345" in b"".join(staff.get(f"{LIST}?format=csv").streaming_content).decode()
    page = " ".join(staff.get(f"{LIST}/{run.pk}").content.decode().split())
    assert "dont 0 nouvelle, 1 modifiée, 1 234 567 inchangées" in page


def test_the_rejects_are_downloaded_and_never_shown(staff: HostileClient) -> None:
    run = ended()
    assert staff.get(f"{LIST}/{run.pk}/rejets.csv").status_code == 404
    run.rejects.save("rejets.csv", ContentFile(b"Fichier;Ligne\r\n"))
    response = staff.get(f"{LIST}/{run.pk}/rejets.csv")
    assert response["Content-Disposition"] == f'attachment; filename="rejets-import-{run.pk}.csv"'
    assert b"".join(response.streaming_content) == b"Fichier;Ligne\r\n"
    assert f"{LIST}/{run.pk}/rejets.csv" in staff.get(f"{LIST}/{run.pk}").content.decode()
    Path(run.rejects.path).unlink()
    assert staff.get(f"{LIST}/{run.pk}/rejets.csv").status_code == 404


def test_a_run_that_lives_shows_how_far_it_is_and_a_dead_one_says_so(staff: HostileClient) -> None:
    run = ended(state="running", ended_at=None, step="Chargement dans l’annuaire", done=50, total=200)
    with alone():
        page = staff.get(f"{LIST}/{run.pk}").content.decode()
        news = staff.get(f"{LIST}/{run.pk}/avancement").json()
        listed = staff.get(LIST).content.decode()
    assert "Arrêté, à reprendre" not in listed
    assert "Chargement dans l’annuaire, 25 %" in page
    assert 'href="/registres/imports/' in page
    assert news == {"part": 25, "texte": "Chargement dans l’annuaire, 25 %", "fini": False}
    assert "Arrêté, à reprendre" in staff.get(LIST).content.decode()
    page = staff.get(f"{LIST}/{run.pk}").content.decode()
    assert "s’est arrêté avant la fin" in page
    assert "la même" in page
    assert staff.get(f"{LIST}/{run.pk}/avancement").json()["fini"]


def test_a_failed_import_says_why(staff: HostileClient) -> None:
    run = ended(state="failed", failure="a.zip est abîmé ou incomplet.")
    assert "a.zip est abîmé ou incomplet." in staff.get(f"{LIST}/{run.pk}").content.decode()


def test_whether_a_run_lives_is_known_from_elsewhere(together: Callable[..., list[Any]]) -> None:
    assert together(is_alive) == [False]

    def holding() -> bool:
        with alone():
            return is_alive()

    assert together(holding) == [True]


def test_the_page_of_sources_says_which_files_are_loaded(client: HostileClient) -> None:
    assert client.get("/sources").content.decode().count("Pas encore chargé.") == 2
    ended(file_on=date(2026, 11, 1))
    ended(file_on=date(2026, 10, 1))
    ended(file_on=date(2026, 12, 1), state="failed", failure="Abîmé.")
    page = client.get("/sources").content.decode()
    assert "Fichier du 1er novembre 2026." in page
    assert page.count("Pas encore chargé.") == 1
