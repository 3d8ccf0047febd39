"""Charts: what is drawn, what is said instead, what a picture may hold."""

import re
from xml.etree import ElementTree

import pytest

from accelerator.design import charts
from accelerator.design.charts import PALETTES, Chart, Look, Shape, draw, number
from tests.design.test_look import contrast

ROLES = (("Porteur de projet", 1234.0), ("Pôle territorial de coopération économique", 40.0), ("Ruche", 0.0))


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def width(svg: str) -> float:
    return float(ElementTree.fromstring(svg).attrib["width"])


@pytest.mark.parametrize("look", Look)
def test_bars_name_each_category_whole_with_its_figure(look: Look) -> None:
    shown = texts(draw(Chart(Shape.BARS, "Par rôle", ROLES, "organisations"), look))
    assert sorted(shown) == sorted([name for name, _ in ROLES] + ["1\u202f234", "40", "0"])


def test_a_longer_bar_is_a_larger_figure() -> None:
    svg = draw(Chart(Shape.BARS, "Par rôle", ROLES, "organisations"))
    lengths = [float(length) for length in re.findall(r'd="M0,[\d.]+h([\d.]+)v', svg)][-3:]
    assert lengths[0] > lengths[1] * 20
    assert lengths[2] == 0


@pytest.mark.parametrize("shape", Shape)
def test_a_narrow_picture_fits_a_telephone(shape: Shape) -> None:
    points = [(f"janv. {year}", year % 7) for year in range(2000, 2026)]
    chart = Chart(shape, "Essai", points, "organisations")
    assert width(draw(chart, Look.NARROW)) <= 345
    assert 500 < width(draw(chart, Look.WIDE)) <= 590


@pytest.mark.parametrize("shape", Shape)
def test_a_picture_holds_neither_style_nor_script_and_names_itself_in_french(shape: Shape) -> None:
    svg = draw(Chart(shape, 'Un <titre> & "autre"', [("<b>", 1.0), ("deux", 2.0)], "organisations"))
    root = ElementTree.fromstring(svg)
    assert root.attrib["aria-label"].startswith(f'{shape.value} : Un <titre> & "autre".')
    assert "style" not in {name for element in root.iter() for name in element.attrib}
    assert not {element.tag for element in root.iter()} & {"{http://www.w3.org/2000/svg}script", "image"}
    for english in ("axis for", "scale with", "rect mark"):
        assert english not in svg


def test_a_label_that_looks_like_an_address_is_text() -> None:
    svg = draw(Chart(Shape.BARS, "Essai", [("http://127.0.0.1:9/x.json", 1.0)], "organisations"))
    assert "http://127.0.0.1:9/x.json" in texts(svg)


def test_the_engine_may_fetch_nothing_even_if_its_data_ask_it(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {"data": {"url": "http://127.0.0.1:9/x.json"}}
    drawn = charts._SHAPES[Shape.BARS]
    monkeypatch.setitem(charts._SHAPES, Shape.BARS, lambda *given: {**drawn(*given), **elsewhere})
    with pytest.raises(ValueError, match="External data url not allowed"):
        draw(Chart(Shape.BARS, "Essai", ROLES, "organisations"))


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match="Rien à dessiner"):
        draw(Chart(Shape.BARS, "Vide", [], "organisations"))


def test_what_is_said_instead_of_the_picture() -> None:
    said = Chart(Shape.BARS, "Par rôle", ROLES, "organisations").described
    assert "Le plus : Porteur de projet, 1\u202f234 organisations." in said
    assert "Le moins : Ruche, 0 organisations." in said
    assert Chart(Shape.BARS, "Vide", [], "x").described.endswith("Aucune valeur.")
    assert "Le moins" not in Chart(Shape.BARS, "Seule", ROLES[:1], "x").described


@pytest.mark.parametrize(("value", "said"), [(0, "0"), (1234567, "1\u202f234\u202f567"), (1.25, "1,2"), (3.0, "3")])
def test_figures_are_read_in_french(value: float, said: str) -> None:
    assert number(value) == said


@pytest.mark.parametrize("palette", PALETTES.values())
def test_the_colours_are_legible(palette: dict[str, str]) -> None:
    assert contrast(palette["mark"], palette["ground"]) >= 4.5
    assert contrast(palette["text"], palette["ground"]) >= 4.5
