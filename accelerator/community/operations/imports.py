"""From what the registers' files say to the organisations of the directory, a block of rows at a time, by sets.

docs/rules/registres.md tells the rules in French. What a value's entry of provenance says decides who may replace it:
a register replaces only what came from itself, unconfirmed, or what nobody ever said (see docs/rules/provenance.md).
"""

from datetime import datetime
from typing import Any, Final

from django.db import connection
from psycopg.types.json import Jsonb

from accelerator.community.models import Organisation
from accelerator.community.record import REGISTER, REGISTER_PAGE, SIRENE, legal_family_of
from accelerator.community.states import Identity, OrganisationState
from accelerator.journal import Actor
from accelerator.registers.models import Run
from accelerator.registers.operations import load_units, stage_units
from accelerator.workflow import operation

WITHDRAWN_NAME: Final = "Organisation non diffusible"

# The values of a record that SIRENE gives: column of the organisation -> what the staged unit says.
_GIVEN: Final = {
    "name": "s.name",
    "acronym": "s.acronym",
    "legal_family": "f.family",
    "legal_category": "s.legal_category",
    "activity_code": "s.activity_code",
    "created_on": "s.created_on",
    "is_ess": "s.is_ess",
    "is_mission_driven": "s.is_mission_driven",
    "seat_id": "nullif(s.place, '')",
    "address": "s.address",
}
_OF_SITES: Final = frozenset({"seat_id", "address"})
# What is written when it is not known.
_BLANK: Final = {
    **dict.fromkeys(("acronym", "legal_family", "legal_category", "activity_code", "address"), "''"),
    **dict.fromkeys(("created_on", "is_ess", "is_mission_driven", "seat_id"), "NULL"),
}


@operation
def take_units(*, run: Run, rows: int, block: bytes, by: Actor, at: datetime) -> Run:
    """Load one block of units, and do what they say to the organisations; all of it or nothing.

    The organisations entered and changed bear the moment at which the run began, so that they can be found again.
    """
    stage_units(rows=block, by=by, at=at)
    counts = {"entered": 0, "ceased": 0, "withdrawn": 0}
    with connection.cursor() as cursor:
        parameters = _parameters(cursor, run)
        cursor.execute(_LINK, parameters)
        linked = cursor.rowcount
        cursor.execute(_EXPECTED)
        expected, met = cursor.fetchone()
        cursor.execute(_ENTER, parameters)
        counts["entered"] = cursor.rowcount
        # A person entered one of them a moment ago, or two opaque identifiers were the same.
        if counts["entered"] < expected:
            cursor.execute(_ENTER, parameters)
            counts["entered"] += cursor.rowcount
        if met or linked or counts["entered"] < expected:
            cursor.execute(_REPLACE, parameters)
            counts["ceased"] = cursor.fetchone()[0]
            cursor.execute(_WITHDRAW, parameters)
            counts["withdrawn"] = cursor.rowcount
    return load_units(run=run, rows=rows, counts=counts, by=by, at=at)


def _parameters(cursor: Any, run: Run) -> dict[str, Any]:
    """What the statements need: the families of the legal categories met, the source, what a new record has."""
    cursor.execute("SELECT DISTINCT legal_category, is_ess FROM staged_units")
    categories = cursor.fetchall()
    return {
        "categories": [category for category, _ in categories],
        "standings": [is_ess for _, is_ess in categories],
        "families": [legal_family_of(category, is_ess=is_ess) for category, is_ess in categories],
        "source": SIRENE,
        "ours": [SIRENE, REGISTER],
        "page": REGISTER_PAGE,
        "on": run.file_on,
        "at": run.started_at,
        "verified": Identity.VERIFIED,
        "active": OrganisationState.ACTIVE,
        "ceased": OrganisationState.CEASED,
        "merged": OrganisationState.MERGED,
        "withdrawn_name": WITHDRAWN_NAME,
        **{f"new_{name}": value for name, value in _NEW.items()},
    }


def _as_new() -> dict[str, Any]:
    """The columns of a new record that no register gives, with the value that the model gives them."""
    model = Organisation()
    given = {*_GIVEN, "id", "public_id", "siren", "rna", "identity", "source", "source_url", "source_on"}
    given |= {"recorded_at", "changed_at"}
    values = {}
    for field in Organisation._meta.concrete_fields:
        if field.column not in given:
            value = field.value_from_object(model)
            if field.null:
                value = value or None  # an empty file is not a file
            values[str(field.column)] = Jsonb(value) if field.get_internal_type() == "JSONField" else value
    return values


_NEW: Final = _as_new()
_FAMILIES: Final = """unnest(%(categories)s::text[], %(standings)s::boolean[], %(families)s::text[])
        AS f(category, is_ess, family) ON f.category = s.legal_category AND f.is_ess IS NOT DISTINCT FROM s.is_ess"""

_FREE_RNA: Final = "NOT EXISTS (SELECT FROM community_organisation AS x WHERE x.rna = s.rna)"
# The same association, known by its RNA only: it bears its SIREN from now on.
_LINK: Final = """
    UPDATE community_organisation AS o SET siren = s.siren FROM staged_units AS s
    WHERE s.rna <> '' AND NOT s.is_withdrawn AND o.rna = s.rna AND o.siren IS NULL AND o.state <> %(merged)s
        AND NOT EXISTS (SELECT FROM community_organisation AS x WHERE x.siren = s.siren)
"""
_EXPECTED: Final = """
    SELECT count(*) FILTER (WHERE is_active AND NOT is_withdrawn AND NOT is_recorded), bool_or(is_known OR is_recorded)
    FROM staged_units
"""
# A unit that had ceased when it was first seen is not entered. An RNA number that another record bears stays there.
_ENTER: Final = f"""
    INSERT INTO community_organisation ({", ".join(_GIVEN)}, siren, rna, public_id, identity, source, source_url,
        source_on, recorded_at, changed_at, {", ".join(_NEW)})
    SELECT {", ".join(_GIVEN.values())}, s.siren,
        CASE WHEN s.rna <> '' AND {_FREE_RNA} THEN s.rna END,
        left(replace(gen_random_uuid()::text, '-', ''), 12), %(verified)s, %(source)s, %(page)s || s.siren, %(on)s,
        %(at)s, %(at)s, {", ".join(f"%(new_{name})s" for name in _NEW)}
    FROM staged_units AS s JOIN {_FAMILIES}
    WHERE s.is_active AND NOT s.is_withdrawn AND NOT s.is_recorded
    ON CONFLICT DO NOTHING
"""  # noqa: S608  names of our own columns


def _key(column: str) -> str:
    """The name under which a column's provenance is kept."""
    return column.removesuffix("_id")


def _replaced(column: str) -> str:
    """SQL: whether the register's value replaces the record's: never what a person confirmed or declared."""
    key, given = _key(column), _GIVEN[column]
    said = f"coalesce(o.provenance -> '{key}' ->> 'source', o.source)"
    free = f"o.provenance -> '{key}' ->> 'confirmed_by' IS NULL"
    nullable = _BLANK.get(column) == "NULL"
    known = f"{given} IS NOT NULL" if nullable else f"{given} <> ''"
    empty = f"o.{column} IS NULL" if nullable else f"o.{column} = ''"
    ours = f"{said} = ANY(%(ours)s)"
    nobody = f"({empty} AND NOT o.provenance ? '{key}' AND {known})"
    differs = f"o.{column} IS DISTINCT FROM {given}"
    asked = " AND s.has_sites" if column in _OF_SITES else ""
    return f"({differs} AND {free} AND ({ours} OR {nobody}){asked})"


_BACK: Final = "(NOT o.publishable AND o.provenance -> 'publishable' ->> 'source' = %(source)s)"
_CEASES: Final = "(o.state = %(active)s AND NOT s.is_active)"
# Only what the register said to have ceased is revived by it.
_REVIVES: Final = "(o.state = %(ceased)s AND s.is_active AND NOT coalesce(u.is_active, true))"
_SAYS: Final = ", ".join(f"{given} AS {name}" for name, given in _GIVEN.items())
_TAKES: Final = ", ".join(f"{_replaced(name)} AS takes_{name}" for name in _GIVEN)
_TAKEN: Final = ", ".join(f"{name} = CASE WHEN m.takes_{name} THEN m.{name} ELSE o.{name} END" for name in _GIVEN)
_TAKEN_KEYS: Final = ", ".join(f"CASE WHEN m.takes_{name} THEN '{_key(name)}' END" for name in _GIVEN)
_ENTRIES: Final = ", ".join(f"'{_key(name)}', CASE WHEN m.takes_{name} THEN e.entry END" for name in _GIVEN)
_ANY_TAKEN: Final = " OR ".join(f"m.takes_{name}" for name in _GIVEN)
_ENTRY: Final = (
    """jsonb_build_object('source', %(source)s::text, 'url', %(page)s || {siren}, 'on', %(on)s::date::text)"""
)
# The record's own source is the register: no exception is noted. Otherwise each value taken says where it comes from.
_REPLACE: Final = f"""
    WITH met AS MATERIALIZED (
        SELECT o.id, o.source AS record_source, s.siren, {_SAYS}, {_TAKES},
            CASE WHEN o.rna IS NULL AND s.rna <> '' AND {_FREE_RNA} THEN s.rna END AS rna,
            {_BACK} AS is_back, {_CEASES} AS ceases, {_REVIVES} AS revives, o.identity <> %(verified)s AS unverified
        FROM staged_units AS s JOIN community_organisation AS o ON o.siren = s.siren JOIN {_FAMILIES}
            LEFT JOIN registers_unit AS u ON u.siren = s.siren
        WHERE NOT s.is_withdrawn AND o.state <> %(merged)s AND o.recorded_at <> %(at)s
        ORDER BY o.id FOR NO KEY UPDATE OF o
    ), changed AS (
        UPDATE community_organisation AS o SET {_TAKEN},
            rna = coalesce(m.rna, o.rna),
            identity = %(verified)s,
            publishable = o.publishable OR m.is_back,
            state = CASE WHEN m.ceases THEN %(ceased)s WHEN m.revives THEN %(active)s ELSE o.state END,
            source_on = CASE WHEN m.record_source = %(source)s THEN %(on)s ELSE o.source_on END,
            provenance = o.provenance - array_remove(ARRAY[{_TAKEN_KEYS},
                    CASE WHEN m.is_back THEN 'publishable' END], NULL)
                || CASE WHEN m.record_source = %(source)s THEN '{{}}'::jsonb ELSE jsonb_strip_nulls(jsonb_build_object(
                    {_ENTRIES}, 'siren', CASE WHEN m.unverified THEN e.entry END,
                    'rna', CASE WHEN m.rna IS NOT NULL THEN e.entry END)) END,
            changed_at = %(at)s
        FROM met AS m, LATERAL (SELECT {_ENTRY.format(siren="m.siren")} AS entry) AS e
        WHERE o.id = m.id AND ({_ANY_TAKEN} OR m.rna IS NOT NULL OR m.is_back OR m.ceases OR m.revives OR m.unverified)
        RETURNING m.ceases
    )
    SELECT count(*) FILTER (WHERE ceases) FROM changed
"""  # noqa: S608  names of our own columns


def _wiped(column: str, blank: str) -> str:
    """SQL: the value, unless it came from the register and nobody confirmed it."""
    entry = f"o.provenance -> '{_key(column)}'"
    ours = f"coalesce({entry} ->> 'source', o.source) = ANY(%(ours)s) AND {entry} ->> 'confirmed_by' IS NULL"
    return f"{column} = CASE WHEN {ours} THEN {blank} ELSE o.{column} END"


_WIPED: Final = ", ".join(_wiped(name, blank) for name, blank in {"name": "%(withdrawn_name)s", **_BLANK}.items())
# Who opposes publication leaves the directory; what the register had said of it is wiped (decision 8).
_WITHDRAW: Final = f"""
    UPDATE community_organisation AS o SET publishable = false, {_WIPED},
        provenance = o.provenance || jsonb_build_object('publishable', {_ENTRY.format(siren="s.siren")}),
        changed_at = %(at)s
    FROM staged_units AS s WHERE s.is_withdrawn AND o.siren = s.siren AND o.publishable AND o.state <> %(merged)s
"""  # noqa: S608  names of our own columns
