"""Reads of what an import met."""

from typing import Final

from django.db import connection

from accelerator.community.states import OrganisationState
from accelerator.registers.models import Run
from accelerator.registers.states import Source


def doubles_of(run: Run) -> list[tuple[str, str]]:
    """The SIREN and the RNA of the associations that a run found in two records, one for each number."""
    with connection.cursor() as cursor:
        cursor.execute(_DOUBLES[Source(run.source)], {"run": run.pk, "merged": OrganisationState.MERGED})
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows


_DOUBLES: Final = {
    source: f"""
        SELECT r.siren, r.{rna} FROM {table} AS r
            JOIN community_organisation AS a ON a.siren = r.siren AND a.rna IS DISTINCT FROM r.{rna}
                AND a.state <> %(merged)s
            JOIN community_organisation AS b ON b.rna = r.{rna} AND b.state <> %(merged)s
        WHERE r.run_id = %(run)s AND r.{rna} <> '' AND r.siren <> '' ORDER BY r.siren
    """  # noqa: S608  constants
    for source, table, rna in (
        (Source.SIRENE, "registers_unit", "rna"),
        (Source.RNA, "registers_association", "number"),
    )
}
