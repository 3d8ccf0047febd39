"""Databases for tests that need one of their own, or that start another process."""

import hashlib

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from config.embedded import ROOT


def server_of_databases() -> psycopg.Connection:
    """The tests' server itself, to make databases and drop them."""
    at = settings.DATABASES["default"]
    parameters = {"host": at.get("HOST"), "port": at.get("PORT") or None, "user": at.get("USER")}
    return psycopg.connect(dbname="postgres", password=at.get("PASSWORD") or None, autocommit=True, **parameters)


def template_name() -> str:
    """The database that holds the migrations and the reference data, as the code stands: the others are its clones."""
    digest = hashlib.sha256()
    sources = [
        *ROOT.glob("accelerator/*/migrations/*.py"),
        *ROOT.glob("demonstration/migrations/*.py"),
        *ROOT.glob("data/**/*.csv*"),
        *ROOT.glob("accelerator/*/management/commands/*.py"),
        ROOT / "accelerator/geography/names.py",
        ROOT / "accelerator/geography/reference.py",
        ROOT / "requirements.txt",
    ]
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return f"template_{digest.hexdigest()[:12]}"


def clone(server: psycopg.Connection, template: str, name: str) -> None:
    """A database like another: its files are copied, rather than its pages written one by one in the server's log."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    server.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def url_of(name: str) -> str:
    """The address of a database of the tests' server, for another process."""
    at = settings.DATABASES["default"]
    secret = f":{at['PASSWORD']}" if at.get("PASSWORD") else ""
    host = str(at["HOST"]).replace("/", "%2F")
    port = f":{at['PORT']}" if at.get("PORT") else ""
    return f"postgres://{at['USER']}{secret}@{host}{port}/{name}"


def url_of_test_database() -> str:
    """The address of the database of the test that runs (another process does not see what it did not commit)."""
    return url_of(str(connection.settings_dict["NAME"]))
