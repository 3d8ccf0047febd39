"""Reading `data/reference/places.csv.gz` into the rows of the tables."""

import csv
import gzip
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from accelerator.geography import names
from accelerator.geography.models import Nature, PlaceKind

# The larger kinds, and the column that leads to each.
ANCESTORS: Final = ("epci", "ept", "departement", "region")
COUNTRY: Final = "pays-FR"
_ORDER: Final = ("commune", "ept", "epci", "departement", "region", "pays")
PLACE_COLUMNS: Final = (
    "key", "kind", "code", "name", "folded", "sort_name", "nature", "population", "postal_codes", "latitude",
    "longitude", "epci_id", "ept_id", "departement_id", "region_id", "cover", "is_current", "found_by",
)  # fmt: skip
NAME_COLUMNS: Final = ("key", "nature", "code", "name", "folded", "place_id", "found_by")
Line = dict[str, str]


def digest_of(path: Path) -> str:
    """What the tables depend on: the file, and the code that reads it."""
    digest = hashlib.sha256(path.read_bytes())
    for code in (Path(__file__), Path(names.__file__)):
        digest.update(code.read_bytes())
    return digest.hexdigest()


def rows_of(path: Path) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The rows of the places and those of the other names, in the order of the columns above."""
    lines = list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
    places = [line for line in lines if line["kind"] != "name"]
    covers = covers_of(places)
    name_of = {_key(line): line["name"] for line in places}
    place_rows = [_place(line, covers[_key(line)], name_of) for line in places]
    home = {line["code"]: line for line in places if line["kind"] == "commune"}
    name_rows = [_other_name(line, home[line["place"]]) for line in lines if line["kind"] == "name"]
    return place_rows, name_rows


def covers_of(places: Iterable[Line]) -> dict[str, list[str]]:
    """For each place, its key and those of the larger places that share a commune with it."""
    covers: dict[str, set[str]] = defaultdict(set)
    for line in places:
        key = _key(line)
        covers[key] |= {key, COUNTRY}
        if line["kind"] != "commune":
            continue
        chain = [key, *_ancestors(line).values(), COUNTRY]
        chain.sort(key=lambda ancestor: _ORDER.index(ancestor.partition("-")[0]))
        for rank, place in enumerate(chain):
            covers[place] |= set(chain[rank:])
    # A département without communes still lies in its région.
    for line in places:
        rank = _ORDER.index(line["kind"])
        covers[_key(line)] |= {key for kind, key in _ancestors(line).items() if _ORDER.index(kind) > rank}
    return {key: sorted(cover) for key, cover in covers.items()}


def _key(line: Line) -> str:
    return f"{line['kind']}-{line['code']}"


def _ancestors(line: Line) -> dict[str, str]:
    return {kind: f"{kind}-{line[kind]}" for kind in ANCESTORS if line[kind]}


def _place(line: Line, cover: list[str], name_of: dict[str, str]) -> tuple[Any, ...]:
    ancestors = _ancestors(line)
    folded = names.fold(line["name"])
    postal_codes = line["postal_codes"].split()
    codes = [line["code"].lower(), *postal_codes, line["departement"].lower()]
    around = names.words(
        " ".join([name_of.get(ancestors.get(kind, ""), "") for kind in ("departement", "region")] + _described(line))
    )
    return (
        _key(line),
        line["kind"],
        line["code"],
        line["name"],
        folded,
        names.plain(line["name"]),
        line["nature"],
        int(line["population"]) if line["population"] else None,
        postal_codes,
        float(line["latitude"]) if line["latitude"] else None,
        float(line["longitude"]) if line["longitude"] else None,
        ancestors.get("epci"),
        ancestors.get("ept"),
        ancestors.get("departement"),
        ancestors.get("region"),
        cover,
        True,
        _vector({"A": folded.split(), "B": codes, "C": around}),
    )


def _described(line: Line) -> list[str]:
    """The words that say what a place is: people write "la région Bretagne"."""
    if line["kind"] == PlaceKind.COMMUNE:
        return []
    nature = [Nature(line["nature"]).label] if line["nature"] in Nature.values else []
    return [PlaceKind(line["kind"]).label, *nature]


def _other_name(line: Line, home: Line) -> tuple[Any, ...]:
    folded = names.fold(line["name"]) if line["name"] else ""
    codes = [line["code"].lower(), *line["postal_codes"].split(), home["departement"].lower()]
    return (
        f"{line['nature']}-{line['code']}",
        line["nature"],
        line["code"],
        line["name"],
        folded,
        f"commune-{line['place']}",
        _vector({"A": folded.split(), "B": codes}),
    )


def _vector(words: dict[str, list[str]]) -> str:
    """A tsvector in PostgreSQL's own spelling; folded words hold letters and digits only."""
    found: dict[str, str] = {}
    for weight in sorted(words, reverse=True):
        for word in words[weight]:
            if word:
                found[word] = weight
    return " ".join(f"'{word}':1{weight}" for word, weight in sorted(found.items()))
