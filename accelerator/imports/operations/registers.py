"""From what the registers' files say to the organisations of the directory, a block of rows at a time, by sets.

docs/rules/registres.md tells the rules in French. What a value's entry of provenance says decides who may replace it:
a register replaces only what came from itself, unconfirmed, or what nobody ever said (see docs/rules/provenance.md).
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.db import IntegrityError, connection
from psycopg.types.json import Jsonb

from accelerator.community.models import Organisation
from accelerator.community.record import REGISTER, REGISTER_PAGE, RNA, RNA_PAGE, SIRENE, legal_family_of
from accelerator.community.states import Identity, OrganisationState
from accelerator.journal import Actor
from accelerator.registers.models import Run
from accelerator.registers.operations import load, stage
from accelerator.registers.states import Source
from accelerator.workflow import operation

WITHDRAWN_NAME: Final = "Organisation non diffusible"
_NULLABLE: Final = frozenset({"created_on", "is_ess", "is_mission_driven", "seat_id"})
# In the provenance of a record that the register took out of the directory.
_HIDDEN: Final = "publishable"


def _key(column: str) -> str:
    """The name under which a column's provenance is kept."""
    return column.removesuffix("_id")


@dataclass(frozen=True)
class _Register:
    """What one register gives, and the statements that it makes. `s` is the staged row, `o` the organisation.

    source   how it is named in the records.
    ours     the sources whose values it may replace.
    page     SQL: the address where what it says can be read.
    given    column of the organisation -> SQL of what the row says.
    joined   SQL: what `given` needs besides the row.
    rna      SQL: the RNA number of the row, if any.
    siren    SQL: its SIREN, if any.
    enters   SQL: whether the row makes a new record.
    table    the register's own table, and the key of the row in it: what it said before.
    asked    column -> SQL: when it is spoken of at all.
    """

    source: str
    ours: tuple[str, ...]
    page: str
    given: dict[str, str]
    rna: str
    siren: str
    enters: str
    table: str
    key: str
    joined: str = ""
    withdrawn: str = "false"
    asked: dict[str, str] = field(default_factory=dict)

    @cached_property
    def new(self) -> dict[str, Any]:
        """The columns of a new record that it does not give, with the value that the model gives them."""
        model = Organisation()
        given = {*self.given, "id", "public_id", "siren", "rna", "identity", "source", "source_url", "source_on"}
        given |= {"recorded_at", "changed_at"}
        values = {}
        for column in Organisation._meta.concrete_fields:
            if column.column not in given:
                value = column.value_from_object(model)
                if column.null:
                    value = value or None  # an empty file is not a file
                values[str(column.column)] = Jsonb(value) if column.get_internal_type() == "JSONField" else value
        return values

    def _replaced(self, column: str) -> str:
        """Whether its value replaces the record's: never what a person confirmed or declared."""
        key, given = _key(column), self.given[column]
        nullable = column in _NULLABLE
        known = f"{given} IS NOT NULL" if nullable else f"{given} <> ''"
        empty = f"o.{column} IS NULL" if nullable else f"o.{column} = ''"
        free = f"o.provenance -> '{key}' ->> 'confirmed_by' IS NULL"
        ours = f"coalesce(o.provenance -> '{key}' ->> 'source', o.source) = ANY(%(ours)s)"
        nobody = f"({empty} AND NOT o.provenance ? '{key}' AND {known})"
        asked = self.asked.get(column, "true")
        return f"({asked} AND o.{column} IS DISTINCT FROM {given} AND {free} AND ({ours} OR {nobody}))"

    @property
    def link_siren(self) -> str:
        """A record known by its RNA takes its SIREN, if nobody bears it."""
        free = f"(SELECT true FROM community_organisation AS x WHERE x.siren = {self.siren} LIMIT 1) IS NULL"  # noqa: S608  our own SQL
        return self._linked("siren", self.siren, "rna", self.rna, free)

    @property
    def link_rna(self) -> str:
        """A record known by its SIREN takes its RNA, if nobody bears it."""
        return self._linked("rna", self.rna, "siren", self.siren, self.free_rna)

    def _linked(self, taken: str, number: str, known: str, by: str, free: str) -> str:
        return f"""
            UPDATE community_organisation AS o SET {taken} = {number}, changed_at = %(at)s,
                provenance = o.provenance || jsonb_build_object('{taken}', {self.entry})
            FROM staged AS s
            WHERE {number} <> '' AND {by} <> '' AND o.{known} = {by} AND o.{taken} IS NULL AND o.state <> %(merged)s
                AND NOT {self.withdrawn} AND {free}
        """  # noqa: S608  our own SQL

    @property
    def free_rna(self) -> str:
        """Whether nobody bears the RNA of the row. A scalar: EXISTS may be hashed, every record read for each block."""
        return f"(SELECT true FROM community_organisation AS x WHERE x.rna = {self.rna} LIMIT 1) IS NULL"  # noqa: S608  our own SQL

    @property
    def enter(self) -> str:
        """New records. Fails (`IntegrityError`) when another record bears one of their numbers: see `_enter`.

        What stands in their address need not be secret, only unlike: drawing it as a secret took an eighth of the time.
        """
        columns = ", ".join((*self.given, *self.new))
        values = ", ".join((*self.given.values(), *(f"%(new_{name})s" for name in self.new)))
        return f"""
            INSERT INTO community_organisation ({columns}, siren, rna, public_id, identity, source, source_url,
                source_on, recorded_at, changed_at)
            SELECT {values}, nullif({self.siren}, ''),
                CASE WHEN {self.rna} <> '' AND {self.free_rna} THEN {self.rna} END,
                lpad(to_hex((random() * 2 ^ 48)::bigint), 12, '0'), %(verified)s, %(source)s, {self.page}, %(on)s,
                %(at)s, %(at)s
            FROM staged AS s {self.joined}
            WHERE {self.enters} AND NOT s.is_recorded
        """  # noqa: S608  our own SQL

    @property
    def expected(self) -> str:
        return (
            f"SELECT count(*) FILTER (WHERE {self.enters} AND NOT s.is_recorded), bool_or(is_known OR is_recorded)"  # noqa: S608  our own SQL
            " FROM staged AS s"
        )

    @property
    def find(self) -> tuple[str, str]:
        """The record of each row, by its SIREN or by its RNA; of a merged record, the one that lives on in its place.

        Unless that one has a number of the same register: its own row speaks of it, or the first that was united to it.
        """

        def by(column: str, number: str) -> str:
            return f"""
                UPDATE staged AS s SET organisation = CASE WHEN o.merged_into_id IS NULL THEN o.id ELSE (
                    SELECT k.id FROM community_organisation AS k WHERE k.id = o.merged_into_id AND k.{column} IS NULL
                        AND NOT EXISTS (
                            SELECT FROM community_organisation AS x
                            WHERE x.merged_into_id = k.id AND x.{column} IS NOT NULL AND x.id < o.id
                        )
                ) END
                FROM community_organisation AS o
                WHERE s.organisation IS NULL AND o.recorded_at <> %(at)s AND o.{column} = {number}
            """  # noqa: S608  our own SQL

        return by("siren", self.siren), by("rna", self.rna)

    @property
    def replace(self) -> str:
        """Bring the records met to what the register says; return how many cease.

        When the record's own source is the register, no exception is noted; otherwise each value taken says its source.
        A cessation is said once, when it is new: who then says that the organisation goes on has the last word.
        """
        says = ", ".join(f"{given} AS {name}" for name, given in self.given.items())
        takes = ", ".join(f"{self._replaced(name)} AS takes_{name}" for name in self.given)
        taken = ", ".join(f"{name} = CASE WHEN m.takes_{name} THEN m.{name} ELSE o.{name} END" for name in self.given)
        keys = ", ".join(f"CASE WHEN m.takes_{name} THEN '{_key(name)}' END" for name in self.given)
        entries = ", ".join(f"'{_key(name)}', CASE WHEN m.takes_{name} THEN m.entry END" for name in self.given)
        any_taken = " OR ".join(f"m.takes_{name}" for name in self.given)
        return f"""
            WITH met AS MATERIALIZED (
                SELECT o.id, o.source AS record_source, {says}, {takes}, {self.entry} AS entry,
                    NOT o.publishable AND o.provenance -> '{_HIDDEN}' ->> 'source' = %(source)s AS is_back,
                    o.state = %(active)s AND NOT s.is_active
                        AND coalesce(r.is_active, NOT o.provenance ? 'state') AS ceases,
                    o.state = %(ceased)s AND s.is_active AND NOT coalesce(r.is_active, true) AS revives,
                    o.identity <> %(verified)s AND coalesce(o.siren, o.rna) IS NOT NULL AS unverified
                FROM staged AS s JOIN community_organisation AS o ON o.id = s.organisation {self.joined}
                    LEFT JOIN {self.table} AS r ON r.{self.key} = s.{self.key}
                WHERE NOT {self.withdrawn}
                ORDER BY o.id FOR NO KEY UPDATE OF o
            ), changed AS (
                UPDATE community_organisation AS o SET {taken},
                    identity = CASE WHEN m.unverified THEN %(verified)s ELSE o.identity END,
                    publishable = o.publishable OR coalesce(m.is_back, false),
                    state = CASE WHEN m.ceases THEN %(ceased)s WHEN m.revives THEN %(active)s ELSE o.state END,
                    source_on = CASE WHEN m.record_source = %(source)s THEN %(on)s ELSE o.source_on END,
                    provenance = o.provenance
                        - array_remove(ARRAY[{keys}, CASE WHEN m.is_back THEN '{_HIDDEN}' END,
                            CASE WHEN m.ceases OR m.revives THEN 'state' END], NULL)
                        || CASE WHEN m.record_source = %(source)s THEN '{{}}'::jsonb
                            ELSE jsonb_strip_nulls(jsonb_build_object({entries},
                                'siren', CASE WHEN m.unverified THEN m.entry END)) END,
                    changed_at = %(at)s
                FROM met AS m
                WHERE o.id = m.id AND ({any_taken} OR m.is_back OR m.ceases OR m.revives OR m.unverified)
                RETURNING m.ceases
            )
            SELECT count(*) FILTER (WHERE ceases) FROM changed
        """  # noqa: S608  our own SQL

    @property
    def entry(self) -> str:
        """What is noted in the provenance of a value that it gave."""
        on = "coalesce(%(on)s::date::text, '')"
        return f"jsonb_build_object('source', %(source)s::text, 'url', {self.page}, 'on', {on})"

    @property
    def withdraw(self) -> tuple[str, str]:
        """Who opposes publication leaves the directory; what the register had said of it is wiped (decision 8).

        The record that lives on, and the merged one that bears the number: undoing must not publish it again.
        """
        wiped = []
        for column in self.given:
            entry = f"o.provenance -> '{_key(column)}'"
            ours = f"coalesce({entry} ->> 'source', o.source) = ANY(%(ours)s) AND {entry} ->> 'confirmed_by' IS NULL"
            blank = "%(withdrawn_name)s" if column == "name" else "NULL" if column in _NULLABLE else "''"
            wiped.append(f"{column} = CASE WHEN {ours} THEN {blank} ELSE o.{column} END")
        wipe = f"""
            UPDATE community_organisation AS o SET publishable = false, {", ".join(wiped)},
                provenance = o.provenance || jsonb_build_object('{_HIDDEN}', {self.entry}), changed_at = %(at)s
            FROM staged AS s WHERE {self.withdrawn} AND o.publishable
        """  # noqa: S608  our own SQL
        return f"{wipe} AND o.id = s.organisation", f"{wipe} AND o.siren = {self.siren} AND o.state = %(merged)s"

    @property
    def return_merged(self) -> str:
        """Who no longer opposes publication is known again by the name and the numbers of a record that was united.

        `replace` brings back the record that lives on, when the opposition had hidden it too.
        """
        taken = ", ".join(
            f"{name} = CASE WHEN {self._replaced(name)} THEN {given} ELSE o.{name} END"
            for name, given in self.given.items()
        )
        return f"""
            UPDATE community_organisation AS o SET publishable = true, {taken},
                provenance = o.provenance - '{_HIDDEN}', changed_at = %(at)s
            FROM staged AS s {self.joined}
            WHERE NOT {self.withdrawn} AND o.siren = {self.siren} AND o.state = %(merged)s AND NOT o.publishable
                AND o.provenance -> '{_HIDDEN}' ->> 'source' = %(source)s
        """  # noqa: S608  our own SQL

    @property
    def index_again(self) -> str:
        """The record that lives on in place of one that was hidden, or came back, is written again in the index."""
        return f"""
            UPDATE community_organisation AS o SET changed_at = %(at)s
            FROM staged AS s JOIN community_organisation AS m ON m.siren = {self.siren}
            WHERE m.changed_at = %(at)s AND o.id = m.merged_into_id
        """  # noqa: S608  our own SQL


_FAMILIES: Final = """JOIN unnest(%(categories)s::text[], %(standings)s::boolean[], %(families)s::text[])
    AS f(category, is_ess, family) ON f.category = s.legal_category AND f.is_ess IS NOT DISTINCT FROM s.is_ess"""
_REGISTERS: Final = {
    Source.SIRENE: _Register(
        source=SIRENE,
        ours=(SIRENE, REGISTER),
        page=f"'{REGISTER_PAGE}' || s.siren",
        given={
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
        },
        joined=_FAMILIES,
        rna="s.rna",
        siren="s.siren",
        # A unit that had ceased when it was first seen is not entered.
        enters="s.is_active AND NOT s.is_withdrawn",
        table="registers_unit",
        key="siren",
        withdrawn="s.is_withdrawn",
        asked={"seat_id": "s.has_sites", "address": "s.has_sites"},
    ),
    Source.RNA: _Register(
        source=RNA,
        ours=(RNA,),
        page=f"'{RNA_PAGE}'",
        given={
            "name": "left(s.title, 200)",
            "acronym": "s.short_title",
            "legal_family": "'association'",
            "presentation": "s.purpose",
            "created_on": "s.created_on",
            "website": "s.website",
            "seat_id": "nullif(s.place, '')",
        },
        rna="s.rna",
        siren="s.siren",
        # An older number, by which nothing is known elsewhere, makes no record by itself.
        enters="s.is_active AND (s.rna <> '' OR s.siren <> '')",
        table="registers_association",
        key="number",
    ),
}


@operation
def take(*, run: Run, rows: int, block: bytes, by: Actor, at: datetime) -> Run:
    """Load one block of a register, and do what it says to the organisations; all of it or nothing.

    The organisations entered and changed bear the moment at which the run began, so that they can be found again.
    """
    register = _REGISTERS[Source(run.source)]
    stage(source=run.source, rows=block, by=by, at=at)
    counts = {"entered": 0, "ceased": 0, "withdrawn": 0}
    with connection.cursor() as cursor:
        # A block is small beside the table, which is never worth reading whole.
        cursor.execute("SET LOCAL enable_seqscan = off")
        parameters = _parameters(cursor, register, run)
        cursor.execute(register.link_siren, parameters)
        linked = cursor.rowcount
        cursor.execute(register.expected, parameters)
        expected, met = cursor.fetchone()
        counts["entered"] = _enter(cursor, register, parameters, expected)
        if met or linked or counts["entered"] < expected:
            cursor.execute("ANALYZE staged")
            for statement in (register.link_rna, *register.find):
                cursor.execute(statement, parameters)
            cursor.execute(register.replace, parameters)
            counts["ceased"] = cursor.fetchone()[0]
            living, merged = register.withdraw
            cursor.execute(living, parameters)
            counts["withdrawn"] = cursor.rowcount
            cursor.execute(merged, parameters)
            cursor.execute(register.return_merged, parameters)
            cursor.execute(register.index_again, parameters)
        # Now, and not when this ends: the counts of the run, that the next statement holds, would be held meanwhile.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return load(run=run, rows=rows, counts=counts, by=by, at=at)


def _enter(cursor: Any, register: _Register, parameters: dict[str, Any], expected: int) -> int:
    """Enter the new records; return how many. A number that another record bears already stays there.

    Looking for such numbers before each row costs a fifth of the time, and there are none but when a person entered one
    a moment ago, or two opaque identifiers are the same: it is done when it has failed without.
    """
    cursor.execute("SAVEPOINT entering")
    try:
        cursor.execute(register.enter, parameters)
        return int(cursor.rowcount)
    except IntegrityError:
        cursor.execute("ROLLBACK TO SAVEPOINT entering")
        entered = 0
        # Twice: of two opaque identifiers that are the same, the second takes another.
        for _ in range(2):
            if entered < expected:
                cursor.execute(f"{register.enter} ON CONFLICT DO NOTHING", parameters)
                entered += cursor.rowcount
        return entered


@operation
def count_for_the_planner(*, unless: int, by: Actor, at: datetime) -> None:
    """Let the planner see how many records there are now, and what of them is unknown.

    Planned for the empty table that the first block met, a later one took two minutes.

    unless  nothing is done when as many records were counted already: a full table need not be read again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'community_organisation'::regclass")
        if cursor.fetchone()[0] < unless:
            cursor.execute("ANALYZE community_organisation")


def _parameters(cursor: Any, register: _Register, run: Run) -> dict[str, Any]:
    """What the statements need: the families of the legal categories met, the source, what a new record has."""
    categories: list[tuple[str, bool | None]] = []
    if register.joined:
        cursor.execute("SELECT DISTINCT legal_category, is_ess FROM staged")
        categories = cursor.fetchall()
    return {
        "categories": [category for category, _ in categories],
        "standings": [is_ess for _, is_ess in categories],
        "families": [legal_family_of(category, is_ess=is_ess) for category, is_ess in categories],
        "source": register.source,
        "ours": list(register.ours),
        "on": run.file_on,
        "at": run.started_at,
        "verified": Identity.VERIFIED,
        "active": OrganisationState.ACTIVE,
        "ceased": OrganisationState.CEASED,
        "merged": OrganisationState.MERGED,
        "withdrawn_name": WITHDRAWN_NAME,
        **{f"new_{name}": value for name, value in register.new.items()},
    }
