"""Maps of France by département, drawn by the server, each with its table.

    context["map"] = map_of_france(counts, label="Organisations", caption="…", unit=("organisation", "organisations"))
    {% include "geography/map.html" with map=map %}

Nothing is said by colour alone: each land bears its name and its figure, and the table says the same. The outlines
come from `data/reference/outlines.json`, made by `data/make_outlines.py`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from html import escape
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from accelerator.geography.models import Place, PlaceKind

OUTLINES: Final = Path(settings.ROOT) / "data" / "reference" / "outlines.json"
CLASSES: Final = 5
_SPACE: Final = "\u202f"
# Métropole, roughly: what is elsewhere and in no frame is not drawn.
_WEST, _SOUTH, _EAST, _NORTH = -5.3, 41.2, 9.7, 51.2
_TILE: Final = (120, 70)
_NOTES: Final = 1355


@dataclass(frozen=True)
class Marker:
    """A point to show. `departement` (a code) tells in which frame, when latitude and longitude leave a doubt."""

    latitude: float
    longitude: float
    label: str
    url: str = ""
    departement: str = ""


@dataclass(frozen=True)
class Land:
    """One département as drawn and as a line of the table. `step` is its class, from 1 to 5; 0 for nothing."""

    code: str
    name: str
    said: str
    step: int | None
    value: float | None
    url: str = ""
    path: str = ""
    close: str = ""
    tile: tuple[int, int] | None = None
    # Where its name is written, overseas.
    note: tuple[int, int] | None = None

    @property
    def css(self) -> str:
        """The class that colours it."""
        return "map__land--unknown" if self.step is None else f"map__land--{self.step}"

    @property
    def text(self) -> str:
        """What is read of it: "Lot (46) : 12 organisations"."""
        return f"{self.name} ({self.code}) : {self.said}"

    @property
    def shape(self) -> str:
        """Its outline, which bears nothing; empty for a land that is not drawn."""
        if self.path:
            return f'<path class="map__land {self.css}" d="{self.path}"/>'
        return f'<rect class="map__land {self.css}" {_square(self.tile)}/>' if self.tile else ""

    @property
    def drawn(self) -> str:
        """Its outline with its name and its figure, and its link if it leads somewhere; Paris and around it, twice."""
        text = escape(self.text)
        beside = f'<path class="map__land {self.css}" d="{self.path}" aria-hidden="true"/>' if self.close else ""
        if self.note:
            x, y = self.note
            beside += f'<text class="map__note" x="{x}" y="{y}" aria-hidden="true">{escape(self.name)}</text>'
        if self.tile:
            x, y = self.tile[0] + _TILE[0] // 2, self.tile[1] + _TILE[1] // 2 + 9
            land = (
                f'<rect class="map__land {self.css}" {_square(self.tile)}><title>{text}</title></rect>'
                f'<text class="map__code {self.css}-text" x="{x}" y="{y}" aria-hidden="true">{escape(self.code)}</text>'
            )
        elif self.path:
            land = f'<path class="map__land {self.css}" d="{self.close or self.path}"><title>{text}</title></path>'
        else:
            return beside
        return beside + (f'<a href="{escape(self.url)}" aria-label="{text}">{land}</a>' if self.url else land)

    @property
    def row(self) -> str:
        """Its line in the table: the figure alone, what it counts being at the head of the column."""
        said = escape(f"{self.name} ({self.code})")
        head = f'<a href="{escape(self.url)}">{said}</a>' if self.url else said
        return f'<tr><th scope="row">{head}</th><td class="fr-cell--right">{escape(_number(self.value or 0))}</td></tr>'


@dataclass(frozen=True)
class Spot:
    """A marker as drawn; `again` when the same one stands elsewhere on the drawing with its link."""

    x: int
    y: int
    label: str
    url: str
    again: bool = False


@dataclass(frozen=True)
class Legend:
    """One class of the legend."""

    css: str
    said: str


@dataclass(frozen=True)
class FranceMap:
    """What `geography/map.html` shows."""

    identifier: str
    label: str
    caption: str
    lands: Sequence[Land]
    spots: Sequence[Spot]
    legend: Sequence[Legend]
    described: str
    nothing: str
    viewbox: str = "0 0 1226 1375"

    # Note [Drawn without the template engine]
    # A hundred outlines and lines, with their conditions, took the engine 10 ms: more than the rest of a page. They are
    # joined here; what people wrote is escaped, the outlines are our own file.
    @property
    def drawing(self) -> SafeString:
        """The lands, each with its name, its figure and its link."""
        return mark_safe("\n".join(land.drawn for land in self.lands))  # noqa: S308  see the note

    @property
    def silhouette(self) -> SafeString:
        """The lands alone, for a small map; the collectivities drawn as squares only if they have something."""
        return mark_safe("\n".join(land.shape for land in self.lands if land.path or land.value))  # noqa: S308  same

    @property
    def linked(self) -> bool:
        """Whether some land or spot leads somewhere: the drawing is then a group of links, not a picture."""
        return any(land.url for land in self.lands) or any(spot.url for spot in self.spots)

    @cached_property
    def rows(self) -> SafeString:
        """The lines of the table: the lands that have something, the largest figure first."""
        filled = sorted((land for land in self.lands if land.value), key=lambda land: -(land.value or 0))
        return mark_safe("\n".join(land.row for land in filled))  # noqa: S308  see the note

    @property
    def empty(self) -> int:
        """How many lands have nothing."""
        return sum(1 for land in self.lands if land.step == 0)

    @property
    def unknown(self) -> list[Land]:
        """The lands of which the figure is unknown."""
        return [land for land in self.lands if land.step is None]


@dataclass(frozen=True)
class Position:
    """Where something is, on a small map without names: some départements, some points."""

    lands: frozenset[str]
    spots: Sequence[Spot]
    caption: str
    viewbox: str = FranceMap.viewbox

    @property
    def silhouette(self) -> SafeString:
        """Every outline, those of `lands` filled; the collectivities drawn as squares only if they are."""
        shown = [plain for code, (plain, _) in _shapes().items() if code not in self.lands and plain]
        filled = [_shapes()[code][1] for code in sorted(self.lands) if code in _shapes()]
        return mark_safe("\n".join(shown + filled))  # noqa: S308  our own file


def position(lands: Iterable[str], markers: Sequence[Marker], *, caption: str) -> Position | None:
    """Where these départements (codes) and points are; None without any. No query."""
    known = frozenset(lands)
    spots = [spot for marker in markers for spot in _spots(marker)]
    return Position(known, spots, caption) if known or markers else None


@cache
def _shapes() -> dict[str, tuple[str, str]]:
    """Each land as drawn on a small map: with nothing (a square is not drawn at all), and filled."""
    drawn = outlines()
    paths = {**drawn["overseas"], **drawn["metropole"]}
    lands = {
        code: Land(code, "", "", 0, 0, path=paths.get(code, ""), tile=tuple(drawn["tiles"].get(code, ())) or None)
        for code in [*paths, *(code for code in drawn["tiles"] if code not in paths)]
    }
    filled = {code: replace(land, step=CLASSES, value=1.0).shape for code, land in lands.items()}
    return {code: (land.shape if land.path else "", filled[code]) for code, land in lands.items()}


def map_of_france(
    values: Mapping[str, float | None],
    *,
    label: str,
    caption: str,
    unit: tuple[str, str],
    nothing: str = "aucune donnée",
    links: Mapping[str, str] | None = None,
    markers: Sequence[Marker] = (),
    identifier: str = "carte",
    names: Mapping[str, str] | None = None,
) -> FranceMap:
    """A map of figures by département. One query, for the names unless they are given.

    values      by code of département ("46", "2A", "976"); absent means zero, None means unknown.
    label       what is shown, and the head of the column: "Organisations".
    caption     the title of the map and of its table.
    unit        singular and plural, read after the figure: ("organisation", "organisations").
    links       where each département leads, by code.
    markers     points to show besides (see `Marker`).
    identifier  names the map in the page, if there are several.
    names       every département by code, in the order of names (`departement_names`).
    Raises `LookupError` for a code that is no département's.
    """
    drawn = outlines()
    names = names or departement_names()
    if unknown := set(values) - set(names):
        raise LookupError(f"Départements inconnus : {', '.join(sorted(unknown))}.")
    limits = _limits([value for value in values.values() if value])
    lands = []
    for code, name in names.items():
        value = values.get(code, 0)
        path = drawn["metropole"].get(code) or drawn["overseas"].get(code, "")
        tile = drawn["tiles"].get(code)
        if not (path or tile or value):
            continue  # inhabited by nobody
        land = Land(
            code=code,
            name=name,
            said=_said(value, unit, nothing),
            step=_step(value, limits),
            value=value,
            url=(links or {}).get(code, ""),
            path=path,
            close=drawn["close"].get(code, ""),
            tile=(tile[0], tile[1]) if tile else None,
            note=_note(drawn["frames"].get(code)),
        )
        lands.append(land)
    filled = [land for land in lands if land.value]
    described = f"{len(filled)} départements et collectivités sur {len(lands)} ont une valeur."
    if filled:
        first = max(filled, key=lambda land: land.value or 0)
        described += f" La plus grande : {first.text}."
    return FranceMap(
        identifier=identifier,
        label=label,
        caption=caption,
        lands=lands,
        spots=[spot for marker in markers for spot in _spots(marker)],
        legend=_legend(lands, limits, unit, nothing),
        described=described,
        nothing=nothing,
    )


@cache
def outlines() -> dict[str, Any]:
    """The committed outlines."""
    read: dict[str, Any] = json.loads(OUTLINES.read_text(encoding="utf-8"))
    return read


def departement_names() -> dict[str, str]:
    """The départements and collectivities, by code, in the order of names."""
    return dict(Place.objects.current().of_kind(PlaceKind.DEPARTEMENT).named().values_list("code", "name"))


def project(latitude: float, longitude: float, departement: str = "") -> tuple[int, int] | None:
    """Where a point falls on the drawing; None when it is nowhere on it."""
    drawn = outlines()
    if departement in drawn["tiles"]:
        x, y = drawn["tiles"][departement]
        return x + _TILE[0] // 2, y + _TILE[1] - 12
    for west, south, east, north, left, top, right, bottom in drawn["frames"].values():
        if west - 0.1 <= longitude <= east + 0.1 and south - 0.1 <= latitude <= north + 0.1:
            x = left + (longitude - west) / (east - west) * (right - left)
            y = top + (north - latitude) / (north - south) * (bottom - top)
            return round(x), round(y)
    if not (_WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH):
        return None
    north, east = latitude - 46.5, longitude - 2.5
    terms = (1.0, east, north, east * north, east**2, north**2)
    x, y = (sum(c * t for c, t in zip(drawn["projection"][axis], terms, strict=True)) for axis in ("x", "y"))
    return round(x), round(y)


def _note(frame: Sequence[float] | None) -> tuple[int, int] | None:
    return (round(frame[4]), _NOTES) if frame else None


def _spots(marker: Marker) -> list[Spot]:
    at = project(marker.latitude, marker.longitude, marker.departement)
    if at is None:
        return []
    drawn = outlines()
    if marker.departement in drawn["close"]:
        left, top, factor = drawn["close_from"]
        near = Spot(round(at[0] * factor + left), round(at[1] * factor + top), marker.label, marker.url)
        return [near, Spot(*at, marker.label, "", again=True)]
    return [Spot(*at, marker.label, marker.url)]


def _square(corner: tuple[int, int]) -> str:
    return f'x="{corner[0]}" y="{corner[1]}" width="{_TILE[0]}" height="{_TILE[1]}" rx="6"'


def _limits(values: Sequence[float]) -> list[float]:
    """The largest value of each class: classes of about as many lands, never two equal limits."""
    ordered = sorted(values)
    if len(set(ordered)) <= CLASSES:
        return sorted(set(ordered))
    cuts = {ordered[(rank * len(ordered)) // CLASSES - 1] for rank in range(1, CLASSES)}
    return [*sorted(cuts - {ordered[-1]}), ordered[-1]]


def _step(value: float | None, limits: Sequence[float]) -> int | None:
    if value is None:
        return None
    if value <= 0 or not limits:
        return 0
    rank = next(rank for rank, limit in enumerate(limits) if value <= limit)
    # With fewer classes than colours, the darkest are used: they are seen best.
    return rank + 1 + CLASSES - len(limits)


def _legend(lands: Sequence[Land], limits: Sequence[float], unit: tuple[str, str], nothing: str) -> list[Legend]:
    entries = []
    if any(land.step is None for land in lands):
        entries.append(Legend("map__land--unknown", "non renseigné"))
    if any(land.step == 0 for land in lands):
        entries.append(Legend("map__land--0", nothing))
    for rank, limit in enumerate(limits):
        step = rank + 1 + CLASSES - len(limits)
        inside = [land.value for land in lands if land.step == step and land.value is not None]
        if not inside:
            continue
        least = min(inside)
        said = _number(limit) if least == limit else f"{_number(least)} à {_number(limit)}"
        entries.append(Legend(f"map__land--{step}", f"{said} {unit[limit >= 2]}"))
    return entries


def _said(value: float | None, unit: tuple[str, str], nothing: str) -> str:
    if value is None:
        return "non renseigné"
    if not value:
        return nothing
    return f"{_number(value)} {unit[value >= 2]}"


def _number(value: float) -> str:
    """At most one figure after the comma; two below one, where the first alone would say nothing."""
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}" if value >= 1 else f"{value:,.2f}"
    return text.replace(",", _SPACE).replace(".", ",")
