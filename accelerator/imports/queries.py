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


# Who bears both numbers is left out first, as nearly all do: the planner then knows that few are left. A number stands
# in one record, whatever its state: who is left bears one of them, and the other stands elsewhere.
_DOUBLES: Final = {
    source: f"""
        SELECT r.siren, r.{rna} FROM {table} AS r
        WHERE r.run_id = %(run)s AND r.{rna} <> '' AND r.siren <> ''
            AND NOT EXISTS (SELECT FROM community_organisation AS o WHERE o.siren = r.siren AND o.rna = r.{rna})
            AND EXISTS (SELECT FROM community_organisation AS a WHERE a.siren = r.siren AND a.state <> %(merged)s)
            AND EXISTS (SELECT FROM community_organisation AS b WHERE b.rna = r.{rna} AND b.state <> %(merged)s)
        ORDER BY r.siren
    """  # noqa: S608  constants
    for source, table, rna in (
        (Source.SIRENE, "registers_unit", "rna"),
        (Source.RNA, "registers_association", "number"),
    )
}
