"""Any spreadsheet of organisations: its columns recognised, confirmed, kept; its rows entered once."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from openpyxl import Workbook

from accelerator.community.models import Organisation
from accelerator.community.record import DECLARED
from accelerator.community.search import DIRECTORY
from accelerator.imports.lists import proposed, read
from accelerator.imports.models import ListSource
from accelerator.registers.models import Run, Unit
from accelerator.search.types import Question
from tests import factories
from tests.registers.files import siren_of, siret_of, unit, units_file

HEADER = ["N° SIRET", "Raison sociale", "Code postal", "Ville", "Site web", "Téléphone"]
SAID = {"name": "Liste fictive", "licence": "Licence Ouverte 2.0", "yes": True}


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def listed(folder: Path, *rows: list[str], header: list[str] | None = None, name: str = "liste_2026-10-15.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="windows-1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header or HEADER, *rows])
    return path


def load(path: Path, **options: Any) -> tuple[Run, str]:
    said = io.StringIO()
    call_command("import_list", path, stdout=said, **{"source": "fictive", **options})
    return Run.objects.latest("started_at"), said.getvalue()


def rejects(run: Run) -> list[dict[str, str]]:
    with run.rejects.open("rb") as file:
        return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig")), delimiter=";"))


JARDIN = [siret_of(siren_of(1), 1), "Les Jardins d’Exemple", "46100", "Figeac", "www.jardins.example", "05 00 00 00 00"]
FERME = ["", "La Ferme fictive", "46400", "Saint-Céré", "", ""]


def test_the_columns_are_recognised_by_their_headings() -> None:
    assert proposed(HEADER) == {
        "siret": "N° SIRET",
        "name": "Raison sociale",
        "postal_code": "Code postal",
        "commune": "Ville",
        "website": "Site web",
    }
    assert proposed(["A", "B"]) == {}


def test_nothing_is_written_before_the_reading_is_confirmed(tmp_path: Path) -> None:
    said = io.StringIO()
    with pytest.raises(CommandError, match=r"Rien n’est écrit.*YES=1.*NAME=") as refused:
        call_command("import_list", listed(tmp_path, JARDIN), source="fictive", stdout=said)
    assert refused.value.returncode == 3
    assert "SIRET ← « N° SIRET »" in said.getvalue()
    assert "Non lues : Téléphone." in said.getvalue()
    assert not Run.objects.exists()
    with pytest.raises(CommandError, match="--name"):
        load(listed(tmp_path, JARDIN), yes=True)
    assert not ListSource.objects.exists()


@pytest.mark.server
def test_a_list_enters_its_organisations_with_their_source(tmp_path: Path) -> None:
    Unit.objects.create(siren=siren_of(1), name="LES JARDINS", digest=1, run=_run())
    run, said = load(listed(tmp_path, JARDIN, FERME), url="https://liste.example", **SAID)
    garden = Organisation.objects.get(siren=siren_of(1))
    assert (garden.name, garden.website, garden.seat_id) == (
        "Les Jardins d’Exemple",
        "http://www.jardins.example",
        "commune-46102",
    )
    assert (garden.identity, garden.publishable, garden.source, garden.source_url, garden.source_on) == (
        "verified",
        True,
        "Liste fictive",
        "https://liste.example",
        date(2026, 10, 15),
    )
    farm = Organisation.objects.get(name="La Ferme fictive")
    assert (farm.identity, farm.seat.name, farm.publishable) == ("unknown", "Saint-Céré", True)
    assert DIRECTORY.search(Question(text="ferme fictive")).ids == [farm.pk]
    assert (run.new, run.entered, run.rejected) == (2, 2, 0)
    assert "2 fiches inscrites" in said


def _run() -> Run:
    at = factories.person().joined_at
    return Run.objects.create(
        source="sirene",
        digest="x",
        state="done",
        by="system:x",
        started_at=at,
        told_at=at,
        ended_at=at,
        is_indexed=True,
    )


def test_a_number_that_no_register_spoke_of_waits_for_it(tmp_path: Path) -> None:
    """It may be a sole trader's: the record is entered, and shown once SIRENE says that it may be."""
    load(listed(tmp_path, JARDIN), **SAID)
    held = Organisation.objects.get()
    assert (held.publishable, held.identity) == (False, "declared")
    call_command("import_sirene", units_file(tmp_path, unit(1, economieSocialeSolidaire="N")), stdout=io.StringIO())
    held.refresh_from_db()
    assert (held.publishable, held.identity, held.name) == (True, "verified", "Les Jardins d’Exemple")
    other = [siret_of(siren_of(2), 1), "Camille Exemple", "46100", "Figeac", "", ""]
    load(listed(tmp_path, other))
    person = unit(2, categorieJuridique="1000", denomination="", nom="EXEMPLE")
    call_command("import_sirene", units_file(tmp_path, person), stdout=io.StringIO())
    assert not Organisation.objects.get(siren=siren_of(2)).publishable


def test_the_same_list_again_needs_no_confirmation_and_changes_nothing(tmp_path: Path) -> None:
    load(listed(tmp_path, JARDIN, FERME), **SAID)
    before = list(Organisation.objects.order_by("pk").values())
    run, said = load(listed(tmp_path, JARDIN, FERME))
    assert list(Organisation.objects.order_by("pk").values()) == before
    assert (run.new, run.changed, run.unchanged) == (0, 0, 2)
    assert "Rien à changer" in said
    moved = [*JARDIN[:4], "https://jardins.example/accueil", ""]
    run, _ = load(listed(tmp_path, moved, FERME))
    assert (run.changed, Organisation.objects.get(siren=siren_of(1)).website) == (1, "https://jardins.example/accueil")


def test_what_someone_said_is_completed_and_never_replaced(tmp_path: Path) -> None:
    held = factories.organisation(siren=siren_of(1), name="Nos jardins", source=DECLARED, identity="declared")
    run, _ = load(listed(tmp_path, JARDIN), **SAID)
    held.refresh_from_db()
    assert (held.name, held.website, held.publishable) == ("Nos jardins", "http://www.jardins.example", True)
    assert held.provenance["website"] == {"source": "Liste fictive", "url": "", "on": "2026-10-15"}
    assert "name" not in held.provenance
    assert (run.new, run.changed) == (0, 1)


def test_a_row_that_resembles_a_record_is_left_aside_with_the_likely_one(tmp_path: Path) -> None:
    factories.organisation(name="Ferme fictive", seat_id="commune-46251")
    run, _ = load(listed(tmp_path, FERME), **SAID)
    (reject,) = rejects(run)
    assert Organisation.objects.count() == 1
    assert "Ressemble à la fiche « Ferme fictive »" in reject["Motif"]
    assert (reject["Ligne"], reject["Valeur"]) == ("2", "La Ferme fictive")


def test_wrong_rows_are_left_aside_with_their_line_and_their_reason(tmp_path: Path) -> None:
    run, _ = load(
        listed(
            tmp_path,
            ["12345678901234", "Numéro faux", "46100", "Figeac", "", ""],
            ["", "", "46100", "Figeac", "", ""],
            ["", "=HYPERLINK(1)", "00000", "Nulle-Part-Ailleurs", "pas une adresse", ""],
        ),
        **SAID,
    )
    assert [(row["Ligne"], row["Colonne"], row["Effet"]) for row in rejects(run)] == [
        ("2", "N° SIRET", "ligne écartée"),
        ("3", "Raison sociale", "ligne écartée"),
        ("4", "Site web", "valeur laissée de côté"),
        ("4", "Ville", "valeur laissée de côté"),
    ]
    assert run.rejected == 4
    assert Organisation.objects.get().name == "=HYPERLINK(1)"  # neutralised where it is exported


def test_columns_are_corrected_by_hand_and_the_correction_is_kept(tmp_path: Path) -> None:
    path = listed(tmp_path, ["La Ruche fictive", "33000"], header=["Qui", "Où"])
    with pytest.raises(CommandError, match="Dites quelle colonne donne le nom"):
        load(path, **SAID)
    with pytest.raises(CommandError, match="n’est pas une colonne du fichier : Qui, Où"):
        load(path, map=["nom=Lequel"], **SAID)
    with pytest.raises(CommandError, match="n’est pas une information connue"):
        load(path, map=["couleur=Qui"], **SAID)
    load(path, map=["nom=Qui", "code postal=Où"], **SAID)
    assert ListSource.objects.get().mapping == {"name": "Qui", "postal_code": "Où"}
    load(path)
    assert Organisation.objects.get().name == "La Ruche fictive"


def test_a_workbook_is_read_and_a_later_list_without_its_columns_says_so(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Structure", "Commune"])
    book.active.append(["La Ruche fictive", 33063])
    path = tmp_path / "liste.xlsx"
    book.save(path)
    load(path, **SAID)
    assert Organisation.objects.get().seat_id == "commune-33063"
    with pytest.raises(CommandError, match="n’a pas les colonnes : Structure"):
        load(listed(tmp_path, ["x", "33063"], header=["Autre", "Commune"]))


def test_a_title_above_the_columns_of_a_workbook_is_passed_over_and_lines_are_those_of_the_workbook(
    tmp_path: Path,
) -> None:
    book = Workbook()
    rows = [["Structure", "Commune", "SIREN"], ["La Ruche fictive", 33063], ["X", "", "123"]]
    for row in [["Adhérents 2026"], [], *rows]:
        book.active.append(row)
    path = tmp_path / "liste.xlsx"
    book.save(path)
    run, _ = load(path, **SAID)
    assert Organisation.objects.get(name="La Ruche fictive").seat_id == "commune-33063"
    assert {(one["Ligne"], one["Colonne"]) for one in rejects(run)} == {("5", "SIREN")}


def test_the_zeros_that_a_spreadsheet_takes_away_are_put_back() -> None:
    number = siret_of(siren_of(1), 1)
    assert number.startswith("0")
    columns = {name: name for name in ("name", "siret", "postal_code", "commune")}
    row = read(1, {"name": "A", "siret": number[1:], "postal_code": "1500", "commune": "Ambérieu"}, columns)
    assert ([one.value for one in row.numbers], row.commune) == ([number], "01500 Ambérieu")
    wrong = number[1:-1] + str((int(number[-1]) + 1) % 10)
    assert read(1, {"name": "A", "siret": wrong}, columns).stopped == (
        "siret",
        wrong,
        "Il manque un chiffre : un SIRET en compte 14.",
    )


def test_an_address_without_its_scheme_is_one() -> None:
    def site(text: str) -> str | None:
        return read(1, {"name": "A", "website": text}, {"name": "Nom", "website": "Site"}).values.get("website")

    assert site("ferme.example/presse") == "http://ferme.example/presse"
    assert (site("Ferme.example"), site("WWW.FERME.EXAMPLE")) == ("http://Ferme.example", "http://WWW.FERME.EXAMPLE")
    assert [site(text) for text in ("M.Dupont", "Voir.Facebook", "A.VENIR")] == [None] * 3
    assert [site(text) for text in ("N.C.", "néant", "camille@ferme.example", "ferme.example ou rien")] == [None] * 4


def test_two_numbers_of_one_row_must_agree() -> None:
    said = {"name": "A", "siret": siret_of(siren_of(1), 1), "siren": siren_of(2)}
    row = read(1, said, {name: name for name in said})
    assert row.stopped == ("siren", siren_of(2), "Ce SIREN n’est pas celui du SIRET de la même ligne.")


@pytest.mark.parametrize(
    "site", ["https://la-banque.example@ailleurs.example", "javascript:alert(1)//.x", "http://[.x"]
)
def test_an_address_that_leads_elsewhere_is_left_out(site: str) -> None:
    row = read(1, {"name": "Les Jardins", "website": site}, {"name": "Nom", "website": "Site"})
    assert "website" not in row.values
    assert row.blanked == [("Site", site, "Cette adresse de site ne se lit pas.")]


def test_what_nobody_sees_in_a_name_is_not_entered() -> None:
    assert read(1, {"name": "Les \u202eseivahcnalb\u202c"}, {"name": "Nom"}).values["name"] == "Les seivahcnalb"
