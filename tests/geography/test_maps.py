import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string

from accelerator.geography.maps import FranceMap, Marker, map_of_france, outlines, position, project
from accelerator.geography.models import Place
from tests.client import faults_of


def draw(values: dict[str, float | None], **more: Any) -> FranceMap:
    return map_of_france(
        values,
        label="Organisations",
        caption="Organisations par département",
        unit=("organisation", "organisations"),
        nothing="aucune organisation",
        **more,
    )


def render(drawn: FranceMap) -> str:
    page = render_to_string("geography/map.html", {"map": drawn})
    assert faults_of(page, fragment=True) == []
    return page


def test_every_departement_has_its_place() -> None:
    drawn = draw({"46": 1})
    assert len(drawn.lands) == 107  # 96 + 5 overseas + 6 tiles; the two uninhabited lands only if they have a figure
    assert all(land.path or land.tile for land in drawn.lands)
    assert len(draw({"984": 2}).lands) == 108


@pytest.mark.parametrize("linked", [False, True])
def test_nothing_is_said_by_colour_alone(linked: bool) -> None:
    links = {"46": "/annuaire?departement=46"} if linked else {}
    page = render(draw({"46": 12, "976": 1, "2A": 1_234, "988": 3, "75": None}, links=links))
    assert "<title>Lot (46) : 12 organisations</title>" in page
    assert "<title>Mayotte (976) : 1 organisation</title>" in page
    assert "<title>Nouvelle-Calédonie (988) : 3 organisations</title>" in page
    assert "<title>Paris (75) : non renseigné</title>" in page
    assert "<title>Aveyron (12) : aucune organisation</title>" in page
    table = page[page.index("<table") :]
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td[^>]*>(.*?)</td>', table, re.DOTALL)
    read = [(re.sub(r"<[^>]+>", "", name).strip(), said) for name, said in rows]
    assert read == [
        ("Corse-du-Sud (2A)", "1\u202f234"),
        ("Lot (46)", "12"),
        ("Nouvelle-Calédonie (988)", "3"),
        ("Mayotte (976)", "1"),
    ]
    assert "Non renseigné : Paris." in page
    assert "102 autres départements ou collectivités : aucune organisation." in page


def test_a_drawing_with_links_is_not_a_mere_picture() -> None:
    alone, linked = render(draw({"46": 1})), render(draw({"46": 1}, links={"46": "/lot"}))
    assert 'role="img"' in alone
    assert "Passer la carte" not in alone
    assert 'role="img"' not in linked
    assert '<a href="/lot" aria-label="Lot (46) : 1 organisation">' in linked
    assert "Passer la carte" in linked


def test_a_map_of_nothing_says_so() -> None:
    page = render(draw({}))
    assert "Rien à montrer pour l’instant" in page
    assert "<table" not in page


def test_two_maps_live_on_one_page() -> None:
    both = render(draw({"46": 1}, identifier="une")) + render(draw({"46": 1}, identifier="deux"))
    assert faults_of(both, fragment=True) == []


def test_an_unknown_departement_is_an_error() -> None:
    with pytest.raises(LookupError, match="99"):
        draw({"99": 1})


def test_classes_hold_about_as_many_lands_and_say_their_bounds() -> None:
    codes = sorted(outlines()["metropole"])
    drawn = draw({code: rank + 1 for rank, code in enumerate(codes)})
    sizes = [sum(1 for land in drawn.lands if land.step == step) for step in range(1, 6)]
    assert sizes == [19, 19, 19, 19, 20]
    assert [entry.said for entry in drawn.legend] == [
        "aucune organisation",
        "1 à 19 organisations",
        "20 à 38 organisations",
        "39 à 57 organisations",
        "58 à 76 organisations",
        "77 à 96 organisations",
    ]


@pytest.mark.parametrize(
    ("values", "steps"),
    [({"46": 1}, {"46": 5}), ({"46": 1, "12": 9}, {"46": 4, "12": 5}), ({"46": 0, "12": None}, {"46": 0, "12": None})],
)
def test_few_values_make_few_classes(values: dict[str, float | None], steps: dict[str, int | None]) -> None:
    found = {land.code: land.step for land in draw(values).lands}
    assert {code: found[code] for code in steps} == steps


def _inside(x: float, y: float, path: str) -> bool:
    """Whether a point lies inside a path made of "M x y l dx dy …z"."""
    odd = False
    for ring in path.split("z"):
        numbers = [int(number) for number in re.findall(r"-?\d+", ring)]
        if not numbers:
            continue
        points = [(numbers[0], numbers[1])]
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd


def test_communes_fall_in_their_departement() -> None:
    drawn = outlines()
    shapes = {**drawn["metropole"], **drawn["overseas"]}
    communes = Place.objects.of_kind("commune").filter(latitude__isnull=False, departement__code__in=shapes)
    hit = total = 0
    for latitude, longitude, code in communes.values_list("latitude", "longitude", "departement__code"):
        at = project(latitude, longitude, code)
        assert at is not None
        total += 1
        hit += _inside(*at, shapes[code])
    assert total > 13_000
    assert hit / total > 0.97, hit / total


def test_what_is_nowhere_is_not_drawn() -> None:
    assert project(40.7, -74.0) is None
    assert draw({}, markers=[Marker(40.7, -74.0, "New York")]).spots == []


def test_markers_lead_somewhere_once() -> None:
    markers = [
        Marker(44.61, 2.03, "Figeac", "/figeac", "46"),
        Marker(48.86, 2.35, "Paris", "/paris", "75"),
        Marker(-22.27, 166.46, "Nouméa", "/noumea", "988"),
    ]
    drawn = draw({}, markers=markers)
    page = render(drawn)
    assert [spot.url for spot in drawn.spots] == ["/figeac", "/paris", "", "/noumea"]
    assert page.count('href="/paris"') == 1
    near = drawn.spots[1]
    assert _inside(near.x, near.y, outlines()["close"]["75"])


@pytest.mark.parametrize("count", [1, 3])
def test_a_map_takes_one_query(count: int, django_assert_num_queries: Callable[..., Any]) -> None:
    values: dict[str, float | None] = dict(list({"46": 1.0, "12": 2.0, "976": 3.0}.items())[:count])
    with django_assert_num_queries(1):
        render(draw(values))


@pytest.mark.parametrize("lands", [["46"], ["2A", "75", "976"], ["988", "46"]])
def test_a_small_map_shows_the_same_outlines_without_a_query(lands: list[str], django_assert_num_queries: Any) -> None:
    whole = draw(dict.fromkeys(lands, 1))
    with django_assert_num_queries(0):
        drawn = position(lands, [Marker(44.6, 2.03, "Figeac", departement="46")], caption="Où")
        assert drawn is not None
        small = drawn.silhouette
    assert sorted(small.splitlines()) == sorted(whole.silhouette.splitlines())
    assert [(spot.x, spot.y) for spot in drawn.spots] == [project(44.6, 2.03, "46")]


def test_nothing_known_is_no_map() -> None:
    assert position([], [], caption="Où") is None
