"""`python -m benchmarks.searches`: whole exports, and a morning of alerts, on a directory made in the database itself.

BENCH_SIZE=1500000   organisations (twelve words in each name and summary, drawn by Zipf's law among 60,000)
BENCH_SAVED=10000    saved searches with an alert, all different, of as many people
BENCH_CHANGED=5000   organisations that changed in the day, half of them new
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import __main__ as bench
from benchmarks.vocabulary import vocabulary
from config import embedded

SIZE = int(os.environ.get("BENCH_SIZE", "1500000"))
SAVED = int(os.environ.get("BENCH_SAVED", "10000"))
CHANGED = int(os.environ.get("BENCH_CHANGED", "5000"))
NAME = f"searches_{SIZE}"
SEED = 18

# A word's rank is drawn so that each half of the vocabulary is met as often as the half before it (Zipf's law).
_WORDS = """
    CREATE TABLE bench_word AS
    SELECT rank, word, search_stem(word) AS stem FROM unnest(%s::text[]) WITH ORDINALITY AS w(word, rank);
    CREATE UNIQUE INDEX ON bench_word (rank)
"""
_DRAWN = """
    CREATE UNLOGGED TABLE bench_drawn AS
    SELECT n, array_agg(word ORDER BY k) AS words, array_agg(stem ORDER BY k) AS stems
    FROM generate_series(1, %(size)s) AS n, generate_series(1, 12) AS k,
        LATERAL (SELECT 1 + floor(exp(random() * ln(%(words)s)))::int - 1 AS rank OFFSET 0 * (n + k)) AS drawn
    JOIN bench_word AS w ON w.rank = greatest(1, drawn.rank)
    GROUP BY n
"""
_COMMUNES = """
    CREATE TABLE bench_commune AS
    SELECT row_number() OVER () AS n, key, cover, split_part(departement_id, '-', 2) AS departement
    FROM geography_place WHERE kind = 'commune' AND is_current
"""
_ORGANISATIONS = """
    INSERT INTO community_organisation (id, public_id, state, name, acronym, identity, legal_family, legal_category,
        activity_code, kinds, themes, summary, presentation, website, links, contact_email, seat_id, address,
        territories, territories_cover, source, source_url, provenance, publishable, charter_version, siren,
        recorded_at, changed_at)
    SELECT d.n, lpad(to_hex(d.n), 12, '0'), 'active', array_to_string(words[1:3], ' '), '', 'verified', 'association',
        '9220', '94.99Z', ARRAY['porteur'], ARRAY[]::varchar[], array_to_string(words[4:12], ' '), '', '', '[]', '',
        c.key, '', ARRAY[]::varchar[], ARRAY[]::varchar[], 'SIRENE', '', '{}', true, '',
        lpad(d.n::text, 9, '0'), timestamptz '2020-01-01' + d.n * interval '2 minutes', now()
    FROM bench_drawn AS d JOIN bench_commune AS c ON c.n = 1 + d.n %% (SELECT count(*) FROM bench_commune)
"""
_DOCUMENTS = """
    INSERT INTO community_organisationdocument
        (organisation_id, tsv, prominence, packed_0, packed_1, sort_name, dated_at)
    SELECT d.n, (
            SELECT string_agg(format('%%L:%%s%%s', stem, k, CASE WHEN k < 4 THEN 'A' ELSE 'B' END), ' ')
            FROM unnest(stems) WITH ORDINALITY AS s(stem, k) WHERE stem <> ''
        )::tsvector || array_to_tsvector(
            ARRAY['=', '=type:porteur', '=forme:association', '=departement:' || departement]
            || (SELECT array_agg('@' || key) FROM unnest(cover) AS key)
        ), random() / 2, 0, 0, array_to_string(words[1:3], ' '), timestamptz '2020-01-01' + d.n * interval '2 minutes'
    FROM bench_drawn AS d JOIN bench_commune AS c ON c.n = 1 + d.n %% (SELECT count(*) FROM bench_commune)
"""
# An index is quicker to build than to fill.
_UNINDEXED = "DROP INDEX organisationdocument_tsv"
_INDEXED = """
    CREATE INDEX organisationdocument_tsv ON community_organisationdocument USING gin (tsv) WITH (fastupdate = off)
"""
_COUNTS = """
    INSERT INTO search_lexeme (index, lexeme, documents)
    SELECT 'organisations', word, ndoc FROM ts_stat('SELECT tsv FROM community_organisationdocument');
    INSERT INTO search_word (index, word, display) SELECT 'organisations', word, word FROM bench_word
"""


def main() -> None:
    """Make the directory, then measure."""
    started = embedded.start("bench")
    try:
        bench._settings()
        url = os.environ["DATABASE_URL"].rpartition("/")[0]
        os.environ["DATABASE_URL"] = f"{url}/{NAME}"
        if len(sys.argv) > 1:
            _measured(sys.argv[1])
            return
        _prepare()
        for what in ("csv", "csv-word", "xlsx", "alerts"):
            subprocess.run([sys.executable, "-m", "benchmarks.searches", what], check=True)
    finally:
        if started:
            embedded.stop("bench")


def _prepare() -> None:
    """The database, unless it is there already."""
    folder = embedded.data_folder("bench")
    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as server:
        if server.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            return
        server.execute(f"CREATE DATABASE {NAME}")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0, stdout=sys.stderr)
    words = vocabulary()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.18)")
        cursor.execute(_WORDS, [words])
        for what, statement in (
            ("mots", _DRAWN), ("communes", _COMMUNES), ("organisations", _ORGANISATIONS), ("documents", _UNINDEXED),
            ("documents", _DOCUMENTS), ("index", _INDEXED),
        ):  # fmt: skip
            bench.log(what)
            cursor.execute(statement, {"size": SIZE, "words": len(words)})
        bench.log("nombres")
        cursor.execute(_COUNTS)
        cursor.execute("SELECT setval(pg_get_serial_sequence('community_organisation', 'id'), %s)", [SIZE + 1])
        cursor.execute("DROP TABLE bench_drawn, bench_commune")
        bench.log("rangement")
        cursor.execute("VACUUM ANALYZE")


def _measured(what: str) -> None:
    """One measure, in a process of its own: its memory is its own too."""
    import django

    django.setup()
    before = _memory()
    {"csv": _whole, "csv-word": _word, "xlsx": _workbook, "alerts": _alerts}[what]()
    bench.log(f"{what} : mémoire {_memory():.0f} Mo au plus ({before:.0f} avant de commencer)")


def _memory() -> float:
    """The most that this process ever held, in megabytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _timed(what: str, work: Callable[[], Any]) -> Any:
    began, used = time.perf_counter(), time.process_time()
    result = work()
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    bench.log(f"{what} : {seconds:.1f} s ({processor:.1f} s de calcul dans ce processus), {result}")
    return result


def _sized(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.0f} Mo"


def _whole() -> None:
    from accelerator.community import exporting

    _timed("tout l’annuaire en CSV", exporting.write_whole)
    bench.log(_sized(exporting.folder() / exporting.WHOLE))


def _export(query: str, kind: str) -> None:
    from django.utils import timezone

    from accelerator.community import exporting
    from accelerator.community.operations.exports import ask_export
    from accelerator.community.queries.directory import number_found
    from accelerator.community.queries.searches import question_of
    from accelerator.journal import System
    from accelerator.workflow import transaction

    number = _timed(f"compter « {query} »", lambda: number_found(question_of(query)))
    with transaction():
        export = ask_export(
            name="Mesure", query=query, kind=kind, number=number, person=None, by=System("bench"), at=timezone.now()
        )
    _timed(f"{query} en {kind}, {number} organisations", lambda: exporting.write(export.pk))
    bench.log(_sized(exporting.folder() / Path(export.file_name).name))


def _word() -> None:
    _export("?q=association", "csv")


def _workbook() -> None:
    _export("?q=association", "xlsx")


def _alerts() -> None:
    """Saved searches as the query log asks, a day of changes, then the morning."""
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone

    from accelerator.accounts.models import Person
    from accelerator.community import search, tasks
    from accelerator.community.models import Finding, Organisation, SavedSearch
    from accelerator.notices.models import Notice
    from accelerator.search.models import Before
    from accelerator.workflow import transaction

    chance, now = random.Random(SEED), timezone.now()
    day = now - timedelta(days=1)
    for model in (Finding, SavedSearch, Before, Notice):
        model.objects.all().delete()
    people = Person.objects.bulk_create(
        Person(email=f"camille{n}-{now:%H%M%S}@personnes.example", given_name="Camille", family_name=f"Exemple{n}")
        for n in range(SAVED)
    )
    queries = _queries(chance)
    SavedSearch.objects.bulk_create(
        SavedSearch(
            person=person, name=query[:100], query=query, rhythm="daily", saved_at=day, watched_since=day,
            digested_on=day.date(),
        )
        for person, query in zip(people, queries, strict=True)
    )  # fmt: skip
    words = vocabulary()
    ids = chance.sample(range(1, SIZE), CHANGED)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE community_organisation SET summary = summary || ' ' || (SELECT word FROM bench_word"
            " WHERE rank = 1 + id %% %s) WHERE id = ANY(%s)",
            [len(words), ids],
        )
    for start in range(0, CHANGED, 50):
        with transaction():
            search.refresh(Organisation.objects.filter(pk__in=ids[start : start + 50]))
    with connection.cursor() as cursor:
        # Half of them were not there the day before.
        cursor.execute("UPDATE search_before SET tsv = NULL WHERE document % 2 = 0")
        cursor.execute("VACUUM ANALYZE community_savedsearch, search_before")
    bench.log(f"{len(set(queries))} recherches différentes, {Before.objects.count()} fiches changées")
    _timed("lire les questions", lambda: len(tasks.watch().questions))
    _timed("la matinée entière", lambda: tasks.tell_the_news(timestamp=0))
    bench.log(f"{Finding.objects.count()} trouvailles, {Notice.objects.count()} courriels")


def _queries(chance: random.Random) -> list[str]:
    """As many different questions: a fifth of one word, the others of several, with filters, places and sentences."""
    from urllib.parse import urlencode

    words = vocabulary()

    def word() -> str:
        return words[int(len(words) ** chance.random()) - 1]

    places = [f"departement-{n:02}" for n in range(21, 96)]
    made: dict[str, None] = {}
    while len(made) < SAVED:
        draw = chance.random()
        if draw < 0.2:
            asked = {"q": word()}
        elif draw < 0.4:
            asked = {"q": f"{word()} {word()}"}
        elif draw < 0.55:
            asked = {"q": f"{word()} {word()} {word()}"}
        elif draw < 0.75:
            asked = {"q": word(), "territoire": chance.choice(places)}
        elif draw < 0.85:
            asked = {"q": f"je cherche {word()} et {word()} pour {word()} dans mon {word()}"}
        else:
            asked = {"q": word(), "forme": chance.choice(("association", "cooperative", "mutuelle"))}
        made[f"?{urlencode(asked)}"] = None
    return list(made)


if __name__ == "__main__":
    main()
