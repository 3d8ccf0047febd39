from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accelerator.community.models import Role
from accelerator.community.states import RoleName
from accelerator.geography.models import Place
from accelerator.geography.perimeters import (
    Perimeter,
    UnknownPlace,
    cover_of,
    perimeter_of,
    places_of,
    sentence_of,
    sentences_of,
    touching,
)

# The places around which mistakes are likely: straddling groupings, the Greater Paris, lands without région, islands.
PEOPLED = (
    "epci-200067361", "epci-200054781", "epci-200046977", "epci-200067106", "ept-200057875", "ept-200057990",
    "departement-46", "departement-12", "departement-93", "departement-75", "departement-95", "departement-976",
    "departement-988", "region-06", "region-76", "region-11", "region-84", "pays-FR",
    "commune-46102", "commune-12052", "commune-93048", "commune-95018", "commune-75056", "commune-97608",
    "commune-98818", "commune-85113", "commune-69123",
)  # fmt: skip

ORDER = ("commune", "ept", "epci", "departement", "region", "pays")


class Naive:
    """Perimeters as sets of communes, read from the communes' own ancestors only."""

    def __init__(self) -> None:
        self.communes: dict[str, set[str]] = defaultdict(set)
        columns = ("key", "epci_id", "ept_id", "departement_id", "region_id")
        for key, *ancestors in Place.objects.of_kind("commune").values_list(*columns):
            for place in (key, "pays-FR", *filter(None, ancestors)):
                self.communes[place].add(key)

    def of(self, keys: set[str]) -> set[str]:
        return set().union(*(self.communes[key] for key in keys))


@pytest.fixture
def naive() -> Naive:
    return Naive()


@pytest.fixture
def draw_places() -> st.SearchStrategy[set[str]]:
    """Some of the difficult places, and any others."""
    every = list(Place.objects.order_by("key").values_list("key", flat=True)[::37])
    return st.sets(st.one_of(st.sampled_from(PEOPLED), st.sampled_from(every)), min_size=1, max_size=5)


def test_touching_is_sharing_a_commune(naive: Naive, draw_places: st.SearchStrategy[set[str]]) -> None:
    seen = {True: 0, False: 0}

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(draw_places, draw_places)
    def compare(one: set[str], other: set[str]) -> None:
        expected = bool(naive.of(one) & naive.of(other))
        seen[expected] += 1
        assert perimeter_of(one).touches(perimeter_of(other)) == expected
        assert perimeter_of(other).touches(perimeter_of(one)) == expected

    compare()
    assert min(seen.values()) > 20


def test_normalising_loses_no_commune(naive: Naive, draw_places: st.SearchStrategy[set[str]]) -> None:
    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(draw_places)
    def compare(chosen: set[str]) -> None:
        perimeter = perimeter_of(chosen)
        assert naive.of(set(perimeter.keys)) == naive.of(chosen)
        assert set(perimeter.keys) <= chosen
        assert perimeter_of(perimeter.keys) == perimeter
        # Nothing that remains is inside a place of a larger kind.
        for key in perimeter.keys:
            rank = ORDER.index(key.partition("-")[0])
            larger = {other for other in perimeter.keys if ORDER.index(other.partition("-")[0]) > rank}
            assert not naive.communes[key] or not naive.communes[key] <= naive.of(larger)

    compare()


def test_the_cover_of_each_place_is_what_it_touches(naive: Naive) -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for place, communes in naive.communes.items():
        for commune in communes:
            homes[commune].add(place)
    for key, cover in Place.objects.exclude(kind="commune").values_list("key", "cover"):
        rank = ORDER.index(key.partition("-")[0])
        touched = {p for commune in naive.communes[key] for p in homes[commune]}
        expected = {p for p in touched if ORDER.index(p.partition("-")[0]) > rank} | {key}
        assert set(cover) == expected | {"pays-FR"}, key


def test_what_is_inside_a_chosen_place_is_absorbed() -> None:
    assert perimeter_of(["commune-46102", "region-76"]).keys == ("region-76",)
    assert perimeter_of(["departement-976", "region-06"]).keys == ("region-06",)
    assert perimeter_of(["region-76", "pays-FR"]).keys == ("pays-FR",)
    # A grouping that straddles is inside two départements together, not inside one.
    straddling = ["epci-200067361", "departement-46"]
    assert perimeter_of(straddling).keys == ("departement-46", "epci-200067361")
    assert perimeter_of([*straddling, "departement-12"]).keys == ("departement-12", "departement-46")


def test_a_merged_commune_leads_to_the_present_one() -> None:
    # Annecy-le-Vieux joined Annecy in 2017.
    assert places_of(["commune-74011"])["commune-74011"].name == "Annecy"
    assert perimeter_of(["commune-74011", "commune-74010"]).keys == ("commune-74010",)
    assert perimeter_of(["commune-69383"]).keys == ("commune-69123",)


def test_a_commune_that_left_the_code_leads_to_its_heir() -> None:
    old = Place.objects.create(
        key="commune-74011", kind="commune", code="74011", name="Annecy-le-Vieux", cover=["commune-74011"],
        is_current=False,
    )  # fmt: skip
    assert places_of([old.key])[old.key].key == "commune-74010"


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(UnknownPlace, match="commune-00000, nulle-part"):
        perimeter_of(["commune-46102", "nulle-part", "commune-00000"])


def test_an_empty_perimeter_touches_nothing() -> None:
    assert perimeter_of([]) == Perimeter()
    assert not perimeter_of([]).touches(perimeter_of(["pays-FR"]))
    assert not perimeter_of([])


def test_the_cover_includes_the_country() -> None:
    assert cover_of(["commune-98818"]) == ["commune-98818", "departement-988", "pays-FR"]


def test_a_place_is_reached_by_a_perimeter() -> None:
    lot = perimeter_of(["departement-46"])
    assert lot.reaches(Place.objects.get(key="commune-46102"))
    assert lot.reaches(Place.objects.get(key="region-76"))
    assert not lot.reaches(Place.objects.get(key="commune-12052"))


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ([], ""),
        (["pays-FR"], "France entière"),
        (["departement-46"], "Lot"),
        (["departement-46", "departement-12"], "Aveyron et Lot"),
        (["commune-46102", "departement-12", "region-53"], "Bretagne, Aveyron et Figeac"),
        (
            ["departement-46", "departement-12", "commune-15014", "commune-15187", "commune-15120"],
            "Aveyron, Lot et 3 communes",
        ),
        (["region-53", *(f"departement-{code}" for code in ("46", "12", "48", "15"))], "Bretagne et 4 départements"),
        (
            [f"departement-{code}" for code in ("46", "12", "48", "15", "30")],
            "Gard, Aveyron, Lot et 2 autres départements",
        ),
    ],
)
def test_a_perimeter_reads_as_french(keys: list[str], sentence: str) -> None:
    assert sentence_of(keys) == sentence


@pytest.mark.parametrize("count", [1, 3])
def test_the_sentences_of_a_list_take_one_query(count: int, django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(1):
        assert sentences_of([["departement-46"]] * count) == ["Lot"] * count


def test_rows_are_found_as_perimeters_touch(django_user_model: Any, at: Any) -> None:
    perimeters = {
        "pays": perimeter_of(["pays-FR"]),
        "lot": perimeter_of(["departement-46"]),
        "figeac": perimeter_of(["commune-46102"]),
        "grand_figeac": perimeter_of(["epci-200067361"]),
        "nouméa": perimeter_of(["commune-98818"]),
        "rien": perimeter_of([]),
    }
    roles = {
        name: Role.objects.create(
            person=django_user_model.objects.create(),
            name=RoleName.MODERATOR,
            perimeter=p.keys,
            perimeter_cover=p.cover,
            started_at=at,
        )
        for name, p in perimeters.items()
    }
    for asked in perimeters.values():
        found = set(Role.objects.filter(touching("perimeter", asked)).values_list("pk", flat=True))
        assert found == {roles[name].pk for name, p in perimeters.items() if p.touches(asked)}
