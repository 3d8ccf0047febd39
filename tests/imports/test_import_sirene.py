"""INSEE's files, from the command to the directory."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import duckdb
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from django.utils.timezone import localdate

from accelerator.community.models import Merge, Organisation, OrganisationDocument
from accelerator.community.operations.merging import merge, undo_merge
from accelerator.community.queries.organisation import spaced
from accelerator.community.record import DECLARED, REGISTER, SIRENE
from accelerator.community.search import DIRECTORY
from accelerator.community.states import OrganisationState, RoleName
from accelerator.imports.operations.registers import WITHDRAWN_NAME
from accelerator.imports.runs import life, registers
from accelerator.journal.models import Event as Remembered
from accelerator.journal.types import ref
from accelerator.registers.models import Run, Unit
from accelerator.registers.operations import alone, begin_run
from accelerator.registers.states import RunState
from accelerator.search.types import Question
from accelerator.workflow import Refused, transaction
from tests import factories
from tests.client import HostileClient
from tests.databases import url_of
from tests.registers.files import (
    UNIT_COLUMNS,
    siren_of,
    siret_of,
    site,
    sites_file,
    unit,
    units_file,
    zipped,
)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def load(*files: Path, **options: Any) -> tuple[Run, str]:
    """Run the command; return its run and what it said."""
    said = io.StringIO()
    call_command("import_sirene", *files, stdout=said, **options)
    return Run.objects.latest("started_at"), said.getvalue()


def refusal(*files: Path, **options: Any) -> str:
    with pytest.raises(CommandError) as refused:
        load(*files, **options)
    assert refused.value.returncode == 3
    return str(refused.value)


def rejects(run: Run) -> list[dict[str, str]]:
    with run.rejects.open("rb") as file:
        return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig")), delimiter=";"))


def of(rank: int) -> Organisation:
    return Organisation.objects.get(siren=siren_of(rank))


# ------------------------------------------------------------------------------------------------ what enters


@pytest.mark.server
def test_what_insee_publishes_becomes_records_that_are_found(tmp_path: Path) -> None:
    units = units_file(
        tmp_path,
        unit(1, sigle="LJF", identifiantAssociation="W462000001", activitePrincipaleNAF25="94.99Y"),
        unit(
            2,
            categorieJuridique="5710",
            denomination="ATELIER FICTIF",
            societeMission="O",
            economieSocialeSolidaire="N",
        ),
        name="StockUniteLegale_2026-11-01.csv",
    )
    sites = sites_file(tmp_path, site(1), site(1, 2, codeCommune="75119"), site(2, codeCommune="75119"))
    run, said = load(zipped(units), zipped(sites))
    first, second = of(1), of(2)
    assert (first.name, first.acronym, first.rna, first.legal_family) == (
        "LES JARDINS FICTIFS 1",
        "LJF",
        "W462000001",
        "association",
    )
    assert (first.identity, first.is_ess, first.is_mission_driven) == ("verified", True, None)
    assert (first.activity_code, first.created_on) == ("94.99Z", date(2001, 2, 3))
    assert (first.source, first.source_on, first.provenance) == (SIRENE, date(2026, 11, 1), {})
    assert first.source_url.endswith(siren_of(1))
    assert first.recorded_at == first.changed_at == run.started_at
    assert len({first.public_id, second.public_id}) == 2
    # Paris is one commune; the street of an association is not kept, that of a company is.
    assert (first.seat_id, first.address) == ("commune-46102", "")
    assert (second.seat_id, second.address) == ("commune-75056", "12 RUE DES LILAS 46100 FIGEAC")
    kept = Unit.objects.get(pk=siren_of(1))
    assert (kept.activity_code_2025, kept.commune, kept.address) == ("94.99Y", "46102", "")
    assert kept.others == [{"nic": siret_of(siren_of(1), 2)[9:], "commune": "75119", "address": ""}]
    assert DIRECTORY.search(Question(text="jardin fictif")).ids == [first.pk]
    assert (run.state, run.new, run.entered, run.is_indexed) == (RunState.DONE, 2, 2, True)
    assert "2 fiches inscrites" in said
    assert "/registres/imports" in said
    (event,) = Remembered.objects.filter(code="registers.imported")
    assert (event.about, event.actor) == ([ref(run)], "system:import-sirene")
    assert event.sentence == "a chargé Sirene (INSEE) : 2 fiches inscrites"


def test_who_may_not_be_published_does_not_enter_anywhere(tmp_path: Path) -> None:
    units = units_file(
        tmp_path,
        unit(1, categorieJuridique="1000", denomination="", sexe="F", prenom1="CAMILLE", nom="EXEMPLE"),
        unit(2, nom="EXEMPLE"),
        unit(3, statutDiffusion="P"),
        unit(4, statutDiffusion="N"),
        unit(5, statutDiffusion=""),
        unit(6),
        unit(7),
    )
    run, _ = load(units, sites_file(tmp_path, site(6), site(7, statutDiffusion="P")))
    assert list(Organisation.objects.values_list("siren", flat=True)) == [siren_of(6)]
    assert list(Unit.objects.values_list("siren", flat=True)) == [siren_of(6)]
    assert run.left_out == {"person": 2, "opposed": 4}


def test_a_unit_that_had_ceased_already_is_not_entered(tmp_path: Path) -> None:
    run, _ = load(units_file(tmp_path, unit(1, etatAdministratif="C")))
    assert not Organisation.objects.exists()
    assert run.left_out == {"ceased": 1}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [1, 2]),
        ({"ess": True}, [1]),
        ({"mission": True}, [2]),
        ({"categories": "57"}, [2, 3]),
        ({"categories": "92, 5499"}, [1, 4]),
        ({"ess": True, "categories": "5499"}, [1, 4]),
        ({"all": True}, [1, 2, 3, 4]),
        ({"all": True, "territory": "departement-75"}, [3]),
        ({"all": True, "territory": "commune-46102"}, [1, 2]),
    ],
)
def test_one_chooses_what_is_taken(options: dict[str, Any], expected: list[int], tmp_path: Path) -> None:
    plain = {"economieSocialeSolidaire": "N", "categorieJuridique": "5710"}
    units = units_file(
        tmp_path,
        unit(1),
        unit(2, **plain, societeMission="O"),
        unit(3, **plain),
        unit(4, **{**plain, "categorieJuridique": "5499"}),
    )
    sites = sites_file(tmp_path, site(1), site(2), site(3, codeCommune="75111"), site(4, codeCommune="33063"))
    run, _ = load(units, sites, **options)
    assert sorted(Organisation.objects.values_list("siren", flat=True)) == [siren_of(rank) for rank in expected]
    assert sum(run.left_out.values()) == 4 - len(expected)


def test_a_list_of_numbers_may_choose(tmp_path: Path) -> None:
    listed = tmp_path / "liste.txt"
    listed.write_text(f"{siren_of(2)}\n{siret_of(siren_of(3), 1)}\nautre chose\n")
    load(units_file(tmp_path, unit(1), unit(2), unit(3)), list=listed)
    assert sorted(Organisation.objects.values_list("siren", flat=True)) == [siren_of(2), siren_of(3)]


def test_old_layouts_and_other_encodings_are_read(tmp_path: Path) -> None:
    old = [column for column in UNIT_COLUMNS if not column.startswith(("societeMission", "activitePrincipaleNAF25"))]
    path = units_file(tmp_path, unit(1, denomination="LES ÉTOILES D’AOÛT"), columns=list(reversed(old)))
    path.write_bytes(path.read_text().replace(",", ";").encode("windows-1252"))
    load(path)
    assert of(1).name == "LES ÉTOILES D’AOÛT"


# ------------------------------------------------------------------------------------------------ again, and later


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    files = units_file(tmp_path, unit(1), unit(2)), sites_file(tmp_path, site(1), site(2))
    load(*files)
    before = list(Organisation.objects.order_by("pk").values()), list(Unit.objects.order_by("pk").values())
    run, said = load(*files)
    assert (list(Organisation.objects.order_by("pk").values()), list(Unit.objects.order_by("pk").values())) == before
    assert (run.kept, run.new, run.changed, run.unchanged) == (2, 0, 0, 2)
    assert "Rien à changer" in said
    assert Remembered.objects.filter(code="registers.imported").count() == 2


def test_the_file_of_units_alone_leaves_the_seats_as_they_are(tmp_path: Path) -> None:
    load(units_file(tmp_path, unit(1)), sites_file(tmp_path, site(1), site(1, 2)))
    run, _ = load(units_file(tmp_path, unit(1)))
    assert run.unchanged == 1
    load(units_file(tmp_path, unit(1, sigle="LJ")))
    assert (of(1).acronym, of(1).seat_id) == ("LJ", "commune-46102")
    assert (Unit.objects.get().commune, len(Unit.objects.get().others)) == ("46102", 1)


def test_what_changed_replaces_what_the_register_had_said(tmp_path: Path) -> None:
    load(units_file(tmp_path, unit(1, sigle="LJF"), unit(2)), sites_file(tmp_path, site(1), site(2)))
    later = units_file(
        tmp_path, unit(1, denomination="LES VERGERS FICTIFS", sigle=""), unit(2), name="StockUniteLegale_2026-12.csv"
    )
    run, _ = load(later, sites_file(tmp_path, site(1, codeCommune="33063"), site(2)))
    changed = of(1)
    assert (changed.name, changed.acronym, changed.seat_id) == ("LES VERGERS FICTIFS", "", "commune-33063")
    assert (changed.source_on, changed.changed_at) == (date(2026, 12, 1), run.started_at)
    assert of(2).changed_at < run.started_at
    assert (run.new, run.changed, run.unchanged) == (0, 1, 1)
    assert DIRECTORY.search(Question(text="vergers")).ids == [changed.pk]
    assert DIRECTORY.search(Question(text="jardins")).ids == [of(2).pk]


def test_a_unit_that_ceases_is_marked_and_one_that_lives_again_too(tmp_path: Path) -> None:
    load(units_file(tmp_path, unit(1), unit(2)))
    run, _ = load(units_file(tmp_path, unit(1, etatAdministratif="C"), unit(2)))
    assert (of(1).state, of(2).state, run.ceased) == ("ceased", "active", 1)
    load(units_file(tmp_path, unit(1), unit(2)))
    assert of(1).state == "active"


def test_what_a_person_closed_is_not_opened_by_the_register(tmp_path: Path) -> None:
    load(units_file(tmp_path, unit(1)))
    Organisation.objects.update(state="ceased")
    load(units_file(tmp_path, unit(1, sigle="LJ")))
    assert (of(1).state, of(1).acronym) == ("ceased", "LJ")


def test_what_a_person_says_of_a_cessation_is_not_contradicted_twice(tmp_path: Path) -> None:
    goes_on = {"source": DECLARED, "on": "2026-11-20", "by": "person:1"}
    declared = factories.organisation(siren=siren_of(2), provenance={"state": goes_on})
    load(units_file(tmp_path, unit(1)))
    load(units_file(tmp_path, unit(1, etatAdministratif="C"), unit(2, etatAdministratif="C")))
    declared.refresh_from_db()
    # Heard for the first time, against the word of a person: theirs is kept.
    assert (of(1).state, declared.state) == ("ceased", "active")
    Organisation.objects.filter(siren=siren_of(1)).update(state="active", provenance={"state": goes_on})
    run, _ = load(units_file(tmp_path, unit(1, etatAdministratif="C", sigle="LJ"), unit(2)))
    assert (of(1).state, of(1).acronym, run.ceased) == ("active", "LJ", 0)
    # It lived again for the register too, then ceases: that is news, and the record says whose.
    load(units_file(tmp_path, unit(1), unit(2)))
    run, _ = load(units_file(tmp_path, unit(1, etatAdministratif="C"), unit(2)))
    assert (of(1).state, "state" in of(1).provenance, run.ceased) == ("ceased", False, 1)


def test_a_later_opposition_removes_what_was_published(tmp_path: Path) -> None:
    load(units_file(tmp_path, unit(1, sigle="LJF"), unit(2)), sites_file(tmp_path, site(1), site(2)))
    Organisation.objects.filter(siren=siren_of(1)).update(summary="Leur propre phrase.")
    run, _ = load(units_file(tmp_path, unit(1, statutDiffusion="P", denomination="[ND]"), unit(2)))
    gone = of(1)
    assert (gone.publishable, gone.name, gone.acronym, gone.seat_id) == (False, WITHDRAWN_NAME, "", None)
    assert gone.summary == "Leur propre phrase."
    assert run.withdrawn == 1
    kept = Unit.objects.get(pk=gone.siren)
    assert (kept.is_withdrawn, kept.name, kept.commune, kept.others) == (True, "", "", [])
    assert not OrganisationDocument.objects.filter(pk=gone.pk).exists()
    # The opposition ends: the register's values come back, with the record.
    load(units_file(tmp_path, unit(1), unit(2)), sites_file(tmp_path, site(1), site(2)))
    back = of(1)
    assert (back.publishable, back.name, back.seat_id) == (True, "LES JARDINS FICTIFS 1", "commune-46102")
    assert back.provenance == {}


@pytest.mark.parametrize("has_siren", [False, True])
def test_an_opposition_is_heard_of_a_record_that_was_united_to_another(
    tmp_path: Path, has_siren: bool, client: HostileClient
) -> None:
    """Its name and its number are found no more: neither by the search, nor on the page, nor in its history."""
    load(units_file(tmp_path, unit(1), unit(2)))
    gone = of(1)
    kept = of(2) if has_siren else factories.organisation(name="Les Jardins", summary="Leur propre phrase.")
    moderator = factories.role(None, name=RoleName.MODERATOR).person
    with transaction():
        taken = [] if has_siren else ["name"]
        values = {"taken": taken, "keeps_roles": True, "reason": "C’est la même."}
        merge(organisation=gone, into=kept, by=moderator, at=timezone.now(), **values)
    kept.refresh_from_db()
    assert client.get(f"/organisations/{kept.key}.json").json()["autres_numeros"]
    load(units_file(tmp_path, unit(1, statutDiffusion="P", denomination="[ND]"), unit(2)))
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.publishable, gone.name) == (False, WITHDRAWN_NAME)
    assert list(DIRECTORY.search(Question(text=gone.siren)).ids) == []
    page = client.get(f"/organisations/{kept.key}")
    if has_siren:
        assert (kept.publishable, kept.name) == (True, "LES JARDINS FICTIFS 2")
        for private in (gone.siren, spaced(gone.siren), "FICTIFS 1"):
            assert private not in page.content.decode()
        assert "dont l’une n’est pas publiée" in page.content.decode()
        assert client.get(f"/organisations/{kept.key}.json").json()["autres_numeros"] == []
    else:
        assert (page.status_code, kept.publishable, kept.name) == (404, False, WITHDRAWN_NAME)
        assert kept.summary == "Leur propre phrase."
    assert client.get(f"/organisations/{gone.key}").status_code in (301, 404)
    # The opposition ends: both are what they were, and are found again.
    load(units_file(tmp_path, unit(1), unit(2)))
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.publishable, gone.name, "publishable" in gone.provenance) == (True, "LES JARDINS FICTIFS 1", False)
    assert (kept.publishable, "publishable" in kept.provenance) == (True, False)
    assert kept.name == ("LES JARDINS FICTIFS 2" if has_siren else "LES JARDINS FICTIFS 1")
    assert list(DIRECTORY.search(Question(text=gone.siren)).ids) == [kept.pk]
    page = client.get(f"/organisations/{kept.key}")
    assert spaced(gone.siren) in page.content.decode()
    assert "dont l’une n’est pas publiée" not in page.content.decode()
    assert client.get(f"/organisations/{kept.key}.json").json()["autres_numeros"]
    # Undoing brings back a record that is published.
    with transaction():
        undo_merge(merge=Merge.objects.get(), reason="Deux organisations.", by=moderator, at=timezone.now())
    assert client.get(f"/organisations/{gone.key}").status_code == 200


def test_whoever_opposed_is_not_shown_by_a_merge(tmp_path: Path, client: HostileClient) -> None:
    load(units_file(tmp_path, unit(1)))
    shown = factories.organisation(name="Les Jardins", summary="Leur propre phrase.")
    load(units_file(tmp_path, unit(1, statutDiffusion="P", denomination="[ND]")))
    values = {"taken": [], "keeps_roles": True, "reason": "C’est la même.", "at": timezone.now()}
    values["by"] = factories.role(None, name=RoleName.MODERATOR).person
    with pytest.raises(Refused, match="s’oppose à la diffusion"), transaction():
        merge(organisation=of(1), into=shown, **values)
    with transaction():
        merge(organisation=shown, into=of(1), **values)
    assert client.get(f"/organisations/{shown.key}", follow=True).status_code == 404
    assert list(DIRECTORY.search(Question(text="jardins")).ids) == []


def test_an_older_file_does_not_show_again_who_opposed_since(tmp_path: Path) -> None:
    before = units_file(tmp_path, unit(1), unit(2), name="StockUniteLegale_2026-09.csv")
    load(before)
    load(units_file(tmp_path, unit(1, statutDiffusion="P"), unit(2), name="StockUniteLegale_2026-10.csv"))
    assert "les plus récents" in refusal(before)
    assert not of(1).publishable
    assert Run.objects.filter(state=RunState.FAILED).count() == 1
    # A wrong day is corrected by whoever imports, not by a day to come.
    assert "n’est pas encore venu" in refusal(before, on=localdate() + timedelta(days=1))
    run, _ = load(before, on=date(2026, 10, 1))
    assert run.state == RunState.DONE


def test_two_files_are_as_old_as_the_first_of_them(tmp_path: Path) -> None:
    load(units_file(tmp_path, unit(1), name="StockUniteLegale_2026-10.csv"))
    sites = sites_file(tmp_path, site(1), name="StockEtablissement_2026-09.csv")
    assert "1er septembre 2026" in refusal(units_file(tmp_path, unit(1), name="StockUniteLegale_2026-11.csv"), sites)


def test_the_day_of_a_file_without_one_in_its_name_does_not_depend_on_what_is_chosen_in_it(tmp_path: Path) -> None:
    days = {"early": "2026-10-20T08:00:00", "late": "2026-10-30T08:00:00"}
    units = units_file(
        tmp_path,
        unit(1, dateDernierTraitement=days["late"]),
        unit(2, dateDernierTraitement=days["early"], economieSocialeSolidaire="N", societeMission="O"),
    )
    first, _ = load(units, ess=True)
    second, _ = load(units, mission=True)
    assert {first.file_on, second.file_on} == {date(2026, 10, 30)}
    assert Organisation.objects.count() == 2


def test_a_run_that_died_before_its_first_block_makes_no_file_older(tmp_path: Path) -> None:
    before = timezone.now() - timedelta(hours=1)
    Run.objects.create(
        source="sirene",
        state=RunState.INTERRUPTED,
        digest="x",
        kept=3,
        unchanged=1,
        file_on=date(2026, 10, 1),
        started_at=before,
        told_at=before,
        ended_at=before,
        by="system:import-sirene",
    )
    run, _ = load(units_file(tmp_path, unit(1), name="StockUniteLegale_2026-09.csv"))
    assert run.state == RunState.DONE


def test_an_opposition_by_the_seat_holds_until_the_file_of_establishments_ends_it(tmp_path: Path) -> None:
    units = units_file(tmp_path, unit(1), unit(2))
    load(units, sites_file(tmp_path, site(1), site(2)))
    load(units, sites_file(tmp_path, site(1, statutDiffusion="P"), site(2)))
    assert not of(1).publishable
    run, _ = load(units)
    assert (run.changed, run.unchanged) == (0, 2)
    assert not of(1).publishable
    # Its name changes meanwhile, and it may not be shown either.
    load(units_file(tmp_path, unit(1, denomination="UN AUTRE NOM"), unit(2)))
    assert not of(1).publishable
    assert Unit.objects.get(pk=siren_of(1)).name == ""
    load(units, sites_file(tmp_path, site(1), site(2)))
    assert of(1).publishable
    assert not Unit.objects.get(pk=siren_of(1)).seat_opposes


def test_who_opposes_by_unit_and_seat_is_shown_when_neither_does(tmp_path: Path) -> None:
    load(units_file(tmp_path, unit(1)), sites_file(tmp_path, site(1)))
    both = units_file(tmp_path, unit(1, statutDiffusion="P")), sites_file(tmp_path, site(1, statutDiffusion="P"))
    load(*both)
    load(units_file(tmp_path, unit(1, statutDiffusion="P")), sites_file(tmp_path, site(1)))
    assert not of(1).publishable
    load(units_file(tmp_path, unit(1)))
    assert of(1).publishable


def test_whoever_becomes_a_natural_person_leaves_too(tmp_path: Path) -> None:
    declared = factories.organisation(siren=siren_of(1), name="Atelier de quelqu’un", source=DECLARED)
    run, _ = load(units_file(tmp_path, unit(1, categorieJuridique="1000", denomination="", nom="EXEMPLE")))
    declared.refresh_from_db()
    assert (declared.publishable, declared.name, run.withdrawn) == (False, "Atelier de quelqu’un", 1)
    assert Unit.objects.get().name == ""


# ------------------------------------------------------------------------------------------------ people's word


def test_a_confirmed_value_is_never_replaced_nor_a_declared_one(tmp_path: Path) -> None:
    load(units_file(tmp_path, unit(1, sigle="LJF")), sites_file(tmp_path, site(1)))
    held = of(1)
    held.name = "Les Jardins d’Exemple"
    held.provenance = {
        "name": {"source": DECLARED, "on": "2026-11-02", "by": "person:1"},
        "seat": {
            "source": SIRENE,
            "on": "2026-11-01",
            "confirmed_by": "person:1",
            "confirmed_at": "2026-11-03T10:00:00",
        },
    }
    held.save()
    load(
        units_file(tmp_path, unit(1, denomination="AUTRE NOM", sigle="AN")),
        sites_file(tmp_path, site(1, codeCommune="33063")),
    )
    now = of(1)
    assert (now.name, now.seat_id, now.acronym) == ("Les Jardins d’Exemple", "commune-46102", "AN")
    assert now.provenance == held.provenance
    assert (Unit.objects.get().name, Unit.objects.get().commune) == ("AUTRE NOM", "33063")


def test_a_declared_record_is_verified_and_what_nobody_said_is_filled(tmp_path: Path) -> None:
    held = factories.organisation(
        siren=siren_of(1),
        name="Les jardins",
        identity="declared",
        source=DECLARED,
        activity_code="01.13Z",
        provenance={
            "activity_code": {"source": REGISTER, "on": "2026-01-05"},
            "acronym": {"source": DECLARED, "on": "2026-01-05", "by": "person:1"},
        },
    )
    run, _ = load(
        units_file(tmp_path, unit(1, sigle="LJF"), name="StockUniteLegale_2026-11-01.csv"),
        sites_file(tmp_path, site(1)),
    )
    held.refresh_from_db()
    assert (held.name, held.acronym, held.identity) == ("Les jardins", "", "verified")
    assert (held.activity_code, held.legal_family, held.seat_id) == ("94.99Z", "association", "commune-46102")
    assert (held.source, held.provenance["seat"]["source"], held.provenance["seat"]["on"]) == (
        DECLARED,
        SIRENE,
        "2026-11-01",
    )
    assert held.provenance["activity_code"]["source"] == SIRENE
    assert "name" not in held.provenance
    assert (run.new, run.entered) == (1, 0)


def test_an_association_known_by_its_rna_takes_its_siren(tmp_path: Path) -> None:
    held = factories.organisation(rna="W462000001", name="Les jardins", source=DECLARED, identity="declared")
    load(units_file(tmp_path, unit(1, identifiantAssociation="W462000001")))
    held.refresh_from_db()
    assert (held.siren, held.identity, Organisation.objects.count()) == (siren_of(1), "verified", 1)


def test_two_records_for_one_association_stay_two_and_keep_their_numbers(tmp_path: Path) -> None:
    by_rna = factories.organisation(rna="W462000001", source=DECLARED)
    by_siren = factories.organisation(siren=siren_of(1), source=DECLARED)
    run, _ = load(units_file(tmp_path, unit(1, identifiantAssociation="W462000001")))
    by_rna.refresh_from_db()
    by_siren.refresh_from_db()
    assert (by_rna.siren, by_siren.rna) == (None, None)
    (double,) = rejects(run)
    assert (double["Valeur"], double["Effet"]) == ("W462000001", "à réunir")


def test_a_merged_record_is_left_alone_and_the_one_that_lives_on_is_followed(tmp_path: Path) -> None:
    merged, living = factories.organisation(siren=siren_of(1), name="Ancienne"), factories.organisation(name="Gardée")
    factories.merge(merged, into=living)
    load(units_file(tmp_path, unit(1, sigle="LJF")))
    merged.refresh_from_db()
    living.refresh_from_db()
    assert (merged.name, merged.acronym, merged.state) == ("Ancienne", "", "merged")
    assert (living.name, living.acronym, living.siren, living.identity) == ("Gardée", "LJF", None, "unknown")
    assert Organisation.objects.count() == 2
    load(units_file(tmp_path, unit(1, etatAdministratif="C")))
    living.refresh_from_db()
    assert living.state == "ceased"


def test_the_number_of_a_merged_record_says_nothing_of_one_that_has_its_own(tmp_path: Path) -> None:
    absorbed, living = factories.organisation(siren=siren_of(1)), factories.organisation(siren=siren_of(2))
    factories.merge(absorbed, into=living)
    load(units_file(tmp_path, unit(1, etatAdministratif="C", sigle="VIEUX"), unit(2, sigle="NEUF")))
    living.refresh_from_db()
    assert (living.state, living.acronym) == ("active", "NEUF")


def test_of_several_numbers_united_to_a_record_without_any_the_first_speaks(tmp_path: Path) -> None:
    living = factories.organisation()
    for rank in (2, 1):
        factories.merge(factories.organisation(siren=siren_of(rank)), into=living)
    load(units_file(tmp_path, unit(1, sigle="UN"), unit(2, sigle="DEUX")))
    living.refresh_from_db()
    assert living.acronym == "DEUX"


def test_an_opposition_under_the_number_of_a_merged_record_hides_both(tmp_path: Path) -> None:
    merged, living = factories.organisation(siren=siren_of(1)), factories.organisation()
    factories.merge(merged, into=living)
    run, _ = load(units_file(tmp_path, unit(1, statutDiffusion="P", denomination="[ND]")))
    assert not Organisation.objects.filter(publishable=True).exists()
    assert run.withdrawn == 1


# ------------------------------------------------------------------------------------------------ bad input


def test_wrong_rows_are_left_aside_with_their_line_and_their_reason(tmp_path: Path) -> None:
    path = units_file(
        tmp_path,
        unit(1),
        {**unit(2), "siren": siren_of(2)[:8] + str((int(siren_of(2)[8]) + 1) % 10)},
        unit(3, denomination=""),
        unit(1, denomination="ENCORE"),
        {**unit(4), "siren": "=CMD|1"},
        unit(5, dateCreation="31/12/2001", identifiantAssociation="46-1234"),
    )
    with path.open("a") as file:
        file.write(f"{siren_of(9)},O,,2001")
    run, _ = load(path)
    assert sorted(Organisation.objects.values_list("siren", flat=True)) == [siren_of(1), siren_of(5)]
    assert (of(1).name, of(5).created_on, of(5).rna) == ("LES JARDINS FICTIFS 1", None, None)
    assert [(row["Ligne"], row["Colonne"], row["Effet"]) for row in rejects(run)] == [
        ("3", "siren", "ligne écartée"),
        ("4", "denominationUniteLegale", "ligne écartée"),
        ("5", "siren", "ligne écartée"),
        ("6", "siren", "ligne écartée"),
        ("7", "dateCreationUniteLegale", "valeur laissée de côté"),
        ("7", "identifiantAssociationUniteLegale", "valeur laissée de côté"),
        ("8", "", "ligne écartée"),
    ]
    assert rejects(run)[3]["Valeur"] == "'=CMD|1"
    assert "clé de contrôle" in rejects(run)[0]["Motif"]
    assert run.rejected == 7


def test_a_tenth_of_wrong_siret_spoils_nothing_else(tmp_path: Path) -> None:
    ranks = range(1, 101)
    right = [site(rank) for rank in ranks]
    wrong = [
        {**row, "siret": row["siret"][:13] + str((int(row["siret"][13]) + 1) % 10)} if rank % 10 == 0 else row
        for rank, row in zip(ranks, right, strict=True)
    ]
    run, _ = load(units_file(tmp_path, *(unit(rank) for rank in ranks)), sites_file(tmp_path, *wrong))
    assert Organisation.objects.filter(seat="commune-46102").count() == 90
    assert Organisation.objects.filter(seat=None).count() == 10
    assert [row["Ligne"] for row in rejects(run)] == [str(rank + 1) for rank in range(10, 101, 10)]
    assert run.rejected == 10


def test_a_file_without_its_columns_names_them(tmp_path: Path) -> None:
    short = [column for column in UNIT_COLUMNS if column not in ("statutDiffusionUniteLegale", "nicSiegeUniteLegale")]
    path = units_file(tmp_path, unit(1), columns=UNIT_COLUMNS)
    path.write_text(path.read_text().replace("statutDiffusionUniteLegale", "autre").replace("nicSiegeUniteLegale", "x"))
    said = refusal(path)
    assert "statutDiffusionUniteLegale, nicSiegeUniteLegale" in said
    assert len(short) == len(UNIT_COLUMNS) - 2
    run = Run.objects.get()
    assert (run.state, run.failure) == (RunState.FAILED, said)
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("column", "kind", "value"),
    [
        ("statutDiffusionUniteLegale", "BOOLEAN", "true"),
        ("etatAdministratifUniteLegale", "BOOLEAN", "true"),
        ("etatAdministratifUniteLegale", "DOUBLE", "1.0"),
        ("statutDiffusionEtablissement", "BOOLEAN", "true"),
        ("etatAdministratifEtablissement", "BOOLEAN", "true"),
        ("etablissementSiege", "DOUBLE", "1.0"),
        ("etablissementSiege", "VARCHAR", "siège"),
    ],
)
def test_a_file_of_other_codes_closes_moves_and_hides_nobody(
    column: str, kind: str, value: str, tmp_path: Path
) -> None:
    files = [units_file(tmp_path, unit(1), unit(2)), sites_file(tmp_path, site(1), site(2))]
    load(*files)
    rank = int("Etablissement" in column or "etablissement" in column)
    typed = files[rank].with_suffix(".parquet")
    with duckdb.connect() as engine:
        engine.execute(
            f"COPY (SELECT * REPLACE (CAST('{value}' AS {kind}) AS {column})"
            f" FROM read_csv('{files[rank]}', all_varchar=true)) TO '{typed}' (FORMAT parquet)"
        )
    files[rank] = typed
    assert f"aucune ligne de la colonne {column} ne porte un des codes attendus" in refusal(*files)
    assert {one.state for one in Organisation.objects.all() if one.publishable} == {OrganisationState.ACTIVE}
    assert Organisation.objects.filter(publishable=True, seat="commune-46102").count() == 2


def test_padded_codes_close_and_hide_nobody(tmp_path: Path) -> None:
    padded = unit(1, etatAdministratif="A  ", statutDiffusion="O  ")
    place = site(1, etatAdministratif="A  ", statutDiffusion="O  ") | {"etablissementSiege": "True "}
    load(units_file(tmp_path, padded), sites_file(tmp_path, place))
    assert (of(1).state, of(1).publishable, of(1).seat_id) == (OrganisationState.ACTIVE, True, "commune-46102")


def test_a_parquet_spoilt_further_on_says_so(tmp_path: Path) -> None:
    path, spoilt = units_file(tmp_path, unit(1), unit(2)), tmp_path / "StockUniteLegale_utf8.parquet"
    with duckdb.connect() as engine:
        engine.execute(f"COPY (SELECT * FROM read_csv('{path}', all_varchar=true)) TO '{spoilt}' (FORMAT parquet)")
    content = bytearray(spoilt.read_bytes())
    content[4:400] = b"\xff" * 396
    spoilt.write_bytes(content)
    assert "StockUniteLegale_utf8.parquet est abîmé" in refusal(spoilt)
    assert Run.objects.get().state == RunState.FAILED


def test_what_cannot_be_done_says_what_to_do(tmp_path: Path) -> None:
    units, sites = units_file(tmp_path, unit(1)), sites_file(tmp_path, site(1))
    assert "donnez aussi le fichier des établissements" in refusal(units, territory="departement-46")
    assert "n’est ni le nom ni la clé d’un lieu" in refusal(units, sites, territory="?")
    assert "Il faut le fichier des unités légales" in refusal(sites)
    assert "n’existe pas" in refusal(tmp_path / "absent.csv")
    with pytest.raises(CommandError, match="n’est pas une catégorie juridique"):
        load(units, categories="92 ' OR 1")


def test_a_territory_is_named_or_given_by_its_key(tmp_path: Path) -> None:
    files = units_file(tmp_path, unit(1)), sites_file(tmp_path, site(1))
    for named in ("Lot", "lot", "Figeac (46)", "departement-46"):
        run, _ = load(*files, territory=named)
        assert run.selection["territory"] in ("departement-46", "commune-46102"), named
    assert Organisation.objects.count() == 1
    said = refusal(*files, territory="Saint-Denis")
    assert "« Saint-Denis » peut désigner plusieurs lieux" in said
    assert "commune-93066" in said
    assert "commune-97411" in said
    assert "Aucun lieu ne s’appelle « Figéacq »" in refusal(*files, territory="Figéacq")


def test_what_nobody_sees_in_a_name_is_not_kept(tmp_path: Path) -> None:
    hidden = "LES \u202eSRED\u202c JARDINS\u200b\u0085 D’ÉTÉ\u2066\U000e0041"
    run, _ = load(units_file(tmp_path, unit(1, denomination=hidden, sigle="L\u200fJ\x07F")))
    assert (of(1).name, of(1).acronym) == ("LES SRED JARDINS D’ÉTÉ", "LJ F")
    assert run.rejected == 0
    again, _ = load(units_file(tmp_path, unit(1, denomination="LES SRED JARDINS D’ÉTÉ", sigle="LJ\x07F")))
    assert (again.unchanged, again.changed) == (1, 0)


def test_a_number_that_someone_took_meanwhile_stays_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person enters an organisation after the file was compared and before its block is written."""
    understand = registers.sirene.understand

    def then_someone(*given: Any, **more: Any) -> Any:
        found = understand(*given, **more)
        factories.organisation(siren=siren_of(2), name="Déjà là", source=DECLARED)
        factories.organisation(rna="W462000003", name="Déjà là aussi", source=DECLARED)
        return found

    monkeypatch.setattr(registers.sirene, "understand", then_someone)
    run, _ = load(units_file(tmp_path, unit(1), unit(2), unit(3, identifiantAssociation="W462000003")))
    assert run.entered == 1
    assert (of(2).name, of(2).identity) == ("Déjà là", "verified")
    assert (of(3).name, of(3).rna) == ("Déjà là aussi", "W462000003")
    assert Organisation.objects.count() == 3


def test_how_far_a_rebuilt_index_is_is_told_while_it_is_written(
    elsewhere: Callable[[Callable[[], Any]], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int, int]] = []
    tell = life.tell_run

    def noted(**said: Any) -> Run:
        told.append((said["step"], said["done"], said["total"]))
        return tell(**said)

    monkeypatch.setattr(life, "tell_run", noted)
    monkeypatch.setattr(life, "MANY", 1)
    files = units_file(tmp_path, unit(1), unit(2))

    def imported() -> tuple[str, int]:
        run, _ = load(files)
        return run.state, OrganisationDocument.objects.count()

    assert elsewhere(imported) == (RunState.DONE, 2)
    assert ("Index de la recherche", 0, 2) in told
    assert told[-1] == (life.SORTING, 0, 0)


def test_one_of_each_is_said_in_the_singular(tmp_path: Path) -> None:
    _, said = load(units_file(tmp_path, unit(1)))
    assert "1 ligne lue, 1 retenue, 1 nouvelle, 0 modifiée, 0 cessée, 0 inchangée, 0 rejet." in said
    assert "/registres/imports, pour la modération et l’administration" in said
    _, said = load(units_file(tmp_path, unit(1), unit(2)))
    assert "2 lignes lues, 2 retenues, 1 nouvelle, 0 modifiée" in said


# ------------------------------------------------------------------------------------------------ one at a time


def test_two_imports_at_once_the_second_says_so(together: Callable[..., list[Any]], tmp_path: Path) -> None:
    units = units_file(tmp_path, unit(1))

    def one() -> Any:
        try:
            return load(units)[0].state
        except CommandError as refused:
            return str(refused)

    held, asked = Event(), Event()

    def first() -> None:
        with alone():
            held.set()
            assert asked.wait(20)

    def second() -> Any:
        assert held.wait(20)
        try:
            return one()
        finally:
            asked.set()

    _, said = together(first, second)
    assert said.startswith("Un autre import est en cours")
    assert together(one) == [RunState.DONE]
    assert together(Organisation.objects.count) == [1]


def test_a_dead_run_on_other_files_is_said_to_be_interrupted(tmp_path: Path, at: Any) -> None:
    with transaction():
        dead = begin_run(
            source="sirene", files=["a.csv"], digest="x", size=1, selection={}, by=factories.person(), at=at
        )
    left = factories.organisation(name="Laissée sans index", changed_at=dead.started_at)
    run, _ = load(units_file(tmp_path, unit(1)))
    dead.refresh_from_db()
    assert (dead.state, dead.is_indexed, run.state) == (RunState.INTERRUPTED, True, RunState.DONE)
    assert DIRECTORY.search(Question(text="laissée sans index")).ids == [left.pk]


@pytest.mark.server
def test_killed_in_the_middle_the_same_command_takes_it_up_again(
    together: Callable[..., list[Any]], elsewhere: Callable[[Callable[[], Any]], Any], tmp_path: Path, settings: Any
) -> None:
    """`kill -9` while the blocks are written: what is written stays, the rest follows, each once."""
    ranks = range(1, 3001)
    units = units_file(tmp_path, *(unit(rank) for rank in ranks))
    sites = sites_file(tmp_path, *(site(rank) for rank in ranks))
    environment = {
        **os.environ,
        "DATABASE_URL": url_of(str(connection.settings_dict["NAME"])),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "IMPORT_BLOCK": "100",
    }
    command = [sys.executable, "-m", "tests.imports.importing", str(units), str(sites)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + 60
    while elsewhere(lambda: Run.objects.filter(new__gte=300).count()) == 0:
        assert process.poll() is None, process.stdout and process.stdout.read()
        assert time.monotonic() < deadline
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    before = elsewhere(
        lambda: (Run.objects.get().state, Run.objects.get().new, Organisation.objects.count(), Unit.objects.count())
    )
    assert before[0] == RunState.RUNNING
    assert 300 <= before[1] < 3000
    assert before[1] == before[2] == before[3]
    again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert again.returncode == 0, again.stdout + again.stderr

    def after() -> Any:
        run = Run.objects.get()
        return (
            (run.state, run.resumed, run.new, run.entered, run.unchanged),
            Organisation.objects.count(),
            Organisation.objects.values("siren").distinct().count(),
            OrganisationDocument.objects.count(),
            Remembered.objects.filter(code="registers.imported").count(),
        )

    assert elsewhere(after) == ((RunState.DONE, 1, 3000, 3000, 0), 3000, 3000, 3000, 1)


def test_begin_refuses_nothing_twice(tmp_path: Path) -> None:
    """The lock is let go of at the end: one import after another."""
    load(units_file(tmp_path, unit(1)))
    with alone():
        pass
    with alone(), pytest.raises(Refused):
        raise Refused("au milieu")
    with alone():
        pass
