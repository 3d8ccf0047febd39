"""Finding, each night and over the whole directory, the records that may be the same.

Set-based: PostgreSQL makes the keys (a name folded with its words in order, with the commune; the host of the site;
each number, whatever column it stands in; the RNA that a register gives to a SIREN; the name less one word), and puts
together the records that share one. A key that many records share says nothing ("Comité des fêtes" in Paris, a site
hosted for all): it is left out. Two records that each have a SIREN of their own, or a RNA, are two legal units: never
proposed.

Names that differ by one word are then compared in full by rapidfuzz, as at entry (`queries.duplicates`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db import connection
from rapidfuzz import fuzz

from accelerator.community.queries.duplicates import ALIKE, FORMS
from accelerator.community.states import DuplicateState, Likeness, OrganisationState
from accelerator.geography.names import ARTICLES
from accelerator.journal import Actor
from accelerator.workflow import operation

# A key shared by more records than this says nothing.
SHARED_BY: Final = 8
# More than people could ever examine: the surest stay.
MOST: Final = 200_000
_SURE: Final = {
    Likeness.NUMBER: 100,
    Likeness.CROSS: 100,
    Likeness.NAME: 95,
    Likeness.UNPLACED: 80,
    Likeness.WEBSITE: 75,
}

# The accents come off as combining marks: on 50,000 names, ten times quicker than search's own table of letters.
_RECORDS = r"""
    CREATE TEMPORARY TABLE found_record ON COMMIT DROP AS
    SELECT o.id, o.siren, o.rna, o.amalia, o.seat_id AS seat,
        (
            SELECT array_agg(word ORDER BY word)
            FROM unnest(string_to_array(regexp_replace(regexp_replace(
                normalize(lower(replace(replace(o.name, 'œ', 'oe'), 'Œ', 'oe')), NFKD), U&'[\0300-\036F]', '', 'g'
            ), '[^a-z0-9]+', ' ', 'g'), ' ')) AS word
            WHERE word <> '' AND word <> ALL(%(left_out)s)
        ) AS words,
        substring(lower(o.website) FROM '^https?://(?:www[.])?([^/:?#]+)') AS host
    FROM community_organisation AS o
    WHERE o.publishable AND o.state <> %(merged)s
"""
# A record may stand under several keys; `reason` is why two that share one may be the same. A key is kept as a number
# drawn from it (64 bits: among ten million, two are the same by chance once in three hundred thousand nights).
_KEYS = """
    CREATE TEMPORARY TABLE found_key ON COMMIT DROP AS
    SELECT id, reason, hashtextextended(reason || ' ' || key, 0) AS key FROM (
    SELECT id, %(name)s AS reason, seat || ' ' || array_to_string(words, ' ') AS key
        FROM found_record WHERE seat IS NOT NULL AND length(array_to_string(words, '')) >= 4
    UNION ALL
    SELECT id, %(unplaced)s, array_to_string(words, ' ')
        FROM found_record WHERE length(array_to_string(words, '')) >= 4
    UNION ALL
    SELECT id, %(website)s, host FROM found_record WHERE host IS NOT NULL
    UNION ALL
    SELECT id, %(number)s, upper(number)
        FROM found_record, unnest(ARRAY[siren, rna, amalia]) AS number WHERE number IS NOT NULL
    UNION ALL
    SELECT e.organisation_id, %(number)s, left(e.siret, 9)
        FROM community_establishment AS e JOIN found_record AS r ON r.id = e.organisation_id
        WHERE r.siren IS DISTINCT FROM left(e.siret, 9)
    UNION ALL
    SELECT id, %(cross)s, rna FROM found_record WHERE rna IS NOT NULL
    UNION ALL
    SELECT r.id, %(cross)s, u.rna FROM found_record AS r JOIN registers_unit AS u ON u.siren = r.siren
        WHERE u.rna <> '' AND u.rna IS DISTINCT FROM r.rna
    UNION ALL
    SELECT r.id, %(cross)s, a.number FROM found_record AS r JOIN registers_association AS a ON a.siren = r.siren
        WHERE a.siren <> '' AND a.number IS DISTINCT FROM r.rna
    UNION ALL
    SELECT id, %(close)s, seat || ' ' || array_to_string(words[:n - 1] || words[n + 1:], ' ')
        FROM found_record, generate_series(1, cardinality(words)) AS n
        WHERE seat IS NOT NULL AND cardinality(words) BETWEEN 2 AND 12
    ) AS k
"""
# Nine keys in ten are those of one record: they are counted before any list is made.
_PAIRS = """
    CREATE TEMPORARY TABLE found_pair ON COMMIT DROP AS
    WITH again AS (SELECT key FROM found_key GROUP BY key HAVING count(*) > 1), shared AS (
        SELECT reason, array_agg(id) AS ids
        FROM (SELECT DISTINCT key, reason, id FROM found_key JOIN again USING (key)) AS k
        GROUP BY key, reason HAVING count(*) BETWEEN 2 AND %(shared_by)s
    )
    SELECT DISTINCT a.id AS first, b.id AS second, s.reason
    FROM shared AS s
    CROSS JOIN unnest(s.ids) AS one
    CROSS JOIN unnest(s.ids) AS other
    JOIN found_record AS a ON a.id = one
    JOIN found_record AS b ON b.id = other
    WHERE one < other
        AND (a.siren IS NULL OR b.siren IS NULL)
        AND (a.rna IS NULL OR b.rna IS NULL)
        AND (a.amalia IS NULL OR b.amalia IS NULL)
        AND (s.reason <> %(unplaced)s OR a.seat IS NULL OR b.seat IS NULL)
"""
_CLOSE = """
    SELECT p.first, p.second, array_to_string(a.words, ' '), array_to_string(b.words, ' ')
    FROM found_pair AS p JOIN found_record AS a ON a.id = p.first JOIN found_record AS b ON b.id = p.second
    WHERE p.reason = %(close)s
"""
_WRITE = """
    INSERT INTO community_duplicate (first_id, second_id, reasons, likeness, state, found_at, reason)
    SELECT first, second, array_agg(f.reason ORDER BY f.likeness DESC, f.reason), max(f.likeness), %(open)s, %(at)s, ''
    FROM (
        SELECT first, second, p.reason, s.likeness FROM found_pair AS p
            JOIN unnest(%(reasons)s::text[], %(sure)s::int[]) AS s(reason, likeness) USING (reason)
        UNION ALL
        SELECT first, second, %(close)s, likeness FROM found_close
    ) AS f
    GROUP BY first, second ORDER BY 4 DESC, 1, 2 LIMIT %(most)s
    ON CONFLICT (first_id, second_id) DO UPDATE SET reasons = EXCLUDED.reasons, likeness = EXCLUDED.likeness
    WHERE community_duplicate.state = %(open)s
        AND (community_duplicate.reasons, community_duplicate.likeness)
            IS DISTINCT FROM (EXCLUDED.reasons, EXCLUDED.likeness)
        AND NOT %(person)s = ANY(community_duplicate.reasons)
"""
# What a person brought together stays until a person decides, unless one of the two was united meanwhile.
_FORGET = """
    DELETE FROM community_duplicate AS d
    WHERE d.state = %(open)s AND (
        NOT (
            %(person)s = ANY(d.reasons)
            OR EXISTS (SELECT FROM found_pair AS p WHERE p.first = d.first_id AND p.second = d.second_id
                AND p.reason <> %(close)s)
            OR EXISTS (SELECT FROM found_close AS c WHERE c.first = d.first_id AND c.second = d.second_id)
        )
        OR EXISTS (SELECT FROM community_organisation AS o WHERE o.id IN (d.first_id, d.second_id)
            AND (o.state = %(merged)s OR NOT o.publishable))
    )
"""


@operation
def find_duplicates(*, by: Actor, at: datetime) -> int:
    """Write the worklist of probable duplicates afresh; return how many pairs wait (a nightly job).

    What was decided stays decided: a pair that was told apart is not proposed again. Running it twice changes nothing.
    """
    values: dict[str, Any] = {
        **{reason.name.lower(): reason.value for reason in Likeness},
        "left_out": sorted(FORMS | ARTICLES),
        "merged": OrganisationState.MERGED.value,
        "open": DuplicateState.OPEN.value,
        "shared_by": SHARED_BY,
        "most": MOST,
        "at": at,
        "reasons": [reason.value for reason in _SURE],
        "sure": list(_SURE.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(_RECORDS, values)
        cursor.execute("CREATE INDEX ON found_record (id)")
        cursor.execute(_KEYS, values)
        cursor.execute("ANALYZE found_record, found_key")
        cursor.execute(_PAIRS, values)
        cursor.execute("CREATE TEMPORARY TABLE found_close (first bigint, second bigint, likeness int) ON COMMIT DROP")
        cursor.execute(_CLOSE, values)
        close = list(_alike(cursor.fetchall()))
        with cursor.copy("COPY found_close FROM STDIN") as rows:
            for pair in close:
                rows.write_row(pair)
        cursor.execute("CREATE INDEX ON found_pair (first, second)")
        cursor.execute("CREATE INDEX ON found_close (first, second)")
        cursor.execute("ANALYZE found_pair, found_close")
        cursor.execute(_FORGET, values)
        cursor.execute(_WRITE, values)
        cursor.execute("SELECT count(*) FROM community_duplicate WHERE state = %(open)s", values)
        (waiting,) = cursor.fetchone()
        cursor.execute("DROP TABLE found_record, found_key, found_pair, found_close")
    return int(waiting)


def _alike(candidates: list[tuple[int, int, str, str]]) -> Iterator[tuple[int, int, int]]:
    """The pairs whose whole names are close, but not the same (that is a reason of its own)."""
    for first, second, name, other in candidates:
        likeness = round(fuzz.token_sort_ratio(name, other, score_cutoff=ALIKE))
        if ALIKE <= likeness < 100:
            yield first, second, min(likeness, 94)
