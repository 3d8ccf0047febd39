"""Charts: bars, columns and lines, drawn by the server as SVG from figures alone, the same on a page and in a PDF.

    chart = Chart(Shape.BARS, "Organisations par rôle", [("Réseau", 12), ("Ruche", 3)], unit="organisations")
    draw(chart, Look.NARROW_DARK)      # the text of an SVG file
    chart.described                    # what is said instead of the picture
    {% figure title=chart.title header=… rows=… %}{% chart url=… described=chart.described %}{% endfigure %}

A picture is always shown with its table, says nothing by colour alone, and holds neither script nor style. Vega-Lite
receives figures and text as JSON, and may fetch nothing. The first picture of a process takes half a second (the
engine starts, about 80 MB), the others some 20 ms: draw in a task and keep the text, not in a request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Final

import vl_convert
from django.conf import settings
from django.utils.html import escape

_WIDE: Final = 576
_NARROW: Final = 330
_SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
_FONT: Final = '"Avenir Next", "Segoe UI", "Noto Sans", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif'
_SIZE: Final = 14
# What bars, text, quiet lines and the ground are, in light and in dark: the ground is the page's own, so that a
# picture stays legible where the page could not follow the visitor's choice (no JavaScript).
PALETTES: Final = {
    ("neutre", False): {"mark": "#0b5560", "text": "#3a3a3a", "line": "#dddddd", "ground": "#ffffff"},
    ("neutre", True): {"mark": "#7cc9cb", "text": "#cecece", "line": "#353535", "ground": "#161616"},
    ("etat", False): {"mark": "#000091", "text": "#3a3a3a", "line": "#dddddd", "ground": "#ffffff"},
    ("etat", True): {"mark": "#8585f6", "text": "#cecece", "line": "#353535", "ground": "#161616"},
}


class Shape(Enum):
    """What a chart is: the name by which it is described."""

    BARS = "Barres horizontales"  # categories, the name of each beside its bar, its figure at the end
    COLUMNS = "Colonnes"  # periods, in order
    LINE = "Courbe"  # a quantity from day to day


class Look(StrEnum):
    """How a chart is drawn: for a page or for a telephone, in light or in dark. The value names it in an address."""

    WIDE = "large"
    WIDE_DARK = "large-sombre"
    NARROW = "etroit"
    NARROW_DARK = "etroit-sombre"

    @property
    def is_narrow(self) -> bool:
        return self in (Look.NARROW, Look.NARROW_DARK)

    @property
    def is_dark(self) -> bool:
        return self in (Look.WIDE_DARK, Look.NARROW_DARK)


@dataclass(frozen=True)
class Chart:
    """What is drawn. Points are (label, figure), in the order in which they are shown; none of them is left out.

    unit  in the plural, read after a figure: "organisations".
    """

    shape: Shape
    title: str
    points: Sequence[tuple[str, float]]
    unit: str

    @property
    def described(self) -> str:
        """What is said instead of the picture: its shape, its title, its extremes, and where all is said."""
        if not self.points:
            return f"{self.shape.value} : {self.title}. Aucune valeur."
        most = max(self.points, key=lambda point: point[1])
        least = min(self.points, key=lambda point: point[1])
        said = f"{self.shape.value} : {self.title}. Le plus : {most[0]}, {number(most[1])} {self.unit}."
        if len(self.points) > 1:
            said += f" Le moins : {least[0]}, {number(least[1])} {self.unit}."
        return f"{said} Le tableau qui suit dit les mêmes chiffres."


def number(value: float) -> str:
    """A figure as it is read in French: thousands apart, a comma before what is less than one."""
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return text.replace(",", "\u202f").replace(".", ",")


def draw(chart: Chart, look: Look = Look.WIDE) -> str:
    """The SVG of a chart. Raises `ValueError` when there is nothing to draw, or when Vega-Lite refuses."""
    if not chart.points:
        raise ValueError(f"Rien à dessiner : {chart.title}.")
    palette = PALETTES[settings.MARQUE, look.is_dark]
    spec = {
        "$schema": _SCHEMA,
        "width": _NARROW if look.is_narrow else _WIDE,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 6,
        "background": palette["ground"],
        "data": {"values": [{"label": label, "value": value, "said": number(value)} for label, value in chart.points]},
        "config": _config(palette),
        **_SHAPES[chart.shape](chart, look, palette),
    }
    svg: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[], format_locale="fr-FR")
    # The picture names itself when it is opened alone.
    return svg.replace("<svg ", f'<svg role="img" lang="fr" aria-label="{escape(chart.described)}" ', 1)


def _config(palette: dict[str, str]) -> dict[str, Any]:
    text = {"labelColor": palette["text"], "labelFontSize": _SIZE, "titleColor": palette["text"]}
    quiet = {"domainColor": palette["line"], "tickColor": palette["line"], "gridColor": palette["line"]}
    return {
        "font": _FONT,
        "view": {"stroke": None},
        # The description of the whole is ours; that of each bar would be in English.
        "axis": {"aria": False, "title": None, **text, **quiet},
        "mark": {"aria": False, "color": palette["mark"]},
        "text": {"color": palette["text"], "fontSize": _SIZE},
    }


def _bars(chart: Chart, look: Look, palette: dict[str, str]) -> dict[str, Any]:
    """On a telephone the name stands above its bar: beside it, it would leave no room to the bar."""
    most = max(value for _, value in chart.points)
    # Room for the figure after the longest bar.
    scale = {"domain": [0, max(most, 1) * 1.35], "nice": False}
    value = {"field": "value", "type": "quantitative", "axis": None, "scale": scale}
    rows: dict[str, Any] = {"field": "label", "type": "ordinal", "sort": None}
    figure = {"align": "left", "baseline": "middle", "dx": 5}
    if not look.is_narrow:
        axis = {"ticks": False, "domain": False, "labelLimit": 310, "labelPadding": 8}
        return {
            "height": {"step": 28},
            "encoding": {"y": {**rows, "axis": axis}, "x": value},
            "layer": [
                {"mark": {"type": "bar", "height": {"band": 0.7}}},
                {"mark": {"type": "text", **figure}, "encoding": {"text": {"field": "said"}}},
            ],
        }
    return {
        "height": {"step": 46},
        "encoding": {"y": {**rows, "axis": None}, "x": value},
        "layer": [
            {"mark": {"type": "bar", "height": 14, "yOffset": 11}},
            {"mark": {"type": "text", **figure, "dy": 11}, "encoding": {"text": {"field": "said"}}},
            {
                "mark": {"type": "text", "align": "left", "baseline": "middle", "dy": -9, "limit": _NARROW - 20},
                "encoding": {"text": {"field": "label"}, "x": {"value": 0}},
            },
        ],
    }


def _columns(chart: Chart, look: Look, palette: dict[str, str]) -> dict[str, Any]:
    most = max(value for _, value in chart.points)
    ticks = {"tickMinStep": 1, "tickCount": 5, "format": ",d", "domain": False, "ticks": False}
    return {
        "height": 220,
        "encoding": {
            "x": {
                "field": "label",
                "type": "ordinal",
                "sort": None,
                "axis": {
                    "labelAngle": 0,
                    "labelOverlap": "greedy",
                    "labelSeparation": 10,
                    "labelPadding": 8,
                    "labelFlush": True,
                    "labelBound": True,
                    "ticks": False,
                },
            },
            "y": {"field": "value", "type": "quantitative", "axis": ticks, "scale": {"domain": [0, max(most, 1)]}},
        },
        "mark": {"type": "bar", "width": {"band": 0.75}},
    }


def _line(chart: Chart, look: Look, palette: dict[str, str]) -> dict[str, Any]:
    drawn = _columns(chart, look, palette)
    return {**drawn, "mark": {"type": "line", "strokeWidth": 2.5, "point": len(chart.points) < 40}}


_SHAPES: Final = {Shape.BARS: _bars, Shape.COLUMNS: _columns, Shape.LINE: _line}
