"""What is kept of INSEE's two files, StockUniteLegale and StockEtablissement: which rows, and how they are read.

Source: the layouts that INSEE publishes with the files. Columns are found by name: those of before 2023 lack
`societeMissionUniteLegale`, those of December 2025 have the activity in the nomenclature of 2025 beside the other.
docs/rules/registres.md tells the rules in French, with examples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from accelerator.registers.reading import Table, Unreadable, only, strange
from accelerator.registers.workspace import BLANKED, LEFT, Workspace

_UNIT: Final = {
    "siren": "siren",
    "diffusion": "statutDiffusionUniteLegale",
    "state": "etatAdministratifUniteLegale",
    "name": "denominationUniteLegale",
    "category": "categorieJuridiqueUniteLegale",
    "nic": "nicSiegeUniteLegale",
}
_UNIT_WHEN_GIVEN: Final = {
    "acronym": "sigleUniteLegale",
    "usual_name": "denominationUsuelle1UniteLegale",
    "activity": "activitePrincipaleUniteLegale",
    "activity_2025": "activitePrincipaleNAF25UniteLegale",
    "ess": "economieSocialeSolidaireUniteLegale",
    "mission": "societeMissionUniteLegale",
    "rna": "identifiantAssociationUniteLegale",
    "created": "dateCreationUniteLegale",
    "treated": "dateDernierTraitementUniteLegale",
    "purged": "unitePurgeeUniteLegale",
    "sex": "sexeUniteLegale",
    "given_name": "prenom1UniteLegale",
    "usual_given_name": "prenomUsuelUniteLegale",
    "family_name": "nomUniteLegale",
}
_SITE: Final = {
    "siren": "siren",
    "siret": "siret",
    "diffusion": "statutDiffusionEtablissement",
    "state": "etatAdministratifEtablissement",
    "seat": "etablissementSiege",
    "commune": "codeCommuneEtablissement",
}
_SITE_WHEN_GIVEN: Final = {
    "number": "numeroVoieEtablissement",
    "repetition": "indiceRepetitionEtablissement",
    "kind_of_way": "typeVoieEtablissement",
    "way": "libelleVoieEtablissement",
    "postal_code": "codePostalEtablissement",
    "city": "libelleCommuneEtablissement",
}
# Whether one may be published, whether one is open: open, partial or none, then active, ceased or closed.
_UNIT_CODES: Final = {"diffusion": ("O", "P", "N"), "state": ("A", "C")}
_SITE_CODES: Final = {
    "diffusion": ("O", "P", "N"),
    "state": ("A", "F"),
    "seat": ("true", "false", "1", "0", "O", "N"),
}
# The columns of a unit, in the order in which they are handed over (`ready` below, then the staging table).
COLUMNS: Final = (
    *("siren", "name", "acronym", "legal_category", "activity_code", "activity_code_2025", "is_ess"),
    *("is_mission_driven", "rna", "created_on", "is_active", "is_withdrawn", "seat_opposes", "seat_nic", "commune"),
    *("address", "others", "digest", "sites_digest", "place", "is_known", "is_recorded", "has_sites"),
)


@dataclass(frozen=True)
class Selection:
    """Which units are taken. Those already known are followed whatever it says.

    ess, mission, categories   kinds of units: one of them is enough. None of them: every kind.
    territory                  the key of a place that must hold their seat; "" for the whole country.
    sirens                     the digest of a list of SIREN that they must belong to; "" without a list.
    """

    ess: bool = False
    mission: bool = False
    categories: tuple[str, ...] = ()
    territory: str = ""
    sirens: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the run."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Found:
    """What was understood of the files: how many rows of each sort."""

    read: int
    kept: int
    unchanged: int
    left_out: Mapping[str, int]
    file_on: str


def recognise(tables: Sequence[Table]) -> tuple[list[Table], list[Table]]:
    """The tables of legal units and those of establishments.

    Raises `Unreadable` when there is no table of units, naming the columns that are missing.
    """
    sites = only(tables, _SITE.values())
    units = [table for table in only(tables, _UNIT.values()) if table not in sites]
    for table in tables:
        if table not in units and table not in sites:
            raise strange(table, (_SITE if not table.missing(["siret"]) else _UNIT).values(), "Sirene")
    if not units:
        raise Unreadable(
            "Il faut le fichier des unités légales (StockUniteLegale), seul ou avec celui des établissements."
        )
    return units, sites


def understand(
    space: Workspace,
    tables: Sequence[Table],
    selection: Selection,
    *,
    known: Path,
    recorded: Path,
    communes: Path,
    sirens: Path | None,
) -> Found:
    """Compare the files with what is known: `READY` gives the units that are new or changed.

    known     the units already loaded: SIREN, digest, digest of its establishments, whether its seat opposes.
    recorded  the SIREN that organisations bear.
    communes  the codes that files may give: code, key of the commune, whether the selection's territory holds it.
    sirens    those of the list, when there is one.
    """
    units, sites = recognise(tables)
    if selection.territory and not sites:
        raise Unreadable(
            "Pour choisir un territoire, donnez aussi le fichier des établissements : il dit où est le siège."
        )
    remembered = {"digest": "BIGINT", "sites_digest": "BIGINT", "seat_opposes": "BOOLEAN"}
    space.take("known", ("n", *remembered), known, types=_N | remembered)
    space.take("recorded", ("n",), recorded, types=_N)
    space.take("communes", ("code", "place", "inside"), communes, types={"inside": "BOOLEAN"})
    space.run("CREATE TABLE followed AS SELECT n FROM known UNION SELECT n FROM recorded")
    if sirens is not None:
        space.take("listed", ("n",), sirens, types=_N)
    for table in units:
        space.read(
            table, "units", _UNIT | _UNIT_WHEN_GIVEN, _select_units(selection), "Unités légales", coded=_UNIT_CODES
        )
    space.run(_TAKEN)
    for table in sites:
        space.read(table, "sites", _SITE | _SITE_WHEN_GIVEN, _SELECT_SITES, "Établissements", coded=_SITE_CODES)
    if not sites:
        space.run(f"CREATE TABLE sites AS {_NO_SITES}")
    space.run(_FIND_FAULTS)
    space.run(_SEATS, "Établissements")
    space.run(_ready(has_sites=bool(sites), has_territory=bool(selection.territory)), "Comparaison")
    left_out = {str(kind): int(count) for kind, count in space.rows(_LEFT_OUT)}
    kept = space.number(f"SELECT count(*) FROM ready WHERE {_KEPT}")  # noqa: S608  constants
    unchanged = space.number(f"SELECT count(*) FROM ready WHERE {_KEPT} AND is_same")  # noqa: S608  constants
    latest = space.engine.execute("SELECT max(treated) FROM units").fetchone()
    return Found(
        read=space.number("SELECT (SELECT count(*) FROM units) + (SELECT count(*) FROM sites)") + space.broken(),
        kept=kept,
        unchanged=unchanged,
        left_out=left_out,
        file_on=str(latest[0]) if latest and latest[0] else "",
    )


_N: Final = {"n": "INTEGER"}
# In `ready`, whose rows are those of the file: what is kept, and what of it is handed over.
_KEPT: Final = "NOT is_stranger AND NOT is_outside"
READY: Final = f"SELECT {', '.join(COLUMNS)} FROM ready WHERE {_KEPT} AND NOT is_same"  # noqa: S608  names of our own columns


# A natural person, whatever the file says of their diffusion: sole traders (1…), or anything that names someone.
_PERSON: Final = (
    "starts_with(coalesce(category, ''), '1') OR coalesce(sex, '') <> '' OR coalesce(given_name, '') <> ''"
    " OR coalesce(usual_given_name, '') <> '' OR coalesce(family_name, '') <> ''"
)
# The street of an association is not kept, whatever the register says (decision 8), nor that of who has no known form.
_HIDES: Final = "category = '' OR starts_with(category, '92')"
# How each value is read, and what is said of it when it cannot be.
_VALUES: Final = {
    "name": "CASE WHEN line IN ('', '[ND]') THEN line_of(usual_name, 200) ELSE line END",
    "acronym": "line_of(acronym, 40)",
    "category": "digits_of(said(category), 4)",
    "activity": "activity_of(said(activity))",
    "activity_2025": "activity_of(said(activity_2025))",
    "ess": "CASE ess WHEN 'O' THEN true WHEN 'N' THEN false END",
    "mission": "CASE mission WHEN 'O' THEN true WHEN 'N' THEN false END",
    "rna": "CASE WHEN rna <> '' AND is_rna(upper(trim(rna))) THEN upper(trim(rna)) END",
    "wrong_rna": "CASE WHEN rna NOT IN ('', '[ND]') AND NOT is_rna(upper(trim(rna))) THEN rna END",
    "created": "day_of(created)",
    "wrong_day": "CASE WHEN created NOT IN ('', '1900-01-01', '[ND]') AND day_of(created) IS NULL THEN created END",
    "nic": "digits_of(said(nic), 5)",
}


def _select_units(selection: Selection) -> str:
    """Of what is not taken, nothing is kept but why, and the day of its last treatment: the rank of the rows stays that
    of the file, and so does its day, whatever is chosen in it.
    """
    kinds = []
    if selection.ess:
        kinds.append("ess = 'O'")
    if selection.mission:
        kinds.append("mission = 'O'")
    kinds += [f"starts_with(coalesce(category, ''), '{category}')" for category in selection.categories]
    chosen = f"coalesce({' OR '.join(kinds)}, false)" if kinds else "true"
    if selection.sirens:
        chosen += " AND TRY_CAST(siren AS INTEGER) IN (SELECT n FROM listed)"
    values = ", ".join(f"CASE WHEN class = 'taken' THEN {value} END AS {name}" for name, value in _VALUES.items())
    return f"""
        SELECT rank, class, CASE WHEN is_sound THEN CAST(siren AS INTEGER) END AS n,
            CASE WHEN class = 'taken' AND NOT is_sound THEN siren END AS wrong, {values},
            TRY_CAST(left(treated, 10) AS DATE) AS treated,
            class = 'taken' AND (is_person OR is_opposed) AS is_withdrawn, class = 'taken' AND is_open AS is_active
        FROM (SELECT *, is_siren(CASE WHEN class = 'taken' THEN siren END) AS is_sound,
            CASE WHEN class = 'taken' THEN plain_line(name, 200) END AS line FROM (
            SELECT *, CASE
                WHEN TRY_CAST(siren AS INTEGER) IN (SELECT n FROM followed) THEN 'taken'
                WHEN is_person THEN 'person' WHEN is_opposed THEN 'opposed' WHEN NOT is_open THEN 'ceased'
                WHEN {chosen} THEN 'taken' ELSE 'outside' END AS class
            FROM (
                SELECT * REPLACE (trim(siren) AS siren), ({_PERSON}) AS is_person,
                    coalesce(state = 'A', false) AS is_open,
                    diffusion IS DISTINCT FROM 'O' OR coalesce(purged = 'true', false) AS is_opposed
                FROM given
            )
        ))"""  # noqa: S608  our own SQL: the categories are digits, checked by who asks


_TAKEN: Final = f"""
    CREATE TABLE doubles AS SELECT n, min(rank) AS first FROM units WHERE n IS NOT NULL GROUP BY n HAVING count(*) > 1;
    CREATE TABLE taken AS SELECT n, any_value({_HIDES}) AS hides FROM units WHERE n IS NOT NULL GROUP BY n;
"""  # noqa: S608  our own SQL
_SELECT_SITES: Final = """
    SELECT rank, class, CASE WHEN class <> '' AND is_sound THEN n END AS n,
        CASE WHEN class <> '' THEN right(siret, 5) END AS nic,
        CASE WHEN class <> '' AND is_shown THEN code END AS commune,
        CASE WHEN class = 'seat' AND is_shown THEN place END AS place, class = 'seat' AND inside IS TRUE AS is_inside,
        CASE WHEN trim(written) <> '[ND]' THEN plain_line(written, 300) END AS address,
        class <> '' AND is_shown AS is_shown, CASE WHEN class <> '' AND NOT is_sound THEN siret END AS wrong,
        CASE WHEN class = 'seat' AND is_shown AND code IS NULL AND commune NOT IN ('', '[ND]') THEN commune END
            AS wrong_commune
    FROM (
        SELECT * REPLACE (is_sound AND left(siret, 9) = siren AS is_sound),
            CASE WHEN class <> '' AND is_shown AND NOT hides
                THEN concat_ws(' ', number, repetition, kind_of_way, way, postal_code, city) END AS written
        FROM (
            SELECT g.*, t.n, t.hides, c.code, c.place, c.inside, g.diffusion IS NOT DISTINCT FROM 'O' AS is_shown,
                is_siret(CASE WHEN t.n IS NOT NULL THEN g.siret END) AS is_sound,
                CASE WHEN t.n IS NULL THEN '' WHEN lower(g.seat) IN ('true', 'o', '1') THEN 'seat'
                    WHEN g.state = 'A' THEN 'other' ELSE '' END AS class
            FROM (SELECT * REPLACE (trim(siren) AS siren, trim(siret) AS siret, trim(commune) AS commune) FROM given)
                AS g
                LEFT JOIN taken AS t ON t.n = TRY_CAST(g.siren AS INTEGER) LEFT JOIN communes AS c ON c.code = g.commune
        )
    )"""
_NO_SITES: Final = (
    "SELECT 0 AS rank, '' AS class, 0 AS n, '' AS nic, '' AS commune, '' AS place, false AS is_inside, '' AS address,"
    " false AS is_shown, '' AS wrong, '' AS wrong_commune LIMIT 0"
)

# What is wrong in a row: where, the column, the value, why, and what became of it.
_UNIT_FAULTS: Final = (
    (
        "u.wrong IS NOT NULL",
        *("siren", "u.wrong", "'La clé de contrôle de ce SIREN est fausse, ou il n’a pas neuf chiffres.'", LEFT),
    ),
    (
        "u.n IN (SELECT n FROM doubles) AND u.rank NOT IN (SELECT first FROM doubles)",
        *("siren", "lpad(CAST(u.n AS VARCHAR), 9, '0')"),
        *("'Ce SIREN figure déjà plus haut : seule sa première ligne est lue.'", LEFT),
    ),
    (
        "u.name = '' AND NOT u.is_withdrawn AND u.n IS NOT NULL",
        *("denominationUniteLegale", "lpad(CAST(u.n AS VARCHAR), 9, '0')", "'La dénomination manque.'", LEFT),
    ),
    (
        "u.wrong_day IS NOT NULL AND NOT u.is_withdrawn",
        *("dateCreationUniteLegale", "u.wrong_day", "'Cette date ne se lit pas.'", BLANKED),
    ),
    (
        "u.wrong_rna IS NOT NULL AND NOT u.is_withdrawn",
        *("identifiantAssociationUniteLegale", "u.wrong_rna"),
        *("'Un numéro RNA est fait de W et de neuf caractères.'", BLANKED),
    ),
    (
        "u.rna IN (SELECT rna FROM shared_rna)",
        *("identifiantAssociationUniteLegale", "u.rna", "'Plusieurs unités portent ce numéro RNA.'", BLANKED),
    ),
)
_SITE_FAULTS: Final = (
    (
        "u.wrong IS NOT NULL",
        *("siret", "u.wrong"),
        "'La clé de contrôle de ce SIRET est fausse, il n’a pas quatorze chiffres, ou il n’est pas celui de ce SIREN.'",
        LEFT,
    ),
    (
        "u.wrong_commune IS NOT NULL",
        *("codeCommuneEtablissement", "u.wrong_commune"),
        *("'Cette commune n’est pas dans le code officiel géographique.'", BLANKED),
    ),
)
_FIND_FAULTS: Final = ";".join(
    [
        "CREATE TABLE shared_rna AS SELECT rna FROM units WHERE rna IS NOT NULL GROUP BY rna HAVING count(*) > 1",
        *(
            f"INSERT INTO faults SELECT u.rank, '{column}', {value}, {reason}, '{effect}'"  # noqa: S608  constants
            f" FROM {table} AS u WHERE {where}"
            for table, faults in (("units", _UNIT_FAULTS), ("sites", _SITE_FAULTS))
            for where, column, value, reason, effect in faults
        ),
    ]
)

# A unit that has two seats in the file keeps the last one. The other establishments are written as JSON.
_SEATS: Final = """
    CREATE TABLE double_seats AS
        SELECT n, max(rank) AS last FROM sites WHERE class = 'seat' AND n IS NOT NULL GROUP BY n HAVING count(*) > 1;
    CREATE TABLE others AS
        SELECT n, '[' || string_agg('{"nic": "' || nic || '", "commune": "' || coalesce(commune, '') || '", "address": '
            || to_json(coalesce(address, '')) || '}', ', ' ORDER BY nic) || ']' AS others
        FROM sites WHERE class = 'other' AND is_shown AND n IS NOT NULL GROUP BY n;
"""
_PRINT: Final = (
    "n, name, acronym, legal_category, activity_code, activity_code_2025, coalesce(CAST(is_ess AS VARCHAR), '?'),"
    " coalesce(CAST(is_mission_driven AS VARCHAR), '?'), rna, coalesce(CAST(created_on AS VARCHAR), '?'), is_active,"
    " is_withdrawn"
)
_OF_UNIT: Final = {
    "name": ("u.name", "''"),
    "acronym": ("u.acronym", "''"),
    "legal_category": ("u.category", "''"),
    "activity_code": ("u.activity", "''"),
    "activity_code_2025": ("u.activity_2025", "''"),
    "is_ess": ("u.ess", "NULL"),
    "is_mission_driven": ("u.mission", "NULL"),
    "rna": ("CASE WHEN u.rna IS NULL OR u.rna IN (SELECT rna FROM shared_rna) THEN '' ELSE u.rna END", "''"),
    "created_on": ("u.created", "NULL"),
    "seat_nic": ("coalesce(s.nic, u.nic)", "''"),
    "commune": ("coalesce(s.commune, '')", "''"),
    "address": ("coalesce(s.address, '')", "''"),
    "others": ("coalesce(o.others, '[]')", "'[]'"),
}


def _ready(*, has_sites: bool, has_territory: bool) -> str:
    """SQL: each unit that is sound, as it will be handed over, and whether it is known and how.

    Who opposes publication (by the unit or by its seat) is blank; if nobody knew them they are strangers, and do not
    enter, not even to be remembered. What its seat said holds until a file of establishments says otherwise.
    """
    values = ", ".join(f"{value} AS {name}" for name, (value, _) in _OF_UNIT.items())
    shown = ", ".join(
        f"CASE WHEN is_withdrawn THEN {blank} ELSE {name} END AS {name}" for name, (_, blank) in _OF_UNIT.items()
    )
    same = "k.digest = p.digest AND k.seat_opposes = p.seat_opposes"
    same += " AND k.sites_digest = p.sites_digest" if has_sites else ""
    outside = "NOT p.is_inside AND f.n IS NULL" if has_territory else "false"
    return f"""
        CREATE TABLE ready AS
        WITH joined AS (
            SELECT u.n, {values}, u.is_withdrawn, coalesce(NOT s.is_shown, k.seat_opposes, false) AS seat_opposes,
                u.is_active, s.place, coalesce(s.is_inside, false) AS is_inside
            FROM units AS u LEFT JOIN (
                SELECT * FROM sites WHERE class = 'seat' AND n IS NOT NULL
                    AND (n NOT IN (SELECT n FROM double_seats) OR rank IN (SELECT last FROM double_seats))
            ) AS s ON s.n = u.n LEFT JOIN others AS o ON o.n = u.n LEFT JOIN known AS k ON k.n = u.n
            WHERE u.n IS NOT NULL AND (u.is_withdrawn OR u.name <> '')
                AND (u.n NOT IN (SELECT n FROM doubles) OR u.rank IN (SELECT first FROM doubles))
        ), unit AS (
            SELECT * REPLACE ({shown})
            FROM (SELECT * REPLACE (is_withdrawn OR seat_opposes AS is_withdrawn) FROM joined)
        ), printed AS (
            SELECT *, print_of(concat_ws('|', {_PRINT})) AS digest,
                print_of(concat_ws('|', seat_nic, commune, address, others)) AS sites_digest
            FROM unit
        )
        SELECT lpad(CAST(p.n AS VARCHAR), 9, '0') AS siren, p.* EXCLUDE (n, place), coalesce(p.place, '') AS place,
            k.n IS NOT NULL AS is_known, r.n IS NOT NULL AS is_recorded, {has_sites} AS has_sites,
            coalesce({same}, false) AS is_same, p.is_withdrawn AND f.n IS NULL AS is_stranger,
            NOT (p.is_withdrawn AND f.n IS NULL) AND {outside} AS is_outside
        FROM printed AS p LEFT JOIN known AS k ON k.n = p.n LEFT JOIN recorded AS r ON r.n = p.n
            LEFT JOIN followed AS f ON f.n = p.n
    """  # noqa: S608  our own SQL


_LEFT_OUT: Final = """
    SELECT class, sum(how_many) FROM (
        SELECT class, count(*) AS how_many FROM units WHERE class <> 'taken' GROUP BY class
        UNION ALL SELECT 'outside', count(*) FROM ready WHERE is_outside
        UNION ALL SELECT 'opposed', count(*) FROM ready WHERE is_stranger
    ) GROUP BY class HAVING sum(how_many) > 0
"""
