"""The same questions asked the usual way: PostgreSQL's full text in French, ranked, counted, with two facets.

Every word is required, all that answers is ranked and counted; no typing error is forgiven. The organisations and the
machine are the same.
"""

import time

from django.db import connection

from benchmarks import query_log
from benchmarks.report import Line, quantile

_TABLE = """
    CREATE TABLE bench_naive AS SELECT organisation.id, kinds, seat.departement_id AS departement,
        to_tsvector('french', concat_ws(' ', organisation.name, summary, presentation, seat.name, above.name)) AS tsv
    FROM community_organisation AS organisation
    LEFT JOIN geography_place AS seat ON seat.key = seat_id
    LEFT JOIN geography_place AS above ON above.key = seat.departement_id
"""
_PAGE = """
    SELECT id, ts_rank(tsv, query) AS rank FROM bench_naive, plainto_tsquery('french', %s) AS query
    WHERE tsv @@ query ORDER BY rank DESC, id LIMIT 20
"""
_COUNTED = "FROM bench_naive WHERE tsv @@ plainto_tsquery('french', %s)"


def measure() -> list[Line]:
    """Page, total and two facets for each question of the log, without its filters."""
    log = query_log.read()
    times, empty = [], 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_naive")
        cursor.execute(_TABLE)
        cursor.execute("CREATE INDEX bench_naive_tsv ON bench_naive USING gin (tsv)")
        cursor.execute("VACUUM ANALYZE bench_naive")
        for logged in log:
            runs = []
            for _ in range(2):
                began = time.perf_counter()
                cursor.execute(_PAGE, [logged.text])
                found = cursor.fetchall()
                cursor.execute(f"SELECT count(*) {_COUNTED}", [logged.text])
                cursor.execute(f"SELECT departement, count(*) {_COUNTED} GROUP BY 1", [logged.text])
                cursor.execute(
                    f"SELECT kind, count(*) FROM (SELECT unnest(kinds) AS kind {_COUNTED}) AS k GROUP BY 1",
                    [logged.text],
                )
                runs.append((time.perf_counter() - began) * 1000)
            times.append(min(runs))
            empty += not found
        cursor.execute("DROP TABLE bench_naive")
    return [
        Line(
            "à la manière courante : ts_rank sur tout ce qui répond, p50 / p95",
            f"{quantile(times, 0.5):.1f} / {quantile(times, 0.95):.1f} ms",
            "",
            f"{len(log)} questions, {empty} sans réponse ; la plus lente : {max(times):.1f} ms",
        )
    ]
