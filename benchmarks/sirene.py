"""Files of the shape of INSEE's, as large as wanted: always the same for a size; of nobody.

The columns are those of StockUniteLegale and StockEtablissement as published at the end of 2026 (NAF 2025 beside the
old codes). Names are drawn from a vocabulary of 60,000 words by Zipf's law; the communes are real, by population.
The SIREN begin with 06 to 09, a range in which few numbers were given and none for decades, with a right check digit:
the import refuses wrong ones. The names are invented, so that what is measured speaks of nobody.
Beside the units asked for: natural persons (8 %), units that oppose publication (3 %), ceased ones (9 %).
"""

import csv
import random
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.vocabulary import vocabulary, zipf

SEED = 2026
UNIT_COLUMNS = """
    siren statutDiffusionUniteLegale unitePurgeeUniteLegale dateCreationUniteLegale sigleUniteLegale
    sexeUniteLegale prenom1UniteLegale prenom2UniteLegale prenom3UniteLegale prenom4UniteLegale
    prenomUsuelUniteLegale pseudonymeUniteLegale identifiantAssociationUniteLegale trancheEffectifsUniteLegale
    anneeEffectifsUniteLegale dateDernierTraitementUniteLegale nombrePeriodesUniteLegale categorieEntreprise
    anneeCategorieEntreprise dateDebut etatAdministratifUniteLegale nomUniteLegale nomUsageUniteLegale
    denominationUniteLegale denominationUsuelle1UniteLegale denominationUsuelle2UniteLegale
    denominationUsuelle3UniteLegale categorieJuridiqueUniteLegale activitePrincipaleUniteLegale
    nomenclatureActivitePrincipaleUniteLegale nicSiegeUniteLegale economieSocialeSolidaireUniteLegale
    societeMissionUniteLegale caractereEmployeurUniteLegale activitePrincipaleNAF25UniteLegale
""".split()  # noqa: SIM905  as they are published
SITE_COLUMNS = """
    siren nic siret statutDiffusionEtablissement dateCreationEtablissement trancheEffectifsEtablissement
    anneeEffectifsEtablissement activitePrincipaleRegistreMetiersEtablissement dateDernierTraitementEtablissement
    etablissementSiege nombrePeriodesEtablissement complementAdresseEtablissement numeroVoieEtablissement
    indiceRepetitionEtablissement typeVoieEtablissement libelleVoieEtablissement codePostalEtablissement
    libelleCommuneEtablissement libelleCommuneEtrangerEtablissement distributionSpecialeEtablissement
    codeCommuneEtablissement codeCedexEtablissement libelleCedexEtablissement codePaysEtrangerEtablissement
    libellePaysEtrangerEtablissement complementAdresse2Etablissement numeroVoie2Etablissement
    indiceRepetition2Etablissement typeVoie2Etablissement libelleVoie2Etablissement codePostal2Etablissement
    libelleCommune2Etablissement libelleCommuneEtranger2Etablissement distributionSpeciale2Etablissement
    codeCommune2Etablissement codeCedex2Etablissement libelleCedex2Etablissement codePaysEtranger2Etablissement
    libellePaysEtranger2Etablissement dateDebut etatAdministratifEtablissement enseigne1Etablissement
    enseigne2Etablissement enseigne3Etablissement denominationUsuelleEtablissement activitePrincipaleEtablissement
    nomenclatureActivitePrincipaleEtablissement caractereEmployeurEtablissement dernierNumeroVoieEtablissement
    identifiantAdresseEtablissement coordonneeLambertAbscisseEtablissement coordonneeLambertOrdonneeEtablissement
    activitePrincipaleNAF25Etablissement
""".split()  # noqa: SIM905  as they are published
_TITLES = (
    "ASSOCIATION {a} {b}", "LES {a} DE {place}", "{a} ET {b}", "COOPERATIVE {a} {c}", "LA {a} {b}", "{a} SOLIDAIRE",
    "COLLECTIF {a} {b} {c}", "ATELIER {a} {place}", "RESEAU {a} {b}", "{a} {b} {c}", "MAISON {a} DE {place}", "{a} {b}",
)  # fmt: skip
_CATEGORIES = ("9220", "9220", "9220", "9220", "9221", "5710", "5499", "5710", "6540", "5543", "9300", "8210")
_KINDS = {"": 0.80, "person": 0.08, "opposed": 0.03, "ceased": 0.09}
Commune = tuple[str, str, int]


def siren_of(rank: int) -> str:
    """The SIREN of a rank, its check digit right."""
    body = f"{6_000_000 + rank:08}"
    total = sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(body))
    return body + str(-total % 10)


def siret_of(siren: str, number: int) -> str:
    """The SIRET of one of its establishments, its check digit right."""
    body = f"{siren}{number:04}"
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


def write(size: int, folder: Path, communes: list[Commune], *, packed: bool = False) -> tuple[Path, Path]:
    """Write the two files for a number of units that may be published; return their paths."""
    suffix = "zip" if packed else "csv"
    units, sites = folder / f"StockUniteLegale_2026-11-01.{suffix}", folder / f"StockEtablissement_2026-11-01.{suffix}"
    with _lines(units, packed) as for_units, _lines(sites, packed) as for_sites:
        unit_rows = csv.DictWriter(for_units, UNIT_COLUMNS, lineterminator="\n")
        site_rows = csv.DictWriter(for_sites, SITE_COLUMNS, lineterminator="\n")
        unit_rows.writeheader()
        site_rows.writeheader()
        for unit, places in _drawn(size, communes):
            unit_rows.writerow(unit)
            site_rows.writerows(places)
    return units, sites


@contextmanager
def _lines(path: Path, packed: bool) -> Iterator[Any]:
    if not packed:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(f"{path.stem}.csv", "w", force_zip64=True) as member,
        TextIOWrapper(member, encoding="utf-8", newline="") as file,
    ):
        yield file


def _drawn(size: int, communes: list[Commune]) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    chance = random.Random(SEED)
    words = [word.upper() for word in vocabulary()]
    weights, by_population = zipf(len(words)), list(accumulate(people for _, _, people in communes))
    rank = given = 0
    while given < size:
        rank += 1
        kind = chance.choices(list(_KINDS), list(_KINDS.values()))[0]
        given += not kind
        commune = chance.choices(communes, cum_weights=by_population)[0]
        yield _one(chance, siren_of(rank), kind, chance.choices(words, cum_weights=weights, k=3), commune)


def _one(
    chance: random.Random, siren: str, kind: str, words: list[str], commune: Commune
) -> tuple[dict[str, str], list[dict[str, str]]]:
    a, b, c = words
    code, place, _ = commune
    category = "1000" if kind == "person" else chance.choice(_CATEGORIES)
    created = f"{chance.randint(1970, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    shown, state = ("P" if kind == "opposed" else "O"), ("C" if kind == "ceased" else "A")
    name = chance.choice(_TITLES).format(a=a, b=b, c=c, place=place.upper())
    unit = {
        "siren": siren,
        "statutDiffusionUniteLegale": shown,
        "dateCreationUniteLegale": created,
        "dateDernierTraitementUniteLegale": "2026-10-28T09:12:44",
        "nombrePeriodesUniteLegale": "1",
        "dateDebut": created,
        "etatAdministratifUniteLegale": state,
        "denominationUniteLegale": {"person": "", "opposed": "[ND]"}.get(kind, name),
        "categorieJuridiqueUniteLegale": category,
        "activitePrincipaleUniteLegale": chance.choice(("94.99Z", "88.99B", "85.59B", "90.01Z", "93.12Z")),
        "nomenclatureActivitePrincipaleUniteLegale": "NAFRev2",
        "nicSiegeUniteLegale": siret_of(siren, 1)[9:],
        "caractereEmployeurUniteLegale": chance.choice("ON"),
        "activitePrincipaleNAF25UniteLegale": chance.choice(("94.99Y", "88.99H", "85.59H", "90.20H", "93.12Y")),
    }
    if kind == "person":
        unit |= {"sexeUniteLegale": "F", "prenom1UniteLegale": "CAMILLE", "nomUniteLegale": "EXEMPLE"}
    elif not kind:
        unit |= {
            "sigleUniteLegale": a[0] + b[0] + c[0] if chance.random() < 0.3 else "",
            "identifiantAssociationUniteLegale": f"W{siren}" if category.startswith("92") else "",
            "economieSocialeSolidaireUniteLegale": "O",
            "societeMissionUniteLegale": "O" if category == "5710" and chance.random() < 0.05 else "N",
        }
    sites = []
    for number in range(1, 2 + (chance.random() < 0.25)):
        siret = siret_of(siren, number)
        sites.append(
            {
                "siren": siren,
                "nic": siret[9:],
                "siret": siret,
                "statutDiffusionEtablissement": shown,
                "dateCreationEtablissement": created,
                "etablissementSiege": "true" if number == 1 else "false",
                "numeroVoieEtablissement": str(chance.randint(1, 180)),
                "typeVoieEtablissement": "RUE",
                "libelleVoieEtablissement": f"{b} {c}",
                "codePostalEtablissement": f"{code[:2]}000",
                "libelleCommuneEtablissement": place.upper(),
                "codeCommuneEtablissement": code,
                "etatAdministratifEtablissement": "F" if kind == "ceased" else "A",
                "activitePrincipaleEtablissement": unit["activitePrincipaleUniteLegale"],
            }
        )
    return unit, sites
