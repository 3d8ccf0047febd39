"""The RNA's files, from the command to the directory."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accelerator.community.models import Organisation
from accelerator.community.record import DECLARED, RNA, SIRENE
from accelerator.community.search import DIRECTORY
from accelerator.community.states import OrganisationState
from accelerator.registers.models import Association, Run
from accelerator.search.types import Question
from tests import factories
from tests.registers.files import siren_of, siret_of, site, sites_file, text_of, unit, units_file, zipped

_LINES = (
    (
        "id;id_ex;siret;rup_mi;gestion;date_creat;date_decla;date_publi;date_disso;nature;groupement;titre;titre_court;objet;"
        "objet_social1;objet_social2;adrs_complement;adrs_numvoie;adrs_repetition;adrs_typevoie;adrs_libvoie;adrs_distrib;"
        "adrs_codeinsee;adrs_codepostal;adrs_libcommune;adrg_declarant;adrg_complemid;adrg_complemgeo;adrg_libvoie;"
        "adrg_distrib;adrg_codepostal;adrg_achemine;adrg_pays;dir_civilite;siteweb;publiweb;observation;position;maj_time"
    ),
    (
        "id;id_ex;siret;gestion;date_creat;date_publi;nature;groupement;titre;objet;objet_social1;objet_social2;adr1;adr2;"
        "adr3;adrs_codepostal;libcom;dir_civilite;siteweb;observation;position;rup_mi;maj_time"
    ),
)
WALDEC, IMPORT = (line.split(";") for line in _LINES)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def association(rank: int, **values: str) -> dict[str, str]:
    return {
        "id": f"W46200{rank:04}",
        "date_creat": "1998-05-06",
        "date_disso": "0001-01-01",
        "titre": f"LES AMIS FICTIFS {rank}",
        "objet": "Réparer ensemble des vélos\net les prêter",
        "adrs_numvoie": "3",
        "adrs_libvoie": "RUE DU BÉNÉVOLE",
        "adrs_codeinsee": "46102",
        "adrs_codepostal": "46100",
        "adrs_libcommune": "FIGEAC",
        "position": "A",
        "maj_time": "2026-10-30 10:00:00",
        **values,
    }


def waldec(folder: Path, *rows: Mapping[str, str], name: str = "rna_waldec_20261101_dpt_46.csv") -> Path:
    path = folder / name
    path.write_bytes(text_of(rows, WALDEC, ";").encode("windows-1252"))
    return path


def load(*files: Path, **options: Any) -> tuple[Run, str]:
    said = io.StringIO()
    call_command("import_rna", *files, stdout=said, **options)
    return Run.objects.latest("started_at"), said.getvalue()


def rejects(run: Run) -> list[dict[str, str]]:
    with run.rejects.open("rb") as file:
        return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig")), delimiter=";"))


@pytest.mark.server
def test_what_the_rna_publishes_becomes_records_placed_by_their_commune(tmp_path: Path) -> None:
    files = zipped(
        waldec(tmp_path, association(1, titre_court="LAF", siteweb="www.amis.example")),
        waldec(tmp_path, association(2, adrs_codeinsee="75119"), name="rna_waldec_20261101_dpt_75.csv"),
    )
    run, said = load(files)
    first, second = Organisation.objects.order_by("rna")
    assert (first.name, first.acronym, first.rna, first.siren) == ("LES AMIS FICTIFS 1", "LAF", "W462000001", None)
    assert (first.presentation, first.website) == (
        "Réparer ensemble des vélos et les prêter",
        "http://www.amis.example",
    )
    assert (first.identity, first.legal_family, first.address) == ("verified", "association", "")
    assert (first.created_on, first.source, first.source_on) == (date(1998, 5, 6), RNA, date(2026, 11, 1))
    assert (first.seat_id, second.seat_id) == ("commune-46102", "commune-75056")
    kept = " ".join(str(value) for row in Association.objects.values() for value in row.values())
    assert "BÉNÉVOLE" not in kept
    assert DIRECTORY.search(Question(text="réparer des vélos")).total == 2
    assert (run.new, run.entered, run.file_on) == (2, 2, date(2026, 11, 1))
    assert "2 fiches inscrites" in said


@pytest.mark.parametrize("position", ["1", "true", "Active"])
def test_a_file_of_other_codes_closes_nobody(position: str, tmp_path: Path) -> None:
    load(waldec(tmp_path, association(1), association(2)))
    with pytest.raises(CommandError, match="aucune ligne de la colonne position ne porte un des codes attendus"):
        load(waldec(tmp_path, association(1, position=position), association(2, position=position)))
    assert [one.state for one in Organisation.objects.all()] == [OrganisationState.ACTIVE] * 2


@pytest.mark.parametrize(("active", "dissolved"), [("A ", "D "), ("a", "d"), (" a", " S")])
def test_padded_or_small_codes_are_read(active: str, dissolved: str, tmp_path: Path) -> None:
    load(waldec(tmp_path, association(1, position=active), association(2, position=dissolved)))
    assert Organisation.objects.get().rna == "W462000001"


def test_the_older_layout_is_placed_by_postal_code_and_name(tmp_path: Path) -> None:
    rows = [
        {
            "id": "462S0000010001",
            "siret": siret_of(siren_of(1), 1),
            "titre": "ANCIENNE FICTIVE",
            "objet": "OBJET",
            "adrs_codepostal": "46400",
            "libcom": "SAINT-CERE CEDEX",
            "position": "A",
        },
        {"id": "462S0000010002", "titre": "SANS NUMÉRO", "objet": "", "position": "A"},
    ]
    path = tmp_path / "rna_import_20261101.csv"
    path.write_text(text_of(rows, IMPORT, ";"))
    load(path)
    # Without a RNA number nor a SIRET, nothing identifies it elsewhere: the register knows it, the directory does not.
    only = Organisation.objects.get()
    assert (only.siren, only.rna, only.seat.name, only.identity) == (siren_of(1), None, "Saint-Céré", "verified")
    assert Association.objects.count() == 2


def test_the_same_file_again_changes_nothing_and_a_dissolved_association_ceases(tmp_path: Path) -> None:
    load(waldec(tmp_path, association(1), association(2)))
    before = list(Organisation.objects.order_by("pk").values())
    run, said = load(waldec(tmp_path, association(1), association(2)))
    assert list(Organisation.objects.order_by("pk").values()) == before
    assert (run.unchanged, run.new, run.changed) == (2, 0, 0)
    assert "Rien à changer" in said
    gone = association(3, position="D")
    run, _ = load(waldec(tmp_path, association(1, date_disso="2026-09-01"), association(2, position="S"), gone))
    assert set(Organisation.objects.values_list("state", flat=True)) == {"ceased"}
    assert (run.ceased, run.left_out, Organisation.objects.count()) == (2, {"ceased": 1}, 2)


def test_an_association_whose_position_is_not_told_is_active(tmp_path: Path) -> None:
    load(waldec(tmp_path, association(1), association(2)))
    run, _ = load(waldec(tmp_path, association(1, position=""), association(2), association(3, position=" ")))
    assert set(Organisation.objects.values_list("state", flat=True)) == {"active"}
    assert (run.entered, run.ceased, run.left_out) == (1, 0, {})


def test_one_association_known_by_both_registers_is_one_record(tmp_path: Path) -> None:
    load_sirene = units_file(
        tmp_path, unit(1, sigle="LAF", dateCreation=""), unit(2, identifiantAssociation="W462000002")
    )
    call_command("import_sirene", load_sirene, stdout=io.StringIO())
    load(waldec(tmp_path, association(1, siret=siret_of(siren_of(1), 1)), association(2), association(3)))
    assert Organisation.objects.count() == 3
    one = Organisation.objects.get(siren=siren_of(1))
    # What SIRENE said stays, what nobody said comes from the RNA, with its source.
    assert (one.rna, one.name, one.acronym) == ("W462000001", "LES JARDINS FICTIFS 1", "LAF")
    assert (one.presentation[:7], one.created_on) == ("Réparer", date(1998, 5, 6))
    assert (one.source, one.provenance["presentation"]["source"]) == (SIRENE, RNA)
    assert one.provenance["rna"]["source"] == RNA
    assert DIRECTORY.search(Question(text="W462000001")).ids == [one.pk]
    # And the other way round: neither undoes what the other said.
    call_command("import_sirene", load_sirene, stdout=io.StringIO())
    one.refresh_from_db()
    assert one.presentation.startswith("Réparer")


def test_what_a_person_said_or_confirmed_stays(tmp_path: Path) -> None:
    held = factories.organisation(
        rna="W462000001",
        name="Les amis",
        source=DECLARED,
        identity="declared",
        presentation="Notre texte.",
        provenance={"presentation": {"source": DECLARED, "on": "2026-01-01", "by": "person:1"}},
    )
    load(waldec(tmp_path, association(1)))
    held.refresh_from_db()
    assert (held.name, held.presentation, held.identity) == ("Les amis", "Notre texte.", "verified")
    assert held.seat_id == "commune-46102"


def test_one_chooses_a_territory_or_a_list(tmp_path: Path) -> None:
    rows = association(1), association(2, adrs_codeinsee="33063"), association(3, siret=siret_of(siren_of(3), 1))
    run, _ = load(waldec(tmp_path, *rows), territory="departement-33")
    assert (Organisation.objects.get().rna, run.left_out) == ("W462000002", {"outside": 2})
    listed = tmp_path / "liste.csv"
    listed.write_text(f"numéro;nom\nW 462000001;a\n{siren_of(3)};b\n")
    load(waldec(tmp_path, *rows), list=listed)
    assert Organisation.objects.count() == 3


def test_wrong_rows_are_left_aside_with_their_line_and_their_reason(tmp_path: Path) -> None:
    run, _ = load(
        waldec(
            tmp_path,
            association(1),
            association(2, id="46-12"),
            association(3, titre=""),
            association(1, titre="ENCORE"),
            association(4, siret="12345678901234"),
        )
    )
    assert sorted(Organisation.objects.values_list("rna", flat=True)) == ["W462000001", "W462000004"]
    # The purpose of each takes two lines of the file: the rows are counted, as a spreadsheet shows them.
    assert [(row["Ligne"], row["Colonne"], row["Effet"]) for row in rejects(run)] == [
        ("3", "id", "ligne écartée"),
        ("4", "titre", "ligne écartée"),
        ("5", "id", "ligne écartée"),
        ("6", "siret", "valeur laissée de côté"),
    ]


def test_another_table_names_the_columns_that_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="il manque les colonnes id, titre, objet, position"):
        load(_other(tmp_path))


def test_the_file_of_another_register_names_its_command(tmp_path: Path) -> None:
    for given in (units_file(tmp_path, unit(1)), sites_file(tmp_path, site(1))):
        with pytest.raises(CommandError, match="ce fichier est celui de Sirene : make import-sirene"):
            load(given)
    with pytest.raises(CommandError, match="ce fichier est celui du RNA : make import-rna"):
        call_command("import_sirene", waldec(tmp_path, association(1)))


def _other(folder: Path) -> Path:
    path = folder / "autre.csv"
    path.write_text("siret;nom\n1;a\n")
    return path


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("https://amis.example/@nous?q=a@b", "https://amis.example/@nous?q=a@b"),
        ("https://la-banque.example@ailleurs.example", ""),
        ("www.la-banque.example@ailleurs.example", ""),
        ("javascript:alert(1)//https://a.example", ""),
    ],
)
def test_an_address_that_leads_elsewhere_is_left_out(tmp_path: Path, said: str, kept: str) -> None:
    load(waldec(tmp_path, association(1, siteweb=said)))
    assert Organisation.objects.get().website == kept
