"""Small files of the shape of the registers', made by the tests; every unit in them is fictitious."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.sirene import SITE_COLUMNS, UNIT_COLUMNS, siren_of, siret_of

__all__ = ["SITE_COLUMNS", "UNIT_COLUMNS", "siren_of", "siret_of", "sites_file", "text_of", "unit", "units_file"]


def unit(rank: int, **values: str) -> dict[str, str]:
    """An association of the social economy; `values` by the first part of INSEE's names ("sigle", "sexe")."""
    given = {
        "statutDiffusion": "O",
        "etatAdministratif": "A",
        "denomination": f"LES JARDINS FICTIFS {rank}",
        "categorieJuridique": "9220",
        "activitePrincipale": "94.99Z",
        "economieSocialeSolidaire": "O",
        "dateCreation": "2001-02-03",
        "dateDernierTraitement": "2026-10-28T09:12:44",
        "nicSiege": siret_of(siren_of(rank), 1)[9:],
        **values,
    }
    return {
        "siren": siren_of(rank),
        **{f"{name}UniteLegale" if name != "siren" else name: text for name, text in given.items()},
    }


def site(rank: int, number: int = 1, **values: str) -> dict[str, str]:
    """One of its establishments, the first being its seat."""
    siret = siret_of(siren_of(rank), number)
    given = {
        "statutDiffusion": "O",
        "etatAdministratif": "A",
        "numeroVoie": "12",
        "typeVoie": "RUE",
        "libelleVoie": "DES LILAS",
        "codePostal": "46100",
        "libelleCommune": "FIGEAC",
        "codeCommune": "46102",
        **values,
    }
    row = {f"{name}Etablissement": text for name, text in given.items() if name not in ("siren", "siret")}
    row |= {"siren": siren_of(rank), "nic": siret[9:], "siret": siret}
    row |= {name: given[name] for name in ("siren", "siret") if name in given}
    return row | {"etablissementSiege": "true" if number == 1 else "false"}


def text_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], separator: str = ",") -> str:
    """The rows as a CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def units_file(folder: Path, *rows: Mapping[str, str], columns: Sequence[str] = UNIT_COLUMNS, name: str = "") -> Path:
    path = folder / (name or "StockUniteLegale_utf8.csv")
    path.write_text(text_of(rows, columns), encoding="utf-8")
    return path


def sites_file(folder: Path, *rows: Mapping[str, str], name: str = "StockEtablissement_utf8.csv") -> Path:
    path = folder / name
    path.write_text(text_of(rows, SITE_COLUMNS), encoding="utf-8")
    return path


def zipped(*paths: Path) -> Path:
    """The files in one archive, beside the first."""
    packed = paths[0].with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, path.name)
    return packed
