import csv
import gzip
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from accelerator.geography.models import Edition, OtherName, Place
from accelerator.geography.operations import load_places
from accelerator.journal.actors import System
from accelerator.journal.models import Event

REFERENCE = Path(settings.ROOT) / "data" / "reference" / "places.csv.gz"
LOADER = System("reference-data")
# Written in the test's own words: the founding territories and where each lies.
FOUNDING = {
    "epci-200054807": "Métropole d'Aix-Marseille-Provence",
    "epci-246300701": "Clermont Auvergne Métropole",
    "ept-200057875": "Est Ensemble",
    "epci-200067361": "CC Grand-Figeac",
    "departement-72": "Sarthe",
    "epci-200046977": "Métropole de Lyon",
    "region-06": "Mayotte",
    "epci-200069029": None,
    "epci-244400404": "Nantes Métropole",
    "epci-200039857": "CA du Pays de Grasse",
    "region-53": "Bretagne",
    "region-28": "Normandie",
    "region-75": "Nouvelle-Aquitaine",
    "epci-200055655": "CA Roissy Pays de France",
    "commune-59512": "Roubaix",
    "epci-246700488": "Eurométropole de Strasbourg",
    "epci-200071116": None,
    "epci-200068781": "CA Valence Romans Agglo",
    "epci-243100518": "Toulouse Métropole",
    "epci-241100593": None,
    "epci-200040715": None,
    "epci-200069110": None,
    "epci-200069854": None,
}


def _edited(tmp_path: Path, edit: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> Path:
    lines = list(csv.DictReader(io.StringIO(gzip.decompress(REFERENCE.read_bytes()).decode())))
    text = io.StringIO()
    writer = csv.DictWriter(text, lines[0].keys())
    writer.writeheader()
    writer.writerows(edit(lines))
    target = tmp_path / "places.csv.gz"
    target.write_bytes(gzip.compress(text.getvalue().encode()))
    return target


def test_every_kind_is_there() -> None:
    counts = {kind: Place.objects.of_kind(kind).count() for kind in ("commune", "epci", "ept", "departement", "region")}
    assert counts == {"commune": 34_969, "epci": 1_255, "ept": 11, "departement": 109, "region": 18}
    assert Place.objects.get(key="pays-FR").population == 68_952_941
    assert OtherName.objects.count() == 4_869


def test_the_perimeters_of_the_founding_territories_are_places() -> None:
    found = dict(Place.objects.filter(key__in=FOUNDING).values_list("key", "name"))
    assert sorted(found) == sorted(FOUNDING)
    assert {key: found[key] for key, name in FOUNDING.items() if name} == {k: n for k, n in FOUNDING.items() if n}


def test_mayotte_is_not_the_alpes_maritimes() -> None:
    assert Place.objects.get(key="region-06").name == "Mayotte"
    assert Place.objects.get(key="departement-06").name == "Alpes-Maritimes"
    assert Place.objects.get(key="departement-976").region_id == "region-06"
    # One land under two names: the région knows its only département, and covers nothing smaller than itself.
    assert Place.objects.get(key="region-06").departement_id == "departement-976"
    assert Place.objects.get(key="region-06").cover == ["pays-FR", "region-06"]
    alone = Place.objects.of_kind("region").filter(departement__isnull=False)
    assert sorted(alone.values_list("code", flat=True)) == ["01", "02", "03", "04", "06"]


def test_a_commune_knows_what_it_lies_in() -> None:
    montreuil = Place.objects.get(key="commune-93048")
    assert montreuil.cover == sorted(
        ["commune-93048", "ept-200057875", "epci-200054781", "departement-93", "region-11", "pays-FR"]
    )
    assert (montreuil.ept_id, montreuil.epci_id) == ("ept-200057875", "epci-200054781")


def test_a_grouping_that_straddles_covers_both_departements_and_is_of_neither() -> None:
    figeac = Place.objects.get(key="epci-200067361")
    assert figeac.departement_id is None
    assert figeac.region_id == "region-76"
    assert {"departement-46", "departement-12"} <= set(figeac.cover)


def test_a_collectivity_overseas_has_no_region() -> None:
    noumea = Place.objects.get(key="commune-98818")
    assert noumea.region_id is None
    assert noumea.cover == ["commune-98818", "departement-988", "pays-FR"]
    assert Place.objects.get(key="departement-988").described == "Collectivité d’outre-mer"


def test_points_are_where_the_communes_are() -> None:
    figeac = Place.objects.get(key="commune-46102")
    assert (figeac.latitude, figeac.longitude) == pytest.approx((44.61, 2.03), abs=0.02)
    # Two Saint-Denis: each has its own, or none.
    assert Place.objects.get(key="commune-97411").latitude == pytest.approx(-20.9, abs=0.1)
    assert Place.objects.get(key="commune-93066").latitude == pytest.approx(48.94, abs=0.05)
    # GeoNames knows one Versonnex, in Haute-Savoie: the one of the Ain must not receive its point.
    assert Place.objects.get(key="commune-01435").latitude is None
    located = Place.objects.of_kind("commune").filter(latitude__isnull=False).count()
    assert located == 13_722


def test_names_sort_as_people_read_them() -> None:
    names = ["Zuydcoote", "Évry-Courcouronnes", "Figeac", "Œting"]
    found = Place.objects.of_kind("commune").filter(name__in=names).named().values_list("name", flat=True)
    assert list(found) == ["Évry-Courcouronnes", "Figeac", "Œting", "Zuydcoote"]


def test_loading_again_changes_nothing_and_says_nothing(perform: Callable[..., Any], at: datetime) -> None:
    before = Event.objects.count()
    assert not perform(load_places, path=REFERENCE, by=LOADER, at=at)
    call_command("load_reference_data", verbosity=0)
    assert Event.objects.count() == before


def test_one_event_says_what_a_new_edition_changed(perform: Callable[..., Any], at: datetime, tmp_path: Path) -> None:
    def edit(lines: list[dict[str, str]]) -> list[dict[str, str]]:
        kept = [line for line in lines if (line["kind"], line["code"]) != ("commune", "01002")]
        for line in kept:
            if (line["kind"], line["code"]) == ("commune", "46102"):
                line["name"], line["population"] = "Figeac-la-Neuve", "10000"
        new = dict.fromkeys(lines[0], "") | {"kind": "commune", "code": "46999", "name": "Neuve", "departement": "46"}
        return [*kept, new]

    before = Event.objects.count()
    loaded = perform(load_places, path=_edited(tmp_path, edit), by=LOADER, at=at)
    # The country's and the département's covers do not depend on one commune; Figeac alone changed.
    assert (loaded.added, loaded.changed, loaded.left) == (1, 1, 1)
    assert Place.objects.get(key="commune-46102").folded == "figeac neuve"
    assert not Place.objects.get(key="commune-01002").is_current
    assert "commune-01002" not in Place.objects.current().values_list("key", flat=True)
    assert Event.objects.count() == before + 1
    said = Event.objects.latest("id").sentence
    assert said == "a chargé les lieux : 1 ajoutés, 1 modifiés, 1 sortis du code"

    # Back to the true file: the place that had left returns.
    loaded = perform(load_places, path=REFERENCE, by=LOADER, at=at)
    assert (loaded.added, loaded.changed, loaded.left) == (0, 2, 1)
    assert Place.objects.get(key="commune-01002").is_current


def test_a_broken_file_changes_nothing(perform: Callable[..., Any], at: datetime, tmp_path: Path) -> None:
    def edit(lines: list[dict[str, str]]) -> list[dict[str, str]]:
        orphan = dict.fromkeys(lines[0], "") | {"kind": "name", "code": "00000", "nature": "ancienne", "place": "00001"}
        return [*lines, orphan]

    edition = Edition.objects.get(subject="places").digest
    with pytest.raises(KeyError):
        perform(load_places, path=_edited(tmp_path, edit), by=LOADER, at=at)
    assert Edition.objects.get(subject="places").digest == edition


def test_a_first_loading_adds_everything(perform: Callable[..., Any], at: datetime) -> None:
    OtherName.objects.all().delete()
    Edition.objects.all().delete()
    Place.objects.all()._raw_delete("default")  # they protect one another
    loaded = perform(load_places, path=REFERENCE, by=LOADER, at=at)
    assert loaded.added == 36_363
    assert Place.objects.count() == loaded.added
