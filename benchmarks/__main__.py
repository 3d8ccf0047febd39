"""`python -m benchmarks` (or `make bench`): prepares the data, measures, writes `results.md` and the README’s table.

BENCH_TRIAL=1        print only: nothing is written
BENCH_SIZE=100000    organisations; a world of this size is made once and kept: later runs bring its schema to date
BENCH_KEEP=1         leave the index of the last run as it is, instead of writing it again (which is measured)
BENCH_IMPORT=0       units of a file of INSEE's shape to import, twice (0: not measured)
BENCH_SECONDS=20     how long the visitors stay (30 at most)
"""

import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from benchmarks import report
from config import embedded

HERE = Path(__file__).resolve().parent
SIZE = int(os.environ.get("BENCH_SIZE", "100000"))
COMMON = 200_000  # beyond, the usual way to search takes minutes to prepare
WORLD = f"world_{SIZE}"  # one database a size
KEEP = bool(os.environ.get("BENCH_KEEP"))
IMPORT = int(os.environ.get("BENCH_IMPORT", "0"))
SECONDS = min(30, int(os.environ.get("BENCH_SECONDS", "20")))


def main() -> None:
    """Everything, in order."""
    started = embedded.start("bench")
    try:
        fresh = _database()
        _settings()
        measure(fresh)
    finally:
        if started:
            embedded.stop("bench")


def world() -> str:
    """The database of the world, made if there is none of this size; for the measures that run by themselves."""
    fresh = _database()
    _settings()
    import django

    django.setup()
    from django.db import connection

    from benchmarks import prepare

    log("préparation des données")
    shown(prepare.prepare(SIZE, fresh=fresh, keep=True))
    connection.close()
    _mark()
    return WORLD


def measure(fresh: bool) -> None:
    """Import what needs the settings, then prepare and measure."""
    import django

    django.setup()
    from django.db import connection

    from benchmarks import credentials, elsewhere, imports, kernel, limit, load, naive, night, pages, places, prepare

    log("préparation des données")
    prepared = prepare.prepare(SIZE, fresh=fresh, keep=KEEP)
    _mark()
    size = f"{report.number(SIZE)} organisations"
    lines: list[report.Heading | report.Line] = []
    if prepared:
        lines += [report.Heading(f"L’index écrit tout entier, {size}"), *shown(prepared)]
    lines += [report.Heading(f"Recherche dans le processus, {size}")]
    log("recherche")
    lines += shown(kernel.measure_directory())
    log("tantivy")
    lines += shown(limit.measure(fresh=fresh))
    if SIZE <= COMMON:
        lines += shown(naive.measure())
    log("pages")
    lines += [report.Heading(f"Pages (temps du serveur, réglages de production), {size}")]
    lines += shown(pages.measure())
    log("visiteurs")
    lines += [report.Heading(f"50 visiteurs à la fois pendant {SECONDS} s")]
    lines += shown(load.measure(SECONDS))
    log("lieux")
    lines += [report.Heading(f"Lieux et périmètres, {report.number(places.ROWS)} rangées")]
    lines += shown(places.measure())
    log("attestations")
    lines += [report.Heading(f"Attestations signées, {report.number(credentials.SIZE)} dans une liste")]
    lines += shown(credentials.measure())
    log("nuit")
    connection.close()
    lines += [report.Heading(f"Les travaux de la nuit, {size}")]
    lines += shown(night.measure(WORLD))
    if IMPORT:
        log("import d’un fichier Sirene")
        lines += [report.Heading(f"Import d’un fichier Sirene, {report.number(IMPORT)} unités")]
        lines += shown(imports.measure(IMPORT))
    lines += [report.Heading(elsewhere.HEADING), *elsewhere.LINES]
    text = report.table(lines)
    sys.stdout.write(text)
    if not os.environ.get("BENCH_TRIAL"):
        (HERE / "results.md").write_text(text, encoding="utf-8")
        readme = HERE.parent / "README.md"
        readme.write_text(report.shown_in(readme.read_text(encoding="utf-8"), lines, SIZE), encoding="utf-8")


def shown(lines: list[report.Line]) -> list[report.Line]:
    """Say the figures as they come: a long measure may be stopped."""
    for line in lines:
        log(f"{line.what} : {line.value} {line.note}")
    return lines


def log(said: str) -> None:
    """Where we are, on the error output."""
    sys.stderr.write(f"[{time.strftime('%H:%M:%S')}] {said}\n")


def _fingerprint() -> str:
    """What the world is drawn from; the schema is brought to date by migrations, as elsewhere."""
    digest = hashlib.sha256(str(SIZE).encode())
    for source in (HERE / "world.py", HERE / "vocabulary.py"):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _database() -> bool:
    """Keep the database if it holds this world, else make it again; True when it is new."""
    folder = embedded.data_folder("bench")
    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as server:
        row = server.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [WORLD]
        ).fetchone()
        if row and row[0] == _fingerprint() and not _from_elsewhere():
            return False
        server.execute(f"DROP DATABASE IF EXISTS {WORLD} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {WORLD}")
    return True


def _from_elsewhere() -> bool:
    """The database went through migrations that are not here: those of another branch."""
    with psycopg.connect(host=str(embedded.data_folder("bench")), user="postgres", dbname=WORLD) as database:
        applied = database.execute("SELECT app, name FROM django_migrations").fetchall()
    house = HERE.parent / "accelerator"
    ours = {app: house / app / "migrations" for app, _ in applied if (house / app).is_dir()}
    return any(app in ours and not (ours[app] / f"{name}.py").exists() for app, name in applied)


def _mark() -> None:
    folder = embedded.data_folder("bench")
    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute(f"COMMENT ON DATABASE {WORLD} IS '{_fingerprint()}'")


def _settings() -> None:
    """Production's settings, on this machine."""
    scratch = Path(tempfile.mkdtemp(prefix="french-impact-bench-"))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": f"postgres://postgres@{quote(str(embedded.data_folder('bench')), safe='')}/{WORLD}",
        "SECRET_KEY": hashlib.sha256(os.urandom(32)).hexdigest(),
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "BASE_URL": "https://127.0.0.1",
        "DEFAULT_FROM_EMAIL": "ne-pas-repondre@french-impact.example",
        "EMAIL_HOST": "127.0.0.1",
        "MEDIA_ROOT": str(scratch / "media"),
        "CREDENTIAL_KEYS": str(scratch / "keys"),
        "STATIC_ROOT": str(scratch / "static"),
        "CONTACT_EMAIL": "contact@french-impact.example",
        "SECURE_SSL_REDIRECT": "0",
        "LOG_LEVEL": "ERROR",
    }


if __name__ == "__main__":
    main()
