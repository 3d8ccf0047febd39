"""What is kept of the RNA's files, WALDEC (the declared associations) and the older import: which rows, and how.

Source: the layouts that the ministry of the Interior publishes with the files (one CSV a département, semicolons,
windows-1252 or UTF-8). Columns are found by name. An association is placed by its commune: its address may be the home
of a volunteer, and is not even read (decision 8). Alsace and Moselle have no RNA.
docs/rules/registres.md tells the rules in French, with examples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from accelerator.registers.reading import Table, Unreadable, only, strange
from accelerator.registers.sirene import Found
from accelerator.registers.workspace import BLANKED, LEFT, Workspace

# Active, dissolved, deleted; what is not told is active.
_CODES: Final = {"position": ("A", "D", "S", "", "a", "d", "s")}
_EVERY: Final = {"number": "id", "siret": "siret", "title": "titre", "purpose": "objet", "position": "position"}
_WHEN_GIVEN: Final = {
    "short_title": "titre_court",
    "created": "date_creat",
    "dissolved": "date_disso",
    "commune": "adrs_codeinsee",
    "postal_code": "adrs_codepostal",
    "city": "libcom",
    "website": "siteweb",
    "updated": "maj_time",
}
# The columns of an association, in the order in which they are handed over.
COLUMNS: Final = (
    *("number", "rna", "title", "short_title", "purpose", "siren", "commune", "website", "created_on", "is_active"),
    *("digest", "place", "is_known", "is_recorded"),
)


@dataclass(frozen=True)
class Selection:
    """Which associations are taken. Those already known are followed whatever it says.

    territory  the key of a place that must hold their commune; "" for the whole country.
    numbers    the digest of a list of RNA numbers or SIREN that they must belong to; "" without a list.
    """

    territory: str = ""
    numbers: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the run."""
        return {name: value for name, value in (("territory", self.territory), ("numbers", self.numbers)) if value}


def understand(
    space: Workspace,
    tables: Sequence[Table],
    selection: Selection,
    *,
    known: Path,
    recorded: Path,
    communes: Path,
    cities: Path,
    numbers: Path | None,
) -> Found:
    """Compare the files with what is known: `READY` gives the associations that are new or changed.

    known     the associations already loaded: number, digest.
    recorded  the RNA numbers and the SIREN that organisations bear.
    communes  the codes that files may give: code, key of the commune, whether the selection's territory holds it.
    cities    postal code, name and code of each commune, for the older layout, which has no code.
    numbers   those of the list, when there is one.
    """
    for table in tables:
        if table.missing(_EVERY.values()):
            raise strange(table, _EVERY.values(), "du RNA")
    if not only(tables, _EVERY.values()):
        raise Unreadable("Il faut un fichier du RNA (rna_waldec ou rna_import).")
    space.take("known", ("number", "digest"), known, types={"digest": "BIGINT"})
    space.take("recorded", ("number",), recorded)
    space.take("communes", ("code", "place", "inside"), communes, types={"inside": "BOOLEAN"})
    space.take("named", ("postal_code", "name", "code"), cities)
    space.run(_CITIES)
    if numbers is not None:
        space.take("listed", ("number",), numbers)
    for table in tables:
        space.read(table, "rows", _EVERY | _WHEN_GIVEN, _select(selection), "Associations", coded=_CODES)
    space.run(_FIND_FAULTS)
    space.run(_READY, "Comparaison")
    latest = space.engine.execute("SELECT max(updated) FROM rows").fetchone()
    return Found(
        read=space.number("SELECT count(*) FROM rows") + space.broken(),
        kept=space.number("SELECT count(*) FROM ready"),
        unchanged=space.number("SELECT count(*) FROM ready WHERE is_same"),
        left_out={str(kind): int(count) for kind, count in space.rows(_LEFT_OUT)},
        file_on=str(latest[0]) if latest and latest[0] else "",
    )


# Two communes of one postal code and one name cannot be told apart: neither is taken.
_CITIES: Final = """
    CREATE TABLE cities AS SELECT postal_code, plain_name(name) AS name, min(code) AS code FROM named
        GROUP BY 1, 2 HAVING count(DISTINCT code) = 1
"""
READY: Final = f"SELECT {', '.join(COLUMNS)} FROM ready WHERE NOT is_same"  # noqa: S608  names of our own columns
_VALUES: Final = {
    "title": "line_of(title, 250)",
    "short_title": "line_of(short_title, 40)",
    "purpose": "line_of(purpose, 4000)",
    "siren": "CASE WHEN is_siret(compact(siret)) THEN left(compact(siret), 9) ELSE '' END",
    "wrong_siret": "CASE WHEN said(siret) <> '' AND NOT is_siret(compact(siret)) THEN siret END",
    "code": "coalesce(c.code, v.code, '')",
    "place": "coalesce(c.place, d.place, '')",
    # No "@" before the path: the address would lead elsewhere than it says.
    "website": "CASE WHEN regexp_full_match(site, 'https?://[^ @/?#]+[.][^ @/?#]+([/?#][^ ]*)?') THEN site"
    " WHEN regexp_full_match(site, 'www[.][^ @/?#]+[.][^ @/?#]+([/?#][^ ]*)?') THEN 'http://' || site ELSE '' END",
    "created": "CASE WHEN created NOT LIKE '0001%' THEN day_of(created) END",
    "updated": "TRY_CAST(left(updated, 10) AS DATE)",
}


def _select(selection: Selection) -> str:
    """Of what is not taken, nothing is kept but why."""
    chosen = []
    if selection.numbers:
        chosen.append(
            "(number IN (SELECT number FROM listed) OR left(compact(siret), 9) IN (SELECT number FROM listed))"
        )
    if selection.territory:
        chosen.append("coalesce(c.inside, d.inside, false)")
    values = ", ".join(f"CASE WHEN class = 'taken' THEN {name} END AS {name}" for name in _VALUES)
    computed = ", ".join(f"{value} AS {name}" for name, value in _VALUES.items())
    return f"""
        SELECT rank, class, CASE WHEN class IN ('taken', 'wrong') THEN number END AS number, {values},
            is_open AS is_active
        FROM (
            SELECT rank, number, is_open, {computed}, CASE
                WHEN number IN (SELECT number FROM known) OR number IN (SELECT number FROM recorded)
                    OR left(compact(siret), 9) IN (SELECT number FROM recorded) THEN 'taken'
                WHEN NOT is_open THEN 'ceased' WHEN NOT is_number THEN 'wrong'
                WHEN {" AND ".join(chosen) or "true"} THEN 'taken' ELSE 'outside' END AS class
            FROM (
                SELECT * REPLACE (upper(compact(number)) AS number), said(seen(website)) AS site,
                    is_rna(upper(compact(number))) OR length(compact(number)) = 14 AS is_number,
                    coalesce(nullif(upper(said(position)), ''), 'A') = 'A'
                        AND (said(dissolved) = '' OR starts_with(dissolved, '0001')) AS is_open
                FROM given
            ) AS g
                LEFT JOIN communes AS c ON c.code = said(g.commune)
                LEFT JOIN cities AS v ON said(g.commune) = '' AND v.postal_code = said(g.postal_code)
                    AND v.name = plain_name(g.city)
                LEFT JOIN communes AS d ON d.code = v.code
        )"""  # noqa: S608  our own SQL


_FAULTS: Final = (
    ("class = 'wrong'", "id", "number", "Un numéro d’association est fait de W et de neuf caractères.", LEFT),
    ("class = 'taken' AND title = ''", "titre", "number", "Le titre manque.", LEFT),
    (
        "class = 'taken' AND title <> '' AND rank NOT IN (SELECT first FROM firsts)",
        *("id", "number", "Ce numéro figure déjà plus haut : seule sa première ligne est lue.", LEFT),
    ),
    (
        "class = 'taken' AND wrong_siret IS NOT NULL",
        *(
            "siret",
            "wrong_siret",
            "La clé de contrôle de ce SIRET est fausse, ou il n’a pas quatorze chiffres.",
            BLANKED,
        ),
    ),
)
_FIRSTS: Final = """
    CREATE TABLE firsts AS
        SELECT number, min(rank) AS first FROM rows WHERE class = 'taken' AND title <> '' GROUP BY number;
    CREATE TABLE shared_siren AS
        SELECT siren FROM rows SEMI JOIN firsts ON firsts.first = rows.rank WHERE siren <> ''
        GROUP BY siren HAVING count(*) > 1;
"""
_FIND_FAULTS: Final = _FIRSTS + ";".join(
    f"INSERT INTO faults SELECT rank, '{column}', {value}, '{reason}', '{effect}' FROM rows WHERE {where}"  # noqa: S608  constants
    for where, column, value, reason, effect in _FAULTS
)
_READY: Final = """
    CREATE TABLE ready AS
    WITH association AS (
        SELECT number, CASE WHEN is_rna(number) THEN number ELSE '' END AS rna, title, short_title, purpose,
            CASE WHEN siren IN (FROM shared_siren) THEN '' ELSE siren END AS siren, code AS commune, website,
            created AS created_on, is_active, place
        FROM rows SEMI JOIN firsts ON firsts.first = rows.rank
    ), printed AS (
        SELECT *, print_of(concat_ws('|', number, title, short_title, purpose, siren, commune, website,
            coalesce(CAST(created_on AS VARCHAR), '?'), is_active)) AS digest
        FROM association
    )
    SELECT p.*, k.number IS NOT NULL AS is_known, coalesce(k.digest = p.digest, false) AS is_same,
        p.number IN (SELECT number FROM recorded) OR (p.siren <> '' AND p.siren IN (SELECT number FROM recorded))
            AS is_recorded
    FROM printed AS p LEFT JOIN known AS k ON k.number = p.number
"""
_LEFT_OUT: Final = "SELECT class, count(*) FROM rows WHERE class NOT IN ('taken', 'wrong') GROUP BY class"
